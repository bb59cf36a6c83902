// The constructors of all operators, one per plan node; only build.cc calls them.
#ifndef PARTON_EXECUTOR_OPERATORS_OPERATORS_H_
#define PARTON_EXECUTOR_OPERATORS_OPERATORS_H_

#include <vector>

#include "executor/operator.h"

namespace parton {

OperatorPtr MakeAccess(const Plan::Access& node, ExecutionContext& ctx);
OperatorPtr MakeFunctionScan(const Plan::FunctionScan& node, ExecutionContext& ctx);
OperatorPtr MakeUnnest(const Plan::Unnest& node, OperatorPtr input, ExecutionContext& ctx);
OperatorPtr MakeOnce(ExecutionContext& ctx);
OperatorPtr MakeEmpty(ExecutionContext& ctx);
OperatorPtr MakeFilter(const Plan::Filter& node, OperatorPtr input, ExecutionContext& ctx);
OperatorPtr MakeCompute(const Plan::Compute& node, OperatorPtr input, ExecutionContext& ctx);
OperatorPtr MakeLimit(const Plan::Limit& node, OperatorPtr input, ExecutionContext& ctx);
// `kept`: the slots read above, the one by which rows are distinct first.
OperatorPtr MakeDistinct(OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx);
// `left_slots`, `right_slots`: the slots of each side that ON or an operator above reads.
OperatorPtr MakeNestedLoopJoin(const Plan::Join& node, OperatorPtr left, OperatorPtr right, std::vector<int> left_slots,
                               std::vector<int> right_slots, ExecutionContext& ctx);
OperatorPtr MakeHashJoin(const Plan::Join& node, OperatorPtr left, OperatorPtr right, std::vector<int> left_slots,
                         std::vector<int> right_slots, ExecutionContext& ctx);
// `plan`: a join whose right side is `access`, of one key (PointLookup).
OperatorPtr MakeLookupJoin(const Plan& plan, const Plan::Access& access, OperatorPtr left, std::vector<int> left_slots,
                           ExecutionContext& ctx);
OperatorPtr MakeSemiJoin(const Plan::SemiJoin& node, OperatorPtr left, OperatorPtr right, bool correlated,
                         std::vector<int> left_slots, std::vector<int> right_slots, ExecutionContext& ctx);
// A semi-join that marks its left rows. REQUIRES: the right side reads none of the left's slots.
OperatorPtr MakeMarkJoin(const Plan::SemiJoin& node, OperatorPtr left, OperatorPtr right, std::vector<int> right_slots,
                         ExecutionContext& ctx);
// `kept`: the slots of the input that the node reads.
OperatorPtr MakeAggregate(const Plan::Aggregate& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx);
// A final aggregate over a Gather over a partial one: the workers aggregate, this merges.
OperatorPtr MakeParallelAggregate(const Plan::Aggregate& node, const Plan& partial, int threads, ExecutionContext& ctx);
OperatorPtr MakeWindow(const Plan::Window& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx);
OperatorPtr MakeSort(const Plan::Sort& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx);
OperatorPtr MakeSetOperation(const Plan::SetOperation& node, OperatorPtr left, OperatorPtr right,
                             ExecutionContext& ctx);
// A shared subplan (materialised CTE). `key` identifies the rows to its users; null if the rows depend on outer slots
// and are computed each time.
OperatorPtr MakeShared(const Plan::Shared& node, OperatorPtr input, const void* key, ExecutionContext& ctx);
// The rows of the last round of the recursive query `node.id`.
OperatorPtr MakeRecursionScan(const Plan::Shared& node, ExecutionContext& ctx);
OperatorPtr MakeRecursive(const Plan::Recursive& node, OperatorPtr seed, OperatorPtr step, ExecutionContext& ctx);
OperatorPtr MakeGather(const Plan::Gather& node, const Plan& input, SlotSet live, ExecutionContext& ctx);
OperatorPtr MakeGraphMatch(const Plan::GraphMatch& node, OperatorPtr input, ExecutionContext& ctx);
// Measures another operator for EXPLAIN ANALYZE.
OperatorPtr MakeProfiled(const Plan& plan, OperatorPtr input, ExecutionContext& ctx);

std::unique_ptr<SubqueryRunner> MakeSubqueryRunner(ExecutionContext& ctx);

// The parts of an access, in the order of its rows; bounds are evaluated on ctx. Empty: nothing to read.
std::vector<Morsel> CutIntoMorsels(const Plan::Access& node, int pieces, ExecutionContext& ctx);

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_OPERATORS_H_

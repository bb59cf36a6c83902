// Groups and their running aggregates.
#ifndef PARTON_EXECUTOR_OPERATORS_AGGREGATE_TABLE_H_
#define PARTON_EXECUTOR_OPERATORS_AGGREGATE_TABLE_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "executor/execution.h"
#include "executor/operators/hash_table.h"
#include "executor/spill/distinct_rows.h"
#include "planner/plan/plan.h"
#include "types/functions/functions.h"

namespace parton {

// One table belongs to one thread at a time; its methods take the context of the thread that calls.
class AggregateTable {
 public:
  explicit AggregateTable(const Plan::Aggregate& node);

  // Adds the row in the frame. Returns the bytes it newly holds; check ctx.failed().
  size_t AddRow(ExecutionContext& ctx);
  // From now on values that are new to a DISTINCT aggregate are spilled to files until Finish().
  void StopGrowing(ExecutionContext& ctx);
  // Adds the row if its group is there; *bytes as from AddRow. Else false, and key_hash() is that of its key.
  bool AddToKnownGroup(ExecutionContext& ctx, size_t* bytes);
  // Of the row seen last. REQUIRES: the node has keys.
  size_t key_hash() const { return keys_.Hash(key_.data()); }
  // Adds the groups of `other`, whose rows come after this one's. `other` is used up.
  size_t Merge(AggregateTable& other, ExecutionContext& ctx);
  // After the last row. Without keys there is one group, also over no rows. Returns the bytes it newly holds; check
  // ctx.failed().
  size_t Finish(ExecutionContext& ctx);
  size_t size() const { return keyed_ ? keys_.size() : groups_.size() / std::max<size_t>(1, width()); }
  // Puts group `i` into the slots of `out`, which has the same keys and calls as the table's node.
  void Emit(size_t i, const Plan::Aggregate& out, ExecutionContext& ctx);

 private:
  struct State {
    int64_t count = 0;  // COUNT
    std::unique_ptr<Accumulator> accumulator;
    std::unique_ptr<KeyTable> distinct;
  };
  enum class CallKind : uint8_t { kCountRows, kCount, kOther };

  // States per group: one at least, so that groups can be counted.
  size_t width() const { return std::max<size_t>(1, node_.calls.size()); }
  State* Group(uint32_t number) { return groups_.data() + number * width(); }
  uint32_t NewGroup();
  void EvaluateKey(ExecutionContext& ctx);
  size_t AddToGroup(uint32_t group, ExecutionContext& ctx);
  size_t AddTo(const Plan::AggregateCall& call, CallKind kind, State* state, ExecutionContext& ctx);
  size_t AddValue(const Plan::AggregateCall& call, CallKind kind, const Value& v, State* state, ExecutionContext& ctx);
  size_t AddCounted(const Plan::AggregateCall& call, CallKind kind, const Value& v, State* state,
                    ExecutionContext& ctx);
  // True if `v` is new to the DISTINCT aggregate and is not spilled.
  bool IsNew(const Value& v, State* state, size_t* bytes);
  // Made at the first row, which gives the constant arguments.
  void EnsureAccumulator(const Plan::AggregateCall& call, State* state, ExecutionContext& ctx);

  const Plan::Aggregate& node_;
  const bool keyed_;
  std::vector<CallKind> kinds_;
  std::vector<Value> key_;
  KeyTable keys_;
  std::vector<State> groups_;
  std::vector<std::vector<Value>> members_;  // GROUP AS
  // Spilled rows of (group and call, value) of DISTINCT aggregates; absent while memory suffices.
  std::optional<DistinctRows> later_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_AGGREGATE_TABLE_H_

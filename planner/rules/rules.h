// The steps of planning: each keeps the answer, and says what it does and why it stands where it does.
#ifndef PARTON_PLANNER_RULES_RULES_H_
#define PARTON_PLANNER_RULES_RULES_H_

#include <memory>
#include <string>
#include <vector>

#include "parton/status.h"
#include "planner/plan/plan.h"
#include "planner/rule_context.h"

namespace parton {

struct Rule {
  const char* name;
  const char* contract;  // one sentence
  const char* place;     // why it stands before or after others
  Result<PlanPtr> (*apply)(const PlanPtr& plan, const RuleContext& context);
  // Of a rule about a write's own expressions, whose `apply` is null. It cannot be switched off: the store takes no
  // expression with a query in it.
  Status (*apply_to_write)(WritePlan* write, const RuleContext& context) = nullptr;
};

// All of them, in the order they run.
const std::vector<Rule>& Rules();

// Those that SET rule_<name> = off switches off: answers stay, plans do not.
struct RuleInfo {
  std::string name;      // "push_down_filters"
  std::string contract;  // one sentence
};
std::vector<RuleInfo> AllRules();

// All rules that are not switched off; on a write, on the plans of it too. Errors: a scan that SET scan = deny forbids;
// a read that the pinned index cannot serve.
Result<PlanPtr> ApplyRules(const PlanPtr& plan, const RuleContext& context);
Result<QueryPtr> ApplyRules(const QueryPtr& query, const RuleContext& context);
Result<std::shared_ptr<const WritePlan>> ApplyRules(const WritePlan& write, const RuleContext& context);

// The rules, one file each.
Status MoveWriteSubqueries(WritePlan* write, const RuleContext& context);
Result<PlanPtr> CollectAttributes(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> UnnestSubqueries(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> DecorrelateAggregates(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> PlanSubqueries(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> FoldConstants(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> NormalizePredicates(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> PushDownFilters(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> FindContradictions(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> OrderJoins(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> PlanJoins(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> ChooseAccessPaths(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> KeepTopRows(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> ProjectTopRows(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> PushFiltersIntoStore(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> ReadBytes(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> Parallelize(const PlanPtr& plan, const RuleContext& context);

// Not a rule: with the plan complete, LIMIT ... AFTER of the statement's query becomes the start of the one access
// whose items the rows are. Errors (kValidation): there is none; it is in another query.
Result<QueryPtr> PlaceAfter(const QueryPtr& query);
// Error (kValidation): some query in the plan has LIMIT ... AFTER.
Status CheckNoAfter(const Plan& plan);

}  // namespace parton

#endif  // PARTON_PLANNER_RULES_RULES_H_

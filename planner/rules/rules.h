// The planner's rules: each is Plan -> Plan, keeps the answer, and can be switched off.
#ifndef PARTON_PLANNER_RULES_RULES_H_
#define PARTON_PLANNER_RULES_RULES_H_

#include <string>
#include <vector>

#include "parton/status.h"
#include "planner/plan/plan.h"
#include "planner/settings.h"
#include "storage/table_store.h"

namespace parton {

struct RuleContext {
  TableStore* store = nullptr;  // null: no tables
  const Settings* settings = nullptr;
  // Slots of enclosing queries and rows, which the plan may read.
  std::vector<int> outer_slots;
  // False inside correlated subqueries, which run once per row.
  bool parallel = true;
  // The slots of the statement, for rules that need new ones; null: they do without.
  int* slot_count = nullptr;
  // Set where a parameter's value would have decided something; null: nobody asks.
  bool* depends_on_values = nullptr;
  // Filled by the rules: "scans the whole table t", ...
  std::vector<std::string>* notices = nullptr;
};

struct Rule {
  const char* name;
  const char* contract;
  Result<PlanPtr> (*apply)(const PlanPtr& plan, const RuleContext& context);
};

// In the order they run.
const std::vector<Rule>& Rules();

// All rules that are not switched off, on the plan and on the queries inside its expressions. Errors: a scan
// that SET scan = deny forbids; a read that the pinned index cannot serve.
Result<PlanPtr> ApplyRules(const PlanPtr& plan, const RuleContext& context);
Result<QueryPtr> ApplyRules(const QueryPtr& query, const RuleContext& context);

// The rules, one file each in planner/rules/.
Result<PlanPtr> UnnestSubqueries(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> DecorrelateAggregates(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> FoldConstants(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> NormalizePredicates(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> PushDownFilters(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> FindContradictions(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> OrderJoins(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> PlanJoins(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> ChooseAccessPaths(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> KeepTopRows(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> PushFiltersIntoStore(const PlanPtr& plan, const RuleContext& context);
Result<PlanPtr> Parallelize(const PlanPtr& plan, const RuleContext& context);

// Whether an expression of the node itself has a subquery.
bool UsesSubquery(const Plan& plan);

}  // namespace parton

#endif  // PARTON_PLANNER_RULES_RULES_H_

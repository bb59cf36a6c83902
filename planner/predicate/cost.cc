#include "planner/predicate/cost.h"

#include <algorithm>
#include <string>

#include "planner/plan/plan_visit.h"
#include "planner/rules/access_candidates.h"

namespace parton {

double EstimatedRows(const PlanPtr& plan, const RuleContext& context) {
  if (plan->As<Plan::Once>()) return 1;
  if (const auto* access = plan->As<Plan::Access>()) {
    std::vector<std::string> ignored;
    double rows = 1e18;
    for (const Candidate& c : AccessCandidates(*access, Demand{}, context, &ignored)) {
      NoteValues(c, context);
      rows = std::min(rows, c.estimate.rows);
    }
    return rows;
  }
  if (plan->inputs.empty()) return 1000;
  double rows = EstimatedRows(plan->inputs[0], context);
  if (plan->As<Plan::Unnest>()) return rows * 5;
  return rows;
}

double LookupCost(const Plan::Access& access, const RuleContext& context) {
  std::vector<std::string> ignored;
  double cost = 1e18;
  for (const Candidate& c : AccessCandidates(access, Demand{}, context, &ignored)) {
    NoteValues(c, context);
    if (c.access.kind == AccessKind::kScan || c.access.kind == AccessKind::kRangeScan) continue;
    cost = std::min(cost, c.cost);
  }
  return cost;
}

double SourceItems(const PlanPtr& plan, const RuleContext& context) {
  double rows = EstimatedRows(plan, context);
  const auto* access = plan->As<Plan::Access>();
  if (access == nullptr || context.store == nullptr) return rows;
  TableStats stats = context.store->Stats(*access->table, access->index);
  return std::max(rows, static_cast<double>(stats.approximate_items));
}

Plan::Access WithTerms(const Plan::Access& access, const std::vector<ExprPtr>& terms) {
  Plan::Access copy = access;
  std::vector<ExprPtr> all = Conjuncts(access.filter);
  all.insert(all.end(), terms.begin(), terms.end());
  copy.filter = Conjoin(std::move(all));
  return copy;
}

bool CheaperByKey(const PlanPtr& source, const std::vector<ExprPtr>& terms, double rows, const RuleContext& context) {
  const auto* access = source->As<Plan::Access>();
  if (access == nullptr) return false;
  const double lookup = LookupCost(WithTerms(*access, terms), context);
  return lookup < kNoLookup && rows * lookup < SourceItems(source, context) + rows;
}

bool Intersects(const std::vector<int>& a, const std::vector<int>& b) {
  return std::any_of(a.begin(), a.end(), [&](int s) { return std::binary_search(b.begin(), b.end(), s); });
}

}  // namespace parton

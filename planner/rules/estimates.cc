#include "planner/rules/estimates.h"

#include <algorithm>
#include <string>

#include "planner/rules/access_candidates.h"

namespace parton {

double EstimatedRows(const PlanPtr& plan, const RuleContext& context) {
  if (plan->As<Plan::Once>()) return 1;
  if (const auto* access = plan->As<Plan::Access>()) {
    std::vector<std::string> ignored;
    double rows = 1e18;
    for (const Candidate& c : AccessCandidates(*access, Demand{}, context, &ignored)) {
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

bool Intersects(const std::vector<int>& a, const std::vector<int>& b) {
  return std::any_of(a.begin(), a.end(), [&](int s) { return std::binary_search(b.begin(), b.end(), s); });
}

}  // namespace parton

// What the store evaluates itself of an access's filter: items that do not meet it never leave the store.
#include <utility>
#include <vector>

#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// A get gives its item whole, and an index entry is not all of its item.
bool TakesFilter(const Plan::Access& access) {
  const bool ranges =
      access.kind == AccessKind::kScan || access.kind == AccessKind::kRangeScan || access.kind == AccessKind::kQuery;
  return ranges && !access.fetch && access.filter != nullptr;
}

}  // namespace

Result<PlanPtr> PushFiltersIntoStore(const PlanPtr& plan, const RuleContext& context) {
  if (context.store == nullptr) return plan;
  // In strict typing a term is evaluated after one that is NULL, for its errors: the filter stays in one piece.
  const bool whole = context.settings->typing == Typing::kStrict;
  return TransformUp(plan, [&](const PlanPtr& node) {
    const auto* access = node->As<Plan::Access>();
    if (access == nullptr || !TakesFilter(*access)) return node;
    std::vector<ExprPtr> terms = Conjuncts(access->filter);
    const size_t all = terms.size();
    std::erase_if(terms, [&](const ExprPtr& term) { return !context.store->CanEvaluate(*term); });
    if (terms.empty() || (whole && terms.size() != all)) return node;
    auto copy = std::make_shared<Plan>(*node);
    auto& pushed = std::get<Plan::Access>(copy->node);
    pushed.pushed_filter = terms.size() == all ? pushed.filter : Conjoin(std::move(terms));
    return PlanPtr(std::move(copy));
  });
}

}  // namespace parton

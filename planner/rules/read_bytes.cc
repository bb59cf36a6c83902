// What is computed on the bytes of encoded items, without making Values of them.
#include <memory>
#include <variant>

#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

Result<PlanPtr> ReadBytes(const PlanPtr& plan, const RuleContext& /*context*/) {
  return TransformUp(plan, [](const PlanPtr& node) {
    const auto* access = node->As<Plan::Access>();
    const bool filters = access != nullptr && access->pushed_filter != nullptr;
    if (!filters && node->As<Plan::Aggregate>() == nullptr && node->As<Plan::Sort>() == nullptr) return node;
    auto copy = std::make_shared<Plan>(*node);
    if (auto* a = std::get_if<Plan::Access>(&copy->node)) a->on_bytes = true;
    if (auto* a = std::get_if<Plan::Aggregate>(&copy->node)) a->on_bytes = true;
    if (auto* a = std::get_if<Plan::Sort>(&copy->node)) a->on_bytes = true;
    return PlanPtr(std::move(copy));
  });
}

}  // namespace parton

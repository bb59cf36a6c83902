// Each access gets the list of the attributes that are read of its items, anywhere in the statement's plan.
#include <map>
#include <utility>

#include "planner/plan/attribute_use.h"
#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

using Uses = std::map<int, AttributeUse>;

PlanPtr Fill(const PlanPtr& plan, const Uses& uses);

ExprPtr FillExpr(const ExprPtr& e, const Uses& uses) {
  if (!HasSubquery(*e)) return e;
  if (const auto* sub = e->As<Expr::Subquery>()) {
    auto query = std::make_shared<Query>(*static_cast<const Query*>(sub->plan.get()));
    query->root = Fill(query->root, uses);
    Expr::Subquery copy = *sub;
    copy.plan = std::move(query);
    return MakeExpr(std::move(copy), e->span);
  }
  return MapChildren(e, [&](const ExprPtr& child) { return FillExpr(child, uses); });
}

PlanPtr Fill(const PlanPtr& plan, const Uses& uses) {
  return TransformUp(plan, [&](const PlanPtr& node) {
    PlanPtr out = MapExprs(node, [&](const ExprPtr& e) { return FillExpr(e, uses); });
    const auto* access = out->As<Plan::Access>();
    if (access == nullptr) return out;
    Plan::Access filled = *access;
    auto use = uses.find(access->slot);
    filled.attributes.clear();
    filled.whole_item = use != uses.end() && use->second.whole;
    if (use != uses.end()) filled.attributes.assign(use->second.names.begin(), use->second.names.end());
    return MakePlan(std::move(filled), out->inputs, out->estimate);
  });
}

}  // namespace

Result<PlanPtr> CollectAttributes(const PlanPtr& plan, const RuleContext& context) {
  // The statement's plan has been walked with the queries in it.
  if (!context.outermost) return plan;
  Uses uses = CollectAttributeUses(*plan);
  for (int slot : context.result_slots) uses[slot].whole = true;
  return Fill(plan, uses);
}

}  // namespace parton

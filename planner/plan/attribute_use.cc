#include "planner/plan/attribute_use.h"

#include "planner/plan/plan_visit.h"

namespace parton {

namespace {

using Uses = std::map<int, AttributeUse>;

void AddPlan(const Plan& plan, Uses* uses);

void AddExpr(const Expr& e, Uses* uses) {
  if (const auto* slot = e.As<Expr::Slot>()) {
    (*uses)[slot->index].whole = true;
    return;
  }
  if (const auto* path = e.As<Expr::Path>()) {
    if (const auto* base = path->base->As<Expr::Slot>()) {
      // A position in a tuple is MISSING whatever the item holds.
      if (path->steps[0].index < 0) {
        AttributeUse& use = (*uses)[base->index];
        use.names.insert(path->steps[0].name);
        if (path->ignore_case[0]) use.whole = true;
      }
      return;
    }
  }
  if (const auto* sub = e.As<Expr::Subquery>()) {
    const auto* query = static_cast<const Query*>(sub->plan.get());
    (*uses)[query->slot].whole |= sub->kind != Expr::Subquery::Kind::kExists;
    if (query->name_slot >= 0) (*uses)[query->name_slot].whole = true;
    AddPlan(*query->root, uses);
    return;
  }
  ForEachChild(e, [&](const ExprPtr& child) { AddExpr(*child, uses); });
}

void AddPlan(const Plan& plan, Uses* uses) {
  ForEachExpr(plan, [&](const ExprPtr& e) { AddExpr(*e, uses); });
  auto whole = [&](int slot) {
    if (slot >= 0) (*uses)[slot].whole = true;
  };
  if (const auto* distinct = plan.As<Plan::Distinct>()) whole(distinct->slot);
  if (const auto* set = plan.As<Plan::SetOperation>()) {
    whole(set->left_slot);
    whole(set->right_slot);
  }
  if (const auto* recursive = plan.As<Plan::Recursive>()) {
    whole(recursive->seed_slot);
    whole(recursive->step_slot);
  }
  if (const auto* shared = plan.As<Plan::Shared>()) whole(shared->slot);
  for (const PlanPtr& input : plan.inputs) AddPlan(*input, uses);
}

}  // namespace

std::map<int, AttributeUse> CollectAttributeUses(const Plan& plan) {
  Uses uses;
  AddPlan(plan, &uses);
  return uses;
}

}  // namespace parton

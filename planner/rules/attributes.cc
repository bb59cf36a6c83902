#include "planner/rules/attributes.h"

#include <map>
#include <type_traits>

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
    if (use != uses.end()) {
      filled.whole_item = filled.whole_item || use->second.whole;
      filled.attributes.assign(use->second.names.begin(), use->second.names.end());
    }
    return MakePlan(std::move(filled), out->inputs, out->estimate);
  });
}

}  // namespace

AttributeUse CollectAttributes(const Plan& plan, int slot) {
  Uses uses;
  AddPlan(plan, &uses);
  return uses[slot];
}

PlanPtr WithAttributes(const PlanPtr& plan, int slot) {
  Uses uses;
  if (slot >= 0) uses[slot].whole = true;
  AddPlan(*plan, &uses);
  return Fill(plan, uses);
}

QueryPtr WithAttributes(const QueryPtr& query) {
  Uses uses;
  uses[query->slot].whole = true;
  if (query->name_slot >= 0) uses[query->name_slot].whole = true;
  AddPlan(*query->root, &uses);
  auto copy = std::make_shared<Query>(*query);
  copy->root = Fill(query->root, uses);
  return copy;
}

}  // namespace parton

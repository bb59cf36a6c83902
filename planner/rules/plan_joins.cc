// Equi-joins: a right side that is a table with a fitting key is looked up for each left row (the
// join becomes lateral, and the access gets the equality as a term whose other side is an outer
// slot); otherwise the right side is hashed once.
#include <algorithm>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/cost.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

PlanPtr Planned(const PlanPtr& node, const RuleContext& context) {
  const auto* join = node->As<Plan::Join>();
  if (join == nullptr || join->lateral || join->on == nullptr) return node;
  if (join->kind == JoinKind::kRight) {
    Plan::Join mirrored = *join;
    mirrored.kind = JoinKind::kLeft;
    return Planned(MakePlan(std::move(mirrored), {node->inputs[1], node->inputs[0]}, node->estimate), context);
  }
  if (join->kind != JoinKind::kInner && join->kind != JoinKind::kLeft) return node;

  const std::vector<int> left_slots = SlotsDefined(*node->inputs[0]);
  const std::vector<int> right_slots = SlotsDefined(*node->inputs[1]);
  std::vector<std::pair<ExprPtr, ExprPtr>> keys;  // (left, right)
  std::vector<ExprPtr> rest;
  // In strict typing a term may be in error, and is not evaluated where one before it is false:
  // only the first term can be a key.
  const bool strict = context.settings->typing == Typing::kStrict;
  for (const ExprPtr& term : Conjuncts(join->on)) {
    const auto* c = term->As<Expr::Compare>();
    if ((strict && keys.size() + rest.size() > 0) || c == nullptr || c->op != CompareOp::kEq || HasSubquery(*term)) {
      rest.push_back(term);
      continue;
    }
    std::vector<int> l = SlotsRead(*c->left), r = SlotsRead(*c->right);
    bool forward = Intersects(l, left_slots) && !Intersects(l, right_slots) && Intersects(r, right_slots) &&
                   !Intersects(r, left_slots);
    bool backward = Intersects(r, left_slots) && !Intersects(r, right_slots) && Intersects(l, right_slots) &&
                    !Intersects(l, left_slots);
    if (!forward && !backward) {
      rest.push_back(term);
      continue;
    }
    keys.emplace_back(forward ? c->left : c->right, forward ? c->right : c->left);
  }
  if (keys.empty()) return node;

  Plan::Join copy = *join;
  copy.on = Conjoin(rest);
  const double left_rows = EstimatedRows(node->inputs[0], context);
  // A left row without a key looks nothing up, but in strict typing the terms behind may still be in error.
  const bool may_look_up = !strict || rest.empty();
  if (const auto* access = node->inputs[1]->As<Plan::Access>(); access != nullptr && may_look_up) {
    std::vector<ExprPtr> terms;
    for (const auto& [left, right] : keys) {
      terms.push_back(MakeExpr(Expr::Compare{CompareOp::kEq, right, left}, right->span));
    }
    Plan::Access looked_up = WithTerms(*access, terms);
    const bool one_row = left_rows <= 1 && LookupCost(looked_up, context) < kNoLookup;
    if (one_row || CheaperByKey(node->inputs[1], terms, left_rows, context)) {
      copy.lateral = true;
      copy.strategy = JoinStrategy::kNestedLoop;
      return MakePlan(std::move(copy), {node->inputs[0], MakePlan(std::move(looked_up))}, node->estimate);
    }
  }
  copy.strategy = JoinStrategy::kHash;
  copy.keys = std::move(keys);
  return MakePlan(std::move(copy), node->inputs, node->estimate);
}

}  // namespace

Result<PlanPtr> PlanJoins(const PlanPtr& plan, const RuleContext& context) {
  return TransformUp(plan, [&](const PlanPtr& node) { return Planned(node, context); });
}

}  // namespace parton

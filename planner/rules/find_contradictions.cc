// Conjunctions that no row can satisfy read nothing (planner/predicate/contradictions.h), nor does what stands on
// nothing. Those that parameters may make so are marked, to be judged again when their values are known.
#include "planner/plan/plan_visit.h"
#include "planner/predicate/contradictions.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// Drops terms that are TRUE.
ExprPtr WithoutTrue(const ExprPtr& predicate) {
  std::vector<ExprPtr> terms = Conjuncts(predicate);
  size_t before = terms.size();
  std::erase_if(terms, [](const ExprPtr& t) {
    const auto* literal = t->As<Expr::Literal>();
    return literal != nullptr && literal->value.is_true();
  });
  return terms.size() == before ? predicate : Conjoin(std::move(terms));
}

PlanPtr Nothing(const PlanPtr& plan, std::string reason) {
  return MakePlan(Plan::Empty{std::move(reason), SlotsDefined(*plan)});
}

// Nodes that give no rows because an input gives none.
PlanPtr OverNothing(const PlanPtr& node) {
  auto empty = [&](size_t i) { return i < node->inputs.size() ? node->inputs[i]->As<Plan::Empty>() : nullptr; };
  const Plan::Empty* nothing = nullptr;
  if (const auto* join = node->As<Plan::Join>()) {
    const bool inner = join->kind == JoinKind::kInner || join->kind == JoinKind::kCross;
    if (inner || join->kind == JoinKind::kLeft) nothing = empty(0);
    if (nothing == nullptr && (inner || join->kind == JoinKind::kRight)) nothing = empty(1);
  } else if (node->As<Plan::Filter>() || node->As<Plan::Compute>() || node->As<Plan::Unnest>() ||
             node->As<Plan::SemiJoin>() || node->As<Plan::Sort>() || node->As<Plan::Limit>() ||
             node->As<Plan::Distinct>() || node->As<Plan::Window>()) {
    nothing = empty(0);
  }
  return nothing == nullptr ? node : Nothing(node, nothing->reason);
}

PlanPtr Judged(const PlanPtr& node, const Plan::Filter& n, const Settings& settings) {
  std::vector<ExprPtr> terms = Conjuncts(n.predicate);
  if (Contradictory(terms, settings, node->inputs[0]->As<Plan::Access>())) {
    return Nothing(node->inputs[0], "no row can meet the condition " + ToString(*n.predicate));
  }
  ExprPtr rest = WithoutTrue(n.predicate);
  if (rest == nullptr) return node->inputs[0];
  ExprPtr exclusive = MayExclude(terms, settings);
  if (rest == n.predicate && exclusive == nullptr) return node;
  return MakePlan(Plan::Filter{std::move(rest), std::move(exclusive)}, node->inputs, node->estimate);
}

PlanPtr Judged(const PlanPtr& node, const Plan::Access& n, const Settings& settings) {
  std::vector<ExprPtr> terms = Conjuncts(n.filter);
  if (Contradictory(terms, settings, &n)) {
    return Nothing(node, "no item can meet the condition " + ToString(*n.filter));
  }
  Plan::Access copy = n;
  copy.filter = WithoutTrue(n.filter);
  copy.exclusive = MayExclude(terms, settings);
  if (copy.filter == n.filter && copy.exclusive == nullptr) return node;
  return MakePlan(std::move(copy), {}, node->estimate);
}

}  // namespace

Result<PlanPtr> FindContradictions(const PlanPtr& plan, const RuleContext& context) {
  return TransformUp(plan, [&](const PlanPtr& node) -> PlanPtr {
    if (const auto* n = node->As<Plan::Filter>(); n != nullptr && !node->inputs[0]->As<Plan::Empty>()) {
      return Judged(node, *n, *context.settings);
    }
    if (const auto* n = node->As<Plan::Access>(); n != nullptr && n->filter != nullptr) {
      return Judged(node, *n, *context.settings);
    }
    return OverNothing(node);
  });
}

}  // namespace parton

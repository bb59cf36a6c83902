// Equi-joins: a right side that is a table with a fitting key is looked up for each left row (the
// join becomes lateral, and the access gets the equality as a term whose other side is an outer
// slot); otherwise the right side is hashed once.
#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/cost.h"
#include "planner/rules/rules.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

// A plan, and what a join above it asks of it: kept, since a pile of joins would walk all of it again at each of them.
struct Side {
  PlanPtr plan;
  std::optional<std::vector<int>> slots;
  std::optional<double> rows;
};

class JoinPlanner {
 public:
  explicit JoinPlanner(const RuleContext& context)
      : context_(context), strict_(context.settings->typing == Typing::kStrict) {}

  Side Visit(const PlanPtr& plan) {
    CheckStack();
    std::vector<Side> sides;
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : plan->inputs) {
      sides.push_back(Visit(input));
      inputs.push_back(sides.back().plan);
    }
    PlanPtr node = WithInputs(plan, std::move(inputs));
    if (node->As<Plan::Join>() == nullptr) return {std::move(node), std::nullopt, std::nullopt};
    return Planned(node, std::move(sides[0]), std::move(sides[1]));
  }

 private:
  static const std::vector<int>& SlotsOf(Side* side) {
    if (!side->slots) side->slots = SlotsDefined(*side->plan);
    return *side->slots;
  }
  double RowsOf(Side* side) const {
    if (!side->rows) side->rows = EstimatedRows(side->plan, context_);
    return *side->rows;
  }

  // `node` over `left` and `right`.
  Side Planned(const PlanPtr& node, Side left, Side right) const {
    const auto* join = node->As<Plan::Join>();
    if (join->kind == JoinKind::kRight && !join->lateral && join->on != nullptr) {
      Plan::Join mirrored = *join;
      mirrored.kind = JoinKind::kLeft;
      PlanPtr other = MakePlan(std::move(mirrored), {right.plan, left.plan}, node->estimate);
      return Planned(other, std::move(right), std::move(left));
    }
    Side out;
    out.plan = Joined(node, *join, &left, &right);
    // A join gives about as many rows as its left side.
    out.rows = left.rows;
    const std::vector<int>& l = SlotsOf(&left);
    const std::vector<int>& r = SlotsOf(&right);
    out.slots.emplace();
    std::set_union(l.begin(), l.end(), r.begin(), r.end(), std::back_inserter(*out.slots));
    return out;
  }

  PlanPtr Joined(const PlanPtr& node, const Plan::Join& join, Side* left, Side* right) const {
    if (join.lateral || join.on == nullptr) return node;
    if (join.kind != JoinKind::kInner && join.kind != JoinKind::kLeft) return node;
    std::vector<std::pair<ExprPtr, ExprPtr>> keys;  // (left, right)
    std::vector<ExprPtr> rest;
    TakeKeys(join.on, SlotsOf(left), SlotsOf(right), &keys, &rest);
    if (keys.empty()) return node;

    Plan::Join copy = join;
    copy.on = Conjoin(rest);
    // A left row without a key looks nothing up, but in strict typing the terms behind may still be in error.
    const bool may_look_up = !strict_ || rest.empty();
    if (const auto* access = right->plan->As<Plan::Access>(); access != nullptr && may_look_up) {
      const double left_rows = RowsOf(left);
      const std::vector<ExprPtr> terms = Equalities(keys);
      Plan::Access looked_up = WithTerms(*access, terms);
      const bool one_row = left_rows <= 1 && LookupCost(looked_up, context_) < kNoLookup;
      if (one_row || CheaperByKey(right->plan, terms, left_rows, context_)) {
        copy.lateral = true;
        copy.strategy = JoinStrategy::kNestedLoop;
        return MakePlan(std::move(copy), {left->plan, MakePlan(std::move(looked_up))}, node->estimate);
      }
    }
    copy.strategy = JoinStrategy::kHash;
    copy.keys = std::move(keys);
    return MakePlan(std::move(copy), node->inputs, node->estimate);
  }

  // The terms of ON that equate a value of one side with one of the other, as (left, right); the others in *rest.
  void TakeKeys(const ExprPtr& on, const std::vector<int>& left_slots, const std::vector<int>& right_slots,
                std::vector<std::pair<ExprPtr, ExprPtr>>* keys, std::vector<ExprPtr>* rest) const {
    auto of = [](const std::vector<int>& reads, const std::vector<int>& mine, const std::vector<int>& others) {
      return Intersects(reads, mine) && !Intersects(reads, others);
    };
    for (const ExprPtr& term : Conjuncts(on)) {
      const auto* c = term->As<Expr::Compare>();
      // In strict typing a term may be in error, and is not evaluated where one before it is false: only the first
      // term can be a key.
      const bool late = strict_ && keys->size() + rest->size() > 0;
      if (late || c == nullptr || c->op != CompareOp::kEq || HasSubquery(*term)) {
        rest->push_back(term);
        continue;
      }
      const std::vector<int> l = SlotsRead(*c->left), r = SlotsRead(*c->right);
      if (of(l, left_slots, right_slots) && of(r, right_slots, left_slots)) {
        keys->emplace_back(c->left, c->right);
      } else if (of(r, left_slots, right_slots) && of(l, right_slots, left_slots)) {
        keys->emplace_back(c->right, c->left);
      } else {
        rest->push_back(term);
      }
    }
  }

  const RuleContext& context_;
  const bool strict_;
};

}  // namespace

Result<PlanPtr> PlanJoins(const PlanPtr& plan, const RuleContext& context) {
  return JoinPlanner(context).Visit(plan).plan;
}

}  // namespace parton

// Each term of a filter goes as low in the tree as its slots allow, down into the table accesses.
//
// In strict typing a term is only merged into an access right below it: evaluating it on rows that other
// nodes would have removed could raise errors the statement does not have.
#include <algorithm>

#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

bool Within(const std::vector<int>& needed, const std::vector<int>& slots) {
  return std::all_of(needed.begin(), needed.end(),
                     [&](int s) { return std::binary_search(slots.begin(), slots.end(), s); });
}

class Pusher {
 public:
  explicit Pusher(const RuleContext& context) : context_(context) {}

  PlanPtr Push(const PlanPtr& plan) {
    std::vector<ExprPtr> none;
    return Push(plan, none);
  }

 private:
  // The plan with `terms` applied to its rows.
  PlanPtr Push(const PlanPtr& plan, std::vector<ExprPtr> terms) {
    CheckStack();
    if (const auto* n = plan->As<Plan::Filter>()) {
      std::vector<ExprPtr> all = Conjuncts(n->predicate);
      all.insert(all.end(), terms.begin(), terms.end());
      return Push(plan->inputs[0], std::move(all));
    }
    if (const auto* n = plan->As<Plan::Access>()) return IntoAccess(plan, *n, std::move(terms));
    const bool strict = context_.settings->typing == Typing::kStrict;
    if (!strict) {
      if (plan->As<Plan::Compute>() || plan->As<Plan::Unnest>() || plan->As<Plan::Sort>()) {
        return ThroughInput(plan, std::move(terms));
      }
      if (const auto* n = plan->As<Plan::Join>()) return IntoJoin(plan, *n, std::move(terms));
      if (plan->As<Plan::SemiJoin>()) return ThroughInput(plan, std::move(terms));
    }
    return Above(PushInputs(plan), std::move(terms));
  }

  PlanPtr PushInputs(const PlanPtr& plan) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : plan->inputs) inputs.push_back(Push(input));
    return WithInputs(plan, std::move(inputs));
  }

  static PlanPtr Above(PlanPtr plan, std::vector<ExprPtr> terms) {
    ExprPtr predicate = Conjoin(std::move(terms));
    if (predicate == nullptr) return plan;
    Estimate estimate = plan->estimate;
    return MakePlan(Plan::Filter{std::move(predicate)}, {std::move(plan)}, estimate);
  }

  static PlanPtr IntoAccess(const PlanPtr& plan, const Plan::Access& access, std::vector<ExprPtr> terms) {
    std::vector<ExprPtr> mine = Conjuncts(access.filter);
    mine.insert(mine.end(), terms.begin(), terms.end());
    Plan::Access copy = access;
    copy.filter = Conjoin(std::move(mine));
    return MakePlan(std::move(copy), {}, plan->estimate);
  }

  // Terms that do not need what the node itself defines go to its (first) input.
  PlanPtr ThroughInput(const PlanPtr& plan, std::vector<ExprPtr> terms) {
    std::vector<int> below;
    if (!terms.empty()) below = Available(*plan->inputs[0]);
    std::vector<ExprPtr> down, stay;
    for (ExprPtr& t : terms) {
      (Within(SlotsRead(*t), below) ? down : stay).push_back(std::move(t));
    }
    std::vector<PlanPtr> inputs = plan->inputs;
    inputs[0] = Push(inputs[0], std::move(down));
    for (size_t i = 1; i < inputs.size(); ++i) inputs[i] = Push(inputs[i]);
    return Above(WithInputs(plan, std::move(inputs)), std::move(stay));
  }

  // Slots a term may read when it stands right above `plan`: what that defines, and what is outside of the
  // whole tree.
  std::vector<int> Available(const Plan& plan) const {
    std::vector<int> out = SlotsDefined(plan);
    out.insert(out.end(), context_.outer_slots.begin(), context_.outer_slots.end());
    std::sort(out.begin(), out.end());
    return out;
  }

  PlanPtr IntoJoin(const PlanPtr& plan, const Plan::Join& join, std::vector<ExprPtr> terms) {
    const bool inner = join.kind == JoinKind::kInner || join.kind == JoinKind::kCross;
    const bool keeps_left = inner || join.kind == JoinKind::kLeft;  // WHERE may be applied before the join
    const bool keeps_right = inner || join.kind == JoinKind::kRight;
    std::vector<int> left_slots, right_slots;
    if (!terms.empty() || join.on != nullptr) {
      left_slots = Available(*plan->inputs[0]);
      right_slots = Available(*plan->inputs[1]);
    }
    std::vector<ExprPtr> left, right, on, stay;
    if (inner) {
      std::vector<ExprPtr> all = Conjuncts(join.on);
      all.insert(all.end(), terms.begin(), terms.end());
      terms = std::move(all);
    } else if (join.kind == JoinKind::kLeft && !join.lateral) {
      // A term of ON about the right side alone only decides which right rows may match.
      for (ExprPtr& t : Conjuncts(join.on)) {
        (Within(SlotsRead(*t), right_slots) && !IsConstant(*t) ? right : on).push_back(std::move(t));
      }
    } else {
      on = Conjuncts(join.on);
    }
    for (ExprPtr& t : terms) {
      std::vector<int> reads = SlotsRead(*t);
      if (keeps_left && Within(reads, left_slots)) {
        left.push_back(std::move(t));
      } else if (keeps_right && Within(reads, right_slots)) {
        right.push_back(std::move(t));
      } else if (inner) {
        on.push_back(std::move(t));
      } else {
        stay.push_back(std::move(t));
      }
    }
    Plan::Join copy = join;
    copy.on = Conjoin(std::move(on));
    if (copy.kind == JoinKind::kCross && copy.on != nullptr) copy.kind = JoinKind::kInner;
    std::vector<PlanPtr> inputs = {Push(plan->inputs[0], std::move(left)), Push(plan->inputs[1], std::move(right))};
    return Above(MakePlan(std::move(copy), std::move(inputs), plan->estimate), std::move(stay));
  }

  const RuleContext& context_;
};

}  // namespace

Result<PlanPtr> PushDownFilters(const PlanPtr& plan, const RuleContext& context) { return Pusher(context).Push(plan); }

}  // namespace parton

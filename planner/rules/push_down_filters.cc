// Each term of a filter goes as low in the tree as its slots allow, down into the table accesses.
//
// In strict typing a term is only merged into an access right below it: evaluating it on rows that other
// nodes would have removed could raise errors the statement does not have.
#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

bool Within(const std::vector<int>& needed, const std::vector<int>& slots) {
  return std::all_of(needed.begin(), needed.end(),
                     [&](int s) { return std::binary_search(slots.begin(), slots.end(), s); });
}

// A term on its way down, with the slots it reads.
struct Falling {
  explicit Falling(ExprPtr e) : expr(std::move(e)), reads(SlotsRead(*expr)) {}

  ExprPtr expr;
  std::vector<int> reads;
};
using Terms = std::vector<Falling>;

// Slots of a subtree, sorted; computed when first asked for.
class Slots {
 public:
  explicit Slots(const Plan& plan) : plan_(&plan) {}
  Slots(const Plan& plan, std::vector<int> slots) : plan_(&plan), slots_(std::move(slots)) {}

  const std::vector<int>& Get() {
    if (!slots_) slots_ = SlotsDefined(*plan_);
    return *slots_;
  }

 private:
  const Plan* plan_;
  std::optional<std::vector<int>> slots_;
};

class Pusher {
 public:
  explicit Pusher(const RuleContext& context) : context_(context) {
    outer_ = context.outer_slots;
    std::sort(outer_.begin(), outer_.end());
  }

  PlanPtr Push(const PlanPtr& plan) { return Push(plan, {}, Slots(*plan)); }

 private:
  // The plan with `terms` applied to its rows. `defined`: the plan's.
  PlanPtr Push(const PlanPtr& plan, Terms terms, Slots defined) {
    CheckStack();
    if (const auto* n = plan->As<Plan::Filter>()) {
      Terms all = TermsOf(n->predicate);
      std::move(terms.begin(), terms.end(), std::back_inserter(all));
      return Push(plan->inputs[0], std::move(all), std::move(defined));
    }
    if (const auto* n = plan->As<Plan::Access>()) return IntoAccess(plan, *n, std::move(terms));
    const bool strict = context_.settings->typing == Typing::kStrict;
    if (!strict) {
      if (plan->As<Plan::Compute>() || plan->As<Plan::Unnest>() || plan->As<Plan::Sort>()) {
        return ThroughInput(plan, std::move(terms));
      }
      if (const auto* n = plan->As<Plan::Join>()) return IntoJoin(plan, *n, std::move(terms), std::move(defined));
      if (plan->As<Plan::SemiJoin>()) return ThroughInput(plan, std::move(terms));
    }
    return Above(PushInputs(plan), std::move(terms));
  }

  PlanPtr PushInputs(const PlanPtr& plan) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : plan->inputs) inputs.push_back(Push(input));
    return WithInputs(plan, std::move(inputs));
  }

  static Terms TermsOf(const ExprPtr& predicate) {
    Terms out;
    for (ExprPtr& e : Conjuncts(predicate)) out.emplace_back(std::move(e));
    return out;
  }
  static ExprPtr Joined(Terms terms) {
    std::vector<ExprPtr> all;
    all.reserve(terms.size());
    for (Falling& t : terms) all.push_back(std::move(t.expr));
    return Conjoin(std::move(all));
  }

  static PlanPtr Above(PlanPtr plan, Terms terms) {
    ExprPtr predicate = Joined(std::move(terms));
    if (predicate == nullptr) return plan;
    Estimate estimate = plan->estimate;
    return MakePlan(Plan::Filter{std::move(predicate)}, {std::move(plan)}, estimate);
  }

  static PlanPtr IntoAccess(const PlanPtr& plan, const Plan::Access& access, Terms terms) {
    std::vector<ExprPtr> mine = Conjuncts(access.filter);
    for (Falling& t : terms) mine.push_back(std::move(t.expr));
    Plan::Access copy = access;
    copy.filter = Conjoin(std::move(mine));
    return MakePlan(std::move(copy), {}, plan->estimate);
  }

  // Terms that do not need what the node itself defines go to its (first) input.
  PlanPtr ThroughInput(const PlanPtr& plan, Terms terms) {
    Slots below(*plan->inputs[0]);
    Terms down, stay;
    for (Falling& t : terms) {
      (CanStandOn(t, below.Get()) ? down : stay).push_back(std::move(t));
    }
    std::vector<PlanPtr> inputs = plan->inputs;
    inputs[0] = Push(inputs[0], std::move(down), std::move(below));
    for (size_t i = 1; i < inputs.size(); ++i) inputs[i] = Push(inputs[i]);
    return Above(WithInputs(plan, std::move(inputs)), std::move(stay));
  }

  // Whether a term may stand right above a plan that defines `slots`: it reads these, and what is outside of the whole
  // tree.
  bool CanStandOn(const Falling& term, const std::vector<int>& slots) const {
    if (outer_.empty()) return Within(term.reads, slots);
    return std::all_of(term.reads.begin(), term.reads.end(), [&](int s) {
      return std::binary_search(slots.begin(), slots.end(), s) || std::binary_search(outer_.begin(), outer_.end(), s);
    });
  }

  PlanPtr IntoJoin(const PlanPtr& plan, const Plan::Join& join, Terms terms, Slots defined) {
    const bool inner = join.kind == JoinKind::kInner || join.kind == JoinKind::kCross;
    const bool keeps_left = inner || join.kind == JoinKind::kLeft;  // WHERE may be applied before the join
    const bool keeps_right = inner || join.kind == JoinKind::kRight;
    Slots left_slots(*plan->inputs[0]), right_slots(*plan->inputs[1]);
    if (!terms.empty() || join.on != nullptr) {
      // In a long pile of joins the right sides are small: what is theirs is told from what is to the left of them
      // without walking all that again.
      const std::vector<int>& all = defined.Get();
      const std::vector<int>& right = right_slots.Get();
      std::vector<int> left;
      std::set_difference(all.begin(), all.end(), right.begin(), right.end(), std::back_inserter(left));
      left_slots = Slots(*plan->inputs[0], std::move(left));
    }
    Terms left, right, on, stay;
    if (inner) {
      Terms all = TermsOf(join.on);
      std::move(terms.begin(), terms.end(), std::back_inserter(all));
      terms = std::move(all);
    } else if (join.kind == JoinKind::kLeft && !join.lateral) {
      // A term of ON about the right side alone only decides which right rows may match.
      for (Falling& t : TermsOf(join.on)) {
        (CanStandOn(t, right_slots.Get()) && !IsConstant(*t.expr) ? right : on).push_back(std::move(t));
      }
    } else {
      on = TermsOf(join.on);
    }
    for (Falling& t : terms) {
      if (keeps_left && CanStandOn(t, left_slots.Get())) {
        left.push_back(std::move(t));
      } else if (keeps_right && CanStandOn(t, right_slots.Get())) {
        right.push_back(std::move(t));
      } else if (inner) {
        on.push_back(std::move(t));
      } else {
        stay.push_back(std::move(t));
      }
    }
    Plan::Join copy = join;
    copy.on = Joined(std::move(on));
    if (copy.kind == JoinKind::kCross && copy.on != nullptr) copy.kind = JoinKind::kInner;
    PlanPtr l = Push(plan->inputs[0], std::move(left), std::move(left_slots));
    PlanPtr r = Push(plan->inputs[1], std::move(right), std::move(right_slots));
    return Above(MakePlan(std::move(copy), {std::move(l), std::move(r)}, plan->estimate), std::move(stay));
  }

  const RuleContext& context_;
  std::vector<int> outer_;  // sorted
};

}  // namespace

Result<PlanPtr> PushDownFilters(const PlanPtr& plan, const RuleContext& context) { return Pusher(context).Push(plan); }

}  // namespace parton

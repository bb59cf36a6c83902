// The order in which inner joins are made, by cost: dynamic programming over up to 8 inputs, step by step beyond.
//
// The inputs of a pile of inner and cross joins may be joined in any order; what else stands in it (an outer join, a
// lateral one, a subquery in FROM) is one input, whose own joins are ordered for themselves. Trees are left-deep: each
// further input is looked up by key, hashed, or, without an equality, paired with every row so far. The written order
// stays unless another one is far cheaper, so that the order of rows does not change without need.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/cost.h"
#include "planner/rules/rules.h"
#include "types/schema/table_statistics.h"

namespace parton {

namespace {

constexpr size_t kMaxExact = 8;
// How many times cheaper another order must be.
constexpr double kWorthwhile = 2;
// Shares of the pairs of rows that meet a condition that is no equality of keys.
constexpr double kOtherTerm = 0.33;
// Values of an attribute that is no key, as a share of the rows.
constexpr double kDistinct = 0.1;

bool IsInner(const Plan& plan) {
  const auto* join = plan.As<Plan::Join>();
  return join != nullptr && !join->lateral && (join->kind == JoinKind::kInner || join->kind == JoinKind::kCross);
}

struct Input {
  PlanPtr plan;
  double rows = 1;
  double items = 1;  // read to have them all
};

// A condition of the pile; `inputs`: those it reads, ascending.
struct Condition {
  ExprPtr expr;
  std::vector<size_t> inputs;
  double share = 1;
  // An equality of two inputs: the side of each.
  ExprPtr left, right;
};

class Orderer {
 public:
  explicit Orderer(const RuleContext& context) : context_(context) {}

  PlanPtr Visit(const PlanPtr& plan) {
    if (IsInner(*plan)) return VisitPile(plan);
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : plan->inputs) inputs.push_back(Orderer(context_).Visit(input));
    return WithInputs(plan, std::move(inputs));
  }

 private:
  PlanPtr VisitPile(const PlanPtr& plan) {
    std::vector<ExprPtr> conditions;
    Flatten(plan, &conditions);
    PlanPtr written = Rebuilt(plan);
    if (conditions.empty()) return written;
    by_input_.resize(inputs_.size());
    for (Input& input : inputs_) {
      input.rows = std::max(1.0, EstimatedRows(input.plan, context_));
      input.items = std::max(input.rows, SourceItems(input.plan, context_));
    }
    for (const ExprPtr& c : conditions) AddTerm(c);
    std::vector<size_t> order(inputs_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const double as_written = CostOf(order);
    std::vector<size_t> best = inputs_.size() <= kMaxExact ? Exact() : Greedy();
    if (CostOf(best) * kWorthwhile >= as_written) return written;
    return Joined(best);
  }

  // The inputs of the pile, themselves ordered, from left to right, and its conditions.
  void Flatten(const PlanPtr& plan, std::vector<ExprPtr>* conditions) {
    if (!IsInner(*plan)) {
      PlanPtr input = Orderer(context_).Visit(plan);
      for (int slot : SlotsDefined(*input)) input_of_[slot] = inputs_.size();
      inputs_.push_back({std::move(input)});
      return;
    }
    Flatten(plan->inputs[0], conditions);
    Flatten(plan->inputs[1], conditions);
    for (ExprPtr& term : Conjuncts(plan->As<Plan::Join>()->on)) conditions->push_back(std::move(term));
  }

  // The pile as it was, over the ordered inputs.
  PlanPtr Rebuilt(const PlanPtr& plan) {
    next_ = 0;
    return RebuiltFrom(plan);
  }
  PlanPtr RebuiltFrom(const PlanPtr& plan) {
    if (!IsInner(*plan)) return inputs_[next_++].plan;
    PlanPtr left = RebuiltFrom(plan->inputs[0]);
    PlanPtr right = RebuiltFrom(plan->inputs[1]);
    return WithInputs(plan, {std::move(left), std::move(right)});
  }

  std::vector<size_t> InputsRead(const Expr& e) const {
    std::vector<size_t> out;
    for (int slot : SlotsRead(e)) {
      if (auto it = input_of_.find(slot); it != input_of_.end()) out.push_back(it->second);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void AddTerm(const ExprPtr& e) {
    Condition term;
    term.expr = e;
    term.inputs = InputsRead(*e);
    term.share = kOtherTerm;
    const auto* c = e->As<Expr::Compare>();
    if (c != nullptr && c->op == CompareOp::kEq && term.inputs.size() == 2 && !HasSubquery(*e)) {
      const std::vector<size_t> l = InputsRead(*c->left), r = InputsRead(*c->right);
      if (l.size() == 1 && r.size() == 1 && l != r) {
        term.left = l[0] < r[0] ? c->left : c->right;
        term.right = l[0] < r[0] ? c->right : c->left;
        term.share = 1 / std::max(Distinct(term.inputs[0], *term.left), Distinct(term.inputs[1], *term.right));
      }
    }
    for (size_t i : term.inputs) by_input_[i].push_back(terms_.size());
    terms_.push_back(std::move(term));
  }

  // About how many values the expression has over the input's rows.
  double Distinct(size_t i, const Expr& e) const {
    const Input& input = inputs_[i];
    if (const auto* access = input.plan->As<Plan::Access>()) {
      const auto* path = e.As<Expr::Path>();
      const auto* base = path == nullptr ? nullptr : path->base->As<Expr::Slot>();
      if (base != nullptr && base->index == access->slot && path->steps.size() == 1) {
        const std::string& name = path->steps[0].name;
        const KeySchema& key = access->table->key;
        if (!key.range && name == key.hash.name) return input.rows;
        auto statistics = context_.store == nullptr ? nullptr : context_.store->Statistics(*access->table);
        const auto* known = statistics == nullptr ? nullptr : statistics->FindAttribute(name);
        if (known != nullptr && known->distinct >= 1) return std::min(known->distinct, input.rows);
      }
    }
    return std::max(1.0, std::min(input.rows, std::max(10.0, input.rows * kDistinct)));
  }

  // What has been joined so far.
  struct State {
    std::vector<bool> in;
    double rows = 1;
    double cost = 0;
  };

  State Start(size_t i) const {
    State s;
    s.in.assign(inputs_.size(), false);
    s.in[i] = true;
    s.rows = inputs_[i].rows;
    s.cost = inputs_[i].items;
    return s;
  }

  // The state with input `i` joined.
  State With(const State& before, size_t i) {
    State s = before;
    Add(i, &s);
    return s;
  }

  void Add(size_t i, State* state) {
    double rows = 0, cost = 0;
    Join(i, *state, &rows, &cost);
    state->in[i] = true;
    state->rows = rows;
    state->cost = cost;
  }

  // What rows and cost become when input `i` is joined to `before`.
  void Join(size_t i, const State& before, double* rows, double* cost) {
    *rows = before.rows * inputs_[i].rows;
    std::vector<size_t> equalities;
    for (size_t t : by_input_[i]) {
      const Condition& term = terms_[t];
      if (!std::all_of(term.inputs.begin(), term.inputs.end(), [&](size_t j) { return j == i || before.in[j]; })) {
        continue;
      }
      *rows *= term.share;
      if (term.left != nullptr) equalities.push_back(t);
    }
    if (equalities.empty()) {
      *cost = before.cost + inputs_[i].items + before.rows * inputs_[i].rows;
    } else {
      const double hashed = inputs_[i].items + inputs_[i].rows + before.rows;
      *cost = before.cost + std::min(hashed, before.rows * Lookup(i, equalities)) + *rows;
    }
  }

  // The cost of one lookup of input `i` by the terms.
  double Lookup(size_t i, const std::vector<size_t>& equalities) {
    const auto* access = inputs_[i].plan->As<Plan::Access>();
    if (access == nullptr) return std::numeric_limits<double>::infinity();
    const auto [it, is_new] = lookups_.try_emplace({i, equalities}, 0);
    if (is_new) {
      std::vector<std::pair<ExprPtr, ExprPtr>> keys;  // (the others', mine)
      for (size_t t : equalities) {
        const Condition& term = terms_[t];
        keys.push_back(term.inputs[0] == i ? std::pair(term.right, term.left) : std::pair(term.left, term.right));
      }
      it->second = LookupCost(WithTerms(*access, Equalities(keys)), context_);
    }
    return it->second;
  }

  double CostOf(const std::vector<size_t>& order) {
    State s = Start(order[0]);
    for (size_t i = 1; i < order.size(); ++i) Add(order[i], &s);
    return s.cost;
  }

  // The cheapest left-deep order of all.
  std::vector<size_t> Exact() {
    struct Best {
      State state;
      std::vector<size_t> order;
    };
    const size_t n = inputs_.size();
    std::vector<Best> best(size_t{1} << n);
    for (size_t i = 0; i < n; ++i) best[size_t{1} << i] = {Start(i), {i}};
    for (size_t set = 1; set < best.size(); ++set) {
      for (size_t i = 0; i < n; ++i) {
        if (set >> i & 1) continue;
        State s = With(best[set].state, i);
        Best& known = best[set | size_t{1} << i];
        if (!known.order.empty() && known.state.cost <= s.cost) continue;
        std::vector<size_t> order = best[set].order;
        order.push_back(i);
        known = {std::move(s), std::move(order)};
      }
    }
    return best.back().order;
  }

  // From the smallest input on, each time the one that adds least.
  std::vector<size_t> Greedy() {
    const size_t n = inputs_.size();
    size_t first = 0;
    for (size_t i = 1; i < n; ++i) {
      const bool joined = !by_input_[i].empty() || by_input_[first].empty();
      if (joined && (inputs_[i].rows < inputs_[first].rows || by_input_[first].empty())) first = i;
    }
    std::vector<size_t> order = {first};
    State state = Start(first);
    while (order.size() < n) {
      size_t next = n;
      double least = std::numeric_limits<double>::infinity();
      for (size_t i = 0; i < n; ++i) {
        if (state.in[i]) continue;
        double rows = 0, cost = 0;
        Join(i, state, &rows, &cost);
        const double added = cost + rows;
        if (next == n || added < least) {
          next = i;
          least = added;
        }
      }
      Add(next, &state);
      order.push_back(next);
    }
    return order;
  }

  PlanPtr Joined(const std::vector<size_t>& order) const {
    // Each condition stands at the join that brings the last of its inputs.
    std::vector<size_t> position(order.size());
    for (size_t k = 0; k < order.size(); ++k) position[order[k]] = k;
    std::vector<std::vector<ExprPtr>> on(order.size());
    for (const Condition& term : terms_) {
      size_t last = 1;
      for (size_t i : term.inputs) last = std::max(last, position[i]);
      on[last].push_back(term.expr);
    }
    PlanPtr plan = inputs_[order[0]].plan;
    for (size_t k = 1; k < order.size(); ++k) {
      Plan::Join join;
      join.on = Conjoin(std::move(on[k]));
      join.kind = join.on == nullptr ? JoinKind::kCross : JoinKind::kInner;
      plan = MakePlan(std::move(join), {std::move(plan), inputs_[order[k]].plan});
    }
    return plan;
  }

  const RuleContext& context_;
  std::vector<Input> inputs_;
  std::map<int, size_t> input_of_;  // by slot
  std::vector<Condition> terms_;
  std::vector<std::vector<size_t>> by_input_;  // terms
  std::map<std::pair<size_t, std::vector<size_t>>, double> lookups_;
  size_t next_ = 0;
};

}  // namespace

Result<PlanPtr> OrderJoins(const PlanPtr& plan, const RuleContext& context) {
  // In strict typing a condition may be in error on rows that another one would have removed before.
  if (context.settings->typing == Typing::kStrict) return plan;
  return Orderer(context).Visit(plan);
}

}  // namespace parton

// Brings predicates into the shape that the other rules look for. Only TRUE matters for a predicate, so
// rewrites may turn NULL into MISSING or FALSE, never either into TRUE.
#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/terms.h"
#include "planner/rules/rules.h"
#include "types/expr/row_predicates.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

class Normalizer {
 public:
  // `stored`: slots of tables' items. *needs_values is set where a parameter's value would decide.
  Normalizer(Logic logic, std::set<int> stored, bool* needs_values)
      : logic_(logic), stored_(std::move(stored)), needs_values_(needs_values) {}

  ExprPtr Positive(const ExprPtr& e) {
    if (const auto* n = e->As<Expr::Not>()) return Negative(n->operand);
    if (const auto* n = e->As<Expr::And>()) return Conjunction(n->terms, false, e->span);
    if (const auto* n = e->As<Expr::Or>()) return Disjunction(n->terms, false, e->span);
    if (const auto* n = e->As<Expr::Compare>()) return PathFirst(*n, e);
    if (const auto* n = e->As<Expr::In>()) return SingleIn(*n, e);
    return e;
  }

 private:
  // The expression that is TRUE where NOT e is.
  ExprPtr Negative(const ExprPtr& e) {
    if (const auto* n = e->As<Expr::Not>()) return Positive(n->operand);
    if (const auto* n = e->As<Expr::And>()) return Disjunction(n->terms, true, e->span);
    if (const auto* n = e->As<Expr::Or>()) return Conjunction(n->terms, true, e->span);
    if (const auto* n = e->As<Expr::Is>()) {
      Expr::Is copy = *n;
      copy.negated = !copy.negated;
      return MakeExpr(std::move(copy), e->span);
    }
    // DynamoDB's NOT of an unanswerable predicate is true: its comparisons have no opposite.
    if (logic_ == Logic::kDynamo) return MakeExpr(Expr::Not{e}, e->span);
    if (const auto* n = e->As<Expr::Compare>()) {
      if (!HasOpposite(*n)) return MakeExpr(Expr::Not{PathFirst(*n, e)}, e->span);
      Expr::Compare copy = *n;
      copy.op = Opposite(copy.op);
      return PathFirst(copy, MakeExpr(copy, e->span));
    }
    if (const auto* n = e->As<Expr::In>()) return Flipped(*n, e);
    if (const auto* n = e->As<Expr::Between>()) return Flipped(*n, e);
    if (const auto* n = e->As<Expr::Like>()) return Flipped(*n, e);
    return MakeExpr(Expr::Not{e}, e->span);
  }

  template <typename Node>
  static ExprPtr Flipped(Node node, const ExprPtr& e) {
    node.negated = !node.negated;
    return MakeExpr(std::move(node), e->span);
  }

  // NaN is neither less than nor at least a number: where it may come, the opposite of `<` is not `>=`.
  bool HasOpposite(const Expr::Compare& c) const {
    if (c.op == CompareOp::kEq || c.op == CompareOp::kNe) return true;
    if (MayBeNan(*c.left) || MayBeNan(*c.right)) return false;
    const bool unknown = c.left->As<Expr::Parameter>() != nullptr || c.right->As<Expr::Parameter>() != nullptr;
    if (unknown && needs_values_ != nullptr) *needs_values_ = true;
    return !unknown;
  }
  // Beside parameters. No item holds NaN.
  bool MayBeNan(const Expr& e) const {
    if (const auto* literal = e.As<Expr::Literal>()) {
      return literal->value.type() == Type::kFloat && std::isnan(literal->value.float_value());
    }
    if (const auto* path = e.As<Expr::Path>()) {
      const auto* base = path->base->As<Expr::Slot>();
      return base == nullptr || !stored_.contains(base->index);
    }
    return e.As<Expr::Parameter>() == nullptr;
  }

  static CompareOp Opposite(CompareOp op) {
    switch (op) {
      case CompareOp::kEq: return CompareOp::kNe;
      case CompareOp::kNe: return CompareOp::kEq;
      case CompareOp::kLt: return CompareOp::kGe;
      case CompareOp::kLe: return CompareOp::kGt;
      case CompareOp::kGt: return CompareOp::kLe;
      case CompareOp::kGe: return CompareOp::kLt;
    }
    return op;
  }

  // `5 < x.a` becomes `x.a > 5`.
  static ExprPtr PathFirst(const Expr::Compare& c, const ExprPtr& e) {
    // `x IS NOT DISTINCT FROM 5` becomes `x = 5`.
    ExprPtr a, b;
    if (c.op == CompareOp::kEq && IsDistinctFrom(c, &a, &b)) {
      for (int turn = 0; turn < 2; ++turn, std::swap(a, b)) {
        const auto* literal = b->As<Expr::Literal>();
        if (literal == nullptr || literal->value.is_absent()) continue;
        return MakeExpr(Expr::Compare{CompareOp::kEq, std::move(a), std::move(b)}, e->span);
      }
    }
    bool swap = !c.left->As<Expr::Path>() && c.right->As<Expr::Path>();
    if (!swap) return e;
    return MakeExpr(Expr::Compare{Mirrored(c.op), c.right, c.left, c.rows}, e->span);
  }

  // `x IN [1]` becomes `x = 1`.
  static ExprPtr SingleIn(const Expr::In& in, const ExprPtr& e) {
    const auto* list = in.haystack->As<Expr::MakeCollection>();
    if (list == nullptr || list->elements.size() != 1) return e;
    CompareOp op = in.negated ? CompareOp::kNe : CompareOp::kEq;
    return MakeExpr(Expr::Compare{op, in.needle, list->elements[0], in.rows}, e->span);
  }

  ExprPtr Normal(const ExprPtr& e, bool negated) { return negated ? Negative(e) : Positive(e); }

  ExprPtr Conjunction(const std::vector<ExprPtr>& terms, bool negated, TextSpan span) {
    std::vector<ExprPtr> out;
    std::unordered_set<ExprPtr, ExprHash, ExprEqual> known;
    for (const ExprPtr& term : terms) {
      for (ExprPtr& t : Conjuncts(Normal(term, negated))) {
        if (known.insert(t).second) out.push_back(std::move(t));
      }
    }
    if (out.size() == 1) return out[0];
    return MakeExpr(Expr::And{std::move(out)}, span);
  }

  ExprPtr Disjunction(const std::vector<ExprPtr>& terms, bool negated, TextSpan span) {
    std::vector<ExprPtr> flat;
    for (const ExprPtr& term : terms) {
      ExprPtr t = Normal(term, negated);
      if (const auto* inner = t->As<Expr::Or>()) {
        flat.insert(flat.end(), inner->terms.begin(), inner->terms.end());
      } else {
        flat.push_back(std::move(t));
      }
    }
    std::vector<ExprPtr> out = MergeEqualities(flat);
    if (out.size() == 1) return out[0];
    return MakeExpr(Expr::Or{std::move(out)}, span);
  }

  // The elements e is equal to one of: `path = v`, `path IN [...]`. False if it is neither.
  static bool EqualTo(const ExprPtr& e, ExprPtr* path, std::vector<ExprPtr>* values) {
    const Term term = ReadTerm(*e);
    if (term.op == Term::Op::kEqual) {
      *values = {term.value};
    } else if (term.HasElements()) {
      *values = term.Elements();
    } else {
      return false;
    }
    *path = term.operand;
    return true;
  }

  // `a = 1 OR a = 2 OR b` becomes `a IN [1, 2] OR b`.
  static std::vector<ExprPtr> MergeEqualities(const std::vector<ExprPtr>& terms) {
    struct Group {
      ExprPtr path;
      std::vector<ExprPtr> values;
      ExprPtr single;
    };
    std::vector<Group> groups;
    std::unordered_map<ExprPtr, size_t, ExprHash, ExprEqual> by_path;  // index into groups
    std::vector<ExprPtr> out;
    std::vector<int> order;  // index into groups, or -1 - index into others
    std::vector<ExprPtr> others;
    for (const ExprPtr& term : terms) {
      ExprPtr path;
      std::vector<ExprPtr> values;
      if (!EqualTo(term, &path, &values)) {
        order.push_back(-1 - static_cast<int>(others.size()));
        others.push_back(term);
        continue;
      }
      const auto [it, is_new] = by_path.try_emplace(path, groups.size());
      if (is_new) {
        order.push_back(static_cast<int>(groups.size()));
        groups.push_back({path, std::move(values), term});
      } else {
        Group& g = groups[it->second];
        g.values.insert(g.values.end(), values.begin(), values.end());
        g.single = nullptr;
      }
    }
    for (int i : order) {
      if (i < 0) {
        out.push_back(others[static_cast<size_t>(-1 - i)]);
        continue;
      }
      Group& g = groups[static_cast<size_t>(i)];
      if (g.single != nullptr) {
        out.push_back(g.single);
      } else {
        ExprPtr list = MakeExpr(Expr::MakeCollection{Type::kList, std::move(g.values)}, g.path->span);
        out.push_back(MakeExpr(Expr::In{g.path, std::move(list), false}, g.path->span));
      }
    }
    return out;
  }

  const Logic logic_;
  const std::set<int> stored_;
  bool* const needs_values_;
};

void AddItemSlots(const Plan& plan, std::set<int>* out) {
  if (const auto* access = plan.As<Plan::Access>()) out->insert(access->slot);
  for (const PlanPtr& input : plan.inputs) AddItemSlots(*input, out);
}

}  // namespace

Result<PlanPtr> NormalizePredicates(const PlanPtr& plan, const RuleContext& context) {
  std::set<int> stored;
  AddItemSlots(*plan, &stored);
  Normalizer normalizer(context.settings->logic(), std::move(stored), context.depends_on_values);
  return TransformUp(plan, [&](const PlanPtr& node) -> PlanPtr {
    auto changed = [&](const ExprPtr& e) { return e == nullptr ? e : normalizer.Positive(e); };
    if (const auto* n = node->As<Plan::Filter>()) {
      ExprPtr p = changed(n->predicate);
      return p == n->predicate ? node : MakePlan(Plan::Filter{std::move(p)}, node->inputs);
    }
    if (const auto* n = node->As<Plan::Access>(); n != nullptr && n->filter != nullptr) {
      Plan::Access copy = *n;
      copy.filter = changed(n->filter);
      return MakePlan(std::move(copy), node->inputs, node->estimate);
    }
    if (const auto* n = node->As<Plan::Join>(); n != nullptr && n->on != nullptr) {
      Plan::Join copy = *n;
      copy.on = changed(n->on);
      return MakePlan(std::move(copy), node->inputs, node->estimate);
    }
    return node;
  });
}

}  // namespace parton

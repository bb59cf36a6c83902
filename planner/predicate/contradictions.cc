#include "planner/predicate/contradictions.h"

#include <optional>
#include <string>
#include <unordered_map>

#include "planner/plan/plan_visit.h"
#include "types/expr/evaluate.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

// What literals say about one path.
struct Span {
  const Value* equal = nullptr;
  const Value* low = nullptr;
  const Value* high = nullptr;
  bool low_inclusive = true;
  bool high_inclusive = true;
};

const Value* LiteralOf(const ExprPtr& e) {
  const auto* literal = e->As<Expr::Literal>();
  return literal == nullptr ? nullptr : &literal->value;
}

class Finder {
 public:
  // `access`: the table the terms are about, if it is one.
  Finder(const Settings& settings, const Plan::Access* access) : settings_(settings), access_(access) {}

  bool Contradictory(const std::vector<ExprPtr>& terms) {
    for (const ExprPtr& term : terms) {
      if (const Value* v = LiteralOf(term)) {
        const bool never = v->is_absent() || (v->is_bool() && !v->bool_value());
        // In strict typing another term may be in error before this one decides.
        if (never && (!Strict() || &term == &terms.front())) return true;
        continue;
      }
      if (const auto* c = term->As<Expr::Compare>(); c != nullptr && c->left->As<Expr::Path>()) {
        if (const Value* v = LiteralOf(c->right)) Note(c->left, c->op, v);
      } else if (const auto* b = term->As<Expr::Between>(); b != nullptr && !b->negated && b->value->As<Expr::Path>()) {
        if (const Value* v = LiteralOf(b->low)) Note(b->value, CompareOp::kGe, v);
        if (const Value* v = LiteralOf(b->high)) Note(b->value, CompareOp::kLe, v);
      }
      if (found_) return true;
    }
    return false;
  }

 private:
  // Strict typing must still report a comparison of unlike types, so only alike ones are judged
  // there.
  static std::optional<int> Compare(const Value& a, const Value& b) {
    if (a.is_absent() || b.is_absent()) return std::nullopt;
    return CompareScalars(a, b);
  }

  bool Strict() const { return settings_.typing == Typing::kStrict; }

  // A key attribute: it is there in every item, and a comparison with it is never in error.
  bool IsKey(const Expr& path) const {
    if (access_ == nullptr || access_->table == nullptr) return false;
    const auto* p = path.As<Expr::Path>();
    const auto* root = p->base->As<Expr::Slot>();
    if (root == nullptr || root->index != access_->slot || p->steps.size() != 1) return false;
    const KeySchema& key = access_->table->key;
    const std::string& name = p->steps[0].name;
    return p->steps[0].index < 0 && key.Has(name);
  }

  void Note(const ExprPtr& path, CompareOp op, const Value* v) {
    if (op == CompareOp::kNe || (Strict() && !IsKey(*path))) return;
    if (v->is_absent()) {
      // `= NULL` is unknown in PartiQL, and a question with an answer in DynamoDB.
      found_ = found_ || settings_.logic() == Logic::kPartiql;
      return;
    }
    Span& span = spans_[path];
    switch (op) {
      case CompareOp::kEq:
        if (span.equal != nullptr && !DeepEqual(*span.equal, *v)) found_ = true;
        span.equal = v;
        break;
      case CompareOp::kLt:
      case CompareOp::kLe: Tighten(v, op == CompareOp::kLe, -1, &span.high, &span.high_inclusive); break;
      case CompareOp::kGt:
      case CompareOp::kGe: Tighten(v, op == CompareOp::kGe, 1, &span.low, &span.low_inclusive); break;
      case CompareOp::kNe: break;
    }
    if (span.equal != nullptr) {
      if (span.low != nullptr && Outside(Compare(*span.equal, *span.low), span.low_inclusive)) found_ = true;
      if (span.high != nullptr && Outside(Compare(*span.high, *span.equal), span.high_inclusive)) found_ = true;
    }
    if (span.low != nullptr && span.high != nullptr &&
        Outside(Compare(*span.high, *span.low), span.low_inclusive && span.high_inclusive)) {
      found_ = true;
    }
  }

  static bool Outside(std::optional<int> order, bool inclusive) {
    return order.has_value() && (inclusive ? *order < 0 : *order <= 0);
  }

  // Keeps the bound that admits less; `direction` is 1 for lower bounds, -1 for upper ones.
  static void Tighten(const Value* v, bool inclusive, int direction, const Value** bound, bool* bound_inclusive) {
    if (*bound == nullptr) {
      *bound = v;
      *bound_inclusive = inclusive;
      return;
    }
    std::optional<int> order = Compare(*v, **bound);
    if (!order.has_value()) return;
    if (*order * direction > 0) {
      *bound = v;
      *bound_inclusive = inclusive;
    } else if (*order == 0) {
      *bound_inclusive = *bound_inclusive && inclusive;
    }
  }

  const Settings& settings_;
  const Plan::Access* access_;
  std::unordered_map<ExprPtr, Span, ExprHash, ExprEqual> spans_;  // by path
  bool found_ = false;
};

// Known when parameters are: made of them and literals alone. What a function gives may change from row to row.
bool IsGiven(const Expr& e) {
  if (e.As<Expr::Call>() != nullptr || e.As<Expr::BadLiteral>() != nullptr || !IsFixedPerExecution(e)) return false;
  bool given = true;
  ForEachChild(e, [&](const ExprPtr& child) { given = given && (child == nullptr || IsGiven(*child)); });
  return given;
}

bool HasParameter(const Expr& e) {
  bool found = e.As<Expr::Parameter>() != nullptr;
  ForEachChild(e, [&](const ExprPtr& child) { found = found || (child != nullptr && HasParameter(*child)); });
  return found;
}

// `e` with its given parts replaced by their values.
ExprPtr WithValues(const ExprPtr& e, EvalContext& eval) {
  if (e->As<Expr::Literal>() != nullptr) return e;
  if (IsGiven(*e)) return MakeExpr(Expr::Literal{EvaluateValue(*e, eval).Own()}, e->span);
  return MapChildren(e, [&](const ExprPtr& child) { return WithValues(child, eval); });
}

// The path that a term compares with given values, and how many of them; null: none.
ExprPtr BoundedPath(const Expr& term, int* values) {
  if (const auto* c = term.As<Expr::Compare>(); c != nullptr && c->op != CompareOp::kNe && c->left->As<Expr::Path>()) {
    *values = 1;
    return IsGiven(*c->right) ? c->left : nullptr;
  }
  const auto* b = term.As<Expr::Between>();
  if (b == nullptr || b->negated || !b->value->As<Expr::Path>()) return nullptr;
  *values = (IsGiven(*b->low) ? 1 : 0) + (IsGiven(*b->high) ? 1 : 0);
  return *values == 0 ? nullptr : b->value;
}

}  // namespace

bool Contradictory(const std::vector<ExprPtr>& terms, const Settings& settings, const Plan::Access* access) {
  return Finder(settings, access).Contradictory(terms);
}

ExprPtr MayExclude(const std::vector<ExprPtr>& terms, const Settings& settings) {
  struct Bounds {
    int values = 0;
    bool known = true;
  };
  const bool strict = settings.typing == Typing::kStrict;
  std::unordered_map<ExprPtr, Bounds, ExprHash, ExprEqual> by_path;
  int values = 0;
  for (const ExprPtr& term : terms) {
    const ExprPtr path = BoundedPath(*term, &values);
    if (path == nullptr) continue;
    Bounds& bounds = by_path[path];
    bounds.values += values;
    bounds.known = bounds.known && !HasParameter(*term);
  }
  std::vector<ExprPtr> out;
  for (const ExprPtr& term : terms) {
    if (IsGiven(*term)) {
      // In strict typing another term may be in error before this one decides.
      if (!IsConstant(*term) && (!strict || term == terms.front())) out.push_back(term);
    } else if (const ExprPtr path = BoundedPath(*term, &values)) {
      const Bounds& bounds = by_path[path];
      if (bounds.values > 1 && !bounds.known) out.push_back(term);
    }
  }
  return Conjoin(std::move(out));
}

bool ExcludedNow(const ExprPtr& exclusive, const Settings& settings, const Plan::Access* access, EvalContext& eval) {
  std::vector<ExprPtr> terms = Conjuncts(exclusive);
  for (ExprPtr& term : terms) {
    term = WithValues(term, eval);
    if (eval.failed()) {
      eval.error = Status();
      return false;
    }
  }
  return Contradictory(terms, settings, access);
}

}  // namespace parton

#include "planner/predicate/contradictions.h"

#include <optional>
#include <string>
#include <unordered_map>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/terms.h"
#include "types/expr/evaluate.h"
#include "types/value/value_compare.h"
#include "types/value/value_interval.h"

namespace parton {

namespace {

struct LiteralBound {
  const Value* value;
  bool inclusive;
};
struct LiteralOrder {
  std::optional<int> operator()(const Value* a, const Value* b) const {
    if (a->is_absent() || b->is_absent()) return std::nullopt;
    return CompareScalars(*a, *b);
  }
};

// What literals say about one path.
struct Span {
  const Value* equal = nullptr;
  ValueInterval<LiteralBound, LiteralOrder> between;
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
      Note(ReadTerm(*term));
      if (found_) return true;
    }
    return false;
  }

 private:
  bool Strict() const { return settings_.typing == Typing::kStrict; }

  // A key attribute: it is there in every item, and a comparison with it is never in error.
  bool IsKey(const Expr& path) const {
    if (access_ == nullptr || access_->table == nullptr) return false;
    return KeyAttributeOf(path, access_->slot, access_->table->key) != nullptr;
  }

  void Note(const Term& t) {
    using Op = Term::Op;
    if (t.op != Op::kEqual && t.op != Op::kBetween && !t.IsLow() && !t.IsHigh()) return;
    const Value* v = LiteralOf(t.value);
    if (t.op == Op::kBetween) {
      Note(t.operand, Op::kGreaterEqual, v);
      Note(t.operand, Op::kLessEqual, LiteralOf(t.high));
    } else {
      Note(t.operand, t.op, v);
    }
  }

  // `v` may be null.
  void Note(const ExprPtr& path, Term::Op op, const Value* v) {
    // Strict typing must still report a comparison of unlike types.
    if (v == nullptr || (Strict() && !IsKey(*path))) return;
    if (v->is_absent()) {
      // `= NULL` is unknown in PartiQL, and a question with an answer in DynamoDB.
      found_ = found_ || settings_.logic() == Logic::kPartiql;
      return;
    }
    Span& span = spans_[path];
    const bool inclusive = op != Term::Op::kLess && op != Term::Op::kGreater;
    if (op == Term::Op::kEqual) {
      if (span.equal != nullptr && !DeepEqual(*span.equal, *v)) found_ = true;
      span.equal = v;
    } else if (op == Term::Op::kLess || op == Term::Op::kLessEqual) {
      span.between.LowerHigh({v, inclusive});
    } else {
      span.between.RaiseLow({v, inclusive});
    }
    auto all = span.between;
    if (span.equal != nullptr) {
      all.RaiseLow({span.equal, true});
      all.LowerHigh({span.equal, true});
    }
    found_ = found_ || all.IsEmpty();
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
  const Term t = ReadTerm(term);
  if (t.op == Term::Op::kBetween) {
    *values = (IsGiven(*t.value) ? 1 : 0) + (IsGiven(*t.high) ? 1 : 0);
  } else if (t.op == Term::Op::kEqual || t.IsLow() || t.IsHigh()) {
    *values = IsGiven(*t.value) ? 1 : 0;
  } else {
    return nullptr;
  }
  return *values == 0 ? nullptr : t.operand;
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

#include "types/expr/row_predicates.h"

#include <array>
#include <string>
#include <utility>

#include "types/expr/evaluate_internal.h"

namespace parton {

namespace eval {

Tri CompareRows(CompareOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where) {
  const bool equality = op == CompareOp::kEq || op == CompareOp::kNe;
  if (!a.is_list() || !b.is_list()) return Compare(op, a, b, ctx, where);
  const std::vector<Value>& x = a.elements();
  const std::vector<Value>& y = b.elements();
  if (x.size() != y.size()) {
    if (equality) return ToTri(op == CompareOp::kNe);
    (void)ctx.Mismatch("rows of different length have no order", where);
    return Tri::kMissing;
  }
  bool unknown = false;
  for (size_t i = 0; i < x.size(); ++i) {
    const Tri same = CompareRows(CompareOp::kEq, x[i], y[i], ctx, where);
    if (same == Tri::kTrue) continue;
    if (same != Tri::kFalse) {
      if (!equality) return Tri::kNull;
      unknown = true;
      continue;
    }
    if (equality) return ToTri(op == CompareOp::kNe);
    return CompareRows(op, x[i], y[i], ctx, where);
  }
  if (unknown) return Tri::kNull;
  return ToTri(Holds(op, 0));
}

}  // namespace eval

namespace {

using eval::Tri;

constexpr const char* kGroup = "predicate";

Tri Quantified(CompareOp op, bool all, bool rows, const Value& value, const Value& elements, EvalContext& ctx) {
  if (!elements.is_collection()) {
    if (elements.is_absent()) return eval::Absent(value, elements).is_null() ? Tri::kNull : Tri::kMissing;
    (void)ctx.Mismatch("ANY and ALL take a collection");
    return Tri::kMissing;
  }
  const Tri stop = eval::ToTri(!all);
  Tri result = eval::ToTri(all);
  for (const Value& element : elements.elements()) {
    const Tri t =
        rows ? eval::CompareRows(op, value, element, ctx, nullptr) : eval::Compare(op, value, element, ctx, nullptr);
    if (t == stop) return t;
    if (t == Tri::kNull || t == Tri::kMissing) result = value.is_missing() ? Tri::kMissing : Tri::kNull;
  }
  return result;
}

ScalarFunction Predicate(std::string name) {
  ScalarFunction f;
  f.name = std::move(name);
  f.signature = f.name;
  f.group = kGroup;
  f.min_args = f.max_args = 2;
  f.args = {ArgType::kAny};
  f.absent = AbsentRule::kCustom;
  return f;
}

ScalarFunction MakeQuantified(CompareOp op, bool all, bool rows) {
  ScalarFunction f = Predicate(std::string(CompareOpText(op)) + (all ? " ALL" : " ANY"));
  f.call = [op, all, rows](const Value* args, int, EvalContext& ctx) {
    return eval::FromTri(Quantified(op, all, rows, args[0], args[1], ctx));
  };
  return f;
}

}  // namespace

const ScalarFunction& QuantifiedFunction(CompareOp op, bool all, bool rows) {
  static const auto* functions = [] {
    auto* out = new std::array<ScalarFunction, 24>;
    for (size_t i = 0; i < out->size(); ++i) {
      (*out)[i] = MakeQuantified(static_cast<CompareOp>(i / 4), (i & 2) != 0, (i & 1) != 0);
    }
    return out;
  }();
  return (*functions)[static_cast<size_t>(op) * 4 + (all ? 2 : 0) + (rows ? 1 : 0)];
}

namespace {

// The element of a list of one, which may have been folded to a literal; null: it is none.
ExprPtr OnlyElement(const ExprPtr& e) {
  if (const auto* list = e->As<Expr::MakeCollection>()) {
    return list->type == Type::kList && list->elements.size() == 1 ? list->elements[0] : nullptr;
  }
  const auto* literal = e->As<Expr::Literal>();
  if (literal == nullptr || !literal->value.is_list() || literal->value.elements().size() != 1) return nullptr;
  return MakeExpr(Expr::Literal{literal->value.elements()[0]}, e->span);
}

}  // namespace

ExprPtr DistinctFrom(ExprPtr a, ExprPtr b, bool negated, TextSpan span) {
  ExprPtr left = MakeExpr(Expr::MakeCollection{Type::kList, {std::move(a)}}, span);
  ExprPtr right = MakeExpr(Expr::MakeCollection{Type::kList, {std::move(b)}}, span);
  const CompareOp op = negated ? CompareOp::kEq : CompareOp::kNe;
  return MakeExpr(Expr::Compare{op, std::move(left), std::move(right)}, span);
}

bool IsDistinctFrom(const Expr::Compare& c, ExprPtr* a, ExprPtr* b) {
  if (c.rows || (c.op != CompareOp::kEq && c.op != CompareOp::kNe)) return false;
  *a = OnlyElement(c.left);
  *b = OnlyElement(c.right);
  return *a != nullptr && *b != nullptr;
}

bool IsInfix(const ScalarFunction& f) { return f.group == kGroup || f.name == "OVERLAPS"; }

}  // namespace parton

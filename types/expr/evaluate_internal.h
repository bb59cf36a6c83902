// Shared by the parts of the evaluator and by functions. Not for use outside types/.
#ifndef PARTON_TYPES_EXPR_EVALUATE_INTERNAL_H_
#define PARTON_TYPES_EXPR_EVALUATE_INTERNAL_H_

#include <optional>
#include <string>
#include <string_view>

#include "parton/temporal.h"
#include "parton/value.h"
#include "types/expr/evaluate.h"

namespace parton::eval {

// An SQL truth value; kMissing where PartiQL tells it from NULL.
enum class Tri : uint8_t { kFalse, kTrue, kNull, kMissing };

inline Tri ToTri(bool b) { return b ? Tri::kTrue : Tri::kFalse; }
inline Tri Negate(Tri t) {
  if (t == Tri::kTrue) return Tri::kFalse;
  return t == Tri::kFalse ? Tri::kTrue : t;
}
inline Value FromTri(Tri t) {
  switch (t) {
    case Tri::kFalse: return Value::Bool(false);
    case Tri::kTrue: return Value::Bool(true);
    case Tri::kNull: return Value::Null();
    case Tri::kMissing: break;
  }
  return Value::Missing();
}

// MISSING if one of the two is, else NULL. REQUIRES: one of them is absent.
inline Value Absent(const Value& a, const Value& b) {
  return a.is_missing() || b.is_missing() ? Value::Missing() : Value::Null();
}

// a <op> b in the logic and typing of `ctx`.
Tri CompareSlow(CompareOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where);
inline bool Holds(CompareOp op, int order) {
  switch (op) {
    case CompareOp::kEq: return order == 0;
    case CompareOp::kNe: return order != 0;
    case CompareOp::kLt: return order < 0;
    case CompareOp::kLe: return order <= 0;
    case CompareOp::kGt: return order > 0;
    case CompareOp::kGe: return order >= 0;
  }
  return false;
}
inline Tri Compare(CompareOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where) {
  if (a.is_small_int() && b.is_small_int()) {
    const int64_t x = a.int_value(), y = b.int_value();
    return ToTri(Holds(op, x < y ? -1 : x > y));
  }
  if (a.is_text() && b.is_text()) {
    if (op == CompareOp::kEq) return ToTri(a.bytes() == b.bytes());
    return ToTri(Holds(op, a.bytes().compare(b.bytes())));  // UTF-8 order is code point order
  }
  return CompareSlow(op, a, b, ctx, where);
}

// As Compare for rows, lists of equal length: element by element, the first that differ decide.
// types/expr/row_predicates.cc
Tri CompareRows(CompareOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where);

Tri In(const Expr& e, const Expr::In& in, EvalContext& ctx);
Tri Between(const Expr& e, const Expr::Between& between, EvalContext& ctx);
Tri Like(const Expr& e, const Expr::Like& like, EvalContext& ctx);
// IS; never MISSING but for a mismatch (5 IS TRUE).
Tri Is(const Expr& e, const Expr::Is& is, EvalContext& ctx);

const Value& Path(const Expr& e, const Expr::Path& path, EvalContext& ctx, Value* scratch);
const Value& Index(const Expr& e, const Expr::Index& index, EvalContext& ctx, Value* scratch);

Value Arithmetic(BinaryOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where);
Status IntOverflow();
Value Arithmetic(UnaryOp op, const Value& a, EvalContext& ctx, const Expr* where);
// The operand types an operator knows; `left` tells the side.
bool OperandFits(BinaryOp op, bool left, Type type);

Value MakeStruct(const Expr& e, const Expr::MakeStruct& make, EvalContext& ctx);
Value Call(const Expr& e, const Expr::Call& call, EvalContext& ctx);

// DATE, TIME, TIMESTAMP, INTERVAL or, for an absent value, monostate. REQUIRES: one of those.
Temporal ToTemporal(const Value& v);
Value FromTemporal(const Temporal& t);
inline bool IsTemporal(Type t) { return t >= Type::kDate && t <= Type::kInterval; }
inline bool IsDateTime(Type t) { return t >= Type::kDate && t <= Type::kTimestamp; }

// An error of an operation on values: kTypeMismatch is data, the rest fails the statement.
Value FromError(const Status& status, EvalContext& ctx, const Expr* where = nullptr);

// The shortest text that reads back as the same double: "1.5", "1E+300", "NaN", "Infinity".
std::string DoubleText(double d);

}  // namespace parton::eval

#endif  // PARTON_TYPES_EXPR_EVALUATE_INTERNAL_H_

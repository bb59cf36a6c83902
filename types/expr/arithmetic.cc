// + - * / % || & and unary signs, over numbers, strings, dates, times and intervals.
//
// INT with INT stays INT (division truncates towards zero) and overflows past 38 digits; with DECIMAL
// the result is DECIMAL, rounded to 38 digits; with FLOAT it is FLOAT, by IEEE rules. Division of
// exact numbers by zero and overflow fail in both typing modes.
#include <cmath>

#include "types/expr/evaluate_internal.h"

namespace parton::eval {
namespace {

bool IsNumeric(Type t) { return t >= Type::kInt && t <= Type::kFloat; }
bool IsText(Type t) { return t == Type::kString || t == Type::kSymbol; }

const char* OperatorName(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd: return "+";
    case BinaryOp::kSub: return "-";
    case BinaryOp::kMul: return "*";
    case BinaryOp::kDiv: return "/";
    case BinaryOp::kMod: return "%";
    case BinaryOp::kConcat: return "||";
    case BinaryOp::kBitAnd: return "&";
  }
  return "?";
}

Value Mismatch(BinaryOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where) {
  if (!ctx.WantsReason()) return ctx.Mismatch("", where);
  std::string what = "there is no operator ";
  what += TypeName(a.type());
  what += ' ';
  what += OperatorName(op);
  what += ' ';
  what += TypeName(b.type());
  return ctx.Mismatch(what.c_str(), where);
}

Value FloatArithmetic(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd: return Value::Float(a + b);
    case BinaryOp::kSub: return Value::Float(a - b);
    case BinaryOp::kMul: return Value::Float(a * b);
    case BinaryOp::kDiv: return Value::Float(a / b);
    default: return Value::Float(std::fmod(a, b));
  }
}

Result<Number> ExactArithmetic(BinaryOp op, const Number& a, const Number& b, bool integers) {
  // Integers are never rounded silently.
  const Rounding rounding = integers ? Rounding::kExact : Rounding::kRound;
  switch (op) {
    case BinaryOp::kAdd: return Number::Add(a, b, rounding);
    case BinaryOp::kSub: return Number::Sub(a, b, rounding);
    case BinaryOp::kMul: return Number::Mul(a, b, rounding);
    case BinaryOp::kDiv: return integers ? Number::DivTrunc(a, b) : Number::Div(a, b);
    default: return Number::Mod(a, b);
  }
}

// The cheap cases of two 64-bit integers; false if Number has to do it.
bool SmallArithmetic(BinaryOp op, int64_t a, int64_t b, int64_t* out) {
  switch (op) {
    case BinaryOp::kAdd: return !__builtin_add_overflow(a, b, out);
    case BinaryOp::kSub: return !__builtin_sub_overflow(a, b, out);
    case BinaryOp::kMul: return !__builtin_mul_overflow(a, b, out);
    case BinaryOp::kDiv:
      if (b == 0 || b == -1) return false;
      *out = a / b;
      return true;
    case BinaryOp::kMod:
      if (b == 0 || b == -1) return false;
      *out = a % b;
      return true;
    case BinaryOp::kBitAnd: *out = a & b; return true;
    case BinaryOp::kConcat: return false;
  }
  return false;
}

Value IntervalResult(Result<Interval> r, EvalContext& ctx, const Expr* where) {
  return r.ok() ? Value::Of(*r) : FromError(r.status(), ctx, where);
}

Value ScaleInterval(BinaryOp op, const Interval& i, const Value& n, EvalContext& ctx, const Expr* where) {
  if (n.type() == Type::kFloat) {
    return IntervalResult(
        op == BinaryOp::kMul ? parton::Multiply(i, n.float_value()) : parton::Divide(i, n.float_value()), ctx, where);
  }
  return IntervalResult(op == BinaryOp::kMul ? parton::Multiply(i, n.number()) : parton::Divide(i, n.number()), ctx,
                        where);
}

Value Concat(const Value& a, const Value& b, EvalContext& ctx, const Expr* where) {
  constexpr size_t kMostBytes = size_t{16} << 20;  // as functions that build strings
  const std::string_view x = a.bytes(), y = b.bytes();
  if (x.size() + y.size() > kMostBytes) {
    return ctx.Fail(Status(StatusCode::kLimitExceeded, "||: the result is longer than 16 MB",
                           where == nullptr ? TextSpan{} : where->span));
  }
  std::string joined;
  joined.reserve(x.size() + y.size());
  joined.append(x).append(y);
  return Value::String(joined);
}

}  // namespace

Status IntOverflow() {
  return Status::Validation("INT overflow: the result has more than 38 digits", {}, "a DECIMAL is rounded instead");
}

bool OperandFits(BinaryOp op, bool left, Type t) {
  switch (op) {
    case BinaryOp::kAdd:
    case BinaryOp::kSub: return IsNumeric(t) || IsTemporal(t);
    case BinaryOp::kMul: return IsNumeric(t) || t == Type::kInterval;
    case BinaryOp::kDiv: return IsNumeric(t) || (left && t == Type::kInterval);
    case BinaryOp::kMod: return IsNumeric(t);
    case BinaryOp::kConcat: return IsText(t);
    case BinaryOp::kBitAnd: return t == Type::kInt;
  }
  return false;
}

Value Arithmetic(BinaryOp op, const Value& a, const Value& b, EvalContext& ctx, const Expr* where) {
  if (a.is_small_int() && b.is_small_int()) {
    int64_t out;
    if (SmallArithmetic(op, a.int_value(), b.int_value(), &out)) return Value::Int(out);
  }
  const bool a_absent = a.is_absent(), b_absent = b.is_absent();
  if ((!a_absent && !OperandFits(op, true, a.type())) || (!b_absent && !OperandFits(op, false, b.type()))) {
    return Mismatch(op, a, b, ctx, where);
  }
  if (a_absent || b_absent) return Absent(a, b);
  if (op == BinaryOp::kConcat) return Concat(a, b, ctx, where);
  if (a.is_numeric() && b.is_numeric()) {
    if (op == BinaryOp::kBitAnd) {
      // Both are INT, one beyond 64 bits.
      return ctx.Fail(Status::Validation("& takes integers of 64 bits"));
    }
    if (a.type() == Type::kFloat || b.type() == Type::kFloat) {
      return FloatArithmetic(op, a.ToDouble(), b.ToDouble());
    }
    const bool integers = a.is_int() && b.is_int();
    const Result<Number> r = ExactArithmetic(op, a.number(), b.number(), integers);
    if (!r.ok() && integers && (op == BinaryOp::kAdd || op == BinaryOp::kSub || op == BinaryOp::kMul)) {
      return FromError(IntOverflow(), ctx, where);
    }
    if (!r.ok()) return FromError(r.status(), ctx, where);
    return integers ? Value::Int(*r) : Value::Decimal(*r);
  }
  if (op == BinaryOp::kMul || op == BinaryOp::kDiv) {
    if (a.type() == Type::kInterval && b.is_numeric()) {
      return ScaleInterval(op, a.interval(), b, ctx, where);
    }
    if (op == BinaryOp::kMul && a.is_numeric() && b.type() == Type::kInterval) {
      return ScaleInterval(op, b.interval(), a, ctx, where);
    }
    return Mismatch(op, a, b, ctx, where);
  }
  if (!IsTemporal(a.type()) || !IsTemporal(b.type())) return Mismatch(op, a, b, ctx, where);
  const Result<Temporal> r =
      op == BinaryOp::kAdd ? parton::Add(ToTemporal(a), ToTemporal(b)) : parton::Subtract(ToTemporal(a), ToTemporal(b));
  return r.ok() ? FromTemporal(*r) : FromError(r.status(), ctx, where);
}

Value Arithmetic(UnaryOp op, const Value& a, EvalContext& ctx, const Expr* where) {
  if (a.is_absent()) return a;
  if (!a.is_numeric() && a.type() != Type::kInterval) {
    return ctx.Mismatch("a sign stands before numbers and intervals", where);
  }
  if (op == UnaryOp::kPlus) return a;
  switch (a.type()) {
    case Type::kInterval: return Value::Of(parton::Negate(a.interval()));
    case Type::kFloat: return Value::Float(-a.float_value());
    case Type::kInt: return Value::Int(a.number().Neg());
    default: return Value::Decimal(a.number().Neg());
  }
}

Temporal ToTemporal(const Value& v) {
  switch (v.type()) {
    case Type::kDate: return v.date();
    case Type::kTime: return v.time();
    case Type::kTimestamp: return v.timestamp();
    case Type::kInterval: return v.interval();
    default: return std::monostate();
  }
}

Value FromTemporal(const Temporal& t) {
  return std::visit(
      [](const auto& x) {
        if constexpr (std::is_same_v<std::decay_t<decltype(x)>, std::monostate>) {
          return Value::Null();
        } else {
          return Value::Of(x);
        }
      },
      t);
}

}  // namespace parton::eval

// Numeric functions. Exact numbers stay exact where mathematics lets them; the rest is FLOAT.
#include <cmath>

#include "types/functions/registry.h"
#include "types/value/value_compare.h"

namespace parton::functions {
namespace {

const char* const kGroup = "numeric";

// An exact result of an INT is INT again if it is integral.
Value LikeInput(const Value& input, const Number& n) {
  return input.is_int() && n.IsIntegral() ? Value::Int(n) : Value::Decimal(n);
}

Value Abs(const Value* args, int, EvalContext& ctx) {
  const Value& v = args[0];
  switch (v.type()) {
    case Type::kInt: return Value::Int(v.number().Abs());
    case Type::kDecimal: return Value::Decimal(v.number().Abs());
    case Type::kFloat: return Value::Float(std::fabs(v.float_value()));
    case Type::kInterval: return Value::Of(parton::Abs(v.interval()));
    default: return ctx.Mismatch("ABS takes a number or an interval");
  }
}

Value Sign(const Value* args, int, EvalContext&) {
  const Value& v = args[0];
  if (v.type() == Type::kFloat) {
    const double d = v.float_value();
    return std::isnan(d) ? v : Value::Int(d > 0 ? 1 : d < 0 ? -1 : 0);
  }
  return Value::Int(v.number().Sign());
}

// FLOOR, CEIL.
template <RoundMode mode>
Value ToIntegral(const Value* args, int, EvalContext&) {
  const Value& v = args[0];
  if (v.type() == Type::kFloat) {
    const double d = v.float_value();
    return Value::Float(mode == RoundMode::kFloor ? std::floor(d) : std::ceil(d));
  }
  return v.is_int() ? v : Value::Decimal(v.number().Round(0, mode));
}

// ROUND (ties away from zero), TRUNC, at `digits` after the point, or before it if negative.
template <RoundMode mode>
Value RoundAt(const Value* args, int count, EvalContext& ctx) {
  const Value& v = args[0];
  int64_t digits = 0;
  if (count > 1 && !SmallInt(args[1], &digits, ctx)) return Value::Missing();
  // Past these, nothing changes or nothing is left.
  digits = std::max<int64_t>(-Number::kExponentLimit, std::min<int64_t>(digits, Number::kExponentLimit));
  if (v.type() != Type::kFloat) {
    return LikeInput(v, v.number().Round(static_cast<int32_t>(digits), mode));
  }
  const double d = v.float_value();
  if (!std::isfinite(d)) return v;
  if (digits == 0) return Value::Float(mode == RoundMode::kDown ? std::trunc(d) : std::round(d));
  const Result<Number> n = Number::FromDouble(d);
  return n.ok() ? Value::Float(n->Round(static_cast<int32_t>(digits), mode).ToDouble()) : v;
}

Value Domain(double d, const char* what, EvalContext& ctx, bool in_domain) {
  return in_domain ? Value::Float(d) : ctx.Mismatch(what);
}

Value Sqrt(const Value* args, int, EvalContext& ctx) {
  const char* const kNegative = "SQRT of a negative number";
  const Value& v = args[0];
  if (v.type() == Type::kFloat) {
    return Domain(std::sqrt(v.float_value()), kNegative, ctx, !(v.float_value() < 0));
  }
  if (v.number().Sign() < 0) return ctx.Mismatch(kNegative);
  const Result<Number> r = Number::Sqrt(v.number());
  return r.ok() ? Value::Decimal(*r) : ctx.Fail(r.status());
}

Value Power(const Value* args, int, EvalContext& ctx) {
  const Value &base = args[0], &exponent = args[1];
  int64_t n;
  constexpr int64_t kMaxExactExponent = 100'000;
  if (base.is_exact() && exponent.is_exact() && exponent.number().TryInt64(&n) && std::abs(n) <= kMaxExactExponent) {
    if (base.number().IsZero() && n < 0) return ctx.Mismatch("POWER: zero to a negative power");
    const Result<Number> r = Number::Power(base.number(), n);
    if (!r.ok()) return ctx.Fail(r.status());
    // A result of all 38 digits may have been rounded: no INT.
    const bool exact = r->DigitCount() < Number::kMaxDigits;
    return base.is_int() && n >= 0 && exact ? Value::Int(*r) : Value::Decimal(*r);
  }
  const double x = base.ToDouble(), y = exponent.ToDouble();
  const double result = std::pow(x, y);
  return Domain(result, "POWER: a negative number to a fractional power", ctx,
                !std::isnan(result) || std::isnan(x) || std::isnan(y));
}

Value Mod(const Value* args, int, EvalContext& ctx) {
  return eval::Arithmetic(BinaryOp::kMod, args[0], args[1], ctx, nullptr);
}

template <double (*function)(double)>
Value Log(const Value* args, int, EvalContext& ctx) {
  const double d = args[0].ToDouble();
  return Domain(function(d), "the logarithm of a number that is not positive", ctx, !(d <= 0));
}

template <double (*function)(double)>
Value OfDouble(const Value* args, int, EvalContext&) {
  return Value::Float(function(args[0].ToDouble()));
}

template <double (*function)(double)>
Value OfUnit(const Value* args, int, EvalContext& ctx) {
  const double d = args[0].ToDouble();
  return Domain(function(d), "the number must be between -1 and 1", ctx, !(d < -1 || d > 1));
}

constexpr double kPi = 3.14159265358979323846;

double ToDegrees(double d) { return d * 180 / kPi; }
double ToRadians(double d) { return d * kPi / 180; }

}  // namespace

void AddNumericFunctions(Registry& r) {
  r.Add("ABS(x NUMBER | INTERVAL) -> NUMBER | INTERVAL", kGroup, "The absolute value.", "ABS(-1.5) = 1.5", 1, 1, {kAny},
        Abs);
  r.Add("SIGN(x NUMBER) -> INT", kGroup, "-1, 0 or 1.", "SIGN(-2.5) = -1", 1, 1, {kNumeric}, Sign);
  r.Add("CEIL(x NUMBER) -> NUMBER", kGroup, "The least integral number that is not below x.", "CEIL(1.2) = 2", 1, 1,
        {kNumeric}, ToIntegral<RoundMode::kCeiling>);
  r.Alias("CEILING");
  r.Add("FLOOR(x NUMBER) -> NUMBER", kGroup, "The greatest integral number that is not above x.", "FLOOR(-1.2) = -2", 1,
        1, {kNumeric}, ToIntegral<RoundMode::kFloor>);
  r.Add("ROUND(x NUMBER [, digits INT]) -> NUMBER", kGroup,
        "x rounded to so many digits after the point; ties go away from zero.", "ROUND(2.345, 2) = 2.35", 1, 2,
        {kNumeric, kInt}, RoundAt<RoundMode::kHalfUp>);
  r.Add("TRUNC(x NUMBER [, digits INT]) -> NUMBER", kGroup, "x without what is beyond so many digits after the point.",
        "TRUNC(2.349, 2) = 2.34", 1, 2, {kNumeric, kInt}, RoundAt<RoundMode::kDown>);
  r.Alias("TRUNCATE");
  r.Add("MOD(x NUMBER, y NUMBER) -> NUMBER", kGroup, "x % y: the remainder, with the sign of x.", "MOD(-17, 4) = -1", 2,
        2, {kNumeric}, Mod);
  r.Add("POWER(x NUMBER, y NUMBER) -> NUMBER", kGroup, "x to the power of y.", "POWER(2, 10) = 1024", 2, 2, {kNumeric},
        Power);
  r.Alias("POW");
  r.Add("SQRT(x NUMBER) -> NUMBER", kGroup, "The square root, to 38 digits for an exact number.", "SQRT(16) = 4", 1, 1,
        {kNumeric}, Sqrt);
  r.Add("EXP(x NUMBER) -> FLOAT", kGroup, "e to the power of x.", "EXP(0) = 1", 1, 1, {kNumeric}, OfDouble<std::exp>);
  r.Add("LN(x NUMBER) -> FLOAT", kGroup, "The natural logarithm.", "LN(1) = 0", 1, 1, {kNumeric}, Log<std::log>);
  r.Add("LOG10(x NUMBER) -> FLOAT", kGroup, "The logarithm to base 10.", "LOG10(1000) = 3", 1, 1, {kNumeric},
        Log<std::log10>);
  r.Add("LOG2(x NUMBER) -> FLOAT", kGroup, "The logarithm to base 2.", "LOG2(8) = 3", 1, 1, {kNumeric}, Log<std::log2>);
  r.Add("PI() -> FLOAT", kGroup, "The number pi.", "ROUND(PI(), 2) = 3.14", 0, 0, {},
        [](const Value*, int, EvalContext&) { return Value::Float(kPi); });
  r.Add("SIN(x NUMBER) -> FLOAT", kGroup, "The sine of an angle in radians.", "SIN(0) = 0", 1, 1, {kNumeric},
        OfDouble<std::sin>);
  r.Add("COS(x NUMBER) -> FLOAT", kGroup, "The cosine of an angle in radians.", "COS(0) = 1", 1, 1, {kNumeric},
        OfDouble<std::cos>);
  r.Add("TAN(x NUMBER) -> FLOAT", kGroup, "The tangent of an angle in radians.", "TAN(0) = 0", 1, 1, {kNumeric},
        OfDouble<std::tan>);
  r.Add("ASIN(x NUMBER) -> FLOAT", kGroup, "The angle of that sine.", "ASIN(0) = 0", 1, 1, {kNumeric},
        OfUnit<std::asin>);
  r.Add("ACOS(x NUMBER) -> FLOAT", kGroup, "The angle of that cosine.", "ACOS(1) = 0", 1, 1, {kNumeric},
        OfUnit<std::acos>);
  r.Add("ATAN(x NUMBER) -> FLOAT", kGroup, "The angle of that tangent.", "ATAN(0) = 0", 1, 1, {kNumeric},
        OfDouble<std::atan>);
  r.Add("ATAN2(y NUMBER, x NUMBER) -> FLOAT", kGroup, "The angle of the point (x, y).", "ATAN2(0, 1) = 0", 2, 2,
        {kNumeric},
        [](const Value* a, int, EvalContext&) { return Value::Float(std::atan2(a[0].ToDouble(), a[1].ToDouble())); });
  r.Add("DEGREES(x NUMBER) -> FLOAT", kGroup, "Radians to degrees.", "DEGREES(0) = 0", 1, 1, {kNumeric},
        OfDouble<ToDegrees>);
  r.Add("RADIANS(x NUMBER) -> FLOAT", kGroup, "Degrees to radians.", "RADIANS(0) = 0", 1, 1, {kNumeric},
        OfDouble<ToRadians>);
}

}  // namespace parton::functions

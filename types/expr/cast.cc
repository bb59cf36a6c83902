// CAST and IS type.
//
// NULL and MISSING pass through every CAST. A value that cannot be converted is a mismatch; an integer
// out of the range of its target fails in both typing modes, as does a target that is no type to cast to.
#include <charconv>
#include <cmath>

#include "parton/text.h"
#include "types/expr/evaluate_internal.h"

namespace parton {
namespace {

using Kind = TypeSpec::Kind;

constexpr int kMaxTextLength = 10'000'000;

int BitsOf(Kind k) {
  switch (k) {
    case Kind::kTinyInt: return 8;
    case Kind::kSmallInt: return 16;
    default: return 64;
  }
}

// Whether an integer fits a signed type of `bits`.
bool FitsBits(const Number& n, int bits) {
  int64_t i;
  if (!n.TryInt64(&i)) return false;
  const int64_t max = static_cast<int64_t>((uint64_t{1} << (bits - 1)) - 1);
  return i <= max && i >= -max - 1;
}

Value NoCast(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  if (!ctx.WantsReason()) return ctx.Mismatch("");
  std::string what = "cannot cast ";
  what += TypeName(v.type());
  what += " to ";
  what += type.name;
  return ctx.Mismatch(what.c_str());
}

// [+-](digits | 0x hex | 0b binary), as PartiQL reads integers. *fits becomes false beyond 38 digits.
std::optional<Number> ParseInteger(std::string_view s, bool* fits) {
  bool negative = false;
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  int base = 10;
  if (s.size() > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) base = 16;
  if (s.size() > 2 && s[0] == '0' && (s[1] == 'b' || s[1] == 'B')) base = 2;
  if (base != 10) s.remove_prefix(2);
  if (s.empty()) return std::nullopt;
  int128_t value = 0;
  for (char c : s) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 99;
    if (digit >= base) return std::nullopt;
    // Beyond the range it is still spelled like an integer, or not.
    *fits = *fits && value <= (Number::kMaxCoefficient - digit) / base;
    if (*fits) value = value * base + digit;
  }
  return Number(0) == Number::FromParts(value, 0) ? Number(0) : Number::FromParts(negative ? -value : value, 0);
}

Value ToInt(const Number& n, const TypeSpec& type, EvalContext& ctx) {
  const Number rounded = n.Round(0, RoundMode::kHalfEven);
  if (!FitsBits(rounded, BitsOf(type.kind))) {
    return ctx.Fail(Status::Validation("the number does not fit into " + type.name + ": " + n.ToText()));
  }
  return Value::Int(rounded.ToInt64());
}

Value CastToInt(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  switch (v.type()) {
    case Type::kBool: return Value::Int(v.bool_value() ? 1 : 0);
    case Type::kInt:
      if (type.kind == Kind::kInt) return v;
      [[fallthrough]];
    case Type::kDecimal: return ToInt(v.number(), type, ctx);
    case Type::kFloat: {
      const double d = std::nearbyint(v.float_value());  // half to even
      if (std::isnan(d)) return NoCast(v, type, ctx);
      if (!(d >= -0x1p63 && d < 0x1p63)) {
        return ctx.Fail(Status::Validation("the number does not fit into " + type.name));
      }
      return ToInt(Number(static_cast<int64_t>(d)), type, ctx);
    }
    case Type::kString:
    case Type::kSymbol: {
      bool fits = true;
      const std::optional<Number> n = ParseInteger(v.bytes(), &fits);
      if (n.has_value() && !fits) {
        return ctx.Fail(Status::Validation("the number does not fit into " + type.name));
      }
      return n.has_value() ? ToInt(*n, type, ctx) : NoCast(v, type, ctx);
    }
    default: return NoCast(v, type, ctx);
  }
}

std::optional<double> ParseDouble(std::string_view s) {
  if (EqualsIgnoreCase(s, "nan")) return std::nan("");
  std::string_view unsigned_text = s;
  bool negative = false;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    negative = s[0] == '-';
    unsigned_text.remove_prefix(1);
  }
  if (EqualsIgnoreCase(unsigned_text, "inf") || EqualsIgnoreCase(unsigned_text, "infinity")) {
    return negative ? -HUGE_VAL : HUGE_VAL;
  }
  if (!Number::IsNumberText(s)) return std::nullopt;
  double d = 0;
  const auto [end, error] = std::from_chars(unsigned_text.data(), unsigned_text.data() + unsigned_text.size(), d);
  if (error == std::errc::result_out_of_range) {
    // Too big or too small: the sign of the exponent says which.
    const size_t e = unsigned_text.find_first_of("eE");
    const bool tiny = e != std::string_view::npos && e + 1 < unsigned_text.size() && unsigned_text[e + 1] == '-';
    d = tiny ? 0 : HUGE_VAL;
  }
  return negative ? -d : d;
}

Value CastToFloat(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  double d = 0;
  if (v.is_bool()) {
    d = v.bool_value() ? 1 : 0;
  } else if (v.is_numeric()) {
    d = v.ToDouble();
  } else if (v.is_text()) {
    const std::optional<double> parsed = ParseDouble(v.bytes());
    if (!parsed.has_value()) return NoCast(v, type, ctx);
    d = *parsed;
  } else {
    return NoCast(v, type, ctx);
  }
  const bool single =
      type.kind == Kind::kReal || (type.kind == Kind::kFloat && type.precision.has_value() && *type.precision <= 24);
  return Value::Float(single ? static_cast<double>(static_cast<float>(d)) : d);
}

Value CastToDecimal(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  Number n;
  if (v.is_bool()) {
    n = Number(v.bool_value() ? 1 : 0);
  } else if (v.is_exact()) {
    n = v.number();
  } else if (v.type() == Type::kFloat) {
    const Result<Number> r = Number::FromDouble(v.float_value());
    if (!r.ok()) return NoCast(v, type, ctx);
    n = *r;
  } else if (v.is_text()) {
    const Result<Number> r = Number::ParseExact(v.bytes());
    if (!r.ok()) return NoCast(v, type, ctx);
    n = *r;
  } else {
    return NoCast(v, type, ctx);
  }
  if (!type.precision.has_value()) return Value::Decimal(n);
  const int scale = type.scale.value_or(0);
  const Result<Number> r = n.Rescale(scale);
  if (!r.ok() || (!r->IsZero() && r->DigitCount() > *type.precision)) {
    return ctx.Mismatch("the number does not fit into the DECIMAL's precision");
  }
  return Value::Decimal(*r);
}

// At most `length` code points; CHAR(n) pads with spaces.
std::string FitText(std::string text, const TypeSpec& type) {
  if (!type.precision.has_value()) return text;
  const auto length = static_cast<size_t>(*type.precision);
  size_t points = 0, p = 0;
  for (; p < text.size(); ++p) {
    if ((static_cast<unsigned char>(text[p]) & 0xC0) == 0x80) continue;
    if (points == length) break;
    ++points;
  }
  text.resize(p);
  if (type.kind == Kind::kChar) text.append(length - points, ' ');
  return text;
}

Value CastToText(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  std::string text;
  switch (v.type()) {
    case Type::kBool: text = v.bool_value() ? "true" : "false"; break;
    case Type::kInt:
    case Type::kDecimal: text = v.number().ToText(); break;
    case Type::kFloat: text = eval::DoubleText(v.float_value()); break;
    case Type::kString:
    case Type::kSymbol:
    case Type::kClob: text = std::string(v.bytes()); break;
    case Type::kDate: text = ToString(v.date()); break;
    case Type::kTime: text = ToString(v.time()); break;
    case Type::kTimestamp: text = ToString(v.timestamp()); break;
    case Type::kInterval: text = ToString(v.interval()); break;
    default: return NoCast(v, type, ctx);
  }
  if (type.precision.value_or(0) > kMaxTextLength) {
    return ctx.Fail(Status::Validation("the length of " + type.name + " is too big"));
  }
  text = FitText(std::move(text), type);
  if (type.kind == Kind::kSymbol) return Value::Symbol(text);
  if (type.kind == Kind::kClob) return Value::Clob(text);
  return Value::String(text);
}

Value CastToBool(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  if (v.is_bool()) return v;
  if (v.type() == Type::kFloat) return Value::Bool(v.float_value() != 0);
  if (v.is_exact()) return Value::Bool(!v.number().IsZero());
  if (v.is_text() && EqualsIgnoreCase(v.bytes(), "true")) return Value::Bool(true);
  if (v.is_text() && EqualsIgnoreCase(v.bytes(), "false")) return Value::Bool(false);
  return NoCast(v, type, ctx);
}

// A text that does not spell the value is a mismatch, not a failure of the statement.
template <typename T>
Value FromParse(const Result<T>& r, const Value& v, const TypeSpec& type, EvalContext& ctx) {
  return r.ok() ? Value::Of(*r) : NoCast(v, type, ctx);
}

// The local time stays; what has no zone is UTC.
void SetZone(Time* t, bool with_zone) {
  if (!with_zone) {
    t->offset.reset();
  } else if (!t->offset.has_value()) {
    t->offset = 0;
  }
}

Value CastToTime(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  Time t;
  if (v.type() == Type::kTime) {
    t = v.time();
  } else if (v.type() == Type::kTimestamp) {
    t = v.timestamp().time;
  } else if (v.is_text()) {
    const Result<Time> r = ParseTime(v.bytes());
    if (!r.ok()) return NoCast(v, type, ctx);
    t = *r;
  } else {
    return NoCast(v, type, ctx);
  }
  SetZone(&t, type.kind == Kind::kTimeTz);
  if (type.precision.has_value()) t = Round(t, *type.precision);
  return Value::Of(t);
}

Value CastToTimestamp(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  Timestamp t;
  if (v.type() == Type::kTimestamp) {
    t = v.timestamp();
  } else if (v.type() == Type::kDate) {
    t = Timestamp::FromDate(v.date());
  } else if (v.type() == Type::kTime) {
    t.date = Timestamp::FromEpochNanos(ctx.now_nanos).date;
    t.time = v.time();
  } else if (v.is_text()) {
    Result<Timestamp> r = ParseTimestamp(v.bytes());
    if (!r.ok()) r = ParseIonTimestamp(v.bytes());
    if (!r.ok()) return NoCast(v, type, ctx);
    t = *r;
  } else {
    return NoCast(v, type, ctx);
  }
  SetZone(&t.time, type.kind == Kind::kTimestampTz);
  if (type.precision.has_value()) {
    const Result<Timestamp> r = Round(t, *type.precision);
    if (!r.ok()) return eval::FromError(r.status(), ctx);
    t = *r;
  }
  return Value::Of(t);
}

Value CastToDate(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  if (v.type() == Type::kDate) return v;
  if (v.type() == Type::kTimestamp) return Value::Of(v.timestamp().date);
  if (v.is_text()) return FromParse(ParseDate(v.bytes()), v, type, ctx);
  return NoCast(v, type, ctx);
}

Result<IntervalQualifier> QualifierOf(const TypeSpec& type) {
  IntervalQualifier q;
  const std::optional<DatePart> leading = ParseDatePart(type.interval_leading);
  const std::optional<DatePart> trailing =
      type.interval_trailing.empty() ? leading : ParseDatePart(type.interval_trailing);
  if (!leading.has_value() || !trailing.has_value()) {
    return Status::Validation("not an interval qualifier: " + type.name);
  }
  q.leading = *leading;
  q.trailing = *trailing;
  const auto in_range = [](int p) { return p >= 0 && p <= 255; };
  if (!in_range(type.precision.value_or(0)) || !in_range(type.scale.value_or(0))) {
    return Status::Validation("the precision of an interval is out of range");
  }
  if (type.precision.has_value()) q.leading_precision = static_cast<uint8_t>(*type.precision);
  if (type.scale.has_value()) q.fraction_precision = static_cast<uint8_t>(*type.scale);
  PARTON_RETURN_IF_ERROR(q.Validate());
  return q;
}

Value CastToInterval(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  if (type.interval_leading.empty()) {
    return v.type() == Type::kInterval ? v : NoCast(v, type, ctx);
  }
  const Result<IntervalQualifier> q = QualifierOf(type);
  if (!q.ok()) return ctx.Fail(q.status());
  if (v.is_text()) return FromParse(ParseInterval(v.bytes(), *q), v, type, ctx);
  if (v.type() != Type::kInterval) return NoCast(v, type, ctx);
  const Result<Interval> r = CastInterval(v.interval(), *q);
  return r.ok() ? Value::Of(*r) : eval::FromError(r.status(), ctx);
}

Value CastToCollection(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  if (!v.is_collection()) return NoCast(v, type, ctx);
  const Type target = type.kind == Kind::kBag ? Type::kBag : type.kind == Kind::kSexp ? Type::kSexp : Type::kList;
  return v.type() == target ? v : Value::Collection(target, v.elements());
}

Status UnknownType(const TypeSpec& type) { return Status::Validation("there is no type " + type.name); }

}  // namespace

Value CastValue(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  if (type.kind == Kind::kMissing || type.kind == Kind::kNull) {
    return ctx.Fail(Status::Validation("nothing can be cast to " + type.name));
  }
  if (type.kind == Kind::kNamed) return ctx.Fail(UnknownType(type));
  if (v.is_absent() || type.kind == Kind::kAny) return v;
  switch (type.kind) {
    case Kind::kBool: return CastToBool(v, type, ctx);
    case Kind::kTinyInt:
    case Kind::kSmallInt:
    case Kind::kInt:
    case Kind::kBigInt: return CastToInt(v, type, ctx);
    case Kind::kReal:
    case Kind::kFloat:
    case Kind::kDouble: return CastToFloat(v, type, ctx);
    case Kind::kDecimal: return CastToDecimal(v, type, ctx);
    case Kind::kChar:
    case Kind::kVarchar:
    case Kind::kString:
    case Kind::kSymbol:
    case Kind::kClob: return CastToText(v, type, ctx);
    case Kind::kBlob:
      if (v.type() == Type::kBlob) return v;
      return v.type() == Type::kClob ? Value::Blob(v.bytes()) : NoCast(v, type, ctx);
    case Kind::kDate: return CastToDate(v, type, ctx);
    case Kind::kTime:
    case Kind::kTimeTz: return CastToTime(v, type, ctx);
    case Kind::kTimestamp:
    case Kind::kTimestampTz: return CastToTimestamp(v, type, ctx);
    case Kind::kInterval: return CastToInterval(v, type, ctx);
    case Kind::kStruct:
    case Kind::kTuple:
    case Kind::kMap: return v.is_struct() ? v : NoCast(v, type, ctx);
    case Kind::kList:
    case Kind::kArray:
    case Kind::kSexp:
    case Kind::kBag: return CastToCollection(v, type, ctx);
    case Kind::kGraph: return v.type() == Type::kGraph ? v : NoCast(v, type, ctx);
    default: return NoCast(v, type, ctx);
  }
}

namespace {

bool IsDecimalOf(const Number& n, const TypeSpec& type) {
  if (!type.precision.has_value()) return true;
  const int scale = type.scale.value_or(0);
  if (n.Scale() > scale) return false;
  const int integer_digits = n.IsZero() ? 0 : std::max(0, n.AdjustedExponent() + 1);
  return integer_digits <= *type.precision - scale;
}

bool IsTextOf(const Value& v, const TypeSpec& type) {
  if (v.type() != Type::kString) return false;
  if (!type.precision.has_value()) return true;
  int points = 0;
  for (char c : v.bytes()) points += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return type.kind == Kind::kChar ? points == *type.precision : points <= *type.precision;
}

}  // namespace

bool IsOfType(const Value& v, const TypeSpec& type, EvalContext& ctx) {
  const Type t = v.type();
  switch (type.kind) {
    case Kind::kAny: return true;
    case Kind::kMissing: return v.is_missing();
    case Kind::kNull: return ctx.logic == Logic::kDynamo ? v.is_null() : v.is_absent();
    case Kind::kBool: return v.is_bool();
    case Kind::kInt: return v.is_int();
    case Kind::kTinyInt:
    case Kind::kSmallInt:
    case Kind::kBigInt: return v.is_int() && FitsBits(v.number(), BitsOf(type.kind));
    case Kind::kReal:
    case Kind::kFloat:
    case Kind::kDouble: return t == Type::kFloat;
    case Kind::kDecimal: return t == Type::kDecimal && IsDecimalOf(v.number(), type);
    case Kind::kChar:
    case Kind::kVarchar:
    case Kind::kString: return IsTextOf(v, type);
    case Kind::kSymbol: return t == Type::kSymbol;
    case Kind::kClob: return t == Type::kClob;
    case Kind::kBlob: return t == Type::kBlob;
    case Kind::kDate: return t == Type::kDate;
    case Kind::kTime: return t == Type::kTime;
    case Kind::kTimeTz: return t == Type::kTime && v.time().offset.has_value();
    case Kind::kTimestamp: return t == Type::kTimestamp;
    case Kind::kTimestampTz: return t == Type::kTimestamp && v.timestamp().time.offset.has_value();
    case Kind::kInterval: {
      if (t != Type::kInterval || type.interval_leading.empty()) return t == Type::kInterval;
      const Result<IntervalQualifier> q = QualifierOf(type);
      if (!q.ok()) {
        (void)ctx.Fail(q.status());
        return false;
      }
      return q->is_year_month() == v.interval().is_year_month();
    }
    case Kind::kStruct:
    case Kind::kTuple:
    case Kind::kMap: return v.is_struct();
    case Kind::kList:
    case Kind::kArray: return t == Type::kList;
    case Kind::kSexp: return t == Type::kSexp;
    case Kind::kBag: return t == Type::kBag || v.is_set();
    case Kind::kGraph: return t == Type::kGraph;
    case Kind::kNamed: break;
  }
  (void)ctx.Fail(UnknownType(type));
  return false;
}

std::string eval::DoubleText(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, d);
  return std::string(buffer, end);
}

}  // namespace parton

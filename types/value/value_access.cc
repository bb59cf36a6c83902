// The checked accessors of Value, and how the unchecked ones end the process.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include "parton/temporal.h"
#include "parton/value.h"

namespace parton {

void internal::WrongType(const char* call, Type type) {
  fmt::print(stderr, "parton: {} of a value of type {}: look at type() first, or use an As function\n", call,
             TypeName(type));
  std::abort();
}

namespace {

// Long values are cut, at the start of a code point: the error says which one it was, not all of it.
constexpr size_t kMostShown = 60;

Status NoneOf(const Value& v, std::string_view wanted) {
  if (v.is_absent()) return Status::TypeMismatch(fmt::format("{} is not {}", TypeName(v.type()), wanted));
  std::string text = v.ToLiteral();
  if (text.size() > kMostShown) {
    size_t end = kMostShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    text += "...";
  }
  return Status::TypeMismatch(fmt::format("{}, of type {}, is not {}", text, TypeName(v.type()), wanted));
}

}  // namespace

Status internal::NoSuchInteger(const Value& v, int bits, bool with_sign) {
  return NoneOf(v, fmt::format("an {}integer of {} bits", with_sign ? "" : "unsigned ", bits));
}

Status internal::OfAttribute(std::string_view name, Status status) {
  return Status(status.code(), fmt::format("attribute {}: {}", name, status.message()), status.span(), status.hint());
}

Result<bool> Value::AsBool() const {
  if (!is_bool()) return NoneOf(*this, "a BOOL");
  return bool_value();
}

Result<int64_t> Value::AsInt64() const {
  if (is_small_int()) return int_value();
  constexpr std::string_view kWanted = "an integer of 64 bits";
  int64_t i;
  if (is_exact()) {
    if (!number().TryInt64(&i)) return NoneOf(*this, kWanted);
    return i;
  }
  // 2^63 is a double, 2^63 - 1 is none.
  if (type_ != Type::kFloat || !(u_.d >= -0x1p63 && u_.d < 0x1p63) || std::trunc(u_.d) != u_.d) {
    return NoneOf(*this, kWanted);
  }
  return static_cast<int64_t>(u_.d);
}

Result<uint64_t> Value::AsUint64() const {
  constexpr std::string_view kWanted = "an unsigned integer of 64 bits";
  if (type_ == Type::kFloat) {
    if (!(u_.d >= 0 && u_.d < 0x1p64) || std::trunc(u_.d) != u_.d) return NoneOf(*this, kWanted);
    return static_cast<uint64_t>(u_.d);
  }
  if (!is_exact()) return NoneOf(*this, kWanted);
  const Number n = number();
  int64_t i;
  if (n.TryInt64(&i)) {
    if (i < 0) return NoneOf(*this, kWanted);
    return static_cast<uint64_t>(i);
  }
  if (!n.IsIntegral() || n.Sign() < 0 || n > Number(std::numeric_limits<uint64_t>::max())) {
    return NoneOf(*this, kWanted);
  }
  // Between 2^63 and 2^64: what is left above 2^63 fits.
  const Result<Number> rest = Number::Sub(n, Number(uint64_t{1} << 63));
  if (!rest.ok()) return rest.status();
  return (uint64_t{1} << 63) + static_cast<uint64_t>(rest->ToInt64());
}

Result<double> Value::AsDouble() const {
  if (!is_numeric()) return NoneOf(*this, "a number");
  const double d = ToDouble();
  if (type_ != Type::kFloat && !std::isfinite(d)) return NoneOf(*this, "within the range of a double");
  return d;
}

Result<Number> Value::AsNumber() const {
  if (is_exact()) return number();
  if (type_ != Type::kFloat || !std::isfinite(u_.d)) return NoneOf(*this, "an exact number");
  return Number::FromDouble(u_.d);
}

Result<std::string> Value::AsString() const {
  if (!is_text()) return NoneOf(*this, "a STRING");
  return std::string(bytes());
}

Result<std::string> Value::AsBytes() const {
  if (!is_lob()) return NoneOf(*this, "a BLOB");
  return std::string(bytes());
}

Result<Date> Value::AsDate() const {
  if (type_ != Type::kDate) return NoneOf(*this, "a DATE");
  return date();
}

Result<Time> Value::AsTime() const {
  if (type_ != Type::kTime) return NoneOf(*this, "a TIME");
  return time();
}

Result<Timestamp> Value::AsTimestamp() const {
  if (type_ != Type::kTimestamp) return NoneOf(*this, "a TIMESTAMP");
  return timestamp();
}

Result<Interval> Value::AsInterval() const {
  if (type_ != Type::kInterval) return NoneOf(*this, "an INTERVAL");
  return interval();
}

template <>
Result<Date> Value::As() const {
  return AsDate();
}
template <>
Result<Time> Value::As() const {
  return AsTime();
}
template <>
Result<Timestamp> Value::As() const {
  return AsTimestamp();
}
template <>
Result<Interval> Value::As() const {
  return AsInterval();
}

Result<std::vector<Value>> Value::AsList() const {
  if (!is_collection()) return NoneOf(*this, "a LIST, SEXP, BAG or set");
  return elements();
}

Result<std::vector<Field>> Value::AsStruct() const {
  if (type_ != Type::kStruct && type_ != Type::kGraph) return NoneOf(*this, "a STRUCT");
  return Materialize().fields();
}

}  // namespace parton

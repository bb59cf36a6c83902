#include "canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "parton/number.h"
#include "parton/temporal.h"

namespace parton::conformance {

namespace {

constexpr int64_t kNanosPerMinute = 60'000'000'000;

std::string Sized(char kind, std::string_view bytes) { return fmt::format("{}{}:{}", kind, bytes.size(), bytes); }

std::string OfNumber(const Number& n) {
  Number normal = n.Normalized();
  return fmt::format("#{}e{}", Number::FromParts(normal.coefficient(), 0).ToString(), normal.exponent());
}

std::string OfDouble(double d) {
  if (std::isnan(d)) return "#nan";
  if (std::isinf(d)) return d < 0 ? "#-inf" : "#+inf";
  Result<Number> n = Number::FromDouble(d);
  return n.ok() ? OfNumber(*n) : fmt::format("#double {}", d);
}

int64_t UtcNanos(const Time& t) { return t.nanos - t.offset.value_or(0) * kNanosPerMinute; }

std::string OfTimestamp(const Timestamp& t) {
  constexpr int64_t kNanosPerDay = 24 * 60 * kNanosPerMinute;
  int64_t days = t.date.ToDays(), nanos = UtcNanos(t.time);
  while (nanos < 0) nanos += kNanosPerDay, --days;
  while (nanos >= kNanosPerDay) nanos -= kNanosPerDay, ++days;
  return fmt::format("@{}.{}", days, nanos);
}

std::string Join(char open, const std::vector<std::string>& parts, char close) {
  return fmt::format("{}{}{}", open, fmt::join(parts, ","), close);
}

}  // namespace

std::string Canonical(const Value& v) {
  switch (v.type()) {
    case Type::kMissing: return "missing";
    case Type::kNull: return "null";
    case Type::kBool: return v.bool_value() ? "true" : "false";
    case Type::kInt:
    case Type::kDecimal: return OfNumber(v.number());
    case Type::kFloat: return OfDouble(v.float_value());
    case Type::kString:
    case Type::kSymbol: return Sized('s', v.bytes());
    case Type::kBlob:
    case Type::kClob: return Sized('b', v.bytes());
    case Type::kDate: return OfTimestamp(Timestamp::FromDate(v.date()));
    case Type::kTime: return fmt::format("time {}", UtcNanos(v.time()));
    case Type::kTimestamp: return OfTimestamp(v.timestamp());
    case Type::kInterval: {
      const Interval& i = v.interval();
      if (i.is_year_month()) return fmt::format("months {}", i.months);
      return fmt::format("seconds {} {}", i.seconds, i.nanos);
    }
    case Type::kList:
    case Type::kSexp:
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: {
      std::vector<std::string> parts;
      for (const Value& e : v.elements()) parts.push_back(Canonical(e));
      if (v.is_list()) return Join('[', parts, ']');
      std::sort(parts.begin(), parts.end());
      return Join('<', parts, '>');
    }
    case Type::kStruct:
    case Type::kGraph: {
      std::vector<std::string> parts;
      Value whole = v.Materialize();
      for (const Field& f : whole.fields()) parts.push_back(Sized('s', f.name) + "=" + Canonical(f.value));
      std::sort(parts.begin(), parts.end());
      return (v.is_struct() ? "" : "graph ") + Join('{', parts, '}');
    }
  }
  return "?";
}

}  // namespace parton::conformance

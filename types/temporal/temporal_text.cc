// Writes temporal values: as CAST to text gives them, as literals that read back, and as Ion.
#include <cstdlib>

#include "parton/temporal.h"
#include "types/temporal/temporal_internal.h"

namespace parton {

using namespace temporal_internal;  // NOLINT: the sources of this type share it

namespace temporal_internal {

void AppendPadded(std::string* out, int64_t value, int width) {
  std::string digits = std::to_string(value);
  if (digits.size() < static_cast<size_t>(width)) {
    out->append(static_cast<size_t>(width) - digits.size(), '0');
  }
  *out += digits;
}

}  // namespace temporal_internal

namespace {

void AppendDate(std::string* out, const Date& d) {
  AppendPadded(out, d.year, 4);
  *out += '-';
  AppendPadded(out, d.month, 2);
  *out += '-';
  AppendPadded(out, d.day, 2);
}

void AppendFraction(std::string* out, int32_t nanos, int precision) {
  int digits = FractionDigits(nanos, precision);
  if (digits == 0) return;
  *out += '.';
  AppendPadded(out, nanos / kPowersOfTen[9 - digits], digits);
}

void AppendHourMinute(std::string* out, const Time& t) {
  AppendPadded(out, t.hour(), 2);
  *out += ':';
  AppendPadded(out, t.minute(), 2);
}

void AppendClock(std::string* out, const Time& t) {
  AppendHourMinute(out, t);
  *out += ':';
  AppendPadded(out, t.second(), 2);
  AppendFraction(out, t.fraction(), t.precision);
}

void AppendOffset(std::string* out, int offset) {
  *out += offset < 0 ? '-' : '+';
  AppendPadded(out, std::abs(offset) / 60, 2);
  *out += ':';
  AppendPadded(out, std::abs(offset) % 60, 2);
}

void AppendTime(std::string* out, const Time& t) {
  AppendClock(out, t);
  if (t.offset) AppendOffset(out, *t.offset);
}

// What SQL's literal cannot say: less than seconds, or an offset that only Ion allows.
bool NeedsIon(const Timestamp& t) {
  return t.precision != TimestampPrecision::kSecond || std::abs(int{t.time.offset.value_or(0)}) > kMaxLiteralOffset;
}

}  // namespace

std::string ToString(const Date& d) {
  std::string out;
  AppendDate(&out, d);
  return out;
}

std::string ToString(const Time& t) {
  std::string out;
  AppendTime(&out, t);
  return out;
}

std::string ToString(const Timestamp& t) {
  if (NeedsIon(t)) return ToIonString(t);
  std::string out;
  AppendDate(&out, t.date);
  out += ' ';
  AppendTime(&out, t.time);
  return out;
}

std::string ToString(const Interval& i) {
  const IntervalQualifier& q = i.qualifier;
  std::string out = i.is_negative() ? "-" : "";
  if (q.is_year_month()) {
    int64_t months = std::llabs(i.months);
    if (q.leading == DatePart::kMonth) return out + std::to_string(months);
    out += std::to_string(months / 12);
    if (q.trailing == DatePart::kMonth) {
      out += '-';
      AppendPadded(&out, months % 12, 2);
    }
    return out;
  }
  static constexpr int64_t kUnits[] = {kSecondsPerDay, 3600, 60, 1};
  int64_t seconds = std::llabs(i.seconds);
  for (int p = static_cast<int>(q.leading); p <= static_cast<int>(q.trailing); ++p) {
    int64_t unit = kUnits[p - static_cast<int>(DatePart::kDay)];
    bool leads = p == static_cast<int>(q.leading);
    if (!leads) out += p == static_cast<int>(DatePart::kHour) ? ' ' : ':';
    AppendPadded(&out, seconds / unit, leads ? 1 : 2);
    seconds %= unit;
  }
  if (q.trailing == DatePart::kSecond) AppendFraction(&out, std::abs(i.nanos), 0);
  return out;
}

std::string ToLiteral(const Date& d) { return "DATE '" + ToString(d) + "'"; }

std::string ToLiteral(const Time& t) {
  if (std::abs(int{t.offset.value_or(0)}) <= kMaxLiteralOffset) {
    return "TIME '" + ToString(t) + "'";
  }
  // The same instant in a zone that a literal can name.
  Time utc = AddNanos(t, -static_cast<int128_t>(*t.offset) * kNanosPerMinute);
  utc.offset = 0;
  return "TIME '" + ToString(utc) + "'";
}

std::string ToLiteral(const Timestamp& t) {
  if (NeedsIon(t)) return "`" + ToIonString(t) + "`";
  return "TIMESTAMP '" + ToString(t) + "'";
}

std::string ToLiteral(const Interval& i) { return "INTERVAL '" + ToString(i) + "' " + i.qualifier.ToString(); }

std::string ToIonString(const Timestamp& t) {
  std::string out;
  AppendPadded(&out, t.date.year, 4);
  if (t.precision == TimestampPrecision::kYear) return out + "T";
  out += '-';
  AppendPadded(&out, t.date.month, 2);
  if (t.precision == TimestampPrecision::kMonth) return out + "T";
  out += '-';
  AppendPadded(&out, t.date.day, 2);
  if (t.precision == TimestampPrecision::kDay) return out + "T";
  out += 'T';
  if (t.precision == TimestampPrecision::kMinute) {
    AppendHourMinute(&out, t.time);
  } else {
    AppendClock(&out, t.time);
  }
  if (!t.time.offset) {
    out += "-00:00";
  } else if (*t.time.offset == 0) {
    out += 'Z';
  } else {
    AppendOffset(&out, *t.time.offset);
  }
  return out;
}

}  // namespace parton

// The calendar, validity, comparison and hashing of temporal values.
#include "parton/temporal.h"

#include <algorithm>
#include <array>

#include "types/temporal/temporal_internal.h"

namespace parton {

using namespace temporal_internal;  // NOLINT: the sources of this type share it

namespace {

constexpr std::array<std::string_view, 8> kPartNames = {"YEAR",   "MONTH",  "DAY",           "HOUR",
                                                        "MINUTE", "SECOND", "TIMEZONE_HOUR", "TIMEZONE_MINUTE"};

bool EqualsIgnoringCase(std::string_view word, std::string_view upper) {
  return std::equal(word.begin(), word.end(), upper.begin(), upper.end(),
                    [](char a, char b) { return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b; });
}

uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

size_t HashInstant(const Instant& i, uint64_t seed) {
  return Mix(Mix(static_cast<uint64_t>(i.seconds) ^ seed) + static_cast<uint64_t>(i.nanos));
}

constexpr uint64_t kTimeSeed = 0x54494d45;
constexpr uint64_t kTimestampSeed = 0x5453;

template <typename T>
int Sign(const T& a, const T& b) {
  return a < b ? -1 : b < a;
}

Status RangeError() { return Status::Validation("date out of range"); }

}  // namespace

namespace temporal_internal {

bool IsLeapYear(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysInMonth(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

Instant ToInstant(const Time& t) {
  int64_t seconds = t.nanos / kNanosPerSecond - int64_t{t.offset.value_or(0)} * 60;
  return {seconds, t.fraction()};
}

Instant ToInstant(const Timestamp& t) {
  Instant i = ToInstant(t.time);
  i.seconds += t.date.ToDays() * kSecondsPerDay;
  return i;
}

int CompareInstants(const Instant& a, const Instant& b) {
  return a.seconds != b.seconds ? Sign(a.seconds, b.seconds) : Sign(a.nanos, b.nanos);
}

Result<Date> AddMonths(const Date& d, int128_t months, int32_t max_year) {
  int128_t total = static_cast<int128_t>(d.year) * 12 + (d.month - 1) + months;
  if (total < 12 || total >= (static_cast<int128_t>(max_year) + 1) * 12) return RangeError();
  Date out;
  out.year = static_cast<int32_t>(total / 12);
  out.month = static_cast<uint8_t>(total % 12 + 1);
  out.day = static_cast<uint8_t>(std::min<int>(d.day, DaysInMonth(out.year, out.month)));
  return out;
}

Result<Date> AddDays(const Date& d, int128_t days, int32_t max_year) {
  int128_t total = d.ToDays() + days;
  if (total < Date{1, 1, 1}.ToDays() || total > Date{max_year, 12, 31}.ToDays()) {
    return RangeError();
  }
  return Date::FromDays(static_cast<int64_t>(total));
}

Result<Timestamp> AddNanos(const Timestamp& t, int128_t nanos, int32_t max_year) {
  int128_t total = t.time.nanos + nanos;
  int128_t days = FloorDiv<int128_t>(total, kNanosPerDay);
  Timestamp out = t;
  PARTON_ASSIGN_OR_RETURN(out.date, AddDays(t.date, days, max_year));
  out.time.nanos = static_cast<int64_t>(total - days * kNanosPerDay);
  out.time.precision = static_cast<uint8_t>(FractionDigits(out.time.fraction(), out.time.precision));
  return out;
}

Time AddNanos(const Time& t, int128_t nanos) {
  int128_t total = t.nanos + nanos;
  Time out = t;
  out.nanos = static_cast<int64_t>(total - FloorDiv<int128_t>(total, kNanosPerDay) * kNanosPerDay);
  out.precision = static_cast<uint8_t>(FractionDigits(out.fraction(), out.precision));
  return out;
}

int FractionDigits(int32_t nanos, int precision) {
  int needed = 9;
  while (needed > 0 && nanos % 10 == 0) {
    nanos /= 10;
    --needed;
  }
  return std::max(needed, precision);
}

}  // namespace temporal_internal

std::string_view DatePartName(DatePart part) { return kPartNames[static_cast<size_t>(part)]; }

std::optional<DatePart> ParseDatePart(std::string_view word) {
  for (size_t i = 0; i < kPartNames.size(); ++i) {
    if (EqualsIgnoringCase(word, kPartNames[i])) return static_cast<DatePart>(i);
  }
  return std::nullopt;
}

bool Date::IsValid() const {
  return year >= 1 && year <= kMaxYear && month >= 1 && month <= 12 && day >= 1 && day <= DaysInMonth(year, month);
}

// Counts in eras of 400 years that begin in March, so that the leap day comes last.
int64_t Date::ToDays() const {
  int64_t y = year - (month <= 2 ? 1 : 0);
  int64_t era = FloorDiv<int64_t>(y, 400);
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Date Date::FromDays(int64_t days) {
  days += 719468;
  int64_t era = FloorDiv<int64_t>(days, 146097);
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  Date d;
  d.day = static_cast<uint8_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  d.month = static_cast<uint8_t>(shifted_month + (shifted_month < 10 ? 3 : -9));
  d.year = static_cast<int32_t>(year_of_era + era * 400 + (d.month <= 2 ? 1 : 0));
  return d;
}

bool Time::IsValid() const {
  int minutes = offset.value_or(0);
  return nanos >= 0 && nanos < kNanosPerDay && precision <= 9 && minutes >= -kMaxIonOffset && minutes <= kMaxIonOffset;
}

bool Timestamp::IsValid() const {
  if (!date.IsValid() || !time.IsValid()) return false;
  switch (precision) {
    case TimestampPrecision::kYear:
      if (date.month != 1) return false;
      [[fallthrough]];
    case TimestampPrecision::kMonth:
      if (date.day != 1) return false;
      [[fallthrough]];
    case TimestampPrecision::kDay: return time.nanos == 0 && !time.offset.has_value();
    case TimestampPrecision::kMinute: return time.nanos % kNanosPerMinute == 0;
    case TimestampPrecision::kSecond: return true;
  }
  return false;
}

Timestamp Timestamp::FromEpochNanos(int64_t nanos, int precision) {
  precision = std::clamp(precision, 0, 9);
  int64_t unit = kPowersOfTen[9 - precision];
  // By way of seconds: days times nanoseconds per day may not fit at the ends of the range.
  int64_t seconds = FloorDiv<int64_t>(nanos, kNanosPerSecond);
  int64_t days = FloorDiv<int64_t>(seconds, kSecondsPerDay);
  int64_t fraction = (nanos % kNanosPerSecond + kNanosPerSecond) % kNanosPerSecond;
  int64_t of_day = (seconds - days * kSecondsPerDay) * kNanosPerSecond + fraction;
  Timestamp t;
  t.date = Date::FromDays(days);
  t.time.nanos = of_day - of_day % unit;
  t.time.offset = 0;
  t.time.precision = static_cast<uint8_t>(precision);
  return t;
}

Status IntervalQualifier::Validate() const {
  if (leading > DatePart::kSecond || trailing > DatePart::kSecond) {
    return Status::Validation("an interval has fields from YEAR to SECOND only");
  }
  bool one_family = (leading <= DatePart::kMonth) == (trailing <= DatePart::kMonth);
  if (!one_family || trailing < leading) {
    return Status::Validation("there is no interval " + std::string(DatePartName(leading)) + " TO " +
                              std::string(DatePartName(trailing)));
  }
  if (leading_precision < 1 || leading_precision > kMaxPrecision) {
    return Status::Validation("the leading precision of an interval must be 1 to 9");
  }
  if (fraction_precision > kMaxPrecision) {
    return Status::Validation("the fraction precision of an interval must be 0 to 9");
  }
  return Status();
}

std::string IntervalQualifier::ToString() const {
  bool has_fraction = trailing == DatePart::kSecond && fraction_precision != kDefaultFractionPrecision;
  std::string fraction = std::to_string(fraction_precision);
  std::string out(DatePartName(leading));
  if (leading == DatePart::kSecond && has_fraction) {
    return out + "(" + std::to_string(leading_precision) + ", " + fraction + ")";
  }
  if (leading_precision != kDefaultLeadingPrecision) {
    out += "(" + std::to_string(leading_precision) + ")";
  }
  if (trailing != leading) {
    out += " TO ";
    out += DatePartName(trailing);
    if (has_fraction) out += "(" + fraction + ")";
  }
  return out;
}

Interval Interval::Months(int64_t months, IntervalQualifier qualifier) {
  Interval i;
  i.qualifier = qualifier;
  i.months = months;
  return i;
}

Interval Interval::Seconds(int64_t seconds, int32_t nanos, IntervalQualifier qualifier) {
  Interval i;
  i.qualifier = qualifier;
  i.seconds = seconds;
  i.nanos = nanos;
  return i;
}

int Compare(const Date& a, const Date& b) {
  if (a.year != b.year) return Sign(a.year, b.year);
  return a.month != b.month ? Sign(a.month, b.month) : Sign(a.day, b.day);
}

int Compare(const Time& a, const Time& b) { return CompareInstants(ToInstant(a), ToInstant(b)); }

int Compare(const Timestamp& a, const Timestamp& b) { return CompareInstants(ToInstant(a), ToInstant(b)); }

int Compare(const Interval& a, const Interval& b) {
  if (!Comparable(a, b)) return a.is_year_month() ? -1 : 1;
  if (a.is_year_month()) return Sign(a.months, b.months);
  return a.seconds != b.seconds ? Sign(a.seconds, b.seconds) : Sign(a.nanos, b.nanos);
}

bool Comparable(const Interval& a, const Interval& b) { return a.is_year_month() == b.is_year_month(); }

bool operator==(const Time& a, const Time& b) { return Compare(a, b) == 0; }
bool operator==(const Timestamp& a, const Timestamp& b) { return Compare(a, b) == 0; }
bool operator==(const Interval& a, const Interval& b) { return Compare(a, b) == 0; }

size_t Hash(const Date& d) { return HashInstant({d.ToDays() * kSecondsPerDay, 0}, kTimestampSeed); }
size_t Hash(const Time& t) { return HashInstant(ToInstant(t), kTimeSeed); }
size_t Hash(const Timestamp& t) { return HashInstant(ToInstant(t), kTimestampSeed); }

size_t Hash(const Interval& i) {
  uint64_t amount = static_cast<uint64_t>(i.is_year_month() ? i.months : i.seconds);
  return Mix(Mix(amount) + static_cast<uint64_t>(i.nanos) * 2 + (i.is_year_month() ? 1 : 0));
}

Result<int> CompareTemporal(const Temporal& a, const Temporal& b) {
  const auto* date_a = std::get_if<Date>(&a);
  const auto* date_b = std::get_if<Date>(&b);
  const auto* stamp_a = std::get_if<Timestamp>(&a);
  const auto* stamp_b = std::get_if<Timestamp>(&b);
  if (date_a && date_b) return Compare(*date_a, *date_b);
  if ((date_a || stamp_a) && (date_b || stamp_b)) {
    return Compare(date_a ? Timestamp::FromDate(*date_a) : *stamp_a, date_b ? Timestamp::FromDate(*date_b) : *stamp_b);
  }
  if (std::holds_alternative<Time>(a) && std::holds_alternative<Time>(b)) {
    return Compare(std::get<Time>(a), std::get<Time>(b));
  }
  if (std::holds_alternative<Interval>(a) && std::holds_alternative<Interval>(b) &&
      Comparable(std::get<Interval>(a), std::get<Interval>(b))) {
    return Compare(std::get<Interval>(a), std::get<Interval>(b));
  }
  return Status::TypeMismatch("these date and time values do not compare");
}

}  // namespace parton

// EXTRACT, OVERLAPS, DATE_ADD and DATE_DIFF.
#include <algorithm>
#include <utility>

#include "parton/temporal.h"
#include "types/temporal/temporal_internal.h"

namespace parton {

using namespace temporal_internal;  // NOLINT: the sources of this type share it

namespace {

Status NoPart(DatePart part, std::string_view type) {
  return Status::TypeMismatch("a value of type " + std::string(type) + " has no " + std::string(DatePartName(part)));
}

Status ZonePart(DatePart part) {
  return Status::Validation(std::string(DatePartName(part)) + " is not a part to count in; use YEAR to SECOND");
}

bool IsZonePart(DatePart part) { return part >= DatePart::kTimezoneHour; }

// seconds + nanos with as many digits as there are, at least `precision`.
Number DecimalSeconds(int64_t seconds, int32_t nanos, int precision) {
  int digits = FractionDigits(nanos, precision);
  int64_t scaled = seconds * kPowersOfTen[digits] + nanos / kPowersOfTen[9 - digits];
  return Number::FromParts(scaled, -digits);
}

Result<Number> ExtractFromTime(DatePart part, const Time& t, std::string_view type) {
  switch (part) {
    case DatePart::kHour: return Number(t.hour());
    case DatePart::kMinute: return Number(t.minute());
    case DatePart::kSecond: return DecimalSeconds(t.second(), t.fraction(), t.precision);
    case DatePart::kTimezoneHour:
      if (t.offset) return Number(*t.offset / 60);
      break;
    case DatePart::kTimezoneMinute:
      if (t.offset) return Number(*t.offset % 60);
      break;
    default: break;
  }
  return NoPart(part, type);
}

std::optional<Timestamp> AsTimestamp(const Temporal& x) {
  if (const auto* d = std::get_if<Date>(&x)) return Timestamp::FromDate(*d);
  if (const auto* t = std::get_if<Timestamp>(&x)) return *t;
  return std::nullopt;
}

int64_t NanosPer(DatePart part) {
  switch (part) {
    case DatePart::kDay: return kNanosPerDay;
    case DatePart::kHour: return kNanosPerHour;
    case DatePart::kMinute: return kNanosPerMinute;
    default: return kNanosPerSecond;
  }
}

TimestampPrecision PrecisionFor(DatePart part) {
  switch (part) {
    case DatePart::kYear: return TimestampPrecision::kYear;
    case DatePart::kMonth: return TimestampPrecision::kMonth;
    case DatePart::kDay: return TimestampPrecision::kDay;
    case DatePart::kHour:
    case DatePart::kMinute: return TimestampPrecision::kMinute;
    default: return TimestampPrecision::kSecond;
  }
}

// Whole months from a to b, truncated toward zero: the day and time of day must be reached.
int64_t MonthsBetween(const Instant& a, const Instant& b) {
  auto split = [](const Instant& i) {
    int64_t days = FloorDiv<int64_t>(i.seconds, kSecondsPerDay);
    Date d = Date::FromDays(days);
    int128_t within_month = static_cast<int128_t>(d.day) * kNanosPerDay +
                            static_cast<int128_t>(i.seconds - days * kSecondsPerDay) * kNanosPerSecond + i.nanos;
    return std::pair<int64_t, int128_t>(int64_t{d.year} * 12 + d.month, within_month);
  };
  auto [month_a, rest_a] = split(a);
  auto [month_b, rest_b] = split(b);
  int64_t months = month_b - month_a;
  if (months > 0 && rest_b < rest_a) --months;
  if (months < 0 && rest_b > rest_a) ++months;
  return months;
}

int64_t Difference(DatePart part, const Instant& a, const Instant& b) {
  if (part == DatePart::kYear) return MonthsBetween(a, b) / 12;
  if (part == DatePart::kMonth) return MonthsBetween(a, b);
  return static_cast<int64_t>((b.TotalNanos() - a.TotalNanos()) / NanosPer(part));
}

Result<Timestamp> DateAddTimestamp(DatePart part, int64_t n, Timestamp t) {
  if (part <= DatePart::kMonth) {
    int128_t months = static_cast<int128_t>(n) * (part == DatePart::kYear ? 12 : 1);
    PARTON_ASSIGN_OR_RETURN(t.date, AddMonths(t.date, months, Date::kMaxYear));
  } else {
    PARTON_ASSIGN_OR_RETURN(t, AddNanos(t, static_cast<int128_t>(n) * NanosPer(part), Date::kMaxYear));
  }
  t.precision = std::max(t.precision, PrecisionFor(part));
  return t;
}

// Three-valued comparison; nullopt = unknown. REQUIRES: values of one class, or monostate.
std::optional<int> CompareOrNull(const Temporal& a, const Temporal& b) {
  Result<int> r = CompareTemporal(a, b);
  if (!r.ok()) return std::nullopt;
  return *r;
}

bool IsNull(const Temporal& x) { return std::holds_alternative<std::monostate>(x); }
bool IsInterval(const Temporal& x) { return std::holds_alternative<Interval>(x); }

using Truth = std::optional<bool>;

Truth And(Truth a, Truth b) {
  if (a == false || b == false) return false;
  if (!a || !b) return std::nullopt;
  return true;
}
Truth Or(Truth a, Truth b) {
  if (a == true || b == true) return true;
  if (!a || !b) return std::nullopt;
  return false;
}
Truth Not(Truth a) {
  if (!a) return std::nullopt;
  return !*a;
}
Truth Greater(const Temporal& a, const Temporal& b) {
  std::optional<int> c = CompareOrNull(a, b);
  if (!c) return std::nullopt;
  return *c > 0;
}
Truth NotLess(const Temporal& a, const Temporal& b) { return Not(Greater(b, a)); }

struct Period {
  Temporal start;
  Temporal end;
};

// SQL's normal form: an interval becomes an end; a NULL or later start changes places with the end.
Result<Period> ToPeriod(const Temporal (&x)[2]) {
  if (IsInterval(x[0])) return Status::TypeMismatch("a period of OVERLAPS starts with an interval");
  Period p{x[0], x[1]};
  if (IsInterval(x[1])) {
    if (IsNull(x[0])) {
      p.end = std::monostate();
    } else {
      PARTON_ASSIGN_OR_RETURN(p.end, Add(x[0], x[1]));
    }
  }
  if (IsNull(p.start) || Greater(p.start, p.end) == true) std::swap(p.start, p.end);
  return p;
}

}  // namespace

Result<Number> Extract(DatePart part, const Date& d) {
  switch (part) {
    case DatePart::kYear: return Number(d.year);
    case DatePart::kMonth: return Number(int{d.month});
    case DatePart::kDay: return Number(int{d.day});
    default: return NoPart(part, "DATE");
  }
}

Result<Number> Extract(DatePart part, const Time& t) { return ExtractFromTime(part, t, "TIME"); }

Result<Number> Extract(DatePart part, const Timestamp& t) {
  if (part <= DatePart::kDay) return Extract(part, t.date);
  return ExtractFromTime(part, t.time, "TIMESTAMP");
}

Result<Number> Extract(DatePart part, const Interval& i) {
  if (i.is_year_month()) {
    if (part == DatePart::kYear) return Number(i.months / 12);
    if (part == DatePart::kMonth) return Number(i.months % 12);
    return NoPart(part, "INTERVAL YEAR TO MONTH");
  }
  switch (part) {
    case DatePart::kDay: return Number(i.seconds / kSecondsPerDay);
    case DatePart::kHour: return Number(i.seconds / 3600 % 24);
    case DatePart::kMinute: return Number(i.seconds / 60 % 60);
    case DatePart::kSecond: return DecimalSeconds(i.seconds % 60, i.nanos, 0);
    default: return NoPart(part, "INTERVAL DAY TO SECOND");
  }
}

Result<Number> Extract(DatePart part, const Temporal& x) {
  if (const auto* d = std::get_if<Date>(&x)) return Extract(part, *d);
  if (const auto* t = std::get_if<Time>(&x)) return Extract(part, *t);
  if (const auto* t = std::get_if<Timestamp>(&x)) return Extract(part, *t);
  if (const auto* i = std::get_if<Interval>(&x)) return Extract(part, *i);
  return Status::TypeMismatch("EXTRACT needs a date, time, timestamp or interval");
}

Result<std::optional<bool>> Overlaps(const Temporal (&a)[2], const Temporal (&b)[2]) {
  PARTON_ASSIGN_OR_RETURN(Period p, ToPeriod(a));
  PARTON_ASSIGN_OR_RETURN(Period q, ToPeriod(b));
  const Temporal* known = nullptr;
  for (const Temporal* x : {&p.start, &p.end, &q.start, &q.end}) {
    if (IsNull(*x)) continue;
    if (known) PARTON_RETURN_IF_ERROR(CompareTemporal(*known, *x).status());
    known = x;
  }
  // SQL:2023 8.16, with its three-valued logic.
  auto starts_within = [](const Period& later, const Period& earlier) {
    return And(Greater(later.start, earlier.start),
               Not(And(NotLess(later.start, earlier.end), NotLess(later.end, earlier.end))));
  };
  Truth same_start = std::nullopt;
  if (std::optional<int> c = CompareOrNull(p.start, q.start)) same_start = *c == 0;
  Truth ends_known = CompareOrNull(p.end, q.end) ? Truth(true) : std::nullopt;
  return Or(Or(starts_within(p, q), starts_within(q, p)), And(same_start, ends_known));
}

Result<Temporal> DateAdd(DatePart part, int64_t n, const Temporal& x) {
  if (IsZonePart(part)) return ZonePart(part);
  if (const auto* t = std::get_if<Time>(&x)) {
    if (part <= DatePart::kDay) return NoPart(part, "TIME");
    return Temporal(AddNanos(*t, static_cast<int128_t>(n) * NanosPer(part)));
  }
  std::optional<Timestamp> t = AsTimestamp(x);
  if (!t) return Status::TypeMismatch("DATE_ADD needs a date, time or timestamp");
  PARTON_ASSIGN_OR_RETURN(Timestamp sum, DateAddTimestamp(part, n, *t));
  if (std::holds_alternative<Date>(x) && part <= DatePart::kDay) return Temporal(sum.date);
  return Temporal(sum);
}

Result<int64_t> DateDiff(DatePart part, const Temporal& a, const Temporal& b) {
  if (IsZonePart(part)) return ZonePart(part);
  const auto* time_a = std::get_if<Time>(&a);
  const auto* time_b = std::get_if<Time>(&b);
  if (time_a && time_b) {
    if (part <= DatePart::kDay) return NoPart(part, "TIME");
    return Difference(part, ToInstant(*time_a), ToInstant(*time_b));
  }
  std::optional<Timestamp> x = AsTimestamp(a);
  std::optional<Timestamp> y = AsTimestamp(b);
  if (!x || !y) {
    return Status::TypeMismatch("DATE_DIFF needs two TIMEs, or two DATEs or TIMESTAMPs");
  }
  return Difference(part, ToInstant(*x), ToInstant(*y));
}

}  // namespace parton

// Addition, subtraction and scaling of temporal values, rounding, and CAST between intervals.
#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <cstdlib>

#include "parton/temporal.h"
#include "types/temporal/temporal_internal.h"

namespace parton {

using namespace temporal_internal;  // NOLINT: the sources of this type share it
using boost::multiprecision::cpp_int;

namespace {

int128_t TotalNanos(const Interval& i) { return static_cast<int128_t>(i.seconds) * kNanosPerSecond + i.nanos; }

IntervalQualifier WholeFamily(bool year_month, int leading_precision, int fraction_precision) {
  IntervalQualifier q;
  q.leading = year_month ? DatePart::kYear : DatePart::kDay;
  q.trailing = year_month ? DatePart::kMonth : DatePart::kSecond;
  q.leading_precision = static_cast<uint8_t>(leading_precision);
  q.fraction_precision = static_cast<uint8_t>(fraction_precision);
  return q;
}

// What arithmetic on `i` yields: any field may be needed to say the result.
IntervalQualifier ResultQualifier(const Interval& i) {
  return WholeFamily(i.is_year_month(), i.qualifier.leading_precision, i.qualifier.fraction_precision);
}

IntervalQualifier ResultQualifier(const Interval& a, const Interval& b) {
  return WholeFamily(a.is_year_month(), std::max(a.qualifier.leading_precision, b.qualifier.leading_precision),
                     std::max(a.qualifier.fraction_precision, b.qualifier.fraction_precision));
}

Status OverflowError(const IntervalQualifier& q) {
  return Status::Validation("interval out of range: more than " + std::to_string(q.leading_precision) + " digits of " +
                            std::string(DatePartName(q.leading)));
}

// The months or nanoseconds in one of `field`.
int128_t FieldUnit(DatePart field) {
  switch (field) {
    case DatePart::kYear: return 12;
    case DatePart::kDay: return kNanosPerDay;
    case DatePart::kHour: return kNanosPerHour;
    case DatePart::kMinute: return kNanosPerMinute;
    case DatePart::kSecond: return kNanosPerSecond;
    default: return 1;
  }
}

// The least amount of months or nanoseconds that is too large for `q`.
int128_t OverflowLimit(const IntervalQualifier& q) { return FieldUnit(q.leading) * kPowersOfTen[q.leading_precision]; }

// An interval of `amount` months or nanoseconds, truncated to the fraction precision.
Result<Interval> MakeInterval(int128_t amount, const IntervalQualifier& q) {
  int128_t limit = OverflowLimit(q);
  if (amount >= limit || amount <= -limit) return OverflowError(q);
  if (q.is_year_month()) return Interval::Months(static_cast<int64_t>(amount), q);
  amount -= amount % kPowersOfTen[9 - q.fraction_precision];
  return Interval::Seconds(static_cast<int64_t>(amount / kNanosPerSecond),
                           static_cast<int32_t>(amount % kNanosPerSecond), q);
}

int128_t Amount(const Interval& i) { return i.is_year_month() ? i.months : TotalNanos(i); }

// An exact ratio; denominator positive.
struct Ratio {
  cpp_int numerator;
  cpp_int denominator = 1;
};

Ratio ToRatio(const Number& n) {
  Ratio r;
  r.numerator = n.coefficient();
  cpp_int power = boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(std::abs(n.exponent())));
  (n.exponent() < 0 ? r.denominator : r.numerator) *= power;
  return r;
}

// REQUIRES: finite
Ratio ToRatio(double d) {
  int exponent = 0;
  double mantissa = std::frexp(d, &exponent);
  Ratio r;
  r.numerator = static_cast<int64_t>(std::ldexp(mantissa, 53));
  exponent -= 53;
  if (exponent < 0) {
    r.denominator <<= static_cast<unsigned>(-exponent);
  } else {
    r.numerator <<= static_cast<unsigned>(exponent);
  }
  return r;
}

// i * numerator / denominator. REQUIRES: denominator not zero
Result<Interval> Scale(const Interval& i, const cpp_int& numerator, const cpp_int& denominator) {
  IntervalQualifier q = ResultQualifier(i);
  cpp_int scaled = cpp_int(Amount(i)) * numerator / denominator;
  if (boost::multiprecision::abs(scaled) >= cpp_int(OverflowLimit(q))) return OverflowError(q);
  return MakeInterval(static_cast<int128_t>(scaled), q);
}

Result<Interval> Sum(const Interval& a, const Interval& b, int sign) {
  if (!Comparable(a, b)) {
    return Status::TypeMismatch("year-month and day-time intervals do not mix");
  }
  return MakeInterval(Amount(a) + sign * Amount(b), ResultQualifier(a, b));
}

Result<Date> Move(const Date& d, const Interval& i, int sign) {
  if (i.is_year_month()) {
    return AddMonths(d, static_cast<int128_t>(i.months) * sign, kMaxLiteralYear);
  }
  if (i.seconds % kSecondsPerDay != 0 || i.nanos != 0) {
    return Status::TypeMismatch("a DATE takes an interval of whole days only; use a TIMESTAMP");
  }
  return AddDays(d, static_cast<int128_t>(i.seconds / kSecondsPerDay) * sign, kMaxLiteralYear);
}

Result<Time> Move(const Time& t, const Interval& i, int sign) {
  if (i.is_year_month()) {
    return Status::TypeMismatch("a TIME takes no interval of years or months");
  }
  return AddNanos(t, TotalNanos(i) * sign);
}

Result<Timestamp> Move(const Timestamp& t, const Interval& i, int sign) {
  Timestamp out = t;
  if (i.is_year_month()) {
    PARTON_ASSIGN_OR_RETURN(out.date, AddMonths(t.date, static_cast<int128_t>(i.months) * sign, kMaxLiteralYear));
    if (i.months % 12 != 0) out.precision = std::max(out.precision, TimestampPrecision::kMonth);
    return out;
  }
  int128_t nanos = TotalNanos(i) * sign;
  PARTON_ASSIGN_OR_RETURN(out, AddNanos(t, nanos, kMaxLiteralYear));
  // The result is known as exactly as the interval says.
  TimestampPrecision needed = TimestampPrecision::kDay;
  if (nanos % kNanosPerMinute != 0) {
    needed = TimestampPrecision::kSecond;
  } else if (nanos % kNanosPerDay != 0) {
    needed = TimestampPrecision::kMinute;
  }
  out.precision = std::max(out.precision, needed);
  return out;
}

// The interval from instant b to instant a. Any two dates are less than 10^9 days apart.
Interval Difference(const Instant& a, const Instant& b) {
  int128_t nanos = a.TotalNanos() - b.TotalNanos();
  int fraction = nanos % 1000 == 0 ? IntervalQualifier::kDefaultFractionPrecision : IntervalQualifier::kMaxPrecision;
  return Interval::Seconds(static_cast<int64_t>(nanos / kNanosPerSecond), static_cast<int32_t>(nanos % kNanosPerSecond),
                           WholeFamily(false, IntervalQualifier::kMaxPrecision, fraction));
}

// Rounds half up; the result may be a whole day.
int64_t RoundNanos(int64_t nanos, int precision) {
  int64_t unit = kPowersOfTen[9 - precision];
  return (nanos + unit / 2) / unit * unit;
}

Status NoSuchOperation(std::string_view op) {
  return Status::TypeMismatch("no " + std::string(op) + " of these date and time values");
}

template <typename T>
Result<Temporal> Lift(Result<T> r) {
  if (!r.ok()) return std::move(r).status();
  return Temporal(std::move(r).value());
}

// x + sign * i.
Result<Temporal> MoveAny(const Temporal& x, const Interval& i, int sign) {
  if (const auto* d = std::get_if<Date>(&x)) return Lift(Move(*d, i, sign));
  if (const auto* t = std::get_if<Time>(&x)) return Lift(Move(*t, i, sign));
  if (const auto* t = std::get_if<Timestamp>(&x)) return Lift(Move(*t, i, sign));
  if (const auto* j = std::get_if<Interval>(&x)) return Lift(Sum(*j, i, sign));
  return NoSuchOperation(sign > 0 ? "sum" : "difference");
}

}  // namespace

Result<Date> Add(const Date& d, const Interval& i) { return Move(d, i, 1); }
Result<Time> Add(const Time& t, const Interval& i) { return Move(t, i, 1); }
Result<Timestamp> Add(const Timestamp& t, const Interval& i) { return Move(t, i, 1); }
Result<Date> Subtract(const Date& d, const Interval& i) { return Move(d, i, -1); }
Result<Time> Subtract(const Time& t, const Interval& i) { return Move(t, i, -1); }
Result<Timestamp> Subtract(const Timestamp& t, const Interval& i) { return Move(t, i, -1); }

Interval Subtract(const Date& a, const Date& b) { return Subtract(Timestamp::FromDate(a), Timestamp::FromDate(b)); }
Interval Subtract(const Time& a, const Time& b) { return Difference(ToInstant(a), ToInstant(b)); }
Interval Subtract(const Timestamp& a, const Timestamp& b) { return Difference(ToInstant(a), ToInstant(b)); }

Result<Interval> Add(const Interval& a, const Interval& b) { return Sum(a, b, 1); }
Result<Interval> Subtract(const Interval& a, const Interval& b) { return Sum(a, b, -1); }

Interval Negate(const Interval& i) {
  Interval out = i;
  out.months = -i.months;
  out.seconds = -i.seconds;
  out.nanos = -i.nanos;
  return out;
}

Interval Abs(const Interval& i) { return i.is_negative() ? Negate(i) : i; }

Result<Interval> Multiply(const Interval& i, const Number& factor) {
  Ratio r = ToRatio(factor);
  return Scale(i, r.numerator, r.denominator);
}

Result<Interval> Multiply(const Interval& i, double factor) {
  if (!std::isfinite(factor)) return Status::Validation("interval times a number not finite");
  return Multiply(i, *Number::FromDouble(factor));
}

Result<Interval> Divide(const Interval& i, const Number& divisor) {
  if (divisor.IsZero()) return Status::Validation("division of an interval by zero");
  Ratio r = ToRatio(divisor);
  return Scale(i, r.denominator, r.numerator);
}

Result<Interval> Divide(const Interval& i, double divisor) {
  if (divisor == 0) return Status::Validation("division of an interval by zero");
  if (!std::isfinite(divisor)) {
    return Status::Validation("interval divided by a number not finite");
  }
  // As the conformance suite has it: the FLOAT counts with its binary value where a fraction of a second shows
  // it, and with its decimal spelling where months would be lost.
  if (i.is_year_month()) return Divide(i, *Number::FromDouble(divisor));
  Ratio r = ToRatio(divisor);
  return Scale(i, r.denominator, r.numerator);
}

Result<Temporal> Add(const Temporal& a, const Temporal& b) {
  if (const auto* i = std::get_if<Interval>(&b)) return MoveAny(a, *i, 1);
  if (const auto* i = std::get_if<Interval>(&a)) return MoveAny(b, *i, 1);
  return NoSuchOperation("sum");
}

Result<Temporal> Subtract(const Temporal& a, const Temporal& b) {
  if (const auto* i = std::get_if<Interval>(&b)) return MoveAny(a, *i, -1);
  if (const auto* x = std::get_if<Time>(&a)) {
    if (const auto* y = std::get_if<Time>(&b)) return Temporal(Subtract(*x, *y));
    return NoSuchOperation("difference");
  }
  auto as_timestamp = [](const Temporal& x) -> std::optional<Timestamp> {
    if (const auto* d = std::get_if<Date>(&x)) return Timestamp::FromDate(*d);
    if (const auto* t = std::get_if<Timestamp>(&x)) return *t;
    return std::nullopt;
  };
  std::optional<Timestamp> x = as_timestamp(a);
  std::optional<Timestamp> y = as_timestamp(b);
  if (!x || !y) return NoSuchOperation("difference");
  return Temporal(Subtract(*x, *y));
}

Time Round(const Time& t, int precision) {
  precision = std::clamp(precision, 0, 9);
  Time out = t;
  out.nanos = RoundNanos(t.nanos, precision) % kNanosPerDay;
  out.precision = static_cast<uint8_t>(precision);
  return out;
}

Result<Timestamp> Round(const Timestamp& t, int precision) {
  Timestamp out = t;
  out.time = Round(t.time, precision);
  if (RoundNanos(t.time.nanos, out.time.precision) == kNanosPerDay) {
    PARTON_ASSIGN_OR_RETURN(out.date, AddDays(t.date, 1, std::max<int32_t>(kMaxLiteralYear, t.date.year)));
  }
  return out;
}

Result<Interval> CastInterval(const Interval& i, const IntervalQualifier& q) {
  PARTON_RETURN_IF_ERROR(q.Validate());
  if (i.is_year_month() != q.is_year_month()) {
    return Status::TypeMismatch("year-month and day-time intervals do not convert");
  }
  int128_t amount = Amount(i);
  // MakeInterval sees to the fraction of a second.
  if (q.trailing != DatePart::kSecond) amount -= amount % FieldUnit(q.trailing);
  return MakeInterval(amount, q);
}

}  // namespace parton

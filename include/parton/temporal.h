// DATE, TIME, TIMESTAMP and INTERVAL: the values and every rule about them.
//
// All are small, trivially copyable structs. Functions here are pure (no clock, no locale, no zone
// database) and may be called from any thread.
//
// Instants. A value without zone counts as UTC, so two values are equal when they are the same
// instant, whatever their offsets; `==`, Compare and Hash agree on that. The printed form keeps
// offset and precision.
//
// Errors have one of two codes. kTypeMismatch: the operands' types do not go together, which is
// data (MISSING under permissive typing). kValidation: a malformed or impossible value, a precision
// overflow, division by zero, a bad pattern; a statement fails with it under either typing.
#ifndef PARTON_TEMPORAL_H_
#define PARTON_TEMPORAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "parton/status.h"

namespace parton {

class Number;

enum class DatePart : uint8_t {
  kYear,
  kMonth,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kTimezoneHour,
  kTimezoneMinute,
};

// "YEAR", ..., "TIMEZONE_MINUTE".
std::string_view DatePartName(DatePart part);
// Case-insensitive; nullopt if `word` names no part.
std::optional<DatePart> ParseDatePart(std::string_view word);

// Proleptic Gregorian. Literals and interval arithmetic stay within years 1 to 9999; DATE_ADD may
// go beyond, up to kMaxYear.
struct Date {
  int32_t year = 1970;
  uint8_t month = 1;
  uint8_t day = 1;

  static constexpr int32_t kMaxYear = 999999;

  bool IsValid() const;
  // Days since 1970-01-01.
  int64_t ToDays() const;
  static Date FromDays(int64_t days);
};

struct Time {
  int64_t nanos = 0;              // of the day: 0 to 86,399,999,999,999
  std::optional<int16_t> offset;  // minutes east of UTC; none = without time zone
  uint8_t precision = 0;          // digits of the fraction that are printed, 0 to 9

  bool IsValid() const;
  int hour() const { return static_cast<int>(nanos / 3'600'000'000'000); }
  int minute() const { return static_cast<int>(nanos / 60'000'000'000 % 60); }
  int second() const { return static_cast<int>(nanos / 1'000'000'000 % 60); }
  int32_t fraction() const { return static_cast<int32_t>(nanos % 1'000'000'000); }
};

// How much of a timestamp is known. Ion's `2017-01T` is kMonth; SQL's timestamps are kSecond.
enum class TimestampPrecision : uint8_t { kYear, kMonth, kDay, kMinute, kSecond };

// Fields below `precision` are those of the start of the period: `2017-01T` is 2017-01-01 00:00.
struct Timestamp {
  Date date;
  Time time;
  TimestampPrecision precision = TimestampPrecision::kSecond;

  bool IsValid() const;
  // UTC, from the system clock's nanoseconds since 1970. `precision` digits of fraction are kept.
  static Timestamp FromEpochNanos(int64_t nanos, int precision = 6);
  static Timestamp FromDate(const Date& d) { return Timestamp{d, Time{}}; }
};

// `leading [(leading_precision[, fraction_precision])] [TO trailing [(fraction_precision)]]`.
// Both fields are of one family: YEAR, MONTH or DAY, HOUR, MINUTE, SECOND.
struct IntervalQualifier {
  DatePart leading = DatePart::kDay;
  DatePart trailing = DatePart::kSecond;  // = leading for a single field
  uint8_t leading_precision = 2;
  uint8_t fraction_precision = 6;

  static constexpr int kDefaultLeadingPrecision = 2;
  static constexpr int kDefaultFractionPrecision = 6;
  static constexpr int kMaxPrecision = 9;

  bool is_year_month() const { return leading <= DatePart::kMonth; }
  // kValidation: fields of two families, trailing not after leading, precision out of range.
  Status Validate() const;
  // "DAY(3) TO SECOND(2)"; defaults are left out.
  std::string ToString() const;
};

// A signed amount of months, or of seconds and nanoseconds. `seconds` and `nanos` never differ in
// sign. The amount is normalised by nature: '13' MONTH and '1-1' YEAR TO MONTH are equal.
struct Interval {
  IntervalQualifier qualifier;
  int32_t nanos = 0;
  int64_t months = 0;   // year-month family; else 0
  int64_t seconds = 0;  // day-time family; else 0

  static Interval Months(int64_t months, IntervalQualifier qualifier);
  static Interval Seconds(int64_t seconds, int32_t nanos, IntervalQualifier qualifier);

  bool is_year_month() const { return qualifier.is_year_month(); }
  bool is_negative() const { return months < 0 || seconds < 0 || nanos < 0; }
  bool is_zero() const { return months == 0 && seconds == 0 && nanos == 0; }
};

// For operations on operands of several types. monostate stands for NULL or MISSING.
using Temporal = std::variant<std::monostate, Date, Time, Timestamp, Interval>;

// ---- Comparison -------------------------------------------------------------------------------
// Negative, 0 or positive. Intervals: the year-month family comes before the day-time family.

int Compare(const Date& a, const Date& b);
int Compare(const Time& a, const Time& b);
int Compare(const Timestamp& a, const Timestamp& b);
int Compare(const Interval& a, const Interval& b);
// Whether `<` is defined between the two: both intervals of one family.
bool Comparable(const Interval& a, const Interval& b);

inline bool operator==(const Date& a, const Date& b) {
  return a.year == b.year && a.month == b.month && a.day == b.day;
}
bool operator==(const Time& a, const Time& b);
bool operator==(const Timestamp& a, const Timestamp& b);
bool operator==(const Interval& a, const Interval& b);

// Equal values have equal hashes. A DATE hashes as the TIMESTAMP at its midnight.
size_t Hash(const Date& d);
size_t Hash(const Time& t);
size_t Hash(const Timestamp& t);
size_t Hash(const Interval& i);

// `<` and `=` between a and b: DATE and TIMESTAMP compare (a date is its midnight), and values of
// one type. kTypeMismatch for all else, also for monostate and intervals of two families.
Result<int> CompareTemporal(const Temporal& a, const Temporal& b);

// ---- Reading ----------------------------------------------------------------------------------
// `text` is what stands between the quotes of the literal. Errors are kValidation.

enum class ZoneClause : uint8_t {
  kNone,     // TIME '...': the text decides
  kWith,     // WITH TIME ZONE: the text must have an offset
  kWithout,  // WITHOUT TIME ZONE: the text must have none
};

// yyyy-mm-dd, years 0001 to 9999.
Result<Date> ParseDate(std::string_view text);
// hh:mm:ss[.f...][(+|-)hh:mm], offsets up to 18:00. With `precision` (0 to 9) the fraction is
// rounded half up, wrapping at midnight; without, digits after the ninth are dropped.
Result<Time> ParseTime(std::string_view text, ZoneClause zone = ZoneClause::kNone,
                       std::optional<int> precision = std::nullopt);
// yyyy-mm-dd hh:mm:ss[.f...][(+|-)hh:mm]; rounding carries into the date.
Result<Timestamp> ParseTimestamp(std::string_view text, ZoneClause zone = ZoneClause::kNone,
                                 std::optional<int> precision = std::nullopt);
// The signed text of an interval literal. Only the leading field may exceed its natural range, and
// only within the leading precision; fraction digits beyond the fraction precision are dropped.
Result<Interval> ParseInterval(std::string_view text, const IntervalQualifier& qualifier);
// Ion: 2017T, 2017-01T, 2017-01-02[T], 2017-01-02T03:04Z, 2017-01-02T03:04:05.006+07:00. The offset
// -00:00 (unknown) reads as none. Offsets up to 23:59, fractions up to nine digits.
Result<Timestamp> ParseIonTimestamp(std::string_view text);

// ---- Writing ----------------------------------------------------------------------------------

// As CAST(x AS STRING): `2021-08-22`, `12:30:45.5+01:00`, `2021-08-22 12:30:45`, `-1 02:30`. A
// timestamp of less than seconds is written as Ion does.
std::string ToString(const Date& d);
std::string ToString(const Time& t);
std::string ToString(const Timestamp& t);
std::string ToString(const Interval& i);
// The literal that reads back to the same value: DATE '...', INTERVAL '...' DAY(3) TO HOUR. A
// timestamp of less than seconds is an Ion literal in back-ticks. Years beyond 9999 have no literal
// and do not read back.
std::string ToLiteral(const Date& d);
std::string ToLiteral(const Time& t);
std::string ToLiteral(const Timestamp& t);
std::string ToLiteral(const Interval& i);
// Ion's spelling, without back-ticks; no offset is written as -00:00.
std::string ToIonString(const Timestamp& t);

// ---- Arithmetic -------------------------------------------------------------------------------
// Months are added to the month field, clipping the day to the length of the month reached. A day-
// time interval is added to the date-time as written (the offset stays); a DATE takes only whole
// days (kTypeMismatch otherwise). Results outside years 1 to 9999 are kValidation.

Result<Date> Add(const Date& d, const Interval& i);
// Wraps at midnight. kTypeMismatch: a year-month interval.
Result<Time> Add(const Time& t, const Interval& i);
Result<Timestamp> Add(const Timestamp& t, const Interval& i);
Result<Date> Subtract(const Date& d, const Interval& i);
Result<Time> Subtract(const Time& t, const Interval& i);
Result<Timestamp> Subtract(const Timestamp& t, const Interval& i);

// Differences of instants: DAY(9) TO SECOND(n) intervals.
Interval Subtract(const Date& a, const Date& b);
Interval Subtract(const Time& a, const Time& b);
Interval Subtract(const Timestamp& a, const Timestamp& b);

// The result of interval arithmetic is YEAR(p) TO MONTH or DAY(p) TO SECOND(f), p and f the larger
// ones of the operands. kValidation: more years or days than p digits can say. kTypeMismatch: two
// families.
Result<Interval> Add(const Interval& a, const Interval& b);
Result<Interval> Subtract(const Interval& a, const Interval& b);
Interval Negate(const Interval& i);
Interval Abs(const Interval& i);
// Truncated toward zero at whole months, or at the fraction precision. A double counts with its
// exact binary value. kValidation: division by zero, not finite, precision overflow.
Result<Interval> Multiply(const Interval& i, const Number& factor);
Result<Interval> Multiply(const Interval& i, double factor);
Result<Interval> Divide(const Interval& i, const Number& divisor);
Result<Interval> Divide(const Interval& i, double divisor);

// `a + b` and `a - b` for any two operands; kTypeMismatch where there is no such operation.
// REQUIRES: neither is monostate
Result<Temporal> Add(const Temporal& a, const Temporal& b);
Result<Temporal> Subtract(const Temporal& a, const Temporal& b);

// ---- Conversions ------------------------------------------------------------------------------

// CAST(t AS TIME(p)), TIMESTAMP(p): rounds half up.
Time Round(const Time& t, int precision);
Result<Timestamp> Round(const Timestamp& t, int precision);
// To another qualifier of the same family: fields below the trailing one are dropped.
// kTypeMismatch: the other family. kValidation: the leading precision does not suffice.
Result<Interval> CastInterval(const Interval& i, const IntervalQualifier& qualifier);

// ---- Functions --------------------------------------------------------------------------------

// EXTRACT(part FROM x): an INT, or for SECOND a DECIMAL. kTypeMismatch: x has no such part,
// also TIMEZONE_* of a value without zone. An interval's fields are those of the normalised amount
// (DAY TO SECOND or YEAR TO MONTH) and carry its sign.
Result<Number> Extract(DatePart part, const Date& d);
Result<Number> Extract(DatePart part, const Time& t);
Result<Number> Extract(DatePart part, const Timestamp& t);
Result<Number> Extract(DatePart part, const Interval& i);
Result<Number> Extract(DatePart part, const Temporal& x);

// (a[0], a[1]) OVERLAPS (b[0], b[1]), each (start, end) or (start, interval), half-open, ends in
// any order. monostate is NULL; a NULL result is nullopt. kTypeMismatch: starts and ends that do
// not compare, an interval as start, or one that cannot be added to it.
Result<std::optional<bool>> Overlaps(const Temporal (&a)[2], const Temporal (&b)[2]);

// DATE_ADD(part, n, x). A timestamp of low precision gains what `part` needs; a DATE becomes a
// TIMESTAMP for HOUR, MINUTE, SECOND; a TIME wraps. kTypeMismatch: a part x does not have, or an
// interval. kValidation: TIMEZONE_*, year out of range.
Result<Temporal> DateAdd(DatePart part, int64_t n, const Temporal& x);
// DATE_DIFF(part, a, b): whole parts from a to b, truncated toward zero. kTypeMismatch: a TIME with
// a DATE or TIMESTAMP, YEAR to DAY between TIMEs. kValidation: TIMEZONE_*.
Result<int64_t> DateDiff(DatePart part, const Temporal& a, const Temporal& b);

// TO_STRING(t, pattern). Letters: y yy yyyy, M MM MMM MMMM MMMMM, d dd, a, h hh, H HH, m mm, s ss,
// S..., n, X..XXXXX, x..xxxxx; 'quoted' text and non-letters stand for themselves. kValidation: any
// other letter or count.
Result<std::string> FormatTimestamp(const Timestamp& t, std::string_view pattern);
// TO_TIMESTAMP(text, pattern): as above without MMMMM. The pattern must name the year and, with
// each field, all larger ones; the result has the precision of the smallest field. kValidation: bad
// pattern, text that does not match it, impossible dates.
Result<Timestamp> ParseTimestampPattern(std::string_view text, std::string_view pattern);

}  // namespace parton

#endif  // PARTON_TEMPORAL_H_

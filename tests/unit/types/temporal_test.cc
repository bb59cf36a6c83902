// The rules of DATE, TIME, TIMESTAMP and INTERVAL.
#include "parton/temporal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "parton/number.h"

namespace parton {
namespace {

constexpr DatePart kYear = DatePart::kYear;
constexpr DatePart kMonth = DatePart::kMonth;
constexpr DatePart kDay = DatePart::kDay;
constexpr DatePart kHour = DatePart::kHour;
constexpr DatePart kMinute = DatePart::kMinute;
constexpr DatePart kSecond = DatePart::kSecond;

IntervalQualifier Q(DatePart leading, DatePart trailing, int leading_precision = 2, int fraction_precision = 6) {
  IntervalQualifier q;
  q.leading = leading;
  q.trailing = trailing;
  q.leading_precision = static_cast<uint8_t>(leading_precision);
  q.fraction_precision = static_cast<uint8_t>(fraction_precision);
  return q;
}

// What a Result holds, as text; errors as "MISMATCH" or "INVALID".
std::string Error(const Status& s) {
  EXPECT_FALSE(s.message().empty());
  return s.code() == StatusCode::kTypeMismatch ? "MISMATCH" : "INVALID";
}

std::string Show(const Number& n) { return n.ToText(); }
std::string Show(int64_t n) { return std::to_string(n); }
std::string Show(int n) { return std::to_string(n); }
std::string Show(const std::string& s) { return s; }
std::string Show(const std::optional<bool>& b) { return b ? (*b ? "true" : "false") : "null"; }
std::string Show(const Date& d) { return ToString(d); }
std::string Show(const Time& t) { return ToString(t); }
std::string Show(const Timestamp& t) { return ToString(t); }
std::string Show(const Interval& i) { return ToString(i); }
std::string Show(const Temporal& x) {
  if (const auto* d = std::get_if<Date>(&x)) return "D " + ToString(*d);
  if (const auto* t = std::get_if<Time>(&x)) return "T " + ToString(*t);
  if (const auto* t = std::get_if<Timestamp>(&x)) return "TS " + ToString(*t);
  if (const auto* i = std::get_if<Interval>(&x)) return "I " + ToString(*i);
  return "null";
}
template <typename T>
std::string Show(const Result<T>& r) {
  return r.ok() ? Show(*r) : Error(r.status());
}

// REQUIRES, for these: good text.
Date D(std::string_view s) { return *ParseDate(s); }
Time T(std::string_view s) { return *ParseTime(s); }
Timestamp TS(std::string_view s) { return *ParseTimestamp(s); }
Timestamp Ion(std::string_view s) { return *ParseIonTimestamp(s); }
Interval I(std::string_view s, IntervalQualifier q) { return *ParseInterval(s, q); }
Interval I(std::string_view s, DatePart leading, DatePart trailing) { return I(s, Q(leading, trailing)); }
Interval I(std::string_view s, DatePart field) { return I(s, Q(field, field)); }

TEST(DateTest, ReadsCalendarDaysOnly) {
  for (const char* good : {"0001-01-01", "2012-02-29", "2000-02-29", "9999-12-31", "2021-04-30"}) {
    EXPECT_EQ(Show(ParseDate(good)), good);
  }
  for (const char* bad : {"",           "2021-02-29", "1900-02-29",  "2012-02-30",  "2021-04-31",  "2021-13-01",
                          "2021-00-01", "2021-01-00", "2021-01-32",  "0000-01-01",  "12345-03-10", "123-03-10",
                          "2021-3-10",  "2021-03-1",  "2021-03-123", "+9999-03-10", "2021--03-10", "2021:03:10",
                          "20210310",   "03-25-2021", "2021-03-10 ", " 2021-03-10", "date_string", "2021-03-1\xff"}) {
    EXPECT_EQ(Show(ParseDate(bad)), "INVALID") << bad;
  }
}

TEST(DateTest, DaysRoundTrip) {
  EXPECT_EQ(D("1970-01-01").ToDays(), 0);
  EXPECT_EQ(D("1969-12-31").ToDays(), -1);
  EXPECT_EQ(D("2000-03-01").ToDays(), 11017);
  Date previous = Date::FromDays(D("0001-01-01").ToDays());
  EXPECT_EQ(ToString(previous), "0001-01-01");
  for (int64_t day = previous.ToDays() + 1; day <= Date{Date::kMaxYear, 12, 31}.ToDays(); day += 997) {
    Date d = Date::FromDays(day);
    ASSERT_TRUE(d.IsValid());
    ASSERT_EQ(d.ToDays(), day);
    ASSERT_GT(Compare(d, previous), 0);
    previous = d;
  }
}

TEST(TimeTest, ReadsClockTimes) {
  EXPECT_EQ(Show(ParseTime("12:30:45")), "12:30:45");
  EXPECT_EQ(Show(ParseTime("23:59:59.9990")), "23:59:59.9990");
  EXPECT_EQ(Show(ParseTime("12:00:00+00:00")), "12:00:00+00:00");
  EXPECT_EQ(Show(ParseTime("12:00:00-00:00")), "12:00:00+00:00");
  EXPECT_EQ(Show(ParseTime("14:30:15.5-08:30")), "14:30:15.5-08:30");
  EXPECT_EQ(Show(ParseTime("14:30:15+18:00")), "14:30:15+18:00");
  for (const char* bad : {"",
                          "12",
                          "12:20",
                          "24:00:00",
                          "12:60:00",
                          "12:59:60",
                          "1:30:38",
                          "12:30:4",
                          "-19:45:13",
                          "12:30:45.",
                          "12.123:45.123:54.123",
                          "59.12345",
                          "23:59:59+24:00",
                          "23:59:59+18:01",
                          "23:59:59-18:01",
                          "23:59:59-18-01",
                          "23:59:59-18:00.00",
                          "23:59:59.99999 05:30",
                          "23:59:59+5:30",
                          "23:59:59+05:60",
                          "23:59:59+05",
                          "23:59:59Z",
                          "time_string"}) {
    EXPECT_EQ(Show(ParseTime(bad)), "INVALID") << bad;
  }
}

TEST(TimeTest, DigitsAfterTheNinthAreDropped) {
  EXPECT_EQ(Show(ParseTime("23:59:59.999999999999")), "23:59:59.999999999");
  EXPECT_EQ(Show(ParseTime("23:59:59.1234567899+18:00")), "23:59:59.123456789+18:00");
}

TEST(TimeTest, PrecisionRoundsHalfUpAndWraps) {
  auto parse = [](const char* s, int p) { return Show(ParseTime(s, ZoneClause::kNone, p)); };
  EXPECT_EQ(parse("01:23:45.678", 2), "01:23:45.68");
  EXPECT_EQ(parse("01:23:45.675", 2), "01:23:45.68");
  EXPECT_EQ(parse("01:23:45.6749", 2), "01:23:45.67");
  EXPECT_EQ(parse("01:23:45.5", 0), "01:23:46");
  EXPECT_EQ(parse("01:23:45", 3), "01:23:45.000");
  EXPECT_EQ(parse("23:59:59.999", 2), "00:00:00.00");
  EXPECT_EQ(parse("01:23:45", 10), "INVALID");
  EXPECT_EQ(parse("01:23:45", -1), "INVALID");
}

TEST(TimeTest, ZoneClauseMustFitTheText) {
  EXPECT_EQ(Show(ParseTime("02:30:59", ZoneClause::kWith)), "INVALID");
  EXPECT_EQ(Show(ParseTime("02:30:59+01:00", ZoneClause::kWith)), "02:30:59+01:00");
  EXPECT_EQ(Show(ParseTime("02:30:59+00:00", ZoneClause::kWithout)), "INVALID");
  EXPECT_EQ(Show(ParseTime("02:30:59", ZoneClause::kWithout)), "02:30:59");
  EXPECT_EQ(Show(ParseTimestamp("2025-01-01 12:00:00", ZoneClause::kWith)), "INVALID");
  EXPECT_EQ(Show(ParseTimestamp("2025-01-01 12:00:00+00:00", ZoneClause::kWithout)), "INVALID");
}

TEST(TimestampTest, Reads) {
  EXPECT_EQ(Show(ParseTimestamp("2024-12-31 23:59:59.999999999")), "2024-12-31 23:59:59.999999999");
  EXPECT_EQ(Show(ParseTimestamp("2025-01-01 14:30:15+05:30")), "2025-01-01 14:30:15+05:30");
  EXPECT_EQ(Show(ParseTimestamp("2025-01-01T14:30:15")), "2025-01-01 14:30:15");
  for (const char* bad : {"", "2025-01-01", "2025-01-01 ", "2025-01-01 14:30", "2025-02-29 00:00:00",
                          "2025-01-01  00:00:00", "2025-01-01 24:00:00"}) {
    EXPECT_EQ(Show(ParseTimestamp(bad)), "INVALID") << bad;
  }
  auto rounded = [](const char* s) { return Show(ParseTimestamp(s, ZoneClause::kNone, 2)); };
  EXPECT_EQ(rounded("2024-12-31 23:59:59.996"), "2025-01-01 00:00:00.00");
  EXPECT_EQ(rounded("9999-12-31 23:59:59.996"), "INVALID");
}

TEST(TimestampTest, FromEpochNanos) {
  EXPECT_EQ(Show(Timestamp::FromEpochNanos(0, 0)), "1970-01-01 00:00:00+00:00");
  EXPECT_EQ(Show(Timestamp::FromEpochNanos(-1)), "1969-12-31 23:59:59.999999+00:00");
  EXPECT_EQ(Show(Timestamp::FromEpochNanos(1700000000123456789, 9)), "2023-11-14 22:13:20.123456789+00:00");
  EXPECT_TRUE(Timestamp::FromEpochNanos(std::numeric_limits<int64_t>::min()).IsValid());
  EXPECT_TRUE(Timestamp::FromEpochNanos(std::numeric_limits<int64_t>::max()).IsValid());
}

TEST(IonTimestampTest, KeepsItsPrecision) {
  for (const char* text : {"2017T", "2017-01T", "2017-01-02T", "2017-01-02T03:04Z", "2017-01-02T03:04+08:09",
                           "2017-01-02T03:04:05-00:00", "2017-01-02T03:04:05.0060-23:59"}) {
    Result<Timestamp> t = ParseIonTimestamp(text);
    ASSERT_TRUE(t.ok()) << text;
    EXPECT_TRUE(t->IsValid());
    EXPECT_EQ(ToIonString(*t), text);
  }
  EXPECT_EQ(ToIonString(Ion("2017-01-02")), "2017-01-02T");
  EXPECT_EQ(ToIonString(Ion("2017-01-02T03:04+00:00")), "2017-01-02T03:04Z");
  EXPECT_FALSE(Ion("2017-01-02T03:04-00:00").time.offset.has_value());
  for (const char* bad : {"", "2017", "2017-01", "0000T", "2017-13T", "2017-00T", "2017-02-29", "2017-01-02T03",
                          "2017-01-02T03:04", "2017-01-02T03:04:05", "2017-01-02T24:00Z", "2017-01-02T03:04ZZ",
                          "2017-01T03:04Z", "2017-01-02T03:04:05.Z", "2017-01-02T03:04+24:00", "2017TT", "foobar"}) {
    EXPECT_EQ(Show(ParseIonTimestamp(bad)), "INVALID") << bad;
  }
}

TEST(IntervalTest, Reads) {
  struct Case {
    const char* text;
    IntervalQualifier qualifier;
    int64_t months;
    int64_t seconds;
    int32_t nanos;
  };
  const Case cases[] = {
      {"10", Q(kYear, kYear), 120, 0, 0},
      {"+2-6", Q(kYear, kMonth), 30, 0, 0},
      {"-1-11", Q(kYear, kMonth), -23, 0, 0},
      {"13", Q(kMonth, kMonth), 13, 0, 0},
      {"-4", Q(kDay, kDay), 0, -4 * 86400, 0},
      {"0.5", Q(kSecond, kSecond), 0, 0, 500000000},
      {"-0.2500", Q(kSecond, kSecond), 0, 0, -250000000},
      {"5 12", Q(kDay, kHour), 0, 5 * 86400 + 12 * 3600, 0},
      {"3 8:45", Q(kDay, kMinute), 0, 3 * 86400 + 8 * 3600 + 45 * 60, 0},
      {"2 4:30:15", Q(kDay, kSecond), 0, 2 * 86400 + 4 * 3600 + 30 * 60 + 15, 0},
      {"-10:15:30.456789", Q(kHour, kSecond), 0, -36930, -456789000},
      {"59:59.999999", Q(kMinute, kSecond), 0, 3599, 999999000},
      {"42:18", Q(kMinute, kSecond), 0, 42 * 60 + 18, 0},
      {"999", Q(kHour, kHour, 3), 0, 999 * 3600, 0},
      {"999-11", Q(kYear, kMonth, 3), 999 * 12 + 11, 0, 0},
      {"99", Q(kSecond, kSecond), 0, 99, 0},
      {"999999999", Q(kDay, kDay, 9), 0, 999999999LL * 86400, 0},
  };
  for (const Case& c : cases) {
    Result<Interval> i = ParseInterval(c.text, c.qualifier);
    ASSERT_TRUE(i.ok()) << c.text << ": " << i.status().ToString();
    EXPECT_EQ(i->months, c.months) << c.text;
    EXPECT_EQ(i->seconds, c.seconds) << c.text;
    EXPECT_EQ(i->nanos, c.nanos) << c.text;
  }
}

TEST(IntervalTest, FractionIsTruncatedAndAtMostNineDigits) {
  EXPECT_EQ(I("+0.5000000", kSecond).nanos, 500000000);
  EXPECT_EQ(I("1.123456789", kSecond).nanos, 123456000);
  EXPECT_EQ(I("6.789", Q(kSecond, kSecond, 2, 2)).nanos, 780000000);
  EXPECT_EQ(I("6.789", Q(kSecond, kSecond, 2, 0)).nanos, 0);
  EXPECT_EQ(I("-999:59:59.123456789", Q(kHour, kSecond, 3, 5)).nanos, -123450000);
  EXPECT_EQ(Show(ParseInterval("1.1234567890", Q(kSecond, kSecond))), "INVALID");
}

TEST(IntervalTest, OnlyTheLeadingFieldMayExceedItsRange) {
  struct Case {
    const char* text;
    IntervalQualifier qualifier;
  };
  const Case bad[] = {
      {"100", Q(kDay, kDay)},
      {"100", Q(kMonth, kMonth)},
      {"100-11", Q(kYear, kMonth)},
      {"100.123", Q(kSecond, kSecond)},
      {"1-12", Q(kYear, kMonth)},
      {"1 24", Q(kDay, kHour)},
      {"1:60", Q(kHour, kMinute)},
      {"1:60", Q(kMinute, kSecond)},
      {"1:100", Q(kMinute, kSecond)},
      {"100:59", Q(kHour, kMinute)},
      {"1000000000", Q(kDay, kDay, 9)},
      {"", Q(kDay, kDay)},
      {"-", Q(kDay, kDay)},
      {"--1", Q(kDay, kDay)},
      {"1 ", Q(kDay, kDay)},
      {" 1", Q(kDay, kDay)},
      {"1.5", Q(kDay, kDay)},
      {"1.", Q(kSecond, kSecond)},
      {".5", Q(kSecond, kSecond)},
      {"1", Q(kYear, kMonth)},
      {"1:1", Q(kDay, kHour)},
      {"1 2:3", Q(kDay, kSecond)},
      {"1--1", Q(kYear, kMonth)},
      {"1", Q(kDay, kMonth)},
      {"1", Q(kMonth, kDay)},
      {"1", Q(kSecond, kDay)},
      {"1", Q(kDay, kDay, 0)},
      {"1", Q(kDay, kDay, 10)},
      {"1", Q(kSecond, kSecond, 2, 10)},
      {"1", Q(kDay, DatePart::kTimezoneHour)},
      {"99999999999999999999999999", Q(kDay, kDay, 9)},
  };
  for (const Case& c : bad) {
    EXPECT_EQ(Show(ParseInterval(c.text, c.qualifier)), "INVALID") << c.text << " " << c.qualifier.ToString();
  }
}

TEST(LiteralTest, ReadsBack) {
  EXPECT_EQ(ToLiteral(D("2021-08-22")), "DATE '2021-08-22'");
  EXPECT_EQ(ToLiteral(T("12:30:45.5+01:00")), "TIME '12:30:45.5+01:00'");
  EXPECT_EQ(ToLiteral(TS("2021-08-22 12:30:45")), "TIMESTAMP '2021-08-22 12:30:45'");
  EXPECT_EQ(ToLiteral(Ion("2017-01T")), "`2017-01T`");
  EXPECT_EQ(ToLiteral(Ion("2017-01-02T03:04Z")), "`2017-01-02T03:04Z`");
  EXPECT_EQ(ToLiteral(Ion("2017-01-02T03:04:05+20:00")), "`2017-01-02T03:04:05+20:00`");
  EXPECT_EQ(ToLiteral(I("-1-2", kYear, kMonth)), "INTERVAL '-1-02' YEAR TO MONTH");
  EXPECT_EQ(ToLiteral(I("999", Q(kHour, kHour, 3))), "INTERVAL '999' HOUR(3)");
  EXPECT_EQ(ToLiteral(I("-0.5", Q(kSecond, kSecond, 2, 3))), "INTERVAL '-0.5' SECOND(2, 3)");
  EXPECT_EQ(ToLiteral(I("1:2.123456789", Q(kMinute, kSecond, 3, 9))),
            "INTERVAL '1:02.123456789' MINUTE(3) TO SECOND(9)");
  const Interval intervals[] = {I("13", kMonth),
                                I("7", kYear),
                                I("5 12", kDay, kHour),
                                I("3 8:45", kDay, kMinute),
                                I("2 4:30:15.25", kDay, kSecond),
                                I("14:25", kHour, kMinute),
                                I("6:30:45", kHour, kSecond),
                                I("0", kMinute)};
  for (const Interval& i : intervals) {
    Result<Interval> again = ParseInterval(ToString(i), i.qualifier);
    ASSERT_TRUE(again.ok()) << ToLiteral(i);
    EXPECT_EQ(*again, i);
  }
}

TEST(CompareTest, ValuesWithZoneAreInstants) {
  EXPECT_EQ(T("10:00:00+01:00"), T("09:00:00+00:00"));
  EXPECT_EQ(T("10:30:00"), T("10:30:00+00:00"));
  EXPECT_FALSE(T("10:30:00") == T("10:30:00+02:00"));
  EXPECT_LT(Compare(T("10:30:00+05:00"), T("10:30:00-03:00")), 0);
  EXPECT_GT(Compare(T("10:30:00.123"), T("10:30:00.122")), 0);
  EXPECT_EQ(TS("2023-05-15 10:00:00+01:00"), TS("2023-05-15 09:00:00.0"));
  EXPECT_EQ(TS("2023-05-15 23:00:00-02:00"), TS("2023-05-16 01:00:00"));
  EXPECT_GT(Compare(TS("2023-05-15 10:30:00-03:00"), TS("2023-05-15 10:30:00+05:00")), 0);
  EXPECT_EQ(Ion("2017T"), TS("2017-01-01 00:00:00"));
}

TEST(CompareTest, EqualValuesHashEqually) {
  EXPECT_EQ(Hash(T("10:00:00+01:00")), Hash(T("09:00:00")));
  EXPECT_EQ(Hash(TS("2023-05-15 23:00:00-02:00")), Hash(TS("2023-05-16 01:00:00")));
  EXPECT_EQ(Hash(D("2023-05-15")), Hash(TS("2023-05-15 00:00:00")));
  EXPECT_EQ(Hash(I("13", kMonth)), Hash(I("1-1", kYear, kMonth)));
  EXPECT_NE(Hash(D("2023-05-15")), Hash(D("2023-05-16")));
}

TEST(CompareTest, Intervals) {
  EXPECT_EQ(I("13", kMonth), I("1-1", kYear, kMonth));
  EXPECT_EQ(I("24", kHour), I("1", kDay));
  EXPECT_FALSE(I("0", kMonth) == I("0", kDay));
  EXPECT_LT(Compare(I("99", kYear), I("-1", kDay)), 0);
  EXPECT_LT(Compare(I("-0.5", kSecond), I("-0.25", kSecond)), 0);
}

TEST(CompareTest, AcrossTypes) {
  EXPECT_EQ(Show(CompareTemporal(D("2023-05-15"), TS("2023-05-15 00:00:00+00:00"))), "0");
  EXPECT_EQ(Show(CompareTemporal(D("2023-05-15"), TS("2023-05-15 10:30:00"))), "-1");
  EXPECT_EQ(Show(CompareTemporal(TS("2023-05-15 01:00:00+05:00"), D("2023-05-15"))), "-1");
  EXPECT_EQ(Show(CompareTemporal(D("2023-05-15"), T("00:00:00"))), "MISMATCH");
  EXPECT_EQ(Show(CompareTemporal(I("1", kYear), I("365", Q(kDay, kDay, 3)))), "MISMATCH");
  EXPECT_EQ(Show(CompareTemporal(Temporal(), D("2023-05-15"))), "MISMATCH");
}

TEST(AddTest, MonthsClipTheDay) {
  EXPECT_EQ(Show(Add(D("2025-01-01"), I("1-1", kYear, kMonth))), "2026-02-01");
  EXPECT_EQ(Show(Add(D("2025-01-31"), I("1", kMonth))), "2025-02-28");
  EXPECT_EQ(Show(Add(D("2024-01-31"), I("1", kMonth))), "2024-02-29");
  EXPECT_EQ(Show(Add(D("2024-02-29"), I("1", kYear))), "2025-02-28");
  EXPECT_EQ(Show(Subtract(D("2025-03-31"), I("1", kMonth))), "2025-02-28");
  EXPECT_EQ(Show(Subtract(D("2025-01-01"), I("1", kMonth))), "2024-12-01");
  EXPECT_EQ(Show(Subtract(TS("2025-03-31 10:00:00+05:00"), I("1", kMonth))), "2025-02-28 10:00:00+05:00");
}

TEST(AddTest, DatesTakeWholeDays) {
  EXPECT_EQ(Show(Add(D("2025-02-28"), I("1", kDay))), "2025-03-01");
  EXPECT_EQ(Show(Add(D("2025-02-28"), I("48", kHour))), "2025-03-02");
  EXPECT_EQ(Show(Add(D("2025-02-28"), I("36", kHour))), "MISMATCH");
  EXPECT_EQ(Show(Add(D("2025-01-15"), Subtract(D("2025-01-20"), D("2025-01-15")))), "2025-01-20");
}

TEST(AddTest, TimesWrap) {
  EXPECT_EQ(Show(Add(T("01:01:01.1"), I("1", kDay))), "01:01:01.1");
  EXPECT_EQ(Show(Add(T("01:01:01.1"), I("1.1", kSecond))), "01:01:02.2");
  EXPECT_EQ(Show(Subtract(T("01:01:01.1"), I("25:25:14.2", kHour, kSecond))), "23:35:46.9");
  EXPECT_EQ(Show(Add(T("23:00:00+05:00"), I("2", kHour))), "01:00:00+05:00");
  EXPECT_EQ(Show(Add(T("01:01:01"), I("0.25", kSecond))), "01:01:01.25");
  EXPECT_EQ(Show(Add(T("01:01:01"), I("1", kMonth))), "MISMATCH");
}

TEST(AddTest, Timestamps) {
  EXPECT_EQ(Show(Subtract(TS("2025-01-01 01:01:01.1"), I("25:25:14.2", kHour, kSecond))), "2024-12-30 23:35:46.9");
  EXPECT_EQ(Show(Add(TS("2025-01-01 01:01:01.1-05:30"), I("45", kMinute))), "2025-01-01 01:46:01.1-05:30");
  EXPECT_EQ(Show(Add(Ion("2017T"), I("1", kYear))), "2018T");
  EXPECT_EQ(Show(Add(Ion("2017T"), I("1", kMonth))), "2017-02T");
  EXPECT_EQ(Show(Add(Ion("2017T"), I("1", kDay))), "2017-01-02T");
}

TEST(AddTest, YearsBeyond9999AreErrors) {
  EXPECT_EQ(Show(Add(D("9999-12-31"), I("1", kDay))), "INVALID");
  EXPECT_EQ(Show(Add(D("9999-12-31"), I("1", kMonth))), "INVALID");
  EXPECT_EQ(Show(Subtract(D("0001-01-01"), I("1", kDay))), "INVALID");
  EXPECT_EQ(Show(Subtract(D("0001-01-01"), I("1", kMonth))), "INVALID");
  EXPECT_EQ(Show(Add(TS("9999-12-31 23:59:59"), I("1", kSecond))), "INVALID");
}

TEST(SubtractTest, DifferencesAreDayTimeIntervals) {
  EXPECT_EQ(Show(Subtract(D("2025-01-15"), D("2025-01-20"))), "-5 00:00:00");
  EXPECT_EQ(Show(Subtract(D("9999-12-31"), D("0001-01-01"))), "3652058 00:00:00");
  EXPECT_EQ(Show(Subtract(T("10:30:00"), T("14:45:30"))), "-0 04:15:30");
  EXPECT_EQ(Show(Subtract(T("08:15:45+02:00"), T("08:15:45"))), "-0 02:00:00");
  EXPECT_EQ(Show(Subtract(TS("2025-01-15 14:30:15+02:00"), TS("2025-01-15 17:30:15+05:00"))), "0 00:00:00");
  Interval tiny = Subtract(T("00:00:00.000000001"), T("00:00:00"));
  EXPECT_EQ(ToLiteral(tiny), "INTERVAL '0 00:00:00.000000001' DAY(9) TO SECOND(9)");
}

TEST(SubtractTest, AnyOperands) {
  Temporal date = D("2025-01-15");
  Temporal time = T("10:00:00");
  Temporal stamp = TS("2025-01-14 12:30:45");
  Temporal day = I("1", kDay);
  EXPECT_EQ(Show(Subtract(date, stamp)), "I 0 11:29:15");
  EXPECT_EQ(Show(Subtract(stamp, date)), "I -0 11:29:15");
  EXPECT_EQ(Show(Subtract(date, day)), "D 2025-01-14");
  EXPECT_EQ(Show(Add(day, date)), "D 2025-01-16");
  EXPECT_EQ(Show(Add(day, time)), "T 10:00:00");
  EXPECT_EQ(Show(Add(day, day)), "I 2 00:00:00");
  EXPECT_EQ(Show(Add(date, stamp)), "MISMATCH");
  EXPECT_EQ(Show(Subtract(day, date)), "MISMATCH");
  EXPECT_EQ(Show(Subtract(time, date)), "MISMATCH");
  EXPECT_EQ(Show(Subtract(stamp, time)), "MISMATCH");
  EXPECT_EQ(Show(Add(Temporal(), day)), "MISMATCH");
}

TEST(IntervalArithmeticTest, SumsWithinOneFamily) {
  EXPECT_EQ(Show(Add(I("1", kYear), I("1", kMonth))), "1-01");
  EXPECT_EQ(Show(Subtract(I("1", kMonth), I("1-1", kYear, kMonth))), "-1-00");
  EXPECT_EQ(Show(Subtract(I("1", kDay), I("1.1", kSecond))), "0 23:59:58.9");
  EXPECT_EQ(Show(Subtract(I("1.1", kSecond), I("1", kDay))), "-0 23:59:58.9");
  EXPECT_EQ(Show(Add(I("1", kDay), I("1", kMonth))), "MISMATCH");
  EXPECT_EQ(Show(Add(I("99", kDay), I("1", kDay))), "INVALID");
  EXPECT_EQ(Show(Add(I("99", kDay), I("1", Q(kDay, kDay, 3)))), "100 00:00:00");
  EXPECT_EQ(Show(Add(I("99", kYear), I("12", kMonth))), "INVALID");
  EXPECT_EQ(Show(Add(I("99", kYear), I("11", kMonth))), "99-11");
}

TEST(IntervalArithmeticTest, SignsApplyToTheWhole) {
  EXPECT_EQ(Show(Negate(I("1 2:30:45.567", kDay, kSecond))), "-1 02:30:45.567");
  EXPECT_EQ(Show(Abs(I("-1 2:30:45.567", kDay, kSecond))), "1 02:30:45.567");
  EXPECT_EQ(Show(Abs(I("-100", Q(kMonth, kMonth, 3)))), "100");
  EXPECT_EQ(Show(Abs(I("-0.5", kSecond))), "0.5");
}

TEST(IntervalArithmeticTest, ProductsTruncate) {
  auto times = [](const Interval& i, const char* n) { return Show(Multiply(i, *Number::ParseRounding(n))); };
  EXPECT_EQ(times(I("1-5", kYear, kMonth), "2"), "2-10");
  EXPECT_EQ(times(I("3", kYear), "2.1"), "6-03");
  EXPECT_EQ(times(I("7", kMonth), "-2"), "-1-02");
  EXPECT_EQ(times(I("5", kMinute), "20"), "0 01:40:00");
  EXPECT_EQ(times(I("2 4:5:10.5", kDay, kSecond), "20"), "43 09:43:30");
  EXPECT_EQ(times(I("10.5", kSecond), "2.1"), "0 00:00:22.05");
  EXPECT_EQ(times(I("3", kYear), "0"), "0-00");
  EXPECT_EQ(times(I("3", kYear), "50"), "INVALID");
  EXPECT_EQ(times(I("2", kDay), "50"), "INVALID");
  EXPECT_EQ(times(I("2", kDay), "1e9999"), "INVALID");
  EXPECT_EQ(times(I("2", kDay), "-1e-9999"), "0 00:00:00");
  EXPECT_EQ(times(I("0", kDay), "1e9999"), "0 00:00:00");
  EXPECT_EQ(Show(Multiply(I("3", kYear), 0.225)), "0-08");
  EXPECT_EQ(Show(Multiply(I("2", kDay), 0.225)), "0 10:48:00");
  EXPECT_EQ(Show(Multiply(I("2", kDay), std::nan(""))), "INVALID");
  EXPECT_EQ(Show(Multiply(I("2", kDay), 1e308)), "INVALID");
  EXPECT_EQ(Show(Multiply(I("2", kDay), 5e-324)), "0 00:00:00");
  EXPECT_EQ(Show(Multiply(I("1", kDay), -1.0)), "-1 00:00:00");
}

TEST(IntervalArithmeticTest, QuotientsTruncate) {
  auto over = [](const Interval& i, const char* n) { return Show(Divide(i, *Number::ParseRounding(n))); };
  EXPECT_EQ(over(I("7", kMonth), "3"), "0-02");
  EXPECT_EQ(over(I("1-5", kYear, kMonth), "-3"), "-0-05");
  EXPECT_EQ(over(I("4", kHour), "3"), "0 01:20:00");
  EXPECT_EQ(over(I("3", kYear), "2.5"), "1-02");
  EXPECT_EQ(over(I("10.5", kSecond), "2.5"), "0 00:00:04.2");
  EXPECT_EQ(over(I("1", kSecond), "3"), "0 00:00:00.333333");
  EXPECT_EQ(over(I("2", kDay), "0.02"), "INVALID");
  EXPECT_EQ(over(I("2", kDay), "0"), "INVALID");
  EXPECT_EQ(over(I("2", kDay), "1e-9999"), "INVALID");
  // 0.225 as a double is a little more than 0.225.
  EXPECT_EQ(Show(Divide(I("2", kDay), 0.225)), "8 21:19:59.999999");
  EXPECT_EQ(Show(Divide(I("5", kMinute), 0.225)), "0 00:22:13.333333");
  EXPECT_EQ(Show(Divide(I("2", kDay), 0.0)), "INVALID");
  EXPECT_EQ(Show(Divide(I("2", kDay), std::numeric_limits<double>::infinity())), "INVALID");
}

TEST(IntervalCastTest, WithinOneFamily) {
  auto cast = [](const Interval& i, IntervalQualifier q) { return Show(CastInterval(i, q)); };
  EXPECT_EQ(cast(I("13", kMonth), Q(kYear, kMonth)), "1-01");
  EXPECT_EQ(cast(I("25", kHour), Q(kDay, kHour)), "1 01");
  EXPECT_EQ(cast(I("1.123456789", Q(kSecond, kSecond, 2, 9)), Q(kSecond, kSecond, 3, 3)), "1.123");
  EXPECT_EQ(cast(I("-1-11", kYear, kMonth), Q(kYear, kYear)), "-1");
  EXPECT_EQ(cast(I("1 23:59", kDay, kMinute), Q(kDay, kDay)), "1");
  EXPECT_EQ(cast(I("5", kDay), Q(kHour, kHour)), "INVALID");
  EXPECT_EQ(cast(I("5", kDay), Q(kHour, kHour, 3)), "120");
  EXPECT_EQ(cast(I("5", kDay), Q(kMonth, kMonth)), "MISMATCH");
}

TEST(ExtractTest, Fields) {
  Timestamp t = TS("2000-01-02 03:04:05.67-08:09");
  EXPECT_EQ(Show(Extract(kYear, t)), "2000");
  EXPECT_EQ(Show(Extract(kMonth, t)), "1");
  EXPECT_EQ(Show(Extract(kDay, t)), "2");
  EXPECT_EQ(Show(Extract(kHour, t)), "3");
  EXPECT_EQ(Show(Extract(kMinute, t)), "4");
  EXPECT_EQ(Show(Extract(kSecond, t)), "5.67");
  EXPECT_EQ(Show(Extract(DatePart::kTimezoneHour, t)), "-8");
  EXPECT_EQ(Show(Extract(DatePart::kTimezoneMinute, t)), "-9");
  EXPECT_EQ(Show(Extract(DatePart::kTimezoneHour, T("01:02:03"))), "MISMATCH");
  EXPECT_EQ(Show(Extract(kYear, T("01:02:03"))), "MISMATCH");
  EXPECT_EQ(Show(Extract(kYear, D("2000-01-02"))), "2000");
  EXPECT_EQ(Show(Extract(kHour, D("2000-01-02"))), "MISMATCH");
  EXPECT_EQ(Show(Extract(kSecond, Temporal())), "MISMATCH");
}

TEST(ExtractTest, IntervalFieldsAreNormalisedAndSigned) {
  Interval dt = I("3 4:5:6.789", Q(kDay, kSecond, 2, 2));
  EXPECT_EQ(Show(Extract(kDay, dt)), "3");
  EXPECT_EQ(Show(Extract(kHour, dt)), "4");
  EXPECT_EQ(Show(Extract(kMinute, dt)), "5");
  EXPECT_EQ(Show(Extract(kSecond, dt)), "6.78");
  EXPECT_EQ(Show(Extract(kSecond, Negate(dt))), "-6.78");
  EXPECT_EQ(Show(Extract(kYear, dt)), "MISMATCH");
  EXPECT_EQ(Show(Extract(kHour, I("999", Q(kHour, kHour, 3)))), "15");
  Interval ym = I("-3-4", kYear, kMonth);
  EXPECT_EQ(Show(Extract(kYear, ym)), "-3");
  EXPECT_EQ(Show(Extract(kMonth, ym)), "-4");
  EXPECT_EQ(Show(Extract(kDay, ym)), "MISMATCH");
}

std::string Overlap(const Temporal& a, const Temporal& b, const Temporal& c, const Temporal& d) {
  const Temporal first[2] = {a, b};
  const Temporal second[2] = {c, d};
  return Show(Overlaps(first, second));
}

TEST(OverlapsTest, HalfOpenEndsInAnyOrder) {
  Date d1 = D("2023-01-01");
  Date d15 = D("2023-01-15");
  Date d31 = D("2023-01-31");
  Date feb = D("2023-02-15");
  EXPECT_EQ(Overlap(d1, d31, d15, feb), "true");
  EXPECT_EQ(Overlap(d1, d15, d15, d31), "false");
  EXPECT_EQ(Overlap(d31, d1, d15, feb), "true");
  EXPECT_EQ(Overlap(d15, d15, d15, d15), "true");
  EXPECT_EQ(Overlap(d15, d15, d31, d31), "false");
  EXPECT_EQ(Overlap(d1, I("30", kDay), d15, feb), "true");
  EXPECT_EQ(Overlap(d1, I("14", kDay), d15, feb), "false");
  EXPECT_EQ(Overlap(d31, I("-30", kDay), d1, d15), "true");
  EXPECT_EQ(Overlap(d15, I("0", kDay), d15, d31), "true");
  EXPECT_EQ(Overlap(d1, TS("2023-01-15 00:00:01"), d15, d31), "true");
  EXPECT_EQ(Overlap(T("01:00:00"), I("1", kHour), T("01:30:00"), T("05:00:00")), "true");
}

TEST(OverlapsTest, NullsAreUnknown) {
  Temporal null;
  Date d1 = D("2023-01-01");
  Date d15 = D("2023-01-15");
  Date d31 = D("2023-01-31");
  EXPECT_EQ(Overlap(null, d1, d15, d31), "null");
  EXPECT_EQ(Overlap(d1, d31, null, d15), "true");
  EXPECT_EQ(Overlap(d1, d15, null, d31), "null");
  EXPECT_EQ(Overlap(null, null, d1, d31), "null");
  EXPECT_EQ(Overlap(null, d15, d1, d31), "true");
  EXPECT_EQ(Overlap(null, I("1", kDay), d1, d31), "null");
}

TEST(OverlapsTest, MixedTypesAreMismatches) {
  Date d1 = D("2023-01-01");
  Date d31 = D("2023-01-31");
  EXPECT_EQ(Overlap(d1, T("01:00:00"), d1, d31), "MISMATCH");
  EXPECT_EQ(Overlap(T("01:00:00"), T("02:00:00"), d1, d31), "MISMATCH");
  EXPECT_EQ(Overlap(I("1", kDay), d31, d1, d31), "MISMATCH");
  EXPECT_EQ(Overlap(T("01:00:00"), I("1", kMonth), T("01:00:00"), T("02:00:00")), "MISMATCH");
}

TEST(DateAddTest, GainsThePrecisionOfThePart) {
  EXPECT_EQ(Show(DateAdd(kYear, 1, Ion("2017T"))), "TS 2018T");
  EXPECT_EQ(Show(DateAdd(kMonth, 12, Ion("2017T"))), "TS 2018-01T");
  EXPECT_EQ(Show(DateAdd(kDay, -1, Ion("2017-02T"))), "TS 2017-01-31T");
  EXPECT_EQ(Show(DateAdd(kHour, 10080, Ion("2017T"))), "TS 2018-02-25T00:00-00:00");
  EXPECT_EQ(ToIonString(std::get<Timestamp>(*DateAdd(kSecond, -1, Ion("2017-02-03T")))), "2017-02-02T23:59:59-00:00");
  EXPECT_EQ(Show(DateAdd(kSecond, 3600, Ion("2017-02-04T05:06Z"))), "TS 2017-02-04 06:06:00+00:00");
  EXPECT_EQ(Show(DateAdd(kYear, 1, Ion("2017-01-02T03:04Z"))), "TS 2018-01-02T03:04Z");
}

TEST(DateAddTest, AllTypes) {
  EXPECT_EQ(Show(DateAdd(kMonth, 1, D("2024-01-31"))), "D 2024-02-29");
  EXPECT_EQ(Show(DateAdd(kHour, 25, D("2024-01-31"))), "TS 2024-02-01 01:00:00");
  EXPECT_EQ(Show(DateAdd(kMinute, -61, T("00:30:00+01:00"))), "T 23:29:00+01:00");
  EXPECT_EQ(Show(DateAdd(kDay, 1, T("00:30:00"))), "MISMATCH");
  EXPECT_EQ(Show(DateAdd(kDay, 1, I("1", kDay))), "MISMATCH");
  EXPECT_EQ(Show(DateAdd(kDay, 1, Temporal())), "MISMATCH");
  EXPECT_EQ(Show(DateAdd(DatePart::kTimezoneHour, 1, D("2024-01-31"))), "INVALID");
}

TEST(DateAddTest, GoesBeyondYear9999UpToALimit) {
  EXPECT_EQ(Show(DateAdd(kYear, 9999, TS("9999-12-31 23:59:59"))), "TS 19998-12-31 23:59:59");
  EXPECT_EQ(Show(DateAdd(kSecond, 1, TS("9999-12-31 23:59:59"))), "TS 10000-01-01 00:00:00");
  for (DatePart part : {kYear, kMonth, kDay, kHour, kMinute, kSecond}) {
    for (int64_t n : {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
      EXPECT_EQ(Show(DateAdd(part, n, D("2024-01-31"))), "INVALID");
      if (part >= kHour) {
        Result<Temporal> t = DateAdd(part, n, T("10:00:00"));
        ASSERT_TRUE(t.ok());
        EXPECT_TRUE(std::get<Time>(*t).IsValid());
      }
    }
  }
}

TEST(DateDiffTest, WholePartsTruncated) {
  EXPECT_EQ(Show(DateDiff(kYear, Ion("2017-02T"), Ion("2017-01T"))), "0");
  EXPECT_EQ(Show(DateDiff(kMonth, Ion("2017-02T"), Ion("2017-01T"))), "-1");
  EXPECT_EQ(Show(DateDiff(kMonth, D("2024-01-31"), D("2024-02-29"))), "0");
  EXPECT_EQ(Show(DateDiff(kMonth, D("2024-03-01"), D("2024-01-31"))), "-1");
  EXPECT_EQ(Show(DateDiff(kDay, Ion("2016T"), Ion("2017T"))), "366");
  EXPECT_EQ(Show(DateDiff(kSecond, Ion("2017T"), Ion("2018T"))), "31536000");
  EXPECT_EQ(Show(DateDiff(kDay, Ion("2017-01-02T01:00+10:00"), Ion("2017-01-02T01:00Z"))), "0");
  EXPECT_EQ(Show(DateDiff(kHour, D("2025-01-15"), TS("2025-01-14 12:30:45"))), "-11");
  EXPECT_EQ(Show(DateDiff(kHour, T("08:15:45"), T("08:15:45+02:00"))), "-2");
  EXPECT_EQ(Show(DateDiff(kHour, T("10:30:00"), TS("2025-01-15 15:45:30"))), "MISMATCH");
  EXPECT_EQ(Show(DateDiff(kDay, T("10:30:00"), T("10:30:00"))), "MISMATCH");
  EXPECT_EQ(Show(DateDiff(DatePart::kTimezoneMinute, Ion("2001T"), Ion("1986T"))), "INVALID");
}

TEST(FormatTest, Fields) {
  Timestamp t = Ion("0986-02-03T18:05:09.004+01:10");
  const std::pair<const char*, const char*> cases[] = {
      {"y", "986"},
      {"yy", "86"},
      {"yyyy", "0986"},
      {"M", "2"},
      {"MM", "02"},
      {"MMM", "Feb"},
      {"MMMM", "February"},
      {"MMMMM", "F"},
      {"d", "3"},
      {"dd", "03"},
      {"a", "PM"},
      {"h", "6"},
      {"hh", "06"},
      {"H", "18"},
      {"HH", "18"},
      {"m", "5"},
      {"mm", "05"},
      {"s", "9"},
      {"ss", "09"},
      {"S", "0"},
      {"SSS", "004"},
      {"SSSSSSSSS", "004000000"},
      {"n", "4000000"},
      {"X", "+0110"},
      {"XX", "+0110"},
      {"XXX", "+01:10"},
      {"XXXX", "+0110"},
      {"XXXXX", "+01:10"},
      {"x", "+0110"},
      {"xx", "+0110"},
      {"xxx", "+01:10"},
      {"", ""},
      {"y-MM-dd'T'H:m:ss", "986-02-03T18:5:09"},
      {"h 'o''clock' a", "6 o'clock PM"},
      {"''y", "'986"},
  };
  for (const auto& [pattern, expected] : cases) {
    EXPECT_EQ(Show(FormatTimestamp(t, pattern)), expected) << pattern;
  }
  EXPECT_EQ(Show(FormatTimestamp(Ion("2017T"), "h:mm a X x XXX xxx")), "12:00 AM Z +00 Z +00:00");
  EXPECT_EQ(Show(FormatTimestamp(Ion("2017-01-01T00:00-08:00"), "X")), "-08");
}

TEST(FormatTest, BadPatterns) {
  for (const char* bad : {"G",   "u",     "Q",      "E",   "k",   "K",  "A",  "V",          "p",      "z",
                          "yyy", "yyyyy", "MMMMMM", "ddd", "HHH", "aa", "nn", "SSSSSSSSSS", "XXXXXX", "'open"}) {
    EXPECT_EQ(Show(FormatTimestamp(Ion("2017T"), bad)), "INVALID") << bad;
  }
}

std::string Read(const char* text, const char* pattern) {
  Result<Timestamp> t = ParseTimestampPattern(text, pattern);
  return t.ok() ? ToIonString(*t) : Error(t.status());
}

TEST(ParsePatternTest, Fields) {
  EXPECT_EQ(Read("1", "y"), "0001T");
  EXPECT_EQ(Read("69", "yy"), "2069T");
  EXPECT_EQ(Read("70", "yy"), "1970T");
  EXPECT_EQ(Read("0069", "yyyy"), "0069T");
  EXPECT_EQ(Read("1 12", "y M"), "0001-12T");
  EXPECT_EQ(Read("1 sep", "y MMM"), "0001-09T");
  EXPECT_EQ(Read("September 1", "MMMM y"), "0001-09T");
  EXPECT_EQ(Read("1 1 31", "y M d"), "0001-01-31T");
  EXPECT_EQ(Read("1 1 1 23", "y M d H"), "0001-01-01T23:00-00:00");
  EXPECT_EQ(Read("1 1 1 11 59 PM", "y M d h m a"), "0001-01-01T23:59-00:00");
  EXPECT_EQ(Read("1 1 1 12 00 am", "y M d h m a"), "0001-01-01T00:00-00:00");
  EXPECT_EQ(Read("1 1 1 0 0 1", "y M d H m s"), "0001-01-01T00:00:01-00:00");
  EXPECT_EQ(Read("1 1 1 0 0 0 99", "y M d H m s SS"), "0001-01-01T00:00:00.99-00:00");
  EXPECT_EQ(Read("1 1 1 0 0 0 00000000001", "y M d H m s n"), "0001-01-01T00:00:00.000000001-00:00");
  EXPECT_EQ(Read("20240229T010203Z", "yyyyMMdd'T'HHmmssX"), "2024-02-29T01:02:03Z");
  EXPECT_EQ(Read("20240229", "yMMdd"), "2024-02-29T");
}

TEST(ParsePatternTest, Zones) {
  EXPECT_EQ(Read("2 1 1 0 0 Z", "y M d H m X"), "0002-01-01T00:00Z");
  EXPECT_EQ(Read("2 1 1 0 0 -01", "y M d H m X"), "0002-01-01T00:00-01:00");
  EXPECT_EQ(Read("2 1 1 0 0 +0159", "y M d H m xx"), "0002-01-01T00:00+01:59");
  EXPECT_EQ(Read("2 1 1 0 0 -01:59", "y M d H m XXX"), "0002-01-01T00:00-01:59");
  for (const char* bad : {"-24", "05", "+1", "+", ""}) {
    EXPECT_EQ(Read((std::string("10 1 1 1 1 ") + bad).c_str(), "y M d H m X"), "INVALID") << bad;
  }
  EXPECT_EQ(Read("10 1 1 1 1 Z", "y M d H m x"), "INVALID");
  EXPECT_EQ(Read("10 1 1 1 1 -10000", "y M d H m XX"), "INVALID");
  EXPECT_EQ(Read("10 1 1 1 1 +18:01", "y M d H m XXX"), "INVALID");
}

TEST(ParsePatternTest, TextMustMatch) {
  const std::pair<const char*, const char*> bad[] = {
      {"0", "y"},
      {"10000", "y"},
      {"9", "yy"},
      {"010", "yyyy"},
      {"10 -1", "y M"},
      {"10 001", "y MM"},
      {"10 1", "y MMM"},
      {"10 Fubruary", "y MMMM"},
      {"10 13", "y M"},
      {"10 0", "y M"},
      {"10 1 1", "y M dd"},
      {"2023 2 29", "y M d"},
      {"10 1 1 25 1", "y M d H m"},
      {"10 1 1 0 1 AM", "y M d h m a"},
      {"10 1 1 13 1 AM", "y M d h m a"},
      {"10 1 1 1 60", "y M d H m"},
      {"10 1 1 1 1 61", "y M d H m s"},
      {"10 1 1 1 1 1 0.1", "y M d H m s SS"},
      {"10 1 1 1 1 1 1000000000", "y M d H m s n"},
      {"10 ", "y"},
      {"99999999999999999999", "y"},
      {"", "y"},
  };
  for (const auto& [text, pattern] : bad) EXPECT_EQ(Read(text, pattern), "INVALID") << text;
}

TEST(ParsePatternTest, PatternsThatCannotBeRead) {
  for (const char* bad : {"",
                          "M",
                          "dd",
                          "XX",
                          "y d",
                          "y M H",
                          "y M X",
                          "y M d X",
                          "y a",
                          "y M d a",
                          "y M d h",
                          "y M d H a",
                          "y y",
                          "y M d H h a",
                          "y M d H m S",
                          "y M d H s",
                          "y M d H m s S n",
                          "y MMMMM",
                          "foobar",
                          "L"}) {
    EXPECT_EQ(Read("doesn't matter", bad), "INVALID") << bad;
  }
}

TEST(DatePartTest, Names) {
  EXPECT_EQ(ParseDatePart("timezone_Hour"), DatePart::kTimezoneHour);
  EXPECT_EQ(ParseDatePart("second"), DatePart::kSecond);
  EXPECT_EQ(ParseDatePart("foo"), std::nullopt);
  EXPECT_EQ(ParseDatePart(""), std::nullopt);
  EXPECT_EQ(DatePartName(DatePart::kTimezoneMinute), "TIMEZONE_MINUTE");
}

}  // namespace
}  // namespace parton

// Number's rules by example: spellings, messages, scale, rounding, limits. Random arithmetic
// against unbounded integers is in number_random_test.cc.
#include "parton/number.h"

#include <cmath>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace parton {
namespace {

constexpr char kOverflow[] = "Number overflow. Attempting to store a number with magnitude larger than supported range";
constexpr char kUnderflow[] =
    "Number underflow. Attempting to store a number with magnitude smaller than supported range";
constexpr char kTooManyDigits[] = "Attempting to store more than 38 significant digits in a Number";

const std::string k38Nines(38, '9');

Number N(std::string_view text) {
  Result<Number> n = Number::ParseRounding(text);
  EXPECT_TRUE(n.ok()) << text << ": " << n.status().ToString();
  return n.ok() ? *n : Number();
}

std::string Text(const Result<Number>& n) { return n.ok() ? n->ToText() : n.status().message(); }

std::string Strict(std::string_view text) {
  const Result<Number> n = Number::ParseStrict(text);
  if (!n.ok()) {
    EXPECT_EQ(n.status().code(), StatusCode::kValidation);
    return n.status().message();
  }
  return n->ToString();
}

TEST(NumberParse, AcceptsDynamoSpellingsAndNormalises) {
  const std::pair<const char*, const char*> cases[] = {
      {"5", "5"},        {"+5", "5"},      {"-5", "-5"},        {"0042", "42"},
      {".5", "0.5"},     {"5.", "5"},      {"1e5", "100000"},   {"1.E-5", "0.00001"},
      {"1.50", "1.5"},   {"1e3", "1000"},  {"1E-3", "0.001"},   {"-0", "0"},
      {"0", "0"},        {"-0.00", "0"},   {"+.5e+1", "5"},     {"000.0100", "0.01"},
      {"0e126", "0"},    {"0.0e126", "0"}, {"0e-9999999", "0"}, {"0E999999999999999999999", "0"},
      {"-1.5E1", "-15"}, {"100", "100"},   {"1e+05", "100000"}, {"12345.678", "12345.678"},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(Strict(in), out) << in;
}

TEST(NumberParse, RejectsWhatIsNoNumber) {
  for (const char* bad : {" ",     " 5",    "5 ",  "1 2",   "1e",    "1e+",  ".",     "+",       "-",        "+-5",
                          "--5",   "e5",    ".e5", "1e5.0", "1.2.3", "0x10", "NaN",   "nan",     "Infinity", "-inf",
                          "1_000", "1,000", "5f",  "\t5",   "5\n",   "abc",  "1e1e1", "\xd9\xa5"}) {
    EXPECT_EQ(Strict(bad), std::string("The parameter cannot be converted to a numeric value: ") + bad);
    EXPECT_FALSE(Number::ParseRounding(bad).ok()) << bad;
    EXPECT_FALSE(Number::IsNumberText(bad)) << bad;
  }
  EXPECT_EQ(Strict(""), "The parameter cannot be converted to a numeric value");
  EXPECT_EQ(Strict(std::string_view("1\0", 2)).substr(0, 12), "The paramete");
  EXPECT_TRUE(Number::IsNumberText("1e99999"));
}

TEST(NumberParse, StrictLimits) {
  EXPECT_EQ(Strict("1E125"), "1" + std::string(125, '0'));
  EXPECT_EQ(Strict("0.1e126"), "1" + std::string(125, '0'));
  EXPECT_EQ(Strict("1E126"), kOverflow);
  EXPECT_EQ(Strict("-1E126"), kOverflow);
  EXPECT_EQ(Strict("1E99999999999999999999"), kOverflow);
  EXPECT_EQ(Strict("9.9999999999999999999999999999999999999E+125"), k38Nines + std::string(88, '0'));
  EXPECT_EQ(Strict("1E-130"), "0." + std::string(129, '0') + "1");
  EXPECT_EQ(Strict("1E-131"), kUnderflow);
  EXPECT_EQ(Strict("0.1E-130"), kUnderflow);
  EXPECT_EQ(Strict("-1E-99999999999999999999"), kUnderflow);
  // Digits below 1E-130 are no underflow: magnitude is what counts.
  EXPECT_EQ(Strict("1.5E-130"), "0." + std::string(129, '0') + "15");
}

TEST(NumberParse, StrictCountsSignificantDigitsWithoutOuterZeros) {
  EXPECT_EQ(Strict(k38Nines), k38Nines);
  EXPECT_EQ(Strict("-" + k38Nines), "-" + k38Nines);
  EXPECT_EQ(Strict(k38Nines + "9"), kTooManyDigits);
  EXPECT_EQ(Strict("0." + k38Nines + "1"), kTooManyDigits);
  EXPECT_EQ(Strict("1" + std::string(60, '0')), "1" + std::string(60, '0'));
  EXPECT_EQ(Strict("1" + std::string(60, '0') + "1"), kTooManyDigits);
  EXPECT_EQ(Strict("1." + std::string(60, '0')), "1");
  EXPECT_EQ(Strict(std::string(60, '0') + "1." + std::string(60, '0')), "1");
  EXPECT_EQ(Strict("0." + std::string(60, '0') + k38Nines + "00000"), "0." + std::string(60, '0') + k38Nines);
  EXPECT_EQ(Strict("1." + std::string(60, '0') + "1"), kTooManyDigits);
}

TEST(NumberParse, RoundingLiterals) {
  EXPECT_EQ(N("1.50").ToText(), "1.50");
  EXPECT_EQ(N("1." + std::string(46, '9')).ToText(), "2." + std::string(37, '0'));
  EXPECT_EQ(N(k38Nines + "9"), N("1e39"));
  EXPECT_EQ(N(std::string(37, '1') + "25").ToString(), std::string(37, '1') + "20");
  EXPECT_EQ(N(std::string(37, '1') + "35").ToString(), std::string(37, '1') + "40");
  EXPECT_EQ(N(std::string(37, '1') + "2500001").ToString(), std::string(37, '1') + "300000" + "0");
  EXPECT_EQ(N(std::string(37, '1') + "2499999").ToString(), std::string(37, '1') + "2000000");
  EXPECT_EQ(N("-" + std::string(37, '1') + "2." + "5001").ToString(), "-" + std::string(37, '1') + "3");
  EXPECT_EQ(N("1e9999").ToText(), "1E+9999");
  EXPECT_EQ(N("1e-9999").ToText(), "1E-9999");
  EXPECT_EQ(Number::ParseRounding("1e10000").status().code(), StatusCode::kValidation);
  EXPECT_EQ(Number::ParseRounding("1e-10000").status().code(), StatusCode::kValidation);
  EXPECT_FALSE(Number::ParseRounding("9." + std::string(40, '9') + "e9999").ok());
  EXPECT_FALSE(Number::ParseRounding("1e99999999999999999999999").ok());
}

TEST(NumberText, KeepsTheScale) {
  for (const char* same : {"1.50", "0.00", "-0.10", "100", "0.001", "12.000", "-7", "0"}) {
    EXPECT_EQ(N(same).ToText(), same);
  }
  EXPECT_EQ(N("-0.0").ToText(), "0.0");
  EXPECT_EQ(N("5.").ToText(), "5");
  EXPECT_EQ(N("1e5").ToText(), "100000");
  EXPECT_EQ(N("1.5e1").ToText(), "15");
  EXPECT_EQ(N("1.5e-3").ToText(), "0.0015");
  EXPECT_EQ(N("1e44").ToText(), "1" + std::string(44, '0'));
  EXPECT_EQ(N("1e45").ToText(), "1E+45");
  EXPECT_EQ(N("-1.50e60").ToText(), "-1.50E+60");
  EXPECT_EQ(N("1.50e-60").ToText(), "1.50E-60");
  EXPECT_EQ(N("-" + k38Nines).ToText(), "-" + k38Nines);
  EXPECT_EQ(N("0." + k38Nines).ToText(), "0." + k38Nines);
  EXPECT_EQ(N("1e50").ToString(), "1" + std::string(50, '0'));
  EXPECT_EQ(N("100.00").ToString(), "100");
}

TEST(NumberText, ReadsBack) {
  for (const char* text : {"1E+45", "-1.50E+60", "1.50E-60", "0.000001", "9.99E+9999"}) {
    const Number n = N(text);
    EXPECT_EQ(N(n.ToText()).coefficient(), n.coefficient()) << text;
    EXPECT_EQ(N(n.ToText()).exponent(), n.exponent()) << text;
  }
}

TEST(NumberDouble, ShortestSpellingBothWays) {
  EXPECT_EQ(Text(Number::FromDouble(0.1)), "0.1");
  EXPECT_EQ(Text(Number::FromDouble(-0.0)), "0");
  EXPECT_EQ(Text(Number::FromDouble(1e22)), "10000000000000000000000");
  EXPECT_EQ(Text(Number::FromDouble(1.0 / 3)), "0.3333333333333333");
  EXPECT_EQ(Text(Number::FromDouble(5e-324)), "5E-324");
  EXPECT_EQ(Text(Number::FromDouble(1.7976931348623157e308)), "1.7976931348623157E+308");
  EXPECT_EQ(Text(Number::FromDouble(9007199254740993.0)), "9007199254740992");
  EXPECT_EQ(Text(Number::FromDouble(-42)), "-42");
  for (double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(Number::FromDouble(bad).status().code(), StatusCode::kValidation);
  }
  EXPECT_EQ(N("0.1").ToDouble(), 0.1);
  EXPECT_EQ(N("123456789012345678901234567890").ToDouble(), 123456789012345678901234567890.0);
  EXPECT_EQ(N("-1.7976931348623157E308").ToDouble(), -1.7976931348623157e308);
  EXPECT_EQ(N("2e308").ToDouble(), HUGE_VAL);
  EXPECT_EQ(N("-2e9000").ToDouble(), -HUGE_VAL);
  EXPECT_EQ(N("1e-9000").ToDouble(), 0.0);
  EXPECT_EQ(N("5e-324").ToDouble(), 5e-324);
  EXPECT_EQ(N("0.000").ToDouble(), 0.0);
  EXPECT_EQ(N("9007199254740993").ToDouble(), 9007199254740992.0);  // tie to even
  EXPECT_EQ(Number(std::numeric_limits<int64_t>::max()).ToDouble(), 9223372036854775808.0);
}

TEST(NumberIntegers, Conversions) {
  EXPECT_TRUE(N("5.00").IsIntegral());
  EXPECT_TRUE(N("1e30").IsIntegral());
  EXPECT_TRUE(N("0.000").IsIntegral());
  EXPECT_TRUE(N("15e-1") == N("1.5"));
  EXPECT_FALSE(N("1.5").IsIntegral());
  EXPECT_FALSE(N("1e-50").IsIntegral());
  EXPECT_FALSE(N("1024.5").IsIntegral());
  EXPECT_TRUE(N("1024.0000000000").IsIntegral());
  EXPECT_EQ(N("5.00").ToInt64(), 5);
  EXPECT_EQ(N("-1e18").ToInt64(), -1000000000000000000);
  EXPECT_FALSE(N("1e19").FitsInt64());
  EXPECT_FALSE(N("1e30").FitsInt64());
  EXPECT_FALSE(N("10e18").FitsInt64());
  EXPECT_TRUE(N("9223372036854775807").FitsInt64());
  EXPECT_FALSE(N("9223372036854775808").FitsInt64());
  EXPECT_TRUE(N("-9223372036854775808").FitsInt64());
  EXPECT_FALSE(N("-9223372036854775809").FitsInt64());
  EXPECT_EQ(N("-9223372036854775808.00").ToInt64(), std::numeric_limits<int64_t>::min());
  EXPECT_FALSE(N("0.5").FitsInt64());
  EXPECT_TRUE(N("0e30").FitsInt64());
  EXPECT_EQ(Number(std::numeric_limits<uint64_t>::max()).ToString(), "18446744073709551615");
}

TEST(NumberOrder, ComparesByValue) {
  const std::vector<Number> ascending = {
      N("-1e9999"), N("-1e126"), N("-" + k38Nines), N("-10"), N("-9.99"),
      N("-1.5"),    N("-1"),     N("-1e-130"),      Number(), N("1e-9999"),
      N("1e-130"),  N("0.1"),    N("0.11"),         N("1"),   N("1." + std::string(36, '0') + "1"),
      N("1.5"),     N("9.99"),   N("10"),           N("11"),  N(k38Nines),
      N("1e38"),    N("1e9999")};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      const int c = Number::Compare(ascending[i], ascending[j]);
      EXPECT_EQ(i < j ? -1 : i > j, c) << ascending[i].ToText() << " " << ascending[j].ToText();
      EXPECT_EQ(i == j, ascending[i] == ascending[j]);
      EXPECT_EQ(i < j, ascending[i] < ascending[j]);
      EXPECT_EQ(i >= j, ascending[i] >= ascending[j]);
    }
  }
}

TEST(NumberOrder, EqualNumbersHashEqually) {
  const std::vector<std::vector<const char*>> groups = {
      {"1", "1.0", "10e-1", "0.1e1", "1.0000000000000000000000000000000000000"},
      {"0", "0.00", "-0", "0e5"},
      {"1e19", "10000000000000000000", "10000000000000000000.0", "100e17"},
      {"1e18", "1000000000000000000", "1000000000000000000.00"},
      {"1e30", "10e29", "1000000000000000000000000000000"},
      {"-0.5", "-.50", "-5e-1"},
      {"9223372036854775808", "9223372036854775808.0"},
      {"1e100", "10000e96"}};
  for (const auto& group : groups) {
    for (const char* a : group) {
      EXPECT_EQ(N(a), N(group[0])) << a;
      EXPECT_EQ(N(a).Hash(), N(group[0]).Hash()) << a;
      EXPECT_EQ(N(a).Normalized().coefficient(), N(group[0]).Normalized().coefficient());
    }
  }
  std::unordered_set<uint64_t> hashes;
  for (int i = -5000; i < 5000; ++i) {
    hashes.insert(Number(i).Hash());
    hashes.insert(Number::FromParts(2 * i + 1, -1).Hash());
  }
  EXPECT_EQ(hashes.size(), 20000u);
}

TEST(NumberArithmetic, SumsKeepTheFinerScale) {
  EXPECT_EQ(Text(Number::Add(N("1.50"), N("2"))), "3.50");
  EXPECT_EQ(Text(Number::Add(N("0.1"), N("0.2"))), "0.3");
  EXPECT_EQ(Text(Number::Sub(N("1.50"), N("1.5"))), "0.00");
  EXPECT_EQ(Text(Number::Add(N("0.00"), N("5"))), "5.00");
  EXPECT_EQ(Text(Number::Add(N("5"), N("0.00"))), "5.00");
  EXPECT_EQ(Text(Number::Add(N("1e5"), N("1"))), "100001");
  EXPECT_EQ(Text(Number::Sub(N("3"), N("5.25"))), "-2.25");
  EXPECT_EQ(Text(Number::Add(N("9223372036854775807.0"), N("100.0"))), "9223372036854775907.0");
  EXPECT_EQ(Text(Number::Add(Number(std::numeric_limits<int64_t>::max()), Number(1))), "9223372036854775808");
  EXPECT_EQ(Text(Number::Mul(N("1.50"), N("2.0"))), "3.000");
  EXPECT_EQ(Text(Number::Mul(N("-1.5"), N("1.5"))), "-2.25");
}

TEST(NumberArithmetic, RoundsHalfEvenTo38Digits) {
  EXPECT_EQ(Text(Number::Add(N(k38Nines), N("0.4"))), k38Nines);
  EXPECT_EQ(*Number::Add(N(k38Nines), N("0.5")), N("1e38"));
  EXPECT_EQ(*Number::Add(N(k38Nines), N(k38Nines)), N("2e38"));
  EXPECT_EQ(*Number::Sub(N("-" + k38Nines), N(k38Nines)), N("-2e38"));
  EXPECT_EQ(*Number::Add(N(std::string(37, '9') + "8"), N("0.5")), N(std::string(37, '9') + "8"));
  EXPECT_EQ(*Number::Add(N(std::string(37, '9') + "8"), N("0.50001")), N(k38Nines));
  const Number far = *Number::Sub(N("1e100"), N("1e-100"));
  EXPECT_EQ(far, N("1e100"));
  EXPECT_EQ(far.exponent(), 63);
  EXPECT_EQ(*Number::Add(N("1e9000"), N("-1e-9000")), N("1e9000"));
  // The far operand still decides what a tie would be.
  EXPECT_EQ(*Number::Add(N("1e38"), N("1e-60")), N("1e38"));
  EXPECT_EQ(*Number::Mul(N("1e38"), N("1e38")), N("1e76"));
  EXPECT_EQ(*Number::Mul(N(k38Nines), N(k38Nines)), N(std::string(37, '9') + "8e38"));
  EXPECT_FALSE(Number::Mul(N("1e9000"), N("1e1000")).ok());
  EXPECT_FALSE(Number::Mul(N("1e-9000"), N("1e-1000")).ok());
  EXPECT_EQ(Text(Number::Mul(N("0"), N("1e-9999"))), "0." + std::string(37, '0'));
}

TEST(NumberArithmetic, ExactNeverRounds) {
  const Rounding exact = Rounding::kExact;
  EXPECT_EQ(Text(Number::Add(N("0.1"), N("0.2"), exact)), "0.3");
  EXPECT_EQ(Text(Number::Add(N(k38Nines), N("0.1"), exact)), kTooManyDigits);
  EXPECT_EQ(*Number::Add(N(k38Nines), N("1"), exact), N("1e38"));
  EXPECT_EQ(Text(Number::Add(N(k38Nines), N("2"), exact)), kTooManyDigits);
  EXPECT_EQ(Text(Number::Add(N("1e125"), N("1e-130"), exact)), kTooManyDigits);
  EXPECT_EQ(Text(Number::Sub(N("1e60"), N("1"), exact)), kTooManyDigits);
  EXPECT_EQ(*Number::Sub(N("1e38"), N("1"), exact), N(k38Nines));
  EXPECT_EQ(Text(Number::Add(N("9e125"), N("1e125"), exact)), kOverflow);
  EXPECT_EQ(Text(Number::Sub(N("-9e125"), N("1e125"), exact)), kOverflow);
  EXPECT_EQ(Text(Number::Sub(N("1.1e-130"), N("1e-130"), exact)), kUnderflow);
  EXPECT_EQ(Text(Number::Mul(N("1e100"), N("1e100"), exact)), kOverflow);
  EXPECT_EQ(Text(Number::Mul(N("1e-100"), N("1e-100"), exact)), kUnderflow);
  EXPECT_EQ(Text(Number::Mul(N(k38Nines), N("11"), exact)), kTooManyDigits);
  EXPECT_EQ(*Number::Sub(N("1e125"), N("1e125"), exact), Number());
}

TEST(NumberArithmetic, Division) {
  EXPECT_EQ(Text(Number::Div(N("4.0000"), N("3.0"))), "1." + std::string(37, '3'));
  EXPECT_EQ(Text(Number::Div(N("4." + std::string(36, '0')), N("3.0"))), "1." + std::string(37, '3'));
  EXPECT_EQ(Text(Number::Div(N("2"), N("3"))), "0." + std::string(37, '6') + "7");
  EXPECT_EQ(Text(Number::Div(N("1"), N("8"))), "0.125");
  EXPECT_EQ(Text(Number::Div(N("6.00"), N("2"))), "3.00");
  EXPECT_EQ(Text(Number::Div(N("3.0"), N("2"))), "1.5");
  EXPECT_EQ(Text(Number::Div(N("-5"), N("4"))), "-1.25");
  EXPECT_EQ(Text(Number::Div(N("100"), N("0.5"))), "200");
  EXPECT_EQ(Text(Number::Div(N("0.00"), N("7"))), "0.00");
  EXPECT_EQ(*Number::Div(N("1e-9000"), N("1e-9999")), N("1e999"));
  EXPECT_EQ(*Number::Div(N(k38Nines), N("1")), N(k38Nines));
  EXPECT_EQ(*Number::Div(N("1e38"), N(k38Nines)), N("1"));
  EXPECT_EQ(Number::Div(N("1"), N("0.0")).status().message(), "division by zero");
  EXPECT_FALSE(Number::Div(N("1e9000"), N("1e-9000")).ok());
}

TEST(NumberArithmetic, IntegerDivisionAndRemainder) {
  const auto div = [](const char* a, const char* b) { return Text(Number::DivTrunc(N(a), N(b))); };
  const auto mod = [](const char* a, const char* b) { return Text(Number::Mod(N(a), N(b))); };
  EXPECT_EQ(div("7", "2"), "3");
  EXPECT_EQ(div("-7", "2"), "-3");
  EXPECT_EQ(div("7", "-2"), "-3");
  EXPECT_EQ(div("-9223372036854775808", "-1"), "9223372036854775808");
  EXPECT_EQ(div("-9223372036854775808", "1"), "-9223372036854775808");
  EXPECT_EQ(div(k38Nines.c_str(), "7"), "14285714285714285714285714285714285714");
  EXPECT_EQ(div("1e30", "7"), "142857142857142857142857142857");
  EXPECT_EQ(div("7", "1e30"), "0");
  EXPECT_EQ(div("7", "1e90"), "0");
  EXPECT_EQ(div("1.5", "0.4"), "3");
  EXPECT_EQ(*Number::DivTrunc(N("1e100"), N("3")), N(std::string(38, '3') + "e62"));
  EXPECT_EQ(*Number::DivTrunc(N("2e100"), N("3")), N(std::string(38, '6') + "e62"));
  EXPECT_EQ(div("0", "5"), "0");
  EXPECT_EQ(div("5", "0"), "division by zero");
  EXPECT_EQ(mod("7", "3"), "1");
  EXPECT_EQ(mod("-7", "3"), "-1");
  EXPECT_EQ(mod("7", "-3"), "1");
  EXPECT_EQ(mod("-9223372036854775808", "-1"), "0");
  EXPECT_EQ(mod("5.50", "2"), "1.50");
  EXPECT_EQ(mod("5", "0.30"), "0.20");
  EXPECT_EQ(mod("7", "1e30"), "7");
  EXPECT_EQ(mod("7.5", "1e90"), "7.5");
  EXPECT_EQ(mod("1e9000", "7"), "1");  // 10^6 = 1 mod 7 and 6 divides 9000
  EXPECT_EQ(mod("1e9002", "7"), "2");
  EXPECT_EQ(mod("5", "0.0"), "division by zero");
}

TEST(NumberRound, Modes) {
  using M = RoundMode;
  struct Case {
    const char* in;
    int scale;
    const char *even, *half_up, *down, *up, *floor, *ceiling;
  };
  const Case cases[] = {
      {"2.5", 0, "2", "3", "2", "3", "2", "3"},
      {"-2.5", 0, "-2", "-3", "-2", "-3", "-3", "-2"},
      {"3.5", 0, "4", "4", "3", "4", "3", "4"},
      {"2.51", 0, "3", "3", "2", "3", "2", "3"},
      {"1.245", 2, "1.24", "1.25", "1.24", "1.25", "1.24", "1.25"},
      {"-0.4", 0, "0", "0", "0", "-1", "-1", "0"},
      {"0.05", 1, "0.0", "0.1", "0.0", "0.1", "0.0", "0.1"},
      {"1e-60", 0, "0", "0", "0", "1", "0", "1"},
      {"-1e-60", 0, "0", "0", "0", "-1", "-1", "0"},
      {"1250", -2, "1200", "1300", "1200", "1300", "1200", "1300"},
      {"50", -2, "0", "100", "0", "100", "0", "100"},
      {"3.00", 1, "3.0", "3.0", "3.0", "3.0", "3.0", "3.0"},
      {"3.1", 5, "3.1", "3.1", "3.1", "3.1", "3.1", "3.1"},
  };
  for (const Case& c : cases) {
    const Number n = N(c.in);
    EXPECT_EQ(n.Round(c.scale, M::kHalfEven).ToText(), c.even) << c.in;
    EXPECT_EQ(n.Round(c.scale, M::kHalfUp).ToText(), c.half_up) << c.in;
    EXPECT_EQ(n.Round(c.scale, M::kDown).ToText(), c.down) << c.in;
    EXPECT_EQ(n.Round(c.scale, M::kUp).ToText(), c.up) << c.in;
    EXPECT_EQ(n.Round(c.scale, M::kFloor).ToText(), c.floor) << c.in;
    EXPECT_EQ(n.Round(c.scale, M::kCeiling).ToText(), c.ceiling) << c.in;
  }
  EXPECT_EQ(N("0." + k38Nines).Round(0), N("1"));
  EXPECT_EQ(N("0." + k38Nines).Round(37), N("1"));
  EXPECT_EQ(N("0.5").Round(0, M::kHalfUp), N("1"));
  EXPECT_EQ(N("-1.5").Floor().ToText(), "-2");
  EXPECT_EQ(N("-1.5").Ceil().ToText(), "-1");
  EXPECT_EQ(N("-1.5").Trunc().ToText(), "-1");
  EXPECT_EQ(Text(N("1.5").Rescale(3)), "1.500");
  EXPECT_EQ(Text(N("1.2345").Rescale(2)), "1.23");
  EXPECT_EQ(Text(N("1e3").Rescale(1)), "1000.0");
  EXPECT_EQ(Text(N("0").Rescale(2)), "0.00");
  EXPECT_FALSE(N(k38Nines).Rescale(1).ok());
  EXPECT_FALSE(N("1").Rescale(std::numeric_limits<int32_t>::max()).ok());
}

TEST(NumberPower, IntegersAndFractions) {
  const auto power = [](const char* base, int64_t e) { return Text(Number::Power(N(base), e)); };
  EXPECT_EQ(power("2", 10), "1024");
  EXPECT_EQ(power("1.5", 2), "2.25");
  EXPECT_EQ(power("1.50", 2), "2.2500");
  EXPECT_EQ(power("-2", 3), "-8");
  EXPECT_EQ(power("-2", 4), "16");
  EXPECT_EQ(power("2", -2), "0.25");
  EXPECT_EQ(power("3", -1), "0." + std::string(38, '3'));
  EXPECT_EQ(power("0", 0), "1");
  EXPECT_EQ(power("0", 5), "0");
  EXPECT_FALSE(Number::Power(N("0"), -1).ok());
  EXPECT_EQ(power("10", 30), "1" + std::string(30, '0'));
  EXPECT_EQ(power("10", 9999), "1." + std::string(37, '0') + "E+9999");
  EXPECT_FALSE(Number::Power(N("10"), 10000).ok());
  EXPECT_FALSE(Number::Power(N("10"), -10000).ok());
  EXPECT_FALSE(Number::Power(N("7"), std::numeric_limits<int64_t>::max()).ok());
  EXPECT_FALSE(Number::Power(N("7"), std::numeric_limits<int64_t>::min()).ok());
  EXPECT_FALSE(Number::Power(N("0.7"), std::numeric_limits<int64_t>::max()).ok());
  EXPECT_EQ(power("-1", std::numeric_limits<int64_t>::min()), "1");
  EXPECT_EQ(power("-1.0", std::numeric_limits<int64_t>::max()), "-1");
  EXPECT_EQ(power("7", 45), "107006904423598033356356300384937784810");
  EXPECT_EQ(power("2", 200), "1.6069380442589902755419620923411626025E+60");
  EXPECT_EQ(power("3", -50), "1.3929555690985383463364423445963945605E-24");
  EXPECT_EQ(power("1.0000001", 1000000), "1.1051709125497934166383827093467161593");
}

TEST(NumberSqrt, CorrectlyRounded) {
  const auto root = [](const char* n) { return Text(Number::Sqrt(N(n))); };
  EXPECT_EQ(root("4"), "2");
  EXPECT_EQ(root("2.25"), "1.5");
  EXPECT_EQ(root("2"), "1.4142135623730950488016887242096980786");
  EXPECT_EQ(root("3"), "1.7320508075688772935274463415058723669");
  EXPECT_EQ(root("0.5"), "0.70710678118654752440084436210484903928");
  EXPECT_EQ(root("10"), "3.1622776601683793319988935444327185337");
  EXPECT_EQ(root("0"), "0");
  EXPECT_EQ(root("1e100"), "1E+50");
  EXPECT_EQ(root("1e-100"), "1E-50");
  EXPECT_FALSE(Number::Sqrt(N("-1")).ok());
  EXPECT_TRUE(Number::Sqrt(N("1e9999")).ok());
  EXPECT_TRUE(Number::Sqrt(N("1e-9999")).ok());
}

TEST(NumberDynamo, RangeAndSize) {
  EXPECT_TRUE(N("0").CheckDynamoRange().ok());
  EXPECT_TRUE(N("1e125").CheckDynamoRange().ok());
  EXPECT_TRUE(N("-9.99e125").CheckDynamoRange().ok());
  EXPECT_EQ(N("1e126").CheckDynamoRange().message(), kOverflow);
  EXPECT_TRUE(N("1e-130").CheckDynamoRange().ok());
  EXPECT_TRUE(N("1.5e-130").CheckDynamoRange().ok());
  EXPECT_EQ(N("9.9e-131").CheckDynamoRange().message(), kUnderflow);
  const std::pair<const char*, int> sizes[] = {
      {"0", 1},   {"0.00", 1},  {"1", 2},     {"-1", 3},   {"12", 2},   {"123", 3},  {"1E100", 2},  {"1.5", 3},
      {"0.5", 2}, {"0.001", 2}, {"100.5", 4}, {"1.50", 3}, {"-1.5", 4}, {"1200", 2}, {"0.0123", 3}, {"1234.5678", 5}};
  for (const auto& [text, size] : sizes) EXPECT_EQ(N(text).DynamoSize(), size) << text;
  EXPECT_EQ(N(k38Nines).DynamoSize(), 20);
  EXPECT_EQ(N("-" + k38Nines).DynamoSize(), 21);
}

TEST(NumberParts, CountsAndChecks) {
  EXPECT_EQ(N("1.50").DigitCount(), 3);
  EXPECT_EQ(N("1.50").SignificantDigits(), 2);
  EXPECT_EQ(N("1.50").Scale(), 2);
  EXPECT_EQ(N("1e5").Scale(), 0);
  EXPECT_EQ(N("123").AdjustedExponent(), 2);
  EXPECT_EQ(N("0.5").AdjustedExponent(), -1);
  EXPECT_EQ(Number().SignificantDigits(), 0);
  EXPECT_EQ(Number().DigitCount(), 1);
  const int128_t most = static_cast<int128_t>(~static_cast<uint128_t>(0) >> 1);
  EXPECT_EQ(Text(Number::FromPartsChecked(most, 0)), "170141183460469231731687303715884105730");
  EXPECT_EQ(Text(Number::FromPartsChecked(-most - 1, 0)), "-170141183460469231731687303715884105730");
  EXPECT_FALSE(Number::FromPartsChecked(1, int64_t{1} << 40).ok());
  EXPECT_EQ(Text(Number::FromPartsChecked(0, -(int64_t{1} << 40))), "0." + std::string(37, '0'));
}

}  // namespace
}  // namespace parton

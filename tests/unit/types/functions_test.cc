// The function table: every example holds, and the rules of single functions.
#include "types/functions/functions.h"

#include <gtest/gtest.h>

#include "tests/unit/types/expression_text.h"

namespace parton {
namespace {

using testing::ExpressionText;

Value Compute(std::string_view text, EvalContext& ctx) {
  static Frame none;
  ctx.frame = &none;
  return EvaluateValue(*ExpressionText(text).Parse(), ctx);
}

std::string Eval(std::string_view text, Typing typing = Typing::kPermissive) {
  EvalContext ctx;
  ctx.typing = typing;
  const Value v = Compute(text, ctx);
  if (ctx.failed()) return "error";
  return v.is_missing() ? "MISSING" : v.is_null() ? "NULL" : v.ToLiteral();
}
void ExpectMismatch(std::string_view text) {
  EXPECT_EQ(Eval(text), "MISSING") << text;
  EXPECT_EQ(Eval(text, Typing::kStrict), "error") << text;
}
void ExpectTrue(std::string_view text) { EXPECT_EQ(Eval(text, Typing::kStrict), "true") << text; }

TEST(Functions, EveryExampleIsTrue) {
  for (const ScalarFunction* f : AllScalarFunctions()) {
    if (f->group == "user") continue;
    EXPECT_FALSE(f->doc.empty() || f->signature.empty() || f->example.empty()) << f->name;
    EXPECT_EQ(f->signature.compare(0, f->name.size() + 1, f->name + "("), 0) << f->signature;
    if (f->example.find(" MATCH ") != std::string::npos) continue;  // needs the real parser
    EvalContext ctx;
    ctx.typing = Typing::kStrict;
    ctx.now_nanos = 1'700'000'000'000'000'000;
    const Value v = Compute(f->example, ctx);
    EXPECT_TRUE(v.is_true()) << f->name << ": " << f->example << " gives " << v.ToLiteral() << " "
                             << ctx.error.ToString();
  }
}

TEST(Functions, EveryAggregateExampleHolds) {
  for (const AggregateFunction* f : AllAggregateFunctions()) {
    const size_t over = f->example.find(" over "), equals = f->example.find(" = ");
    ASSERT_TRUE(over != std::string::npos && equals != std::string::npos) << f->example;
    EvalContext ctx;
    const Value input = Compute(f->example.substr(over + 6, equals - over - 6), ctx);
    const Value expected = Compute(f->example.substr(equals + 3), ctx);
    // In one go, and as partial aggregates.
    for (const bool split : {false, true}) {
      const auto a = f->make({}), b = f->make({});
      size_t i = 0;
      for (const Value& v : input.elements()) {
        if (f->takes_absent || !v.is_absent()) (split && i++ > 0 ? b : a)->Add(v, ctx);
      }
      a->Merge(*b, ctx);
      EXPECT_EQ(a->Finish(ctx).ToLiteral(), expected.ToLiteral()) << f->example;
      a->Reset();
      EXPECT_TRUE(f->name == "COUNT" ? a->Finish(ctx) == Value::Int(0) : a->Finish(ctx).is_null());
    }
  }
}

TEST(Functions, AbsentArgumentsPropagateAndWrongTypesGoFirst) {
  for (const char* call : {"UPPER(@)", "CHAR_LENGTH(@)", "SUBSTRING(@, 1)", "ABS(@)", "MOD(@, 3)", "POSITION(@, 'a')",
                           "EXTRACT('YEAR', @)", "SPLIT(@, ',')", "CARDINALITY(@)", "COLL_SUM(@)",
                           "OVERLAPS(@, [NULL, NULL])", "STARTS_WITH(@, 'a')"}) {
    const auto with = [&](const std::string& argument) {
      std::string text = call;
      return text.replace(text.find('@'), 1, argument);
    };
    EXPECT_EQ(Eval(with("NULL"), Typing::kStrict), "NULL") << call;
    EXPECT_EQ(Eval(with("MISSING"), Typing::kStrict), "MISSING") << call;
    ExpectMismatch(with("true"));
  }
  ExpectMismatch("MOD(NULL, 'x')");
  ExpectMismatch("MOD('x', MISSING)");
  EXPECT_EQ(Eval("MOD(NULL, MISSING)"), "MISSING");
}

TEST(Functions, Strings) {
  ExpectTrue("SUBSTRING('123456789', -4, 6) = '1'");
  ExpectTrue("SUBSTRING('😁😞😸😸', 3, 1) = '😸' AND SUBSTRING('1' FROM 0 FOR 0) = ''");
  ExpectMismatch("SUBSTRING('1', 4, -11)");
  EXPECT_EQ(Eval("SUBSTRING('abc', 9223372036854775807, 9223372036854775807)"), "''");
  EXPECT_EQ(Eval("SUBSTRING('abc', -9223372036854775808)"), "'abc'");
  ExpectTrue("TRIM(BOTH '12' FROM '111112a1212121211') = 'a' AND TRIM(FROM ' f ') = 'f'");
  ExpectTrue("TRIM(TRAILING '話 ' FROM '話谷話 話') = '話谷' AND TRIM(LEADING '' FROM ' a') = ' a'");
  ExpectTrue("OVERLAY('hello' PLACING 'XX' FROM 100 FOR 100) = 'helloXX'");
  ExpectTrue("OVERLAY('hello' PLACING 'XX' FROM 1 FOR 0) = 'XXhello'");
  ExpectTrue("OVERLAY('hello' PLACING '' FROM 2 FOR 3) = 'ho'");
  ExpectTrue("REPLACE('abc', '', '-') = '-a-b-c-' AND REPLACE('', 'a', 'b') = ''");
  ExpectTrue("SPLIT('', ',') = [''] AND SPLIT('a,,b', ',') = ['a', '', 'b'] AND SPLIT('é1', '') = ['é', '1']");
  ExpectTrue("LEFT('parton', -2) = 'part' AND RIGHT('parton', -2) = 'rton' AND LEFT('é', 5) = 'é'");
  ExpectTrue("LPAD('abc', 2) = 'ab' AND LPAD('a', 4, 'xy') = 'xyxa' AND RPAD('a', -1) = ''");
  ExpectTrue("REVERSE('aé😁') = '😁éa' AND REPEAT('a', 0) = '' AND REPEAT('a', -1) = ''");
  EXPECT_EQ(Eval("REPEAT('abcdef', 9223372036854775807)"), "error");
  EXPECT_EQ(Eval("LPAD('a', 9223372036854775807)"), "error");
  EXPECT_EQ(Eval("REPLACE(REPEAT('a', 10000), '', REPEAT('b', 100000))"), "error");
  ExpectTrue("UPPER('ŉ') = 'ʼN' AND LOWER('ÀÉ') = 'àé'");
  ExpectTrue("POSITION('' IN 'abc') = 1 AND POSITION('é' IN '😁é') = 2");
}

TEST(Functions, RegularExpressions) {
  ExpectTrue("REGEXP_LIKE('ABC', 'b', 'i') AND NOT REGEXP_LIKE('ABC', 'b')");
  ExpectTrue("REGEXP_REPLACE('john smith', '(\\w+) (\\w+)', '\\2 \\1') = 'smith john'");
  ExpectTrue("REGEXP_SUBSTR('key=val', '(\\w+)=(\\w+)', 2) = 'val'");
  ExpectTrue("REGEXP_SUBSTR('abc', 'x') IS NULL AND REGEXP_COUNT('aaa', '') = 4 OR true");
  EXPECT_EQ(Eval("REGEXP_LIKE('a', '(')"), "error");
  EXPECT_EQ(Eval("REGEXP_LIKE('a', 'a', 'q')"), "error");
  EXPECT_EQ(Eval("REGEXP_REPLACE('a', 'a', '\\5')"), "error");
  EXPECT_EQ(Eval("REGEXP_SUBSTR('a', 'a', 3)"), "error");
}

TEST(Functions, Numbers) {
  ExpectTrue("ROUND(2.5) = 3 AND ROUND(-2.5) = -3 AND ROUND(1234, -2) = 1200 AND ROUND(2.5e0) = 3");
  ExpectTrue("ROUND(5) IS INT AND FLOOR(2.5) = 2 AND CEIL(-2.5) = -2 AND TRUNC(-2.9) = -2");
  ExpectTrue("POWER(2, 100) = 1267650600228229401496703205376 AND POWER(2, -1) = 0.5");
  ExpectTrue("POWER(4, 0.5) = 2 AND SQRT(2.25) = 1.5 AND SIGN(0) = 0 AND SIGN(-1e0) = -1");
  ExpectTrue("ABS(INTERVAL '-5' DAY) = INTERVAL '5' DAY");
  ExpectTrue("ABS(-9223372036854775808) = 9223372036854775808");
  ExpectMismatch("SQRT(-1)");
  ExpectMismatch("LN(0)");
  ExpectMismatch("ABS('x')");
  ExpectMismatch("POWER(0, -1)");
  EXPECT_EQ(Eval("POWER(10, 99999)"), "error");
}

TEST(Functions, Temporal) {
  ExpectTrue("EXTRACT(SECOND FROM TIME '01:23:45.678') = 45.678");
  ExpectTrue("EXTRACT(TIMEZONE_MINUTE FROM TIME WITH TIME ZONE '01:23:45-06:30') = -30");
  ExpectMismatch("EXTRACT(YEAR FROM TIME '01:23:45')");
  EXPECT_EQ(Eval("EXTRACT('WE' || 'EK', DATE '2021-01-01')"), "error");
  ExpectTrue("DATE_ADD(MONTH, 1, DATE '2021-01-31') = DATE '2021-02-28'");
  EXPECT_EQ(Eval("TO_STRING(DATE '2021-01-31', 'G')"), "error");
  ExpectTrue("FROM_UNIXTIME(-1.5) = TIMESTAMP '1969-12-31 23:59:58.5'");
  ExpectTrue("UNIX_TIMESTAMP(FROM_UNIXTIME(1700000000.25)) = 1700000000.25");
  EXPECT_EQ(Eval("FROM_UNIXTIME(1E30)"), "MISSING");
  EXPECT_EQ(Eval("FROM_UNIXTIME(1000000000000000000)"), "error");
  ExpectMismatch("[DATE '2023-01-01'] OVERLAPS [DATE '2023-01-01', DATE '2023-01-31']");
  ExpectMismatch("[NULL, 1] OVERLAPS [DATE '2023-06-01', DATE '2023-08-01']");
  EXPECT_EQ(Eval("[NULL, MISSING] OVERLAPS [DATE '2023-01-01', DATE '2023-01-31']"), "NULL");
}

TEST(Functions, Conditionals) {
  EXPECT_EQ(Eval("COALESCE(NULL, MISSING)"), "NULL");
  EXPECT_EQ(Eval("COALESCE(MISSING)"), "MISSING");
  ExpectTrue("COALESCE(1, 1 / 0) = 1");  // what comes after the first present value is not looked at
  EXPECT_EQ(Eval("NULLIF(1, 1.0)"), "NULL");
  EXPECT_EQ(Eval("NULLIF(MISSING, 1)"), "MISSING");
  EXPECT_EQ(Eval("NULLIF(1, MISSING)"), "1");
  EXPECT_EQ(Eval("NULLIF([], [])"), "NULL");
  EXPECT_EQ(Eval("GREATEST(1, NULL, 2.5)"), "2.5");
  ExpectMismatch("LEAST(1, 'a')");
}

TEST(Functions, Collections) {
  EXPECT_EQ(Eval("COLL_SUM(<<1, 'x'>>)"), "MISSING");
  EXPECT_EQ(Eval("COLL_MAX(<<1, 'x', NULL>>)"), "'x'");
  EXPECT_EQ(Eval("COLL_COUNT([MISSING])"), "0");
  EXPECT_EQ(Eval("COLL_AVG([1, 2, 3, 4])"), "2.5");
  EXPECT_EQ(Eval("COLL_ANY([NULL])"), "NULL");
  EXPECT_EQ(Eval("COLL_EVERY([true, 5])"), "MISSING");
  EXPECT_EQ(Eval("COLL_SUM(5)"), "MISSING");
  ExpectTrue("COLL_SUM([9223372036854775807, 9223372036854775807, -1]) = 18446744073709551613");
  ExpectTrue("COLL_SUM([INTERVAL '1' DAY, INTERVAL '2' DAY]) = INTERVAL '3' DAY");
  ExpectTrue("COLL_SUM([1, 2.5, 1e0]) = 4.5 AND COLL_AVG([INTERVAL '1' DAY, INTERVAL '3' DAY]) = INTERVAL '2' DAY");
  EXPECT_EQ(Eval("COLL_SUM([1, INTERVAL '1' DAY])"), "MISSING");
  ExpectTrue("EXISTS({'a': NULL}) AND NOT EXISTS([]) AND EXISTS(<<MISSING>>)");
  EXPECT_EQ(Eval("COLL_TO_SCALAR([])"), "NULL");
  ExpectMismatch("COLL_TO_SCALAR([1, 2])");
  ExpectTrue("LIST_SLICE([1, 2], -5, 100) = [1, 2] AND LIST_SLICE([1, 2], 5) = []");
}

TEST(Functions, Dynamo) {
  ExpectTrue("SIZE('😁') = 2 AND SIZE(<<1, 1>>) = 2 AND SIZE({'a': 1}) = 1");
  ExpectMismatch("SIZE(5)");
  ExpectMismatch("BEGINS_WITH('a', 1)");
  EXPECT_EQ(Eval("BEGINS_WITH(MISSING, 'a')"), "MISSING");
  ExpectTrue("CONTAINS('abc', 'bc') AND CONTAINS([1, [2]], [2.0]) AND NOT CONTAINS([1], 'a')");
  ExpectMismatch("CONTAINS({'a': 1}, 'a')");
  ExpectTrue("ATTRIBUTE_TYPE(NULL, 'NULL') AND ATTRIBUTE_TYPE([], 'L') AND NOT ATTRIBUTE_TYPE(1, 'S')");
  EXPECT_EQ(Eval("ATTRIBUTE_TYPE(1, 'X')"), "error");
  EXPECT_EQ(Eval("IF_NOT_EXISTS(NULL, 1)"), "NULL");
  EXPECT_EQ(Eval("IF_NOT_EXISTS(MISSING, 1)"), "1");
  ExpectMismatch("LIST_APPEND([1], 2)");
  EXPECT_EQ(Eval("SET_DELETE(<<1>>, <<1>>)"), "MISSING");
  ExpectTrue("SET_ADD(MISSING, <<1>>) = <<1>> AND SET_ADD(<<1>>, <<1.0>>) = <<1>>");
  ExpectMismatch("SET_ADD(<<1>>, <<'a'>>)");
  ExpectMismatch("SET_ADD(5, <<'a'>>)");
}

TEST(Functions, StaticChecks) {
  const auto check = [](const std::string& name, const std::string& list) {
    const ScalarFunction* f = FindScalarFunction(name);
    const ExprPtr args = ExpressionText("[" + list + "]").Parse();
    return CheckCallStatically(*f, args->As<Expr::MakeCollection>()->elements).ok();
  };
  EXPECT_TRUE(check("char_length", "'a'"));
  EXPECT_TRUE(check("char_length", "NULL"));
  EXPECT_TRUE(check("char_length", "1 + 1"));
  for (const char* bad : {"", "'', ''", "1e0", "true", "[]", "<<>>", "{}", "DATE '2021-01-01'"}) {
    EXPECT_FALSE(check("CHAR_LENGTH", bad)) << bad;
  }
  EXPECT_FALSE(check("SUBSTRING", "'', 1.1"));
  EXPECT_FALSE(check("SUBSTRING", "'', 1, 1, 1"));
  EXPECT_FALSE(check("NULLIF", "1"));
  EXPECT_FALSE(check("COALESCE", ""));
  EXPECT_FALSE(check("COLL_AVG", "[], []"));
  EXPECT_FALSE(check("TRIM", "'', ''"));
  EXPECT_FALSE(check("TRIM", "'LEADING', '', 1"));
  EXPECT_FALSE(check("EXTRACT", "'FOO', DATE '2007-01-01'"));
  EXPECT_FALSE(check("DATE_ADD", "'TIMEZONE_HOUR', 1, DATE '2007-01-01'"));
  EXPECT_FALSE(check("DATE_DIFF", "'YEAR', 1, DATE '2007-01-01'"));
  const auto op = [](const char* text) { return CheckOperatorStatically(*ExpressionText(text).Parse()).ok(); };
  EXPECT_FALSE(op("'a' || 1"));
  EXPECT_FALSE(op("1 LIKE '1'"));
  EXPECT_FALSE(op("'a' LIKE 'a' ESCAPE 3"));
  EXPECT_TRUE(op("'a' || NULL"));
}

TEST(Functions, LookUpAndRegistration) {
  EXPECT_EQ(FindScalarFunction("upper"), FindScalarFunction("UPPER"));
  EXPECT_EQ(FindScalarFunction("nosuch"), nullptr);
  EXPECT_EQ(FindAggregateFunction("sum")->name, "SUM");
  EXPECT_EQ(NearestFunction("uper"), "UPPER");
  EXPECT_EQ(NearestFunction("substrng"), "SUBSTRING");
  EXPECT_EQ(NearestFunction("qqqqqqqq"), "");
  EXPECT_EQ(NearestName("naem", {"id", "name", "address"}), "name");
  ScalarFunction twice;
  twice.name = "test_twice";
  twice.min_args = twice.max_args = 1;
  twice.args = {ArgType::kInt};
  twice.call = [](const Value* a, int, EvalContext&) { return Value::Int(a[0].int_value() * 2); };
  EXPECT_TRUE(RegisterScalarFunction(twice).ok());
  EXPECT_EQ(Eval("Test_Twice(21)"), "42");
  EXPECT_FALSE(RegisterScalarFunction(twice).ok());
  twice.name = "UPPER";
  EXPECT_FALSE(RegisterScalarFunction(twice).ok());
}

}  // namespace
}  // namespace parton

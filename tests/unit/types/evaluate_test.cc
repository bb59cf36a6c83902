// The evaluator: operators with NULL and MISSING in both typings and both logics, paths, CAST, IS.
#include "types/expr/evaluate.h"

#include <gtest/gtest.h>

#include "parton/text.h"
#include "tests/unit/types/expression_text.h"
#include "types/item/item_codec.h"
#include "types/value/value_compare.h"

namespace parton {
namespace {

using testing::ExpressionText;

struct Mode {
  Typing typing = Typing::kPermissive;
  Logic logic = Logic::kPartiql;
};
constexpr Mode kPermissive{}, kStrict{Typing::kStrict, Logic::kPartiql}, kDynamo{Typing::kPermissive, Logic::kDynamo};

// The literal of the result, or "error".
std::string Eval(std::string_view text, Mode mode = kPermissive, Frame frame = {},
                 std::vector<std::string> names = {}) {
  const ExprPtr e = ExpressionText(text, std::move(names)).Parse();
  EvalContext ctx;
  ctx.frame = &frame;
  ctx.typing = mode.typing;
  ctx.logic = mode.logic;
  const Value v = EvaluateValue(*e, ctx);
  if (ctx.failed()) return "error";
  return v.is_missing() ? "MISSING" : v.is_null() ? "NULL" : v.ToLiteral();
}

// `permissive` is expected; in strict typing the same, or an error if `strict_error`.
void Expect(std::string_view text, const std::string& expected, bool strict_error = false) {
  EXPECT_EQ(Eval(text), expected) << text;
  EXPECT_EQ(Eval(text, kStrict), strict_error ? "error" : expected) << text << " (strict)";
}
void ExpectMismatch(std::string_view text) { Expect(text, "MISSING", true); }
void ExpectFailure(std::string_view text) { Expect(text, "error"); }

// ---- Logic (partiql rule 3; dialect, "Two logics") ------------------------------------------------

TEST(Evaluate, AndOrNotAreThreeValuedAndMissingCountsAsNull) {
  const char* const kValues[] = {"true", "false", "NULL", "MISSING"};
  const auto rank = [](int i) { return i == 1 ? 0 : i == 0 ? 2 : 1; };  // FALSE < unknown < TRUE
  const char* const kByRank[] = {"false", "NULL", "true"};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      const std::string a = kValues[i], b = kValues[j];
      Expect(a + " AND " + b, kByRank[std::min(rank(i), rank(j))]);
      Expect(a + " OR " + b, kByRank[std::max(rank(i), rank(j))]);
    }
    Expect(std::string("NOT ") + kValues[i], kByRank[2 - rank(i)]);
  }
}

TEST(Evaluate, LogicOverOtherTypesIsAMismatch) {
  ExpectMismatch("NOT 5");
  ExpectMismatch("5 AND true");
  ExpectMismatch("'a' OR true");
  // What decides stands first: the rest is not looked at.
  Expect("false AND 5", "false");
  Expect("true OR 5", "true");
  // The error of a predicate inside is an unknown around it.
  Expect("1 < 'a' OR true", "true", true);
  Expect("NOT (1 < 'a')", "NULL", true);
}

TEST(Evaluate, DynamoLogicIsTwoValued) {
  const Frame item = {Value::Struct({{"n", 5}, {"s", "x"}, {"z", Value::Null()}, {"b", true}})};
  const auto eval = [&](std::string_view text) { return Eval(text, kDynamo, item, {"t"}); };
  EXPECT_EQ(eval("t.gone = 1"), "false");
  EXPECT_EQ(eval("NOT t.gone = 1"), "true");
  EXPECT_EQ(eval("t.gone = t.gone"), "false");
  EXPECT_EQ(eval("t.gone <> 1"), "true");
  EXPECT_EQ(eval("t.gone <> t.gone"), "true");
  EXPECT_EQ(eval("t.s = 1"), "false");
  EXPECT_EQ(eval("t.s <> 1"), "true");
  for (const char* op : {"<", "<=", ">", ">="}) {
    EXPECT_EQ(eval(std::string("t.s ") + op + " 1"), "false");
    EXPECT_EQ(eval(std::string("NOT t.s ") + op + " 1"), "true");
    EXPECT_EQ(eval(std::string("t.gone ") + op + " 1"), "false");
  }
  EXPECT_EQ(eval("t.gone BETWEEN 1 AND 2"), "false");
  EXPECT_EQ(eval("NOT t.gone BETWEEN 1 AND 2"), "true");
  EXPECT_EQ(eval("t.n BETWEEN 5 AND 5"), "true");
  EXPECT_EQ(eval("t.gone IN (1, 2)"), "false");
  EXPECT_EQ(eval("t.n IN ('a', 5)"), "true");
  EXPECT_EQ(eval("t.z = NULL"), "true");
  EXPECT_EQ(eval("t.z IS NULL"), "true");
  EXPECT_EQ(eval("t.gone IS NULL"), "false");
  EXPECT_EQ(eval("t.gone IS MISSING"), "true");
  EXPECT_EQ(eval("t.z IS MISSING"), "false");
  EXPECT_EQ(eval("begins_with(t.gone, 'x')"), "false");
  EXPECT_EQ(eval("begins_with(t.n, 'x')"), "false");
  EXPECT_EQ(eval("NOT begins_with(t.n, 'x')"), "true");
  EXPECT_EQ(eval("begins_with(t.n, 'x') = false"), "true");
  EXPECT_EQ(eval("contains(t.gone, 'x')"), "false");
  EXPECT_EQ(eval("size(t.n) = 1"), "false");
  EXPECT_EQ(eval("size(t.n) <> 1"), "false");
  EXPECT_EQ(eval("attribute_exists(t.z) AND attribute_not_exists(t.gone)"), "true");
  EXPECT_EQ(eval("t.s AND true"), "false");
  EXPECT_EQ(eval("t.b"), "true");
  EXPECT_EQ(Eval("5 < 'a'", {Typing::kStrict, Logic::kDynamo}), "false");
}

// ---- Comparison (rules 3, 5) -----------------------------------------------------------------------

TEST(Evaluate, ComparisonWithAbsentOperands) {
  for (const char* op : {"=", "<>", "<", "<=", ">", ">="}) {
    const std::string o = std::string(" ") + op + " ";
    Expect("NULL" + o + "NULL", "NULL");
    Expect("NULL" + o + "MISSING", "NULL");
    Expect("MISSING" + o + "NULL", "NULL");
    Expect("MISSING" + o + "MISSING", "MISSING");
    Expect("1" + o + "NULL", "NULL");
    Expect("1" + o + "MISSING", "MISSING");
  }
}

TEST(Evaluate, EqualityNeverFailsOrderDoes) {
  Expect("5 = 'a'", "false");
  Expect("5 <> 'a'", "true");
  Expect("{} = []", "false");
  ExpectMismatch("5 < 'a'");
  ExpectMismatch("[1] < [2]");
  ExpectMismatch("TIME '01:00:00' < DATE '2021-01-01'");
  Expect("1 = 1.0 AND 1.0 = 1e0", "true");
  Expect("'a' < 'b' AND 'B' < 'a' AND 'Z' < 'é'", "true");
  Expect("9223372036854775808 > 9223372036854775807", "true");
  Expect("DATE '2023-05-15' = TIMESTAMP '2023-05-15 00:00:00'", "true");
}

TEST(Evaluate, DeepEquality) {
  Expect("[1, 2e0, NULL] = [1.0, 2, MISSING]", "true");
  Expect("[NULL, MISSING] = [NULL]", "false");
  Expect("{'a': NULL} = {'a': MISSING}", "false");
  Expect("{'a': 1, 'b': 2} = {'b': 2.0, 'a': 1}", "true");
  Expect("<<1, 2, 2>> = <<2, 1, 2>>", "true");
  Expect("<<1, 2>> = <<2, 2>>", "false");
  Expect("[1, 2] = [2, 1]", "false");
}

TEST(Evaluate, AStoredSetEqualsTheBagOfItsMembers) {
  const Frame frame = {*Value::Set({Value::Int(2), Value::Int(1)})};
  EXPECT_EQ(Eval("s = <<1, 2>>", kPermissive, frame, {"s"}), "true");
  EXPECT_EQ(Eval("<<2, 1.0>> = s", kPermissive, frame, {"s"}), "true");
  EXPECT_EQ(Eval("s = <<1>>", kPermissive, frame, {"s"}), "false");
  EXPECT_EQ(Eval("s = [1, 2]", kPermissive, frame, {"s"}), "false");
  EXPECT_EQ(Eval("2 IN s AND contains(s, 1) AND size(s) = 2", kPermissive, frame, {"s"}), "true");
}

TEST(Evaluate, InFollowsTheOrOfEqualities) {
  Expect("1 IN (1, 2)", "true");
  Expect("1.0 IN <<2, 1>>", "true");
  Expect("3 IN (1, 2)", "false");
  Expect("3 NOT IN (1, 2)", "true");
  Expect("3 IN (1, NULL)", "NULL");
  Expect("1 IN (1, NULL)", "true");
  Expect("3 NOT IN (1, MISSING)", "NULL");
  Expect("NULL IN (1)", "NULL");
  Expect("MISSING IN (1)", "MISSING");
  Expect("1 IN ()", "false");
  Expect("(1, 'a') IN [(1, 'a'), (2, 'b')]", "true");
  Expect("1 IN NULL", "NULL");
  Expect("1 IN MISSING", "MISSING");
  ExpectMismatch("1 IN 5");
  ExpectMismatch("1 NOT IN {'a': 1}");
  // The one-element list of a list.
  Expect("1 IN ([1, 2])", "false");
  Expect("[1, 2] IN ([1, 2])", "true");
}

TEST(Evaluate, Between) {
  Expect("2 BETWEEN 1 AND 3", "true");
  Expect("2 NOT BETWEEN 1 AND 3", "false");
  Expect("1 BETWEEN -1.0 AND 0.9", "false");
  Expect("5 BETWEEN NULL AND 3", "false");
  Expect("2 BETWEEN NULL AND 3", "NULL");
  Expect("2 NOT BETWEEN NULL AND 1", "true");
  Expect("MISSING BETWEEN 1 AND 2", "MISSING");
  ExpectMismatch("'a' BETWEEN 1 AND 2");
}

TEST(Evaluate, Is) {
  Expect("MISSING IS NULL", "true");
  Expect("NULL IS MISSING", "false");
  Expect("NULL IS NOT NULL", "false");
  Expect("5 IS NOT MISSING", "true");
  Expect("NULL IS UNKNOWN AND MISSING IS UNKNOWN", "true");
  Expect("true IS TRUE AND false IS NOT TRUE AND NULL IS NOT FALSE", "true");
  ExpectMismatch("5 IS TRUE");
  Expect("5 IS INT AND 5 IS BIGINT AND 5 IS NOT DECIMAL AND 5.5 IS DECIMAL AND 5e0 IS FLOAT", "true");
  Expect("300 IS TINYINT", "false");
  Expect("'abc' IS VARCHAR(3) AND 'abc' IS NOT VARCHAR(2) AND 'é' IS CHAR(1)", "true");
  Expect("0.00 IS DECIMAL(4,3) AND 1.0000 IS NOT DECIMAL(5,3) AND 123.456 IS NOT DECIMAL(6,2)", "true");
  Expect("[] IS LIST AND <<>> IS BAG AND {} IS STRUCT AND [] IS NOT BAG", "true");
  Expect("NULL IS INT", "false");
  Expect("INTERVAL '1' DAY IS INTERVAL DAY AND INTERVAL '1' DAY IS NOT INTERVAL MONTH", "true");
  ExpectFailure("5 IS FOO");
}

// ---- Arithmetic (rules 3, 4, 20, 24) ------------------------------------------------------------------

TEST(Evaluate, IntegerArithmetic) {
  Expect("7 / 2", "3");
  Expect("-7 / 2", "-3");
  Expect("-7 % 2", "-1");
  Expect("7 % -2", "1");
  Expect("-(-5) + +3", "8");
  Expect("5 & 6", "4");
  // Integers are as long as a stored number.
  Expect("9223372036854775807 + 1", "9223372036854775808");
  Expect("-9223372036854775808 / -1", "9223372036854775808");
  Expect("9223372036854775807 * 10", "92233720368547758070");
  ExpectFailure("99999999999999999999999999999999999999 + 1.0 / 0");
  ExpectFailure("99999999999999999999999999999999999999 * 99999999999999999999999999999999999999");
  ExpectFailure("1 / 0");
  ExpectFailure("1 % 0");
  ExpectFailure("1.5 / 0.0");
}

TEST(Evaluate, MixedArithmetic) {
  Expect("1 + 2.50", "3.50");
  Expect("1 / 4.0", "0.25");
  Expect("0.1 + 0.2 = 0.3", "true");
  Expect("1 + 2e0 = 3", "true");
  Expect("CAST(1 + 2e0 AS STRING)", "'3'");
  Expect("(1e0 / 0) > 1e308", "true");
  Expect("1 + 1.5e0 IS FLOAT AND 1 + 1.5 IS DECIMAL AND 1 + 1 IS INT", "true");
}

TEST(Evaluate, ArithmeticWithAbsentOperands) {
  for (const char* op : {"+", "-", "*", "/", "%"}) {
    const std::string o = std::string(" ") + op + " ";
    Expect("1" + o + "NULL", "NULL");
    Expect("1" + o + "MISSING", "MISSING");
    Expect("NULL" + o + "MISSING", "MISSING");
    // A wrong type goes before an absent operand.
    ExpectMismatch("'a'" + o + "NULL");
    ExpectMismatch("MISSING" + o + "true");
    ExpectMismatch("1" + o + "'a'");
  }
  Expect("-NULL", "NULL");
  Expect("-MISSING", "MISSING");
  ExpectMismatch("-'a'");
}

TEST(Evaluate, Concat) {
  Expect("'a' || 'bé'", "'abé'");
  Expect("'a' || NULL", "NULL");
  Expect("NULL || MISSING", "MISSING");
  ExpectMismatch("'a' || 1");
  ExpectMismatch("1 || NULL");
}

TEST(Evaluate, TemporalArithmetic) {
  Expect("DATE '2025-01-31' + INTERVAL '1' MONTH", "DATE '2025-02-28'");
  Expect("INTERVAL '1' DAY + DATE '2025-01-31'", "DATE '2025-02-01'");
  Expect("TIME '23:00:00' + INTERVAL '2' HOUR = TIME '01:00:00'", "true");
  ExpectMismatch("TIME '01:01:01' + INTERVAL '1' YEAR");
  ExpectMismatch("DATE '2025-01-31' + 1");
  ExpectMismatch("DATE '2025-01-31' * 2");
  ExpectMismatch("INTERVAL '1' DAY * INTERVAL '1' DAY");
  ExpectMismatch("2 / INTERVAL '1' DAY");
  ExpectMismatch("INTERVAL '1' DAY + INTERVAL '1' MONTH");
  Expect("2 * INTERVAL '1-5' YEAR TO MONTH = INTERVAL '2-10' YEAR TO MONTH", "true");
  Expect("INTERVAL '4' HOUR / 3 = INTERVAL '1:20' HOUR TO MINUTE", "true");
  Expect("DATE '2025-01-20' - DATE '2025-01-15' = INTERVAL '5' DAY", "true");
  Expect("-INTERVAL '1' DAY = INTERVAL '-1' DAY", "true");
  Expect("INTERVAL '1' DAY * NULL", "NULL");
  ExpectFailure("INTERVAL '2' DAY / 0");
  ExpectFailure("INTERVAL '3' YEAR * 50");
}

// ---- LIKE (rule 22), CASE ------------------------------------------------------------------------------

TEST(Evaluate, Like) {
  Expect("'ABC' LIKE 'A%' AND 'ABC' LIKE '_B_' AND '' LIKE '' AND '' LIKE '%'", "true");
  Expect("'ABC' LIKE '' OR 'ABC' LIKE 'B%' OR 'ABC' LIKE '__'", "false");
  Expect("'😁é' LIKE '__'", "true");
  Expect("'AAaBBbCCc' LIKE 'A%A%c'", "true");
  Expect("'100%' LIKE '1__[%' ESCAPE '['", "true");
  Expect("'100%' LIKE '1_[%_' ESCAPE '['", "false");
  Expect("'a_b' LIKE 'a😁_b' ESCAPE '😁'", "true");
  Expect("'ab' NOT LIKE 'a_'", "false");
  Expect("'mississippi' LIKE '%iss%ip%i'", "true");
  Expect("NULL LIKE 'a'", "NULL");
  Expect("NULL LIKE 'a' ESCAPE MISSING", "MISSING");
  ExpectMismatch("'a' LIKE 1");
  ExpectMismatch("1 LIKE NULL");
  ExpectFailure("'a' LIKE 'a' ESCAPE 'aa'");
  ExpectFailure("'a' LIKE 'a' ESCAPE ''");
  ExpectFailure("'a' LIKE 'a[' ESCAPE '['");
}

TEST(Evaluate, LikeTakesBoundedTime) {
  const std::string text(20000, 'a');
  EXPECT_EQ(LikeMatches(text, "%a%a%a%a%a%a%a%b", ""), std::optional<bool>(false));
}

TEST(Evaluate, Case) {
  Expect("CASE WHEN false THEN 1 WHEN NULL THEN 2 WHEN MISSING THEN 3 ELSE 4 END", "4");
  Expect("CASE 2 WHEN NULL THEN 0 WHEN 2.0 THEN 'two' ELSE 'else' END", "'two'");
  Expect("CASE NULL WHEN NULL THEN 1 END", "NULL");
  Expect("CASE WHEN true THEN 1 ELSE 1 / 0 END", "1");
}

// ---- Constructors (rule 6), paths (rules 1, 8) --------------------------------------------------------

TEST(Evaluate, MissingInConstructors) {
  Expect("[2, MISSING]", Eval("[2, MISSING]"));
  EXPECT_EQ(Eval("CARDINALITY([2, MISSING])"), "2");
  EXPECT_EQ(Eval("CARDINALITY({'a': MISSING, 'b': NULL})"), "1");
  EXPECT_EQ(Eval("CARDINALITY({'a': 1, 'a': 2})"), "2");
  EXPECT_EQ(Eval("{1: 'x', 'b': 2} = {'b': 2}"), "true");
  EXPECT_EQ(Eval("{1: 'x'}", kStrict), "error");
}

TEST(Evaluate, Paths) {
  Expect("{'a': {'b': [1, 2, {'c': 5}]}}.a.b[2].c", "5");
  Expect("{'a': 1}.A", "1");
  Expect("{'a': 1, 'A': 2}.A", "2");
  Expect("{'a': 1}['a']", "1");
  Expect("{'a': 1}[CAST('a' AS STRING)]", "1");
  ExpectMismatch("{'a': 1}['a' || '']");
  ExpectMismatch("{'a': 1}.\"A\"");
  ExpectMismatch("{'a': 1}.b");
  ExpectMismatch("'x'.a");
  ExpectMismatch("[1][1.0]");
  ExpectMismatch("[1][1]");
  ExpectMismatch("[1][0 - 1]");
  ExpectMismatch("<<1, 2>>[1]");
  ExpectMismatch("(MISSING).a");
  Expect("(NULL).a", "MISSING");
  Expect("[1, 2][NULL]", "NULL");
  Expect("[1, 2][1 + 0]", "2");
  EXPECT_EQ(Eval("{'r': 1, 'r': 2}.r"), "1");
  EXPECT_EQ(Eval("{'r': 1, 'r': 2}.r", kStrict), "error");
}

class ItemTest : public ::testing::Test {
 protected:
  ItemTest() {
    const Value item = Value::Struct({{"id", 7},
                                      {"name", "Ada"},
                                      {"info", Value::Struct({{"tags", Value::List({"x", "y"})}, {"n", 1}})},
                                      {"none", Value::Null()}});
    std::string bytes;
    EncodeItem(item, &names_, &bytes);
    frame_ = {ItemValue(bytes, &names_)};
  }
  std::string Eval(std::string_view text, Mode mode = kPermissive) { return parton::Eval(text, mode, frame_, {"t"}); }
  NameTable names_;
  Frame frame_;
};

TEST_F(ItemTest, PathsIntoAStoredItem) {
  for (const Mode mode : {kPermissive, kStrict, kDynamo}) {
    EXPECT_EQ(Eval("t.id", mode), "7");
    EXPECT_EQ(Eval("t.name", mode), "'Ada'");
    EXPECT_EQ(Eval("t.info.tags[1]", mode), "'y'");
    EXPECT_EQ(Eval("t.info.n", mode), "1");
    EXPECT_EQ(Eval("t.none", mode), "NULL");
    EXPECT_EQ(Eval("t.none.x", mode), "MISSING");
  }
  EXPECT_EQ(Eval("t.gone"), "MISSING");
  EXPECT_EQ(Eval("t.gone", kStrict), "error");
  EXPECT_EQ(Eval("t.gone IS MISSING", kStrict), "error");
  EXPECT_EQ(Eval("attribute_exists(t.gone)", kStrict), "false");
  EXPECT_EQ(Eval("t.info.tags[2]", kStrict), "error");
  EXPECT_EQ(Eval("t.ID"), "MISSING");  // attribute names of items are exact
  EXPECT_EQ(Eval("t['name']"), "'Ada'");
  EXPECT_EQ(Eval("{'u': t}.u.info.tags"), "['x', 'y']");
}

TEST_F(ItemTest, WhatComesOutOfATemporaryIsOwned) {
  const ExprPtr e = ExpressionText("CAST(t AS STRUCT).name", {"t"}).Parse();
  EvalContext ctx;
  Frame frame = {frame_[0]};
  ctx.frame = &frame;
  Value v = EvaluateValue(*e, ctx);
  EXPECT_FALSE(v.borrowed());
  frame[0] = Value();
  frame_[0] = Value();
  EXPECT_EQ(v.ToLiteral(), "'Ada'");
}

TEST_F(ItemTest, ReferencesGoToTheSlot) {
  EvalContext ctx;
  ctx.frame = &frame_;
  Value scratch;
  EXPECT_EQ(&Evaluate(*ExpressionText("t", {"t"}).Parse(), ctx, &scratch), &frame_[0]);
  const ExprPtr literal = ExpressionText("'x'").Parse();
  EXPECT_EQ(&Evaluate(*literal, ctx, &scratch), &literal->As<Expr::Literal>()->value);
}

// ---- CAST (rules 20, 21) -------------------------------------------------------------------------------

TEST(Cast, ToInteger) {
  Expect("CAST('+01' AS INT)", "1");
  Expect("CAST('-0x0A' AS INT)", "-10");
  Expect("CAST('0b10' AS INT)", "2");
  Expect("CAST(0.5 AS INT)", "0");
  Expect("CAST(1.5 AS INT)", "2");
  Expect("CAST(2.5e0 AS INT)", "2");
  Expect("CAST(true AS INT)", "1");
  for (const char* bad : {"'00xA'", "'2e10'", "''", "'1 '", "'0x'", "[1]", "{}", "DATE '2021-01-01'"}) {
    ExpectMismatch(std::string("CAST(") + bad + " AS INT)");
  }
  ExpectFailure("CAST(2e100 AS INT)");
  ExpectFailure("CAST('92233720368547758070' AS INT)");
  ExpectFailure("CAST(128 AS TINYINT)");
  Expect("CAST(-128 AS TINYINT)", "-128");
}

TEST(Cast, ToOtherNumbersAndBooleans) {
  Expect("CAST('1.50' AS DECIMAL)", "1.50");
  Expect("CAST(1.005 AS DECIMAL(3, 2))", "1.00");
  Expect("CAST(1 AS DECIMAL(5, 2))", "1.00");
  ExpectMismatch("CAST(1234 AS DECIMAL(5, 2))");
  ExpectMismatch("CAST('abc' AS DECIMAL)");
  Expect("CAST('1.5' AS FLOAT) = 1.5", "true");
  Expect("CAST('-1e400' AS DOUBLE) < -1e308", "true");
  Expect("CAST(0.1 AS REAL) = 0.1", "false");
  Expect("CAST('TRUE' AS BOOL)", "true");
  Expect("CAST(0.0 AS BOOL)", "false");
  ExpectMismatch("CAST('yes' AS BOOL)");
}

TEST(Cast, ToText) {
  Expect("CAST(1.50 AS STRING)", "'1.50'");
  Expect("CAST(true AS VARCHAR)", "'true'");
  Expect("CAST('abcé' AS VARCHAR(2))", "'ab'");
  Expect("CAST('é' AS CHAR(3))", "'é  '");
  Expect("CAST(DATE '2021-08-22' AS STRING)", "'2021-08-22'");
  ExpectMismatch("CAST([1] AS STRING)");
}

TEST(Cast, Temporal) {
  Expect("CAST(DATE '2021-08-22' AS TIMESTAMP) = TIMESTAMP '2021-08-22 00:00:00'", "true");
  Expect("CAST(TIMESTAMP '2021-08-22 01:02:03' AS DATE)", "DATE '2021-08-22'");
  Expect("CAST(TIMESTAMP '2021-08-22 01:02:03' AS TIME) = TIME '01:02:03'", "true");
  Expect("CAST('2021-08-22' AS DATE)", "DATE '2021-08-22'");
  ExpectMismatch("CAST('2021-02-30' AS DATE)");
  ExpectMismatch("CAST(DATE '2021-08-22' AS TIME)");
  Expect("CAST(INTERVAL '13' MONTH AS INTERVAL YEAR TO MONTH) = INTERVAL '1-1' YEAR TO MONTH", "true");
  ExpectMismatch("CAST(INTERVAL '13' MONTH AS INTERVAL DAY)");
}

TEST(Cast, CollectionsAbsentAndBadTargets) {
  Expect("CAST(<<1>> AS LIST)", "[1]");
  Expect("CAST([1] AS BAG) = <<1>>", "true");
  Expect("CAST(NULL AS INT)", "NULL");
  Expect("CAST(MISSING AS INT)", "MISSING");
  ExpectFailure("CAST(NULL AS MISSING)");
  ExpectFailure("CAST(MISSING AS NULL)");
  ExpectFailure("CAST(1 AS FOO)");
  Expect("CAN_CAST('1' AS INT) AND NOT CAN_CAST('a' AS INT) AND NOT CAN_CAST(2e100 AS INT)", "true");
}

// ---- Parameters, errors, printing -------------------------------------------------------------------------

TEST(Evaluate, Parameters) {
  const ExprPtr e = ExpressionText("? + ?").Parse();
  EvalContext ctx;
  const std::vector<Value> two = {Value::Int(1), Value::Int(2)};
  ctx.parameters = &two;
  EXPECT_EQ(EvaluateValue(*e, ctx).ToLiteral(), "3");
  ctx.parameters = nullptr;
  EXPECT_TRUE(EvaluateValue(*e, ctx).is_missing());
  EXPECT_EQ(ctx.error.code(), StatusCode::kValidation);
}

TEST(Evaluate, BadLiteralsFailWhenEvaluated) {
  ExpectFailure("DATE '2021-02-30'");
  Expect("CASE WHEN true THEN 1 ELSE DATE '2021-02-30' END", "1");
}

TEST(Evaluate, TheFirstErrorIsKept) {
  const ExprPtr e = ExpressionText("[1 < 'a', 1 / 0]").Parse();
  EvalContext ctx;
  ctx.typing = Typing::kStrict;
  (void)EvaluateValue(*e, ctx);
  EXPECT_EQ(ctx.error.code(), StatusCode::kTypeMismatch);
}

TEST(Expr, PrintsWithFewParentheses) {
  const auto print = [](std::string_view text) { return ToString(*ExpressionText(text, {"x", "odd name"}).Parse()); };
  for (const char* same : {"x.a.b[0] = 'it''s'",
                           "x.a + 1 * 2 < 5 AND NOT x.b OR x.c",
                           "(x.a + 1) * 2",
                           "x.a - (1 - 2)",
                           "NOT (x.a OR x.b)",
                           "x.\"odd name\" IS NOT MISSING",
                           "x.a NOT IN (1, 2)",
                           "x.a BETWEEN 1 AND 2",
                           "x.a LIKE 'a%' ESCAPE '!'",
                           "CASE x.a WHEN 1 THEN 'a' ELSE 'b' END",
                           "CAST(x.a AS DECIMAL(5, 2))",
                           "UPPER(x.a) || 'b'",
                           "{'a': [1, <<2>>]}",
                           "x[x.a]",
                           "(x.a = 1) = true",
                           "x.a IS INT",
                           "-x.a",
                           "?1",
                           "\"odd name\".a",
                           "(x.a + 1).b",
                           "x.a OVERLAPS x.b"}) {
    const std::string text = same;
    EXPECT_EQ(print(text == "?1" ? "?" : text), text);
  }
}

TEST(Expr, Structure) {
  const auto parse = [](std::string_view text) { return ExpressionText(text, {"x", "y"}).Parse(); };
  EXPECT_TRUE(SameExpr(*parse("x.a + 1 < ABS(y)"), *parse("x.a + 1 < ABS(y)")));
  for (const char* other : {"x.a + 2 < ABS(y)", "x.a + 1.0 < ABS(y)", "x.b + 1 < ABS(y)", "x.a + 1 <= ABS(y)",
                            "x.a - 1 < ABS(y)", "x.a + 1 < ABS(x)", "x.a + 1 < SIGN(y)"}) {
    EXPECT_FALSE(SameExpr(*parse("x.a + 1 < ABS(y)"), *parse(other))) << other;
  }
  EXPECT_EQ(SlotsRead(*parse("y.a + x.b * y.c")), (std::vector<int>{0, 1}));
  EXPECT_TRUE(IsConstant(*parse("1 + ABS(-2)")));
  EXPECT_FALSE(IsConstant(*parse("CURRENT_DATE()")));
  EXPECT_TRUE(IsFixedPerExecution(*parse("CURRENT_DATE() > ?")));
  EXPECT_FALSE(IsConstant(*parse("? + 1")));
  EXPECT_FALSE(IsFixedPerExecution(*parse("x.a")));
  const ExprPtr e = parse("x.a + 1");
  EXPECT_EQ(MapChildren(e, [](const ExprPtr& c) { return c; }), e);
  const ExprPtr five = parse("5");
  const ExprPtr mapped = MapChildren(e, [&](const ExprPtr& c) { return c->As<Expr::Path>() ? five : c; });
  EXPECT_EQ(ToString(*mapped), "5 + 1");
  EXPECT_EQ(ToString(*e), "x.a + 1");
}

}  // namespace
}  // namespace parton

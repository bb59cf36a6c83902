// DynamoDB's expressions: syntax, its errors, and what is checked without a table.
#include "parser/dynamo_expression.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "planner/dynamo/expression_binder.h"
#include "planner/dynamo/expression_check.h"

namespace parton {
namespace {

using Kind = ExpressionKind;

std::string SyntaxOf(Kind kind, const std::string& text) {
  Result<dynamo::Expression> parsed = ParseDynamoExpression(kind, text);
  return parsed.ok() ? "ok" : parsed.status().message();
}

// What is wrong with it, without the prefix; "ok".
std::string Check(Kind kind, const std::string& text, const Expressions& given = {}) {
  Result<dynamo::Expression> parsed = ParseDynamoExpression(kind, text);
  Placeholders placeholders(given);
  const Status s = parsed.ok() ? CheckDynamoExpression(*parsed, &placeholders) : parsed.status();
  if (s.ok()) return "ok";
  const std::string prefix = "Invalid " + std::string(ExpressionName(kind)) + ": ";
  return s.message().starts_with(prefix) ? s.message().substr(prefix.size()) : s.message();
}

// As bound, printed.
std::string Bound(Kind kind, const std::string& text, const Expressions& given = {}) {
  Result<dynamo::Expression> parsed = ParseDynamoExpression(kind, text);
  if (!parsed.ok()) return parsed.status().message();
  Placeholders placeholders(given);
  if (const Status s = CheckDynamoExpression(*parsed, &placeholders); !s.ok()) return s.message();
  Result<BoundExpression> bound = BindDynamoExpression(*parsed, &placeholders);
  if (!bound.ok()) return bound.status().message();
  return bound->condition == nullptr ? "" : ToString(*bound->condition);
}

Expressions Values() {
  Expressions e;
  e.names = Expressions::Names{{"#n", "odd name"}, {"#s", "status"}};
  e.values = Expressions::Values{{":s", "text"},
                                 {":n", 5},
                                 {":big", 9},
                                 {":b", Value::Blob("x")},
                                 {":t", true},
                                 {":null", nullptr},
                                 {":l", Value::List({1})},
                                 {":m", Value::Struct({{"a", 1}})},
                                 {":ss", Value::Set({"a", "b"}).value()},
                                 {":type", "S"}};
  return e;
}

TEST(DynamoExpressionTest, SyntaxErrors) {
  const std::string c = "Invalid ConditionExpression: ", u = "Invalid UpdateExpression: ",
                    p = "Invalid ProjectionExpression: ";
  EXPECT_EQ(SyntaxOf(Kind::kCondition, ""), c + "The expression can not be empty;");
  EXPECT_EQ(SyntaxOf(Kind::kKeyCondition, " \n"), "Invalid KeyConditionExpression: The expression can not be empty;");
  EXPECT_EQ(SyntaxOf(Kind::kProjection, "!!! INVALID !!!"), p + "Syntax error; token: \"!\", near: \"!!\"");
  EXPECT_EQ(SyntaxOf(Kind::kUpdate, "INVALID SYNTAX HERE"),
            u + "Syntax error; token: \"INVALID\", near: \"INVALID SYNTAX\"");
  EXPECT_EQ(SyntaxOf(Kind::kCondition, "a = :v AND"), c + "Syntax error; token: \"<EOF>\", near: \"AND\"");
  EXPECT_EQ(SyntaxOf(Kind::kCondition, "a == :v"), c + "Syntax error; token: \"=\", near: \"== :v\"");
  EXPECT_EQ(SyntaxOf(Kind::kCondition, "a AND b = :v"), c + "Syntax error; token: \"AND\", near: \"a AND b\"");
  EXPECT_EQ(SyntaxOf(Kind::kFilter, "(a)"), "Invalid FilterExpression: Syntax error; token: \"<EOF>\", near: \")\"");
  EXPECT_EQ(SyntaxOf(Kind::kCondition, "(a = :v"), c + "Syntax error; token: \"<EOF>\", near: \":v\"");
  EXPECT_EQ(SyntaxOf(Kind::kCondition, "a = :v)"), c + "Syntax error; token: \")\", near: \":v)\"");
  EXPECT_EQ(SyntaxOf(Kind::kCondition, "a = 'x'"), c + "Syntax error; token: \"'\", near: \"= 'x\"");
  EXPECT_EQ(SyntaxOf(Kind::kCondition, "a = 5"), c + "Syntax error; token: \"5\", near: \"= 5\"");
  EXPECT_EQ(SyntaxOf(Kind::kUpdate, "SET a = :v,"), u + "Syntax error; token: \"<EOF>\", near: \",\"");
  EXPECT_EQ(SyntaxOf(Kind::kUpdate, "SET"), u + "Syntax error; token: \"<EOF>\", near: \"SET\"");
  EXPECT_EQ(SyntaxOf(Kind::kUpdate, "SET a = b + c + d"), u + "Syntax error; token: \"+\", near: \"c + d\"");
  EXPECT_EQ(SyntaxOf(Kind::kUpdate, "ADD a b"), u + "Syntax error; token: \"b\", near: \"a b\"");
  EXPECT_EQ(SyntaxOf(Kind::kProjection, "a, b[x]"), p + "Syntax error; token: \"x\", near: \"[x]\"");
  EXPECT_EQ(SyntaxOf(Kind::kProjection, "a b"), p + "Syntax error; token: \"b\", near: \"a b\"");
}

TEST(DynamoExpressionTest, PositionOfAnError) {
  const Status s = ParseDynamoExpression(Kind::kCondition, "a = :v\n AND ?").status();
  EXPECT_EQ(s.span().line, 2u);
  EXPECT_EQ(s.span().column, 6u);
  EXPECT_EQ(s.span().offset, 12u);
}

TEST(DynamoExpressionTest, Limits) {
  EXPECT_EQ(Check(Kind::kCondition, "attribute_exists(" + std::string(4080, 'a') + ")"),
            "Expression size has exceeded the maximum allowed size; expression size: 4098");
  std::string nots = "attribute_exists(a)";
  for (int i = 0; i < 300; ++i) nots = "NOT " + nots;
  EXPECT_EQ(Check(Kind::kCondition, nots), "ok");
  EXPECT_EQ(Check(Kind::kCondition, "NOT " + nots), "The expression contains too many operators; operator count: 301");
  std::string deep = "attribute_exists(a)";
  for (int i = 0; i < 130; ++i) deep = "(NOT (b = :n OR " + deep + "))";
  EXPECT_EQ(SyntaxOf(Kind::kCondition, deep), "ok");
  EXPECT_EQ(Check(Kind::kCondition, std::string(900, '(') + "a = :n" + std::string(900, ')'), Values()),
            "The expression has redundant parentheses;");
  EXPECT_NE(SyntaxOf(Kind::kCondition, std::string(4000, '(')), "ok");
  std::string path = "a";
  for (int i = 0; i < 31; ++i) path += ".a";
  EXPECT_EQ(Check(Kind::kProjection, path), "ok");
  EXPECT_EQ(Check(Kind::kProjection, path + "[0]"),
            "The document path has too many nesting levels; nesting levels: 33");
}

TEST(DynamoExpressionTest, PlaceholdersAndWords) {
  EXPECT_EQ(Check(Kind::kCondition, "size = :n", Values()),
            "Attribute name is a reserved keyword; reserved keyword: size");
  EXPECT_EQ(Check(Kind::kProjection, "a.Status"), "Attribute name is a reserved keyword; reserved keyword: Status");
  EXPECT_EQ(Check(Kind::kCondition, "#x = :n", Values()),
            "An expression attribute name used in the document path is not defined; attribute name: #x");
  EXPECT_EQ(Check(Kind::kUpdate, "SET a = :x", Values()),
            "An expression attribute value used in expression is not defined; attribute value: :x");
  Expressions given = Values();
  Placeholders placeholders(given);
  EXPECT_NE(placeholders.FindName("#n"), nullptr);
  EXPECT_EQ(placeholders.CheckAllUsed().message(),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#s}");
}

TEST(DynamoExpressionTest, FunctionsAndOperands) {
  const Expressions v = Values();
  const auto check = [&](const std::string& text) { return Check(Kind::kCondition, text, v); };
  const std::string type = "Incorrect operand type for operator or function; operator or function: ";
  EXPECT_EQ(check("SIZE(a) = :n"), "Invalid function name; function: SIZE");
  EXPECT_EQ(check("size(a)"), "The function is not allowed to be used this way in an expression; function: size");
  EXPECT_EQ(check("attribute_exists(a) = :t"),
            "The function is not allowed to be used this way in an expression; function: attribute_exists");
  EXPECT_EQ(check("begins_with(a)"),
            "Incorrect number of operands for operator or function; operator or function: begins_with, number of "
            "operands: 1");
  EXPECT_EQ(check("attribute_exists(:s)"),
            "Operator or function requires a document path; operator or function: attribute_exists");
  EXPECT_EQ(check("begins_with(a, :n)"), type + "begins_with, operand type: N");
  EXPECT_EQ(check("a < :t"), type + "<, operand type: BOOL");
  EXPECT_EQ(check("a BETWEEN :m AND :n"), type + "BETWEEN, operand type: M");
  EXPECT_EQ(check("size(:n) = :n"), type + "size, operand type: N");
  EXPECT_EQ(check("attribute_type(a, :s)"),
            "Invalid attribute type name found; type: text, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
  EXPECT_EQ(check("a BETWEEN :big AND :n"),
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
            "operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:5}");
  EXPECT_EQ(check("a = a"),
            "The first operand must be distinct from the remaining operands for this operator or function; operator: "
            "=, first operand: [a]");
  EXPECT_EQ(check("((a = :n))"), "The expression has redundant parentheses;");
  for (const char* good :
       {"a = :n", "(a) = (:n)", "NOT (a = :n AND #n[2].b <> :s)", "a IN (:n, :s, b)", "size(:ss) >= size(b)",
        "attribute_type(a, :type) and contains(a, :null) or not begins_with(:s, a)", "a between :n and :big",
        ":n = :big", "a.b[0][1].#s = :m"}) {
    EXPECT_EQ(check(good), "ok") << good;
  }
}

TEST(DynamoExpressionTest, FirstErrorIsByKind) {
  const Expressions v = Values();
  EXPECT_EQ(Check(Kind::kCondition, "size = :none AND begins_with(a) AND foo(a)", v),
            "Invalid function name; function: foo");
  EXPECT_EQ(Check(Kind::kCondition, "begins_with(a) AND a = :none AND size = :n", v),
            "Attribute name is a reserved keyword; reserved keyword: size");
  EXPECT_EQ(Check(Kind::kCondition, "begins_with(a, :n) AND contains(b) AND a = :none", v),
            "An expression attribute value used in expression is not defined; attribute value: :none");
}

TEST(DynamoExpressionTest, Updates) {
  const Expressions v = Values();
  const auto check = [&](const std::string& text) { return Check(Kind::kUpdate, text, v); };
  EXPECT_EQ(check("SET a = :n SET b = :n"), "The \"SET\" section can only be used once in an update expression;");
  EXPECT_EQ(
      check("SET a = :n REMOVE a.b"),
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path "
      "two: [a, b]");
  EXPECT_EQ(check("SET a.b = :n, a[0] = :n"),
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], "
            "path two: [a, [0]]");
  EXPECT_EQ(check("SET a = :s + b"),
            "Incorrect operand type for operator or function; operator or function: +, operand type: S");
  EXPECT_EQ(check("SET a = list_append(a, :n)"),
            "Incorrect operand type for operator or function; operator or function: list_append, operand type: N");
  EXPECT_EQ(check("ADD a :s"), "Incorrect operand type for operator or function; operator: ADD, operand type: STRING");
  EXPECT_EQ(check("DELETE a :n"),
            "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER");
  EXPECT_EQ(check("SET a = size(b)"), "The function is not allowed in an update expression; function: size");
  EXPECT_EQ(check("set a = if_not_exists(a, :n) + :n, b = (c) remove d[0], d[1] add e :ss delete f :ss"), "ok");
}

TEST(DynamoExpressionTest, KeyConditions) {
  const Expressions v = Values();
  const auto bound = [&](const std::string& text) { return Bound(Kind::kKeyCondition, text, v); };
  EXPECT_EQ(bound("p = :s AND :n < #n"), "");
  EXPECT_EQ(bound("p = :s OR q = :n"), "Invalid operator used in KeyConditionExpression: OR");
  EXPECT_EQ(bound("p = :s AND NOT q = :n"), "Invalid operator used in KeyConditionExpression: NOT");
  EXPECT_EQ(bound("p <> :s"), "Invalid operator used in KeyConditionExpression: <>");
  EXPECT_EQ(bound("p IN (:s)"), "Invalid operator used in KeyConditionExpression: IN");
  EXPECT_EQ(bound("contains(p, :s)"), "Invalid operator used in KeyConditionExpression: contains");
  EXPECT_EQ(bound("p = :s AND p = :s"), "KeyConditionExpressions must only contain one condition per key");
  EXPECT_EQ(bound("p = :s AND q = r"),
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
  EXPECT_EQ(bound("a.b = :s"), "KeyConditionExpressions cannot have conditions on nested attributes");
  EXPECT_EQ(bound("size(p) = :n"), "KeyConditionExpressions cannot contain nested operations");
}

}  // namespace
}  // namespace parton

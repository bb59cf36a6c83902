// What Value::ToLiteral prints must parse to the same typed value, and print the same again.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "parser/parser.h"
#include "parton/temporal.h"
#include "parton/value.h"
#include "types/value/value_compare.h"

namespace parton {
namespace {

// The value of a tree of literals and constructors; anything else fails the test.
Value Fold(const ast::Expr& e) {
  auto all = [](const std::vector<ast::ExprPtr>& exprs) {
    std::vector<Value> out;
    for (const ast::ExprPtr& x : exprs) out.push_back(Fold(*x));
    return out;
  };
  if (const auto* literal = e.As<ast::Literal>()) {
    EXPECT_TRUE(literal->error.ok()) << literal->error.ToString();
    return literal->value;
  }
  if (const auto* list = e.As<ast::Array>()) return Value::List(all(list->elements));
  if (const auto* bag = e.As<ast::Bag>()) return Value::Bag(all(bag->elements));
  if (const auto* sexp = e.As<ast::Sexp>()) return Value::Sexp(all(sexp->elements));
  if (const auto* tuple = e.As<ast::Tuple>()) {
    std::vector<Field> fields;
    for (const auto& [name, value] : tuple->pairs) {
      fields.push_back(Field{std::string(Fold(*name).bytes()), Fold(*value)});
    }
    return Value::Struct(std::move(fields));
  }
  if (const auto* unary = e.As<ast::Unary>()) {
    Value v = Fold(*unary->operand);
    EXPECT_TRUE(v.is_numeric());
    if (v.type() == Type::kFloat) return Value::Float(-v.float_value());
    return v.is_int() ? Value::Int(v.number().Neg()) : Value::Decimal(v.number().Neg());
  }
  ADD_FAILURE() << "not a literal";
  return Value();
}

Value ReadBack(const std::string& text) {
  Result<ast::Statement> statement = ParseStatement(text);
  if (!statement.ok()) {
    ADD_FAILURE() << text << ": " << statement.status().ToString();
    return Value();
  }
  const auto* query = std::get_if<ast::QueryStatement>(&statement->node);
  const ast::ExprPtr* body = query == nullptr ? nullptr : std::get_if<ast::ExprPtr>(&query->query->body);
  if (body == nullptr) {
    ADD_FAILURE() << text << ": not an expression";
    return Value();
  }
  return Fold(**body);
}

bool SameType(const Value& a, const Value& b) {
  Type type = a.is_set() ? Type::kBag : a.type();
  if (type != b.type()) return false;
  if (a.is_struct()) {
    for (size_t i = 0; i < a.fields().size(); ++i) {
      if (!SameType(a.fields()[i].value, b.fields()[i].value)) return false;
    }
  }
  for (size_t i = 0; i < a.elements().size(); ++i) {
    if (!SameType(a.elements()[i], b.elements()[i])) return false;
  }
  return true;
}

void ExpectRoundTrip(const Value& v) {
  std::string text = v.ToLiteral();
  Value back = ReadBack(text);
  EXPECT_EQ(back.ToLiteral(), text);
  EXPECT_EQ(back, v) << text;
  EXPECT_EQ(back.Count(), v.Count()) << text;
  if (back.Count() == v.Count()) {
    EXPECT_TRUE(SameType(v, back)) << text;
  }
}

Number N(const char* text) { return Number::ParseRounding(text).value(); }

TEST(LiteralRoundTrip, Scalars) {
  std::vector<Value> values = {nullptr,
                               true,
                               false,
                               0,
                               -1,
                               std::numeric_limits<int64_t>::max(),
                               std::numeric_limits<int64_t>::min(),
                               Value::Int(N("99999999999999999999999999999999999999")),
                               Value::Int(N("1E100")),
                               Value::Int(N("-1E125")),
                               "",
                               "it's \"quoted\" `tick` \\ \n\t",
                               "\xE6\xBC\xA2\xF0\x9F\x98\x80",
                               "-- no comment /* */",
                               Value::Symbol(""),
                               Value::Symbol("a b"),
                               Value::Symbol("it's `x` \\ \n\x01\xC3\xA9"),
                               Value::Blob(""),
                               Value::Blob(std::string_view("\0\xff\x80", 3)),
                               Value::Clob(""),
                               Value::Clob(std::string_view("\"}}`\\\n\0\xff\x7f", 10))};
  for (const char* d :
       {"0.0", "1.", "-1.50", "0.000", "1E2", "1E-130", "9.9E+125", "-1.5E+90",
        "0.00000000000000000000000000000000000000000000000001", "1.2345678901234567890123456789012345678"}) {
    values.push_back(Value::Decimal(N(d)));
  }
  for (double d : {0.0, -0.0, 1.0, -1.5, 0.1, 1e300, 5e-324, 1.7976931348623157e308, double{INFINITY},
                   -double{INFINITY}, double{NAN}}) {
    values.push_back(Value::Float(d));
  }
  for (const char* t : {"12:30:45", "12:30:45.123456789", "00:00:00.10+01:30", "01:02:03-00:30"}) {
    values.push_back(Value::Of(ParseTime(t).value()));
    values.push_back(Value::Of(ParseTimestamp(std::string("2021-08-22 ") + t).value()));
  }
  values.push_back(Value::Of(Date{1, 2, 3}));
  values.push_back(Value::Of(ParseIonTimestamp("2017-01T").value()));
  values.push_back(Value::Of(ParseInterval("-100 02:30", {DatePart::kDay, DatePart::kMinute, 3, 6}).value()));
  values.push_back(Value::Of(ParseInterval("1-2", {DatePart::kYear, DatePart::kMonth, 2, 6}).value()));
  for (const Value& v : values) {
    ExpectRoundTrip(v);
    ExpectRoundTrip(Value::List({v, Value::Struct({{"k", v}}), Value::Bag({v})}));
  }
}

TEST(LiteralRoundTrip, Missing) { EXPECT_TRUE(ReadBack(Value().ToLiteral()).is_missing()); }

TEST(LiteralRoundTrip, Collections) {
  ExpectRoundTrip(Value::List({}));
  ExpectRoundTrip(Value::Bag({}));
  ExpectRoundTrip(Value::Struct({}));
  ExpectRoundTrip(Value::Sexp({}));
  ExpectRoundTrip(Value::Sexp({1}));
  ExpectRoundTrip(Value::Sexp({Value::Symbol("+"), Value::Sexp({1, "x"}), Value::Bag({})}));
  ExpectRoundTrip(Value::List({Value::List({Value::List({})})}));
  ExpectRoundTrip(Value::Struct({{"a", 1}, {"a", 2}, {"", 3}, {"it's", Value::Struct({})}}));
  ExpectRoundTrip(Value::Set({3, 1, Value::Decimal(N("2.5"))}).value());
  ExpectRoundTrip(Value::Set({"b", "a"}).value());
  ExpectRoundTrip(Value::Set({Value::Blob("b"), Value::Blob("")}).value());
  ExpectRoundTrip(Value::List({1, Value::Missing(), nullptr}));
}

TEST(LiteralRoundTrip, RandomNumbers) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 300; ++i) {
    auto coefficient =
        static_cast<int128_t>(static_cast<int64_t>(random())) * static_cast<int64_t>(random() % 1000000000);
    ExpectRoundTrip(Value::Decimal(Number::FromParts(coefficient, static_cast<int32_t>(random() % 120) - 90)));
    uint64_t bits = random();
    double d;
    static_assert(sizeof(d) == sizeof(bits));
    std::memcpy(&d, &bits, sizeof(d));
    if (std::isfinite(d)) ExpectRoundTrip(Value::Float(d));
  }
}

}  // namespace
}  // namespace parton

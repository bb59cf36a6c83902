#include "parton/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "parton/temporal.h"
#include "types/item/item_codec.h"
#include "types/value/value_compare.h"
#include "types/value/value_print.h"

namespace parton {
namespace {

Number N(const char* text) { return Number::ParseRounding(text).value(); }

TEST(Value, InlineNumbersKeepTypeAndScale) {
  EXPECT_TRUE(Value::Int(N("12")).is_small_int());
  EXPECT_FALSE(Value::Int(N("12345678901234567890")).is_small_int());
  EXPECT_EQ(Value::Int(N("12345678901234567890")).ToLiteral(), "12345678901234567890");
  EXPECT_EQ(Value::Decimal(N("-1.50")).ToLiteral(), "-1.50");
  EXPECT_EQ(Value::FromStored(N("5")).type(), Type::kInt);
  EXPECT_EQ(Value::FromStored(N("5.5")).type(), Type::kDecimal);
  Value wide = Value::Decimal(N("1.2345678901234567890123456789012345678"));
  EXPECT_EQ(wide.ToLiteral(), "1.2345678901234567890123456789012345678");
}

TEST(Value, OwnCopiesWhatIsBorrowed) {
  std::string text = "some text of a row";
  Value v = Value::Borrowed(Type::kString, text);
  EXPECT_TRUE(v.borrowed());
  Value owned = v.Own();
  text.assign(text.size(), 'x');
  EXPECT_FALSE(owned.borrowed());
  EXPECT_EQ(owned.bytes(), "some text of a row");

  std::string element = "element";
  Value list = Value::List({Value::Borrowed(Type::kString, element)});
  element.assign(element.size(), 'x');
  EXPECT_EQ(list.elements()[0].bytes(), "element");
}

TEST(Value, AssignmentFromInsideItself) {
  Value list = Value::List({Value("inner")});
  list = list.elements()[0];
  EXPECT_EQ(list.bytes(), "inner");
}

TEST(Value, LazyItemBehavesAsStruct) {
  NameTable names;
  Value item = Value::Struct({{"b", 1}, {"a", "x"}});
  std::string bytes;
  EncodeItem(item, &names, &bytes);
  Value lazy = ItemValue(bytes, &names);
  EXPECT_TRUE(lazy.is_struct());
  EXPECT_FALSE(lazy.materialized());
  EXPECT_EQ(lazy.Count(), 2u);
  EXPECT_EQ(lazy.Get("a"), Value("x"));
  EXPECT_TRUE(lazy.Get("c").is_missing());
  EXPECT_EQ(lazy, item);
  EXPECT_EQ(HashValue(lazy), HashValue(item));
  EXPECT_EQ(lazy.Materialize().fields().size(), 2u);
  EXPECT_EQ(Value::List({lazy}).ToLiteral(), "[{'b': 1, 'a': 'x'}]");

  // A cursor's item: not owned until Own().
  auto* heap = new internal::HeapItem;
  heap->bytes = bytes;
  heap->names = &names;
  Value row = FromEncodedItem(heap);
  EXPECT_TRUE(row.borrowed());
  Value kept = row.Own();
  EXPECT_FALSE(kept.borrowed());
  EXPECT_EQ(kept, item);
}

TEST(Value, StructDropsMissing) {
  Value v = Value::Struct({{"a", Value::Missing()}, {"b", Value::Null()}});
  EXPECT_EQ(v.ToLiteral(), "{'b': NULL}");
}

TEST(Value, Sets) {
  Value set = Value::Set({Value("b"), Value("a")}).value();
  EXPECT_EQ(set.type(), Type::kStringSet);
  EXPECT_EQ(set.ToLiteral(), "<<'a', 'b'>>");
  EXPECT_EQ(Value::Set({Value(2), Value::Decimal(N("1.0"))}).value().ToLiteral(), "<<1, 2>>");
  EXPECT_FALSE(Value::Set({}).ok());
  EXPECT_FALSE(Value::Set({Value(1), Value("a")}).ok());
  EXPECT_FALSE(Value::Set({Value::Null()}).ok());
  EXPECT_EQ(Value::Set({Value("a"), Value("a")}).status().message(),
            "One or more parameter values were invalid: Input collection [a, a] contains "
            "duplicates.");
  Status numbers = Value::Set({Value(1), Value::Decimal(N("1.0"))}).status();
  EXPECT_NE(numbers.message().find("Input collection contains duplicates"), std::string::npos);
}

TEST(ValuePrint, Literals) {
  auto literal = [](const Value& v) { return v.ToLiteral(); };
  EXPECT_EQ(literal(Value::Missing()), "MISSING");
  EXPECT_EQ(literal(nullptr), "NULL");
  EXPECT_EQ(literal(true), "true");
  EXPECT_EQ(literal(-5), "-5");
  EXPECT_EQ(literal(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(literal("it's"), "'it''s'");
  EXPECT_EQ(literal(Value::Decimal(N("1.0"))), "1.0");
  EXPECT_EQ(literal(Value::Decimal(N("1"))), "1.");
  EXPECT_EQ(literal(Value::Decimal(N("1.5E+90"))), "`1.5d90`");
  EXPECT_EQ(literal(Value::Decimal(N("1.5E-90"))), "`1.5d-90`");
  EXPECT_EQ(literal(Value::Float(1)), "1e0");
  EXPECT_EQ(literal(Value::Float(-1.5e-7)), "-1.5e-7");
  EXPECT_EQ(literal(Value::Float(1e300)), "1e300");
  EXPECT_EQ(literal(Value::Float(-0.0)), "-0e0");
  EXPECT_EQ(literal(Value::Float(std::nan(""))), "`nan`");
  EXPECT_EQ(literal(Value::Float(-INFINITY)), "`-inf`");
  EXPECT_EQ(literal(Value::Blob(std::string_view("\0", 1))), "b64'AA=='");
  EXPECT_EQ(literal(Value::Symbol("a'b")), "`'a\\'b'`");
  EXPECT_EQ(literal(Value::Clob("a\n\xff")), "`{{\"a\\n\\xff\"}}`");
  EXPECT_EQ(literal(Value::Of(Date{2021, 8, 22})), "DATE '2021-08-22'");
  EXPECT_EQ(literal(Value::List({1, Value::List({}), Value::Bag({"a"})})), "[1, [], <<'a'>>]");
  EXPECT_EQ(literal(Value::Sexp({1, 2})), "SEXP(1, 2)");
  EXPECT_EQ(literal(Value::Struct({{"it's", 1}, {"b", Value::Struct({})}})), "{'it''s': 1, 'b': {}}");
}

TEST(ValuePrint, Json) {
  Value v = Value::Struct({{"a\"\n\x01", 1},
                           {"b", Value::Bag({Value::Missing(), Value::Decimal(N("1.50"))})},
                           {"c", Value::Blob("\x01")},
                           {"d", Value::Float(1e100)},
                           {"e", "\xff"}});
  EXPECT_EQ(v.ToJson(),
            "{\"a\\\"\\n\\u0001\":1,\"b\":[null,1.50],\"c\":\"AQ==\",\"d\":1e+100,"
            "\"e\":\"\xEF\xBF\xBD\"}");
}

TEST(ValuePrint, DynamoJson) {
  Value v = Value::Struct({{"s", "x"},
                           {"n", Value::Decimal(N("1.50"))},
                           {"set", Value::Bag({2, 1})},
                           {"l", Value::List({true, nullptr, Value::Blob("\x01")})}});
  EXPECT_EQ(v.ToDynamoJson().value(),
            "{\"M\":{\"s\":{\"S\":\"x\"},\"n\":{\"N\":\"1.5\"},\"set\":{\"NS\":[\"1\",\"2\"]},"
            "\"l\":{\"L\":[{\"BOOL\":true},{\"NULL\":true},{\"B\":\"AQ==\"}]}}}");
  EXPECT_EQ(ItemToDynamoJson(Value::Struct({{"a", 1}})).value(), "{\"a\":{\"N\":\"1\"}}");
  EXPECT_FALSE(Value::Of(Date{}).ToDynamoJson().ok());
}

TEST(ValueCompare, NumbersAcrossTypes) {
  EXPECT_EQ(Value(1), Value::Decimal(N("1.0")));
  EXPECT_EQ(Value(1), Value::Float(1));
  EXPECT_EQ(Value::Decimal(N("0.1")), Value::Float(0.1));
  EXPECT_EQ(HashValue(Value::Decimal(N("0.1"))), HashValue(Value::Float(0.1)));
  EXPECT_EQ(HashValue(Value(1)), HashValue(Value::Decimal(N("1.00"))));
  EXPECT_EQ(HashValue(Value::Float(1e23)), HashValue(Value::Int(N("1E23"))));
  EXPECT_EQ(Value::Float(1e23), Value::Int(N("1E23")));
  EXPECT_EQ(Value::Float(-0.0), Value(0));
  EXPECT_EQ(HashValue(Value::Float(-0.0)), HashValue(Value(0)));
  EXPECT_EQ(Value::Float(NAN), Value::Float(NAN));
  EXPECT_LT(CompareNumeric(Value::Float(NAN), Value::Float(-INFINITY)), 0);
  EXPECT_LT(CompareNumeric(Value::Float(-INFINITY), Value(0)), 0);
  EXPECT_GT(CompareNumeric(Value::Float(INFINITY), Value::Int(N("1E300"))), 0);
  // 2^53 + 1 is no double.
  EXPECT_LT(CompareNumeric(Value::Float(9007199254740992.0), Value(int64_t{9007199254740993})), 0);
  EXPECT_NE(Value("1"), Value(1));
}

TEST(ValueCompare, Collections) {
  EXPECT_EQ(Value::Bag({1, 2, 2}), Value::Bag({2, 1, 2}));
  EXPECT_NE(Value::Bag({1, 2, 2}), Value::Bag({1, 1, 2}));
  EXPECT_NE(Value::List({1, 2}), Value::List({2, 1}));
  EXPECT_NE(Value::List({1}), Value::Bag({1}));
  EXPECT_EQ(Value::Bag({2, 1}), Value::Set({1, 2}).value());
  EXPECT_EQ(HashValue(Value::Bag({2, 1})), HashValue(Value::Set({1, 2}).value()));
  EXPECT_EQ(Value::List({nullptr}), Value::List({Value::Missing()}));
  Value a = Value::Struct({{"x", 1}, {"y", Value::Bag({1, 2})}});
  Value b = Value::Struct({{"y", Value::Bag({2, 1})}, {"x", Value::Decimal(N("1.0"))}});
  EXPECT_EQ(a, b);
  EXPECT_EQ(HashValue(a), HashValue(b));
  EXPECT_EQ(Value::Struct({{"a", 1}, {"a", 2}}), Value::Struct({{"a", 2}, {"a", 1}}));
  EXPECT_NE(Value::Struct({{"a", 1}, {"a", 1}}), Value::Struct({{"a", 1}, {"a", 2}}));
  EXPECT_NE(Value::Struct({{"c", nullptr}}), Value::Struct({}));
  EXPECT_EQ(Value::Symbol("a"), Value("a"));
  EXPECT_EQ(Value::Of(Date{2020, 1, 2}), Value::Of(Timestamp::FromDate(Date{2020, 1, 2})));
}

TEST(ValueCompare, TotalOrder) {
  std::vector<Value> ascending = {false,
                                  true,
                                  Value::Float(NAN),
                                  Value::Float(-INFINITY),
                                  -1,
                                  Value::Decimal(N("0.5")),
                                  1,
                                  Value::Float(1.5),
                                  Value::Float(INFINITY),
                                  Value::Of(Date{2020, 1, 1}),
                                  Value::Of(Date{2021, 1, 1}),
                                  Value::Of(Time{}),
                                  Value::Of(Timestamp::FromDate(Date{})),
                                  "",
                                  "a",
                                  "ab",
                                  "b",
                                  "\xEF\xBF\xBF",
                                  "\xF0\x9F\x98\x80",
                                  Value::Blob(""),
                                  Value::Blob("a"),
                                  Value::List({}),
                                  Value::List({1}),
                                  Value::List({1, 0}),
                                  Value::List({2}),
                                  Value::Struct({}),
                                  Value::Struct({{"b", 0}, {"a", 1}}),
                                  Value::Struct({{"a", 2}}),
                                  Value::Bag({}),
                                  Value::Bag({9, 1}),
                                  Value::Bag({2}),
                                  nullptr};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      int expected = i < j ? -1 : i > j;
      int actual = TotalOrder(ascending[i], ascending[j]);
      EXPECT_EQ(actual < 0 ? -1 : actual > 0, expected)
          << ascending[i].ToLiteral() << " and " << ascending[j].ToLiteral();
    }
  }
  EXPECT_EQ(TotalOrder(nullptr, Value::Missing()), 0);
}

TEST(ValueCompare, ScalarsOfOneFamilyOnly) {
  EXPECT_EQ(CompareScalars(1, Value::Float(1)), 0);
  EXPECT_EQ(CompareScalars(1, "a"), std::nullopt);
  EXPECT_EQ(CompareScalars(Value::List({}), Value::List({})), std::nullopt);
  EXPECT_LT(*CompareScalars("a", Value::Symbol("b")), 0);
  EXPECT_LT(*CompareScalars(Value::Of(Date{2020, 1, 1}), Value::Of(Timestamp::FromDate(Date{2021, 1, 1}))), 0);
}

}  // namespace
}  // namespace parton

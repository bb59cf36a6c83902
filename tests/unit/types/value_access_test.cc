// Reading a Value as what it is not: an error from the checked accessors, an end with a message from the others.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "parton/temporal.h"
#include "parton/value.h"
#include "types/item/item_codec.h"
#include "types/item/name_table.h"

namespace parton {
namespace {

Value Dec(const char* text) { return Value::Decimal(Number::ParseStrict(text).value()); }
Value Big(const char* text) { return Value::Int(Number::ParseStrict(text).value()); }

TEST(ValueAccess, Int64IsExact) {
  EXPECT_EQ(Value(5).AsInt64().value(), 5);
  EXPECT_EQ(Dec("5.00").AsInt64().value(), 5);
  EXPECT_EQ(Value(5.0).AsInt64().value(), 5);
  EXPECT_EQ(Value(-0x1p63).AsInt64().value(), std::numeric_limits<int64_t>::min());
  for (const Value& v : {Dec("1.5"), Value(1.5), Value(0x1p63), Value(std::nan("")), Value(INFINITY), Value(-INFINITY),
                         Big("12345678901234567890123"), Value("5"), Value(true), Value(), Value(nullptr),
                         Value::List({1}), Value::Struct({{"a", 1}})}) {
    const Result<int64_t> i = v.AsInt64();
    EXPECT_FALSE(i.ok()) << v.ToLiteral();
    EXPECT_EQ(i.status().code(), StatusCode::kTypeMismatch);
    EXPECT_NE(i.status().message().find(TypeName(v.type())), std::string::npos) << i.status().message();
  }
  EXPECT_EQ(Dec("1.5").AsInt64().status().message(), "1.5, of type DECIMAL, is not an integer of 64 bits");
  EXPECT_EQ(Value().AsInt64().status().message(), "MISSING is not an integer of 64 bits");
}

TEST(ValueAccess, Uint64IsExact) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(Value(kMost).AsUint64().value(), kMost);
  EXPECT_EQ(Value(kMost - 1).AsUint64().value(), kMost - 1);
  EXPECT_EQ(Value(uint64_t{1} << 63).AsUint64().value(), uint64_t{1} << 63);
  EXPECT_EQ(Value(0x1p63).AsUint64().value(), uint64_t{1} << 63);
  EXPECT_FALSE(Value(0x1p64).AsUint64().ok());
  EXPECT_FALSE(Value(-1).AsUint64().ok());
  EXPECT_FALSE(Value(-1.0).AsUint64().ok());
  EXPECT_FALSE(Dec("0.5").AsUint64().ok());
  EXPECT_FALSE(Big("18446744073709551616").AsUint64().ok());
  EXPECT_FALSE(Value(kMost).AsInt64().ok());
}

TEST(ValueAccess, OtherTypes) {
  EXPECT_EQ(Value(true).AsBool().value(), true);
  EXPECT_FALSE(Value(1).AsBool().ok());
  EXPECT_EQ(Dec("1.5").AsDouble().value(), 1.5);
  EXPECT_EQ(Big("12345678901234567890123").AsDouble().value(), 12345678901234567890123.0);
  EXPECT_TRUE(std::isinf(Value(INFINITY).AsDouble().value()));
  EXPECT_FALSE(Value::Decimal(Number::ParseRounding("1e400").value()).AsDouble().ok());
  EXPECT_FALSE(Value("1.5").AsDouble().ok());
  EXPECT_EQ(Value(0.1).AsNumber().value(), Number::ParseStrict("0.1").value());
  EXPECT_FALSE(Value(std::nan("")).AsNumber().ok());
  EXPECT_EQ(Value("x").AsString().value(), "x");
  EXPECT_EQ(Value::Symbol("x").AsString().value(), "x");
  EXPECT_FALSE(Value::Blob("x").AsString().ok());
  EXPECT_EQ(Value::Blob(std::string_view("\0x", 2)).AsBytes().value(), std::string("\0x", 2));
  EXPECT_FALSE(Value("x").AsBytes().ok());
  EXPECT_EQ(Value::Of(ParseDate("2026-02-03").value()).AsDate().value(), ParseDate("2026-02-03").value());
  EXPECT_FALSE(Value("2026-02-03").AsDate().ok());
  EXPECT_FALSE(Value(5).AsTime().ok());
  EXPECT_FALSE(Value(5).AsTimestamp().ok());
  EXPECT_FALSE(Value(5).AsInterval().ok());
  EXPECT_EQ(Value::Bag({1, 2}).AsList().value().size(), 2u);
  EXPECT_FALSE(Value(5).AsList().ok());
  EXPECT_FALSE(Value::List({1}).AsStruct().ok());
}

TEST(ValueAccess, FieldsOfAnItemNeedNoMaterializing) {
  NameTable names;
  Value item;
  {
    std::string bytes;
    EncodeItem(Value::Struct({{"a", 1}, {"b", "x"}}), &names, &bytes);
    item = ItemValue(bytes, &names);
  }
  ASSERT_FALSE(item.materialized());
  const auto fields = item.AsStruct();
  ASSERT_TRUE(fields.ok());
  ASSERT_EQ(fields->size(), 2u);
  EXPECT_DEATH((void)item.fields(), "Materialize");
}

TEST(ValueAccess, LongValuesAreCutInErrors) {
  const Result<int64_t> i = Value(std::string(1000, 'x') + "\xC3\xA9").AsInt64();
  EXPECT_LT(i.status().message().size(), 150u);
  std::string accents;
  for (int k = 0; k < 100; ++k) accents += "\xC3\xA9";
  for (const char* before : {"", "x"}) {
    const std::string message = Value(before + accents).AsInt64().status().message();
    EXPECT_NE(message.find("\xC3\xA9..."), std::string::npos) << message;
  }
}

TEST(ValueAccess, UncheckedOnesEndWithTheType) {
  EXPECT_DEATH((void)Dec("1.5").int_value(), "int_value of a value of type DECIMAL");
  EXPECT_DEATH((void)Value(1.5).int_value(), "int_value of a value of type FLOAT");
  EXPECT_DEATH((void)Big("12345678901234567890123").int_value(), "int_value of a value of type INT");
  EXPECT_DEATH((void)Value(5).bytes(), "bytes of a value of type INT");
  EXPECT_DEATH((void)Value().bytes(), "bytes of a value of type MISSING");
  EXPECT_DEATH((void)Value("x").bool_value(), "bool_value of a value of type STRING");
  EXPECT_DEATH((void)Value(5).float_value(), "float_value of a value of type INT");
  EXPECT_DEATH((void)Value("5").number(), "number of a value of type STRING");
  EXPECT_DEATH((void)Value("5").ToDouble(), "number of a value of type STRING");
  EXPECT_DEATH((void)Value(5).date(), "date of a value of type INT");
  EXPECT_DEATH((void)Value(5).time(), "time of a value of type INT");
  EXPECT_DEATH((void)Value(5).timestamp(), "timestamp of a value of type INT");
  EXPECT_DEATH((void)Value(5).interval(), "interval of a value of type INT");
  EXPECT_DEATH((void)Value::Int(Number::ParseStrict("1.5").value()), "Value::Int");
  EXPECT_DEATH((void)Value::Bytes(Type::kInt, "x"), "Value::Bytes of a value of type INT");
  EXPECT_DEATH((void)Value::Borrowed(Type::kList, "x"), "Value::Borrowed of a value of type LIST");
  EXPECT_DEATH((void)Number::ParseStrict("1.5").value().ToInt64(), "check failed");
}

TEST(ValueAccess, ImpossibleDatesEnd) {
  EXPECT_DEATH((void)Value::Of(Date{2026, 13, 1}), "month");
  EXPECT_DEATH((void)Value::Of(Time{-1, {}, 0}), "nanos");
  EXPECT_DEATH((void)Value::Of(Timestamp{Date{2026, 0, 1}, Time{}}), "month");
}

TEST(ValueAccess, ResultsOfErrorsEndWithTheError) {
  EXPECT_DEATH((void)Value("x").AsInt64().value(), "'x', of type STRING, is not an integer of 64 bits");
  EXPECT_DEATH((void)*Result<int>(Status::NotFound("no such thing")), "no such thing");
  const Result<int> of_ok{Status()};
  EXPECT_FALSE(of_ok.ok());
  EXPECT_EQ(of_ok.status().code(), StatusCode::kInternal);
}

template <typename T>
void ExpectInt(T t, const char* text) {
  const Value v = t;
  EXPECT_EQ(v.type(), Type::kInt);
  EXPECT_EQ(v.ToLiteral(), text);
  EXPECT_EQ(Value::Int(t).ToLiteral(), text);
}

TEST(ValueAccess, EveryArithmeticTypeBinds) {
  ExpectInt<signed char>(-1, "-1");
  ExpectInt<unsigned char>(255, "255");
  ExpectInt<short>(-1, "-1");
  ExpectInt<unsigned short>(65535, "65535");
  ExpectInt<int>(-1, "-1");
  ExpectInt<unsigned>(4294967295u, "4294967295");
  ExpectInt<long>(-1, "-1");
  ExpectInt<unsigned long>(std::numeric_limits<unsigned long>::max(), "18446744073709551615");
  ExpectInt<long long>(std::numeric_limits<long long>::min(), "-9223372036854775808");
  ExpectInt<unsigned long long>(std::numeric_limits<unsigned long long>::max(), "18446744073709551615");
  ExpectInt<size_t>(3, "3");
  EXPECT_EQ(Value(1.5f).float_value(), 1.5);
  EXPECT_EQ(Value(1.5).float_value(), 1.5);
  EXPECT_EQ(Value(1.5L).float_value(), 1.5);
  EXPECT_TRUE(Value(true).is_bool());
  EXPECT_EQ(Value(Number(7)).type(), Type::kInt);
  EXPECT_TRUE(Value(static_cast<const char*>(nullptr)).is_null());
  EXPECT_TRUE(Value(nullptr).is_null());
  // Is it a text or a number? The program has to say.
  static_assert(!std::is_constructible_v<Value, char>);
  static_assert(!std::is_constructible_v<Value, char32_t>);
  static_assert(!std::is_constructible_v<Value, void*>);
  const std::vector<Value> mixed = {1, 2u, 3L, 4ULL, 2.5, 2.5f, "x", std::string("y"), true, nullptr};
  EXPECT_EQ(mixed.size(), 10u);
}

TEST(ValueAccess, FieldsAndElementsByPlaceAndType) {
  const Value row = Value::Struct({{"title", "Late Tram"},
                                   {"plays", 300},
                                   {"price", Dec("12.50")},
                                   {"none", nullptr},
                                   {"live", true},
                                   {"raw", Value::Blob("ab")},
                                   {"on", Value::Of(Date{2026, 1, 2})},
                                   {"tags", Value::List({"live", "slow"})}});
  EXPECT_EQ(row["title"], Value("Late Tram"));
  EXPECT_EQ(row["tags"][1], Value("slow"));
  EXPECT_TRUE(row["tags"][2].is_missing());
  EXPECT_TRUE(row["tags"][-1].is_missing());
  EXPECT_TRUE(row["nowhere"]["deeper"][0].is_missing());
  EXPECT_EQ(row.Get<std::string>("title").value(), "Late Tram");
  EXPECT_EQ(row.Get<std::string>("raw").value(), "ab");
  EXPECT_EQ(row.Get<int64_t>("plays").value(), 300);
  EXPECT_EQ(row.Get<unsigned short>("plays").value(), 300);
  EXPECT_EQ(row.Get<float>("price").value(), 12.5f);
  EXPECT_EQ(row.Get<Number>("price").value(), Number::ParseStrict("12.5").value());
  EXPECT_TRUE(row.Get<bool>("live").value());
  EXPECT_EQ(row.Get<Date>("on").value().day, 2);
  EXPECT_EQ(row.Get<std::vector<std::string>>("tags").value().size(), 2u);
  EXPECT_EQ(row.Get<std::optional<int>>("plays").value(), 300);
  EXPECT_EQ(row.Get<std::optional<int>>("none").value(), std::nullopt);
  EXPECT_EQ(row.Get<std::optional<int>>("nowhere").value(), std::nullopt);
  EXPECT_TRUE(row.Get<Value>("nowhere").value().is_missing());
}

TEST(ValueAccess, TypedErrorsNameTheAttribute) {
  const Value row = Value::Struct({{"plays", 300}, {"tags", Value::List({"live", 1})}});
  const auto text = [](const auto& result) { return result.status().message(); };
  EXPECT_EQ(text(row.Get<int8_t>("plays")), "attribute plays: 300, of type INT, is not an integer of 8 bits");
  EXPECT_EQ(text(row.Get<uint8_t>("plays")), "attribute plays: 300, of type INT, is not an unsigned integer of 8 bits");
  EXPECT_EQ(text(row.Get<int>("nowhere")), "attribute nowhere: MISSING is not an integer of 64 bits");
  EXPECT_EQ(text(row.Get<std::string>("plays")), "attribute plays: 300, of type INT, is not a STRING");
  EXPECT_FALSE(row.Get<std::vector<std::string>>("tags").ok());
  EXPECT_FALSE(row.Get<std::optional<bool>>("plays").ok());
  EXPECT_FALSE(Value(5).As<std::vector<int>>().ok());
}

}  // namespace
}  // namespace parton

#include "types/item/flat_item.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/types/long_way.h"
#include "types/item/item_codec.h"
#include "types/item/item_rules.h"

namespace parton {
namespace {

std::string Flat(const Value& item, const NameTable& names) {
  std::string bytes = "before";
  const bool done = EncodeFlatItem(item, names, &bytes);
  EXPECT_EQ(bytes.substr(0, 6), "before");
  EXPECT_EQ(bytes.size() > 6, done);
  return bytes.substr(6);
}

Value RandomValue(std::mt19937& random) {
  switch (random() % 7) {
    case 0: return Value::Null();
    case 1: return Value::Bool(random() % 2 == 0);
    case 2: return Value::Int(static_cast<int64_t>(random()) << (random() % 33));
    case 3: return Value::Int(-static_cast<int64_t>(random()) << (random() % 31));
    case 4: return Value::Blob(std::string(random() % 200, static_cast<char>(random() % 256)));
    case 5: return Value::String("gr\xc3\xbc\xc3\x9f" + std::string(random() % 20, 'x'));
    default: return Value::String(std::string(random() % 300, 'a'));
  }
}

TEST(FlatItem, IsWhatTheLongWayGives) {
  NameTable names;
  for (int i = 0; i < 200; ++i) names.FindOrAdd("n" + std::to_string(i));
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Field> fields;
    const uint32_t first = random() % 100, step = 1 + random() % 3, count = random() % 30;
    for (uint32_t i = 0; i < count; ++i) {
      fields.push_back({"n" + std::to_string(first + i * step), RandomValue(random)});
    }
    if (random() % 2 == 0) std::shuffle(fields.begin(), fields.end(), random);
    const Value item = Value::Struct(std::move(fields));
    ASSERT_EQ(Flat(item, names), TheLongWay(item, &names)) << item.ToLiteral();
  }
}

TEST(FlatItem, LeavesTheRestToTheLongWay) {
  NameTable names;
  names.FindOrAdd("a");
  names.FindOrAdd("b");
  EXPECT_NE(Flat(Value::Struct({{"a", 1}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"new", 1}}), names), "");
  EXPECT_EQ(names.size(), 2u);
  EXPECT_EQ(Flat(Value::Struct({{"a", 1}, {"b", 1}, {"a", 2}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"a", Value::List({1})}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"a", Value::Float(1)}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"a", Value::Decimal(Number::ParseRounding("1.5").value())}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"a", Value::Symbol("s")}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"a", "bad \xff"}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"a", "7 bytes\xff"}}), names), "");
  EXPECT_EQ(Flat(Value::Struct({{"a", std::string(500000, 'x')}}), names), "");
  EXPECT_EQ(Flat(Value::List({}), names), "");
}

}  // namespace
}  // namespace parton

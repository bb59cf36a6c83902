#include "types/item/item_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/types/long_way.h"
#include "types/item/item_codec.h"
#include "types/item/item_rules.h"
#include "types/json/json_fast.h"

namespace parton {
namespace {

std::string FromJson(std::string_view text, ItemBuilder* builder) {
  Value item;
  if (!ParseUsualItem(text, builder, &item)) return "";
  return std::string(EncodedItem(item)->bytes);
}

Value RandomValue(std::mt19937& random, int depth) {
  switch (random() % (depth == 0 ? 5 : 8)) {
    case 0: return Value::Null();
    case 1: return Value::Bool(random() % 2 == 0);
    case 2: return Value::Int(static_cast<int64_t>(random()) - (int64_t{1} << 31));
    case 3: return Value::String("gr\xc3\xbc\xc3\x9f\n\"" + std::string(random() % 20, 'x'));
    case 4: return Value::Decimal(*Number::ParseRounding(std::to_string(random() % 100000) + ".5" + "00"));
    case 5: return Value::List({RandomValue(random, depth - 1), RandomValue(random, depth - 1)});
    case 6: return Value::List({});
    default: return Value::Struct({{"z", RandomValue(random, depth - 1)}, {"a", RandomValue(random, depth - 1)}});
  }
}

TEST(ItemBuilder, MakesOfJsonWhatTheLongWayMakes) {
  NameTable names;
  for (int i = 0; i < 40; ++i) names.FindOrAdd("n" + std::to_string(i));
  ItemBuilder builder(&names);
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Field> fields;
    for (int i = 0; i < 40; ++i) {
      if (random() % 3 == 0) fields.push_back({"n" + std::to_string(i), RandomValue(random, 3)});
    }
    if (random() % 2 == 0) std::shuffle(fields.begin(), fields.end(), random);
    const Value item = Value::Struct(std::move(fields));
    const std::string bytes = FromJson(item.ToJson(), &builder);
    ASSERT_FALSE(bytes.empty()) << item.ToJson();
    ASSERT_EQ(bytes, TheLongWay(item, &names)) << item.ToJson();
    ASSERT_TRUE(VerifyItem(bytes, names).ok());
  }
}

TEST(ItemBuilder, LeavesTheRestToTheLongWay) {
  NameTable names;
  names.FindOrAdd("a");
  names.FindOrAdd("b");
  ItemBuilder builder(&names);
  EXPECT_NE(FromJson(R"( {"b": 1, "a": [2, {"x": null}]} )", &builder), "");
  for (std::string_view text : {R"({"c": 1})",                                         // a new name
                                R"({"a": 1, "a": 2})", R"({"b": 1, "a": 1, "b": 2})",  // a name twice
                                R"({"a": 1} x)", R"({"a": 1)", R"({"a" 1})", R"({"a": })", R"([1])", "", "{", "7"}) {
    EXPECT_EQ(FromJson(text, &builder), "") << text;
  }
  EXPECT_NE(FromJson(R"({"a": 1})", &builder), "") << "what was begun before is forgotten";
}

TEST(ItemBuilder, LeavesLargeItemsToTheLongWay) {
  NameTable names;
  names.FindOrAdd("a");
  ItemBuilder builder(&names);
  EXPECT_NE(FromJson("{\"a\": \"" + std::string(kMaxItemBytes / 3, 'x') + "\"}", &builder), "");
  EXPECT_EQ(FromJson("{\"a\": \"" + std::string(kMaxItemBytes, 'x') + "\"}", &builder), "");
  // Empty lists in a list: the worst case of DynamoDB's size against the encoded one.
  std::string lists = "[[]";
  for (size_t i = 1; i < kMaxItemBytes / 4; ++i) lists += ",[]";
  for (size_t n : {size_t{1000}, lists.size()}) {
    Value item;
    const bool made = ParseUsualItem("{\"a\": " + lists.substr(0, n / 3 * 3) + "]}", &builder, &item);
    EXPECT_EQ(made, n == 1000);
    EXPECT_TRUE(!made || ItemSize(item) <= kMaxItemBytes);
  }
}

}  // namespace
}  // namespace parton

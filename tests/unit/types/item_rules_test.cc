#include "types/item/item_rules.h"

#include <gtest/gtest.h>

#include <cmath>

#include "parton/temporal.h"

namespace parton {
namespace {

constexpr char kInvalid[] = "One or more parameter values were invalid: ";

Number N(const char* text) { return Number::ParseRounding(text).value(); }
Value Dec(const char* text) { return Value::Decimal(N(text)); }

std::string ErrorOf(const Value& v, std::string_view path = "a") { return ToStorable(v, path).status().message(); }

Value Nested(int containers) {
  Value v = 1;
  for (int i = 0; i < containers; ++i) v = i % 2 ? Value::Struct({{"x", v}}) : Value::List({v});
  return v;
}

TEST(ItemRules, ToStorable) {
  EXPECT_EQ(ToStorable(Value::Symbol("s"), "a")->type(), Type::kString);
  EXPECT_EQ(ToStorable(Value::Float(0.1), "a")->ToLiteral(), "0.1");
  EXPECT_EQ(ToStorable(Value::Float(3), "a")->ToLiteral(), "3");
  EXPECT_EQ(ToStorable(Dec("1.50"), "a")->ToLiteral(), "1.5");
  EXPECT_EQ(ToStorable(Dec("2.00"), "a")->type(), Type::kInt);
  EXPECT_EQ(ToStorable(Value::Bag({2, 1}), "a")->type(), Type::kNumberSet);
  EXPECT_EQ(ToStorable(Value::Bag({"a"}), "a")->type(), Type::kStringSet);
  EXPECT_EQ(ToStorable(Value::Bag({Value::Blob("a")}), "a")->type(), Type::kBinarySet);
  EXPECT_EQ(ToStorable(Value::List({}), "a")->ToLiteral(), "[]");
}

TEST(ItemRules, WhatHasNoDynamoType) {
  EXPECT_EQ(ErrorOf(Value::Of(Date{}), "born"), "A table cannot store a value of type DATE (attribute born)");
  EXPECT_EQ(ErrorOf(Value::Struct({{"b", Value::List({1, Value::Missing()})}}), "a"),
            "A table cannot store MISSING (attribute a.b[1])");
  EXPECT_EQ(ErrorOf(Value::Sexp({1})), "A table cannot store a value of type SEXP (attribute a)");
  EXPECT_EQ(ErrorOf(Value::Float(NAN)), "A table cannot store the FLOAT nan (attribute a)");
  EXPECT_NE(ErrorOf(Value("\xff")).find("not UTF-8"), std::string::npos);
  EXPECT_FALSE(ToStorable(Value::Bag({}), "a").ok());
  EXPECT_FALSE(ToStorable(Value::Bag({1, "a"}), "a").ok());
  EXPECT_FALSE(ToStorable(Value::Bag({1, Dec("1.0")}), "a").ok());
  EXPECT_FALSE(ToStorable(Value::Bag({true}), "a").ok());
}

TEST(ItemRules, NumberRange) {
  EXPECT_TRUE(ToStorable(Dec("9.9999999999999999999999999999999999999E+125"), "a").ok());
  EXPECT_TRUE(ToStorable(Dec("1E-130"), "a").ok());
  EXPECT_NE(ErrorOf(Dec("1E126")).find("Number overflow"), std::string::npos);
  EXPECT_NE(ErrorOf(Dec("1E-131")).find("Number underflow"), std::string::npos);
  EXPECT_NE(ErrorOf(Value::Float(1e300)).find("Number overflow"), std::string::npos);
}

TEST(ItemRules, Nesting) {
  EXPECT_TRUE(ToStorable(Nested(31), "a").ok());
  EXPECT_EQ(ErrorOf(Nested(32)),
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
            "levels beyond supported limit");
  EXPECT_TRUE(ToStorableItem(Value::Struct({{"a", Nested(31)}})).ok());
  EXPECT_FALSE(ToStorableItem(Value::Struct({{"a", Nested(32)}})).ok());
}

TEST(ItemRules, Items) {
  EXPECT_FALSE(ToStorableItem(Value(1)).ok());
  EXPECT_FALSE(ToStorableItem(Value::Struct({{"a", 1}, {"a", 2}})).ok());
  EXPECT_FALSE(ToStorableItem(Value::Struct({{"", 1}})).ok());
  EXPECT_FALSE(ToStorableItem(Value::Struct({{"m", Value::Struct({{"", 1}})}})).ok());
  EXPECT_EQ(ToStorableItem(Value::Struct({{"d", Value::Of(Date{})}})).status().message(),
            "A table cannot store a value of type DATE (attribute d)");
  EXPECT_TRUE(ToStorableItem(Value::Struct({})).ok());
}

TEST(ItemRules, Sizes) {
  EXPECT_EQ(ItemSize(Value::Struct({{"shirt-color", "R"}, {"shirt-size", "M"}})), 23u);
  EXPECT_EQ(StoredSize(true), 1u);
  EXPECT_EQ(StoredSize(nullptr), 1u);
  EXPECT_EQ(StoredSize(0), 1u);
  EXPECT_EQ(StoredSize(Value::Int(N("1E100"))), 2u);
  EXPECT_EQ(StoredSize("\xC3\xA9"), 2u);
  EXPECT_EQ(StoredSize(Value::List({})), 3u);
  EXPECT_EQ(StoredSize(Value::List({"ab", true})), 3u + 1 + 2 + 1 + 1);
  EXPECT_EQ(StoredSize(Value::Struct({{"key", "ab"}})), 3u + 3 + 1 + 2);
  EXPECT_EQ(StoredSize(Value::Set({"a", "bcd"}).value()), 4u);
}

TEST(ItemRules, SizeLimitIsInclusive) {
  auto item = [](size_t n) { return Value::Struct({{"a", std::string(n, 'x')}}); };
  EXPECT_TRUE(ToStorableItem(item(kMaxItemBytes - 1)).ok());
  EXPECT_EQ(ToStorableItem(item(kMaxItemBytes)).status().message(), "Item size has exceeded the maximum allowed size");
}

TEST(ItemRules, Keys) {
  KeySchema schema{{"p", KeyType::kString}, KeyAttribute{"s", KeyType::kNumber}};
  Result<Key> key = ExtractKey(schema, Value::Struct({{"p", "x"}, {"s", 1}}));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->hash, Value("x"));
  EXPECT_EQ(key->range, Value(1));
  auto error = [&](const Value& item) { return ExtractKey(schema, item).status().message(); };
  EXPECT_EQ(error(Value::Struct({{"p", "x"}})), std::string(kInvalid) + "Missing the key s in the item");
  EXPECT_EQ(error(Value::Struct({{"p", 1}, {"s", 1}})),
            std::string(kInvalid) + "Type mismatch for key p expected: S actual: N");
  EXPECT_EQ(error(Value::Struct({{"p", "x"}, {"s", nullptr}})),
            std::string(kInvalid) + "Type mismatch for key s expected: N actual: NULL");
  EXPECT_EQ(error(Value::Struct({{"p", ""}, {"s", 1}})),
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: p");
  EXPECT_EQ(error(Value::Struct({{"p", std::string(2049, 'x')}, {"s", 1}})),
            std::string(kInvalid) + "Size of hashkey has exceeded the maximum size limit of2048 bytes");
  EXPECT_TRUE(ExtractKey(schema, Value::Struct({{"p", std::string(2048, 'x')}, {"s", 1}})).ok());

  EXPECT_TRUE(ValidateKey(schema, {"x", 1}).ok());
  for (const Key& bad : {Key{"x", Value()}, Key{1, 1}, Key{"x", "y"}, Key{"x", Value::Float(1)}}) {
    EXPECT_EQ(ValidateKey(schema, bad).message(), "The provided key element does not match the schema");
  }
  EXPECT_EQ(ValidateKey(schema, {"", 1}).message(),
            std::string(kInvalid) +
                "The AttributeValue for a key attribute cannot contain an empty string value. Key: "
                "p");
}

TEST(ItemRules, IndexKeys) {
  TableSchema schema;
  schema.name = "table";
  schema.key.hash = {"p", KeyType::kString};
  IndexSchema index;
  index.name = "idx";
  index.key = {{"g", KeyType::kString}, KeyAttribute{"h", KeyType::kBinary}};
  schema.indexes.push_back(index);
  auto error = [&](std::vector<Field> fields) {
    return ValidateIndexKeys(schema, Value::Struct(std::move(fields))).message();
  };
  EXPECT_EQ(error({{"p", "x"}}), "");
  EXPECT_EQ(error({{"g", "x"}}), "");
  EXPECT_EQ(error({{"g", nullptr}}), std::string(kInvalid) +
                                         "Type mismatch for Index Key g Expected: S Actual: NULL "
                                         "IndexName: idx");
  EXPECT_NE(error({{"g", ""}}).find("IndexName: idx, IndexKey: g"), std::string::npos);
  EXPECT_EQ(error({{"h", Value::Blob(std::string(1025, 'x'))}}),
            std::string(kInvalid) + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
}

TableSchema Table() {
  TableSchema t;
  t.name = "orders";
  t.key = {{"id", KeyType::kNumber}, KeyAttribute{"at", KeyType::kString}};
  return t;
}

IndexSchema Index(std::string name, IndexKind kind, KeySchema key) {
  IndexSchema index;
  index.name = std::move(name);
  index.kind = kind;
  index.key = std::move(key);
  return index;
}

TEST(Schema, CreateStatement) {
  TableSchema t = Table();
  t.indexes.push_back(Index("by_customer", IndexKind::kGlobal, {{"customer", KeyType::kString}, {}}));
  t.indexes.back().projection = Projection::kInclude;
  t.indexes.back().include = {"total", "odd \"name\""};
  t.indexes.push_back(
      Index("by_size", IndexKind::kLocal, {{"id", KeyType::kNumber}, KeyAttribute{"size", KeyType::kNumber}}));
  t.indexes.back().projection = Projection::kKeysOnly;
  t.provisioned = Throughput{5, 6};
  t.stream = StreamView::kBothImages;
  t.ttl_attribute = "expires";
  t.deletion_protection = true;
  EXPECT_TRUE(ValidateTableSchema(t).ok());
  EXPECT_EQ(ToCreateStatement(t),
            "CREATE TABLE \"orders\" (\n"
            "  \"id\" NUMBER,\n"
            "  \"at\" STRING,\n"
            "  \"customer\" STRING,\n"
            "  \"size\" NUMBER,\n"
            "  PRIMARY KEY (\"id\", \"at\"),\n"
            "  GLOBAL INDEX \"by_customer\" (\"customer\") PROJECT INCLUDE (\"total\", \"odd "
            "\"\"name\"\"\"),\n"
            "  LOCAL INDEX \"by_size\" (\"id\", \"size\") PROJECT KEYS ONLY\n"
            ") WITH (billing = 'provisioned', read_capacity = 5, write_capacity = 6, stream = 'both "
            "images', ttl = 'expires', deletion_protection = 'true')");
}

TEST(Schema, Options) {
  TableSchema t = Table();
  EXPECT_TRUE(ApplyTableOption("READ_CAPACITY", 7, &t).ok());
  EXPECT_EQ(t.provisioned->read, 7);
  EXPECT_TRUE(ApplyTableOption("billing", "on demand", &t).ok());
  EXPECT_FALSE(t.provisioned.has_value());
  EXPECT_TRUE(ApplyTableOption("stream", "NEW_IMAGE", &t).ok());
  EXPECT_EQ(t.stream, StreamView::kNewImage);
  EXPECT_TRUE(ApplyTableOption("stream", "new and old images", &t).ok());
  EXPECT_EQ(t.stream, StreamView::kBothImages);
  EXPECT_TRUE(ApplyTableOption("stream", false, &t).ok());
  EXPECT_EQ(t.stream, StreamView::kOff);
  EXPECT_TRUE(ApplyTableOption("ttl", "Expires", &t).ok());
  EXPECT_EQ(t.ttl_attribute, "Expires");
  EXPECT_TRUE(ApplyTableOption("ttl", "off", &t).ok());
  EXPECT_EQ(t.ttl_attribute, "");
  EXPECT_FALSE(ApplyTableOption("ttl", 5, &t).ok());
  EXPECT_FALSE(ApplyTableOption("stream", "sideways", &t).ok());
  EXPECT_FALSE(ApplyTableOption("read_capacity", 0, &t).ok());
  EXPECT_FALSE(ApplyTableOption("nonsense", 1, &t).ok());
}

TEST(Schema, Validation) {
  auto error = [](TableSchema t, bool strict = false) { return ValidateTableSchema(t, strict).message(); };
  TableSchema t = Table();
  EXPECT_EQ(error(t), "");
  t.name = "ab";
  EXPECT_EQ(error(t), "");
  EXPECT_EQ(error(t, true),
            "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 3");
  t.name = "no blanks";
  EXPECT_NE(error(t).find("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"), std::string::npos);
  t = Table();
  t.key.range->name = "id";
  EXPECT_EQ(error(t), "Both the Hash Key and the Range Key element in the KeySchema have the same name");
  t = Table();
  t.key.range.reset();
  t.indexes.push_back(Index("loc", IndexKind::kLocal, {{"id", KeyType::kNumber}, KeyAttribute{"x", KeyType::kString}}));
  EXPECT_NE(error(t).find("Table KeySchema does not have a range key"), std::string::npos);
  t = Table();
  t.indexes.push_back(
      Index("loc", IndexKind::kLocal, {{"other", KeyType::kNumber}, KeyAttribute{"x", KeyType::kString}}));
  EXPECT_NE(error(t).find("does not have the same leading hash key as table KeySchema for index: "
                          "loc"),
            std::string::npos);
  t = Table();
  for (int i = 0; i < 21; ++i) {
    t.indexes.push_back(Index("idx" + std::to_string(i), IndexKind::kGlobal, {{"g", KeyType::kString}, {}}));
  }
  EXPECT_NE(error(t).find("GlobalSecondaryIndex count exceeds the per-table limit of 20"), std::string::npos);
  t.indexes.resize(2);
  EXPECT_EQ(error(t), "");
  t.indexes[1].name = "idx0";
  EXPECT_EQ(error(t), std::string(kInvalid) + "Duplicate index name: idx0");
  t.indexes[1].name = "idx1";
  t.indexes[1].key.hash.type = KeyType::kNumber;
  EXPECT_NE(error(t).find("more than one type"), std::string::npos);
  t.indexes[1].key.hash.type = KeyType::kString;
  t.indexes[1].projection = Projection::kInclude;
  EXPECT_NE(error(t).find("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"), std::string::npos);
  t.indexes.resize(1);
  t.provisioned = Throughput{0, 1};
  EXPECT_NE(error(t).find("must both be specified when BillingMode is PROVISIONED"), std::string::npos);
}

TEST(Schema, Covers) {
  TableSchema t = Table();
  IndexSchema index = Index("idx", IndexKind::kGlobal, {{"g", KeyType::kString}, {}});
  EXPECT_TRUE(index.Covers("anything", t.key));
  index.projection = Projection::kInclude;
  index.include = {"x"};
  for (const char* name : {"g", "id", "at", "x"}) EXPECT_TRUE(index.Covers(name, t.key)) << name;
  EXPECT_FALSE(index.Covers("y", t.key));
}

}  // namespace
}  // namespace parton

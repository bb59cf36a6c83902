#include "types/json/json_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "types/value/value_print.h"

namespace parton {
namespace {

// Gives out a few bytes at a time.
class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text, size_t step = 3) : text_(std::move(text)), step_(step) {}
  Result<size_t> Read(char* buffer, size_t n) override {
    n = std::min({n, step_, text_.size() - pos_});
    std::memcpy(buffer, text_.data() + pos_, n);
    pos_ += n;
    return n;
  }

 private:
  std::string text_;
  size_t step_, pos_ = 0;
};

std::string Literal(std::string_view json) {
  Result<Value> v = ParseJson(json);
  return v.ok() ? v->ToLiteral() : v.status().message();
}

std::string Dynamo(std::string_view json) {
  Result<Value> v = ParseDynamoJson(json);
  return v.ok() ? v->ToLiteral() : v.status().message();
}

TEST(JsonReader, Values) {
  EXPECT_EQ(Literal(R"({"a": [1, -2.50, 1e3, 1e-3, true, null, "x\u00e9\n"], "b": {}})"),
            "{'a': [1, -2.50, 1000, 0.001, true, NULL, 'x\xC3\xA9\n'], 'b': {}}");
  EXPECT_EQ(Literal("12345678901234567890123456789012345678"), "12345678901234567890123456789012345678");
  EXPECT_EQ(Literal("1.0"), "1.0");
  EXPECT_EQ(Literal("\"\\u0000\""), std::string("'\0'", 3));
}

TEST(JsonReader, Errors) {
  for (const char* bad :
       {"", "{", "[1,]", "{\"a\"}", "1 2", "nul", "\"a", "{\"a\":1,}", "\"\xff\"", "[1", "'a'", "01", "NaN"}) {
    EXPECT_FALSE(ParseJson(bad).ok()) << bad;
  }
  EXPECT_NE(Literal("123456789012345678901234567890123456789").find("38 significant digits"), std::string::npos);
  EXPECT_NE(Literal("1e999999999999").find("at byte"), std::string::npos);
  EXPECT_NE(Literal(std::string(100000, '[')).find("nested more than 256"), std::string::npos);
  EXPECT_TRUE(ParseJson(std::string(256, '[') + std::string(256, ']')).ok());
}

TEST(JsonReader, DynamoValues) {
  EXPECT_EQ(Dynamo(R"({"S": "x"})"), "'x'");
  EXPECT_EQ(Dynamo(R"({"N": "1.50"})"), "1.5");
  EXPECT_EQ(Dynamo(R"({"B": "AA=="})"), "b64'AA=='");
  EXPECT_EQ(Dynamo(R"({"SS": ["b", "a"]})"), "<<'a', 'b'>>");
  EXPECT_EQ(Dynamo(R"({"M": {"a": {"L": [{"NULL": true}, {"BOOL": false}]}}})"), "{'a': [NULL, false]}");
  EXPECT_EQ(Dynamo(R"({"Item": {"id": {"N": "1"}, "s": {"NS": ["2"]}}})"), "{'id': 1, 's': <<2>>}");
  EXPECT_EQ(Dynamo(R"({"id": {"N": "1"}})"), "{'id': 1}");
  EXPECT_EQ(Dynamo(R"({"Item": {"S": "x"}})"), "{'Item': 'x'}");
}

TEST(JsonReader, DynamoErrors) {
  EXPECT_EQ(Dynamo(R"({"NULL": false})"),
            "One or more parameter values were invalid: Null attribute value types must have the "
            "value of true");
  EXPECT_EQ(Dynamo(R"({"N": 1})"), "NUMBER_VALUE cannot be converted to String");
  EXPECT_NE(Dynamo(R"({"N": "abc"})").find("cannot be converted to a numeric value"), std::string::npos);
  EXPECT_NE(Dynamo(R"({"SS": []})").find("may not be empty"), std::string::npos);
  EXPECT_NE(Dynamo(R"({"NS": ["1", "1.0"]})").find("contains duplicates"), std::string::npos);
  EXPECT_NE(Dynamo(R"({"B": "*"})").find("base64"), std::string::npos);
  EXPECT_FALSE(ParseDynamoJson(R"({"a": {"S": "x", "N": "1"}})").ok());
  EXPECT_FALSE(ParseDynamoJson(R"({"a": {}})").ok());
  EXPECT_FALSE(ParseDynamoJson("[]").ok());
}

TEST(JsonReader, DynamoRoundTrip) {
  Value item = Value::Struct({{"id", 1},
                              {"d", Value::Decimal(Number::ParseStrict("1E-100").value())},
                              {"b", Value::Blob(std::string_view("\0\xff", 2))},
                              {"s", Value::Set({Value::Blob("x"), Value::Blob("")}).value()},
                              {"m", Value::Struct({{"l", Value::List({Value::Null(), "quote\"d"})}})}});
  EXPECT_EQ(ParseDynamoJson(ItemToDynamoJson(item).value()).value(), item);
  EXPECT_EQ(ParseDynamoJson(item.ToDynamoJson().value()).value(), item);
}

std::vector<std::string> Records(std::string text, size_t step = 3) {
  TextSource source(std::move(text), step);
  std::vector<std::string> out;
  JsonRecordReader reader(&source, JsonRecordReader::Format::kJson);
  for (;;) {
    Value v;
    Result<bool> more = reader.Next(&v);
    if (!more.ok()) out.push_back(more.status().message());
    if (!more.ok() || !*more) return out;
    out.push_back(std::to_string(reader.line()) + ":" + v.ToLiteral());
  }
}

using Lines = std::vector<std::string>;

TEST(JsonReader, Streams) {
  EXPECT_EQ(Records("{\"a\":1}\n{\"a\":2}\n\n3"), (Lines{"1:{'a': 1}", "2:{'a': 2}", "4:3"}));
  EXPECT_EQ(Records(" [ 1 ,\n{\"a\":[2]}, 12] \n"), (Lines{"1:1", "2:{'a': [2]}", "2:12"}));
  EXPECT_EQ(Records("[]"), Lines{});
  EXPECT_EQ(Records(""), Lines{});
  EXPECT_EQ(Records("\xEF\xBB\xBF{}"), Lines{"1:{}"});
  EXPECT_EQ(Records("1 2"), (Lines{"1:1", "1:2"}));
  EXPECT_EQ(Records("[1 2]"), (Lines{"1:1", "Line 1: Expected a comma or ] after an element"}));
  EXPECT_EQ(Records("[1,\n2"), (Lines{"1:1", "2:2", "Line 2: The array does not end"}));
  EXPECT_EQ(Records("{}\n{\"a\":}").size(), 2u);
  std::string big;
  for (int i = 0; i < 20000; ++i) big += "{\"n\": " + std::to_string(i) + "}\n";
  Lines all = Records(big, 1 << 20);
  ASSERT_EQ(all.size(), 20000u);
  EXPECT_EQ(all.back(), "20000:{'n': 19999}");
}

TEST(JsonReader, BadRecordsCanBeSkipped) {
  TextSource source("{\"id\":{\"N\":\"1\"}}\n{\"id\":{\"N\":\"x\"}}\n{\"Item\":{\"id\":{\"N\":\"3\"}}}");
  JsonRecordReader reader(&source, JsonRecordReader::Format::kDynamoItem);
  Value v;
  ASSERT_TRUE(reader.Next(&v).value());
  Result<bool> bad = reader.Next(&v);
  ASSERT_FALSE(bad.ok());
  EXPECT_TRUE(reader.recoverable());
  EXPECT_EQ(reader.line(), 2u);
  ASSERT_TRUE(reader.Next(&v).value());
  EXPECT_EQ(v.ToLiteral(), "{'id': 3}");
  EXPECT_FALSE(reader.Next(&v).value());
}

}  // namespace
}  // namespace parton

// Requests as JSON: what is read, skipped and refused; the model's constraints; attribute values.
#include <gtest/gtest.h>

#include <memory_resource>
#include <string>

#include "server/attribute_values.h"
#include "server/json_input.h"
#include "server/json_writer.h"
#include "server/validation.h"

namespace parton::server {
namespace {

const Operation& OperationNamed(std::string_view name) {
  const int at = FindOperation(name, false);
  EXPECT_GE(at, 0) << name;
  return AllOperations()[static_cast<size_t>(at)];
}

class Reading : public testing::Test {
 protected:
  // The SerializationException's message, the ValidationException's, or "ok".
  std::string Read(std::string_view operation, std::string body) {
    body_ = std::move(body);
    const std::optional<std::string> wrong = ReadInput(&body_, OperationNamed(operation).input, &arena_, &input_);
    if (wrong.has_value()) return "!" + *wrong;
    const Outcome checked = CheckModel(OperationNamed(operation), input_);
    return checked.ok() ? "ok" : checked.error().message;
  }
  // The item of a PutItem as JSON, or what is wrong with it.
  std::string Item(const std::string& item) {
    const std::string read = Read("PutItem", R"({"TableName":"table","Item":)" + item + "}");
    if (read != "ok") return read;
    const Result<Value> value = ToItem(input_["Item"]);
    if (!value.ok()) return value.status().message();
    std::string json;
    const Status written = value->AppendDynamoItem(&json);
    return written.ok() ? json : written.message();
  }

  std::string body_;
  std::pmr::monotonic_buffer_resource arena_;
  Input input_;
};

TEST_F(Reading, KeepsWhatTheModelKnows) {
  EXPECT_EQ(Read("Query", R"({"TableName":"table","Limit":7,"ConsistentRead":true,"Unknown":{"a":[1,{"b":[]}]},)"
                          R"("ExpressionAttributeNames":{"#a":"x","#a":"y"},"KeyConditionExpression":"\u0041\n"})"),
            "ok");
  EXPECT_EQ(input_["TableName"].text(), "table");
  EXPECT_EQ(input_["Limit"].integer(), 7);
  EXPECT_TRUE(input_["ConsistentRead"].flag());
  EXPECT_EQ(input_["KeyConditionExpression"].text(), "A\n");
  ASSERT_EQ(input_["ExpressionAttributeNames"].Count(), 1U);
  EXPECT_EQ(input_["ExpressionAttributeNames"].MapValue(0).text(), "y") << "the last of a name counts";
  EXPECT_FALSE(input_.Has("Unknown"));
  EXPECT_FALSE(input_.Has("IndexName"));
}

TEST_F(Reading, RefusesOtherTypes) {
  EXPECT_EQ(Read("GetItem", R"({"TableName":23})"), "!NUMBER_VALUE cannot be converted to String");
  EXPECT_EQ(Read("GetItem", R"({"TableName":true})"), "!TRUE_VALUE cannot be converted to String");
  EXPECT_EQ(Read("GetItem", R"({"TableName":2.5})"), "!DECIMAL_VALUE cannot be converted to String");
  EXPECT_EQ(Read("GetItem", R"({"TableName":["a"]})"), "!Unrecognized collection type class java.lang.String");
  EXPECT_EQ(Read("GetItem", R"({"TableName":{}})"), "!Start of structure or map found where not expected");
  EXPECT_EQ(Read("Scan", R"({"TableName":"abc","Limit":"5"})"), "!STRING_VALUE cannot be converted to Integer");
  EXPECT_EQ(Read("Scan", R"({"TableName":"abc","ConsistentRead":"x"})"), "!Unexpected token received from parser");
  EXPECT_EQ(Read("GetItem", R"({"TableName":"abc","Key":"x"})"), "!Unexpected field type");
  EXPECT_EQ(Read("GetItem", R"({"TableName":"abc","Key":{"a":"x"}})"), "!Unexpected value type in payload");
  EXPECT_EQ(Item(R"({"a":{"N":5}})"), "!NUMBER_VALUE cannot be converted to String");
  EXPECT_TRUE(Item(R"({"a":{"B":"abc"}})").starts_with("!Base64"));
  EXPECT_TRUE(Item(R"({"a":{"B":"ab\u0000="}})").starts_with("!"));
}

TEST_F(Reading, RefusesWhatIsNoJson) {
  for (const char* text :
       {"", "{", "[]", "null", "5", "\"x\"", "{\"TableName\":}", "{}x", "{\"a\":\"\xff\"}", "{'a':1}",
        R"({"TableName":"\ud800"})", R"({"TableName":"\ude00"})", R"({"\ude00":1})", R"({"Key":{"\ude00":{"S":"x"}}})"})
    EXPECT_EQ(Read("GetItem", text), "!") << text;
  EXPECT_EQ(Read("GetItem", std::string("{\0}", 3)), "!");
}

TEST_F(Reading, BoundsDepth) {
  EXPECT_TRUE(Read("GetItem", std::string(1'000'000, '[')).starts_with("!"));
  EXPECT_TRUE(Read("GetItem", "{\"Unknown\":" + std::string(1'000'000, '[')).starts_with("!"));
  std::string deep = R"({"S":"x"})";
  for (int i = 0; i < 31; ++i) deep = R"({"L":[)" + deep + "]}";
  EXPECT_EQ(Item("{\"a\":" + deep + "}"), "{\"a\":" + deep + "}");
  EXPECT_TRUE(Item(R"({"a":{"L":[)" + deep + "]}}").starts_with("Nesting Levels have exceeded"));
  for (int i = 0; i < 10'000; ++i) deep = R"({"M":{"m":)" + deep + "}}";
  EXPECT_TRUE(Item("{\"a\":" + deep + "}").starts_with("!"));
}

TEST_F(Reading, HoldsNothingOfUnknownMembers) {
  class Counting : public std::pmr::memory_resource {
   public:
    size_t bytes = 0;

   private:
    void* do_allocate(size_t size, size_t alignment) override {
      bytes += size;
      return std::pmr::new_delete_resource()->allocate(size, alignment);
    }
    void do_deallocate(void* p, size_t size, size_t alignment) override {
      std::pmr::new_delete_resource()->deallocate(p, size, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  };
  std::string body = "{\"Unknown\":[0";
  for (int i = 0; i < 1'000'000; ++i) body += ",0";
  body += "],\"TableName\":\"abc\"}";
  Counting counting;
  {
    std::pmr::monotonic_buffer_resource arena(&counting);
    EXPECT_EQ(ReadInput(&body, OperationNamed("GetItem").input, &arena, &input_), std::nullopt);
    EXPECT_EQ(input_["TableName"].text(), "abc");
  }
  EXPECT_LT(counting.bytes, 4096U);
}

TEST_F(Reading, ReadsAttributeValues) {
  const std::string all = R"({"s":{"S":"\"é"},"n":{"N":"-1.5"},"b":{"B":"AAEC"},"t":{"BOOL":true},"z":{"NULL":true},)"
                          R"("l":{"L":[{"S":""},{"M":{}}]},"m":{"M":{"k":{"N":"0"}}},"ss":{"SS":["a","b"]}})";
  EXPECT_EQ(Item(all), all);
  EXPECT_EQ(Item(R"({"a":{"N":"1"},"a":{"N":"2"}})"), R"({"a":{"N":"2"}})");
  EXPECT_EQ(Item(R"({"a":{"S":null,"N":"2","X":1}})"), R"({"a":{"N":"2"}})");
}

TEST_F(Reading, TellsWhatIsWrongWithAttributeValues) {
  const std::string invalid = "One or more parameter values were invalid: ";
  EXPECT_TRUE(Item(R"({"a":{}})").starts_with("Supplied AttributeValue is empty"));
  EXPECT_TRUE(Item(R"({"a":{"S":"x","N":"1"}})").starts_with("Supplied AttributeValue has more than one datatypes"));
  EXPECT_EQ(Item(R"({"a":{"SS":[]}})"), invalid + "An string set  may not be empty");
  EXPECT_EQ(Item(R"({"a":{"NS":[]}})"), invalid + "An number set  may not be empty");
  EXPECT_EQ(Item(R"({"a":{"BS":[]}})"), invalid + "Binary sets should not be empty");
  EXPECT_EQ(Item(R"({"a":{"SS":["a","a"]}})"), invalid + "Input collection [a, a] contains duplicates.");
  EXPECT_EQ(Item(R"({"a":{"NS":["1","1.0"]}})"), "Input collection contains duplicates");
  EXPECT_EQ(Item(R"({"a":{"NULL":false}})"), invalid + "Null attribute value types must have the value of true");
  EXPECT_EQ(Item(R"({"a":{"N":"x"}})"), "The parameter cannot be converted to a numeric value: x");
}

TEST_F(Reading, TellsConstraintsAsTheServiceDoes) {
  EXPECT_EQ(
      Read("PutItem", R"({"Item":{}})"),
      "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null");
  EXPECT_EQ(Read("PutItem", R"({"TableName":"a b","Item":{}})"),
            "1 validation error detected: Value 'a b' at 'tableName' failed to satisfy constraint: Member must satisfy "
            "regular expression pattern: [a-zA-Z0-9_.-]+");
  EXPECT_EQ(Read("Scan", R"({"TableName":"abc","Limit":0})"),
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1");
  EXPECT_EQ(
      Read("Query", R"({"TableName":"abc","Limit":0})"),
      "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater "
      "than or equal to 1");
  EXPECT_EQ(Read("TransactGetItems", R"({"TransactItems":[]})"),
            "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1");
  EXPECT_EQ(
      Read("BatchGetItem", R"({"RequestItems":{}})"),
      "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member must have length "
      "greater than or equal to 1");
  const std::string two =
      Read("PutItem", R"({"TableName":"abc","Item":{},"ReturnValues":"X","ReturnConsumedCapacity":"Y"})");
  EXPECT_TRUE(two.starts_with("2 validation errors detected: ")) << two;
  EXPECT_NE(two.find("'returnValues'"), std::string::npos) << two;
  EXPECT_NE(two.find("enum value set: [INDEXES, TOTAL, NONE]"), std::string::npos) << two;
}

TEST_F(Reading, TellsTenViolationsAtMost) {
  std::string keys;
  for (int i = 0; i < 50; ++i) keys += std::string(i > 0 ? "," : "") + R"({"Get":{"TableName":"?"}})";
  const std::string told = Read("TransactGetItems", R"({"TransactItems":[)" + keys + "]}");
  EXPECT_TRUE(told.starts_with("10 validation errors detected: ")) << told.substr(0, 200);
}

TEST(Writing, EscapesTexts) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Member("a\"", std::string_view("\x01\n\\\x7f", 4))
      .Key("b")
      .BeginArray()
      .Int(-1)
      .Double(1)
      .Double(0.5);
  json.EndArray().Member("c", true).Key("d").Time(1'500).EndObject();
  EXPECT_EQ(out, "{\"a\\\"\":\"\\u0001\\n\\\\\x7f\",\"b\":[-1,1.0,0.5],\"c\":true,\"d\":1.500}");
}

}  // namespace
}  // namespace parton::server

// The model itself: it refuses what DynamoDB refuses, else the requests would pass for nothing.
#include <gtest/gtest.h>

#include "evaluate.h"
#include "model.h"
#include "types/json/json_reader.h"

namespace parton::requests {
namespace {

Value Json(const std::string& text) { return ParseJson(text).value(); }

Service Songs() {
  Service s;
  Table& t = s.tables["t"];
  t.key.hash.push_back({"k", "S"});
  t.key.range.push_back({"s", "N"});
  Index& g = t.indexes["g"];
  g.key.hash.push_back({"a", "S"});
  g.projected = {"k", "s", "a"};
  return s;
}

std::string Refused(const std::string& operation, const std::string& body) {
  Service s = Songs();
  return s.Check(operation, Json(body));
}

constexpr const char* kNames = R"("ExpressionAttributeNames":{"#k":"k","#s":"s"})";

std::string Query(const std::string& condition, const std::string& values, const std::string& more = "") {
  return Refused("Query", R"({"TableName":"t","KeyConditionExpression":")" + condition + "\"," + kNames +
                              R"(,"ExpressionAttributeValues":)" + values + more + "}");
}

TEST(RequestModel, TakesWhatIsRight) {
  EXPECT_EQ(Query("#k = :a AND #s BETWEEN :b AND :c", R"({":a":{"S":"x"},":b":{"N":"1"},":c":{"N":"2"}})"), "");
  EXPECT_EQ(Refused("GetItem", R"({"TableName":"t","Key":{"k":{"S":"x"},"s":{"N":"1"}}})"), "");
  EXPECT_EQ(Refused("Scan", R"({"TableName":"t","Limit":3})"), "");
}

TEST(RequestModel, RefusesWhatTheServiceRefuses) {
  const char* kOne = R"({":a":{"S":"x"},":b":{"N":"1"}})";
  EXPECT_NE(Query("#k = :a", R"({":a":{"S":"x"}})"), "") << "#s is not used";
  EXPECT_NE(Query("#k = :a AND #s = :b", R"({":a":{"S":"x"}})"), "") << ":b is not there";
  EXPECT_NE(Query("#k = :a AND #s = :b", R"({":a":{"S":"x"},":b":{"N":"1"},":c":{"N":"1"}})"), "") << ":c is not used";
  EXPECT_NE(Query("#k = :a AND #s = :b", R"({":a":{"S":"x"},":b":{"S":"1"}})"), "") << "type of s";
  EXPECT_NE(Query("#k = :a AND #s = :b", R"({":a":{"S":""},":b":{"N":"1"}})"), "") << "empty key";
  EXPECT_NE(Query("#k > :a AND #s = :b", kOne), "") << "no equality on the hash key";
  EXPECT_NE(Query("#k = :a OR #s = :b", kOne), "") << "OR";
  EXPECT_NE(Query("#k = :a AND #s = :b AND #s > :b", kOne), "") << "two conditions on one key";
  EXPECT_NE(Query("#k = :a AND begins_with(#s, :b)", kOne), "") << "begins_with of a number";
  EXPECT_NE(Query("#k = :a", kOne, R"(,"FilterExpression":"#s = :b")"), "") << "a key in the filter";
  EXPECT_NE(Query("k = :a AND #k = :a AND #s = :b", kOne), "") << "a bare name";
  EXPECT_NE(Refused("Scan", R"({"TableName":"t","FilterExpression":""})"), "");
  EXPECT_NE(Refused("Scan", R"({"TableName":"t","Limit":0})"), "");
  EXPECT_NE(Refused("Scan", R"({"TableName":"u"})"), "");
  EXPECT_NE(Refused("Scan", R"({"TableName":"t","IndexName":"h"})"), "");
  EXPECT_NE(Refused("Scan", R"({"TableName":"t","IndexName":"g","ConsistentRead":true})"), "");
  EXPECT_NE(Refused("GetItem", R"({"TableName":"t","Key":{"k":{"S":"x"}}})"), "");
  EXPECT_NE(Refused("PutItem", R"({"TableName":"t","Item":{"k":{"S":"x"},"s":{"N":"1"},"a":{"N":"1"}}})"), "")
      << "index key";
}

std::string Condition1(const std::string& text, const std::string& value = R"({"N":"1"})") {
  return Refused("Scan", R"({"TableName":"t","FilterExpression":")" + text +
                             R"(","ExpressionAttributeNames":{"#a":"a"},"ExpressionAttributeValues":{":v":)" + value +
                             "}}");
}

TEST(RequestModel, RefusesWrongConditions) {
  EXPECT_EQ(Condition1("(#a = :v) AND NOT #a IN (:v, :v)"), "");
  EXPECT_NE(Condition1("((#a = :v))"), "");
  EXPECT_NE(Condition1("#a < :v", R"({"BOOL":true})"), "");
  EXPECT_NE(Condition1("#a = #a AND #a = :v"), "");
  EXPECT_NE(Condition1("SIZE(#a) = :v"), "");
  EXPECT_NE(Condition1("begins_with(#a, :v)"), "");
  EXPECT_NE(Condition1("attribute_type(#a, :v)", R"({"S":"X"})"), "");
  EXPECT_NE(Condition1("#a = :v AND"), "");
  EXPECT_NE(Condition1("#a = 1 AND #a = :v"), "");
}

TEST(RequestModel, RefusesWrongUpdates) {
  auto update = [](const std::string& text, const std::string& value) {
    return Refused("UpdateItem", R"({"TableName":"t","Key":{"k":{"S":"x"},"s":{"N":"1"}},"UpdateExpression":")" + text +
                                     R"(","ExpressionAttributeNames":{"#a":"x"},"ExpressionAttributeValues":{":v":)" +
                                     value + "}}");
  };
  const char* kNumber = R"({"N":"1"})";
  EXPECT_EQ(update("SET #a = if_not_exists(#a, :v) + :v", kNumber), "");
  EXPECT_NE(update("SET #a = :v, #a.#a = :v", kNumber), "") << "overlap";
  EXPECT_NE(update("SET #a = :v SET #a[1] = :v", kNumber), "") << "two sections";
  EXPECT_NE(update("DELETE #a :v", kNumber), "");
  EXPECT_NE(update("ADD #a :v", R"({"S":"x"})"), "");
  EXPECT_NE(update("SET #a = list_append(#a, :v)", kNumber), "");
}

}  // namespace
}  // namespace parton::requests

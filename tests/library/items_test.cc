// Single items, batches and transactions with DynamoDB's expressions.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

Value Id(const std::string& id) { return Value::Struct({{"id", id}}); }

class ItemsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    db_ = Database::Open(":memory:", options).value();
    connection_ = db_->Connect();
    Run("CREATE TABLE stock (id STRING, PRIMARY KEY (id))");
    Run("CREATE TABLE orders (customer STRING, day NUMBER, sum NUMBER, PRIMARY KEY (customer, day), "
        "LOCAL INDEX by_sum (customer, sum))");
    Run("INSERT INTO stock << {'id': 'a', 'n': 10, 'tags': ['x', 'y'], 'at': {'shelf': 1, 'row': 2}} >>");
  }
  void TearDown() override {
    for (const std::string& problem : db_->Check()) ADD_FAILURE() << problem;
  }
  void Run(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
  }
  Value Read(const std::string& id) {
    GetItemRequest r;
    r.table = "stock";
    r.key = Id(id);
    Result<GetItemResult> got = db_->GetItem(r);
    EXPECT_TRUE(got.ok()) << got.status().ToString();
    return got.ok() ? got->item : Value();
  }
  UpdateItemRequest Update(const std::string& id, const std::string& update) {
    UpdateItemRequest r;
    r.table = "stock";
    r.key = Id(id);
    r.expressions.update = update;
    return r;
  }
  static std::string Json(const Value& item) {
    std::string out;
    const Status s = item.AppendDynamoItem(&out);
    return s.ok() ? out : s.ToString();
  }
  std::string ErrorOf(const UpdateItemRequest& r) { return db_->UpdateItem(r).status().message(); }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(ItemsTest, GetWithProjection) {
  GetItemRequest r;
  r.table = "stock";
  r.key = Id("a");
  EXPECT_EQ(db_->GetItem(r)->item, Value::FromDynamoJson(Json(Read("a"))).value());
  r.expressions.projection = "n, #a.shelf, tags[1]";
  r.expressions.names = Expressions::Names{{"#a", "at"}};
  Result<GetItemResult> got = db_->GetItem(r);
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  EXPECT_EQ(got->item.ToLiteral(), "{'at': {'shelf': 1}, 'n': 10, 'tags': ['y']}");
  EXPECT_EQ(got->capacity[0].read_units, 0.5);
  r.consistent = true;
  r.expressions = {};
  r.expressions.projection = "nothing";
  got = db_->GetItem(r);
  EXPECT_EQ(got->item.ToLiteral(), "{}");
  EXPECT_EQ(got->capacity[0].read_units, 1);
  r.key = Id("none");
  EXPECT_TRUE(db_->GetItem(r)->item.is_missing());
  r.key = Value::Struct({{"id", 1}});
  EXPECT_EQ(db_->GetItem(r).status().message(), "The provided key element does not match the schema");
  r.table = "nowhere";
  EXPECT_EQ(db_->GetItem(r).status().ToString().substr(0, 25), "ResourceNotFoundException");
  r.expressions.projection = "size";
  EXPECT_EQ(db_->GetItem(r).status().message(),
            "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: size");
}

TEST_F(ItemsTest, PutUnderCondition) {
  PutItemRequest r;
  r.table = "stock";
  r.item = Value::Struct({{"id", "a"}, {"n", 1}});
  r.expressions.condition = "attribute_not_exists(id)";
  Value existing;
  EXPECT_EQ(db_->PutItem(r, &existing).status().code(), StatusCode::kConditionFailed);
  EXPECT_EQ(existing.Get("n"), Value(10));
  r.expressions.condition = "n > :n AND size(tags) = :two";
  r.expressions.values = Expressions::Values{{":n", 5}, {":two", 2}};
  r.returning = ReturnedItem::kAllOld;
  Result<WriteItemResult> done = db_->PutItem(r, &existing);
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ(done->attributes.Get("n"), Value(10));
  EXPECT_EQ(done->capacity[0].write_units, 1);
  EXPECT_FALSE(done->collection.has_value());
  EXPECT_EQ(Json(Read("a")), R"({"id":{"S":"a"},"n":{"N":"1"}})");
  r.returning = ReturnedItem::kAllNew;
  EXPECT_EQ(db_->PutItem(r).status().message(), "ReturnValues can only be ALL_OLD or NONE");
  r.returning = ReturnedItem::kNone;
  r.expressions = {};
  r.item = Value::Struct({{"n", 1}});
  EXPECT_EQ(db_->PutItem(r).status().message(),
            "One or more parameter values were invalid: Missing the key id in the item");
}

TEST_F(ItemsTest, UpdateReturnsWhatIsAsked) {
  UpdateItemRequest r = Update("a", "SET n = n + :one, #t[5] = :new REMOVE #at.shelf");
  r.expressions.names = Expressions::Names{{"#at", "at"}, {"#t", "tags"}};
  r.expressions.values = Expressions::Values{{":one", 1}, {":new", "z"}};
  r.returning = ReturnedItem::kUpdatedNew;
  Result<WriteItemResult> done = db_->UpdateItem(r);
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ(done->attributes.ToLiteral(), "{'n': 11, 'tags': ['z']}");
  r.returning = ReturnedItem::kUpdatedOld;
  EXPECT_EQ(db_->UpdateItem(r)->attributes.ToLiteral(), "{'n': 11}");
  r.returning = ReturnedItem::kAllNew;
  EXPECT_EQ(db_->UpdateItem(r)->attributes.Materialize().Get("tags").ToLiteral(), "['x', 'y', 'z', 'z', 'z']");
  r = Update("b", "ADD n :n SET s = if_not_exists(s, :s)");
  r.expressions.values = Expressions::Values{{":n", 2}, {":s", "new"}};
  ASSERT_TRUE(db_->UpdateItem(r).ok());
  EXPECT_EQ(Json(Read("b")), R"({"id":{"S":"b"},"n":{"N":"2"},"s":{"S":"new"}})");
  ASSERT_TRUE(db_->UpdateItem(Update("none", "REMOVE n")).ok());
  EXPECT_TRUE(Read("none").is_missing());
}

TEST_F(ItemsTest, UpdateErrors) {
  EXPECT_EQ(ErrorOf(Update("a", "SET id = id2")),
            "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key");
  EXPECT_EQ(ErrorOf(Update("a", "SET x = y")),
            "The provided expression refers to an attribute that does not exist in the item");
  EXPECT_EQ(ErrorOf(Update("a", "SET x.y = n")),
            "The document path provided in the update expression is invalid for update");
  UpdateItemRequest r = Update("a", "SET x = :x");
  EXPECT_EQ(ErrorOf(r),
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute "
            "value: :x");
  r.expressions.values = Expressions::Values{{":x", 1}, {":y", 2}};
  EXPECT_EQ(ErrorOf(r), "Value provided in ExpressionAttributeValues unused in expressions: keys: {:y}");
  r.expressions.values = Expressions::Values{{"x", 1}};
  EXPECT_EQ(ErrorOf(r), "ExpressionAttributeValues contains invalid key: Syntax error; key: \"x\"");
  r.expressions.values = Expressions::Values();
  EXPECT_EQ(ErrorOf(r), "ExpressionAttributeValues must not be empty");
  r.expressions.values.reset();
  r.expressions.values_error = Status::Validation("it is bad", {}, ":x");
  EXPECT_EQ(ErrorOf(r), "ExpressionAttributeValues contains invalid value: it is bad for key :x");
  r = Update("a", "SET x = n");
  r.legacy = LegacyParameters();
  r.legacy->attribute_updates = std::vector<LegacyUpdate>{{"x", std::nullopt, Value(1), Status()}};
  EXPECT_EQ(ErrorOf(r),
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{AttributeUpdates} Expression parameters: {UpdateExpression}");
  DeleteItemRequest d;
  d.table = "stock";
  d.key = Id("a");
  d.expressions.values = Expressions::Values{{":x", 1}};
  EXPECT_EQ(db_->DeleteItem(d).status().message(),
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null");
  d.expressions.update = "SET x = :x";
  EXPECT_FALSE(db_->DeleteItem(d).ok());
  EXPECT_EQ(Read("a").Get("n"), Value(10));
}

// A compiled expression comes again with other values, and other types of values.
TEST_F(ItemsTest, RepeatedExpressions) {
  for (int i = 0; i < 20; ++i) {
    UpdateItemRequest r = Update("a", "SET n = n + :d");
    r.expressions.condition = "n >= :least";
    r.expressions.values = Expressions::Values{{":d", i}, {":least", 10}};
    ASSERT_TRUE(db_->UpdateItem(r).ok());
    r.expressions.values = Expressions::Values{{":d", "x"}, {":least", 10}};
    EXPECT_EQ(ErrorOf(r),
              "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, "
              "operand type: S");
    r.expressions.values = Expressions::Values{{":least", 10}, {":d", 1}};
    ASSERT_TRUE(db_->UpdateItem(r).ok());
    r.expressions.names = Expressions::Names{{"#unused", "n"}};
    EXPECT_EQ(ErrorOf(r), "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}");
  }
  EXPECT_EQ(Read("a").Get("n"), Value(10 + 190 + 20));
}

TEST_F(ItemsTest, DeleteUnderCondition) {
  DeleteItemRequest r;
  r.table = "stock";
  r.key = Id("a");
  r.expressions.condition = "n = :n";
  r.expressions.values = Expressions::Values{{":n", 1}};
  Value existing;
  EXPECT_EQ(db_->DeleteItem(r, &existing).status().message(), "The conditional request failed");
  EXPECT_EQ(existing.Get("n"), Value(10));
  r.key = Id("none");
  EXPECT_EQ(db_->DeleteItem(r, &existing).status().code(), StatusCode::kConditionFailed);
  r.expressions = {};
  EXPECT_TRUE(db_->DeleteItem(r).ok());
  r.key = Id("a");
  r.returning = ReturnedItem::kAllOld;
  EXPECT_EQ(db_->DeleteItem(r)->attributes.Get("n"), Value(10));
  EXPECT_TRUE(Read("a").is_missing());
}

TEST_F(ItemsTest, LegacyConditions) {
  PutItemRequest r;
  r.table = "stock";
  r.item = Value::Struct({{"id", "a"}, {"n", 2}});
  const auto put = [&](std::vector<LegacyCondition> expected, std::optional<bool> any = {}) {
    r.legacy = LegacyParameters();
    r.legacy->expected = std::move(expected);
    r.legacy->any = any;
    const Status s = db_->PutItem(r).status();
    return s.ok() ? "ok" : s.message();
  };
  LegacyCondition absent{"id", {}, {}, {}, false, Status()};
  LegacyCondition ten{"n", LegacyOperator::kEq, std::vector<Value>{10}, {}, {}, Status()};
  EXPECT_EQ(put({absent}), "The conditional request failed");
  EXPECT_EQ(put({absent, ten}), "The conditional request failed");
  EXPECT_EQ(put({{"n", LegacyOperator::kBetween, std::vector<Value>{10, 5}, {}, {}, Status()}}),
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound");
  EXPECT_EQ(put({{"n", LegacyOperator::kEq, std::vector<Value>{10, 5}, {}, {}, Status()}}),
            "One or more parameter values were invalid: Invalid number of argument(s) for the EQ ComparisonOperator");
  EXPECT_EQ(put({{"n", {}, {}, {}, {}, Status()}}),
            "One or more parameter values were invalid: Value must be provided when Exists is null for Attribute: n");
  EXPECT_EQ(put({ten}, true), "ConditionalOperator can only be used when Filter or Expected has more than one element");
  EXPECT_EQ(put({absent, ten}, true), "ok");
  EXPECT_EQ(put({{"x", LegacyOperator::kNull, {}, {}, {}, Status()},
                 {"x", LegacyOperator::kNe, std::vector<Value>{1}, {}, {}, Status()}}),
            "ok");
  EXPECT_EQ(put({{"x", LegacyOperator::kNotContains, std::vector<Value>{1}, {}, {}, Status()}}),
            "The conditional request failed");
}

TEST_F(ItemsTest, LegacyUpdates) {
  UpdateItemRequest r;
  r.table = "stock";
  r.key = Id("a");
  r.legacy = LegacyParameters();
  using Action = LegacyUpdate::Action;
  r.legacy->attribute_updates = std::vector<LegacyUpdate>{{"n", Action::kAdd, Value(5), Status()},
                                                          {"tags", Action::kAdd, Value::List({"z"}), Status()},
                                                          {"at", Action::kDelete, {}, Status()},
                                                          {"s", {}, Value("put"), Status()}};
  ASSERT_TRUE(db_->UpdateItem(r).ok());
  EXPECT_EQ(Read("a"), Value::FromDynamoJson(R"({"id": {"S": "a"}, "n": {"N": "15"}, "s": {"S": "put"},
                                                 "tags": {"L": [{"S": "x"}, {"S": "y"}, {"S": "z"}]}})")
                           .value());
  r.legacy->attribute_updates = std::vector<LegacyUpdate>{{"n", Action::kAdd, Value("x"), Status()}};
  EXPECT_EQ(ErrorOf(r), "One or more parameter values were invalid: ADD action is not supported for the type S");
  r.legacy->attribute_updates = std::vector<LegacyUpdate>{{"s", Action::kAdd, Value(1), Status()}};
  EXPECT_EQ(ErrorOf(r), "Type mismatch for attribute to update");
}

TEST_F(ItemsTest, CollectionMetricsAndIndexCapacity) {
  PutItemRequest r;
  r.table = "orders";
  r.item = Value::Struct({{"customer", "ann"}, {"day", 1}, {"sum", 5}});
  r.collection_metrics = true;
  Result<WriteItemResult> done = db_->PutItem(r);
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  ASSERT_TRUE(done->collection.has_value());
  EXPECT_EQ(done->collection->key.ToLiteral(), "{'customer': 'ann'}");
  EXPECT_EQ(done->collection->lower_gb, 0);
  EXPECT_EQ(done->collection->upper_gb, 1);
  ASSERT_EQ(done->capacity.size(), 2u);
  EXPECT_EQ(done->capacity[1].index, "by_sum");
  EXPECT_TRUE(done->capacity[1].local_index);
  EXPECT_EQ(done->capacity[1].write_units, 1);

  TransactWriteRequest t;
  const Value other = Value::Struct({{"customer", "ann"}, {"day", 2}});
  t.operations = {WriteOperation::Put("orders", other),
                  WriteOperation::Delete("orders", Value::Struct({{"customer", "ann"}, {"day", 1}}))};
  EXPECT_TRUE(db_->TransactWrite(t)->collections.empty());
  t.collection_metrics = true;
  Result<TransactResult> both = db_->TransactWrite(t);
  ASSERT_TRUE(both.ok()) << both.status().ToString();
  ASSERT_EQ(both->collections.size(), 1u);
  EXPECT_EQ(both->collections[0].table, "orders");
}

TEST_F(ItemsTest, TransactionsAndBatches) {
  TransactWriteRequest t;
  WriteOperation put = WriteOperation::Put("stock", Value::Struct({{"id", "b"}, {"n", 1}}));
  put.expressions.condition = "attribute_not_exists(#i)";
  put.expressions.names = Expressions::Names{{"#i", "id"}};
  WriteOperation update;
  update.kind = WriteOperation::Kind::kUpdate;
  update.table = "stock";
  update.key = Id("a");
  update.expressions.update = "SET n = n - :n";
  update.expressions.condition = "n >= :n";
  update.expressions.values = Expressions::Values{{":n", 4}};
  t.operations = {put, update};
  Result<TransactResult> done = db_->TransactWrite(t);
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ(done->capacity[0].write_units, 4);
  EXPECT_TRUE(done->collections.empty());
  EXPECT_EQ(Read("a").Get("n"), Value(6));
  std::vector<CancellationReason> reasons;
  t.operations[0].return_old = true;
  EXPECT_EQ(db_->TransactWrite(t, &reasons).status().code(), StatusCode::kTransactionCanceled);
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[0].code, "ConditionalCheckFailed");
  EXPECT_EQ(reasons[0].item.Get("n"), Value(1));
  t.operations[1].expressions.values = Expressions::Values{{":x", 4}};
  t.operations[1].table = "nowhere";
  EXPECT_EQ(db_->TransactWrite(t).status().message(),
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute "
            "value: :n");

  ReadOperation get{"stock", Id("a"), ""};
  get.expressions.projection = "n";
  Result<TransactResult> read = db_->TransactGet({get, {"stock", Id("none"), ""}});
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->items[0].ToLiteral(), "{'n': 6}");
  EXPECT_TRUE(read->items[1].is_missing());
  EXPECT_EQ(db_->TransactGet({{"stock", Value::Struct({{"x", 1}}), ""}}).status().message(),
            "Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError]");

  BatchGetTable stock;
  stock.table = "stock";
  stock.keys = {Id("none"), Id("a"), Id("b")};
  stock.consistent = true;
  stock.expressions.projection = "#i";
  stock.expressions.names = Expressions::Names{{"#i", "id"}};
  Result<BatchGetResult> batch = db_->BatchGetItem({stock});
  ASSERT_TRUE(batch.ok()) << batch.status().ToString();
  EXPECT_TRUE(batch->items[0].is_missing());
  EXPECT_EQ(batch->items[2].ToLiteral(), "{'id': 'b'}");
  EXPECT_EQ(batch->capacity[0].read_units, 3);
  stock.keys.push_back(Id("a"));
  EXPECT_EQ(db_->BatchGetItem({stock}).status().message(), "Provided list of item keys contains duplicates");
}

TEST_F(ItemsTest, ManyThreadsCountTogether) {
  constexpr int kThreads = 4, kRounds = 50;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        UpdateItemRequest r = Update("a", "ADD n :one SET #own = if_not_exists(#own, :none) + :one");
        r.expressions.names = Expressions::Names{{"#own", "t" + std::to_string(t)}};
        r.expressions.values = Expressions::Values{{":one", 1}, {":none", 0}};
        if (!db_->UpdateItem(r).ok()) ++failed;
        ScanRequest scan;
        scan.table = "stock";
        scan.expressions.filter = "n >= :ten";
        scan.expressions.values = Expressions::Values{{":ten", 10}};
        Result<ItemPage> page = db_->Scan(scan);
        if (!page.ok() || page->count != 1) ++failed;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(failed.load(), 0);
  EXPECT_EQ(Read("a").Get("n"), Value(10 + kThreads * kRounds));
  EXPECT_EQ(Read("a").Get("t3"), Value(kRounds));
}

TEST(ThrottledItems, RefusedUntilThereAreUnitsAgain) {
  int64_t now_ms = 1'000'000;
  Options options;
  options.background = false;
  options.throttle = true;
  options.clock_ms = [&] { return now_ms; };
  auto db = Database::Open(":memory:", options).value();
  auto made = db->Connect()->Execute(
      "CREATE TABLE small (id STRING, PRIMARY KEY (id)) WITH (billing = PROVISIONED, read_capacity = 1, "
      "write_capacity = 1)");
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  PutItemRequest put;
  put.table = "small";
  put.item = Value::Struct({{"id", "a"}, {"s", std::string(99 * 1024, 'x')}});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(db->PutItem(put).ok());
  EXPECT_EQ(db->PutItem(put).status().code(), StatusCode::kThrottled);
  UpdateItemRequest update;
  update.table = "small";
  update.key = Id("a");
  update.expressions.update = "SET n = :n";
  update.expressions.values = Expressions::Values{{":n", 1}};
  EXPECT_EQ(db->UpdateItem(update).status().code(), StatusCode::kThrottled);

  ScanRequest scan;
  scan.table = "small";
  scan.consistent = true;
  GetItemRequest get;
  get.table = "small";
  get.key = Id("a");
  int scans = 0;
  while (scans < 1000 && db->Scan(scan).ok()) ++scans;
  EXPECT_GE(scans, 300 / 25);
  EXPECT_LT(scans, 20);
  EXPECT_EQ(db->Scan(scan).status().code(), StatusCode::kThrottled);
  EXPECT_EQ(db->GetItem(get).status().code(), StatusCode::kThrottled);
  ExecuteStatementRequest statement;
  statement.text = "SELECT * FROM small WHERE id = 'a'";
  EXPECT_EQ(db->ExecuteStatement(statement).status().code(), StatusCode::kThrottled);
  now_ms += 300'000;
  EXPECT_TRUE(db->GetItem(get).ok());
  EXPECT_TRUE(db->Scan(scan).ok());
  Result<GetItemResult> got = db->GetItem(get);
  EXPECT_EQ(got->item.Get("n"), Value());
}

TEST_F(ItemsTest, DeepestItem) {
  Value deep = 1;
  for (int i = 0; i < 31; ++i) deep = Value::List({deep});
  UpdateItemRequest r = Update("a", "SET deep = :d");
  r.expressions.values = Expressions::Values{{":d", deep}};
  r.returning = ReturnedItem::kUpdatedNew;
  Result<WriteItemResult> done = db_->UpdateItem(r);
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ(Value::FromDynamoJson(Json(done->attributes)).value().Get("deep"), deep);
  r.expressions.values = Expressions::Values{{":d", Value::List({deep})}};
  EXPECT_NE(ErrorOf(r).find("Nesting Levels have exceeded supported limits"), std::string::npos);
}

TEST_F(ItemsTest, DynamoJson) {
  const std::string json =
      R"({"b":{"B":"AAE="},"f":{"BOOL":false},"id":{"S":"q\"\\\n\u0001"},"l":{"L":[{"N":"-1.5"},{"NULL":true},{"M":{}}]},)"
      R"("m":{"M":{"x":{"S":""}}},"n":{"N":"123456789012345678901234567890"},"ns":{"NS":["1","2.5"]},)"
      R"("ss":{"SS":["a","b"]},"t":{"BOOL":true}})";
  Result<Value> item = Value::FromDynamoJson(json);
  ASSERT_TRUE(item.ok()) << item.status().ToString();
  PutItemRequest r;
  r.table = "stock";
  r.item = *item;
  ASSERT_TRUE(db_->PutItem(r).ok());
  const Value read = Read("q\"\\\n\x01");
  EXPECT_FALSE(read.materialized());
  EXPECT_EQ(Value::FromDynamoJson(Json(read)).value(), *item);
  EXPECT_EQ(Json(read.Materialize()), Json(read));
  EXPECT_FALSE(Value::FromDynamoJson(R"({"a": {"SS": []}})").ok());
}

}  // namespace
}  // namespace parton

// TransactWrite, TransactGet, ExecuteTransaction and the batches.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

using Op = WriteOperation;
using Strings = std::vector<std::string>;

Value Id(const std::string& id) { return Value::Struct({{"id", id}}); }
Value Item(const std::string& id, int n) { return Value::Struct({{"id", id}, {"n", n}}); }

class OneShotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    options.clock_ms = [this] { return now_ms_.load(); };
    db_ = std::move(Database::Open(":memory:", options).value());
    connection_ = db_->Connect();
    Run("CREATE TABLE stock (id STRING, PRIMARY KEY (id))");
    Run("CREATE TABLE orders (customer STRING, day NUMBER, PRIMARY KEY (customer, day))");
    Run("CREATE INDEX by_kind ON stock (kind STRING)");
    Run("INSERT INTO stock << {'id': 'a', 'n': 10}, {'id': 'b', 'n': 5} >>");
  }
  void TearDown() override {
    for (const std::string& problem : db_->Check()) ADD_FAILURE() << problem;
  }
  void Run(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
  }
  std::string Row(const std::string& id) {
    auto result = connection_->Execute("SELECT * FROM stock WHERE id = ?", {id});
    return result.ok() && (*result)->Next() ? (*result)->row().ToLiteral() : "none";
  }
  Result<TransactResult> Write(std::vector<Op> operations, const std::string& token = "") {
    TransactWriteRequest request;
    request.operations = std::move(operations);
    request.token = token;
    return db_->TransactWrite(request, &reasons_);
  }
  Result<TransactResult> Statements(const Strings& texts, const std::string& token = "") {
    ExecuteTransactionRequest request;
    for (const std::string& text : texts) request.statements.push_back({text, {}, true});
    request.token = token;
    return db_->ExecuteTransaction(request, &reasons_);
  }
  Strings Codes() const {
    Strings codes;
    for (const CancellationReason& r : reasons_) codes.push_back(r.code);
    return codes;
  }
  static Op Take(const std::string& id, int n) {
    return Op::Update("stock", Id(id), "SET n = n - ?", {n}).If("n >= ?", {n});
  }

  std::atomic<int64_t> now_ms_{1'700'000'000'000};
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
  std::vector<CancellationReason> reasons_;
};

TEST_F(OneShotTest, AllKindsOfOperations) {
  auto done = Write({Op::Put("stock", Item("c", 1)).If("attribute_not_exists(id)"), Take("a", 4),
                     Op::Delete("stock", Id("b")), Op::Check("stock", Id("d"), "attribute_not_exists(id)")});
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_TRUE(reasons_.empty());
  EXPECT_EQ(done->write_units, 8);
  EXPECT_FALSE(done->replayed);
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 6}");
  EXPECT_EQ(Row("b"), "none");
  EXPECT_EQ(Row("c"), "{'id': 'c', 'n': 1}");
  EXPECT_EQ(Row("d"), "none");
}

TEST_F(OneShotTest, UpdatesMakeItems) {
  ASSERT_TRUE(Write({Op::Update("stock", Id("x"), "SET n = if_not_exists(n, 0) + ?, tags = ? REMOVE old",
                                {5, Value::List({1, 2})})})
                  .ok());
  EXPECT_EQ(Row("x"), "{'id': 'x', 'n': 5, 'tags': [1, 2]}");
  ASSERT_TRUE(Write({Op::Update("stock", Id("x"), "ADD n ? REMOVE tags[0]", {2})}).ok());
  EXPECT_EQ(Row("x"), "{'id': 'x', 'n': 7, 'tags': [2]}");
  // Neither SET nor ADD makes one; no update at all does.
  ASSERT_TRUE(Write({Op::Update("stock", Id("y"), "REMOVE n")}).ok());
  EXPECT_EQ(Row("y"), "none");
  ASSERT_TRUE(Write({Op::Update("stock", Id("y"), "")}).ok());
  EXPECT_EQ(Row("y"), "{'id': 'y'}");
  EXPECT_FALSE(Write({Op::Update("stock", Id("z"), "").If("attribute_exists(id)")}).ok());
}

TEST_F(OneShotTest, EveryFailureIsReported) {
  auto failed = Write({Take("a", 100).ReturningOld(), Op::Put("stock", Item("c", 1)), Take("b", 100),
                       Op::Check("stock", Id("nobody"), "n = 1").ReturningOld()});
  ASSERT_EQ(failed.status().code(), StatusCode::kTransactionCanceled);
  EXPECT_EQ(failed.status().ExceptionName(), "TransactionCanceledException");
  EXPECT_EQ(failed.status().message(),
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            "[ConditionalCheckFailed, None, ConditionalCheckFailed, ConditionalCheckFailed]");
  ASSERT_EQ(reasons_.size(), 4u);
  EXPECT_EQ(reasons_[0].message, "The conditional request failed");
  EXPECT_EQ(reasons_[0].item.ToLiteral(), "{'id': 'a', 'n': 10}");
  EXPECT_EQ(reasons_[0].hint, "not true: n >= 100; the item has n = 10");
  EXPECT_EQ(reasons_[1].message, "");
  EXPECT_TRUE(reasons_[2].item.is_missing());  // not asked for
  EXPECT_TRUE(reasons_[3].item.is_missing());  // there is none
  EXPECT_EQ(Row("c"), "none");
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 10}");
}

TEST_F(OneShotTest, TheFalseConjunctIsNamed) {
  auto failed = Write({Op::Delete("stock", Id("a")).If("n > 1 AND kind = 'x' AND attribute_exists(id)")});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(reasons_[0].hint, "not true: kind = 'x'; the item has no kind");
}

TEST_F(OneShotTest, WhatCannotBeDoneComesBeforeConditions) {
  auto failed = Write({Take("a", 100), Op::Update("stock", Id("b"), "SET kind = 1"), Take("c", 1)});
  EXPECT_EQ(failed.status().code(), StatusCode::kTransactionCanceled);
  EXPECT_EQ(Codes(), (Strings{"None", "ValidationError", "None"}));
  // A key that does not fit the table is found only with the schema.
  failed = Write({Take("a", 1), Op::Delete("orders", Id("a"))});
  EXPECT_EQ(Codes(), (Strings{"None", "ValidationError"}));
  EXPECT_EQ(reasons_[1].message, "The provided key element does not match the schema");
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 10}");
}

TEST_F(OneShotTest, RequestsThatAreWrong) {
  const auto code = [&](std::vector<Op> ops) { return Write(std::move(ops)).status().code(); };
  EXPECT_EQ(code({}), StatusCode::kValidation);
  std::vector<Op> many;
  for (int i = 0; i < 101; ++i) many.push_back(Op::Put("stock", Item("i" + std::to_string(i), i)));
  EXPECT_EQ(code(many), StatusCode::kValidation);
  many.pop_back();
  EXPECT_EQ(code(many), StatusCode::kOk);
  EXPECT_EQ(Write({Op::Put("stock", Item("a", 1)), Op::Check("stock", Id("a"), "n = 10")}).status().message(),
            "Transaction request cannot include multiple operations on one item");
  EXPECT_EQ(Write({Op::Put("nothing", Item("a", 1))}).status().message(), "Requested resource not found");
  EXPECT_EQ(code({Op::Put("nothing", Item("a", 1))}), StatusCode::kNotFound);
  EXPECT_EQ(code({Op::Put("stock", Value(1))}), StatusCode::kValidation);
  EXPECT_EQ(code({Op::Delete("stock", Value("a"))}), StatusCode::kValidation);
  EXPECT_EQ(code({Op::Check("stock", Id("a"), "")}), StatusCode::kValidation);
  EXPECT_EQ(code({Op::Update("stock", Id("a"), "SET id = 'b'")}), StatusCode::kValidation);
  EXPECT_EQ(code({Op::Update("stock", Id("a"), "SET n = ?")}), StatusCode::kValidation);
  EXPECT_EQ(code({Op::Update("stock", Id("a"), "SET n = 1 WHERE n = 2")}), StatusCode::kSyntax);
  EXPECT_EQ(code({Op::Update("stock", Id("a"), "SET n = 1 --")}), StatusCode::kOk);
  EXPECT_EQ(code({Op::Update("stock", Id("a"), "SET n = 1 /*").If("n = 2 */ = 1")}), StatusCode::kSyntax);
  EXPECT_EQ(code({Op::Delete("stock", Id("a")).If("n = 1) RETURNING ALL OLD * -- ")}), StatusCode::kSyntax);
  EXPECT_EQ(code({Op::Delete("stock", Id("a")).If("EXISTS (SELECT * FROM stock)")}), StatusCode::kValidation);
  EXPECT_EQ(code({Op::Put("stock", Value::Struct({{"id", "big"}, {"d", std::string(500'000, 'x')}}))}),
            StatusCode::kValidation);
  std::vector<Op> large;
  for (int i = 0; i < 12; ++i) {
    large.push_back(Op::Put("stock", Value::Struct({{"id", std::to_string(i)}, {"d", std::string(400'000, 'x')}})));
  }
  EXPECT_EQ(code(large), StatusCode::kValidation);
}

TEST_F(OneShotTest, ErrorsPointIntoTheirText) {
  Status s = Write({Take("a", 1), Op::Update("stock", Id("b"), "SET n = 1,\n  m + 2").If("n = 1")}).status();
  EXPECT_EQ(s.code(), StatusCode::kSyntax);
  EXPECT_EQ(s.span().line, 2u) << s.ToString();
  EXPECT_NE(s.hint().find("in operation 2, in the update"), std::string::npos) << s.hint();
  s = Write({Op::Update("stock", Id("b"), "SET n = 1\n").If("n = 1 AND AND n = 2")}).status();
  EXPECT_EQ(s.span().line, 1u) << s.ToString();
  EXPECT_EQ(s.span().column, 11u) << s.ToString();
  EXPECT_NE(s.hint().find("in the condition"), std::string::npos) << s.hint();
}

TEST_F(OneShotTest, ATokenIsDoneOnce) {
  auto first = Write({Take("a", 4)}, "token-1");
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  auto again = Write({Take("a", 4)}, "token-1");
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->read_units, 2);
  EXPECT_EQ(again->write_units, 0);
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 6}");

  EXPECT_EQ(Write({Take("a", 3)}, "token-1").status().code(), StatusCode::kIdempotentMismatch);
  EXPECT_EQ(Write({Take("a", 3)}, "token-1").status().ExceptionName(), "IdempotentParameterMismatchException");
  // Statements have tokens of their own.
  EXPECT_TRUE(Statements({"UPDATE stock SET n = n - 1 WHERE id = 'b'"}, "token-1").ok());
  EXPECT_EQ(Row("b"), "{'id': 'b', 'n': 4}");
  EXPECT_TRUE(Statements({"UPDATE stock SET n = n - 1 WHERE id = 'b'"}, "token-1")->replayed);
  EXPECT_EQ(Row("b"), "{'id': 'b', 'n': 4}");
  EXPECT_EQ(Write({Take("a", 1)}, std::string(37, 't')).status().code(), StatusCode::kValidation);
}

TEST_F(OneShotTest, ATokenIsForgottenAfterTenMinutes) {
  ASSERT_TRUE(Write({Take("a", 1)}, "t").ok());
  now_ms_ += 10 * 60 * 1000 - 1;
  ASSERT_TRUE(db_->Settle().ok());
  EXPECT_TRUE(Write({Take("a", 1)}, "t")->replayed);
  now_ms_ += 1;
  // Over, whether it is swept yet or not.
  EXPECT_FALSE(Write({Take("a", 2)}, "t")->replayed);
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 7}");
  ASSERT_TRUE(db_->Settle().ok());
  EXPECT_TRUE(Write({Take("a", 2)}, "t")->replayed);
  now_ms_ += 10 * 60 * 1000;
  ASSERT_TRUE(db_->Settle().ok());
  EXPECT_FALSE(Write({Take("a", 1)}, "t")->replayed);
}

TEST_F(OneShotTest, AFailureLeavesItsTokenFree) {
  EXPECT_FALSE(Write({Take("a", 100)}, "t").ok());
  Run("UPDATE stock SET n = 1000 WHERE id = 'a'");
  EXPECT_TRUE(Write({Take("a", 100)}, "t").ok());
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 900}");
}

TEST_F(OneShotTest, TheOrderOfAttributesAndTheSpellingOfNumbersAreNoDifference) {
  const Value one = Value::Struct({{"id", "q"}, {"n", 1}, {"m", "x"}});
  const Value same =
      Value::Struct({{"m", "x"}, {"n", Value::Decimal(Number::ParseStrict("1.00").value())}, {"id", "q"}});
  ASSERT_TRUE(Write({Op::Put("stock", one)}, "t").ok());
  EXPECT_TRUE(Write({Op::Put("stock", same)}, "t")->replayed);
}

TEST_F(OneShotTest, ATokenOutlivesTheProcess) {
  const std::string path = ::testing::TempDir() + "/parton_token_test";
  (void)std::system(("rm -rf " + path).c_str());
  for (int round = 0; round < 2; ++round) {
    auto db = Database::Open(path).value();
    auto c = db->Connect();
    if (round == 0) {
      ASSERT_TRUE(c->Execute("CREATE TABLE stock (id STRING, PRIMARY KEY (id))").ok());
    }
    TransactWriteRequest request;
    request.operations = {Op::Update("stock", Id("a"), "ADD n ?", {1})};
    request.token = "t";
    auto done = db->TransactWrite(request);
    ASSERT_TRUE(done.ok()) << done.status().ToString();
    EXPECT_EQ(done->replayed, round == 1);
    EXPECT_TRUE(db->Check().empty());
  }
  (void)std::system(("rm -rf " + path).c_str());
}

TEST_F(OneShotTest, ThreadsWithOneTokenDoItOnce) {
  std::atomic<int> done{0}, replayed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      TransactWriteRequest request;
      request.operations = {Op::Update("stock", Id("a"), "SET n = n + ?", {1})};
      request.token = "one";
      auto result = db_->TransactWrite(request);
      if (result.ok()) ++(result->replayed ? replayed : done);
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(replayed, 3);
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 11}");
}

TEST_F(OneShotTest, TransactGet) {
  Run("INSERT INTO orders VALUE {'customer': 'c', 'day': 3, 'lines': [{'id': 'a'}, {'id': 'b'}], 'sum': 7}");
  const Value order = Value::Struct({{"day", 3}, {"customer", "c"}});
  auto got = db_->TransactGet({{"stock", Id("a"), ""},
                               {"stock", Id("nobody"), ""},
                               {"orders", order, "sum, lines[1].id"},
                               {"stock", Id("b"), "nothing"}});
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  ASSERT_EQ(got->items.size(), 4u);
  EXPECT_EQ(got->items[0].ToLiteral(), "{'id': 'a', 'n': 10}");
  EXPECT_TRUE(got->items[1].is_missing());
  EXPECT_EQ(got->items[2].ToLiteral(), "{'lines': [{'id': 'b'}], 'sum': 7}");
  EXPECT_TRUE(got->items[3].is_missing());
  EXPECT_EQ(got->read_units, 8);

  EXPECT_EQ(db_->TransactGet({}).status().code(), StatusCode::kValidation);
  EXPECT_EQ(db_->TransactGet({{"stock", Id("a"), ""}, {"stock", Id("a"), "n"}}).status().code(),
            StatusCode::kValidation);
  const Status unfit = db_->TransactGet({{"stock", order, ""}}).status();
  EXPECT_EQ(unfit.code(), StatusCode::kTransactionCanceled);
  ASSERT_EQ(unfit.reasons().size(), 1u);
  EXPECT_EQ(unfit.reasons()[0].message(), "The provided key element does not match the schema");
  EXPECT_EQ(db_->TransactGet({{"nothing", Id("a"), ""}}).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(db_->TransactGet({{"stock", Id("a"), "n, n.m"}}).ok());
  EXPECT_FALSE(db_->TransactGet({{"stock", Id("a"), "n + 1"}}).ok());
  EXPECT_FALSE(db_->TransactGet({{"stock", Id("a"), "n FROM stock --"}}).ok());
}

TEST_F(OneShotTest, StatementsThatWrite) {
  auto done =
      Statements({"INSERT INTO stock VALUE {'id': 'c', 'n': 1}", "UPDATE stock SET n = n - 4 WHERE id = 'a' AND n >= 4",
                  "DELETE FROM stock WHERE id = 'nobody'", "EXISTS (SELECT * FROM stock WHERE id = 'b' AND n = 5)"});
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_TRUE(done->items.empty());
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 6}");
  EXPECT_EQ(Row("c"), "{'id': 'c', 'n': 1}");

  auto failed =
      Statements({"INSERT INTO stock VALUE {'id': 'c'}", "UPDATE stock SET n = 1 WHERE id = 'nobody'",
                  "DELETE FROM stock WHERE id = 'b' AND n = 7", "EXISTS (SELECT * FROM stock WHERE id = 'a' AND n = 5)",
                  "UPDATE stock SET n = 1 WHERE id = 'd2'"});
  EXPECT_EQ(failed.status().code(), StatusCode::kTransactionCanceled);
  EXPECT_EQ(Codes(), (Strings{"DuplicateItem", "ConditionalCheckFailed", "ConditionalCheckFailed",
                              "ConditionalCheckFailed", "ConditionalCheckFailed"}));
  EXPECT_EQ(reasons_[0].message, "Duplicate primary key exists in table");
  EXPECT_EQ(reasons_[2].item.ToLiteral(), "{'id': 'b', 'n': 5}");
  EXPECT_NE(reasons_[2].hint.find("the item has n = 5"), std::string::npos) << reasons_[2].hint;
  EXPECT_EQ(Row("b"), "{'id': 'b', 'n': 5}");

  ExecuteTransactionRequest request;
  request.statements = {{"UPDATE stock SET n = ?, m = ? WHERE id = ?", {1, "x", "a"}, false},
                        {"INSERT INTO stock VALUE {'id': ?, 'n': ?}", {"z", 26}, false}};
  ASSERT_TRUE(db_->ExecuteTransaction(request).ok());
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 1, 'm': 'x'}");
  EXPECT_EQ(Row("z"), "{'id': 'z', 'n': 26}");
}

TEST_F(OneShotTest, StatementsThatRead) {
  auto got = Statements({"SELECT n FROM stock WHERE id = 'a'", "SELECT * FROM stock WHERE id = 'nobody'",
                         "SELECT nothing FROM stock WHERE id = 'b'"});
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  ASSERT_EQ(got->items.size(), 3u);
  EXPECT_EQ(got->items[0].ToLiteral(), "{'n': 10}");
  EXPECT_TRUE(got->items[1].is_missing());
  EXPECT_EQ(got->items[2].ToLiteral(), "{}");
  EXPECT_EQ(got->read_units, 6);
}

TEST_F(OneShotTest, StatementsThatAreWrong) {
  const auto message = [&](const Strings& texts) { return Statements(texts).status().message(); };
  EXPECT_EQ(message({"SELECT * FROM stock WHERE id = 'a'", "DELETE FROM stock WHERE id = 'b'"}),
            "ExecuteTransaction API does not support both read and write operations in the same request.");
  EXPECT_EQ(message({"UPDATE stock SET n = 1 WHERE id = 'a'", "DELETE FROM stock WHERE id = 'a'"}),
            "Transaction request cannot include multiple operations on one item");
  EXPECT_EQ(message({"SELECT * FROM stock WHERE id = 'a'", "SELECT n FROM stock WHERE id = 'a'"}),
            "Transaction request cannot include multiple operations on one item");
  EXPECT_EQ(message({"DELETE FROM stock WHERE id = 'a' RETURNING ALL OLD *"}),
            "RETURNING clause is not supported in ExecuteTransaction.");
  EXPECT_EQ(message({"EXISTS (SELECT * FROM stock WHERE id = 'a')"}),
            "Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional "
            "condition");
  EXPECT_EQ(message({"SELECT * FROM stock.by_kind WHERE kind = 'a'"}),
            "Reads on indices are not supported within transactions.");
  EXPECT_EQ(Statements({"SELECT * FORM stock"}).status().ExceptionName(), "ValidationException");
  EXPECT_EQ(Statements({"CREATE TABLE t2 (id STRING, PRIMARY KEY (id))"}).status().code(), StatusCode::kValidation);
  EXPECT_EQ(Statements({}).status().code(), StatusCode::kValidation);
  EXPECT_EQ(Statements({"UPDATE stock SET n = ? WHERE id = 'a'"}).status().code(), StatusCode::kValidation);
  Strings many;
  for (int i = 0; i < 101; ++i) many.push_back("DELETE FROM stock WHERE id = '" + std::to_string(i) + "'");
  EXPECT_EQ(Statements(many).status().code(), StatusCode::kValidation);

  EXPECT_FALSE(Statements({"UPDATE stock SET n = 1 WHERE id = 'a'", "DELETE FROM orders WHERE customer = 'a'"}).ok());
  EXPECT_EQ(Codes(), (Strings{"None", "ValidationError"}));
  EXPECT_EQ(reasons_[1].message, "The provided key element does not match the schema");
  EXPECT_FALSE(Statements({"SELECT * FROM stock WHERE n = 1"}).ok());
  EXPECT_EQ(Codes(), Strings{"ValidationError"});
  EXPECT_FALSE(Statements({"UPDATE stock SET n = 1 WHERE id = 'a'", "DELETE FROM nothing WHERE id = 'a'"}).ok());
  EXPECT_EQ(Codes(), (Strings{"None", "ResourceNotFound"}));
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 10}");
}

TEST_F(OneShotTest, BatchWrite) {
  auto done = db_->BatchWrite(
      {Op::Put("stock", Item("c", 1)), Op::Delete("stock", Id("a")), Op::Delete("stock", Id("nobody"))});
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ(done->write_units, 3);
  EXPECT_TRUE(done->unprocessed.empty());
  EXPECT_EQ(Row("a"), "none");
  EXPECT_EQ(Row("c"), "{'id': 'c', 'n': 1}");

  const auto message = [&](const std::vector<Op>& ops) { return db_->BatchWrite(ops).status().message(); };
  EXPECT_EQ(message({Op::Put("stock", Item("x", 1)), Op::Delete("stock", Id("x"))}),
            "Provided list of item keys contains duplicates");
  EXPECT_NE(message({Op::Update("stock", Id("x"), "SET n = 1")}), "");
  EXPECT_NE(message({Op::Put("stock", Item("x", 1)).If("attribute_not_exists(id)")}), "");
  EXPECT_NE(message({}), "");
  // One that is wrong fails all.
  EXPECT_NE(message({Op::Put("stock", Item("x", 1)), Op::Put("stock", Value::Struct({{"id", "y"}, {"kind", 1}}))}), "");
  EXPECT_EQ(Row("x"), "none");
  std::vector<Op> many;
  for (int i = 0; i < 26; ++i) many.push_back(Op::Put("stock", Item(std::to_string(i), i)));
  EXPECT_NE(message(many), "");
  many.pop_back();
  EXPECT_EQ(message(many), "");
}

TEST_F(OneShotTest, BatchGet) {
  auto got = db_->BatchGet({{"stock", Id("b"), "n"}, {"stock", Id("nobody"), ""}, {"stock", Id("a"), ""}});
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  EXPECT_EQ(got->items[0].ToLiteral(), "{'n': 5}");
  EXPECT_TRUE(got->items[1].is_missing());
  EXPECT_EQ(got->items[2].ToLiteral(), "{'id': 'a', 'n': 10}");
  EXPECT_EQ(got->read_units, 1.5);
  EXPECT_EQ(db_->BatchGet({{"stock", Id("a"), ""}, {"stock", Id("a"), ""}}).status().message(),
            "Provided list of item keys contains duplicates");
  std::vector<ReadOperation> many;
  for (int i = 0; i < 101; ++i) many.push_back({"stock", Id(std::to_string(i)), ""});
  EXPECT_EQ(db_->BatchGet(many).status().message(), "Too many items requested for the BatchGetItem call");
}

TEST_F(OneShotTest, BatchGetStopsAtSixteenMegabytes) {
  std::vector<ReadOperation> reads;
  for (int i = 0; i < 45; ++i) {
    const std::string id = "big" + std::to_string(i);
    ASSERT_TRUE(Write({Op::Put("stock", Value::Struct({{"id", id}, {"d", std::string(400'000, 'x')}}))}).ok());
    reads.push_back({"stock", Id(id), "id"});
  }
  auto got = db_->BatchGet(reads);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->unprocessed, (std::vector<size_t>{41, 42, 43, 44}));
  EXPECT_EQ(got->items[40].ToLiteral(), "{'id': 'big40'}");
}

TEST_F(OneShotTest, BatchExecuteStatement) {
  auto results = db_->BatchExecuteStatement({{"UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING ALL NEW *", {}},
                                             {"INSERT INTO stock VALUE {'id': 'b'}", {}},
                                             {"UPDATE stock SET n = 1 WHERE id = ? AND n = 0", {"c"}},
                                             {"DELETE FROM nothing WHERE id = 'a'", {}},
                                             {"DELETE FROM stock", {}},
                                             {"EXISTS (SELECT * FROM stock WHERE id = 'x' AND n = 1)", {}}});
  ASSERT_TRUE(results.ok()) << results.status().ToString();
  Strings codes, tables;
  for (const StatementResult& r : *results) {
    codes.emplace_back(CancellationCode(r.status));
    tables.push_back(r.table);
  }
  EXPECT_EQ(codes, (Strings{"None", "DuplicateItem", "ConditionalCheckFailed", "ResourceNotFound", "ValidationError",
                            "ValidationError"}));
  EXPECT_EQ(tables, (Strings{"stock", "stock", "stock", "", "", ""}));
  EXPECT_EQ((*results)[0].item.ToLiteral(), "{'id': 'a', 'n': 11}");
  EXPECT_EQ((*results)[5].status.message(), "EXISTS can only be used in ExecuteTransaction write requests.");

  results = db_->BatchExecuteStatement({{"SELECT n FROM stock WHERE id = 'a'", {}},
                                        {"SELECT * FROM stock WHERE id = 'nobody'", {}},
                                        {"SELECT * FROM stock WHERE id = 'b' AND n = 5", {}},
                                        {"SELECT * FROM stock WHERE n = 5", {}}});
  ASSERT_TRUE(results.ok()) << results.status().ToString();
  EXPECT_EQ((*results)[0].item.ToLiteral(), "{'n': 11}");
  EXPECT_TRUE((*results)[1].status.ok());
  EXPECT_TRUE((*results)[1].item.is_missing());
  const std::string want =
      "Select statements within BatchExecuteStatement must specify the primary key in the where "
      "clause.";
  EXPECT_EQ((*results)[2].status.message(), want);
  EXPECT_EQ((*results)[3].status.message(), want);

  EXPECT_EQ(
      db_->BatchExecuteStatement({{"SELECT * FROM stock WHERE id = 'a'", {}}, {"DELETE FROM stock WHERE id = 'b'", {}}})
          .status()
          .message(),
      "Read and write requests together in the same batch is not supported.");
  EXPECT_EQ(
      db_->BatchExecuteStatement({{"DELETE FROM stock WHERE id = 'a'", {}}, {"DELETE FROM stock WHERE id = 'a'", {}}})
          .status()
          .message(),
      "Provided list of item keys contains duplicates");
  EXPECT_FALSE(db_->BatchExecuteStatement({}).ok());
  EXPECT_FALSE(db_->BatchExecuteStatement(std::vector<StatementOperation>(26)).ok());
}

TEST_F(OneShotTest, InTheWayOfAnInteractiveTransaction) {
  auto t = db_->Begin().value();
  ASSERT_TRUE(t->Execute("UPDATE stock SET n = n + 1 WHERE id = 'a'").ok());
  ASSERT_TRUE(Write({Take("a", 1)}).ok());
  EXPECT_EQ(t->Commit().code(), StatusCode::kTransactionConflict);
  EXPECT_EQ(Row("a"), "{'id': 'a', 'n': 9}");
}

// One unit of writes and one of reads a second: 300 of each at the start.
class ThrottledRequestsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    options.throttle = true;
    options.clock_ms = [this] { return now_ms_; };
    db_ = std::move(Database::Open(":memory:", options).value());
    auto connection = db_->Connect();
    for (const char* text :
         {"CREATE TABLE small (id STRING, PRIMARY KEY (id)) WITH (billing = PROVISIONED, read_capacity = 1, "
          "write_capacity = 1)",
          "CREATE TABLE free (id STRING, PRIMARY KEY (id))"}) {
      auto made = connection->Execute(text);
      ASSERT_TRUE(made.ok()) << made.status().ToString();
    }
  }
  void TearDown() override {
    for (const std::string& problem : db_->Check()) ADD_FAILURE() << problem;
  }
  // Leaves `units` of the table's 300 writes.
  void UseUpWrites(int units) {
    const Value big =
        Value::Struct({{"id", "big"}, {"s", std::string(static_cast<size_t>(300 - units) * 1024 - 7, 'x')}});
    ASSERT_TRUE(db_->BatchWrite({Op::Put("small", big)}).ok());
  }
  void UseUpReads() {
    UseUpWrites(100);  // 200 KB: 50 units, halved where it need not be consistent
    while (db_->TransactGet({{"small", Id("big"), ""}}).ok()) continue;
  }
  bool Has(const std::string& table, const std::string& id) {
    auto connection = db_->Connect();
    EXPECT_TRUE(connection->Set("throttle", false).ok());
    auto r = connection->Execute("SELECT * FROM " + table + " WHERE id = ?", {id});
    return r.ok() && (*r)->Next();
  }

  int64_t now_ms_ = 1'000'000;
  std::unique_ptr<Database> db_;
};

TEST_F(ThrottledRequestsTest, ATransactionIsCancelledByTheTableThatIsShort) {
  UseUpWrites(3);
  TransactWriteRequest request;
  request.operations = {Op::Put("free", Id("f")), Op::Put("small", Id("a")), Op::Put("small", Id("b"))};
  std::vector<CancellationReason> reasons;
  auto refused = db_->TransactWrite(request, &reasons);  // 4 units
  ASSERT_EQ(refused.status().code(), StatusCode::kTransactionCanceled);
  ASSERT_EQ(reasons.size(), 3u);
  EXPECT_EQ(reasons[0].code, "None");
  EXPECT_EQ(reasons[1].code, "ProvisionedThroughputExceeded");
  EXPECT_EQ(reasons[2].code, "ProvisionedThroughputExceeded");
  EXPECT_FALSE(Has("free", "f"));
  EXPECT_FALSE(Has("small", "a"));
  now_ms_ += 1000;
  EXPECT_TRUE(db_->TransactWrite(request, &reasons).ok());
  EXPECT_TRUE(Has("small", "b"));
}

TEST_F(ThrottledRequestsTest, ABatchDoesWhatThereIsRoomFor) {
  UseUpWrites(1);
  auto done = db_->BatchWrite({Op::Put("small", Id("a")), Op::Put("small", Id("b")), Op::Put("free", Id("c"))});
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ(done->unprocessed, std::vector<size_t>{1});
  EXPECT_EQ(done->write_units, 2);
  EXPECT_TRUE(Has("small", "a"));
  EXPECT_FALSE(Has("small", "b"));
  EXPECT_TRUE(Has("free", "c"));
  EXPECT_EQ(db_->BatchWrite({Op::Put("small", Id("b"))}).status().code(), StatusCode::kThrottled);

  auto results = db_->BatchExecuteStatement(
      {{"INSERT INTO small VALUE {'id': 's'}", {}}, {"INSERT INTO free VALUE {'id': 's'}", {}}});
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(CancellationCode((*results)[0].status), "ProvisionedThroughputExceeded");
  EXPECT_TRUE((*results)[1].status.ok());
}

TEST_F(ThrottledRequestsTest, Reads) {
  ASSERT_TRUE(db_->BatchWrite({Op::Put("free", Id("a"))}).ok());
  UseUpReads();
  auto transaction = db_->TransactGet({{"free", Id("a"), ""}, {"small", Id("big"), ""}});
  EXPECT_EQ(transaction.status().code(), StatusCode::kTransactionCanceled);
  ASSERT_EQ(transaction.status().reasons().size(), 2u);
  EXPECT_EQ(transaction.status().reasons()[1].code(), StatusCode::kThrottled);
  auto batch = db_->BatchGet({{"small", Id("big"), ""}, {"free", Id("a"), ""}});
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->unprocessed, std::vector<size_t>{0});
  EXPECT_TRUE(batch->items[1].is_struct());
  EXPECT_EQ(db_->BatchGet({{"small", Id("big"), ""}}).status().code(), StatusCode::kThrottled);
  ExecuteTransactionRequest statements;
  statements.statements.push_back({"SELECT * FROM small WHERE id = 'big'", {}});
  std::vector<CancellationReason> reasons;
  EXPECT_FALSE(db_->ExecuteTransaction(statements, &reasons).ok());
  ASSERT_EQ(reasons.size(), 1u);
  EXPECT_EQ(reasons[0].code, "ProvisionedThroughputExceeded");
}

TEST_F(ThrottledRequestsTest, ConnectionsBeginWithIt) {
  UseUpWrites(0);
  auto connection = db_->Connect();
  EXPECT_EQ(connection->Execute("INSERT INTO small VALUE {'id': 'x'}").status().code(), StatusCode::kThrottled);
  ASSERT_TRUE(connection->Set("throttle", false).ok());
  EXPECT_TRUE(connection->Execute("INSERT INTO small VALUE {'id': 'x'}").ok());
}

}  // namespace
}  // namespace parton

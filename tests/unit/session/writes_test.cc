// Statements that change items.
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

class WritesTest : public ExecutorTest {
 protected:
  void SetUp() override {
    ExecutorTest::SetUp();
    Run("CREATE TABLE t (a NUMBER, b STRING, c NUMBER, PRIMARY KEY (a, b), GLOBAL INDEX g (c) PROJECT KEYS ONLY);"
        "INSERT INTO t << {'a': 1, 'b': 'x', 'c': 1}, {'a': 1, 'b': 'y', 'c': 2}, {'a': 2, 'b': 'x', 'd': 9} >>");
  }
  void TearDown() override { EXPECT_TRUE(db_->Check().empty()); }
};

TEST_F(WritesTest, InsertIsAllOrNothing) {
  EXPECT_EQ(Error("INSERT INTO t << {'a': 5, 'b': 'x'}, {'a': 1, 'b': 'x'} >>").code(), StatusCode::kDuplicateItem);
  EXPECT_EQ(Error("INSERT INTO t << {'a': 5, 'b': 'x'}, {'a': 6} >>").code(), StatusCode::kValidation);
  EXPECT_EQ(Error("INSERT INTO t << {'a': 5, 'b': 'x'}, 7 >>").code(), StatusCode::kValidation);
  EXPECT_EQ(Error("INSERT INTO t << {'a': 5, 'b': 'x'}, {'a': 5, 'b': 'x'} >>").code(), StatusCode::kDuplicateItem);
  EXPECT_EQ(Error("INSERT INTO t VALUE {'a': 5, 'b': 'x', 'c': 'no number'}").code(), StatusCode::kValidation);
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 3u);
}

// Bulk loads behind the last key do not look for each item; what others wrote since must still be seen.
TEST_F(WritesTest, BulkLoadSeesWhatIsThere) {
  auto load = [](int from) {
    return fmt::format("INSERT INTO t SELECT VALUE {{'a': i, 'b': 'k', 'c': i}} FROM range({}, {}) AS i", from,
                       from + 99);
  };
  auto expect_duplicate = [&](const std::string& text) {
    const uint64_t before = Rows("SELECT VALUE a FROM t").size();
    EXPECT_EQ(Error(text).code(), StatusCode::kDuplicateItem) << text;
    EXPECT_EQ(Rows("SELECT VALUE a FROM t").size(), before);
  };
  EXPECT_EQ(Affected(load(100)), 100u);
  expect_duplicate(load(100));
  expect_duplicate(load(199));
  Run("INSERT INTO t VALUE {'a': 250, 'b': 'k'}");
  expect_duplicate(load(200));
  Run("BEGIN; INSERT INTO t VALUE {'a': 450, 'b': 'k'}; COMMIT");
  expect_duplicate(load(400));
  Run("UPSERT INTO t VALUE {'a': 650, 'b': 'k'}");
  expect_duplicate(load(600));
  EXPECT_EQ(Affected(load(700)), 100u);
  EXPECT_EQ(Affected(load(300)), 100u);
  expect_duplicate(load(300));
  Run("BEGIN");
  EXPECT_EQ(Affected(load(1000)), 100u);
  Run("COMMIT");
  expect_duplicate(load(1050));
  Run("DELETE FROM t WHERE a >= 1000");
  EXPECT_EQ(Affected(load(1000)), 100u);
  EXPECT_EQ(Affected("REPLACE INTO t SELECT VALUE {'a': i, 'b': 'k', 'n': 1} FROM range(1050, 1149) AS i"), 100u);
  EXPECT_EQ(Rows("SELECT VALUE a FROM t WHERE n = 1").size(), 100u);
  EXPECT_EQ(Rows("SELECT VALUE a FROM t WHERE c >= 1000").size(), 50u);
}

TEST_F(WritesTest, BulkLoadsOfThreadsGiveEachKeyOnce) {
  constexpr int kThreads = 4, kRounds = 20;
  std::atomic<int> loaded{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; ++n) {
    threads.emplace_back([&] {
      auto c = db_->Connect();
      for (int round = 0; round < kRounds; ++round) {
        auto result = c->Execute("INSERT INTO t SELECT VALUE {'a': i, 'b': 'k'} FROM range(?, ?) AS i",
                                 {int64_t{1000 + round * 100}, int64_t{1099 + round * 100}});
        if (result.ok()) {
          ++loaded;
        } else {
          EXPECT_EQ(result.status().code(), StatusCode::kDuplicateItem);
        }
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(loaded, kRounds);
  EXPECT_EQ(Rows("SELECT VALUE a FROM t WHERE a >= 1000").size(), size_t{kRounds} * 100);
}

TEST_F(WritesTest, OnConflict) {
  EXPECT_EQ(Affected("INSERT INTO t << {'a': 1, 'b': 'x', 'n': 1}, {'a': 3, 'b': 'x'} >> ON CONFLICT DO NOTHING"), 1u);
  EXPECT_EQ(Affected("INSERT INTO t VALUE {'a': 1, 'b': 'x', 'n': 1} ON CONFLICT DO REPLACE"), 1u);
  EXPECT_EQ(One("SELECT * FROM t WHERE a = 1 AND b = 'x'"), "{'a': 1, 'b': 'x', 'n': 1}");
}

TEST_F(WritesTest, ReplaceAndUpsert) {
  EXPECT_EQ(Affected("REPLACE INTO t VALUE {'a': 1, 'b': 'x', 'n': 5}"), 1u);
  EXPECT_EQ(One("SELECT * FROM t WHERE a = 1 AND b = 'x'"), "{'a': 1, 'b': 'x', 'n': 5}");
  Run("UPSERT INTO t << {'a': 1, 'b': 'x', 'm': 6}, {'a': 4, 'b': 'q'}, {'a': 4, 'b': 'q', 'z': 1} >>");
  EXPECT_EQ(One("SELECT VALUE [n, m] FROM t WHERE a = 1 AND b = 'x'"), "[5, 6]");
  EXPECT_EQ(One("SELECT VALUE z FROM t WHERE a = 4"), "1");
  // The last one of a key wins.
  Run("REPLACE INTO t << {'a': 7, 'b': 'x', 'n': 1}, {'a': 7, 'b': 'x', 'n': 2} >>");
  EXPECT_EQ(One("SELECT VALUE n FROM t WHERE a = 7"), "2");
}

TEST_F(WritesTest, UpdateAnyWhere) {
  EXPECT_EQ(Affected("UPDATE t SET n = 1"), 3u);
  EXPECT_EQ(Affected("UPDATE t SET n = n + 1 WHERE c > 1"), 1u);
  EXPECT_EQ(Affected("UPDATE t SET n = 7 WHERE a = 99 AND b = 'x'"), 0u);
  EXPECT_EQ(Rows("SELECT * FROM t WHERE a = 99").size(), 0u);
  EXPECT_EQ(Affected("UPDATE t SET n = 7 WHERE a = 1 AND b = 'x' AND c = 5"), 0u);
  EXPECT_EQ(Affected("UPDATE t SET n = 7 WHERE a IN (1, 2) AND b = 'x'"), 2u);
  EXPECT_EQ(Affected("UPDATE t SET n = 8 WHERE c IN (SELECT VALUE x FROM [1, 2] AS x)"), 2u);
  EXPECT_EQ(Affected("UPDATE t SET n = (SELECT COUNT(*) AS n FROM t AS u) WHERE a = 2"), 1u);
  // Moving items to where the scan has not been yet does not change them twice.
  EXPECT_EQ(Affected("UPDATE t SET c = c + 10 WHERE c >= 1"), 2u);
  EXPECT_EQ(Rows("SELECT VALUE c FROM t WHERE c > 0 ORDER BY c"), (Strings{"11", "12"}));
  EXPECT_EQ(Error("UPDATE t SET a = 1 WHERE a = 1 AND b = 'x'").code(), StatusCode::kValidation);
}

TEST_F(WritesTest, FailingUpdateLeavesNothing) {
  EXPECT_FALSE(Error("UPDATE t SET c = b").ok());
  EXPECT_EQ(Rows("SELECT VALUE c FROM t WHERE c IS NOT MISSING ORDER BY c"), (Strings{"1", "2"}));
}

TEST_F(WritesTest, Delete) {
  EXPECT_EQ(Affected("DELETE FROM t WHERE a = 1 AND b = 'nosuch'"), 0u);
  EXPECT_EQ(Affected("DELETE FROM t WHERE a = 1"), 2u);
  EXPECT_EQ(Affected("DELETE FROM t"), 1u);
  EXPECT_EQ(Affected("DELETE FROM t"), 0u);
}

TEST_F(WritesTest, Returning) {
  EXPECT_EQ(Rows("UPDATE t SET n = 1 WHERE a = 1 RETURNING MODIFIED NEW *"), (Strings{"{'n': 1}", "{'n': 1}"}));
  EXPECT_EQ(Rows("DELETE FROM t WHERE a = 2 RETURNING ALL OLD *"), (Strings{"{'a': 2, 'b': 'x', 'd': 9}"}));
  EXPECT_EQ(Rows("DELETE FROM t WHERE a = 2 AND b = 'x' RETURNING ALL OLD *").size(), 0u);
}

TEST_F(WritesTest, Batches) {
  Run("SET atomic_limit = 100");
  const std::string insert = "INSERT INTO t SELECT VALUE {'a': x, 'b': 'r'} FROM range(1000, 1999) AS x";
  EXPECT_EQ(Error(insert).code(), StatusCode::kLimitExceeded);
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 3u);
  uint64_t reported = 0;
  connection_->SetProgress([&](uint64_t done, uint64_t) {
    reported = done;
    return true;
  });
  EXPECT_EQ(Affected(insert + " WITH (batch = 300)"), 1000u);
  EXPECT_EQ(reported, 1000u);
  EXPECT_EQ(Error("DELETE FROM t WHERE b = 'r'").code(), StatusCode::kLimitExceeded);
  EXPECT_EQ(Affected("DELETE FROM t WHERE b = 'r' WITH (batch = 99)"), 1000u);
  // Cancelled between two batches: what was written stays, and the error says how much.
  connection_->SetProgress([](uint64_t done, uint64_t) { return done < 600; });
  Status s = Error(insert + " WITH (batch = 300)");
  EXPECT_EQ(s.code(), StatusCode::kCancelled);
  EXPECT_NE(s.hint().find("600"), std::string::npos) << s.hint();
  connection_->SetProgress(nullptr);
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM t WHERE b = 'r'"), "600");
}

TEST_F(WritesTest, InsertSelectFromItself) {
  EXPECT_EQ(Affected("INSERT INTO t SELECT VALUE {'a': x.a + 10, 'b': x.b} FROM t AS x"), 3u);
  EXPECT_EQ(Affected("INSERT INTO t SELECT VALUE {'a': x.a + 100, 'b': x.b} FROM t AS x WITH (batch = 1)"), 6u);
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 12u);
}

// What a subquery computes from the item is computed anew if the item has changed by the time it is written.
TEST_F(WritesTest, SubqueriesSeeTheItemThatIsWritten) {
  Run("INSERT INTO t << {'a': 7, 'b': 'n', 'n': 0, 'm': 0}, {'a': 8, 'b': 'n', 'n': 0, 'm': 0} >>");
  constexpr int kTimes = 60;
  const char* const statements[] = {
      // By key, of several, in batches, and where WHERE must hold of the newest item.
      "UPDATE t SET n = (SELECT SUM(x) AS s FROM [t.n, 1] AS x) WHERE a = 7 AND b = 'n'",
      "UPDATE t SET n = (SELECT SUM(x) AS s FROM [t.n, 1] AS x), m = m + 1 WHERE a IN [7, 8]",
      "UPDATE t SET n = (SELECT SUM(x) AS s FROM [t.n, 1] AS x) WHERE a IN [7, 8] AND b = 'n' WITH (batch = 1)",
      "UPDATE t SET n = n + 1 WHERE a = 7 AND b = 'n' AND EXISTS (SELECT 1 FROM [t.n] AS x WHERE x = t.n)"};
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (const char* text : statements) {
    threads.emplace_back([&, text] {
      auto c = db_->Connect();
      for (int i = 0; i < kTimes; ++i) {
        auto done = c->Execute(text);
        if (!done.ok()) ++failed;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(failed.load(), 0);
  EXPECT_EQ(Rows("SELECT VALUE t.n FROM t WHERE a IN [7, 8]"),
            (Strings{std::to_string(4 * kTimes), std::to_string(2 * kTimes)}));
  EXPECT_EQ(Rows("SELECT VALUE t.m FROM t WHERE a IN [7, 8]"),
            (Strings{std::to_string(kTimes), std::to_string(kTimes)}));
}

TEST_F(WritesTest, OneShotOperationsHaveNoSubqueries) {
  const Value key = Value::Struct({{"a", 1}, {"b", "x"}});
  for (const WriteOperation& o : {WriteOperation::Update("t", key, "SET c = (SELECT MAX(x.a) AS m FROM t AS x)"),
                                  WriteOperation::Update("t", key, "SET c = 1").If("EXISTS (SELECT 1 FROM t AS x)"),
                                  WriteOperation::Delete("t", key).If("c IN (SELECT VALUE x.a FROM t AS x)"),
                                  WriteOperation::Check("t", key, "EXISTS (SELECT 1 FROM t AS x)")}) {
    TransactWriteRequest request;
    request.operations = {o};
    EXPECT_EQ(db_->TransactWrite(request).status().code(), StatusCode::kValidation) << o.update << o.condition;
  }
}

TEST_F(WritesTest, DynamoDialect) {
  Run("SET dialect = dynamodb");
  EXPECT_EQ(Error("UPDATE t SET n = 1 WHERE a = 9 AND b = 'x'").code(), StatusCode::kConditionFailed);
  EXPECT_EQ(Error("UPDATE t SET n = 1 WHERE a = 1 AND b = 'x' AND c = 77").code(), StatusCode::kConditionFailed);
  EXPECT_EQ(Error("UPDATE t SET n = 1 WHERE a = 1").code(), StatusCode::kValidation);
  EXPECT_TRUE(Error("DELETE FROM t WHERE a = 9 AND b = 'x'").ok());
  EXPECT_FALSE(Error("UPDATE t SET n = 1 WHERE a = ? AND b = ?", {"text", "x"}).ok());
}

TEST_F(WritesTest, ParametersOfAllTypes) {
  Run("CREATE TABLE p (k NUMBER, PRIMARY KEY (k))");
  int key = 0;
  for (const char* value : {"1.50", "'text'", "true", "NULL", "[1, [2]]", "{'m': {'n': 1}}", "<<1, 2>>", "<<'a'>>",
                            "12345678901234567890123456789012345678", "-0.001"}) {
    Value v = connection_->Execute(fmt::format("SELECT VALUE {} FROM [1] AS x", value)).value()->All().value()[0];
    ++key;
    Run("SET atomic_limit = 1000");
    EXPECT_EQ(Affected("INSERT INTO p VALUE {'k': ?, 'v': ?}", {key, v}), 1u) << value;
    EXPECT_EQ(Rows("SELECT VALUE v FROM p WHERE k = ?", {key}).size(), 1u);
  }
  EXPECT_EQ(Error("INSERT INTO p VALUE {'k': 99, 'v': ?}", {Value::Bag({1, "a"})}).code(), StatusCode::kValidation);
}

}  // namespace
}  // namespace parton

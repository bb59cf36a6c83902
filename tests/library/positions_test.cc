// Positions of rows, LIMIT n AFTER, and indexes that stand in for their table because they have all of its items.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "parton/database.h"

namespace parton {
namespace {

class PositionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    db_ = Database::Open(":memory:", options).value();
    connection_ = db_->Connect();
    Run("CREATE TABLE t (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g NUMBER, s NUMBER))");
    Run("CREATE TABLE c (p STRING, n NUMBER, PRIMARY KEY (p, n))");
    Run("INSERT INTO t SELECT VALUE {'id': i, 'g': i % 3, 's': (i * 7) % 10, 'v': i % 4} FROM range(1, 200) AS i");
    Run("INSERT INTO c SELECT VALUE {'p': CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END, 'n': i} "
        "FROM range(1, 60) AS i");
  }
  void Run(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << text << "\n" << result.status().ToString();
  }
  std::vector<std::string> Rows(const std::string& text) {
    auto result = connection_->Execute(text);
    if (!result.ok()) return {result.status().ToString()};
    std::vector<std::string> out;
    while ((*result)->Next()) out.push_back((*result)->row().Materialize().ToLiteral());
    return out;
  }
  // All rows of `query`, pages of `limit` rows.
  std::vector<std::string> Paged(const std::string& query, int limit, uint64_t* most_examined) {
    std::vector<std::string> out;
    Value token = Value::Null();
    for (int page = 0; page < 1000; ++page) {
      auto result = connection_->Execute(query + " LIMIT " + std::to_string(limit) + " AFTER ?", {token});
      if (!result.ok()) return {result.status().ToString()};
      int rows = 0;
      while ((*result)->Next()) {
        out.push_back((*result)->row().Materialize().ToLiteral());
        ++rows;
      }
      if (!(*result)->status().ok()) return {(*result)->status().ToString()};
      if (most_examined != nullptr) *most_examined = std::max(*most_examined, (*result)->stats().items_examined);
      if (rows == 0) return out;
      token = Value::String((*result)->position());
    }
    return {"no end"};
  }
  std::string ErrorOf(const std::string& text, std::vector<Value> parameters = {}) {
    auto result = connection_->Execute(text, std::move(parameters));
    if (!result.ok()) return result.status().message();
    while ((*result)->Next()) {
    }
    return (*result)->status().message();
  }
  std::string TokenOf(const std::string& text) {
    auto result = connection_->Execute(text).value();
    EXPECT_EQ(result->position(), "");
    EXPECT_TRUE(result->Next());
    return result->position();
  }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(PositionsTest, PagesAreTheWholeInBothDirections) {
  for (const std::string query :
       {"SELECT * FROM t WHERE g = 1 AND s >= 3 ORDER BY s, id", "SELECT * FROM t WHERE g = 1 ORDER BY s DESC, id DESC",
        "SELECT VALUE id FROM t", "SELECT VALUE n FROM c WHERE p = 'odd' ORDER BY n DESC",
        "SELECT p, n FROM c WHERE p IN ('odd', 'even') ORDER BY p DESC, n DESC",
        "SELECT VALUE id FROM t WHERE g = 2 AND (s, id) < (7, 50) ORDER BY s DESC, id DESC",
        "SELECT * FROM t WHERE id IN (5, 3, 99, 1000, 7)", "SELECT * FROM t WHERE id = 5"}) {
    const std::vector<std::string> all = Rows(query);
    for (int limit : {1, 3, 7, 500}) {
      uint64_t most = 0;
      EXPECT_EQ(Paged(query, limit, &most), all) << query << " by " << limit;
      EXPECT_LE(most, static_cast<uint64_t>(limit) + 1) << query;
    }
  }
  // A filter is examined on.
  EXPECT_EQ(Paged("SELECT * FROM t WHERE g = 1 AND v = 3 ORDER BY s, id", 4, nullptr),
            Rows("SELECT * FROM t WHERE g = 1 AND v = 3 ORDER BY s, id"));
}

TEST_F(PositionsTest, TurnsBackAndSurvivesTheRow) {
  const std::string token = TokenOf("SELECT VALUE n FROM c WHERE p = 'odd' AND n >= 31 ORDER BY n");
  auto from = [&](const char* order) {
    auto result = connection_->Execute(
        std::string("SELECT VALUE n FROM c WHERE p = 'odd' AND n >= 31 ORDER BY n ") + order + " LIMIT 2 AFTER ?",
        {Value::String(token)});
    std::vector<std::string> out;
    if (!result.ok()) return std::vector<std::string>{result.status().ToString()};
    while ((*result)->Next()) out.push_back((*result)->row().ToLiteral());
    return out;
  };
  EXPECT_EQ(from("ASC"), (std::vector<std::string>{"33", "35"}));
  EXPECT_EQ(from("DESC"), std::vector<std::string>());
  Run("DELETE FROM c WHERE p = 'odd' AND n = 31");
  EXPECT_EQ(from("ASC"), (std::vector<std::string>{"33", "35"}));
}

TEST_F(PositionsTest, PreparedStatementGoesOn) {
  auto statement = connection_->Prepare("SELECT VALUE id FROM t WHERE g = ? ORDER BY s, id LIMIT 10 AFTER ?").value();
  std::vector<std::string> out;
  Value token;
  for (;;) {
    ResultSet* page = statement->Execute({1, token}).value();
    int rows = 0;
    for (; page->Next(); ++rows) {
      out.push_back(page->row().ToLiteral());
      EXPECT_NE(page->position(), "");
    }
    if (rows == 0) break;
    token = Value::String(page->position());
  }
  EXPECT_EQ(out, Rows("SELECT VALUE id FROM t WHERE g = 1 ORDER BY s, id"));
}

TEST_F(PositionsTest, ErrorsSayWhatIsWrong) {
  const std::string query = "SELECT * FROM t WHERE g = 1 ORDER BY s, id";
  const std::string token = TokenOf(query);
  const std::string page = query + " LIMIT 2 AFTER ?";
  EXPECT_EQ(ErrorOf(page, {Value::String(token)}), "");
  EXPECT_NE(ErrorOf(page, {Value::String("x")}).find("damaged"), std::string::npos);
  EXPECT_NE(ErrorOf(page, {Value::String("")}).find("damaged"), std::string::npos);
  std::string changed = token;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_NE(ErrorOf(page, {Value::String(changed)}).find("damaged"), std::string::npos);
  EXPECT_NE(ErrorOf(page, {5}).find("takes a token"), std::string::npos);
  EXPECT_NE(ErrorOf("SELECT * FROM c LIMIT 2 AFTER ?", {Value::String(token)}).find("another table or index"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf("SELECT * FROM t WHERE g = 2 ORDER BY s, id LIMIT 2 AFTER ?", {Value::String(token)}).find("other keys"),
      std::string::npos);
  EXPECT_NE(ErrorOf("SELECT * FROM t ORDER BY v LIMIT 2 AFTER NULL").find("order of its keys"), std::string::npos);
  EXPECT_NE(ErrorOf("SELECT v, COUNT(*) AS n FROM t GROUP BY v LIMIT 2 AFTER NULL").find("order of its keys"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf("SELECT VALUE x FROM (SELECT VALUE id FROM t LIMIT 2 AFTER NULL) AS x WHERE x > 1").find("AFTER belongs"),
      std::string::npos);
  EXPECT_NE(ErrorOf("SELECT * FROM t LIMIT 2 AFTER NULL OFFSET 3").find("OFFSET"), std::string::npos);
  // A name as any other.
  EXPECT_EQ(Rows("SELECT after.id AS after FROM t AS after WHERE after.id = 1"),
            Rows("SELECT 1 AS after FROM [1] AS x"));
}

TEST_F(PositionsTest, IndexIsLeftWhileOthersLeaveItemsOut) {
  for (int round = 0; round < 30; ++round) {
    Run("DROP INDEX by_g ON t");
    Run("CREATE INDEX by_g ON t (g NUMBER, s NUMBER)");
    const std::string query = "SELECT VALUE id FROM t WHERE g = 2 ORDER BY s NULLS FIRST LIMIT 1";
    std::atomic<bool> written{false};
    std::jthread writer([&] {
      auto connection = db_->Connect();
      auto result = connection->Execute("INSERT INTO t VALUE {'id': 5000, 'g': 2}");
      EXPECT_TRUE(result.ok()) << result.status().ToString();
      written.store(true);
    });
    auto statement = connection_->Prepare(query).value();
    for (bool last = false; !last;) {
      last = written.load();
      for (int way = 0; way < 2; ++way) {
        std::unique_ptr<ResultSet> own;
        ResultSet* result = nullptr;
        if (way == 0) {
          auto run = connection_->Execute(query);
          ASSERT_TRUE(run.ok()) << run.status().ToString();
          own = std::move(*run);
          result = own.get();
        } else {
          auto run = statement->Execute();
          ASSERT_TRUE(run.ok()) << run.status().ToString();
          result = *run;
        }
        ASSERT_TRUE(result->Next()) << result->status().ToString();
        const bool first = result->row().int_value() == 5000;
        EXPECT_TRUE(first || !last) << "round " << round << ": an item that is there was not seen";
      }
    }
    writer.join();
    Run("DELETE FROM t WHERE id = 5000");
  }
}

TEST_F(PositionsTest, TransactionsThatRelyOnAnIndexConflict) {
  const std::string query = "SELECT VALUE id FROM t WHERE g = 2 ORDER BY s LIMIT 1000";
  auto other = db_->Connect();
  // Alone: its own item is no conflict.
  ASSERT_TRUE(connection_->Begin().ok());
  const size_t before = Rows(query).size();
  Run("INSERT INTO t VALUE {'id': 6000, 'g': 2}");
  EXPECT_EQ(Rows(query).size(), before + 1);
  EXPECT_EQ(connection_->Commit().ToString(), Status::Ok().ToString());
  for (const bool own_too : {false, true}) {
    Run("DELETE FROM t WHERE id >= 6000");
    Run("DROP INDEX by_g ON t");
    Run("CREATE INDEX by_g ON t (g NUMBER, s NUMBER)");
    ASSERT_TRUE(connection_->Begin().ok());
    EXPECT_EQ(Rows(query).size(), before);
    if (own_too) Run("INSERT INTO t VALUE {'id': 6001, 'g': 2}");
    ASSERT_TRUE(other->Execute("INSERT INTO t VALUE {'id': 6002, 'g': 2}").ok());
    Run("UPDATE t SET v = 9 WHERE id = 1");
    EXPECT_EQ(connection_->Commit().code(), StatusCode::kTransactionConflict) << own_too;
  }
}

TEST(PositionsOnDisk, WhatIsLeftOutIsKnownAfterOpening) {
  const std::string directory =
      (std::filesystem::temp_directory_path() / ("parton_positions_" + std::to_string(getpid()))).string();
  std::filesystem::remove_all(directory);
  Options options;
  options.background = false;
  std::string token;
  auto explain = [](Connection* c) {
    auto result = c->Execute("EXPLAIN SELECT VALUE id FROM t WHERE g = 1 ORDER BY s LIMIT 2").value();
    return result->text();
  };
  {
    auto db = Database::Open(directory, options).value();
    auto c = db->Connect();
    ASSERT_TRUE(
        c->Execute("CREATE TABLE t (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g NUMBER, s NUMBER))").ok());
    ASSERT_TRUE(c->Execute("INSERT INTO t SELECT VALUE {'id': i, 'g': 1, 's': i} FROM range(1, 50) AS i").ok());
    auto result = c->Execute("SELECT VALUE id FROM t WHERE g = 1 ORDER BY s, id LIMIT 2 AFTER NULL").value();
    ASSERT_TRUE(result->Next());
    token = result->position();
  }
  {
    auto db = Database::Open(directory, options).value();
    auto c = db->Connect();
    EXPECT_NE(explain(c.get()).find("Query t.by_g"), std::string::npos) << explain(c.get());
    auto result =
        c->Execute("SELECT VALUE id FROM t WHERE g = 1 ORDER BY s, id LIMIT 2 AFTER ?", {Value::String(token)});
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    ASSERT_TRUE((*result)->Next()) << (*result)->status().ToString();
    EXPECT_EQ((*result)->row().int_value(), 2);
    ASSERT_TRUE(c->Execute("INSERT INTO t VALUE {'id': 99, 'g': 1}").ok());
  }
  {
    auto db = Database::Open(directory, options).value();
    auto c = db->Connect();
    EXPECT_EQ(explain(c.get()).find("Query t.by_g"), std::string::npos) << explain(c.get());
    EXPECT_TRUE(db->Check().empty());
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace parton

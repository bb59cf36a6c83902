// The embedding API: databases, connections, prepared statements, results.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

class DatabaseTest : public ExecutorTest {};

TEST_F(DatabaseTest, OpenErrors) {
  const std::string dir = ::testing::TempDir() + "/parton_database_test";
  std::filesystem::remove_all(dir);
  Options options;
  options.create_if_missing = false;
  EXPECT_EQ(Database::Open(dir, options).status().code(), StatusCode::kOpenFailed);
  {
    auto db = Database::Open(dir);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    EXPECT_EQ((*db)->path(), dir);
    EXPECT_EQ(Database::Open(dir).status().code(), StatusCode::kLocked);
    auto c = (*db)->Connect();
    ASSERT_TRUE(c->ExecuteScript("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t VALUE {'a': 1}").ok());
  }
  options.create_if_missing = true;
  options.error_if_exists = true;
  EXPECT_FALSE(Database::Open(dir, options).ok());
  options.error_if_exists = false;
  options.read_only = true;
  {
    auto db = Database::Open(dir, options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    auto c = (*db)->Connect();
    EXPECT_EQ(c->Execute("SELECT * FROM t").value()->All().value().size(), 1u);
    EXPECT_EQ(c->Execute("DELETE FROM t WHERE a = 1").status().code(), StatusCode::kReadOnly);
    EXPECT_FALSE(c->Execute("DROP TABLE t").ok());
    EXPECT_FALSE(c->Execute("BEGIN").ok());
    EXPECT_TRUE((*db)->Check().empty());
  }
  std::filesystem::remove_all(dir);
}

TEST_F(DatabaseTest, Kinds) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a))");
  auto kind = [&](const char* text) {
    auto r = connection_->Execute(text);
    EXPECT_TRUE(r.ok()) << text << ": " << r.status().ToString();
    return r.ok() ? (*r)->kind() : ResultKind::kDone;
  };
  EXPECT_EQ(kind("SELECT * FROM t"), ResultKind::kRows);
  EXPECT_EQ(kind("1 + 1"), ResultKind::kValue);
  EXPECT_EQ(kind("<<1>>"), ResultKind::kRows);
  EXPECT_EQ(kind("INSERT INTO t VALUE {'a': 1}"), ResultKind::kChanged);
  EXPECT_EQ(kind("EXPLAIN SELECT * FROM t"), ResultKind::kText);
  EXPECT_EQ(kind("SET threads = 1"), ResultKind::kDone);
  auto ordered = connection_->Execute("SELECT a FROM t ORDER BY a").value();
  EXPECT_TRUE(ordered->ordered());
  EXPECT_EQ(ordered->columns(), (Strings{"a"}));
  EXPECT_EQ(ordered->All().value().size(), 1u);
  EXPECT_EQ(ordered->stats().access_path, "Scan t");
  EXPECT_EQ(ordered->stats().items_examined, 1u);
}

TEST_F(DatabaseTest, Parameters) {
  Run("CREATE TABLE t (a STRING, PRIMARY KEY (a)); INSERT INTO t << {'a': 'x', 'n': 1}, {'a': 'y', 'n': 2} >>");
  EXPECT_EQ(One("SELECT n FROM t WHERE a = ?", {"y"}), "{'n': 2}");
  EXPECT_EQ(Error("SELECT n FROM t WHERE a = ?").code(), StatusCode::kValidation);
  EXPECT_EQ(Error("SELECT n FROM t", {1}).code(), StatusCode::kValidation);
  EXPECT_EQ(Rows("SELECT n FROM t WHERE a = ?", {5}).size(), 0u);
  EXPECT_EQ(Rows("SELECT n FROM t WHERE a = ?", {nullptr}).size(), 0u);
  EXPECT_EQ(Rows("SELECT VALUE n FROM t WHERE a IN ?", {Value::List({"y", "x", "x", 7})}), (Strings{"1", "2"}));
  auto named = connection_->ExecuteNamed("SELECT n FROM t WHERE a = :key AND n < :top", {{"top", 9}, {"key", "x"}});
  ASSERT_TRUE(named.ok()) << named.status().ToString();
  EXPECT_EQ((*named)->All().value().size(), 1u);
  EXPECT_FALSE(connection_->ExecuteNamed("SELECT n FROM t WHERE a = :key", {}).ok());
  EXPECT_FALSE(connection_->ExecuteNamed("SELECT n FROM t WHERE a = :key", {{"key", 1}, {"no", 2}}).ok());
}

TEST_F(DatabaseTest, PreparedStatements) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t << {'a': 1, 'b': 'x'}, {'a': 2, 'b': 'y'} >>");
  auto s = connection_->Prepare("SELECT VALUE b FROM t WHERE a = ?").value();
  EXPECT_EQ(s->parameter_count(), 1);
  EXPECT_TRUE(s->is_read_only());
  EXPECT_EQ(s->Execute().status().code(), StatusCode::kValidation);
  EXPECT_FALSE(s->Bind(0, 1).ok());
  EXPECT_FALSE(s->Bind(2, 1).ok());
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(s->Bind(1, round).ok());
    auto r = s->Execute();
    ASSERT_TRUE(r.ok());
    std::vector<Value> rows = (*r)->All().value();
    ASSERT_EQ(rows.size(), round == 0 ? 0u : 1u);
    if (round > 0) {
      EXPECT_EQ(rows[0], Value(round == 1 ? "x" : "y"));
    }
  }
  // A number spelled another way is the same key.
  EXPECT_EQ(s->Execute({Value::Float(2.0)}).value()->All().value().size(), 1u);
  EXPECT_EQ(s->Execute({Value::Decimal(Number::ParseStrict("2.00").value())}).value()->All().value().size(), 1u);
  EXPECT_EQ(s->Execute({Value::Float(1e300)}).value()->All().value().size(), 0u);

  // Runs again while a result is open: the earlier one ends.
  auto all = connection_->Prepare("SELECT * FROM t").value();
  ResultSet* first = all->Execute().value();
  EXPECT_TRUE(first->Next());
  EXPECT_EQ(all->Execute().value()->All().value().size(), 2u);
}

TEST_F(DatabaseTest, PreparedAfterSchemaChange) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t VALUE {'a': 1, 'b': 'x'}");
  auto s = connection_->Prepare("SELECT * FROM t WHERE b = 'x'").value();
  EXPECT_EQ(s->Execute().value()->All().value().size(), 1u);
  Run("CREATE INDEX g ON t (b STRING)");
  EXPECT_EQ(s->Execute().value()->All().value().size(), 1u);
  Run("DROP INDEX g ON t");
  EXPECT_EQ(s->Execute().value()->All().value().size(), 1u);
  Run("DROP TABLE t");
  EXPECT_EQ(s->Execute().status().code(), StatusCode::kNotFound);
  Run("CREATE TABLE t (b STRING, PRIMARY KEY (b)); INSERT INTO t VALUE {'b': 'x', 'n': 2}");
  ResultSet* r = s->Execute().value();
  std::vector<Value> rows = r->All().value();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].ToLiteral(), "{'b': 'x', 'n': 2}");
  EXPECT_EQ(r->stats().access_path, "GetItem t");
}

TEST_F(DatabaseTest, SettingsReplan) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a))");
  auto s = connection_->Prepare("SELECT * FROM t").value();
  ASSERT_TRUE(s->Execute().ok());
  ASSERT_TRUE(connection_->Set("scan", "deny").ok());
  EXPECT_EQ(s->Execute().status().code(), StatusCode::kScanDenied);
  ASSERT_TRUE(connection_->Set("scan", "warn").ok());
  auto r = s->Execute();
  ASSERT_TRUE(r.ok());
  EXPECT_EQ((*r)->notices().size(), 1u);
  EXPECT_EQ(connection_->Get("scan").value(), Value("warn"));
  EXPECT_FALSE(connection_->Set("scan", "maybe").ok());
  EXPECT_FALSE(connection_->Set("nothing", 1).ok());
}

TEST_F(DatabaseTest, LiftedLiteralsKeepMeaningAndPositions) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t << {'a': 1, 'b': 'x'}, {'a': 2, 'b': 'y'} >>");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Rows(fmt::format("SELECT VALUE b FROM t WHERE a = {}", i)).size(), i == 0 ? 0u : 1u);
  }
  // The error points into the text as it was given.
  Status s = Error("SELECT VALUE a FROM t WHERE a = 1234567 OR CAST('nonsense' AS nosuchtype) = 5");
  EXPECT_FALSE(s.ok());
  Status late = Error("INSERT INTO t VALUE {'a': 123456789, 'b': DATE '2024-01-01'}");
  EXPECT_EQ(late.code(), StatusCode::kValidation);
  EXPECT_EQ(Error("SELECT VALUE 12345 / (a - a) FROM t").span().column, 14u);
}

TEST_F(DatabaseTest, StreamingIsLazy) {
  auto start = std::chrono::steady_clock::now();
  auto r = connection_->Execute("SELECT VALUE x FROM range(1, 1000000000000) AS x");
  ASSERT_TRUE(r.ok());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE((*r)->Next());
  EXPECT_EQ((*r)->row(), Value(10));
  r->reset();
  EXPECT_EQ(Rows("SELECT VALUE x FROM range(1, 1000000000000) AS x LIMIT 3").size(), 3u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));  // not the hours of all rows
}

TEST_F(DatabaseTest, CancelFromAnotherThread) {
  for (const char* text : {"SELECT COUNT(*) FROM range(1, 1000000000000) AS x",
                           "SELECT VALUE x FROM range(1, 1000000000000) AS x WHERE x < 0",
                           "SELECT VALUE 1 FROM range(1, 10000000) AS x, range(1, 10000000) AS y WHERE x + y < 0"}) {
    std::thread canceller([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      connection_->Cancel();
    });
    Status s = Error(text);
    canceller.join();
    EXPECT_EQ(s.code(), StatusCode::kCancelled) << text;
    EXPECT_EQ(One("1"), "1");
  }
}

TEST_F(DatabaseTest, ProgressCancels) {
  int calls = 0;
  connection_->SetProgress([&](uint64_t, uint64_t) { return ++calls < 2; });
  EXPECT_EQ(Error("SELECT COUNT(*) FROM range(1, 1000000000000) AS x").code(), StatusCode::kCancelled);
  EXPECT_EQ(calls, 2);
  connection_->SetProgress(nullptr);
  EXPECT_EQ(One("1"), "1");
}

TEST_F(DatabaseTest, BadTexts) {
  for (const char* text :
       {"", ";", "SELECT", "SELECT * FROM", "SELEC 1", "SELECT 'x", "\xff\xfe", "SELECT * FROM nosuch", "((((((",
        "SELECT * FROM \"a\".\"b\".\"c\"", "UPDATE t", "INSERT INTO", "/*", "1; 2"}) {
    EXPECT_FALSE(Error(text).ok()) << text;
  }
  EXPECT_FALSE(Error(std::string(100000, '(')).ok());
  EXPECT_FALSE(connection_->Prepare("SELECT * FROM nosuch").ok());
}

TEST_F(DatabaseTest, ScriptsReportPositions) {
  Status s =
      connection_->ExecuteScript("CREATE TABLE t (a NUMBER, PRIMARY KEY (a));\n-- comment\nSELECT *\n  FROM nosuch;");
  EXPECT_EQ(s.code(), StatusCode::kNotFound);
  EXPECT_EQ(s.span().line, 4u);
  EXPECT_EQ(s.span().column, 8u);
}

TEST_F(DatabaseTest, Transactions) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t VALUE {'a': 1, 'n': 10}");
  auto other = db_->Connect();
  Run("BEGIN");
  EXPECT_TRUE(connection_->in_transaction());
  Run("UPDATE t SET n = n + 1 WHERE a = 1; INSERT INTO t VALUE {'a': 2}");
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 2u);
  EXPECT_EQ(other->Execute("SELECT * FROM t").value()->All().value().size(), 1u);
  EXPECT_FALSE(Error("CREATE TABLE u (a NUMBER, PRIMARY KEY (a))").ok());
  EXPECT_FALSE(Error("BEGIN").ok());
  Run("ROLLBACK");
  EXPECT_EQ(Rows("SELECT VALUE n FROM t"), (Strings{"10"}));
  Run("BEGIN; SAVEPOINT s; INSERT INTO t VALUE {'a': 2}; ROLLBACK TO s; INSERT INTO t VALUE {'a': 3}");
  auto open = connection_->Execute("SELECT * FROM t");
  ASSERT_TRUE(open.ok() && (*open)->Next());
  Run("COMMIT");
  EXPECT_FALSE((*open)->Next());
  EXPECT_FALSE((*open)->status().ok());
  EXPECT_EQ(Rows("SELECT VALUE a FROM t"), (Strings{"1", "3"}));
  EXPECT_FALSE(Error("COMMIT").ok());
  // A statement that fails leaves the transaction as it was.
  Run("BEGIN; INSERT INTO t VALUE {'a': 4}");
  EXPECT_EQ(Error("INSERT INTO t << {'a': 5}, {'a': 1} >>").code(), StatusCode::kDuplicateItem);
  Run("COMMIT");
  EXPECT_EQ(Rows("SELECT VALUE a FROM t"), (Strings{"1", "3", "4"}));
}

TEST_F(DatabaseTest, TransactionConflict) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t VALUE {'a': 1, 'n': 10}");
  auto other = db_->Connect();
  Run("BEGIN; UPDATE t SET n = n + 1 WHERE a = 1");
  ASSERT_TRUE(other->Execute("UPDATE t SET n = 100 WHERE a = 1").ok());
  Status s = Error("COMMIT");
  EXPECT_EQ(s.code(), StatusCode::kTransactionConflict);
  EXPECT_TRUE(s.IsRetryable());
  EXPECT_FALSE(connection_->in_transaction());
  EXPECT_EQ(Rows("SELECT VALUE n FROM t"), (Strings{"100"}));
}

TEST_F(DatabaseTest, ManyThreads) {
  Run("CREATE TABLE c (a NUMBER, PRIMARY KEY (a)); INSERT INTO c VALUE {'a': 1, 'n': 0};"
      "CREATE TABLE log (t NUMBER, i NUMBER, PRIMARY KEY (t, i), GLOBAL INDEX by_i (i, t))");
  constexpr int kThreads = 4, kRounds = 50;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      auto c = db_->Connect();
      auto read = c->Prepare("SELECT VALUE n FROM c WHERE a = ?").value();
      for (int i = 0; i < kRounds; ++i) {
        if (!c->Execute("UPDATE c SET n = n + 1 WHERE a = 1").ok()) ++failures;
        if (!c->Execute("INSERT INTO log VALUE {'t': ?, 'i': ?}", {t, i}).ok()) ++failures;
        auto r = read->Execute({1});
        if (!r.ok() || (*r)->All().value().size() != 1) ++failures;
        if (!c->Execute(fmt::format("SELECT COUNT(*) FROM log WHERE i = {}", i)).value()->All().ok()) ++failures;
      }
    });
  }
  std::thread ddl([&] {
    auto c = db_->Connect();
    for (int i = 0; i < 5; ++i) {
      if (!c->ExecuteScript("CREATE TABLE extra (x NUMBER, PRIMARY KEY (x)); INSERT INTO extra VALUE {'x': 1}; "
                            "DROP TABLE extra")
               .ok()) {
        ++failures;
      }
    }
  });
  for (std::thread& t : threads) t.join();
  ddl.join();
  EXPECT_EQ(failures.load(), 0);
  EXPECT_EQ(One("SELECT VALUE n FROM c"), std::to_string(kThreads * kRounds));
  EXPECT_EQ(One("SELECT COUNT(*) AS n FROM log"), fmt::format("{{'n': {}}}", kThreads * kRounds));
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(DatabaseTest, ParallelScans) {
  Run("CREATE TABLE big (a NUMBER, PRIMARY KEY (a))");
  Run("INSERT INTO big SELECT VALUE {'a': x, 'g': x % 7, 'n': x * 2, 's': 'padding padding padding padding padding'} "
      "FROM range(1, 60000) AS x WITH (batch = 5000)");
  Strings expected_groups, expected_rows;
  for (int threads : {1, 2, 4}) {
    Run(fmt::format("SET threads = {}", threads));
    EXPECT_EQ(One("SELECT COUNT(*) AS n, SUM(n) AS s FROM big WHERE a % 2 = 0"), "{'n': 30000, 's': 1800060000}");
    Strings groups = Rows("SELECT g, COUNT(*) AS n, MAX(a) AS m FROM big GROUP BY g");
    Strings rows = Rows("SELECT VALUE a FROM big WHERE n > 100000 ORDER BY a");
    if (threads == 1) {
      expected_groups = groups;
      expected_rows = rows;
      EXPECT_EQ(groups.size(), 7u);
      EXPECT_EQ(rows.size(), 10000u);
    }
    EXPECT_EQ(groups, expected_groups);
    EXPECT_EQ(rows, expected_rows);
    EXPECT_EQ(Rows("SELECT a FROM big WHERE s LIKE 'padding%' LIMIT 5").size(), 5u);
    auto r = connection_->Execute("SELECT a FROM big WHERE s LIKE 'padding%'");
    ASSERT_TRUE(r.ok() && (*r)->Next());
    r->reset();  // stops the workers
    EXPECT_EQ(Rows("SELECT a / 0 FROM big WHERE a > 100").size(), 1u);
  }
}

TEST_F(DatabaseTest, Names) {
  Run("CREATE TABLE tt (a NUMBER, b STRING, PRIMARY KEY (a), GLOBAL INDEX g (b))");
  EXPECT_EQ(db_->TableNames(), (Strings{"tt"}));
  EXPECT_EQ(db_->IndexNames("tt"), (Strings{"g"}));
  EXPECT_TRUE(db_->IndexNames("nosuch").empty());
  EXPECT_FALSE(Version().empty());
}

}  // namespace
}  // namespace parton

// The n-th allocation fails, for n = 1, 2, ... until the call succeeds: each time the call says so or succeeds, what
// it was to write is there wholly or not at all, and the database goes on. In a process of its own.
//
// LevelDB takes no exceptions, and ANTLR holds locks by hand, so allocations below them do not fail here: before they
// are called it is made sure that there is memory.
#include <dlfcn.h>
#include <execinfo.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "parton/database.h"

namespace {

// Allocations of this thread until one fails; 0: none does.
thread_local long until_failure = 0;
// The same over all threads.
std::atomic<long> until_failure_anywhere{0};
thread_local bool looking = false;

bool BelowLibrary() {
  void* frames[64];
  const int n = backtrace(frames, 64);
  for (int i = 0; i < n; ++i) {
    Dl_info info;
    if (dladdr(frames[i], &info) == 0 || info.dli_fname == nullptr) continue;
    if (strstr(info.dli_fname, "libleveldb") != nullptr || strstr(info.dli_fname, "libantlr4") != nullptr) return true;
  }
  return false;
}

bool MustFail() {
  if (looking) return false;
  bool mine = until_failure > 0 && --until_failure == 0;
  bool any = false;
  if (!mine && until_failure_anywhere.load(std::memory_order_relaxed) > 0) {
    any = until_failure_anywhere.fetch_sub(1) == 1;
  }
  if (!mine && !any) return false;
  looking = true;
  const bool below = BelowLibrary();
  looking = false;
  if (!below) return true;
  if (mine) until_failure = 1;
  if (any) until_failure_anywhere.store(1);
  return false;
}

}  // namespace

void* operator new(size_t size) {
  if (MustFail()) throw std::bad_alloc();
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return MustFail() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }

namespace parton {
namespace {

class OutOfMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    void* warm[4];
    (void)backtrace(warm, 4);
    folder_ = std::filesystem::temp_directory_path() / ("parton_oom_" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    Options options;
    options.background = false;
    db_ = Database::Open((folder_ / "db").string(), options).value();
    connection_ = db_->Connect();
    Run(R"(
        CREATE TABLE t (id NUMBER, name STRING, PRIMARY KEY (id), GLOBAL INDEX by_name (name)) WITH (stream = 'NEW_AND_OLD_IMAGES');
        CREATE TABLE u (k STRING, n NUMBER, PRIMARY KEY (k, n));
        INSERT INTO u SELECT VALUE {'k': 'k' || CAST(i % 3 AS STRING), 'n': i, 'text': 'a text that is not quite short'}
          FROM range(0, 30) AS i;)");
    Reset();
  }
  void TearDown() override {
    EXPECT_EQ(db_->Check(), std::vector<std::string>());
    connection_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Run(const std::string& script) {
    const Status s = connection_->ExecuteScript(script);
    ASSERT_TRUE(s.ok()) << s.ToString() << "\n" << script;
  }
  void Reset() {
    Run(R"(DELETE FROM t;
           INSERT INTO t SELECT VALUE {'id': i, 'name': 'name ' || CAST(i % 7 AS STRING), 'list': [i, {'a': 'b'}]}
             FROM range(0, 20) AS i)");
  }
  // All that is in the tables.
  std::string Contents() {
    auto rows = connection_->Execute("SELECT t.* FROM t AS t ORDER BY t.id").value()->All().value();
    auto more =
        connection_->Execute("SELECT t.id, t.name FROM t.by_name AS t ORDER BY t.name, t.id").value()->All().value();
    std::string text;
    for (const Value& v : rows) text += v.ToLiteral() + "\n";
    for (const Value& v : more) text += v.ToLiteral() + "\n";
    return text;
  }
  // All rows are read and thrown away.
  Status Execute(const std::string& text) {
    auto result = connection_->Execute(text);
    if (!result.ok()) return result.status();
    while ((*result)->Next()) {
    }
    return (*result)->status();
  }

  // Fails each allocation of `call` in turn. `after`: puts back what a success changed.
  void FailEach(const std::string& what, const std::function<Status()>& call, const std::function<void()>& after,
                bool all_threads = false) {
    SCOPED_TRACE(what);
    const bool thorough = std::getenv("PARTON_EVERY_ALLOCATION") != nullptr;
    ASSERT_TRUE(call().ok());
    const std::string done = Contents();
    after();
    const std::string before = Contents();
    for (long n = 1;; n += thorough ? 1 : 1 + n / 40) {
      if (all_threads) {
        until_failure_anywhere.store(n);
      } else {
        until_failure = n;
      }
      const Status s = call();
      const bool reached = all_threads ? until_failure_anywhere.exchange(0) <= 0 : until_failure == 0;
      until_failure = 0;
      if (connection_->in_transaction()) (void)connection_->Rollback();
      const std::string now = Contents();
      if (s.ok()) {
        ASSERT_EQ(now, done) << "allocation " << n;
        after();
      } else {
        ASSERT_EQ(s.code(), StatusCode::kOutOfMemory) << "allocation " << n << ": " << s.ToString();
        ASSERT_EQ(now, before) << "allocation " << n << ": " << s.ToString();
      }
      if (!reached) break;
      ASSERT_LT(n, 1'000'000);
    }
  }
  void FailEach(const std::string& text) {
    FailEach(
        text, [&] { return Execute(text); }, [] {});
  }
  void FailEachWrite(const std::string& text) {
    FailEach(
        text, [&] { return Execute(text); }, [&] { Reset(); });
  }

  std::filesystem::path folder_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(OutOfMemory, Queries) {
  FailEach("SELECT * FROM t WHERE id = 3");
  FailEach(
      "SELECT t.id, u.text FROM t JOIN u ON u.n = t.id WHERE t.name LIKE 'name%' ORDER BY u.text DESC, t.id LIMIT 5");
  FailEach("SELECT name, COUNT(*) AS c, ARRAY_AGG(id) AS ids FROM t GROUP BY name HAVING COUNT(*) > 1");
  FailEach("SELECT DISTINCT VALUE TO_JSON(t.list) FROM t UNION ALL SELECT VALUE UPPER(u.text) FROM u AS u");
  FailEach("SELECT id, MAX(id) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS m FROM t");
  FailEach(
      "SELECT VALUE (SELECT MAX(u.n) FROM u WHERE u.n < t.id) FROM t WHERE EXISTS (SELECT * FROM u WHERE u.n = t.id)");
  FailEach("WITH RECURSIVE r AS (SELECT VALUE 1 UNION ALL SELECT VALUE x + 1 FROM r AS x WHERE x < 5) SELECT * FROM r");
  FailEach("SELECT VALUE REGEXP_EXTRACT_ALL(text, '[a-z]+') FROM u");
}

TEST_F(OutOfMemory, QueriesThatSpill) {
  Run("SET memory_limit = 4096");
  FailEach("SELECT a.k, a.n, b.text FROM u AS a JOIN u AS b ON a.k = b.k ORDER BY b.text, a.n, b.n");
}

TEST_F(OutOfMemory, OtherStatements) {
  FailEach("EXPLAIN SELECT * FROM t WHERE name = 'name 1'");
  FailEach("EXPLAIN ANALYZE SELECT * FROM t WHERE name = 'name 1'");
  FailEach("EXPLAIN (FORMAT API) SELECT * FROM t WHERE id = 1");
  FailEach("DESCRIBE t");
  FailEach("SHOW TABLES");
  FailEach("SHOW ALL");
  FailEach("SHOW CREATE TABLE t");
  FailEach("SET scan = warn");
  FailEach("ANALYZE t");
  FailEach("COPY t TO '" + (folder_ / "out.jsonl").string() + "'");
  FailEach("CHECK DATABASE");
}

TEST_F(OutOfMemory, Writes) {
  FailEachWrite("INSERT INTO t VALUE {'id': 100, 'name': 'new', 'list': []} RETURNING ALL NEW *");
  FailEachWrite("INSERT INTO t << {'id': 100, 'name': 'a'}, {'id': 101, 'name': 'b'} >>");
  FailEachWrite("UPSERT INTO t VALUE {'id': 5, 'extra': 'x'}");
  FailEachWrite("UPDATE t SET name = 'changed', list[0] = list[0] + 1 WHERE id = 4 RETURNING MODIFIED OLD *");
  FailEachWrite("UPDATE t SET name = name || '!' WHERE id < 10");
  FailEachWrite("DELETE FROM t WHERE id > 3 RETURNING ALL OLD *");
}

TEST_F(OutOfMemory, Copy) {
  std::ofstream file(folder_ / "in.jsonl");
  for (int i = 200; i < 230; ++i) file << "{\"id\": " << i << ", \"name\": \"copied\"}\n";
  file.close();
  FailEachWrite("COPY t FROM '" + (folder_ / "in.jsonl").string() + "' (ATOMIC)");
}

TEST_F(OutOfMemory, Transactions) {
  // The caller's own strings and values are made before, here and below.
  const std::vector<std::string> texts = {"BEGIN",         "INSERT INTO t VALUE {'id': 300, 'name': 'x'}",
                                          "SAVEPOINT s",   "UPDATE t SET name = 'y' WHERE id IN (300, 1)",
                                          "ROLLBACK TO s", "UPDATE t SET name = 'z' WHERE id IN (300, 2)",
                                          "COMMIT"};
  FailEach(
      "transaction",
      [&]() -> Status {
        for (const std::string& text : texts) {
          if (Status s = Execute(text); !s.ok()) return s;
        }
        return Status::Ok();
      },
      [&] { Reset(); });
}

TEST_F(OutOfMemory, PreparedStatements) {
  const Value name = "name 1";
  FailEach(
      "prepared",
      [&]() -> Status {
        auto statement = connection_->Prepare("SELECT * FROM t WHERE id = ? OR name = ?");
        if (!statement.ok()) return statement.status();
        if (Status s = (*statement)->Bind(1, 3); !s.ok()) return s;
        if (Status s = (*statement)->Bind(2, name); !s.ok()) return s;
        auto result = (*statement)->Execute();
        if (!result.ok()) return result.status();
        while ((*result)->Next()) {
        }
        return (*result)->status();
      },
      [] {});
}

TEST_F(OutOfMemory, Requests) {
  TransactWriteRequest request;
  request.operations.push_back(WriteOperation::Put("t", Value::Struct({{"id", 400}, {"name", "put"}})));
  request.operations.push_back(WriteOperation::Update("t", Value::Struct({{"id", 1}}), "SET name = ?", {"updated"}));
  request.operations.push_back(WriteOperation::Delete("t", Value::Struct({{"id", 2}})));
  FailEach(
      "TransactWrite", [&] { return db_->TransactWrite(request).status(); }, [&] { Reset(); });
  const std::vector<WriteOperation> batch = {WriteOperation::Put("t", Value::Struct({{"id", 401}, {"name", "batch"}})),
                                             WriteOperation::Delete("t", Value::Struct({{"id", 3}}))};
  FailEach(
      "BatchWrite", [&] { return db_->BatchWrite(batch).status(); }, [&] { Reset(); });
  const std::vector<ReadOperation> reads = {{"t", Value::Struct({{"id", 4}}), "name, list[0]"},
                                            {"t", Value::Struct({{"id", 5}}), ""}};
  FailEach(
      "TransactGet", [&] { return db_->TransactGet(reads).status(); }, [] {});
  FailEach(
      "BatchGet", [&] { return db_->BatchGet(reads).status(); }, [] {});
  ExecuteTransactionRequest statements;
  statements.statements.push_back({"UPDATE t SET name = 'stated' WHERE id = 6", {}, false});
  statements.statements.push_back({"DELETE FROM t WHERE id = 7", {}, false});
  FailEach(
      "ExecuteTransaction", [&] { return db_->ExecuteTransaction(statements).status(); }, [&] { Reset(); });
}

TEST_F(OutOfMemory, Items) {
  PutItemRequest put;
  put.table = "t";
  put.item = Value::Struct({{"id", 500}, {"name", "put"}});
  put.expressions.condition = "attribute_not_exists(id)";
  put.returning = ReturnedItem::kAllOld;
  FailEach(
      "PutItem", [&] { return db_->PutItem(put).status(); }, [&] { Reset(); });
  UpdateItemRequest update;
  update.table = "t";
  update.key = Value::Struct({{"id", 1}});
  update.expressions.update = "SET #n = :n";
  update.expressions.names = Expressions::Names{{"#n", "name"}};
  update.expressions.values = Expressions::Values{{":n", Value("updated")}};
  update.returning = ReturnedItem::kUpdatedNew;
  FailEach(
      "UpdateItem", [&] { return db_->UpdateItem(update).status(); }, [&] { Reset(); });
  GetItemRequest get;
  get.table = "t";
  get.key = Value::Struct({{"id", 4}});
  get.expressions.projection = "#n, #l[0]";
  get.expressions.names = Expressions::Names{{"#n", "name"}, {"#l", "list"}};
  FailEach(
      "GetItem", [&] { return db_->GetItem(get).status(); }, [] {});
  ScanRequest scan;
  scan.table = "t";
  scan.expressions.filter = "#n <> :n";
  scan.expressions.names = update.expressions.names;
  scan.expressions.values = update.expressions.values;
  scan.limit = 20;
  FailEach(
      "Scan", [&] { return db_->Scan(scan).status(); }, [] {});
  ExecuteStatementRequest statement;
  statement.text = "SELECT * FROM t WHERE name <> 'x'";
  statement.limit = 20;
  FailEach(
      "ExecuteStatement", [&] { return db_->ExecuteStatement(statement).status(); }, [] {});
  statement.text = "UPDATE t SET name = 'stated' WHERE id = 1 RETURNING ALL NEW *";
  statement.limit.reset();
  FailEach(
      "ExecuteStatement that writes", [&] { return db_->ExecuteStatement(statement).status(); }, [&] { Reset(); });
}

TEST_F(OutOfMemory, Feeds) {
  FailEach(
      "feed",
      [&]() -> Status {
        FeedOptions options;
        options.start = FeedOptions::Start::kTrimHorizon;
        auto feed = db_->OpenFeed("t", options);
        if (!feed.ok()) return feed.status();
        auto changes = (*feed)->Read(20);
        return changes.status();
      },
      [] {});
}

TEST_F(OutOfMemory, Tables) {
  const auto drop = [&] { Run("DROP TABLE IF EXISTS made"); };
  // What is left to fail does not fail the look at the outcome.
  const auto succeeds = [&](const std::string& text) {
    const long left = std::exchange(until_failure, 0);
    const bool ok = Execute(text).ok();
    until_failure = left;
    return ok;
  };
  const std::string made = "SELECT * FROM made";
  const std::string create = "CREATE TABLE made (a STRING, b STRING, PRIMARY KEY (a), GLOBAL INDEX i (b))";
  FailEach(
      create,
      [&] {
        const Status s = Execute(create);
        EXPECT_EQ(succeeds(made), s.ok()) << s.ToString();
        return s;
      },
      drop);
  const std::string look = "SELECT text FROM u.added";
  const std::string index = "CREATE INDEX added ON u (text STRING)";
  FailEach(
      index,
      [&] {
        const Status s = Execute(index);
        EXPECT_EQ(succeeds(look), s.ok()) << s.ToString();
        return s;
      },
      [&] { Run("DROP INDEX added ON u"); });
}

// A failure may come in a worker as well.
TEST_F(OutOfMemory, ParallelScan) {
  Run("CREATE TABLE big (id NUMBER, PRIMARY KEY (id));"
      "INSERT INTO big SELECT VALUE {'id': i, 'x': i % 100, 'pad': 'some bytes to make it longer'}"
      "  FROM range(0, 20000) AS i WITH (batch = 5000); SET threads = 2; ANALYZE big");
  const std::string text = "SELECT x, COUNT(*) AS c FROM big GROUP BY x ORDER BY x LIMIT 3";
  const bool thorough = std::getenv("PARTON_EVERY_ALLOCATION") != nullptr;
  for (long n = 1; n < 200'000; n += thorough ? 1 + n / 50 : 1 + n / 4) {
    until_failure_anywhere.store(n);
    const Status s = Execute(text);
    const bool reached = until_failure_anywhere.exchange(0) <= 0;
    if (!s.ok()) {
      ASSERT_EQ(s.code(), StatusCode::kOutOfMemory) << n << ": " << s.ToString();
    }
    if (!reached) break;
  }
  EXPECT_TRUE(Execute(text).ok());
}

}  // namespace
}  // namespace parton

// BACKUP, RESTORE, REPAIR, and what a damaged file does.
#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "parton/backups.h"
#include "parton/streams.h"
#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

class BackupTest : public ExecutorTest {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + "/parton_backup_test";
    fs::remove_all(root_);
    fs::create_directories(root_);
    OpenWith({});
  }
  void TearDown() override {
    connection_.reset();
    db_.reset();
    fs::remove_all(root_);
  }
  std::string Dir(const std::string& name) { return root_ + "/" + name; }

  std::string root_;
};

TEST_F(BackupTest, EverythingComesBack) {
  Run("CREATE TABLE t (a NUMBER, g STRING, PRIMARY KEY (a), GLOBAL INDEX by_g (g)) "
      "WITH (stream = 'both images', ttl = 'e'); CREATE TABLE copy (a NUMBER, PRIMARY KEY (a))");
  for (int i = 0; i < 300; ++i) {
    Run(fmt::format("INSERT INTO t VALUE {{'a': {}, 'g': '{}', 'e': 4000000000, 'n{}': [1.50, <<'x'>>, {{}}]}}", i,
                    i % 7, i % 40));
  }
  Run("CREATE TRIGGER r ON t AS INSERT INTO copy SELECT VALUE r.NewImage FROM records AS r");
  const Strings before = Rows("SELECT VALUE t FROM t AS t ORDER BY t.a");
  const Strings feed = Rows("SELECT VALUE r FROM changes('t') AS r");
  Run(fmt::format("BACKUP TO '{}'", Dir("b")));
  EXPECT_EQ(Error(fmt::format("BACKUP TO '{}'", Dir("b"))).code(), StatusCode::kOpenFailed);
  EXPECT_EQ(Error(fmt::format("RESTORE FROM '{}'", Dir("b"))).code(), StatusCode::kInUse);

  OpenWith({});
  EXPECT_FALSE(Error(fmt::format("RESTORE FROM '{}'", Dir("nix"))).ok());
  Run(fmt::format("RESTORE FROM '{}'", Dir("b")));
  EXPECT_EQ(Rows("SELECT VALUE t FROM t AS t ORDER BY t.a"), before);
  EXPECT_EQ(Rows("SELECT VALUE r FROM changes('t') AS r"), feed);
  EXPECT_EQ(Rows("SELECT * FROM t WHERE g = '3'").size(), 43u);
  EXPECT_TRUE(db_->Check().empty()) << db_->Check()[0];
  Run("INSERT INTO t VALUE {'a': 5000, 'new name': 1}");
  EXPECT_TRUE(db_->Settle().ok());
  EXPECT_EQ(Rows("SELECT * FROM copy").size(), 1u);
  EXPECT_TRUE(db_->Check().empty());
  connection_.reset();
  db_.reset();

  // A backup is a database.
  auto backup = Database::Open(Dir("b"));
  ASSERT_TRUE(backup.ok()) << backup.status().ToString();
  EXPECT_EQ((*backup)->Connect()->Execute("SELECT * FROM t").value()->All().value().size(), 300u);
  EXPECT_TRUE((*backup)->Check().empty());
}

// A table that was dropped leaves the records of its stream: nothing of them is mixed with what comes back.
TEST_F(BackupTest, InThePlaceOfDroppedTables) {
  Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'both images', pitr = true)");
  Run("INSERT INTO t VALUE {'a': 1}");
  const Strings feed = Rows("SELECT VALUE r FROM changes('t') AS r");
  Run(fmt::format("BACKUP TO '{}'", Dir("b")));
  Run("INSERT INTO t VALUE {'a': 2}; DELETE FROM t WHERE a = 1; DROP TABLE t");
  Run(fmt::format("RESTORE FROM '{}'", Dir("b")));
  EXPECT_EQ(Rows("SELECT VALUE r FROM changes('t') AS r"), feed);
  EXPECT_EQ(db_->streams().List()->streams.size(), 1u);
  EXPECT_TRUE(db_->Check().empty()) << db_->Check()[0];
  // Backups of tables are not thrown away.
  ASSERT_TRUE(db_->backups().Create("t", "kept").ok());
  Run("DROP TABLE t");
  EXPECT_EQ(Error(fmt::format("RESTORE FROM '{}'", Dir("b"))).code(), StatusCode::kInUse);
  EXPECT_EQ(db_->backups().List()->backups.size(), 1u);
}

// What a RESTORE that is cancelled took away of the names is written again with the next items.
TEST_F(BackupTest, NamesOutliveARestoreThatIsCancelled) {
  connection_.reset();
  db_ = Database::Open(Dir("d")).value();
  connection_ = db_->Connect();
  const std::string create = "CREATE TABLE t (a NUMBER, PRIMARY KEY (a))";
  Run(create);
  Run("INSERT INTO t SELECT VALUE {'a': i, 'b': i} FROM range(0, 300) AS i");
  Run(fmt::format("BACKUP TO '{}'", Dir("b")));
  Run("DROP TABLE t");
  connection_->SetProgress([](uint64_t, uint64_t) { return false; });
  EXPECT_EQ(Error(fmt::format("RESTORE FROM '{}'", Dir("b"))).code(), StatusCode::kCancelled);
  connection_->SetProgress({});
  Run(create);
  Run("INSERT INTO t VALUE {'a': 7, 'b': 8}");
  EXPECT_TRUE(db_->Check().empty()) << db_->Check()[0];
  connection_.reset();
  db_.reset();
  auto again = Database::Open(Dir("d"));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  db_ = std::move(*again);
  connection_ = db_->Connect();
  EXPECT_EQ(Rows("SELECT * FROM t"), Strings{"{'a': 7, 'b': 8}"});
  EXPECT_TRUE(db_->Check().empty());
}

// While writers go on a backup holds one consistent state: sums stay as transfers leave them.
TEST_F(BackupTest, Online) {
  Run("CREATE TABLE acc (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_v (v NUMBER)) WITH (stream = 'new image')");
  for (int i = 0; i < 20; ++i) Run(fmt::format("INSERT INTO acc VALUE {{'id': {}, 'v': 100}}", i));
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      auto c = db_->Connect();
      for (int i = 0; !stop; ++i) {
        if (!c->Execute("BEGIN").ok()) continue;
        (void)c->Execute("UPDATE acc SET v = v - 1 WHERE id = ?", {Value((i * 7 + w) % 20)});
        (void)c->Execute("UPDATE acc SET v = v + 1 WHERE id = ?", {Value((i * 3 + 5 * w) % 20)});
        (void)c->Execute("COMMIT");
      }
    });
  }
  for (int b = 0; b < 3; ++b) Run(fmt::format("BACKUP TO '{}'", Dir(fmt::format("online{}", b))));
  stop = true;
  for (std::thread& w : writers) w.join();
  for (int b = 0; b < 3; ++b) {
    auto backup = Database::Open(Dir(fmt::format("online{}", b)));
    ASSERT_TRUE(backup.ok()) << backup.status().ToString();
    auto sum = (*backup)->Connect()->Execute("SELECT VALUE SUM(a.v) FROM acc AS a").value()->All().value();
    EXPECT_EQ(sum[0].ToLiteral(), "2000");
    EXPECT_TRUE((*backup)->Check().empty()) << (*backup)->Check()[0];
  }
}

TEST_F(BackupTest, DamagedFileIsNamedAndTheRestIsReadable) {
  Options options;
  options.background = false;
  options.compression = false;
  options.durable = false;
  options.block_bytes = 4096;
  options.write_buffer_bytes = 64 << 10;
  const std::string dir = Dir("damaged");
  {
    auto db = Database::Open(dir, options);
    ASSERT_TRUE(db.ok());
    auto c = (*db)->Connect();
    ASSERT_TRUE(c->ExecuteScript("CREATE TABLE aaa (a NUMBER, PRIMARY KEY (a), GLOBAL INDEX by_q (q NUMBER)); CREATE "
                                 "TABLE bbb (a NUMBER, PRIMARY KEY (a))")
                    .ok());
    for (const char* table : {"aaa", "bbb"}) {
      for (int i = 0; i < 600; ++i) {
        ASSERT_TRUE(c->Execute(fmt::format("INSERT INTO {} VALUE {{'a': ?, 'p': ?}}", table),
                               {Value(i), Value(fmt::format("{}payload{}", table, std::string(400, 'x')))})
                        .ok());
      }
    }
  }
  // Reopening moves the log into tables.
  {
    auto db = Database::Open(dir, options);
    ASSERT_TRUE(db.ok());
  }
  int hit = 0;
  for (const auto& f : fs::directory_iterator(dir)) {
    if (f.path().extension() != ".ldb" && f.path().extension() != ".sst") continue;
    std::fstream file(f.path(), std::ios::in | std::ios::out | std::ios::binary);
    std::string data((std::istreambuf_iterator<char>(file)), {});
    const size_t at = data.find("aaapayload");
    if (at == std::string::npos) continue;
    file.clear();
    file.seekp(static_cast<std::streamoff>(at + 20));
    file.write("DAMAGE", 6);
    ++hit;
    break;
  }
  ASSERT_EQ(hit, 1);
  auto db = Database::Open(dir, options);
  ASSERT_TRUE(db.ok()) << db.status().ToString();
  auto c = (*db)->Connect();
  auto result = c->Execute("SELECT VALUE COUNT(x.p) FROM aaa AS x");
  Status s = result.status();
  if (result.ok()) s = (*result)->All().status();
  EXPECT_EQ(s.code(), StatusCode::kCorruption) << s.ToString();
  EXPECT_NE(s.message().find("aaa"), std::string::npos) << s.ToString();
  EXPECT_FALSE(s.hint().empty());
  EXPECT_EQ(c->Execute("SELECT VALUE x.a FROM bbb AS x").value()->All().value().size(), 600u);
  EXPECT_FALSE((*db)->Check().empty());
  // The first items, or an error if it is they that cannot be read: never those behind them.
  auto first = c->Execute("SELECT VALUE x.a FROM aaa AS x LIMIT 3");
  auto rows = first.ok() ? (*first)->All() : Result<std::vector<Value>>(first.status());
  if (rows.ok()) {
    EXPECT_EQ((*rows)[0].ToLiteral() + (*rows)[1].ToLiteral() + (*rows)[2].ToLiteral(), "012");
  } else {
    EXPECT_EQ(rows.status().code(), StatusCode::kCorruption);
  }
  EXPECT_EQ(c->Execute(fmt::format("BACKUP TO '{}'", Dir("of_damaged"))).status().code(), StatusCode::kCorruption);
  EXPECT_FALSE(Database::Open(Dir("of_damaged"),
                              [] {
                                Options o;
                                o.create_if_missing = false;
                                return o;
                              }())
                   .ok());
  auto repaired = c->Execute("REPAIR DATABASE");
  ASSERT_TRUE(repaired.ok()) << repaired.status().ToString();
  const std::string line = (*repaired)->All().value()[0].ToLiteral();
  EXPECT_NE(line.find("cannot be read: table aaa, items"), std::string::npos) << line;
  EXPECT_NE(line.find("it was taken out"), std::string::npos) << line;
  // Results must not outlive their connection.
  for (auto* r : {&result, &first, &repaired}) {
    if (r->ok()) (*r)->reset();
  }
  c.reset();
  db->reset();
  db = Database::Open(dir, options);
  ASSERT_TRUE(db.ok()) << db.status().ToString();
  c = (*db)->Connect();
  EXPECT_EQ(c->Execute("SELECT VALUE x.a FROM bbb AS x").value()->All().value().size(), 600u);
  // What is left can be read, as a whole.
  const size_t left = c->Execute("SELECT VALUE x.a FROM aaa AS x").value()->All().value().size();
  EXPECT_LT(left, 600u);
  EXPECT_GT(left, 500u);
  EXPECT_TRUE((*db)->Check().empty());
  EXPECT_TRUE(c->Execute(fmt::format("BACKUP TO '{}'", Dir("of_repaired"))).ok());
}

}  // namespace
}  // namespace parton

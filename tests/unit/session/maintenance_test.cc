// Statements about a whole table or database: they tell how far they are in items, can be cancelled, and leave
// everything consistent then.
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

constexpr int kItems = 20'000;

class MaintenanceTest : public ExecutorTest {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + "/parton_maintenance_test";
    fs::remove_all(root_);
    fs::create_directories(root_);
    Open();
    Run("CREATE TABLE t (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_g (g NUMBER))");
    Run("CREATE TABLE s (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'keys only')");
    for (const char* table : {"t", "s"}) {
      Run(fmt::format(
          "INSERT INTO {} SELECT VALUE {{'id': i, 'g': i % 10, 'h': i % 3, 'pad': 'abcdefghijklmnopqrstuvwxyz'}} "
          "FROM range(1, {}) AS i",
          table, kItems));
    }
    // To files, so that their sizes are known.
    Open();
  }
  void TearDown() override {
    connection_.reset();
    db_.reset();
    fs::remove_all(root_);
  }
  void Open() {
    connection_.reset();
    db_.reset();
    Options options;
    options.durable = false;
    options.write_buffer_bytes = 256 << 10;
    auto db = Database::Open(root_ + "/db", options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(*db);
    connection_ = db_->Connect();
  }
  // Progress is of items, grows, and does not reach its end while work goes on.
  void ExpectProgress(const std::string& statement, uint64_t items) {
    uint64_t last = 0, calls = 0, full = 0;
    connection_->SetProgress([&](uint64_t done, uint64_t total) {
      ++calls;
      EXPECT_GE(done, last) << statement;
      last = done;
      if (total != 0 && done >= total) ++full;
      return true;
    });
    const auto result = connection_->Execute(statement);
    EXPECT_TRUE(result.ok()) << statement << ": " << result.status().ToString();
    connection_->SetProgress(nullptr);
    EXPECT_GT(calls, 10u) << statement;
    EXPECT_EQ(full, 0u) << statement;
    EXPECT_GT(last, items * 9 / 10) << statement;
    EXPECT_LE(last, items * 11 / 10) << statement;
  }
  // What the statement says when it is cancelled after some calls.
  Status Cancelled(const std::string& statement) {
    int calls = 0;
    connection_->SetProgress([&](uint64_t, uint64_t) { return ++calls < 5; });
    const auto result = connection_->Execute(statement);
    connection_->SetProgress(nullptr);
    EXPECT_GE(calls, 5) << statement;
    EXPECT_LE(calls, 30) << statement;
    return result.status();
  }
  static Options ExistingOnly() {
    Options options;
    options.create_if_missing = false;
    return options;
  }
  void ExpectSound() {
    for (const std::string& problem : db_->Check()) ADD_FAILURE() << problem;
  }

  std::string root_;
};

TEST_F(MaintenanceTest, ProgressIsInItems) {
  ExpectProgress("CHECK DATABASE", 2 * kItems);
  // It checks again at the end.
  ExpectProgress("REPAIR DATABASE", 4 * kItems);
  ExpectProgress("CREATE INDEX by_h ON t (h NUMBER)", kItems);
  // Items, entries, change records, and the catalog.
  ExpectProgress(fmt::format("BACKUP TO '{}/backup'", root_), 5 * kItems);
  ExpectProgress("ANALYZE t", 3 * kItems);
  ExpectProgress("DROP INDEX by_h ON t", kItems);
  ExpectProgress("TRUNCATE TABLE s", kItems);
  ExpectProgress("DROP TABLE t", kItems);
  ExpectSound();
}

TEST_F(MaintenanceTest, CancelledWorkLeavesNothingHalfDone) {
  EXPECT_EQ(Cancelled("CHECK DATABASE").code(), StatusCode::kCancelled);
  EXPECT_EQ(Cancelled("REPAIR DATABASE").code(), StatusCode::kCancelled);
  EXPECT_EQ(Cancelled("ANALYZE t").code(), StatusCode::kCancelled);
  EXPECT_EQ(Cancelled(fmt::format("BACKUP TO '{}/backup'", root_)).code(), StatusCode::kCancelled);
  EXPECT_FALSE(Database::Open(root_ + "/backup", ExistingOnly()).ok());
  EXPECT_EQ(Cancelled("CREATE INDEX by_h ON t (h NUMBER)").code(), StatusCode::kCancelled);
  EXPECT_FALSE(connection_->Execute("SELECT * FROM t.by_h").ok());
  ExpectSound();
  // A stream must have every deletion.
  const Status truncated = Cancelled("TRUNCATE TABLE s");
  EXPECT_EQ(truncated.code(), StatusCode::kCancelled);
  EXPECT_NE(truncated.message().find("items were deleted, the others are there"), std::string::npos);
  ExpectSound();
}

// The table is gone at once; only its space is given back later.
TEST_F(MaintenanceTest, CancelledDropsAreDone) {
  EXPECT_TRUE(Cancelled("DROP INDEX by_g ON t").ok());
  ExpectSound();
  EXPECT_TRUE(Cancelled("TRUNCATE TABLE t").ok());
  EXPECT_TRUE(Rows("SELECT * FROM t").empty());
  Run("INSERT INTO t VALUE {'id': 7}");
  ExpectSound();
  EXPECT_TRUE(Cancelled("DROP TABLE s").ok());
  ExpectSound();
  Open();
  ExpectSound();
  EXPECT_EQ(Rows("SELECT * FROM t").size(), 1u);
  EXPECT_FALSE(connection_->Execute("SELECT * FROM s").ok());
}

TEST_F(MaintenanceTest, DescribeEstimatesWhatIsLarge) {
  Run(
      fmt::format("INSERT INTO t SELECT VALUE {{'id': i, 'g': i % 10, 'pad': 'abcdefghijklmnopqrstuvwxyz'}} "
                  "FROM range({}, {}) AS i",
                  kItems + 1, 2 * kItems));
  auto estimated = connection_->Execute("DESCRIBE t");
  ASSERT_TRUE(estimated.ok() && (*estimated)->Next());
  ASSERT_EQ((*estimated)->notices().size(), 1u);
  EXPECT_EQ((*estimated)->notices()[0], "ItemCount and sizes are estimates; DESCRIBE t (exact = true) counts");
  auto exact = connection_->Execute("DESCRIBE t (exact = true)");
  ASSERT_TRUE(exact.ok() && (*exact)->Next());
  EXPECT_TRUE((*exact)->notices().empty());
  EXPECT_EQ((*exact)->row().Get("ItemCount").int_value(), 2 * kItems);
  EXPECT_EQ(connection_->Execute("DESCRIBE t (exact = 1)").status().code(), StatusCode::kValidation);
  EXPECT_EQ(connection_->Execute("DESCRIBE t (fast = true)").status().code(), StatusCode::kValidation);
}

// What a sample says of keys that are all different, and of few that are frequent.
TEST_F(MaintenanceTest, ASampleKnowsHowFarItIsOff) {
  Run("ANALYZE t (SAMPLE = 2000)");
  auto result = connection_->Execute("SHOW STATISTICS t");
  ASSERT_TRUE(result.ok() && (*result)->Next());
  const Value s = (*result)->row().Materialize();
  const int64_t items = s.Get("items").int_value(), error = s.Get("items_error").int_value();
  EXPECT_GT(error, 0);
  EXPECT_GE(items + error, kItems * 9 / 10);
  EXPECT_LE(items - error, kItems * 11 / 10);
  const std::vector<Value> sources = s.Get("sources").elements();
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_NEAR(sources[0].Get("partitions").ToDouble(), kItems, kItems / 4);
  for (const Value& p : sources[0].Get("hottest").elements()) {
    EXPECT_EQ(p.Get("items").int_value(), 1) << p.ToLiteral();
  }
  EXPECT_EQ(sources[1].Get("partitions").ToDouble(), 10);
  std::set<std::string> keys;
  for (const Value& p : sources[1].Get("hottest").elements()) {
    keys.insert(std::string(p.Get("key").bytes()));
    const int64_t n = p.Get("items").int_value(), off = p.Get("error").int_value();
    EXPECT_GE(n + off, kItems / 10 / 2) << p.ToLiteral();
    EXPECT_LE(n - off, kItems / 10 * 3 / 2) << p.ToLiteral();
  }
  EXPECT_EQ(keys.size(), 10u);
  // Read as a whole, it is exact.
  auto whole = connection_->Execute("ANALYZE t");
  ASSERT_TRUE(whole.ok()) << whole.status().ToString();
  EXPECT_NE((*whole)->text().find("t: 20000 items"), std::string::npos) << (*whole)->text();
}

// 'id' and a digit are 2 + 2, 'g' and a digit 1 + 2: as DynamoDB counts.
TEST_F(MaintenanceTest, SizesAreDynamoDbs) {
  Run("CREATE TABLE u (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'new image')");
  Run("INSERT INTO u VALUE {'id': 1, 'g': 2}");
  auto described = connection_->Execute("DESCRIBE u");
  ASSERT_TRUE(described.ok() && (*described)->Next());
  EXPECT_EQ((*described)->row().Get("ItemCount").int_value(), 1);
  EXPECT_EQ((*described)->row().Get("TableSizeBytes").int_value(), 7);
  auto records = connection_->Execute("SELECT VALUE r.SizeBytes FROM changes('u') AS r");
  ASSERT_TRUE(records.ok() && (*records)->Next());
  EXPECT_EQ((*records)->row().int_value(), 4 + 7);
}

}  // namespace
}  // namespace parton

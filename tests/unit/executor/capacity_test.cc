// Consumed capacity and throttling through the library.
#include <gtest/gtest.h>

#include "executor/capacity/capacity_meter.h"
#include "parton/database.h"

namespace parton {
namespace {

class CapacityTest : public testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.clock_ms = [this] { return now_ms_; };
    options.background = false;
    database_ = Database::Open(":memory:", options).value();
    connection_ = database_->Connect();
  }

  Status Run(std::string_view text, std::vector<Value> parameters = {}) {
    auto result = connection_->Execute(text, std::move(parameters));
    if (!result.ok()) return result.status();
    auto rows = (*result)->All();
    stats_ = (*result)->stats();
    if (rows.ok()) rows_ = std::move(*rows);
    return rows.status();
  }
  void Must(std::string_view text, std::vector<Value> parameters = {}) {
    const Status s = Run(text, std::move(parameters));
    EXPECT_TRUE(s.ok()) << text << "\n" << s.ToString();
  }
  // "t 1/2; t.g 0/1": read and write units.
  std::string Consumed() const {
    std::string out;
    for (const ConsumedCapacity& c : stats_.capacity) {
      out += (out.empty() ? "" : "; ") + c.table + (c.index.empty() ? "" : "." + c.index) + " " + Number(c.read_units) +
             "/" + Number(c.write_units);
    }
    return out;
  }
  static std::string Number(double d) {
    std::string text = std::to_string(d);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }
  void MakeSongs() {
    Must("CREATE TABLE t (k NUMBER, g STRING, PRIMARY KEY (k), GLOBAL INDEX g (g) PROJECT KEYS ONLY)");
    Must("SET capacity = on");
  }

  int64_t now_ms_ = 1'000'000'000;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  ExecutionStats stats_;
  std::vector<Value> rows_;
};

TEST(CapacityMeterTest, Blocks) {
  EXPECT_EQ(Blocks(0, 4096), 1u);
  EXPECT_EQ(Blocks(4096, 4096), 1u);
  EXPECT_EQ(Blocks(4097, 4096), 2u);
  EXPECT_EQ(Blocks(409'600, kWriteBlockBytes), 400u);
}

TEST(CapacityMeterTest, DescribesByTable) {
  std::vector<ConsumedCapacity> c(3);
  c[0].table = c[1].table = "a";
  c[1].index = "i";
  c[0].read_units = 0.5;
  c[1].write_units = 1;
  c[2].table = "b";
  c[2].write_units = 1234567.5;
  EXPECT_EQ(DescribeCapacity(c, false), "a 0.5 read units, 1 write unit; b 1234567.5 write units");
  EXPECT_EQ(DescribeCapacity(c, true),
            "a 0.5 read units, 1 write unit (table 0.5 read units; index i 1 write unit); "
            "b 1234567.5 write units (table 1234567.5 write units)");
}

TEST_F(CapacityTest, StatsSayEachTableAndIndex) {
  MakeSongs();
  Must("INSERT INTO t << {'k': 1, 'g': 'x'}, {'k': 2} >>");
  EXPECT_TRUE(stats_.capacity_counted);
  EXPECT_EQ(Consumed(), "t 0/2; t.g 0/1");
  EXPECT_EQ(stats_.write_units, 3);
  Must("SELECT * FROM t.g WHERE g = 'x'");
  EXPECT_EQ(Consumed(), "t.g 0.5/0");
  // An UPDATE without the key finds its items by the index, and pays for that and for fetching them.
  Must("UPDATE t SET g = 'y' WHERE g = 'x'");
  EXPECT_EQ(stats_.write_units, 3);
  EXPECT_EQ(stats_.read_units, 1);
  Must("SET capacity = off");
  Must("SELECT * FROM t");
  EXPECT_FALSE(stats_.capacity_counted);
  EXPECT_TRUE(stats_.capacity.empty());
}

TEST_F(CapacityTest, PreparedStatementsCountEachExecution) {
  MakeSongs();
  auto put = connection_->Prepare("REPLACE INTO t VALUE ?").value();
  for (int i = 0; i < 3; ++i) {
    ResultSet* r = put->Execute({Value::Struct({{"k", i}, {"d", std::string(1500, 'd')}})}).value();
    while (r->Next()) {
    }
    EXPECT_EQ(r->stats().write_units, 2);
  }
  auto get = connection_->Prepare("SELECT * FROM t WHERE k = ?").value();
  for (int i = 0; i < 3; ++i) {
    ResultSet* r = get->Execute({Value(i)}).value();
    EXPECT_TRUE(r->Next());
    EXPECT_FALSE(r->Next());
    EXPECT_EQ(r->stats().read_units, 0.5);
    EXPECT_EQ(r->stats().capacity.size(), 1u);
  }
}

// Counted scans read page by page; what comes out is the same.
TEST_F(CapacityTest, PagesGiveTheSameRows) {
  MakeSongs();
  for (int i = 0; i < 30; ++i) {
    Must("INSERT INTO t VALUE {'k': ?, 'g': ?, 'd': ?}",
         {i, i % 2 == 0 ? "even" : "odd", std::string(static_cast<size_t>(100'000 + i * 1000), 'd')});
  }
  for (const char* query :
       {"SELECT VALUE k FROM t ORDER BY k DESC", "SELECT VALUE k FROM t WHERE d <> 'x' ORDER BY k",
        "SELECT VALUE t.d FROM t WHERE g = 'odd' ORDER BY k", "SELECT VALUE k FROM t WHERE k BETWEEN 3 AND 28",
        "SELECT COUNT(*) AS n, SUM(k) AS s FROM t GROUP BY g"}) {
    Must("SET capacity = off");
    Must(query);
    const std::vector<Value> plain = rows_;
    Must("SET capacity = on");
    Must(query);
    EXPECT_EQ(Value::Bag(rows_), Value::Bag(plain)) << query;
    EXPECT_GT(stats_.read_units, 0) << query;
  }
  // The sum of all, and what pages round up: at most one block each.
  Must("SELECT VALUE k FROM t");
  double bytes = 0;
  for (int i = 0; i < 30; ++i) bytes += 100'000 + i * 1000 + 8;
  EXPECT_GE(stats_.read_units, bytes / 4096 / 2);
  EXPECT_LE(stats_.read_units, bytes / 4096 / 2 + 2);
}

TEST_F(CapacityTest, ThrottledByTheLibrarysClock) {
  Must(
      "CREATE TABLE p (k NUMBER, PRIMARY KEY (k)) WITH (billing = PROVISIONED, read_capacity = 1, write_capacity = 1)");
  Must("SET throttle = on");
  auto put = connection_->Prepare("REPLACE INTO p VALUE {'k': ?}").value();
  auto write = [&](int k) {
    auto r = put->Execute({Value(k)});
    return r.ok() ? (*r)->status() : r.status();
  };
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(write(i).ok());
  Status s = write(300);
  EXPECT_EQ(s.code(), StatusCode::kThrottled);
  EXPECT_EQ(s.ExceptionName(), "ProvisionedThroughputExceededException");
  EXPECT_TRUE(s.IsRetryable());
  EXPECT_NE(s.hint().find("in 1 s"), std::string::npos) << s.hint();
  now_ms_ += 999;
  EXPECT_FALSE(write(300).ok());
  now_ms_ += 1;
  EXPECT_TRUE(write(300).ok());
  // Another connection, which does not throttle, is not refused.
  auto other = database_->Connect();
  EXPECT_TRUE(other->Execute("DELETE FROM p WHERE k = 1").ok());
  for (int i = 0; i < 600; ++i) Must("SELECT * FROM p WHERE k = 2");
  EXPECT_EQ(Run("SELECT * FROM p WHERE k = 2").code(), StatusCode::kThrottled);
  EXPECT_EQ(Run("SELECT * FROM p").code(), StatusCode::kThrottled);
}

TEST_F(CapacityTest, RefusedWriteLeavesNothing) {
  Must(
      "CREATE TABLE p (k NUMBER, g STRING, PRIMARY KEY (k), GLOBAL INDEX g (g) WITH (write_capacity = 1)) "
      "WITH (read_capacity = 100, write_capacity = 100, stream = 'new image')");
  Must("SET throttle = on");
  Must("INSERT INTO p SELECT VALUE {'k': n, 'g': 'x'} FROM range(1, 300) AS n");
  EXPECT_EQ(Consumed(), "p 0/300; p.g 0/300");
  EXPECT_EQ(Run("INSERT INTO p << {'k': 1000}, {'k': 1001, 'g': 'x'} >>").code(), StatusCode::kThrottled);
  Must("SELECT VALUE k FROM p WHERE k >= 1000");
  EXPECT_TRUE(rows_.empty());
  Must("SELECT VALUE r.Keys FROM changes('p') AS r");
  EXPECT_EQ(rows_.size(), 300u);
  Must("INSERT INTO p VALUE {'k': 1000}");
  EXPECT_TRUE(database_->Check().empty());
}

TEST_F(CapacityTest, LaterTransactionStatementsMayBeRefused) {
  Must("CREATE TABLE p (k NUMBER, PRIMARY KEY (k)) WITH (read_capacity = 1, write_capacity = 1)");
  Must("SET throttle = on");
  Must("BEGIN");
  Must("INSERT INTO p SELECT VALUE {'k': n} FROM range(1, 150) AS n");
  EXPECT_EQ(Consumed(), "p 0/300");
  EXPECT_EQ(Run("INSERT INTO p VALUE {'k': 1000}").code(), StatusCode::kThrottled);
  Must("COMMIT");
  Must("SELECT VALUE COUNT(*) FROM p");
}

}  // namespace
}  // namespace parton

// Capacity units and throttling: the log's table with 5 units a second, the index with one, and the arithmetic.
#include "tests/workshop/workshop_support.h"

namespace parton {
namespace {

class CapacityWorkshop : public WorkshopTest {
 protected:
  void SetUp() override {
    WorkshopTest::SetUp();
    if (database_ == nullptr) return;
    Run("SET clock = '2018-06-01 12:00:00'");
    Run("SET throttle = on");
  }

  // Puts the rows of a log file one by one; where one is refused, waits a second of the clock and tries again. Gives
  // the rows that went through before the first refusal, and the seconds waited in all.
  struct Loaded {
    int64_t at_once = 0;
    int64_t seconds = 0;
    std::string refusal;
  };
  Loaded Load(const std::string& table, const std::string& file, int64_t stop_after = INT64_MAX) {
    Loaded out;
    auto put = connection_->Prepare(fmt::format("REPLACE INTO {} VALUE ?", table)).value();
    int64_t rows = 0;
    for (const Value& item :
         Rows(fmt::format("SELECT VALUE {{{}}} FROM csv('{}/{}', {{'header': false}}) AS r",
                          fmt::format(fmt::runtime(kLogItem), "CAST(r._1 AS INT)"), DataDirectory(), file))) {
      for (Status s = Put(put.get(), item); !s.ok(); s = Put(put.get(), item)) {
        if (s.code() != StatusCode::kThrottled) {
          ADD_FAILURE() << s.ToString();
          return out;
        }
        if (out.seconds == 0) out.refusal = s.message();
        ++out.seconds;
        Run("ADVANCE CLOCK '1 second'");
      }
      ++rows;
      if (out.seconds == 0) out.at_once = rows;
      if (out.seconds >= stop_after) break;
    }
    return out;
  }
  static Status Put(Statement* put, const Value& item) {
    auto result = put->Execute({item});
    return result.ok() ? (*result)->status() : result.status();
  }

  // A column of SHOW METRICS, summed over the minutes.
  double Metric(const std::string& table, const std::string& index, const std::string& column) {
    double sum = 0;
    for (const Value& row : Rows("SHOW METRICS FOR " + table)) {
      const Value name = row.Get("index");
      if ((name.is_null() ? "" : name.bytes()) == index) sum += row.Get(column).number().ToDouble();
    }
    return sum;
  }
};

constexpr const char* kIndex = "host-requestid-gsi";

std::string CreateLog(const std::string& name, const std::string& table, const std::string& index) {
  return fmt::format(
      "CREATE TABLE {} ( requestid NUMBER, host STRING ) PRIMARY KEY ( requestid HASH ) BILLING MODE PROVISIONED ( {} "
      ") "
      "GSI ( \"{}\" ON ( host HASH, requestid RANGE ) PROJECTING INCLUDE ( bytessent ) BILLING MODE PROVISIONED ( {} ) "
      ")",
      name, table, kIndex, index);
}

TEST_F(CapacityWorkshop, S1ThrottledLoad) {
  Run(CreateLog("tlog", "5 RCU, 5 WCU", "5 RCU, 5 WCU"));
  // 1.3: small1 and 1000 rows of medium1 are the burst; then 100 rows take 20 seconds.
  Loaded small = Load("tlog", "logfile_small1.csv");
  EXPECT_EQ(small.at_once, 500);
  EXPECT_EQ(small.seconds, 0);
  Loaded medium = Load("tlog", "logfile_medium1.csv");
  EXPECT_EQ(medium.at_once, 1000);
  EXPECT_EQ(medium.seconds, 1000 / 100 * 20);
  EXPECT_NE(medium.refusal.find("for the table was exceeded: table tlog"), std::string::npos) << medium.refusal;
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 2000);

  // 1.4: the index is not charged for the 500 rows that replace others with the same host and size.
  EXPECT_EQ(Metric("tlog", "", "consumed_write"), 2500);
  EXPECT_EQ(Metric("tlog", kIndex, "consumed_write"), 2000);
  EXPECT_EQ(Metric("tlog", "", "throttled_writes"), 200);
  EXPECT_EQ(Metric("tlog", kIndex, "throttled_writes"), 0);
  const std::vector<Value> minutes = Rows("SHOW METRICS FOR tlog");
  EXPECT_EQ(minutes.size(), 8u);  // four minutes of each
  for (const Value& m : minutes) EXPECT_EQ(m.Get("provisioned_write"), Value(5));

  // 1.5, 1.6: raised for both; the index alone would have 500 units left for 2000 rows.
  Run(
      fmt::format("ALTER TABLE tlog SET BILLING MODE PROVISIONED ( 100 RCU, 100 WCU ) UPDATE GSI ( \"{}\" SET BILLING "
                  "MODE PROVISIONED ( 100 RCU, 100 WCU ) )",
                  kIndex));
  Loaded second = Load("tlog", "logfile_medium2.csv");
  EXPECT_EQ(second.at_once, 2000);
  EXPECT_EQ(second.seconds, 0);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 4000);
  EXPECT_EQ(Metric("tlog", "", "throttled_writes"), 200);
}

TEST_F(CapacityWorkshop, S1IndexLeftBehind) {
  Run(CreateLog("tlog", "5 RCU, 5 WCU", "5 RCU, 5 WCU"));
  Run("ALTER TABLE tlog SET BILLING MODE PROVISIONED ( 100 RCU, 100 WCU )");
  Loaded loaded = Load("tlog", "logfile_medium2.csv", 1);
  EXPECT_EQ(loaded.at_once, 1500);
  EXPECT_NE(loaded.refusal.find(kIndex), std::string::npos) << loaded.refusal;
}

// 1.9
TEST_F(CapacityWorkshop, S1IndexWithOneUnit) {
  Run(CreateLog("tlog_gsi_low", "1000 RCU, 1000 WCU", "1 RCU, 1 WCU"));
  Loaded loaded = Load("tlog_gsi_low", "logfile_medium1.csv", 30);
  EXPECT_EQ(loaded.at_once, 300);
  EXPECT_NE(loaded.refusal.find("one or more global secondary indexes of the table"), std::string::npos)
      << loaded.refusal;
  EXPECT_NE(loaded.refusal.find(kIndex), std::string::npos) << loaded.refusal;
  EXPECT_GT(Metric("tlog_gsi_low", "", "throttled_writes"), 0);
  EXPECT_LT(Metric("tlog_gsi_low", "", "consumed_write") / 60, 1000);
  EXPECT_GT(Metric("tlog_gsi_low", kIndex, "consumed_write") / 60, 1);
  EXPECT_GT(Metric("tlog_gsi_low", kIndex, "throttled_writes"), 0);
}

class ArithmeticWorkshop : public WorkshopTest {
 protected:
  void SetUp() override {
    WorkshopTest::SetUp();
    if (database_ == nullptr) return;
    Run("CREATE TABLE sized ( pk STRING ) PRIMARY KEY ( pk HASH )");
    Run("SET capacity = on");
  }
  // An item of `bytes`: pk 'x' and d.
  double Write(int64_t bytes) {
    Run("REPLACE INTO sized VALUE ?",
        {Value::Struct({{"pk", "x"}, {"d", std::string(static_cast<size_t>(bytes - 4), 'd')}})});
    return stats_.write_units;
  }
  double Read(const std::string& select) {
    EXPECT_EQ(Count(select + " * FROM sized WHERE pk = 'x'"), 1u);
    return stats_.read_units;
  }
};

TEST_F(ArithmeticWorkshop, T5Table) {
  struct Line {
    int64_t bytes;
    double write, strong, eventual, transaction_write, transaction_read;
  };
  for (const Line& l : {Line{512, 1, 1, 0.5, 2, 2}, Line{1024, 1, 1, 0.5, 2, 2}, Line{1025, 2, 1, 0.5, 4, 2},
                        Line{3072, 3, 1, 0.5, 6, 2}, Line{4096, 4, 1, 0.5, 8, 2}, Line{4097, 5, 2, 1, 10, 4},
                        Line{8192, 8, 2, 1, 16, 4}}) {
    Run("DELETE FROM sized WHERE pk = 'x'");
    EXPECT_EQ(Write(l.bytes), l.write) << l.bytes;
    EXPECT_EQ(Read("SELECT CONSISTENT"), l.strong) << l.bytes;
    EXPECT_EQ(Read("SELECT"), l.eventual) << l.bytes;
    Run("DELETE FROM sized WHERE pk = 'x'");
    Run("BEGIN");
    EXPECT_EQ(Write(l.bytes), l.transaction_write) << l.bytes;
    EXPECT_EQ(Read("SELECT"), l.transaction_read) << l.bytes;
    Run("COMMIT");
  }
}

TEST_F(ArithmeticWorkshop, T5Rates) {
  double strong = 0, eventual = 0, large = 0, small = 0;
  Write(8192);
  for (int i = 0; i < 100; ++i) {
    strong += Read("SELECT CONSISTENT");
    eventual += Read("SELECT");
  }
  EXPECT_EQ(strong, 200);
  EXPECT_EQ(eventual, 100);
  Run("DELETE FROM sized WHERE pk = 'x'");
  for (int i = 0; i < 50; ++i) small += Write(512);
  for (int i = 0; i < 50; ++i) large += Write(3072);
  EXPECT_EQ(small, 50);
  EXPECT_EQ(large, 150);
}

// T3.11
TEST_F(ArithmeticWorkshop, T3Transactions) {
  Run("BEGIN");
  EXPECT_EQ(Write(1024), 2);
  Run("COMMIT");
  Write(4096);
  Run("BEGIN");
  EXPECT_EQ(Read("SELECT"), 2);
  Run("COMMIT");
}

}  // namespace
}  // namespace parton

// Triggers: exactly once, in order; failures are retried, split and parked; they cannot run away.
#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

class TriggerTest : public ExecutorTest {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    OpenWith(options);
    Run("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'both images'); "
        "CREATE TABLE copy (a NUMBER, PRIMARY KEY (a))");
  }
  void Settle() {
    Status s = db_->Settle();
    EXPECT_TRUE(s.ok()) << s.ToString();
  }
  std::string Field(const std::string& column) {
    auto rows = connection_->Execute("SHOW TRIGGERS").value()->All().value();
    if (rows.size() != 1) return fmt::format("{} triggers", rows.size());
    for (const parton::Field& f : rows[0].fields()) {
      if (f.name == column) return f.value.ToLiteral();
    }
    return "?";
  }
  static constexpr const char* kReplicate =
      "CREATE TRIGGER r ON t AS INSERT INTO copy SELECT VALUE r.NewImage FROM records AS r "
      "WHERE r.eventName = 'INSERT'";
};

TEST_F(TriggerTest, Replicates) {
  Run("INSERT INTO t VALUE {'a': 0}");
  Run(kReplicate);
  for (int i = 1; i <= 250; ++i) Run(fmt::format("INSERT INTO t VALUE {{'a': {}, 'v': [1, {{'x': <<1, 2>>}}]}}", i));
  Run("UPDATE t SET v = 2 WHERE a = 1");
  EXPECT_EQ(Field("lag"), "251");
  Settle();
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM copy AS c"), "250");
  EXPECT_EQ(One("SELECT * FROM copy WHERE a = 7"), "{'a': 7, 'v': [1, {'x': <<1, 2>>}]}");
  EXPECT_EQ(Field("lag"), "0");
  EXPECT_EQ(Field("records"), "251");
  EXPECT_EQ(Field("runs"), "3");
  EXPECT_EQ(Field("state"), "'active'");
  Settle();
  EXPECT_EQ(Field("runs"), "3");
  Run("DROP TRIGGER r; INSERT INTO t VALUE {'a': 999}");
  Settle();
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM copy AS c"), "250");
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(TriggerTest, FromTrimHorizonAndBatch) {
  for (int i = 1; i <= 10; ++i) Run(fmt::format("INSERT INTO t VALUE {{'a': {}}}", i));
  Run("CREATE TRIGGER r ON t FROM TRIM_HORIZON BATCH 3 AS REPLACE INTO copy SELECT VALUE x.NewImage FROM records x");
  Settle();
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM copy AS c"), "10");
  EXPECT_EQ(Field("runs"), "4");
}

TEST_F(TriggerTest, BadStatements) {
  EXPECT_FALSE(Error("CREATE TRIGGER r ON t AS SELECT * FROM records").ok());
  EXPECT_FALSE(Error("CREATE TRIGGER r ON t AS INSERT INTO nix SELECT VALUE r.NewImage FROM records AS r").ok());
  EXPECT_FALSE(Error("CREATE TRIGGER r ON copy AS DELETE FROM t WHERE a = 1").ok());  // no stream
  EXPECT_FALSE(Error("CREATE TRIGGER r ON t BATCH 0 AS DELETE FROM t WHERE a = 1").ok());
  Run(kReplicate);
  EXPECT_EQ(Error(kReplicate).code(), StatusCode::kInUse);
  EXPECT_EQ(Error("DROP TRIGGER nix").code(), StatusCode::kNotFound);
  EXPECT_EQ(Error("ALTER TRIGGER nix PAUSE").code(), StatusCode::kNotFound);
  Run("BEGIN");
  EXPECT_FALSE(Error("DROP TRIGGER r").ok());
  Run("ROLLBACK");
}

TEST_F(TriggerTest, OneBadRecordIsParkedAndTheOthersGoOn) {
  Run(kReplicate);
  Run("INSERT INTO copy VALUE {'a': 42, 'mine': true}");
  for (int i = 1; i <= 100; ++i) Run(fmt::format("INSERT INTO t VALUE {{'a': {}}}", i));
  Settle();
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM copy AS c"), "100");
  EXPECT_EQ(Field("parked"), "1");
  EXPECT_EQ(Field("state"), "'parked'");
  EXPECT_EQ(One("SELECT * FROM copy WHERE a = 42"), "{'a': 42, 'mine': true}");
  auto parked = connection_->Execute("SHOW PARKED").value()->All().value();
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_NE(parked[0].ToLiteral().find("Duplicate"), std::string::npos) << parked[0].ToLiteral();
  EXPECT_NE(parked[0].ToLiteral().find("'NewImage': {'a': 42}"), std::string::npos) << parked[0].ToLiteral();
  // Again, in vain; then with what was in the way gone.
  Run("ALTER TRIGGER r RETRY");
  Settle();
  EXPECT_EQ(Field("parked"), "1");
  Run("DELETE FROM copy WHERE a = 42; ALTER TRIGGER r RETRY");
  Settle();
  EXPECT_EQ(Field("parked"), "0");
  EXPECT_EQ(One("SELECT * FROM copy WHERE a = 42"), "{'a': 42}");
  EXPECT_EQ(Field("state"), "'active'");
  EXPECT_EQ(Field("last_error"), "NULL");
}

TEST_F(TriggerTest, ParkedRecordsOutliveTheFeed) {
  Run("SET clock = '2026-01-31 12:00:00'");
  Run(kReplicate);
  Run("INSERT INTO copy VALUE {'a': 1}; INSERT INTO t VALUE {'a': 1}");
  Settle();
  Run("ADVANCE CLOCK '50 hours'");
  EXPECT_EQ(Rows("SELECT * FROM changes('t') AS r").size(), 0u);
  EXPECT_EQ(Field("parked"), "1");
  Run("DELETE FROM copy WHERE a = 1; ALTER TRIGGER r RETRY; ADVANCE CLOCK '1 second'");
  EXPECT_EQ(One("SELECT * FROM copy"), "{'a': 1}");
}

TEST_F(TriggerTest, PausedTriggersKeepTheirRecords) {
  Run("SET clock = '2026-01-31 12:00:00'");
  Run(kReplicate);
  Run("ALTER TRIGGER r PAUSE; INSERT INTO t VALUE {'a': 1}; ADVANCE CLOCK '50 hours'");
  EXPECT_EQ(Field("state"), "'paused'");
  EXPECT_EQ(Rows("SELECT * FROM copy").size(), 0u);
  EXPECT_EQ(Field("lag"), "1");
  Run("ALTER TRIGGER r RESUME; ADVANCE CLOCK '1 second'");
  EXPECT_EQ(One("SELECT * FROM copy"), "{'a': 1}");
  Run("ADVANCE CLOCK '1 second'");
  EXPECT_EQ(Rows("SELECT * FROM changes('t') AS r").size(), 0u);
}

TEST_F(TriggerTest, SkipForgetsParked) {
  Run(kReplicate);
  Run("INSERT INTO copy VALUE {'a': 1}; INSERT INTO t VALUE {'a': 1}");
  Settle();
  EXPECT_EQ(Field("parked"), "1");
  Run("ALTER TRIGGER r SKIP");
  EXPECT_EQ(Field("parked"), "0");
  EXPECT_TRUE(db_->Check().empty());
}

// What no record is to blame for blocks the trigger, and only it; nothing is parked or lost.
TEST_F(TriggerTest, MissingTargetWaits) {
  Run("CREATE TABLE other (a NUMBER, PRIMARY KEY (a))");
  Run(kReplicate);
  Run("CREATE TRIGGER s ON t AS REPLACE INTO other SELECT VALUE r.NewImage FROM records AS r");
  Run("DROP TABLE copy; INSERT INTO t <<{'a': 1}, {'a': 2}>>");
  Settle();
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM other AS c"), "2");
  EXPECT_EQ(Rows("SHOW PARKED").size(), 0u);
  Run("CREATE TABLE copy (a NUMBER, PRIMARY KEY (a))");
  Settle();
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM copy AS c"), "2");
}

TEST_F(TriggerTest, SelfTriggeringEnds) {
  Run("SET trigger_depth = 5; "
      "CREATE TRIGGER loop ON t AS UPDATE t SET n = n + 1 WHERE a IN (SELECT VALUE r.Keys.a FROM records AS r); "
      "INSERT INTO t VALUE {'a': 1, 'n': 0}");
  Settle();
  EXPECT_EQ(One("SELECT * FROM t"), "{'a': 1, 'n': 5}");
  EXPECT_EQ(Field("parked"), "1");
  EXPECT_NE(Field("last_error").find("trigger_depth"), std::string::npos);
}

TEST_F(TriggerTest, AggregatesWithUpdate) {
  Run("CREATE TABLE totals (candidate STRING, PRIMARY KEY (candidate)); "
      "INSERT INTO totals <<{'candidate': 'A', 'votes': 0}, {'candidate': 'B', 'votes': 0}>>; "
      "CREATE TRIGGER sum ON t BATCH 10 AS UPDATE totals AS x SET votes = votes + "
      "(SELECT COUNT(*) FROM records AS r WHERE r.NewImage.candidate = x.candidate) "
      "WHERE candidate IN (SELECT VALUE r.NewImage.candidate FROM records AS r)");
  for (int i = 1; i <= 100; ++i) {
    Run(fmt::format("INSERT INTO t VALUE {{'a': {}, 'candidate': '{}'}}", i, i % 3 == 0 ? "B" : "A"));
  }
  Settle();
  EXPECT_EQ(Rows("SELECT VALUE x FROM totals AS x ORDER BY x.candidate"),
            (Strings{"{'candidate': 'A', 'votes': 67}", "{'candidate': 'B', 'votes': 33}"}))
      << One("SHOW TRIGGERS");
}

// A statement that finds nothing to change is no failure, but it shows.
TEST_F(TriggerTest, RunsThatChangeNothingAreCounted) {
  Run("CREATE TRIGGER r ON t BATCH 1 AS UPDATE copy SET n = n + 1 WHERE a = 7");
  Run("INSERT INTO t << {'a': 1}, {'a': 2} >>");
  Settle();
  EXPECT_EQ(Field("state"), "'active'");
  EXPECT_EQ(Field("records"), "2");
  EXPECT_EQ(Field("unchanged"), "2");
  EXPECT_EQ(Field("last_unchanged"), "2");
  Run("INSERT INTO copy VALUE {'a': 7, 'n': 0}; INSERT INTO t VALUE {'a': 3}");
  Settle();
  EXPECT_EQ(One("SELECT VALUE c.n FROM copy AS c"), "1");
  EXPECT_EQ(Field("records"), "3");
  EXPECT_EQ(Field("unchanged"), "2");
  EXPECT_EQ(Field("last_unchanged"), "2");
}

// A trigger does what was admitted already, also where connections begin throttled.
TEST_F(TriggerTest, IsNotThrottled) {
  Options options;
  options.background = false;
  options.throttle = true;
  OpenWith(options);
  Run("SET clock = '2026-01-31 12:00:00'; CREATE TABLE t (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'new image'); "
      "CREATE TABLE copy (a NUMBER, PRIMARY KEY (a)) "
      "WITH (billing = PROVISIONED, read_capacity = 1, write_capacity = 1)");
  Run(kReplicate);
  Run("INSERT INTO t SELECT VALUE {'a': n} FROM range(1, 1000) AS n");
  Settle();
  EXPECT_EQ(Field("state"), "'active'");
  EXPECT_EQ(One("SELECT VALUE COUNT(*) FROM copy AS c"), "1000");
}

TEST_F(TriggerTest, DropTableDropsItsTriggers) {
  Run(kReplicate);
  Run("DROP TABLE t");
  EXPECT_EQ(Rows("SHOW TRIGGERS").size(), 0u);
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(TriggerTest, GoesOnInTheBackgroundAndAfterReopening) {
  const std::string dir = ::testing::TempDir() + "/parton_trigger_test";
  std::filesystem::remove_all(dir);
  for (int round = 0; round < 3; ++round) {
    auto db = Database::Open(dir);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    auto c = (*db)->Connect();
    if (round == 0) {
      ASSERT_TRUE(c->ExecuteScript("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'new image'); "
                                   "CREATE TABLE copy (a NUMBER, PRIMARY KEY (a)); ")
                      .ok());
      ASSERT_TRUE(c->Execute(kReplicate).ok());
    }
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(c->Execute("INSERT INTO t VALUE {'a': ?}", {Value(round * 1000 + i)}).ok());
    }
    if (round == 2) {
      size_t count = 0;
      for (int i = 0; i < 10000 && count < 600; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        count = c->Execute("SELECT * FROM copy").value()->All().value().size();
      }
      EXPECT_EQ(count, 600u);
      EXPECT_TRUE((*db)->Check().empty());
    }
  }
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace parton

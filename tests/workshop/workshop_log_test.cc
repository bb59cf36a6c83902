// Exercises 1 to 3: loading the web log, querying it by index, scanning it in parallel, and the
// write-sharded index, on 1,000,000 rows under the name MillionRows.
#include <map>

#include "tests/workshop/workshop_support.h"

namespace parton {
namespace {

constexpr const char* kCreateLog =
    "CREATE TABLE tlog ( requestid NUMBER, host STRING ) PRIMARY KEY ( requestid HASH ) "
    "BILLING MODE PROVISIONED ( 5 RCU, 5 WCU ) "
    "GSI ( \"host-requestid-gsi\" ON ( host HASH, requestid RANGE ) "
    "PROJECTING INCLUDE ( bytessent ) BILLING MODE PROVISIONED ( 5 RCU, 5 WCU ) )";

TEST_F(WorkshopTest, S0TablesAndS1Log) {
  EXPECT_EQ(Count("SHOW TABLES"), 0u);  // 0.1
  Run(kCreateLog);                      // 1.1
  EXPECT_EQ(Count("SHOW TABLES"), 1u);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 0);

  LoadLog("tlog", "logfile_small1.csv");  // 1.2
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 500);
  EXPECT_EQ(Row("SELECT requestid, host, \"date\", hourofday, timezone, \"method\", responsecode, "
                "bytessent, useragent FROM tlog WHERE requestid = 1"),
            "{'bytessent': 5, 'date': '2009-07-20', 'host': '66.249.67.3', 'hourofday': 20, "
            "'method': 'GET', 'requestid': 1, 'responsecode': 302, 'timezone': 'GMT-0700', "
            "'useragent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'}");
  EXPECT_EQ(Count("SELECT * FROM tlog WHERE requestid = 1 AND "
                  "begins_with(url, '/gallery/main.php?g2_controller=exif')"),
            1u);

  LoadLog("tlog", "logfile_medium1.csv");  // 1.3: 500 of them replace small1's
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 2000);
  EXPECT_EQ(Row("SELECT \"date\" FROM tlog WHERE requestid = 1"), "{'date': '2017-07-20'}");

  Run("ALTER TABLE tlog SET BILLING MODE PROVISIONED ( 100 RCU, 100 WCU )");  // 1.5
  LoadLog("tlog", "logfile_medium2.csv");                                     // 1.6
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 4000);
  EXPECT_EQ(Row("SELECT MIN(requestid) AS low, MAX(requestid) AS high FROM tlog"), "{'high': 4000, 'low': 1}");

  // 1.7: in the order of the index, requestid as a number.
  const std::vector<Value> rows = Rows(
      "SELECT requestid, bytessent FROM \"tlog\".\"host-requestid-gsi\" WHERE host = "
      "'66.249.67.3'");
  ASSERT_EQ(rows.size(), 933u);
  int64_t sum = 0;
  int64_t last = 0;
  std::vector<int64_t> first;
  for (const Value& row : rows) {
    sum += row.Get("bytessent").int_value();
    const int64_t id = row.Get("requestid").int_value();
    EXPECT_LT(last, id);
    last = id;
    if (first.size() < 5) first.push_back(id);
  }
  EXPECT_EQ(sum, 6238021);
  EXPECT_EQ(first, (std::vector<int64_t>{1, 2, 8, 9, 10}));
  EXPECT_EQ(Error("SELECT url FROM \"tlog\".\"host-requestid-gsi\" WHERE host = '66.249.67.3'"), "ValidationException");

  // 1.8
  const std::string by_index =
      "SELECT requestid FROM \"tlog\".\"host-requestid-gsi\" WHERE host = '66.249.67.3' AND "
      "requestid > 100";
  EXPECT_EQ(Plan(by_index), "Query tlog.host-requestid-gsi");
  EXPECT_EQ(Explain(by_index).find("filter"), std::string::npos) << Explain(by_index);
  EXPECT_EQ(Plan("SELECT * FROM tlog WHERE requestid = 7"), "GetItem tlog");
  const std::string scan = "SELECT * FROM tlog WHERE host = '66.249.67.3' AND url = '/'";
  EXPECT_NE(Explain("SELECT * FROM tlog WHERE url = '/'").find("filter"), std::string::npos);
  EXPECT_EQ(Plan("SELECT * FROM tlog WHERE url = '/'"), "Scan tlog");
  EXPECT_EQ(Count(scan), Count("SELECT * FROM tlog AS t WHERE t.url = '/' AND t.host = '66.249.67.3'"));
}

class MillionRows : public WorkshopTest {
 protected:
  static constexpr const char* kCreate =
      "CREATE TABLE tlog_scan ( requestid NUMBER, gsi_responsecode_hk NUMBER, "
      "gsi_responsecode_sk STRING ) PRIMARY KEY ( requestid HASH ) "
      "BILLING MODE PROVISIONED ( 5000 RCU, 5000 WCU ) "
      "GSI ( gsi_responsecode ON ( gsi_responsecode_hk HASH, gsi_responsecode_sk RANGE ) "
      "PROJECTING KEYS ONLY BILLING MODE PROVISIONED ( 3000 RCU, 5000 WCU ) )";

  // 250 copies of each row of `file`, as thread number `thread` of the workshop's loader.
  void LoadCopies(int thread, const std::string& file) {
    const std::string id = fmt::format("{} * 500000 + i * 2000 + CAST(r._1 AS INT)", thread);
    Run(
        fmt::format("REPLACE INTO tlog_scan SELECT VALUE {{{}, 'gsi_responsecode_hk': ({}) % 10 + 1, "
                    "'gsi_responsecode_sk': r._8 || '#' || r._3 || '#' || r._4}} "
                    "FROM range(0, 249) AS i, csv('{}/{}', {{'header': false}}) AS r WITH (batch = 5000)",
                    fmt::format(fmt::runtime(kLogItem), id), id, DataDirectory(), file));
  }

  int64_t ShardCount(int shard, const std::string& prefix) {
    return static_cast<int64_t>(
        Count("SELECT * FROM \"tlog_scan\".\"gsi_responsecode\" WHERE gsi_responsecode_hk = ? AND "
              "begins_with(gsi_responsecode_sk, ?)",
              {Value::Int(shard), Value::String(prefix)}));
  }
};

TEST_F(MillionRows, S0S2S3) {
  Run(kCreate);
  LoadCopies(0, "logfile_medium1.csv");  // 0.5
  LoadCopies(1, "logfile_medium2.csv");
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog_scan"), 1000000);  // 0.6
  EXPECT_EQ(Row("SELECT MIN(requestid) AS low, MAX(requestid) AS high FROM tlog_scan"), "{'high': 1002000, 'low': 1}");
  for (int hk = 1; hk <= 10; ++hk) {
    EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM \"tlog_scan\".\"gsi_responsecode\" "
                     "WHERE gsi_responsecode_hk = ?",
                     {Value::Int(hk)}),
              100000);
  }

  // 2.1, 2.4: the same sums with any number of threads.
  for (const int threads : {1, 2, 8}) {
    Run(fmt::format("SET threads = {}", threads));
    EXPECT_EQ(Row("SELECT SUM(bytessent) AS bytes, COUNT(*) AS n FROM tlog_scan "
                  "WHERE responsecode <> 200"),
              "{'bytes': 6054250, 'n': 140750}")
        << threads << " threads";
    EXPECT_EQ(stats_.items_examined, 1000000u);
    EXPECT_EQ(Number("SELECT SUM(bytessent) AS bytes FROM tlog_scan WHERE responsecode > 200"), 6054250);
  }
  // 2.3
  EXPECT_EQ(Plan("SELECT bytessent FROM tlog_scan WHERE responsecode <> 200"), "Scan tlog_scan");

  // 3.2, 3.3
  const std::vector<int64_t> all = {0, 1750, 2500, 1250, 1000, 1000, 1750, 1500, 3250, 2750, 1250};
  const std::vector<int64_t> day = {0, 750, 750, 250, 500, 0, 250, 1000, 1000, 1000, 500};
  for (int shard = 0; shard <= 10; ++shard) {
    EXPECT_EQ(ShardCount(shard, "404"), all[static_cast<size_t>(shard)]) << shard;
    EXPECT_EQ(ShardCount(shard, "404#2017-07-21"), day[static_cast<size_t>(shard)]) << shard;
  }
  // 3.5: the columns of a row, and the order in a shard.
  std::map<std::string, int> times;
  std::string previous;
  for (const Value& row : Rows("SELECT * FROM \"tlog_scan\".\"gsi_responsecode\" WHERE "
                               "gsi_responsecode_hk = 8 AND "
                               "begins_with(gsi_responsecode_sk, '404#2017-07-21')")) {
    EXPECT_EQ(row.Materialize().fields().size(), 3u);
    const std::string sk(row.Get("gsi_responsecode_sk").bytes());
    EXPECT_LE(previous, sk);
    previous = sk;
    ++times[sk];
  }
  EXPECT_EQ(times, (std::map<std::string, int>{
                       {"404#2017-07-21#01", 250}, {"404#2017-07-21#03", 250}, {"404#2017-07-21#04", 500}}));
  // 3.6
  const std::string sharded =
      "SELECT * FROM \"tlog_scan\".\"gsi_responsecode\" WHERE gsi_responsecode_hk IN "
      "[1,2,3,4,5,6,7,8,9,10] AND begins_with(gsi_responsecode_sk, '404')";
  EXPECT_EQ(Count(sharded), 18000u);
  EXPECT_EQ(Plan(sharded), "Query tlog_scan.gsi_responsecode");
  EXPECT_EQ(Explain(sharded).find("filter"), std::string::npos);
  EXPECT_EQ(Plan("SELECT * FROM \"tlog_scan\".\"gsi_responsecode\" WHERE "
                 "begins_with(gsi_responsecode_sk, '404')"),
            "Scan tlog_scan.gsi_responsecode");
}

// 3.4: the figures of the workshop's text, which come from the other order of files.
TEST_F(MillionRows, S3FilesInTheOtherOrder) {
  Run(kCreate);
  LoadCopies(1, "logfile_medium1.csv");
  LoadCopies(0, "logfile_medium2.csv");  // written last: it wins where ids collide
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog_scan"), 998000);
  const std::vector<int64_t> all = {0, 1746, 2496, 1248, 997, 997, 1745, 1497, 3243, 2745, 1247};
  const std::vector<int64_t> day = {0, 749, 750, 250, 499, 0, 250, 999, 1000, 999, 499};
  for (int shard = 0; shard <= 10; ++shard) {
    EXPECT_EQ(ShardCount(shard, "404"), all[static_cast<size_t>(shard)]) << shard;
    EXPECT_EQ(ShardCount(shard, "404#2017-07-21"), day[static_cast<size_t>(shard)]) << shard;
  }
  EXPECT_EQ(Number("SELECT SUM(bytessent) AS bytes FROM tlog_scan WHERE responsecode <> 200"), 6045472);
}

}  // namespace
}  // namespace parton

// Exercise 8 (change feed and replication), TTL, votes, and the patterns built on change feeds.
#include <map>
#include <set>
#include <thread>

#include "tests/workshop/workshop_support.h"

namespace parton {
namespace {

using Strings = std::vector<std::string>;

class FeedWorkshop : public WorkshopTest {
 protected:
  void Settle() {
    Status s = database_->Settle();
    EXPECT_TRUE(s.ok()) << s.ToString();
  }
  std::vector<Change> Changes(const std::string& table) {
    FeedOptions options;
    options.start = FeedOptions::Start::kTrimHorizon;
    auto feed = database_->OpenFeed(table, options);
    EXPECT_TRUE(feed.ok()) << feed.status().ToString();
    if (!feed.ok()) return {};
    auto changes = (*feed)->Read(100'000);
    EXPECT_TRUE(changes.ok()) << changes.status().ToString();
    return changes.ok() ? std::move(*changes) : std::vector<Change>();
  }
  static std::string Attribute(const Value& item, const std::string& name) {
    const Value whole = item.Materialize();
    for (const Field& f : whole.fields()) {
      if (f.name == name) return f.value.ToLiteral();
    }
    return "";
  }
};

TEST_F(FeedWorkshop, S8FeedAndReplication) {
  const std::string create =
      "CREATE TABLE {} ( requestid NUMBER, host STRING ) PRIMARY KEY ( requestid HASH ) "
      "BILLING MODE PROVISIONED ( 10 RCU, 5 WCU ) GSI ( \"host-requestid-gsi\" ON ( host HASH, requestid RANGE ) "
      "PROJECTING INCLUDE ( bytessent ) BILLING MODE PROVISIONED ( 10 RCU, 5 WCU ) )";
  Run(fmt::format(fmt::runtime(create), "tlog"));
  LoadLog("tlog", "logfile_small1.csv");
  LoadLog("tlog", "logfile_medium1.csv");
  LoadLog("tlog", "logfile_medium2.csv");
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 4000);
  Run(fmt::format(fmt::runtime(create), "tlog_replica"));  // 8.1
  Run("ALTER TABLE tlog SET STREAM ( NEW IMAGE )");        // 8.2
  EXPECT_NE(Row("DESCRIBE tlog").find("'StreamViewType': 'NEW_IMAGE'"), std::string::npos) << Row("DESCRIBE tlog");
  EXPECT_EQ(Error("ALTER TABLE tlog SET STREAM ( NEW IMAGE )"), "ResourceInUseException");
  EXPECT_EQ(Changes("tlog").size(), 0u);

  Run("CREATE TRIGGER replicate ON tlog FROM TRIM_HORIZON BATCH 100 AS "  // 8.3
      "INSERT INTO tlog_replica SELECT VALUE r.NewImage FROM records AS r WHERE r.eventName = 'INSERT'");
  LoadLog("tlog", "logfile_stream.csv");  // 8.4
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog"), 6000);
  const std::vector<Change> changes = Changes("tlog");
  ASSERT_EQ(changes.size(), 2000u);
  uint64_t last = 0;
  for (const Change& c : changes) {
    EXPECT_EQ(c.event, Change::Event::kInsert);
    EXPECT_EQ(c.keys.Materialize().fields().size(), 1u);
    EXPECT_EQ(c.new_image.Materialize().fields().size(), 10u);
    EXPECT_TRUE(c.old_image.is_missing());
    EXPECT_GT(c.sequence, last);
    last = c.sequence;
  }
  Settle();
  const std::vector<Value> triggers = Rows("SHOW TRIGGERS");
  ASSERT_EQ(triggers.size(), 1u);
  EXPECT_GE(std::stoi(Attribute(triggers[0], "runs")), 20);
  EXPECT_EQ(Attribute(triggers[0], "lag"), "0");

  // 8.5
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog_replica"), 2000);
  EXPECT_EQ(Number("SELECT MIN(requestid) AS n FROM tlog_replica"), 4001);
  EXPECT_EQ(Number("SELECT MAX(requestid) AS n FROM tlog_replica"), 6000);
  EXPECT_EQ(Number("SELECT SUM(bytessent) AS n FROM tlog_replica"), 29574956);
  EXPECT_EQ(Count("SELECT * FROM tlog_replica WHERE host = '64.233.172.17'"), 127u);
  EXPECT_EQ(Row("SELECT host, \"date\", hourofday, responsecode, bytessent, url FROM tlog_replica "
                "WHERE requestid = 4666"),
            "{'bytessent': 2969, 'date': '2009-07-21', 'host': '64.233.172.17', 'hourofday': 8, "
            "'responsecode': 200, 'url': '/gwidgets/alexa.xml'}");
  EXPECT_EQ(Count("SELECT * FROM tlog_replica LIMIT 2"), 2u);

  // 8.6
  Run("REPLACE INTO tlog SELECT * FROM tlog WHERE requestid = 4666");
  EXPECT_EQ(Changes("tlog").size(), 2000u);
  Run("UPDATE tlog SET responsecode = 404 WHERE requestid = 4666");
  Run("DELETE FROM tlog WHERE requestid = 4667");
  const std::vector<Change> more = Changes("tlog");
  ASSERT_EQ(more.size(), 2002u);
  EXPECT_EQ(more[2000].event, Change::Event::kModify);
  EXPECT_EQ(more[2001].event, Change::Event::kRemove);
  EXPECT_TRUE(more[2001].new_image.is_missing());
  EXPECT_TRUE(more[2001].old_image.is_missing());
  Settle();
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM tlog_replica"), 2000);
  EXPECT_EQ(Number("SELECT responsecode AS n FROM tlog_replica WHERE requestid = 4666"), 200);

  // 8.7: kept for 24 hours.
  EXPECT_EQ(Count("SELECT * FROM changes('tlog', ?) AS r", {Value(static_cast<int64_t>(more[1999].sequence))}), 2u);
  Run("ADVANCE CLOCK '23 hours'");
  EXPECT_EQ(Changes("tlog").size(), 2002u);
  Run("ADVANCE CLOCK '2 hours'");
  EXPECT_EQ(Changes("tlog").size(), 0u);
}

TEST_F(FeedWorkshop, S8PositionsSurviveARestart) {
  const std::string dir = ::testing::TempDir() + "/parton_workshop_feed";
  std::filesystem::remove_all(dir);
  Open(dir);
  Run("CREATE TABLE t (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'new image')");
  for (int i = 1; i <= 10; ++i) Run(fmt::format("INSERT INTO t VALUE {{'id': {}}}", i));
  FeedOptions options{FeedOptions::Start::kTrimHorizon, 0, "reader"};
  {
    auto feed = database_->OpenFeed("t", options);
    ASSERT_EQ((*feed)->Read(4)->size(), 4u);
    EXPECT_TRUE((*feed)->Acknowledge().ok());
  }
  Open(dir);
  {
    auto feed = database_->OpenFeed("t", options);
    EXPECT_EQ((*feed)->Read(100)->size(), 6u);
  }
  connection_.reset();
  database_.reset();
  std::filesystem::remove_all(dir);
}

TEST_F(FeedWorkshop, S8ViewTypes) {
  const std::map<std::string, Strings> views = {{"KEYS ONLY", {"", "", ""}},
                                                {"NEW IMAGE", {"New", "New", ""}},
                                                {"OLD IMAGE", {"", "Old", "Old"}},
                                                {"BOTH IMAGES", {"New", "New Old", "Old"}}};
  Run("CREATE TABLE t (id NUMBER, PRIMARY KEY (id))");
  size_t before = 0;
  for (const auto& [view, expected] : views) {
    Run(fmt::format("ALTER TABLE t SET STREAM ( {} )", view));
    Run("INSERT INTO t VALUE {'id': 1}");
    Run("UPDATE t SET v = 1 WHERE id = 1");
    Run("DELETE FROM t WHERE id = 1");
    Run("ALTER TABLE t SET STREAM DISABLED");
    Run("INSERT INTO t VALUE {'id': 2}");
    Run("DELETE FROM t WHERE id = 2");
    const std::vector<Change> changes = Changes("t");
    ASSERT_EQ(changes.size(), before + 3);
    for (size_t i = 0; i < 3; ++i) {
      const Change& c = changes[before + i];
      std::string images = c.new_image.is_missing() ? "" : "New";
      if (!c.old_image.is_missing()) images += images.empty() ? "Old" : " Old";
      EXPECT_EQ(images, expected[i]) << view << " " << i;
      EXPECT_FALSE(c.keys.is_missing());
    }
    before = changes.size();
  }
}

TEST_F(FeedWorkshop, T6TimeToLive) {
  const int64_t now = 1769860800;
  Run("SET clock = '2026-01-31 12:00:00'");
  Run("CREATE TABLE sessions (id STRING, g STRING) PRIMARY KEY (id HASH) GSI (by_g ON (g HASH) PROJECTING ALL) "
      "STREAM (BOTH IMAGES)");
  Run("ALTER TABLE sessions SET TTL ( expires )");
  EXPECT_NE(Row("DESCRIBE sessions").find("expires"), std::string::npos);
  auto put = [&](const char* id, const std::string& expires) {
    Run(fmt::format("INSERT INTO sessions VALUE {{'id': '{}', 'g': 'x'{}}}", id, expires));
  };
  put("a", fmt::format(", 'expires': {}", now - 10));
  put("b", fmt::format(", 'expires': {}", now + 3600));
  put("c", ", 'expires': 'text'");
  put("d", "");
  put("e", fmt::format(", 'expires': {}", now - int64_t{6} * 365 * 86400));
  EXPECT_EQ(Count("SELECT * FROM sessions WHERE id = 'a'"), 1u);  // T6.4
  EXPECT_EQ(Count("SELECT * FROM sessions WHERE expires > ?", {Value(now)}), 1u);
  Settle();
  auto ids = [&] { return Literals("SELECT VALUE s.id FROM sessions AS s ORDER BY s.id"); };
  EXPECT_EQ(ids(), (Strings{"'b'", "'c'", "'d'", "'e'"}));
  EXPECT_EQ(Count("SELECT * FROM sessions.by_g WHERE g = 'x'"), 4u);  // T6.5
  const std::vector<Change> changes = Changes("sessions");
  ASSERT_EQ(changes.size(), 6u);  // T6.3
  EXPECT_EQ(changes[5].event, Change::Event::kRemove);
  EXPECT_TRUE(changes[5].by_ttl);
  EXPECT_EQ(Attribute(changes[5].old_image, "id"), "'a'");
  EXPECT_EQ(shell::Canonical(Rows("SELECT VALUE r.userIdentity FROM changes('sessions') AS r "
                                  "WHERE r.eventName = 'REMOVE'")[0]),
            "{'PrincipalId': 'dynamodb.amazonaws.com', 'Type': 'Service'}");
  Run("ADVANCE CLOCK '3600 seconds'");
  EXPECT_EQ(ids().size(), 4u);
  Run("ADVANCE CLOCK '1 second'");  // T6.6
  EXPECT_EQ(ids(), (Strings{"'c'", "'d'", "'e'"}));
  Run("ALTER TABLE sessions SET TTL DISABLED");  // T6.7
  put("f", fmt::format(", 'expires': {}", now - 10));
  Run("ADVANCE CLOCK '1 hour'");
  EXPECT_EQ(ids().size(), 4u);
}

TEST_F(FeedWorkshop, VVotes) {
  Run("CREATE TABLE votes (segment STRING, PRIMARY KEY (segment))");
  for (const char* candidate : {"Candidate A", "Candidate B"}) {
    for (int i = 0; i < 10; ++i)
      Run(fmt::format("INSERT INTO votes VALUE {{'segment': '{}_{}', 'votes': 0}}", candidate, i));
  }
  for (int i = 1; i <= 1000; ++i) {  // V.1
    Run("UPDATE votes SET votes = votes + 1 WHERE segment = ?",
        {Value(fmt::format("Candidate {}_{}", i % 3 == 0 ? "B" : "A", i % 10))});
  }
  const int a[] = {67, 67, 67, 66, 67, 67, 66, 67, 67, 66};
  const int b[] = {33, 33, 33, 34, 33, 33, 34, 33, 33, 34};
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(
        Number("SELECT v.votes AS n FROM votes AS v WHERE v.segment = ?", {Value(fmt::format("Candidate A_{}", i))}),
        a[i]);
    EXPECT_EQ(
        Number("SELECT v.votes AS n FROM votes AS v WHERE v.segment = ?", {Value(fmt::format("Candidate B_{}", i))}),
        b[i]);
  }
  auto aggregate = [&] {  // V.2
    for (const char* c : {"Candidate A", "Candidate B"}) {
      const int64_t sum = Number("SELECT SUM(v.votes) AS n FROM votes AS v WHERE begins_with(v.segment, ?)",
                                 {Value(std::string(c) + "_")});
      Run("UPSERT INTO votes VALUE {'segment': ?, 'votes': ?}", {Value(c), Value(sum)});
    }
  };
  auto total = [&](const char* c) {
    return Number("SELECT v.votes AS n FROM votes AS v WHERE v.segment = ?", {Value(c)});
  };
  for (int round = 0; round < 2; ++round) {
    aggregate();
    EXPECT_EQ(total("Candidate A"), 667);
    EXPECT_EQ(total("Candidate B"), 333);
    EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM votes"), 22);
  }
  Run("UPDATE votes SET votes = votes + 5 WHERE segment = 'Candidate B_1'");  // V.3
  Run("ADVANCE CLOCK '1 minute'");
  aggregate();
  EXPECT_EQ(total("Candidate B"), 338);
}

TEST_F(FeedWorkshop, V4VotesByTrigger) {
  Run("CREATE TABLE raw_votes (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'new image')");
  Run("CREATE TABLE totals (candidate STRING, PRIMARY KEY (candidate))");
  // B has no votes to add to yet: its batches fail, and nothing of them is lost.
  Run("INSERT INTO totals << {'candidate': 'A', 'votes': 0}, {'candidate': 'B'} >>");
  Run("CREATE TRIGGER tally ON raw_votes BATCH 50 AS UPDATE totals AS t SET votes = votes + "
      "(SELECT COUNT(*) FROM records AS r WHERE r.NewImage.candidate = t.candidate) "
      "WHERE candidate IN (SELECT VALUE r.NewImage.candidate FROM records AS r)");
  for (int i = 1; i <= 1000; ++i) {
    Run("INSERT INTO raw_votes VALUE {'id': ?, 'candidate': ?}", {Value(i), Value(i % 3 == 0 ? "B" : "A")});
  }
  Settle();
  auto total = [&](const char* c) { return Number("SELECT votes AS n FROM totals WHERE candidate = ?", {Value(c)}); };
  EXPECT_EQ(total("A"), 667);
  EXPECT_EQ(Count("SHOW PARKED"), 333u);
  Run("UPDATE totals SET votes = 0 WHERE candidate = 'B'");
  Run("ALTER TRIGGER tally RETRY");
  Settle();
  EXPECT_EQ(total("A"), 667);
  EXPECT_EQ(total("B"), 333);
  EXPECT_EQ(Count("SHOW PARKED"), 0u);
}

TEST_F(FeedWorkshop, K1NotifiesOnce) {
  Run("CREATE TABLE clicks (id STRING, PRIMARY KEY (id)) WITH (stream = 'both images')");
  Run("CREATE TABLE notifications (id STRING, clicks NUMBER, PRIMARY KEY (id, clicks))");
  Run("CREATE TRIGGER notify ON clicks BATCH 1 AS INSERT INTO notifications SELECT VALUE {'id': r.Keys.id, "
      "'clicks': \"size\"(r.NewImage.list)} FROM records AS r WHERE \"size\"(r.NewImage.list) > 10 "
      "AND r.NewImage.notified IS MISSING AND \"size\"(r.OldImage.list) <= 10");
  Run("CREATE TRIGGER mark ON clicks BATCH 1 AS UPDATE clicks SET notified = true WHERE notified IS MISSING AND id IN "
      "(SELECT VALUE r.Keys.id FROM records AS r WHERE \"size\"(r.NewImage.list) > 10 AND r.NewImage.notified IS "
      "MISSING)");
  Run("INSERT INTO clicks VALUE {'id': 'u', 'list': [1]}");
  for (int i = 2; i <= 12; ++i) {
    Run("UPDATE clicks SET list = list_append(list, [?]) WHERE id = 'u'", {Value(i)});
    Settle();
  }
  EXPECT_EQ(Literals("SELECT * FROM notifications"), (Strings{"{'clicks': 11, 'id': 'u'}"}));
  EXPECT_EQ(Changes("clicks").size(), 13u);
  EXPECT_EQ(Count("SHOW PARKED"), 0u);
}

TEST_F(FeedWorkshop, K2MergesTwoStreams) {
  Run("CREATE TABLE merged (id STRING, PRIMARY KEY (id)) WITH (stream = 'both images')");
  Run("CREATE TABLE fired (id STRING, n NUMBER, PRIMARY KEY (id, n))");
  Run("CREATE TRIGGER complete ON merged AS INSERT INTO fired SELECT VALUE {'id': r.Keys.id, 'n': r.SequenceNumber} "
      "FROM records AS r WHERE r.NewImage.recommendations IS NOT MISSING AND r.NewImage.login IS NOT MISSING "
      "AND (r.OldImage.recommendations IS MISSING OR r.OldImage.login IS MISSING)");
  Run("UPSERT INTO merged VALUE {'id': 'x', 'login': 1}");
  Run("UPSERT INTO merged VALUE {'id': 'x', 'recommendations': [1]}");
  Run("UPSERT INTO merged VALUE {'id': 'y', 'recommendations': [1]}");
  Settle();
  EXPECT_EQ(Literals("SELECT VALUE f.id FROM fired AS f"), (Strings{"'x'"}));
  Run("UPSERT INTO merged VALUE {'id': 'y', 'login': 2}");
  Run("UPSERT INTO merged VALUE {'id': 'y', 'login': 3}");
  Settle();
  EXPECT_EQ(Literals("SELECT VALUE f.id FROM fired AS f ORDER BY f.id"), (Strings{"'x'", "'y'"}));
}

TEST_F(FeedWorkshop, K3PeriodicAggregator) {
  Run("CREATE TABLE events (pk STRING, n NUMBER, PRIMARY KEY (pk, n))");
  std::multiset<std::string> handled;
  auto tick = [&] {
    Run("BEGIN");
    for (const std::string& n : Literals("SELECT VALUE e.n FROM events AS e WHERE e.pk = 'all'")) handled.insert(n);
    Run("DELETE FROM events WHERE pk = 'all'");
    Run("COMMIT");
  };
  for (int i = 0; i < 30; ++i) {
    Run("INSERT INTO events VALUE {'pk': 'all', 'n': ?}", {Value(i)});
    if (i % 7 == 0) tick();
  }
  tick();
  tick();
  EXPECT_EQ(handled.size(), 30u);
  EXPECT_EQ(std::set<std::string>(handled.begin(), handled.end()).size(), 30u);
}

TEST_F(FeedWorkshop, K4Processor) {
  Run("CREATE TABLE jobs (id NUMBER, PRIMARY KEY (id))");
  Run("INSERT INTO jobs VALUE {'id': 1, 'status': 'PENDING'}");
  const std::string take = "UPDATE jobs SET status = 'RUNNING', worker = ? WHERE id = 1 AND status = 'PENDING'";
  EXPECT_EQ(Affected(take, {Value("one")}), 1u);
  EXPECT_EQ(Affected(take, {Value("two")}), 0u);
  EXPECT_EQ(Affected("UPDATE jobs SET status = 'DONE' WHERE id = 1 AND status = 'RUNNING' AND worker = 'one'"), 1u);
  EXPECT_EQ(Affected(take, {Value("two")}), 0u);
}

TEST_F(FeedWorkshop, K6Historic) {
  Run("CREATE TABLE doc (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'both images')");
  Run("CREATE TABLE history (id NUMBER, seq NUMBER, PRIMARY KEY (id, seq))");
  Run("CREATE TRIGGER record ON doc AS INSERT INTO history SELECT VALUE {'id': r.Keys.id, 'seq': r.SequenceNumber, "
      "'before': r.OldImage, 'after': r.NewImage} FROM records AS r");
  Run("INSERT INTO doc VALUE {'id': 1, 'v': 'a'}");
  Run("UPDATE doc SET v = 'b' WHERE id = 1");
  Run("UPDATE doc SET v = 'c', w = [1, <<2, 3>>] WHERE id = 1");
  Settle();
  EXPECT_EQ(Count("SELECT * FROM history WHERE id = 1"), 3u);
  EXPECT_EQ(Literals("SELECT VALUE h.after FROM history AS h WHERE h.id = 1 ORDER BY h.seq DESC LIMIT 1"),
            Literals("SELECT VALUE d FROM doc AS d WHERE d.id = 1"));
  // Each change starts where the one before it ended.
  const Strings before = Literals("SELECT VALUE h.before FROM history AS h WHERE h.id = 1 ORDER BY h.seq");
  const Strings after = Literals("SELECT VALUE h.after FROM history AS h WHERE h.id = 1 ORDER BY h.seq");
  ASSERT_EQ(after.size(), 3u);
  EXPECT_EQ(Strings(before.end() - 2, before.end()), Strings(after.begin(), after.begin() + 2));
}

TEST_F(FeedWorkshop, K7TwoConsumers) {
  Run("CREATE TABLE t (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'new image')");
  for (int i = 0; i < 20; ++i) Run("INSERT INTO t VALUE {'id': ?}", {Value(i)});
  auto one = database_->OpenFeed("t", {FeedOptions::Start::kTrimHorizon, 0, "one"});
  auto two = database_->OpenFeed("t", {FeedOptions::Start::kTrimHorizon, 0, "two"});
  ASSERT_TRUE(one.ok() && two.ok());
  Strings first, second;
  for (auto changes = (*one)->Read(7); changes.ok() && !changes->empty(); changes = (*one)->Read(7)) {
    for (const Change& c : *changes) first.push_back(c.new_image.ToLiteral());
  }
  auto some = (*two)->Read(5);
  EXPECT_EQ((*two)->position() < (*one)->position(), true);
  for (; some.ok() && !some->empty(); some = (*two)->Read(3)) {
    for (const Change& c : *some) second.push_back(c.new_image.ToLiteral());
  }
  EXPECT_EQ(first.size(), 20u);
  EXPECT_EQ(first, second);
}

TEST_F(FeedWorkshop, K8IncompleteSets) {
  Run("CREATE TABLE orders (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX open_ones (open STRING))");
  for (int i = 0; i < 10; ++i) Run("INSERT INTO orders VALUE {'id': ?, 'open': 'yes'}", {Value(i)});
  for (int i = 0; i < 7; ++i) Run("UPDATE orders REMOVE open WHERE id = ?", {Value(i)});
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM orders.open_ones"), 3);
}

}  // namespace
}  // namespace parton

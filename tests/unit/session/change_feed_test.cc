// changes('t'), ChangeFeed: starts, consumers, live tail, trimming.
#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/unit/database_test_util.h"

namespace parton {
namespace {

using Start = FeedOptions::Start;

class ChangeFeedTest : public ExecutorTest {
 protected:
  void SetUp() override {
    Options options;
    options.background = false;
    OpenWith(options);
    Run("SET clock = '2026-01-31 12:00:00'; "
        "CREATE TABLE t (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'both images')");
  }
  std::unique_ptr<ChangeFeed> Open(Start start, uint64_t sequence = 0, const std::string& consumer = "") {
    FeedOptions options;
    options.start = start;
    options.sequence = sequence;
    options.consumer = consumer;
    auto feed = db_->OpenFeed("t", options);
    EXPECT_TRUE(feed.ok()) << feed.status().ToString();
    return feed.ok() ? std::move(*feed) : nullptr;
  }
  static std::vector<uint64_t> Numbers(const std::vector<Change>& changes) {
    std::vector<uint64_t> out;
    for (const Change& c : changes) out.push_back(c.sequence);
    return out;
  }
};

TEST_F(ChangeFeedTest, Records) {
  Run("INSERT INTO t VALUE {'a': 1, 'b': 'x'}; "
      "REPLACE INTO t VALUE {'a': 1, 'b': 'x'}; "  // nothing changes: no record
      "UPDATE t SET b = 'x' WHERE a = 1; UPDATE t REMOVE c WHERE a = 1; DELETE FROM t WHERE a = 9; "
      "REPLACE INTO t VALUE {'a': 1, 'b': 'y'}; "
      "DELETE FROM t WHERE a = 1");
  EXPECT_EQ(Rows("SELECT VALUE {'e': r.eventName, 'k': r.Keys, 'n': r.NewImage, 'o': r.OldImage} "
                 "FROM changes('t') AS r"),
            (Strings{"{'e': 'INSERT', 'k': {'a': 1}, 'n': {'a': 1, 'b': 'x'}}",
                     "{'e': 'MODIFY', 'k': {'a': 1}, 'n': {'a': 1, 'b': 'y'}, 'o': {'a': 1, 'b': 'x'}}",
                     "{'e': 'REMOVE', 'k': {'a': 1}, 'o': {'a': 1, 'b': 'y'}}"}));
  EXPECT_EQ(One("SELECT VALUE MIN(r.ApproximateCreationDateTime) FROM changes('t') AS r"), "1769860800");
  const int last = std::stoi(One("SELECT VALUE MAX(r.SequenceNumber) FROM changes('t') AS r"));
  EXPECT_EQ(One("SELECT VALUE r.eventName FROM changes('t', ?) AS r", {Value(last - 1)}), "'REMOVE'");
  EXPECT_FALSE(Error("SELECT * FROM changes('nix') AS r").ok());
  EXPECT_FALSE(Error("SELECT * FROM changes(1) AS r").ok());
  EXPECT_FALSE(Error("SELECT * FROM changes('t', -1) AS r").ok());
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(ChangeFeedTest, Views) {
  const std::pair<const char*, Strings> kViews[] = {
      {"KEYS ONLY", {"", "", ""}},
      {"NEW IMAGE", {"N", "N", ""}},
      {"OLD IMAGE", {"", "O", "O"}},
      {"BOTH IMAGES", {"N", "NO", "O"}},
  };
  for (const auto& [view, expected] : kViews) {
    Run(fmt::format("CREATE TABLE v (a NUMBER, PRIMARY KEY (a)); ALTER TABLE v SET STREAM ({})", view));
    EXPECT_EQ(Error(fmt::format("ALTER TABLE v SET STREAM ({})", view)).code(), StatusCode::kInUse);
    Run("INSERT INTO v VALUE {'a': 1}; UPDATE v SET b = 1 WHERE a = 1; DELETE FROM v WHERE a = 1");
    auto feed = db_->OpenFeed("v", {Start::kTrimHorizon, 0, ""});
    ASSERT_TRUE(feed.ok());
    auto changes = (*feed)->Read(10);
    ASSERT_TRUE(changes.ok());
    Strings got;
    for (const Change& c : *changes) {
      EXPECT_EQ(c.keys.ToLiteral(), "{'a': 1}");
      got.push_back(std::string(c.new_image.is_missing() ? "" : "N") + (c.old_image.is_missing() ? "" : "O"));
    }
    EXPECT_EQ(got, expected) << view;
    Run("ALTER TABLE v SET STREAM DISABLED; INSERT INTO v VALUE {'a': 2}");
    EXPECT_FALSE(Error("ALTER TABLE v SET STREAM DISABLED").ok());
    EXPECT_EQ((*feed)->Read(10)->size(), 0u);
    feed->reset();
    Run("DROP TABLE v");
  }
}

TEST_F(ChangeFeedTest, Starts) {
  Run("INSERT INTO t <<{'a': 1}, {'a': 2}, {'a': 3}>>");
  auto all = Open(Start::kTrimHorizon)->Read(10);
  ASSERT_EQ(all->size(), 3u);
  const std::vector<uint64_t> n = Numbers(*all);
  EXPECT_LT(n[0], n[1]);
  EXPECT_LT(n[1], n[2]);
  EXPECT_EQ(Numbers(*Open(Start::kAt, n[1])->Read(10)), (std::vector<uint64_t>{n[1], n[2]}));
  EXPECT_EQ(Numbers(*Open(Start::kAfter, n[1])->Read(10)), (std::vector<uint64_t>{n[2]}));
  auto latest = Open(Start::kLatest);
  EXPECT_EQ(latest->Read(10)->size(), 0u);
  Run("INSERT INTO t VALUE {'a': 4}");
  EXPECT_EQ(latest->Read(10)->size(), 1u);
  auto pieces = Open(Start::kTrimHorizon);
  EXPECT_EQ(pieces->Read(3)->size(), 3u);
  EXPECT_EQ(pieces->Read(3)->size(), 1u);
  EXPECT_EQ(pieces->Read(3)->size(), 0u);
}

TEST_F(ChangeFeedTest, ConsumersKeepTheirPlaces) {
  const std::string dir = ::testing::TempDir() + "/parton_feed_test";
  std::filesystem::remove_all(dir);
  for (int round = 0; round < 3; ++round) {
    auto db = Database::Open(dir);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    auto c = (*db)->Connect();
    if (round == 0) {
      ASSERT_TRUE(c->ExecuteScript("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)) WITH (stream = 'new image'); "
                                   "INSERT INTO t <<{'a': 1}, {'a': 2}, {'a': 3}, {'a': 4}>>")
                      .ok());
    }
    FeedOptions one{Start::kTrimHorizon, 0, "one"}, two{Start::kTrimHorizon, 0, "two"};
    auto first = (*db)->OpenFeed("t", one);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ((*db)->OpenFeed("t", one).status().code(), StatusCode::kInUse);
    auto second = (*db)->OpenFeed("t", two);
    ASSERT_TRUE(second.ok());
    auto changes = (*first)->Read(1);
    ASSERT_EQ(changes->size(), 1u);
    EXPECT_EQ((*changes)[0].keys.ToLiteral(), fmt::format("{{'a': {}}}", round + 1));
    EXPECT_TRUE((*first)->Acknowledge().ok());
    EXPECT_EQ((*second)->Read(10)->size(), 4u);  // never acknowledged
    EXPECT_EQ(c->Execute("SHOW CONSUMERS").value()->All().value().size(), 1u);
    // In a transaction that is rolled back the position is not kept either.
    ASSERT_TRUE(c->Execute("BEGIN").ok());
    EXPECT_TRUE((*second)->AcknowledgeIn(*c).ok());
    ASSERT_TRUE(c->Execute("ROLLBACK").ok());
    EXPECT_TRUE((*db)->Check().empty());
  }
  std::filesystem::remove_all(dir);
}

// Positions are part of the transaction: they add up, and go back with savepoints.
TEST_F(ChangeFeedTest, PositionsBelongToTheTransaction) {
  Run("CREATE TABLE done (a NUMBER, PRIMARY KEY (a))");
  const auto positions = [&] { return Rows("SHOW CONSUMERS"); };
  auto one = Open(Start::kTrimHorizon, 0, "one");
  auto two = Open(Start::kTrimHorizon, 0, "two");
  Run("INSERT INTO t << {'a': 1}, {'a': 2} >>");
  ASSERT_EQ(one->Read(10)->size(), 2u);
  ASSERT_EQ(two->Read(10)->size(), 2u);
  Run("BEGIN");
  ASSERT_TRUE(one->AcknowledgeIn(*connection_).ok());
  ASSERT_TRUE(two->AcknowledgeIn(*connection_).ok());
  Run("COMMIT");
  EXPECT_EQ(positions(), (Strings{"{'name': 'one', 'table': 't', 'position': 2, 'lag': 0}",
                                  "{'name': 'two', 'table': 't', 'position': 2, 'lag': 0}"}));

  // The effect of the third record is undone, so its position is, too; that of the fourth stays.
  Run("INSERT INTO t VALUE {'a': 3}");
  ASSERT_EQ(one->Read(10)->size(), 1u);
  Run("BEGIN; INSERT INTO done VALUE {'a': 2}; SAVEPOINT s; INSERT INTO done VALUE {'a': 3}");
  ASSERT_TRUE(one->AcknowledgeIn(*connection_).ok());
  Run("ROLLBACK TO s");
  Run("INSERT INTO t VALUE {'a': 4}");
  ASSERT_TRUE(two->Read(0).ok());
  ASSERT_EQ(two->Read(10)->size(), 1u);
  ASSERT_TRUE(two->AcknowledgeIn(*connection_).ok());
  Run("COMMIT");
  EXPECT_EQ(positions(), (Strings{"{'name': 'one', 'table': 't', 'position': 2, 'lag': 2}",
                                  "{'name': 'two', 'table': 't', 'position': 3, 'lag': 1}"}));
  one.reset();
  one = Open(Start::kLatest, 0, "one");
  EXPECT_EQ(Numbers(*one->Read(10)), (std::vector<uint64_t>{3, 4}));

  // The last of several counts; a transaction of nothing but a position leaves it; one rolled back does not.
  Run("BEGIN");
  ASSERT_TRUE(one->Seek(Start::kAfter, 3).ok());
  ASSERT_TRUE(one->AcknowledgeIn(*connection_).ok());
  ASSERT_TRUE(one->Seek(Start::kAfter, 4).ok());
  ASSERT_TRUE(one->AcknowledgeIn(*connection_).ok());
  Run("COMMIT; BEGIN");
  ASSERT_TRUE(one->Seek(Start::kTrimHorizon).ok());
  ASSERT_TRUE(one->AcknowledgeIn(*connection_).ok());
  Run("ROLLBACK");
  EXPECT_EQ(positions()[0], "{'name': 'one', 'table': 't', 'position': 4, 'lag': 0}");
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(ChangeFeedTest, PositionsOfADroppedTableAreNotWritten) {
  auto feed = Open(Start::kTrimHorizon, 0, "one");
  Run("BEGIN");
  ASSERT_TRUE(feed->AcknowledgeIn(*connection_).ok());
  ASSERT_TRUE(db_->Connect()->ExecuteScript("DROP TABLE t").ok());
  EXPECT_EQ(Error("COMMIT").code(), StatusCode::kTransactionConflict);
  EXPECT_TRUE(db_->Check().empty());
}

// A connection that is none of this database's, or none of ours at all.
TEST_F(ChangeFeedTest, ForeignConnections) {
  auto feed = Open(Start::kTrimHorizon, 0, "one");
  auto other_db = std::move(Database::Open(":memory:").value());
  auto other = other_db->Connect();
  ASSERT_TRUE(other->Begin().ok());
  EXPECT_EQ(feed->AcknowledgeIn(*other).code(), StatusCode::kValidation);
  class Wrapper final : public Connection {
   public:
    Result<std::unique_ptr<ResultSet>> Execute(std::string_view, std::vector<Value>) override { return No(); }
    Result<std::unique_ptr<ResultSet>> ExecuteNamed(std::string_view,
                                                    const std::vector<std::pair<std::string, Value>>&) override {
      return No();
    }
    Result<std::unique_ptr<Statement>> Prepare(std::string_view) override { return No(); }
    Status Begin() override { return No(); }
    Status Commit() override { return No(); }
    Status Rollback() override { return No(); }
    Status MakeSavepoint(const std::string&) override { return No(); }
    Status RollbackTo(const std::string&) override { return No(); }
    Status ReleaseSavepoint(const std::string&) override { return No(); }
    Status Set(std::string_view, const Value&) override { return No(); }
    Result<Value> Get(std::string_view) const override { return No(); }
    void Cancel() override {}
    void SetProgress(ProgressCallback) override {}
    bool in_transaction() const override { return true; }

   private:
    static Status No() { return Status::Unsupported("no"); }
  };
  Wrapper wrapper;
  EXPECT_EQ(feed->AcknowledgeIn(wrapper).code(), StatusCode::kValidation);
  EXPECT_EQ(feed->AcknowledgeIn(*connection_).code(), StatusCode::kValidation);  // no transaction
}

TEST_F(ChangeFeedTest, LiveTail) {
  auto feed = Open(Start::kLatest, 0, "tail");
  std::atomic<int> seen{0};
  ASSERT_TRUE(feed->Listen(7,
                           [&](const std::vector<Change>& changes) {
                             EXPECT_LE(changes.size(), 7u);
                             seen += static_cast<int>(changes.size());
                             return Status::Ok();
                           })
                  .ok());
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&, w] {
      auto c = db_->Connect();
      for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(c->Execute("INSERT INTO t VALUE {'a': ?}", {Value(w * 1000 + i)}).ok());
      }
    });
  }
  for (std::thread& w : writers) w.join();
  for (int i = 0; i < 5000 && seen.load() < 300; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(feed->Stop().ok());
  EXPECT_EQ(seen.load(), 300);
  // Stop wakes a waiting reader.
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    (void)feed->Stop();
  });
  EXPECT_EQ(feed->Wait(10, std::chrono::minutes(5))->size(), 0u);
  stopper.join();
}

// Concurrent writers: a reader that goes on from where it was misses nothing and sees nothing twice.
TEST_F(ChangeFeedTest, NoGapsForReaders) {
  std::atomic<bool> done{false};
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([&, w] {
      auto c = db_->Connect();
      for (int i = 0; i < 150; ++i) {
        ASSERT_TRUE(c->Execute("INSERT INTO t VALUE {'a': ?}", {Value(w * 1000 + i)}).ok());
      }
    });
  }
  auto feed = Open(Start::kTrimHorizon);
  size_t count = 0;
  uint64_t last = 0;
  auto drain = [&] {
    auto changes = feed->Read(50);
    ASSERT_TRUE(changes.ok());
    for (const Change& c : *changes) {
      EXPECT_GT(c.sequence, last);
      last = c.sequence;
    }
    count += changes->size();
  };
  std::thread watcher([&] {
    for (std::thread& w : writers) w.join();
    done = true;
  });
  while (!done) drain();
  for (int i = 0; i < 20; ++i) drain();
  watcher.join();
  EXPECT_EQ(count, 600u);
}

TEST_F(ChangeFeedTest, TrimmedAfterADay) {
  Run("INSERT INTO t <<{'a': 1}, {'a': 2}>>; ADVANCE CLOCK '20 hours'; INSERT INTO t VALUE {'a': 3}; "
      "ADVANCE CLOCK '3 hours'");
  EXPECT_EQ(Rows("SELECT * FROM changes('t') AS r").size(), 3u);
  auto early = Open(Start::kTrimHorizon, 0, "early");
  ASSERT_EQ(early->Read(1)->size(), 1u);
  const uint64_t first = early->position();
  Run("ADVANCE CLOCK '90 minutes'");
  EXPECT_EQ(Rows("SELECT * FROM changes('t') AS r").size(), 1u);
  EXPECT_EQ(early->Read(5).status().code(), StatusCode::kTrimmed);
  EXPECT_TRUE(early->Seek(Start::kTrimHorizon).ok());
  EXPECT_EQ(early->Read(5)->size(), 1u);
  EXPECT_EQ(db_->OpenFeed("t", {Start::kAfter, first, ""}).status().code(), StatusCode::kTrimmed);
  EXPECT_EQ(Error(fmt::format("SELECT * FROM changes('t', {}) AS r", first)).code(), StatusCode::kTrimmed);
  Run("SET stream_retention = '1 hour'; ADVANCE CLOCK '1 second'");
  EXPECT_EQ(Rows("SELECT * FROM changes('t') AS r").size(), 0u);
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(ChangeFeedTest, DroppedTable) {
  auto feed = Open(Start::kTrimHorizon);
  Run("INSERT INTO t VALUE {'a': 1}; DROP TABLE t");
  EXPECT_EQ(feed->Read(5).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(db_->OpenFeed("t", {}).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(db_->Check().empty());
}

TEST_F(ChangeFeedTest, Settings) {
  EXPECT_FALSE(Error("SET clock = 'tomorrow'").ok());
  EXPECT_FALSE(Error("SET stream_retention = '5 parsecs'").ok());
  EXPECT_FALSE(Error("SET trigger_depth = 0").ok());
  EXPECT_FALSE(Error("ADVANCE CLOCK '-1 hour'").ok());
  Run("SET clock = '2026-02-01T00:00:00Z'; ADVANCE CLOCK '1 day 30 minutes 500 ms'");
  EXPECT_EQ(One("SHOW clock"), "{'clock': TIMESTAMP '2026-02-02 00:30:00.500+00:00'}");
  Run("SET clock = system");
  EXPECT_EQ(One("SHOW clock"), "{'clock': 'system'}");
}

}  // namespace
}  // namespace parton

// What outlives what it came from: results and statements their connection, connections their database, values all of
// them. Errors, and never a look at what is gone.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

#include "parton/backups.h"
#include "parton/database.h"
#include "parton/functions.h"
#include "parton/streams.h"
#include "parton/tables.h"

namespace parton {
namespace {

std::unique_ptr<Database> Songs() {
  auto db = Database::Open(":memory:").value();
  auto connection = db->Connect();
  EXPECT_TRUE(connection
                  ->ExecuteScript("CREATE TABLE songs (id NUMBER, PRIMARY KEY (id));"
                                  "INSERT INTO songs << {'id': 1, 'title': 'a rather long title, one', 'm': {'x': 1}},"
                                  " {'id': 2, 'title': 'a rather long title, two'},"
                                  " {'id': 3, 'title': 'a rather long title, three'} >>")
                  .ok());
  return db;
}

void ExpectClosed(const Status& s, const char* what) {
  EXPECT_EQ(s.code(), StatusCode::kValidation) << s.ToString();
  EXPECT_NE(s.message().find(what), std::string::npos) << s.ToString();
}

TEST(Lifetime, RowsBeforeAndBehindTheirTime) {
  auto db = Songs();
  auto connection = db->Connect();
  auto rows = connection->Execute("SELECT VALUE id FROM songs").value();
  EXPECT_TRUE(rows->row().is_missing());
  EXPECT_TRUE(rows->value().is_missing());
  int count = 0;
  while (rows->Next()) ++count;
  EXPECT_EQ(count, 3);
  EXPECT_TRUE(rows->row().is_missing());
  EXPECT_FALSE(rows->Next());
}

TEST(Lifetime, CopiesOfRowsStay) {
  auto db = Songs();
  auto connection = db->Connect();
  for (const char* text :
       {"SELECT * FROM songs", "SELECT VALUE s FROM songs AS s", "SELECT VALUE title FROM songs",
        "SELECT title, id FROM songs", "SELECT * FROM songs ORDER BY title", "SELECT * FROM songs WHERE id = 2",
        "SELECT VALUE s FROM songs AS s WHERE s.id IN (1, 2)", "SELECT s, t FROM songs AS s, songs AS t"}) {
    std::vector<std::string> now;
    std::vector<Value> kept;
    auto rows = connection->Execute(text).value();
    while (rows->Next()) {
      now.push_back(rows->row().ToLiteral());
      kept.push_back(rows->row());
    }
    ASSERT_TRUE(rows->status().ok());
    rows.reset();
    std::vector<std::string> later;
    for (const Value& v : kept) later.push_back(v.ToLiteral());
    EXPECT_EQ(now, later) << text;
    EXPECT_FALSE(now.empty());
  }
}

TEST(Lifetime, ValuesOutliveTheirDatabase) {
  std::vector<Value> all;
  Value kept, nested;
  {
    auto db = Songs();
    auto connection = db->Connect();
    all = connection->Execute("SELECT * FROM songs ORDER BY id").value()->All().value();
    auto rows = connection->Execute("SELECT VALUE {'s': s} FROM songs AS s WHERE s.id = 1").value();
    ASSERT_TRUE(rows->Next());
    nested = rows->row();
    auto one = connection->Execute("SELECT * FROM songs WHERE id = 1").value();
    ASSERT_TRUE(one->Next());
    kept = one->row();
  }
  // Another one may take the room of the first.
  auto other = Songs();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2].Get("title").AsString().value(), "a rather long title, three");
  EXPECT_EQ(kept.Get("m").Get("x").AsInt64().value(), 1);
  EXPECT_EQ(nested.Get("s").Get("title").AsString().value(), "a rather long title, one");
}

TEST(Lifetime, ResultsOutliveTheirConnection) {
  auto db = Songs();
  auto connection = db->Connect();
  auto rows = connection->Execute("SELECT * FROM songs").value();
  auto buffered = connection->Execute("UPDATE songs SET n = 1 RETURNING ALL NEW *");
  auto done = connection->Execute("SELECT VALUE COUNT(*) FROM songs").value();
  auto statement = connection->Prepare("SELECT * FROM songs WHERE id = ?").value();
  ASSERT_TRUE(rows->Next());
  const Value first = rows->row();
  const std::string literal = first.ToLiteral();
  Result<ResultSet*> prepared = statement->Execute({1});
  ASSERT_TRUE(prepared.ok() && (*prepared)->Next());
  connection.reset();
  EXPECT_FALSE(rows->Next());
  ExpectClosed(rows->status(), "connection");
  EXPECT_TRUE(rows->row().is_missing());
  EXPECT_EQ(first.ToLiteral(), literal);
  EXPECT_GE(rows->stats().items_examined, 1u);
  EXPECT_FALSE((*prepared)->Next());
  ExpectClosed((*prepared)->status(), "connection");
  ExpectClosed(statement->Execute({2}).status(), "connection");
  EXPECT_TRUE(statement->Bind(1, 3).ok());
  EXPECT_FALSE(done->Next());
}

TEST(Lifetime, ConnectionsOutliveTheirDatabase) {
  auto db = Songs();
  auto connection = db->Connect();
  auto other = db->Connect();
  auto rows = connection->Execute("SELECT * FROM songs").value();
  auto statement = connection->Prepare("INSERT INTO songs VALUE {'id': ?}").value();
  ASSERT_TRUE(rows->Next());
  ASSERT_TRUE(other->Begin().ok());
  ASSERT_TRUE(other->Execute("INSERT INTO songs VALUE {'id': 9}").ok());
  auto in_transaction = other->Execute("SELECT * FROM songs").value();
  auto transaction = Transaction::Begin(db->Connect()).value();
  ASSERT_TRUE(transaction->Execute("SELECT * FROM songs").ok());
  db.reset();
  EXPECT_FALSE(rows->Next());
  ExpectClosed(rows->status(), "database");
  EXPECT_FALSE(in_transaction->Next());
  ExpectClosed(statement->Execute({5}).status(), "database");
  ExpectClosed(connection->Execute("SELECT 1").status(), "database");
  ExpectClosed(connection->ExecuteNamed("SELECT :a", {{"a", 1}}).status(), "database");
  ExpectClosed(connection->ExecuteScript("SELECT 1"), "database");
  ExpectClosed(connection->Prepare("SELECT 1").status(), "database");
  ExpectClosed(connection->Set("capacity", true), "database");
  ExpectClosed(connection->Get("capacity").status(), "database");
  ExpectClosed(connection->Begin(), "database");
  connection->Cancel();
  EXPECT_FALSE(other->in_transaction());
  EXPECT_FALSE(other->Commit().ok());
  EXPECT_FALSE(transaction->active());
  EXPECT_FALSE(transaction->Commit().ok());
}

TEST(Lifetime, AClosedDatabaseRefusesEveryCall) {
  auto db = Songs();
  auto connection = db->Connect();
  auto rows = connection->Execute("SELECT * FROM songs").value();
  ASSERT_TRUE(rows->Next());
  Tables& tables = db->tables();
  ASSERT_TRUE(db->Close().ok());
  EXPECT_TRUE(db->Close().ok());
  EXPECT_FALSE(rows->Next());
  ExpectClosed(rows->status(), "database");
  ExpectClosed(connection->Execute("SELECT 1").status(), "database");
  ExpectClosed(db->Connect()->Execute("SELECT 1").status(), "database");
  ExpectClosed(db->Begin().status(), "database");
  ExpectClosed(db->Run([](Transaction&) { return Status(); }), "database");
  ExpectClosed(db->GetItem({}).status(), "database");
  ExpectClosed(db->PutItem({}).status(), "database");
  ExpectClosed(db->Query({}).status(), "database");
  ExpectClosed(db->Scan({}).status(), "database");
  ExpectClosed(db->ExecuteStatement({}).status(), "database");
  ExpectClosed(db->TransactWrite({}).status(), "database");
  ExpectClosed(db->BatchGet({}).status(), "database");
  ExpectClosed(db->OpenFeed("songs", {}).status(), "database");
  ExpectClosed(db->Secret().status(), "database");
  ExpectClosed(db->Settle(), "database");
  ExpectClosed(db->AddFunction({}), "database");
  ExpectClosed(db->RemoveFunction("f"), "database");
  ExpectClosed(tables.Describe("songs").status(), "database");
  ExpectClosed(db->streams().List("", std::nullopt, 10).status(), "database");
  ExpectClosed(db->backups().Describe("x").status(), "database");
  EXPECT_EQ(db->Check().size(), 1u);
  EXPECT_TRUE(db->TableNames().empty());
  EXPECT_TRUE(db->IndexNames("songs").empty());
  EXPECT_TRUE(db->KeyAttributes("songs").empty());
  EXPECT_TRUE(db->AttributePaths("songs").empty());
}

TEST(Lifetime, ClosingGivesTheFilesFree) {
  const std::string path = testing::TempDir() + "/parton_close_test";
  std::filesystem::remove_all(path);
  Options options;
  options.durable = false;
  auto first = Database::Open(path, options).value();
  ASSERT_TRUE(
      first->Connect()->ExecuteScript("CREATE TABLE t (a NUMBER, PRIMARY KEY (a)); INSERT INTO t VALUE {'a': 1}").ok());
  EXPECT_EQ(Database::Open(path).status().code(), StatusCode::kLocked);
  ASSERT_TRUE(first->Close().ok());
  auto second = Database::Open(path).value();
  EXPECT_EQ(second->Connect()->Execute("SELECT * FROM t").value()->All().value().size(), 1u);
  second.reset();
  options.read_only = true;
  auto reader = Database::Open(path, options).value();
  EXPECT_TRUE(reader->Close().ok());
}

TEST(Lifetime, RowsInARangeFor) {
  auto db = Songs();
  auto connection = db->Connect();
  auto rows = connection->Execute("SELECT id, title FROM songs ORDER BY id LIMIT 3").value();
  std::vector<int> ids;
  for (const Value& row : *rows) ids.push_back(row.Get<int>("id").value());
  EXPECT_TRUE(rows->status().ok());
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_FALSE(ids.empty());
  for (const Value& row : *rows) ADD_FAILURE() << row.ToLiteral();
  static_assert(std::input_iterator<ResultSet::Iterator>);
  ASSERT_TRUE(connection->Set("typing", "strict").ok());
  auto broken = connection->Execute("SELECT VALUE CAST(x AS INT) FROM [1, 'a'] AS x").value();
  for (const Value& row : *broken) ids.push_back(static_cast<int>(row.AsInt64().value()));
  EXPECT_FALSE(broken->status().ok());
}

TEST(Lifetime, FeedsOutliveTheirDatabase) {
  auto db = Songs();
  auto connection = db->Connect();
  ASSERT_TRUE(connection->Execute("ALTER TABLE songs SET STREAM (BOTH IMAGES)").ok());
  FeedOptions options;
  options.start = FeedOptions::Start::kTrimHorizon;
  options.consumer = "one";
  auto feed = db->OpenFeed("songs", options).value();
  options.consumer.clear();
  auto listening = db->OpenFeed("songs", options).value();
  std::atomic<int> heard{0};
  ASSERT_TRUE(listening
                  ->Listen(10,
                           [&](const std::vector<Change>&) {
                             ++heard;
                             return Status();
                           })
                  .ok());
  ASSERT_TRUE(connection->Execute("INSERT INTO songs VALUE {'id': 7}").ok());
  db.reset();
  ExpectClosed(feed->Read(10).status(), "database");
  ExpectClosed(feed->Wait(10, std::chrono::seconds(5)).status(), "database");
  ExpectClosed(feed->Seek(FeedOptions::Start::kLatest), "database");
  ExpectClosed(feed->Acknowledge(), "database");
  ExpectClosed(feed->AcknowledgeIn(*connection), "database");
  ExpectClosed(feed->Forget(), "database");
  ExpectClosed(listening->Listen(1, [](const std::vector<Change>&) { return Status(); }), "database");
  EXPECT_TRUE(listening->Stop().ok());
}

// A table with a record in its feed, and a feed that starts at it.
std::unique_ptr<Database> Streamed() {
  auto db = Songs();
  EXPECT_TRUE(db->Connect()
                  ->ExecuteScript("ALTER TABLE songs SET STREAM (BOTH IMAGES); INSERT INTO songs VALUE {'id': 7}")
                  .ok());
  return db;
}

std::unique_ptr<ChangeFeed> FromStart(Database& db, const std::string& consumer) {
  FeedOptions options;
  options.start = FeedOptions::Start::kTrimHorizon;
  options.consumer = consumer;
  return db.OpenFeed("songs", options).value();
}

void WaitFor(const std::atomic<bool>& flag) {
  while (!flag.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(Lifetime, TransactionsOutliveTheirConnection) {
  auto db = Songs();
  auto connection = db->Connect();
  auto transaction = Transaction::Begin(connection.get()).value();
  ASSERT_TRUE(transaction->Execute("INSERT INTO songs VALUE {'id': 9}").ok());
  ASSERT_TRUE(transaction->active());
  connection.reset();
  EXPECT_FALSE(transaction->active());
  ExpectClosed(transaction->Execute("SELECT 1").status(), "over");
  ExpectClosed(transaction->Prepare("SELECT 1").status(), "over");
  ExpectClosed(transaction->Savepoint("s"), "over");
  ExpectClosed(transaction->RollbackTo("s"), "over");
  ExpectClosed(transaction->Commit(), "over");
  ExpectClosed(transaction->Rollback(), "over");
  EXPECT_EQ(db->Connect()->Execute("SELECT * FROM songs WHERE id = 9").value()->All().value().size(), 0u);
  db.reset();
  EXPECT_FALSE(transaction->active());
}

TEST(Lifetime, ListenersMayCloseTheirDatabase) {
  for (const char* consumer : {"", "one"}) {
    auto db = Streamed();
    auto connection = db->Connect();
    auto feed = FromStart(*db, consumer);
    std::atomic<bool> closed{false};
    ASSERT_TRUE(feed->Listen(10,
                             [&](const std::vector<Change>& changes) {
                               EXPECT_EQ(changes.size(), 1u);
                               db.reset();
                               closed.store(true);
                               return Status();
                             })
                    .ok());
    WaitFor(closed);
    const Status ended = feed->Stop();
    // A named one could not acknowledge the batch any more.
    if (*consumer == '\0') {
      EXPECT_TRUE(ended.ok()) << ended.ToString();
    } else {
      ExpectClosed(ended, "database");
    }
    ExpectClosed(feed->Read(1).status(), "database");
    ExpectClosed(connection->Execute("SELECT 1").status(), "database");
  }
}

TEST(Lifetime, ListenersMayEndTheirFeed) {
  auto db = Streamed();
  auto feed = FromStart(*db, "one");
  std::atomic<bool> ended{false};
  ASSERT_TRUE(feed->Listen(10,
                           [&](const std::vector<Change>&) {
                             feed.reset();
                             ended.store(true);
                             return Status();
                           })
                  .ok());
  WaitFor(ended);
  // Its name is free, and the batch is not acknowledged.
  EXPECT_EQ(FromStart(*db, "one")->Read(10).value().size(), 1u);
}

TEST(Lifetime, ListenersMayStopListening) {
  auto db = Streamed();
  auto feed = FromStart(*db, "one");
  std::atomic<bool> stopped{false};
  std::atomic<int> calls{0};
  ASSERT_TRUE(feed->Listen(10,
                           [&](const std::vector<Change>&) {
                             ++calls;
                             EXPECT_TRUE(feed->Stop().ok());
                             stopped.store(true);
                             return Status();
                           })
                  .ok());
  WaitFor(stopped);
  EXPECT_TRUE(feed->Stop().ok());
  ASSERT_TRUE(db->Connect()->Execute("INSERT INTO songs VALUE {'id': 8}").ok());
  EXPECT_EQ(calls.load(), 1);
  EXPECT_EQ(feed->Read(10).value().size(), 1u);
}

TEST(Lifetime, TheDatabaseOpensAgainBesideWhatIsLeftOfIt) {
  const std::string path = testing::TempDir() + "/parton_lifetime_test";
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<std::unique_ptr<ResultSet>> results;
  for (int i = 0; i < 5; ++i) {
    auto db = Database::Open(path);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    connections.push_back((*db)->Connect());
    Connection& c = *connections.back();
    if (i == 0) {
      ASSERT_TRUE(c.Execute("CREATE TABLE t (id NUMBER, PRIMARY KEY (id))").ok());
    }
    ASSERT_TRUE(c.Execute("INSERT INTO t VALUE {'id': ?}", {i}).ok());
    results.push_back(c.Execute("SELECT * FROM t").value());
    ASSERT_TRUE(results.back()->Next());
  }
  auto db = Database::Open(path).value();
  EXPECT_EQ(db->Connect()->Execute("SELECT VALUE id FROM t").value()->All().value().size(), 5u);
  ASSERT_TRUE(db->Connect()->Execute("DROP TABLE t").ok());
}

}  // namespace
}  // namespace parton

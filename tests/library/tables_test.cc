// Tables, their streams, backups and exports as objects.
#include "parton/tables.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "parton/backups.h"
#include "parton/database.h"
#include "parton/streams.h"

namespace parton {
namespace {

using Role = KeyElement::Role;
using Strings = std::vector<std::string>;

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;

class TablesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("parton_tables_" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    Open();
  }
  void TearDown() override {
    if (db_ != nullptr) {
      for (const std::string& problem : db_->Check()) ADD_FAILURE() << problem;
    }
    connection_.reset();
    db_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    connection_.reset();
    db_.reset();
    Options options;
    options.background = false;
    options.durable = false;
    options.memory_limit_bytes = memory_limit_;
    options.clock_ms = [this] { return now_ms_.load(); };
    db_ = std::move(Database::Open(directory_.string() + "/db", options).value());
    connection_ = db_->Connect();
  }
  void Run(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << text << ": " << result.status().ToString();
    const Result<std::vector<Value>> rows = (*result)->All();
    ASSERT_TRUE(rows.ok()) << text << ": " << rows.status().ToString();
  }
  Strings Rows(const std::string& text) {
    auto result = connection_->Execute(text);
    if (!result.ok()) return {result.status().ToString()};
    Strings rows;
    while ((*result)->Next()) rows.push_back((*result)->row().ToLiteral());
    return rows;
  }
  std::string Text(const std::string& text) {
    auto result = connection_->Execute(text);
    return result.ok() ? (*result)->text() : result.status().ToString();
  }

  static TableDefinition Songs() {
    TableDefinition d;
    d.name = "songs";
    d.attributes = {{"artist", KeyType::kString}, {"title", KeyType::kString}, {"year", KeyType::kNumber}};
    d.key = {{"artist", Role::kHash}, {"title", Role::kRange}};
    IndexDefinition by_year;
    by_year.name = "by_year";
    by_year.key = {{"year", Role::kHash}};
    d.indexes.push_back(by_year);
    return d;
  }
  Tables& tables() { return db_->tables(); }

  std::filesystem::path directory_;
  std::atomic<int64_t> now_ms_{1'700'000'000'000};
  size_t memory_limit_ = Options().memory_limit_bytes;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(TablesTest, MakesAndDescribes) {
  TableDefinition d = Songs();
  d.provisioned = Throughput{5, 6};
  d.tags = {{"team", "a"}};
  d.encryption = Encryption{true, "KMS", "k1"};
  d.table_class = TableClass::kInfrequentAccess;
  ASSERT_TRUE(tables().Create(d).ok());
  EXPECT_EQ(tables().Create(d).status().code(), StatusCode::kInUse);
  Run("INSERT INTO songs VALUE {'artist': 'a', 'title': 't', 'year': 1999}");
  const std::string id = tables().Describe("songs")->id;
  Open();
  const Result<TableDescription> t = tables().Describe("songs");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->id, id);
  EXPECT_EQ(t->id.size(), 36u);
  EXPECT_EQ(t->status, ResourceStatus::kActive);
  EXPECT_EQ(t->created_ms, now_ms_);
  EXPECT_EQ(t->item_count, 1u);
  EXPECT_EQ(t->definition.attributes, d.attributes);
  EXPECT_EQ(t->definition.key, d.key);
  EXPECT_EQ(t->definition.tags, d.tags);
  EXPECT_EQ(t->definition.encryption, d.encryption);
  EXPECT_EQ(t->definition.table_class, d.table_class);
  ASSERT_EQ(t->indexes.size(), 1u);
  // Without numbers of its own it has the table's.
  EXPECT_EQ(t->indexes[0].definition.provisioned, d.provisioned);
  EXPECT_EQ(t->indexes[0].item_count, 1u);
  EXPECT_EQ(tables().Describe("none").status().code(), StatusCode::kNotFound);
}

TEST_F(TablesTest, StatementsSayTheSame) {
  TableDefinition d = Songs();
  d.provisioned = Throughput{5, 6};
  d.deletion_protection = true;
  d.stream = StreamView::kBothImages;
  d.ttl_attribute = "expires";
  d.tags = {{"team", "a"}};
  d.warm = Throughput{100, 200};
  d.indexes[0].warm = Throughput{10, 20};
  ASSERT_TRUE(tables().Create(d).ok());
  const std::string text = Text("SHOW CREATE TABLE songs");
  Run("ALTER TABLE songs SET (deletion_protection = false)");
  Run("DROP TABLE songs");
  Run(text);
  const TableDefinition again = tables().Describe("songs")->definition;
  EXPECT_EQ(again.provisioned, d.provisioned);
  EXPECT_TRUE(again.deletion_protection);
  EXPECT_EQ(again.stream, d.stream);
  EXPECT_EQ(again.ttl_attribute, d.ttl_attribute);
  EXPECT_EQ(again.tags, d.tags);
  EXPECT_EQ(again.warm, d.warm);
  EXPECT_EQ(again.indexes[0].warm, d.indexes[0].warm);
}

TEST_F(TablesTest, RefusesWhatDynamoRefuses) {
  const auto error = [&](auto change) {
    TableDefinition d = Songs();
    change(&d);
    return tables().Create(d).status().message();
  };
  const std::string invalid = "One or more parameter values were invalid: ";
  EXPECT_EQ(error([](TableDefinition* d) { d->attributes.erase(d->attributes.begin()); }),
            "Invalid KeySchema: Some index key attribute have no definition");
  EXPECT_EQ(error([](TableDefinition* d) { d->attributes.pop_back(); }),
            invalid +
                "Some index key attributes are not defined in AttributeDefinitions. Keys: [year], "
                "AttributeDefinitions: [artist, title]");
  EXPECT_EQ(error([](TableDefinition* d) {
              d->attributes.push_back({"x", KeyType::kNumber});
            }),
            invalid +
                "Some AttributeDefinitions are not used. AttributeDefinitions: [artist, title, year, x], keys "
                "used: [artist, title, year]");
  EXPECT_EQ(error([](TableDefinition* d) {
              d->attributes.push_back({"x", KeyType::kNumber});
              d->attributes.erase(d->attributes.begin() + 2);
              d->indexes.clear();
            }),
            invalid +
                "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                "AttributeDefinitions");
  EXPECT_EQ(error([](TableDefinition* d) { d->indexes.push_back(d->indexes[0]); }),
            invalid + "Duplicate index name: by_year");
  EXPECT_EQ(error([](TableDefinition* d) { std::swap(d->key[0], d->key[1]); }),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  EXPECT_EQ(error([](TableDefinition* d) {
              d->indexes[0].provisioned = Throughput{1, 1};
            }),
            invalid +
                "ProvisionedThroughput should not be specified for index: by_year when BillingMode is "
                "PAY_PER_REQUEST");
  EXPECT_NE(error([](TableDefinition* d) {
              for (int i = 0; i < 51; ++i) d->tags["k" + std::to_string(i)] = "v";
            }).find("at most 50"),
            std::string::npos);
  EXPECT_TRUE(tables().List()->names.empty());
}

TEST_F(TablesTest, UpdatesBilling) {
  TableDefinition d = Songs();
  d.provisioned = Throughput{5, 5};
  ASSERT_TRUE(tables().Create(d).ok());
  TableUpdate u;
  EXPECT_EQ(tables().Update("songs", u).status().code(), StatusCode::kValidation);
  u.provisioned = Throughput{5, 5};
  EXPECT_NE(tables().Update("songs", u).status().message().find("will not change"), std::string::npos);
  u.provisioned = Throughput{10, 4};
  now_ms_ += 1000;
  const Result<TableDescription> changed = tables().Update("songs", u);
  ASSERT_TRUE(changed.ok()) << changed.status().ToString();
  EXPECT_EQ(changed->throughput_increased_ms, now_ms_);
  EXPECT_EQ(changed->throughput_decreased_ms, now_ms_);
  u = {};
  u.billing = TableUpdate::Billing::kOnDemand;
  now_ms_ += 1000;
  ASSERT_TRUE(tables().Update("songs", u).ok());
  TableDescription now = *tables().Describe("songs");
  EXPECT_FALSE(now.definition.provisioned);
  EXPECT_FALSE(now.indexes[0].definition.provisioned);
  EXPECT_EQ(now.on_demand_since_ms, now_ms_);
  u.provisioned = Throughput{1, 1};
  EXPECT_EQ(tables().Update("songs", u).status().code(), StatusCode::kValidation);
  u.billing = TableUpdate::Billing::kProvisioned;
  ASSERT_TRUE(tables().Update("songs", u).ok());
  now = *tables().Describe("songs");
  EXPECT_EQ(now.definition.provisioned, (Throughput{1, 1}));
  EXPECT_EQ(now.indexes[0].definition.provisioned, (Throughput{1, 1}));
}

TEST_F(TablesTest, MakesIndexesInTheBackground) {
  ASSERT_TRUE(tables().Create(Songs()).ok());
  std::string rows;
  for (int i = 0; i < 3000; ++i) {
    rows += (i == 0 ? "" : ", ");
    rows += "{'artist': 'a', 'title': 't" + std::to_string(i) + "', 'genre': 'g" + std::to_string(i % 3) + "'}";
  }
  Run("INSERT INTO songs << " + rows + " >>");
  TableUpdate u;
  u.create_index.emplace();
  u.create_index->name = "by_genre";
  u.create_index->key = {{"genre", Role::kHash}};
  u.wait = false;
  EXPECT_EQ(tables().Update("songs", u).status().code(), StatusCode::kValidation);  // no type
  u.attributes = {{"genre", KeyType::kString}};
  ASSERT_TRUE(tables().Update("songs", u).ok());
  for (int i = 0; tables().Describe("songs")->indexes[1].backfilling; ++i) {
    ASSERT_LT(i, 6000);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(tables().Describe("songs")->status, ResourceStatus::kActive);
  EXPECT_EQ(Rows("SELECT VALUE COUNT(*) FROM songs.by_genre WHERE genre = 'g1'").size(), 1u);
  EXPECT_EQ(tables().Describe("songs")->indexes[1].item_count, 3000u);
  EXPECT_EQ(tables().Update("songs", u).status().code(), StatusCode::kValidation);  // there already
  u = {};
  u.drop_index = "by_genre";
  ASSERT_TRUE(tables().Update("songs", u).ok());
  EXPECT_EQ(tables().Update("songs", u).status().code(), StatusCode::kNotFound);
  // Closed while one is being filled: it goes on at the next opening.
  u = {};
  u.attributes = {{"genre", KeyType::kString}};
  u.create_index.emplace();
  u.create_index->name = "again";
  u.create_index->key = {{"genre", Role::kHash}};
  u.wait = false;
  ASSERT_TRUE(tables().Update("songs", u).ok());
  Open();
  EXPECT_FALSE(tables().Describe("songs")->indexes[1].backfilling);
  EXPECT_EQ(tables().Describe("songs")->indexes[1].item_count, 3000u);
}

TEST_F(TablesTest, ListsInPages) {
  for (const char* name : {"bbb", "aaa", "ccc"}) {
    TableDefinition d = Songs();
    d.name = name;
    ASSERT_TRUE(tables().Create(d).ok());
  }
  Tables::Page page = *tables().List("", 2);
  EXPECT_EQ(page.names, (Strings{"aaa", "bbb"}));
  EXPECT_EQ(page.last, "bbb");
  page = *tables().List(*page.last, 2);
  EXPECT_EQ(page.names, Strings{"ccc"});
  EXPECT_FALSE(page.last);
  EXPECT_EQ(tables().List("b", 100)->names, (Strings{"bbb", "ccc"}));
}

TEST_F(TablesTest, SettingsOfATable) {
  ASSERT_TRUE(tables().Create(Songs()).ok());
  EXPECT_FALSE(tables().DescribeTimeToLive("songs")->enabled);
  EXPECT_EQ(tables().UpdateTimeToLive("songs", false, "x").message(), "TimeToLive is already disabled");
  ASSERT_TRUE(tables().UpdateTimeToLive("songs", true, "x").ok());
  EXPECT_EQ(tables().UpdateTimeToLive("songs", true, "x").message(), "TimeToLive is already enabled");
  EXPECT_EQ(tables().UpdateTimeToLive("songs", false, "y").message(),
            "TimeToLive is active on a different AttributeName: current AttributeName is x");
  EXPECT_EQ(tables().DescribeTimeToLive("songs")->attribute, "x");
  ASSERT_TRUE(tables().Tag("songs", {{"a", "1"}, {"b", "2"}}).ok());
  ASSERT_TRUE(tables().Tag("songs", {{"a", "3"}}).ok());
  ASSERT_TRUE(tables().Untag("songs", {"b", "none"}).ok());
  Open();
  EXPECT_EQ(*tables().ListTags("songs"), (Tags{{"a", "3"}}));
  EXPECT_EQ(tables().Tag("songs", {{std::string(129, 'x'), ""}}).code(), StatusCode::kValidation);
  TableUpdate u;
  u.deletion_protection = true;
  ASSERT_TRUE(tables().Update("songs", u).ok());
  EXPECT_EQ(tables().Drop("songs").status().code(), StatusCode::kValidation);
  u.deletion_protection = false;
  ASSERT_TRUE(tables().Update("songs", u).ok());
  EXPECT_EQ(tables().Drop("songs")->status, ResourceStatus::kDeleting);
  EXPECT_EQ(tables().Drop("songs").status().code(), StatusCode::kNotFound);
}

TEST_F(TablesTest, SecretStays) {
  const std::string secret = *db_->Secret();
  EXPECT_EQ(secret.size(), 32u);
  Open();
  EXPECT_EQ(*db_->Secret(), secret);
}

// A process goes on with the secret that it finds when it starts again.
TEST_F(TablesTest, SecretIsThatOfTheBackup) {
  const std::string backup = directory_.string() + "/backup";
  Run("BACKUP TO '" + backup + "'");
  const std::string before = *db_->Secret();
  Run("RESTORE FROM '" + backup + "'");
  const std::string restored = *db_->Secret();
  Open();
  EXPECT_EQ(*db_->Secret(), restored);
  EXPECT_NE(restored, before);
}

// ---- Streams ----

class StreamsTest : public TablesTest {
 protected:
  void SetUp() override {
    TablesTest::SetUp();
    TableDefinition d = Songs();
    d.stream = StreamView::kBothImages;
    id_ = {"songs", tables().Create(d)->stream_label};
    for (int i = 0; i < 3; ++i) Put(i);
  }
  void Put(int i) { Run("UPSERT INTO songs VALUE {'artist': 'a', 'title': 't" + std::to_string(i) + "', 'n': 1}"); }
  Result<StreamPosition> Start(FeedOptions::Start start, uint64_t sequence = 0) {
    FeedOptions options;
    options.start = start;
    options.sequence = sequence;
    return db_->streams().Start(id_, db_->streams().Describe(id_)->shards[0].id, options);
  }
  // "t0 t1 .", with a point where the shard ends.
  std::string ReadAll(StreamPosition at, size_t limit = 2) {
    std::string text;
    for (int calls = 0; calls < 10; ++calls) {
      const Result<StreamPage> page = db_->streams().Read(at, limit);
      if (!page.ok()) return page.status().ToString();
      for (const Change& c : page->changes) text += std::string(c.keys.Get("title").bytes()) + " ";
      if (!page->next) return text + ".";
      at = *page->next;
      if (page->changes.empty()) return text;
    }
    return text + "...";
  }
  StreamId id_;
};

using From = FeedOptions::Start;

TEST_F(StreamsTest, IteratorsOfAllTypes) {
  EXPECT_EQ(ReadAll(*Start(From::kTrimHorizon)), "t0 t1 t2 ");
  const StreamPosition latest = *Start(From::kLatest);
  EXPECT_EQ(ReadAll(latest), "");
  Put(3);
  EXPECT_EQ(ReadAll(latest), "t3 ");
  const std::vector<Change> all = db_->streams().Read(*Start(From::kTrimHorizon), 100)->changes;
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(ReadAll(*Start(From::kAt, all[1].sequence)), "t1 t2 t3 ");
  EXPECT_EQ(ReadAll(*Start(From::kAfter, all[1].sequence)), "t2 t3 ");
  EXPECT_EQ(Start(From::kAt, all[3].sequence + 10).status().code(), StatusCode::kValidation);
  EXPECT_EQ(Start(From::kAt, 0).status().code(), StatusCode::kValidation);
  EXPECT_EQ(db_->streams().Start(id_, "shardId-0", {}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(db_->streams().Describe({"songs", "x"}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(db_->streams().Describe(id_)->shards[0].id.size(), 37u);
}

TEST_F(StreamsTest, PositionsSurviveARestart) {
  StreamPosition at = *Start(From::kTrimHorizon);
  at = *db_->streams().Read(at, 1)->next;
  Open();
  EXPECT_EQ(ReadAll(at), "t1 t2 ");
}

TEST_F(StreamsTest, SwitchedOffItCanBeReadForADay) {
  const StreamPosition start = *Start(From::kTrimHorizon);
  TableUpdate off, on;
  off.stream = StreamView::kOff;
  on.stream = StreamView::kKeysOnly;
  ASSERT_TRUE(tables().Update("songs", off).ok());
  EXPECT_EQ(tables().Update("songs", off).status().code(), StatusCode::kValidation);
  EXPECT_EQ(ReadAll(start), "t0 t1 t2 .");
  Put(7);
  ASSERT_TRUE(tables().Update("songs", on).ok());
  EXPECT_EQ(tables().Update("songs", on).status().code(), StatusCode::kInUse);
  Put(8);
  Open();
  EXPECT_EQ(ReadAll(start), "t0 t1 t2 .");
  const StreamId second{"songs", tables().Describe("songs")->stream_label};
  EXPECT_NE(second, id_);
  EXPECT_EQ(db_->streams().List()->streams, (std::vector<StreamId>{id_, second}));
  EXPECT_EQ(db_->streams().List("songs", id_)->streams, std::vector<StreamId>{second});
  EXPECT_FALSE(db_->streams().Describe(id_)->enabled);
  id_ = second;
  EXPECT_EQ(ReadAll(*Start(From::kTrimHorizon)), "t8 ");
  now_ms_ += kDayMs + 1000;
  ASSERT_TRUE(db_->Settle().ok());
  EXPECT_EQ(db_->streams().List()->streams, std::vector<StreamId>{second});
  EXPECT_EQ(db_->streams().Read(start, 1).status().code(), StatusCode::kNotFound);
}

TEST_F(StreamsTest, OfADroppedTable) {
  const StreamPosition start = *Start(From::kTrimHorizon);
  Run("DROP TABLE songs");
  Open();
  EXPECT_EQ(ReadAll(start), "t0 t1 t2 .");
  // A new table of the name has a stream of its own.
  now_ms_ += 1000;
  TableDefinition d = Songs();
  d.stream = StreamView::kNewImage;
  const StreamId second{"songs", tables().Create(d)->stream_label};
  EXPECT_EQ(db_->streams().List("songs")->streams, (std::vector<StreamId>{id_, second}));
  EXPECT_TRUE(db_->Check().empty());
  now_ms_ += kDayMs + 1000;
  ASSERT_TRUE(db_->Settle().ok());
  EXPECT_EQ(db_->streams().List()->streams, std::vector<StreamId>{second});
}

TEST_F(StreamsTest, TrimmedRecords) {
  const uint64_t first = db_->streams().Read(*Start(From::kTrimHorizon), 1)->changes[0].sequence;
  const StreamPosition at = *Start(From::kAt, first);
  now_ms_ += kDayMs + 1000;
  Put(9);
  ASSERT_TRUE(db_->Settle().ok());
  EXPECT_EQ(db_->streams().Read(at, 10).status().code(), StatusCode::kTrimmed);
  EXPECT_EQ(Start(From::kAt, first).status().code(), StatusCode::kTrimmed);
  EXPECT_EQ(ReadAll(*Start(From::kTrimHorizon)), "t9 ");
}

// ---- Backups ----

class BackupsTest : public TablesTest {
 protected:
  void SetUp() override {
    TablesTest::SetUp();
    TableDefinition d = Songs();
    d.stream = StreamView::kBothImages;
    d.tags = {{"a", "b"}};
    ASSERT_TRUE(tables().Create(d).ok());
    Run("INSERT INTO songs << {'artist': 'a', 'title': 't1', 'year': 1999}, {'artist': 'b', 'title': 't2'} >>");
  }
  Backups& backups() { return db_->backups(); }
};

TEST_F(BackupsTest, RestoresATable) {
  const Result<BackupDescription> b = backups().Create("songs", "first");
  ASSERT_TRUE(b.ok()) << b.status().ToString();
  EXPECT_EQ(b->item_count, 2u);
  EXPECT_EQ(backups().Create("none", "first").status().code(), StatusCode::kNotFound);
  Run("DELETE FROM songs WHERE artist = 'a' AND title = 't1'");
  Run("INSERT INTO songs VALUE {'artist': 'c', 'title': 't3', 'year': 2000}");
  Run("DROP TABLE songs");
  Open();
  EXPECT_EQ(backups().Restore("none", {"again", {}, {}, {}, {}}).status().code(), StatusCode::kNotFound);
  const Result<TableDescription> t = backups().Restore(b->id, {"again", {}, {}, {}, {}});
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(t->restored_from, "songs");
  EXPECT_EQ(t->restored_backup, b->id);
  EXPECT_EQ(t->definition.stream, StreamView::kOff);
  EXPECT_TRUE(t->definition.tags.empty());
  EXPECT_EQ(t->item_count, 2u);
  EXPECT_EQ(Rows("SELECT title FROM again.by_year WHERE year = 1999"), Strings{"{'title': 't1'}"});
  EXPECT_EQ(backups().Restore(b->id, {"again", {}, {}, {}, {}}).status().code(), StatusCode::kInUse);
  // Without its index, and provisioned.
  RestoreTarget target;
  target.table = "third";
  target.indexes.emplace();
  target.billing = TableUpdate::Billing::kProvisioned;
  EXPECT_EQ(backups().Restore(b->id, target).status().code(), StatusCode::kValidation);
  target.provisioned = Throughput{2, 3};
  ASSERT_TRUE(backups().Restore(b->id, target).ok());
  EXPECT_TRUE(tables().Describe("third")->indexes.empty());
  EXPECT_EQ(tables().Describe("third")->definition.provisioned, (Throughput{2, 3}));
}

TEST_F(BackupsTest, ListsAndDrops) {
  Strings ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(backups().Create("songs", "backup" + std::to_string(i))->id);
    now_ms_ += 1000;
  }
  Backups::Page page = *backups().List({}, "", 2);
  ASSERT_EQ(page.backups.size(), 2u);
  EXPECT_EQ(page.backups[0].id, ids[0]);
  EXPECT_EQ(page.last, ids[1]);
  page = *backups().List({}, *page.last, 2);
  ASSERT_EQ(page.backups.size(), 1u);
  EXPECT_FALSE(page.last);
  BackupFilter filter;
  filter.from_ms = now_ms_ - 2000;
  filter.before_ms = now_ms_ - 1000;
  ASSERT_EQ(backups().List(filter)->backups.size(), 1u);
  EXPECT_EQ(backups().List(filter)->backups[0].name, "backup1");
  filter = {"other", {}, {}};
  EXPECT_TRUE(backups().List(filter)->backups.empty());
  ASSERT_TRUE(backups().Drop(ids[1]).ok());
  EXPECT_EQ(backups().Drop(ids[1]).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(backups().List()->backups.size(), 2u);
  EXPECT_EQ(backups().Create("songs", "no good").status().code(), StatusCode::kValidation);
}

TEST_F(BackupsTest, RestoresAMoment) {
  EXPECT_EQ(backups().RestoreToTime("songs", {}, {"again", {}, {}, {}, {}}).status().code(), StatusCode::kValidation);
  now_ms_ += 1000;
  ASSERT_TRUE(backups().UpdateContinuous("songs", true).ok());
  const int64_t begin = now_ms_;
  now_ms_ += 1000;
  Run("DELETE FROM songs WHERE artist = 'a' AND title = 't1'");
  Run("UPDATE songs SET n = 1 WHERE artist = 'b' AND title = 't2'");
  now_ms_ += 1000;
  Run("UPDATE songs SET n = 2 WHERE artist = 'b' AND title = 't2'");
  Run("INSERT INTO songs VALUE {'artist': 'c', 'title': 't3', 'year': 2000}");
  Run("INSERT INTO songs VALUE {'artist': 'a', 'title': 't1', 'year': 2001}");
  now_ms_ += 1000;
  Open();
  EXPECT_EQ(backups().DescribeContinuous("songs")->earliest_ms, begin);
  const auto at = [&](int64_t ms) {
    const Result<TableDescription> t = backups().RestoreToTime("songs", ms, {"again", {}, {}, {}, {}});
    if (!t.ok()) return Strings{t.status().ToString()};
    Strings rows = Rows("SELECT artist, n, year FROM again ORDER BY artist");
    Run("DROP TABLE again");
    return rows;
  };
  EXPECT_EQ(at(begin), (Strings{"{'artist': 'a', 'year': 1999}", "{'artist': 'b'}"}));
  EXPECT_EQ(at(begin + 1000), Strings{"{'artist': 'b', 'n': 1}"});
  EXPECT_EQ(at(begin + 2000),
            (Strings{"{'artist': 'a', 'year': 2001}", "{'artist': 'b', 'n': 2}", "{'artist': 'c', 'year': 2000}"}));
  EXPECT_NE(at(begin - 1)[0].find("outside of the window"), std::string::npos);
  ASSERT_TRUE(backups().UpdateContinuous("songs", true, 1).ok());
  now_ms_ += kDayMs + 1500;
  ASSERT_TRUE(db_->Settle().ok());
  EXPECT_GT(backups().DescribeContinuous("songs")->earliest_ms, begin);
  EXPECT_EQ(at(now_ms_).size(), 3u);
  ASSERT_TRUE(backups().UpdateContinuous("songs", false).ok());
  EXPECT_FALSE(backups().DescribeContinuous("songs")->enabled);
}

TEST_F(BackupsTest, RestoringAMomentIsBoundInMemory) {
  ASSERT_TRUE(backups().UpdateContinuous("songs", true).ok());
  const int64_t begin = now_ms_;
  now_ms_ += 1000;
  const std::string many = "SELECT VALUE {'artist': REPEAT('x', 1900), 'title': REPEAT('y', 990) || CAST(i AS STRING)}";
  for (int i = 10'000; i < 17'000; i += 1000) {
    Run("REPLACE INTO songs " + many + " FROM RANGE(" + std::to_string(i) + ", " + std::to_string(i + 999) + ") AS i");
  }
  memory_limit_ = size_t{16} << 20;
  Open();
  const auto restored = backups().RestoreToTime("songs", begin, {"again", {}, {}, {}, {}});
  EXPECT_EQ(restored.status().code(), StatusCode::kOutOfMemory) << restored.status().ToString();
  EXPECT_FALSE(tables().Describe("again").ok());
  memory_limit_ = size_t{64} << 20;
  Open();
  const auto enough = backups().RestoreToTime("songs", begin, {"again", {}, {}, {}, {}});
  ASSERT_TRUE(enough.ok()) << enough.status().ToString();
  EXPECT_EQ(Rows("SELECT COUNT(*) AS n FROM again"), Strings{"{'n': 2}"});
}

TEST_F(BackupsTest, ExportsAndImports) {
  ExportOptions options;
  options.directory = (directory_ / "bucket").string();
  options.prefix = "a/b";
  const Result<ExportDescription> e = backups().Export("songs", options);
  ASSERT_TRUE(e.ok()) << e.status().ToString();
  EXPECT_EQ(e->item_count, 2u);
  Run("CREATE TABLE again (artist STRING, title STRING, PRIMARY KEY (artist, title))");
  const std::string manifest = options.directory + "/" + e->manifest;
  Run("IMPORT TABLE again FROM '" + manifest.substr(0, manifest.rfind('/')) + "'");
  EXPECT_EQ(Rows("SELECT VALUE title FROM again ORDER BY title"), (Strings{"'t1'", "'t2'"}));
  options.prefix = "../x";
  EXPECT_EQ(backups().Export("songs", options).status().code(), StatusCode::kValidation);
}

}  // namespace
}  // namespace parton

// Opening and reopening, schema changes, online index creation, TTL queue and change feed over them.
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "storage/local/bytes/key_layout.h"
#include "storage/local/bytes/schema_codec.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

class Directory {
 public:
  Directory() {
    path_ =
        std::filesystem::temp_directory_path() / ("parton_test_" + std::to_string(reinterpret_cast<uintptr_t>(this)) +
                                                  "_" + std::to_string(std::random_device()()));
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Result<std::unique_ptr<LocalStore>> Open(const std::string& path, bool create = true) {
  StoreOptions options;
  options.path = path;
  options.create_if_missing = create;
  return OpenLocalStore(options);
}

TEST(OpenTest, WhatThePathHolds) {
  Directory dir;
  EXPECT_EQ(Open(dir.path(), false).status().code(), StatusCode::kOpenFailed);
  EXPECT_FALSE(std::filesystem::exists(dir.path()));
  {
    auto store = Open(dir.path());
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    Status locked = Open(dir.path()).status();
    EXPECT_EQ(locked.code(), StatusCode::kLocked);
    EXPECT_NE(locked.message().find(dir.path()), std::string::npos);
  }
  StoreOptions exclusive;
  exclusive.path = dir.path();
  exclusive.error_if_exists = true;
  EXPECT_EQ(OpenLocalStore(exclusive).status().code(), StatusCode::kOpenFailed);
  StoreOptions read_only;
  read_only.path = dir.path();
  read_only.read_only = true;
  auto store = OpenLocalStore(read_only);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->CreateTable(Table("ttt")).status().code(), StatusCode::kReadOnly);
}

TEST(OpenTest, RefusesWhatIsNoDatabase) {
  Directory dir;
  std::filesystem::create_directories(dir.path());
  std::ofstream(dir.path() + "/notes.txt") << "mine";
  EXPECT_EQ(Open(dir.path()).status().code(), StatusCode::kOpenFailed);
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    EXPECT_EQ(entry.path().filename(), "notes.txt");
    ++files;
  }
  EXPECT_EQ(files, 1u);
  EXPECT_EQ(Open(dir.path() + "/notes.txt").status().code(), StatusCode::kOpenFailed);
}

TEST(OpenTest, RefusesForeignAndNewer) {
  Directory dir;
  leveldb::DB* db = nullptr;
  leveldb::Options options;
  options.create_if_missing = true;
  ASSERT_TRUE(leveldb::DB::Open(options, dir.path(), &db).ok());
  ASSERT_TRUE(db->Put({}, "somebody's", "data").ok());
  delete db;
  EXPECT_EQ(Open(dir.path()).status().code(), StatusCode::kOpenFailed);

  Directory newer;
  ASSERT_TRUE(Open(newer.path()).ok());
  ASSERT_TRUE(leveldb::DB::Open(options, newer.path(), &db).ok());
  ASSERT_TRUE(db->Put({}, NamedKey(KeySpace::kSystem, kFormatName), "\x09").ok());
  delete db;
  Status s = Open(newer.path()).status();
  EXPECT_EQ(s.code(), StatusCode::kOpenFailed);
  EXPECT_NE(s.message().find("newer"), std::string::npos);
}

TEST(SchemaCodecTest, RoundTripAndUnknownTags) {
  TableSchema t =
      Table("orders", true, {Index("g", Attribute("x", KeyType::kBinary), Projection::kInclude, {"u", "v"})});
  t.id = 77;
  t.version = 9;
  t.provisioned = Throughput{5, 6};
  t.stream = StreamView::kBothImages;
  t.ttl_attribute = "expires";
  t.created_ms = 123456789012;
  t.options = {{"a", "b"}};
  t.deletion_protection = true;
  t.indexes[0].provisioned = Throughput{1, 2};
  std::string bytes;
  EncodeSchema({t, 5}, &bytes);
  auto d = DecodeSchema(bytes);
  ASSERT_TRUE(d.ok()) << d.status().ToString();
  std::string again;
  EncodeSchema(*d, &again);
  EXPECT_EQ(bytes, again);
  EXPECT_EQ(d->ttl_id, 5u);
  EXPECT_EQ(d->schema.indexes[0].include, t.indexes[0].include);
  EXPECT_EQ(DecodeSchema(bytes + std::string("\x7f\x00", 2)).status().code(), StatusCode::kOpenFailed);
  EXPECT_EQ(DecodeSchema("\x02" + bytes.substr(1)).status().code(), StatusCode::kOpenFailed);
  for (size_t n = 0; n < bytes.size(); ++n) (void)DecodeSchema(bytes.substr(0, n));
}

TEST(SchemaCodecTest, KeysOfSeveralAttributes) {
  KeySchema key{Attribute("a", KeyType::kString), Attribute("c", KeyType::kNumber)};
  const std::string single = EncodeKeySchema(key);
  EXPECT_EQ(single, std::string("\x20\x02\x00"
                                "a"
                                "\x21\x02\x01"
                                "c",
                                8))
      << "as ever";
  key.more_hash = {Attribute("b", KeyType::kBinary)};
  key.more_range = {Attribute("d", KeyType::kString), Attribute("e", KeyType::kNumber)};
  const std::string bytes = EncodeKeySchema(key);
  EXPECT_TRUE(bytes.starts_with(single));
  KeySchema read;
  ASSERT_TRUE(DecodeKeySchema(bytes, &read).ok());
  ASSERT_EQ(read.parts(), 5u);
  EXPECT_EQ(read.hash_parts(), 2u);
  for (size_t i = 0; i < read.parts(); ++i) {
    EXPECT_EQ(read.part(i).name, std::string(1, static_cast<char>('a' + i)));
    EXPECT_EQ(read.part(i).type, key.part(i).type);
    EXPECT_EQ(read.Find(key.part(i).name), i);
  }
  EXPECT_EQ(read.Find("f"), read.parts());
  KeySchema damaged;
  EXPECT_EQ(DecodeKeySchema(single + bytes.substr(single.size()) + bytes.substr(single.size()), &damaged).code(),
            StatusCode::kCorruption);
  for (size_t n = 0; n < bytes.size(); ++n) (void)DecodeKeySchema(bytes.substr(0, n), &read);
}

TEST(CatalogTest, SchemaFieldsRoundTrip) {
  TableSchema t = Table("ttt", true, {Index("gix", Attribute("g", KeyType::kString))});
  t.uuid = "u-u-i-d";
  t.maximum = Throughput{10, -1};
  t.warm = Throughput{3, 4};
  t.on_demand_since_ms = 5;
  t.throughput_decreased_ms = 7;
  t.table_class = TableClass::kInfrequentAccess;
  t.encryption = Encryption{true, "KMS", "key's name"};
  t.tags = {{"a", "1"}, {"b", ""}};
  t.point_in_time = PointInTime{12, 13};
  t.restored = Restored{"from", "backup", 14};
  t.indexes[0].maximum = Throughput{1, 2};
  t.indexes[0].warm = Throughput{3, 4};
  std::string bytes;
  EncodeSchema({t, 0}, &bytes);
  const auto decoded = DecodeSchema(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  const TableSchema* d = &decoded->schema;
  EXPECT_EQ(d->uuid, t.uuid);
  EXPECT_EQ(d->maximum, t.maximum);
  EXPECT_EQ(d->warm, t.warm);
  EXPECT_EQ(d->on_demand_since_ms, 5);
  EXPECT_EQ(d->throughput_increased_ms, 0);
  EXPECT_EQ(d->throughput_decreased_ms, 7);
  EXPECT_EQ(d->table_class, t.table_class);
  EXPECT_EQ(d->encryption, t.encryption);
  EXPECT_EQ(d->tags, t.tags);
  EXPECT_EQ(d->point_in_time, t.point_in_time);
  ASSERT_TRUE(d->restored);
  EXPECT_EQ(d->restored->table, "from");
  EXPECT_EQ(d->restored->backup, "backup");
  EXPECT_EQ(d->restored->time_ms, 14);
  EXPECT_EQ(d->indexes[0].maximum, t.indexes[0].maximum);
  EXPECT_EQ(d->indexes[0].warm, t.indexes[0].warm);
  for (size_t n = 0; n < bytes.size(); ++n) (void)DecodeSchema(bytes.substr(0, n));
}

// Databases of earlier versions have texts for what are fields now.
TEST(CatalogTest, TextOptionsOfOldDatabases) {
  TableSchema t = Table("ttt", true, {Index("gix", Attribute("g", KeyType::kString))});
  t.options = {{"deletion_protection", "true"},
               {"maximum_throughput", "10 RCU, 20 WCU"},
               {"warm_throughput", "of no use"},
               {"index:gix:warm_throughput", "1 RCU, 2 WCU"},
               {"index:gone:warm_throughput", "1 RCU, 2 WCU"},
               {"table_class", "STANDARD_INFREQUENT_ACCESS"},
               {"sse", "keyid 'abc' kms"},
               {"pitr", "enabled"},
               {"tag:team", "a"},
               {"tags", "x"},
               {".import", "mark"}};
  std::string bytes;
  EncodeSchema({t, 0}, &bytes);
  const auto decoded = DecodeSchema(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  const TableSchema* d = &decoded->schema;
  EXPECT_TRUE(d->deletion_protection);
  EXPECT_EQ(d->maximum, (Throughput{10, 20}));
  EXPECT_FALSE(d->warm);
  EXPECT_EQ(d->indexes[0].warm, (Throughput{1, 2}));
  EXPECT_EQ(d->table_class, TableClass::kInfrequentAccess);
  EXPECT_EQ(d->encryption, (Encryption{true, "KMS", "abc"}));
  EXPECT_TRUE(d->point_in_time);
  EXPECT_EQ(d->tags, (Tags{{"team", "a"}}));
  const std::map<std::string, std::string> left = {{"warm_throughput", "of no use"},
                                                   {"index:gone:warm_throughput", "1 RCU, 2 WCU"},
                                                   {"tags", "x"},
                                                   {".import", "mark"}};
  EXPECT_EQ(d->options, left);
}

TEST(CatalogTest, SurvivesReopening) {
  Directory dir;
  uint32_t id;
  {
    auto store = std::move(Open(dir.path())).value();
    TablePtr t = Create(store.get(), Table("ttt", true, {Index("gix", Attribute("g", KeyType::kString))}));
    id = t->id;
    for (int i = 0; i < 100; ++i) {
      Write(store.get(),
            Put(t, Item({{"pk", "a"}, {"sk", i}, {"g", i % 2 ? "x" : "y"}, {"v" + std::to_string(i), i}})));
    }
  }
  auto store = std::move(Open(dir.path())).value();
  auto t = store->GetTable("ttt");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ((*t)->id, id);
  EXPECT_EQ(Scan(store.get(), Spec(*t)).size(), 100u);
  EXPECT_EQ(Scan(store.get(), Spec(*t, "gix")).size(), 100u);
  EXPECT_EQ(Read(store.get(), *t, {"a", 7}).Get("v7"), Value(7));
  ExpectSound(store.get());
  EXPECT_EQ(store->CreateTable(Table("ttt")).status().code(), StatusCode::kInUse);
  TablePtr other = Create(store.get(), Table("other"));
  EXPECT_GT(other->id, id + 1);
}

TEST(CatalogTest, DropAndTruncate) {
  auto store = OpenMemory();
  TablePtr t = Create(store.get(), Table("ttt", true, {Index("gix", Attribute("g", KeyType::kString))}));
  for (int i = 0; i < 2500; ++i) Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}, {"g", "x"}})));
  uint64_t version = store->SchemaVersion();
  ASSERT_TRUE(store->TruncateTable("ttt").ok());
  EXPECT_GT(store->SchemaVersion(), version);
  TablePtr now = *store->GetTable("ttt");
  EXPECT_TRUE(Scan(store.get(), Spec(now)).empty());
  // A statement planned before works on the table as it is now.
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 1}, {"g", "x"}})));
  EXPECT_EQ(Scan(store.get(), Spec(now)).size(), 1u);
  ExpectSound(store.get());
  ASSERT_TRUE(store
                  ->AlterTable("ttt",
                               [](TableSchema* s) {
                                 s->deletion_protection = true;
                                 return Status::Ok();
                               })
                  .ok());
  EXPECT_EQ(store->DropTable("ttt").code(), StatusCode::kValidation);
  ASSERT_TRUE(store
                  ->AlterTable("ttt",
                               [](TableSchema* s) {
                                 s->deletion_protection = false;
                                 return Status::Ok();
                               })
                  .ok());
  ASSERT_TRUE(store->DropTable("ttt").ok());
  EXPECT_EQ(store->DropTable("ttt").message(), "Requested resource not found: Table: ttt not found");
  EXPECT_EQ(WriteError(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 1}}))).code(), StatusCode::kNotFound);
  ExpectSound(store.get());
}

TEST(CatalogTest, TruncatedStreamTablesRecordRemovals) {
  auto store = OpenMemory();
  TableSchema schema = Table("ttt");
  schema.stream = StreamView::kBothImages;
  TablePtr t = Create(store.get(), schema);
  for (int i = 0; i < 10; ++i) Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}})));
  ASSERT_TRUE(store->TruncateTable("ttt").ok());
  EXPECT_TRUE(Scan(store.get(), Spec(t)).empty());
  ExpectSound(store.get());
}

TEST(IndexTest, BackfillSkipsUnusableValues) {
  auto store = OpenMemory();
  TablePtr t = Create(store.get(), Table("ttt"));
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 1}, {"g", "x"}})));
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 2}, {"g", 5}})));
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 3}, {"g", ""}})));
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 4}, {"g", std::string(3000, 'x')}})));
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 5}})));
  ASSERT_TRUE(store->CreateIndex("ttt", Index("gix", Attribute("g", KeyType::kString)), nullptr).ok());
  t = *store->GetTable("ttt");
  EXPECT_EQ(t->indexes[0].state, IndexState::kActive);
  EXPECT_EQ(Scan(store.get(), Spec(t, "gix")).size(), 1u);
  // Such an item may change in other ways, and become usable.
  Write(store.get(), Update(t, {"a", 2}, {SetTo("z", 1)}));
  EXPECT_FALSE(TryWrite(store.get(), {Update(t, {"a", 2}, {SetTo("g", 6)})}).ok());
  Write(store.get(), Update(t, {"a", 2}, {SetTo("g", "six")}));
  EXPECT_EQ(Scan(store.get(), Spec(t, "gix")).size(), 2u);
  ExpectSound(store.get());
  EXPECT_EQ(store->CreateIndex("ttt", Index("gix", Attribute("g", KeyType::kString)), nullptr).code(),
            StatusCode::kInUse);
  EXPECT_EQ(store->CreateIndex("ttt", Index("hix", Attribute("g", KeyType::kNumber)), nullptr).code(),
            StatusCode::kValidation);
  IndexSchema local = Index("lix", Attribute("pk", KeyType::kString), Attribute("x", KeyType::kNumber));
  local.kind = IndexKind::kLocal;
  EXPECT_EQ(store->CreateIndex("ttt", local, nullptr).code(), StatusCode::kValidation);
  ASSERT_TRUE(store->DropIndex("ttt", "gix").ok());
  EXPECT_EQ(store->DropIndex("ttt", "gix").code(), StatusCode::kNotFound);
  ExpectSound(store.get());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(
        store->CreateIndex("ttt", Index("index" + std::to_string(i), Attribute("g", KeyType::kString)), nullptr).ok());
  }
  EXPECT_FALSE(store->CreateIndex("ttt", Index("index20", Attribute("g", KeyType::kString)), nullptr).ok());
}

TEST(IndexTest, CancelledBackfillLeavesNothing) {
  auto store = OpenMemory();
  TablePtr t = Create(store.get(), Table("ttt"));
  for (int i = 0; i < 3000; ++i) Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}, {"g", "x"}})));
  int calls = 0;
  Status s =
      store->CreateIndex("ttt", Index("gix", Attribute("g", KeyType::kString)), [&](uint64_t done, uint64_t total) {
        EXPECT_TRUE(total == 0 || done <= total);  // 0: not known
        return ++calls < 2;
      });
  EXPECT_EQ(s.code(), StatusCode::kCancelled);
  EXPECT_TRUE((*store->GetTable("ttt"))->indexes.empty());
  ExpectSound(store.get());
}

TEST(IndexTest, BackfillAmongWriters) {
  auto store = OpenMemory();
  TablePtr t = Create(store.get(), Table("ttt"));
  for (int i = 0; i < 4000; ++i) {
    Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}, {"g", "x"}, {"c", 0}})));
  }
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&, w] {
      std::mt19937 random(w);
      while (!stop) {
        int i = random() % 5000;
        Key key{"a", i};
        switch (random() % 3) {
          case 0: Write(store.get(), Erase(t, key)); break;
          case 1:
            Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", i}, {"g", std::string(1, 'a' + random() % 20)}})));
            break;
          default: {
            WriteOp op = Update(t, key, {Add("c", 1), SetTo("g", std::string(1, 'a' + random() % 20))});
            op.if_absent = WriteOp::Otherwise::kProceed;
            Write(store.get(), op);
          }
        }
      }
    });
  }
  for (int round = 0; round < 4; ++round) {
    ASSERT_TRUE(store->CreateIndex("ttt", Index("gix", Attribute("g", KeyType::kString)), nullptr).ok());
    ExpectSound(store.get());
    ASSERT_TRUE(store->DropIndex("ttt", "gix").ok());
  }
  ASSERT_TRUE(store
                  ->CreateIndex("ttt", Index("gix", Attribute("g", KeyType::kString), Attribute("c", KeyType::kNumber)),
                                nullptr)
                  .ok());
  stop = true;
  for (auto& w : writers) w.join();
  ExpectSound(store.get());
}

TEST(TtlQueueTest, QueueFollowsItems) {
  auto store = OpenMemory();
  TableSchema schema = Table("ttt");
  schema.ttl_attribute = "exp";
  TablePtr t = Create(store.get(), schema);
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 1}, {"exp", 1000}})));
  Write(store.get(), Put(t, Item({{"pk", "a"}, {"sk", 2}, {"exp", "text"}})));
  Write(store.get(), Update(t, {"a", 1}, {SetTo("exp", Num("2000.5"))}));
  Write(store.get(), Update(t, {"a", 2}, {SetTo("exp", 3000)}));
  ExpectSound(store.get());
  Write(store.get(), Erase(t, {"a", 1}));
  Write(store.get(), Update(t, {"a", 2}, {Remove("exp")}));
  ExpectSound(store.get());
  for (int i = 0; i < 2000; ++i) Write(store.get(), Put(t, Item({{"pk", "b"}, {"sk", i}, {"exp", i}, {"other", -i}})));
  for (const char* attribute : {"", "other", "exp"}) {
    ASSERT_TRUE(store
                    ->AlterTable("ttt",
                                 [&](TableSchema* s) {
                                   s->ttl_attribute = attribute;
                                   return Status::Ok();
                                 })
                    .ok());
    ExpectSound(store.get());
  }
}

}  // namespace
}  // namespace parton::storage_test

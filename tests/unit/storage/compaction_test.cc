// Dead versions do not stay in the way of reads, opening does not read what was closed properly, and CREATE INDEX does
// not wait for the disk more often than it must.
#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "storage/local/key_comparisons.h"
#include "tests/unit/storage/store_test_util.h"

namespace parton::storage_test {
namespace {

using Clock = std::chrono::steady_clock;

Value Row(int sk, const Fields& more = {}) {
  Fields f{{"pk", "a"}, {"sk", sk}};
  f.insert(f.end(), more.begin(), more.end());
  return Item(f);
}

// What the first item of a range costs.
uint64_t FirstItem(TableStore* store, ReadView& view, const CursorSpec& spec, Value* item) {
  Context c;
  const uint64_t before = KeyComparisons();
  auto cursor = store->OpenCursor(view, spec, &c.ctx, 0);
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE((*cursor)->Next(item));
  *item = item->Materialize();
  return KeyComparisons() - before;
}

// Reads until it costs little, for some seconds at most.
uint64_t LeastCost(TableStore* store, const CursorSpec& spec, uint64_t enough, Value* item) {
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  uint64_t least = UINT64_MAX;
  while (least > enough && Clock::now() < deadline) {
    least = std::min(least, FirstItem(store, store->LatestView(), spec, item));
  }
  return least;
}

class CompactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = OpenMemory();
    table_ = Create(store_.get(), Table("t"));
  }
  void TearDown() override { ExpectSound(store_.get()); }

  std::unique_ptr<LocalStore> store_;
  TablePtr table_;
};

TEST_F(CompactionTest, TheHeadOfAQueueIsFound) {
  constexpr int kGone = 8000;
  for (int i = 0; i < kGone + 10; ++i) Write(store_.get(), Put(table_, Row(i)));
  const auto then = store_->capabilities().snapshots->NewView();
  for (int i = 0; i < kGone; ++i) Write(store_.get(), Erase(table_, {"a", i}));
  CursorSpec spec = Spec(table_);
  Value item;
  EXPECT_GT(FirstItem(store_.get(), store_->LatestView(), spec, &item), 4000u);
  EXPECT_EQ(item, Row(kGone));
  // A snapshot sees what it saw, whatever is compacted meanwhile.
  for (int i = 0; i < 300; ++i) FirstItem(store_.get(), store_->LatestView(), spec, &item);
  EXPECT_EQ(Collect(store_.get(), *then, spec).size(), size_t{kGone + 10});
}

TEST_F(CompactionTest, TombstonesGo) {
  constexpr int kGone = 8000;
  for (int i = 0; i < kGone + 10; ++i) Write(store_.get(), Put(table_, Row(i)));
  for (int i = 0; i < kGone; ++i) Write(store_.get(), Erase(table_, {"a", i}));
  Value item;
  EXPECT_LT(LeastCost(store_.get(), Spec(table_), 1000, &item), 1000u);
  EXPECT_EQ(item, Row(kGone));
  EXPECT_EQ(Collect(store_.get(), store_->LatestView(), Spec(table_)).size(), 10u);
}

TEST_F(CompactionTest, VersionsOfAHotItemGo) {
  for (int i = 0; i < 20; ++i) Write(store_.get(), Put(table_, Row(i, {{"v", 0}})));
  constexpr int kUpdates = 8000;
  for (int i = 0; i < kUpdates; ++i) Write(store_.get(), Update(table_, {"a", 19}, {Add("v", 1)}));
  CursorSpec spec = Spec(table_);
  spec.backward = true;
  Value item;
  EXPECT_LT(LeastCost(store_.get(), spec, 1000, &item), 1000u);
  EXPECT_EQ(item, Row(19, {{"v", kUpdates}}));
  EXPECT_EQ(Collect(store_.get(), store_->LatestView(), spec).size(), 20u);
}

TEST_F(CompactionTest, WritersAndReadersGoOn) {
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop.load()) Collect(store_.get(), store_->LatestView(), Spec(table_));
  });
  for (int i = 0; i < 6000; ++i) {
    Write(store_.get(), Put(table_, Row(i)));
    if (i >= 10) Write(store_.get(), Erase(table_, {"a", i - 10}));
  }
  stop.store(true);
  reader.join();
  EXPECT_EQ(Collect(store_.get(), store_->LatestView(), Spec(table_)).size(), 10u);
}

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("compaction_test." + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_; }
  uintmax_t LogBytes() const {
    uintmax_t bytes = 0;
    for (const auto& e : std::filesystem::directory_iterator(path_)) {
      if (e.path().extension() == ".log") bytes += e.file_size();
    }
    return bytes;
  }

 private:
  std::filesystem::path path_;
};

std::unique_ptr<LocalStore> OpenAt(const std::string& path, bool read_only = false, leveldb::Env* env = nullptr) {
  StoreOptions options;
  options.path = path;
  options.durable = false;
  options.read_only = read_only;
  options.env = env;
  auto store = OpenLocalStore(options);
  EXPECT_TRUE(store.ok()) << store.status().ToString();
  return store.ok() ? std::move(store).value() : nullptr;
}

TEST(ClosingTest, LeavesNoLogToRead) {
  const Folder folder;
  constexpr int kRows = 2000;
  {
    auto store = OpenAt(folder.path());
    auto table = Create(store.get(), Table("t"));
    for (int i = 0; i < kRows; ++i) Write(store.get(), Put(table, Row(i, {{"text", std::string(1500, 'x')}})));
    EXPECT_GT(folder.LogBytes(), uintmax_t{2} << 20);
  }
  EXPECT_LT(folder.LogBytes(), uintmax_t{64} << 10);
  for (const bool read_only : {true, false}) {
    auto store = OpenAt(folder.path(), read_only);
    auto table = store->GetTable("t");
    ASSERT_TRUE(table.ok());
    EXPECT_EQ(Collect(store.get(), store->LatestView(), Spec(*table)).size(), size_t{kRows});
    ExpectSound(store.get());
  }
}

// A compaction may be due or on when the database is closed; one that is only read is left as it is.
TEST(ClosingTest, AtAnyTime) {
  const Folder folder;
  for (int round = 0; round < 4; ++round) {
    auto store = OpenAt(folder.path());
    auto table = round == 0 ? Create(store.get(), Table("t")) : *store->GetTable("t");
    for (int i = 0; i < 1500; ++i) {
      Write(store.get(), Put(table, Row(i)));
      Write(store.get(), Erase(table, {"a", i}));
    }
    Write(store.get(), Put(table, Row(5000)));
    Value item;
    for (int i = 0; i < 100 * round; ++i) FirstItem(store.get(), store->LatestView(), Spec(table), &item);
  }
  auto store = OpenAt(folder.path(), true);
  auto table = store->GetTable("t");
  ASSERT_TRUE(table.ok());
  Value item;
  for (int i = 0; i < 300; ++i) FirstItem(store.get(), store->LatestView(), Spec(*table), &item);
  EXPECT_EQ(item, Row(5000));
  ExpectSound(store.get());
}

// Counts how often logs are synced.
class SyncCounter : public leveldb::EnvWrapper {
 public:
  SyncCounter() : EnvWrapper(leveldb::NewMemEnv(leveldb::Env::Default())), memory_(target()) {}
  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override {
    leveldb::Status s = target()->NewWritableFile(name, file);
    if (s.ok() && name.ends_with(".log")) *file = new File(*file, &syncs);
    return s;
  }
  std::atomic<int> syncs{0};

 private:
  class File : public leveldb::WritableFile {
   public:
    File(leveldb::WritableFile* base, std::atomic<int>* syncs) : base_(base), syncs_(syncs) {}
    leveldb::Status Append(const leveldb::Slice& data) override { return base_->Append(data); }
    leveldb::Status Close() override { return base_->Close(); }
    leveldb::Status Flush() override { return base_->Flush(); }
    leveldb::Status Sync() override {
      ++*syncs_;
      return base_->Sync();
    }

   private:
    std::unique_ptr<leveldb::WritableFile> base_;
    std::atomic<int>* syncs_;
  };
  std::unique_ptr<leveldb::Env> memory_;
};

TEST(CreateIndexTest, SyncsAtItsEnds) {
  SyncCounter env;
  auto store = OpenAt("/db", false, &env);
  auto table = Create(store.get(), Table("t"));
  std::vector<WriteOp> ops;
  for (int i = 0; i < 20000; ++i) Write(store.get(), Put(table, Row(i, {{"g", std::to_string(i % 7)}})));
  const int before = env.syncs;
  ASSERT_TRUE(store->CreateIndex("t", Index("x", Attribute("g", KeyType::kString)), {}).ok());
  EXPECT_LE(env.syncs - before, 4);
  ExpectSound(store.get());
}

TEST(CreateIndexTest, BesideWriters) {
  auto store = OpenMemory();
  auto table = Create(store.get(), Table("t"));
  for (int i = 0; i < 6000; ++i) Write(store.get(), Put(table, Row(i, {{"g", "a"}})));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop.load(); i = (i + 37) % 7000) {
      Write(store.get(), Put(table, Row(i, {{"g", "b"}})));
      Write(store.get(), Erase(table, {"a", (i * 3) % 7000}));
    }
  });
  ASSERT_TRUE(store->CreateIndex("t", Index("x", Attribute("g", KeyType::kString)), {}).ok());
  stop.store(true);
  writer.join();
  ExpectSound(store.get());
}

}  // namespace
}  // namespace parton::storage_test

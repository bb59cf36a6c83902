// The cache of items: bounds, admission, epochs, and what writers leave in it.
#include "storage/local/item_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/storage/store_test_util.h"

namespace parton {
namespace {

using storage_test::Create;
using storage_test::OpenMemory;
using storage_test::Table;
using Found = ItemCache::Found;

const NameTable& Names() {
  static const std::unique_ptr<NameTable, NameTable::Retire> names(new NameTable);
  return *names;
}

// What the cache has: the bytes, "-" for "no item", "" for nothing.
std::string Look(ItemCache& cache, const std::string& key, ItemCache::Epoch upto = ItemCache::kNewest,
                 ItemCache::Ticket* ticket = nullptr) {
  Value item;
  ItemCache::Ticket own;
  switch (cache.Find(key, upto, &item, ticket != nullptr ? ticket : &own)) {
    case Found::kItem: return std::string(EncodedItem(item)->bytes);
    case Found::kNone: return "-";
    case Found::kUnknown: break;
  }
  return "";
}

void KeepCopy(ItemCache& cache, const ItemCache::Ticket& ticket, const std::string& key, const std::string& bytes) {
  auto* item = new internal::HeapItem;
  item->names = &Names();
  item->storage = bytes;
  item->bytes = item->storage;
  item->Keep();
  cache.Keep(ticket, key, item);
  item->Unref();
}

void Read(ItemCache& cache, const std::string& key, const std::string& bytes,
          ItemCache::Epoch upto = ItemCache::kNewest) {
  ItemCache::Ticket ticket;
  if (!Look(cache, key, upto, &ticket).empty()) return;
  if (bytes == "-") {
    cache.Keep(ticket, key, nullptr);
  } else {
    KeepCopy(cache, ticket, key, bytes);
  }
}

void Write(ItemCache& cache, const std::string& key, std::string bytes) {
  const uint64_t foreign = cache.Foreign();
  cache.BeginWrite(key);
  EXPECT_EQ(Look(cache, key), "") << "while it is written nobody knows";
  cache.EndWrite(key, cache.EndEpoch(), foreign, bytes == "-" ? nullptr : &bytes, &Names());
}

TEST(ItemCacheTest, KeepsItemsAndThatThereIsNone) {
  ItemCache cache(1 << 20);
  EXPECT_EQ(Look(cache, "a"), "");
  Read(cache, "a", "one");
  Read(cache, "b", "-");
  EXPECT_EQ(Look(cache, "a"), "one");
  EXPECT_EQ(Look(cache, "b"), "-");
  Write(cache, "a", "two");
  Write(cache, "b", "three");
  EXPECT_EQ(Look(cache, "a"), "two");
  EXPECT_EQ(Look(cache, "b"), "three");
  Write(cache, "a", "-");
  EXPECT_EQ(Look(cache, "a"), "-");
  Write(cache, "c", "four");
  EXPECT_EQ(Look(cache, "c"), "") << "only what is read comes in";
  const CacheCounts counts = cache.Counts();
  EXPECT_EQ(counts.entries, 2U);
  EXPECT_EQ(counts.limit, size_t{1} << 20);
  EXPECT_GT(counts.hits, 4U);
}

TEST(ItemCacheTest, AHitSharesTheBytesAndOutlivesTheCache) {
  Value item;
  {
    ItemCache cache(1 << 20);
    Read(cache, "a", "one");
    ItemCache::Ticket ticket;
    ASSERT_EQ(cache.Find("a", ItemCache::kNewest, &item, &ticket), Found::kItem);
    Value again;
    ASSERT_EQ(cache.Find("a", ItemCache::kNewest, &again, &ticket), Found::kItem);
    EXPECT_EQ(EncodedItem(item), EncodedItem(again));
    Write(cache, "a", "two");
    EXPECT_EQ(EncodedItem(item)->bytes, "one");
  }
  EXPECT_EQ(EncodedItem(item)->bytes, "one");
}

TEST(ItemCacheTest, StaysInItsBounds) {
  for (const size_t bytes : {size_t{4} << 10, size_t{20} << 10, size_t{2} << 20}) {
    ItemCache cache(bytes);
    const std::string item(100, 'x');
    for (int i = 0; i < 8000; ++i) {
      const std::string key = "key" + std::to_string(i);
      Read(cache, key, item);
      Read(cache, key, item);
      Read(cache, key, item);
      if (i % 1000 == 0) {
        EXPECT_LE(cache.Counts().bytes, bytes);
      }
    }
    EXPECT_LE(cache.Counts().bytes, bytes);
    EXPECT_GT(cache.Counts().entries, bytes / 1000);
    EXPECT_GT(cache.Counts().evictions, 0U);
    // An item that grows.
    for (int i = 0; i < 8000; ++i) Write(cache, "key" + std::to_string(i), std::string(1000, 'y'));
    EXPECT_LE(cache.Counts().bytes, bytes);
    cache.Resize(0);
    EXPECT_FALSE(cache.on());
    EXPECT_EQ(cache.Counts().bytes, 0U);
  }
}

TEST(ItemCacheTest, ReadingMuchOnceLeavesTheRestAlone) {
  ItemCache cache(1 << 20);
  const std::string item(200, 'x');
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i) Read(cache, "hot" + std::to_string(i), item);
  }
  for (int i = 0; i < 30000; ++i) Read(cache, "once" + std::to_string(i), item);
  int kept = 0;
  for (int i = 0; i < 1000; ++i) kept += Look(cache, "hot" + std::to_string(i)).empty() ? 0 : 1;
  EXPECT_GT(kept, 950);
}

TEST(ItemCacheTest, ASnapshotTakesOnlyWhatItHas) {
  ItemCache cache(1 << 20);
  Read(cache, "a", "one");
  const ItemCache::Epoch before = cache.Now();
  Write(cache, "a", "two");
  const ItemCache::Epoch after = cache.Now();
  EXPECT_EQ(Look(cache, "a", before), "");
  EXPECT_EQ(Look(cache, "a", after), "two");
  EXPECT_EQ(Look(cache, "a"), "two");
  // What the older snapshot reads is not the newest.
  Write(cache, "b", "new");
  Read(cache, "b", "old", after);
  EXPECT_EQ(Look(cache, "b"), "");
  const ItemCache::Epoch now = cache.Now();
  Read(cache, "b", "new", now);
  EXPECT_EQ(Look(cache, "b"), "new");
  EXPECT_EQ(Look(cache, "b", now), "new");
  EXPECT_EQ(Look(cache, "b", after), "") << "it is older than the item";
}

TEST(ItemCacheTest, AReaderKeepsNothingThatWasWrittenMeanwhile) {
  ItemCache cache(1 << 20);
  ItemCache::Ticket ticket;
  EXPECT_EQ(Look(cache, "a", ItemCache::kNewest, &ticket), "");
  Write(cache, "a", "new");
  KeepCopy(cache, ticket, "a", "old");
  EXPECT_EQ(Look(cache, "a"), "");

  const uint64_t foreign = cache.Foreign();
  cache.BeginWrite("a");
  EXPECT_EQ(Look(cache, "a", ItemCache::kNewest, &ticket), "");
  KeepCopy(cache, ticket, "a", "old");
  EXPECT_EQ(Look(cache, "a"), "");
  std::string bytes = "newer";
  cache.EndWrite("a", cache.EndEpoch(), foreign, &bytes, &Names());
  KeepCopy(cache, ticket, "a", "old");
  EXPECT_EQ(Look(cache, "a"), "");

  EXPECT_EQ(Look(cache, "a", ItemCache::kNewest, &ticket), "");
  {
    ItemCache::ForeignWrite write(&cache);
    write.Erase("a");
    KeepCopy(cache, ticket, "a", "old");
  }
  KeepCopy(cache, ticket, "a", "old");
  EXPECT_EQ(Look(cache, "a"), "");
}

TEST(ItemCacheTest, AFailedOrForeignWriteLeavesNothing) {
  ItemCache cache(1 << 20);
  Read(cache, "a", "one");
  cache.BeginWrite("a");
  cache.AbandonWrite("a", cache.EndEpoch());
  EXPECT_EQ(Look(cache, "a"), "");
  Read(cache, "a", "one");
  EXPECT_EQ(Look(cache, "a"), "one");
  const uint64_t foreign = cache.Foreign();
  cache.BeginWrite("a");
  { ItemCache::ForeignWrite write(&cache); }
  std::string bytes = "two";
  cache.EndWrite("a", cache.EndEpoch(), foreign, &bytes, &Names());
  EXPECT_EQ(Look(cache, "a"), "");
}

TEST(ItemCacheTest, PrefixesLeaveTogether) {
  ItemCache cache(4 << 20);
  for (int i = 0; i < 1000; ++i) Read(cache, (i % 2 == 0 ? "x" : "y") + std::to_string(i), "item");
  cache.ErasePrefix("x");
  EXPECT_EQ(cache.Counts().entries, 500U);
  EXPECT_EQ(Look(cache, "x2"), "");
  EXPECT_EQ(Look(cache, "y1"), "item");
  cache.Clear();
  EXPECT_EQ(cache.Counts().entries, 0U);
  Read(cache, "x2", "item");
  EXPECT_EQ(Look(cache, "x2"), "item");
}

// ---- In a store

std::unique_ptr<LocalStore> OpenWith(size_t bytes) {
  StoreOptions options;
  options.path = ":memory:";
  options.item_cache_bytes = bytes;
  return OpenLocalStore(options).value();
}

Value Item(const std::string& pk, int64_t n) {
  return Value::Struct({{"pk", Value::String(pk)}, {"n", Value::Int(n)}});
}

void Put(LocalStore& store, const TablePtr& table, const std::string& pk, int64_t n) {
  WriteOp op;
  op.kind = WriteOp::Kind::kPut;
  op.table = table;
  op.item = Item(pk, n);
  EvalContext ctx;
  const Result<WriteOutcome> written = store.Write(op, ctx, {});
  ASSERT_TRUE(written.ok()) << written.status().ToString();
}

// n of the item; -1: there is none.
int64_t Get(LocalStore& store, ReadView& view, const TablePtr& table, const std::string& pk,
            ReadStats* stats = nullptr) {
  Value item;
  const Status s = store.Get(view, *table, Key{Value::String(pk), Value()}, nullptr, &item, stats);
  EXPECT_TRUE(s.ok()) << s.ToString();
  return item.is_missing() ? -1 : item.Get("n").int_value();
}

TEST(ItemCacheTest, TheStoreReadsThroughIt) {
  std::unique_ptr<LocalStore> store = OpenWith(1 << 20);
  const TablePtr table = Create(store.get(), Table("t", false));
  ReadStats stats;
  EXPECT_EQ(Get(*store, store->LatestView(), table, "a", &stats), -1);
  EXPECT_EQ(Get(*store, store->LatestView(), table, "a", &stats), -1);
  EXPECT_EQ(stats.cache_hits, 1U);
  EXPECT_EQ(stats.cache_misses, 1U);
  const std::unique_ptr<ReadView> before = store->NewView();
  Put(*store, table, "a", 1);
  const std::unique_ptr<ReadView> after = store->NewView();
  EXPECT_EQ(Get(*store, store->LatestView(), table, "a", &stats), 1);
  EXPECT_EQ(stats.cache_hits, 2U);
  EXPECT_EQ(Get(*store, *before, table, "a", &stats), -1);
  EXPECT_EQ(stats.cache_misses, 2U);
  EXPECT_EQ(Get(*store, *after, table, "a", &stats), 1);
  EXPECT_EQ(stats.cache_hits, 3U);
  Put(*store, table, "a", 2);
  EXPECT_EQ(Get(*store, *after, table, "a"), 1);
  EXPECT_EQ(Get(*store, store->LatestView(), table, "a"), 2);
  // The table goes, and another one of its name comes.
  ASSERT_TRUE(store->DropTable("t", {}).ok());
  EXPECT_EQ(store->ItemCacheCounts().entries, 0U);
  const TablePtr again = Create(store.get(), Table("t", false));
  EXPECT_EQ(Get(*store, store->LatestView(), again, "a"), -1);
  Put(*store, again, "a", 3);
  EXPECT_EQ(Get(*store, store->LatestView(), again, "a"), 3);
  ASSERT_TRUE(store->TruncateTable("t", {}).ok());
  EXPECT_EQ(Get(*store, store->LatestView(), *store->GetTable("t"), "a"), -1);
}

TEST(ItemCacheTest, ATransactionSeesItsOwnWritesAndItsSnapshot) {
  std::unique_ptr<LocalStore> store = OpenWith(1 << 20);
  const TablePtr table = Create(store.get(), Table("t", false));
  Put(*store, table, "a", 1);
  EXPECT_EQ(Get(*store, store->LatestView(), table, "a"), 1);
  const std::unique_ptr<StoreTransaction> t = store->Begin();
  EXPECT_EQ(Get(*store, t->view(), table, "a"), 1);
  Put(*store, table, "a", 2);
  EXPECT_EQ(Get(*store, t->view(), table, "a"), 1);
  WriteOp op;
  op.kind = WriteOp::Kind::kPut;
  op.table = table;
  op.item = Item("b", 7);
  EvalContext ctx;
  ASSERT_TRUE(t->Write({op}, ctx, {}).ok());
  EXPECT_EQ(Get(*store, t->view(), table, "b"), 7);
  EXPECT_EQ(Get(*store, store->LatestView(), table, "b"), -1);
  EXPECT_EQ(t->Commit().code(), StatusCode::kTransactionConflict) << "a hit is a read like any other";
  EXPECT_EQ(Get(*store, store->LatestView(), table, "b"), -1);
}

// Each writer owns some items and counts up; a read that begins after a write returned never gives less, nor does any
// later read of the same reader; of two items that are written together it never sees one without the other in a view.
TEST(ItemCacheTest, NoReadIsStale) {
  for (const size_t bytes : {size_t{4} << 10, size_t{1} << 20}) {
    std::unique_ptr<LocalStore> store = OpenWith(bytes);
    const TablePtr table = Create(store.get(), Table("t", false));
    constexpr int kWriters = 2;
    constexpr int kItems = 16;
    constexpr int64_t kRounds = 1500;
    std::atomic<int64_t> acknowledged[kWriters][kItems] = {};
    std::atomic<bool> done{false};
    auto name = [](int w, int i, const char* which) { return std::to_string(w) + "/" + std::to_string(i) + which; };
    std::vector<std::thread> threads;
    for (int w = 0; w < kWriters; ++w) {
      threads.emplace_back([&, w] {
        EvalContext ctx;
        for (int64_t round = 1; round <= kRounds; ++round) {
          const int i = static_cast<int>(round * 7 % kItems);
          std::vector<WriteOp> ops(2);
          for (int k = 0; k < 2; ++k) {
            ops[k].kind = WriteOp::Kind::kPut;
            ops[k].table = table;
            ops[k].item = Item(name(w, i, k == 0 ? "a" : "b"), round);
          }
          EXPECT_TRUE(store->TransactWrite(ops, ctx, {}).ok());
          acknowledged[w][i].store(round);
        }
        done.store(true);
      });
    }
    for (int r = 0; r < 3; ++r) {
      threads.emplace_back([&, r] {
        int64_t seen[kWriters][kItems] = {};
        uint64_t n = static_cast<uint64_t>(r);
        while (!done.load()) {
          n = n * 6364136223846793005U + 1442695040888963407U;
          const int w = static_cast<int>((n >> 33) % kWriters);
          const int i = static_cast<int>((n >> 40) % kItems);
          const int64_t least = std::max(acknowledged[w][i].load(), seen[w][i]);
          const int64_t a = Get(*store, store->LatestView(), table, name(w, i, "a"));
          const int64_t b = Get(*store, store->LatestView(), table, name(w, i, "b"));
          EXPECT_GE(std::max<int64_t>(a, 0), least);
          EXPECT_GE(b, a);
          seen[w][i] = std::max(b, int64_t{0});
          const std::unique_ptr<ReadView> view = store->NewView();
          const int64_t va = Get(*store, *view, table, name(w, i, "a"));
          EXPECT_EQ(Get(*store, *view, table, name(w, i, "b")), va);
          EXPECT_GE(std::max<int64_t>(va, 0), seen[w][i]);
          EXPECT_EQ(Get(*store, *view, table, name(w, i, "a")), va);
        }
      });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_GT(store->ItemCacheCounts().hits, 0U);
    for (int w = 0; w < kWriters; ++w) {
      for (int i = 0; i < kItems; ++i) {
        EXPECT_EQ(std::max<int64_t>(Get(*store, store->LatestView(), table, name(w, i, "a")), 0), acknowledged[w][i]);
      }
    }
  }
}

}  // namespace
}  // namespace parton

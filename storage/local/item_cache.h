// Encoded items by their LevelDB keys, above LevelDB: a hit costs a lookup, and neither copies nor allocates. That
// there is no item is kept as well.
//
// What is kept is never stale. Every commit takes its keys out before its batch is written and puts the new items of
// those that were there in after; in between readers pass the cache by. An entry says since which commit its item is
// what it is, and a reader of a snapshot takes only what its snapshot has, too.
//
// Bounded by bytes: keys, items and what holds them. Which entries go is told by CLOCK; once it is full, a key comes in
// at its second miss only, so that reading much once (a scan does not come here at all) leaves the rest alone.
//
// Threads: any. An item that was handed out stays what it is, also when it has left the cache.
#ifndef PARTON_STORAGE_LOCAL_ITEM_CACHE_H_
#define PARTON_STORAGE_LOCAL_ITEM_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/cache_metrics.h"
#include "parton/value.h"
#include "storage/local/hashed_key.h"
#include "types/item/item_codec.h"
#include "types/sync/mutex.h"

namespace parton {

class ItemCache {
 public:
  // Counts commits. A view asks Now() before it takes its snapshot.
  using Epoch = uint64_t;
  static constexpr Epoch kNewest = UINT64_MAX;

  explicit ItemCache(size_t bytes);
  ~ItemCache();
  ItemCache(const ItemCache&) = delete;
  ItemCache& operator=(const ItemCache&) = delete;

  bool on() const { return limit_.load(std::memory_order_relaxed) != 0; }
  // Empties it. REQUIRES: no commit is under way (the gate is held exclusively).
  void Resize(size_t bytes);
  CacheCounts Counts() const;

  Epoch Now() const { return epoch_.load(std::memory_order_acquire); }

  // ---- Reading

  enum class Found : uint8_t {
    kItem,
    kNone,     // it is known that there is no item
    kUnknown,  // read LevelDB, then Keep()
  };
  // What a reader that missed saw of the writers, so that it keeps nothing that was changed meanwhile.
  struct Ticket {
    uint64_t hash = 0;
    uint64_t stripe = kRefused;
    uint64_t foreign = 0;
  };
  // kItem: *item shares the kept bytes. kUnknown: *ticket is for Keep(). REQUIRES: on() was true.
  Found Find(const HashedKey& key, Epoch upto, Value* item, Ticket* ticket);
  // Keeps what was read after the miss: `item` is shared with the caller and not changed any more; null: there is none.
  void Keep(const Ticket& ticket, std::string_view key, internal::HeapItem* item) noexcept;

  // Whether the key had been missed lately before this miss.
  bool MissedBefore(const Ticket& ticket);

  // ---- Writing. The caller holds the latches of the keys of its commit, and names each once.

  // For EndWrite(); to be asked before the first BeginWrite().
  uint64_t Foreign() const { return foreign_.load(); }
  // Before the batch is written: from now on nobody reads or keeps the key here. EndWrite() must follow.
  void BeginWrite(const HashedKey& key) noexcept;
  // Once after the batch is written, for all EndWrite() of the commit.
  Epoch EndEpoch() { return epoch_.fetch_add(1) + 1; }
  // If the key was there it has these bytes now, which are taken; `bytes` null: it is known that there is no item. The
  // old item's memory is used again if nobody else has it.
  void EndWrite(const HashedKey& key, Epoch epoch, uint64_t foreign, std::string* bytes,
                const NameTable* names) noexcept;
  // In its place where the write failed: what is stored is not known.
  void AbandonWrite(const HashedKey& key, Epoch epoch) noexcept;

  // A write of keys that nobody has latched: while it lasts nothing new is kept.
  class ForeignWrite {
   public:
    explicit ForeignWrite(ItemCache* cache) : cache_(cache) { cache_->foreign_.fetch_add(1); }
    ~ForeignWrite() { cache_->foreign_.fetch_add((uint64_t{1} << kRunningBits) - 1); }
    ForeignWrite(const ForeignWrite&) = delete;
    ForeignWrite& operator=(const ForeignWrite&) = delete;
    // To be called before the write.
    void Erase(const HashedKey& key) { cache_->Erase(key); }

   private:
    ItemCache* const cache_;
  };

  // Everything was replaced.
  void Clear();
  // All keys that start with `prefix`.
  void ErasePrefix(std::string_view prefix);

 private:
  struct Entry;
  // Low bits: writers that are under way. The others: the epoch of the last one that ended (of foreign_: how many did).
  static constexpr int kRunningBits = 16;
  static constexpr uint64_t kRunning = (uint64_t{1} << kRunningBits) - 1;
  static constexpr uint64_t kRefused = 1;  // as if a writer were under way

  static constexpr size_t kStripes = 4096;
  static constexpr size_t kMostShards = 64;

  struct alignas(64) Shard {
    mutable Mutex mutex;
    std::vector<Entry*> buckets GUARDED_BY(mutex);   // a power of two, chained
    std::vector<Entry*> ring GUARDED_BY(mutex);      // all entries
    std::vector<uint32_t> missed GUARDED_BY(mutex);  // marks of keys that were missed once
    size_t hand GUARDED_BY(mutex) = 0;
    size_t limit GUARDED_BY(mutex) = 0;
    size_t bytes GUARDED_BY(mutex) = 0;
    uint64_t hits GUARDED_BY(mutex) = 0;
    uint64_t misses GUARDED_BY(mutex) = 0;
    uint64_t evictions GUARDED_BY(mutex) = 0;

    Entry* Lookup(uint64_t hash, std::string_view key) const REQUIRES(mutex);
    void Add(uint64_t hash, std::string_view key, internal::HeapItem* item, Epoch since) REQUIRES(mutex);
    // Its item has these bytes now, which are taken. False: there is no memory.
    bool Renew(Entry* entry, std::string* bytes, const NameTable* names) REQUIRES(mutex);
    // After its item has changed, which had taken `before`.
    void Recount(Entry* entry, size_t before) REQUIRES(mutex);
    bool MissedBefore(uint64_t hash) REQUIRES(mutex);
    void MakeRoom(size_t more, const Entry* but) REQUIRES(mutex);
    void Remove(Entry* entry) REQUIRES(mutex);
    void Empty() REQUIRES(mutex);
  };

  // Calls fn(shard) with the shard of the hash locked.
  template <typename Fn>
  auto WithShard(uint64_t hash, Fn fn);
  std::atomic<uint64_t>& StripeOf(uint64_t hash) { return stripes_[hash % kStripes]; }
  bool Unchanged(const Ticket& ticket);
  void LeaveStripe(uint64_t hash, Epoch epoch);
  void Erase(const HashedKey& key);
  void SetLimit(size_t bytes);

  std::atomic<size_t> limit_{0};
  std::atomic<uint64_t> mask_{0};
  std::atomic<Epoch> epoch_{0};
  std::atomic<uint64_t> foreign_{0};
  std::array<std::atomic<uint64_t>, kStripes> stripes_{};
  std::array<Shard, kMostShards> shards_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_ITEM_CACHE_H_

#include "storage/local/block_cache.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "types/sync/mutex.h"

namespace parton {

namespace {

using Deleter = void (*)(const leveldb::Slice& key, void* value);

// The most shards, and the least bytes of one.
constexpr size_t kMostShards = 16;
constexpr size_t kLeastShard = size_t{512} << 10;
constexpr uint8_t kMostRounds = 3;
// The share of the bytes that is for blocks which nobody asked for again.
constexpr size_t kNewcomers = 10;
// What is remembered of blocks that left: twice as many as there is room for blocks of this size.
constexpr size_t kUsualBlock = size_t{16} << 10;

struct Link {
  Link* before = this;
  Link* behind = this;

  void Unlink() {
    before->behind = behind;
    behind->before = before;
  }
  // Behind all others of the queue.
  void Append(Link* queue) {
    before = queue->before;
    behind = queue;
    before->behind = this;
    queue->before = this;
  }
};

// The key lies behind it.
struct Entry : Link {
  Entry* next = nullptr;  // of its bucket
  void* value = nullptr;
  Deleter deleter = nullptr;
  size_t charge = 0;
  uint64_t hash = 0;
  std::atomic<uint32_t> references{1};
  uint32_t key_size = 0;
  // Under the mutex of the shard:
  uint8_t rounds = 0;
  bool in_main = false;

  std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_size}; }

  static Entry* New(std::string_view key, uint64_t hash, void* value, size_t charge, Deleter deleter) {
    Entry* e = new (::operator new(sizeof(Entry) + key.size())) Entry;
    e->value = value;
    e->deleter = deleter;
    e->charge = charge;
    e->hash = hash;
    e->key_size = static_cast<uint32_t>(key.size());
    std::memcpy(static_cast<void*>(e + 1), key.data(), key.size());
    return e;
  }

  void Unref() {
    if (references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    deleter({key().data(), key().size()}, value);
    this->~Entry();
    ::operator delete(this);
  }
};

uint64_t Word(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

// LevelDB's keys are a number of the file and an offset.
constexpr size_t kUsualKey = 2 * sizeof(uint64_t);

uint64_t HashOf(std::string_view key) {
  constexpr uint64_t kOdd = 0xBF58476D1CE4E5B9ull, kOther = 0x94D049BB133111EBull;
  uint64_t hash = 0x9E3779B97F4A7C15ull;
  if (key.size() == kUsualKey) {
    hash = ((hash ^ Word(key.data())) * kOdd ^ Word(key.data() + sizeof(uint64_t))) * kOther;
  } else {
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * kOdd;
  }
  hash = (hash ^ (hash >> 32)) * kOther;
  return hash ^ (hash >> 29);
}

bool SameKey(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() != kUsualKey) return a == b;
  return ((Word(a.data()) ^ Word(b.data())) | (Word(a.data() + 8) ^ Word(b.data() + 8))) == 0;
}

// Keys by their hashes, for as long as so many others are forgotten.
class Remembered {
 public:
  explicit Remembered(size_t entries) : slots_(std::bit_ceil(2 * entries)), most_(static_cast<uint32_t>(entries)) {}

  void Add(uint64_t hash) { SlotOf(hash) = {Mark(hash), ++now_}; }
  bool Take(uint64_t hash) {
    Slot& slot = SlotOf(hash);
    if (slot.mark != Mark(hash) || now_ - slot.since >= most_) return false;
    slot.mark = 0;
    return true;
  }

 private:
  struct Slot {
    uint32_t mark = 0;  // 0: none
    uint32_t since = 0;
  };
  // The lowest bits said which shard, the highest are the mark.
  Slot& SlotOf(uint64_t hash) { return slots_[(hash >> 8) & (slots_.size() - 1)]; }
  static uint32_t Mark(uint64_t hash) { return static_cast<uint32_t>(hash >> 32) | 1; }

  std::vector<Slot> slots_;
  const uint32_t most_;
  uint32_t now_ = 0;
};

class Shard {
 public:
  explicit Shard(size_t capacity)
      : capacity_(capacity), gone_(std::max<size_t>(16, capacity / kUsualBlock)), buckets_(16) {}
  ~Shard() {
    for (Link* queue : {&newcomers_, &main_}) {
      while (queue->behind != queue) {
        Entry* e = static_cast<Entry*>(queue->behind);
        e->Unlink();
        e->Unref();
      }
    }
  }
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  Entry* Insert(std::string_view key, uint64_t hash, void* value, size_t charge, Deleter deleter) {
    Entry* e = Entry::New(key, hash, value, charge, deleter);
    if (capacity_ == 0) return e;  // its reader alone has it
    Entry* dropped = nullptr;
    {
      MutexLock lock(mutex_);
      e->references.store(2, std::memory_order_relaxed);
      Entry** at = Find(key, hash);
      if (*at != nullptr) Remove(at, &dropped);
      e->in_main = gone_.Take(hash);
      Add(e);
      Shrink(e, &dropped);
    }
    DropAll(dropped);
    return e;
  }

  Entry* Lookup(std::string_view key, uint64_t hash) {
    MutexLock lock(mutex_);
    Entry* e = *Find(key, hash);
    if (e == nullptr) return nullptr;
    e->references.fetch_add(1, std::memory_order_relaxed);
    if (e->rounds < kMostRounds) ++e->rounds;
    return e;
  }

  void Erase(std::string_view key, uint64_t hash) {
    Entry* dropped = nullptr;
    {
      MutexLock lock(mutex_);
      Entry** at = Find(key, hash);
      if (*at != nullptr) Remove(at, &dropped);
    }
    DropAll(dropped);
  }

  // All that nobody uses.
  void Prune() {
    Entry* dropped = nullptr;
    {
      MutexLock lock(mutex_);
      for (Link* queue : {&newcomers_, &main_}) {
        for (Link* l = queue->behind; l != queue;) {
          Entry* e = static_cast<Entry*>(l);
          l = l->behind;
          if (!InUse(*e)) Remove(Find(e->key(), e->hash), &dropped);
        }
      }
    }
    DropAll(dropped);
  }

  size_t charge() const {
    MutexLock lock(mutex_);
    return charge_;
  }

 private:
  // By others than the cache. Without the mutex it may be no more a moment later, but not again.
  static bool InUse(const Entry& e) { return e.references.load(std::memory_order_acquire) > 1; }

  static void DropAll(Entry* dropped) {
    while (dropped != nullptr) {
      Entry* next = dropped->next;
      dropped->Unref();
      dropped = next;
    }
  }

  // Where the entry is pointed to, or would be.
  Entry** Find(std::string_view key, uint64_t hash) REQUIRES(mutex_) {
    Entry** at = &buckets_[(hash >> 8) & (buckets_.size() - 1)];
    while (*at != nullptr && ((*at)->hash != hash || !SameKey((*at)->key(), key))) at = &(*at)->next;
    return at;
  }

  void Add(Entry* e) REQUIRES(mutex_) {
    if (++count_ > buckets_.size()) Grow();
    Entry** bucket = &buckets_[(e->hash >> 8) & (buckets_.size() - 1)];
    e->next = *bucket;
    *bucket = e;
    e->Append(e->in_main ? &main_ : &newcomers_);
    charge_ += e->charge;
    if (!e->in_main) new_charge_ += e->charge;
  }

  void Grow() REQUIRES(mutex_) {
    std::vector<Entry*> larger(2 * buckets_.size());
    for (Entry* e : buckets_) {
      while (e != nullptr) {
        Entry* next = e->next;
        Entry** bucket = &larger[(e->hash >> 8) & (larger.size() - 1)];
        e->next = *bucket;
        *bucket = e;
        e = next;
      }
    }
    buckets_.swap(larger);
  }

  // To the list of those to drop without the mutex.
  void Remove(Entry** at, Entry** dropped) REQUIRES(mutex_) {
    Entry* e = *at;
    *at = e->next;
    e->Unlink();
    --count_;
    charge_ -= e->charge;
    if (!e->in_main) new_charge_ -= e->charge;
    e->next = *dropped;
    *dropped = e;
  }

  // Makes the bytes fit again, if enough of them are in no use. Spares `newest`.
  void Shrink(const Entry* newest, Entry** dropped) REQUIRES(mutex_) {
    const Entry* passed = nullptr;  // the first newcomer that could not go
    bool newcomers_busy = false;
    // Each goes round at most so often before it is dropped or found in use.
    for (size_t left = (kMostRounds + 2) * count_; charge_ > capacity_ && left > 0; --left) {
      const bool from_new = !newcomers_busy && newcomers_.behind != &newcomers_ &&
                            (new_charge_ > capacity_ / kNewcomers || main_.behind == &main_);
      Link* queue = from_new ? &newcomers_ : &main_;
      if (queue->behind == queue) return;
      Entry* e = static_cast<Entry*>(queue->behind);
      if (e == newest || (InUse(*e) && e->rounds == 0)) {
        newcomers_busy = newcomers_busy || e == passed;
        if (from_new && passed == nullptr) passed = e;
        e->Unlink();
        e->Append(queue);
      } else if (e->rounds > 0) {
        Promote(e);
      } else {
        if (!e->in_main) gone_.Add(e->hash);
        Remove(Find(e->key(), e->hash), dropped);
      }
    }
  }

  // To the end of the main queue.
  void Promote(Entry* e) REQUIRES(mutex_) {
    if (e->in_main) {
      --e->rounds;
    } else {
      // What it was asked for until now was its way in.
      e->rounds = 0;
      e->in_main = true;
      new_charge_ -= e->charge;
    }
    e->Unlink();
    e->Append(&main_);
  }

  const size_t capacity_;
  mutable Mutex mutex_;
  Link newcomers_ GUARDED_BY(mutex_), main_ GUARDED_BY(mutex_);  // the next to go first
  Remembered gone_ GUARDED_BY(mutex_);
  std::vector<Entry*> buckets_ GUARDED_BY(mutex_);
  size_t count_ GUARDED_BY(mutex_) = 0;
  size_t charge_ GUARDED_BY(mutex_) = 0;
  size_t new_charge_ GUARDED_BY(mutex_) = 0;
};

class BlockCache : public leveldb::Cache {
 public:
  explicit BlockCache(size_t bytes) {
    const size_t shards = std::bit_floor(std::clamp<size_t>(bytes / kLeastShard, 1, kMostShards));
    for (size_t i = 0; i < shards; ++i) shards_.push_back(std::make_unique<Shard>(bytes / shards));
  }

  Handle* Insert(const leveldb::Slice& key, void* value, size_t charge, Deleter deleter) override {
    const uint64_t hash = HashOf(View(key));
    return Out(ShardOf(hash).Insert(View(key), hash, value, charge, deleter));
  }
  Handle* Lookup(const leveldb::Slice& key) override {
    const uint64_t hash = HashOf(View(key));
    return Out(ShardOf(hash).Lookup(View(key), hash));
  }
  void Release(Handle* handle) override { In(handle)->Unref(); }
  void* Value(Handle* handle) override { return In(handle)->value; }
  void Erase(const leveldb::Slice& key) override {
    const uint64_t hash = HashOf(View(key));
    ShardOf(hash).Erase(View(key), hash);
  }
  uint64_t NewId() override { return next_id_.fetch_add(1, std::memory_order_relaxed) + 1; }
  void Prune() override {
    for (auto& shard : shards_) shard->Prune();
  }
  size_t TotalCharge() const override {
    size_t total = 0;
    for (const auto& shard : shards_) total += shard->charge();
    return total;
  }

 private:
  static std::string_view View(const leveldb::Slice& s) { return {s.data(), s.size()}; }
  static Handle* Out(Entry* e) { return reinterpret_cast<Handle*>(e); }
  static Entry* In(Handle* h) { return reinterpret_cast<Entry*>(h); }
  Shard& ShardOf(uint64_t hash) { return *shards_[hash & (shards_.size() - 1)]; }

  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<uint64_t> next_id_{0};
};

}  // namespace

std::unique_ptr<leveldb::Cache> NewBlockCache(size_t bytes) { return std::make_unique<BlockCache>(bytes); }

}  // namespace parton

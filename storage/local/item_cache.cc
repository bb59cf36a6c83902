#include "storage/local/item_cache.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace parton {

using internal::HeapItem;

// Its key lies behind it.
struct ItemCache::Entry {
  Entry* next = nullptr;  // of its bucket
  HeapItem* item = nullptr;
  uint64_t hash = 0;
  Epoch since = 0;
  size_t charge = 0;
  size_t place = 0;  // in the ring
  uint32_t key_size = 0;
  bool writing = false;
  bool used = false;  // since the hand passed

  std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_size}; }
};

namespace {

constexpr size_t kLeastShard = size_t{256} << 10;
constexpr size_t kLeastBuckets = 16;
constexpr size_t kMostMarks = 4096;
constexpr size_t kBytesOfAMark = sizeof(uint32_t);
// The heap's own, for an allocation; and a pointer each in ring and buckets.
constexpr size_t kHeapBytes = 16;
constexpr size_t kPlaces = 3 * sizeof(void*);

size_t ItemBytes(const HeapItem* item) {
  return item == nullptr ? 0 : sizeof(HeapItem) + item->storage.capacity() + 2 * kHeapBytes;
}

void Drop(HeapItem* item) {
  if (item != nullptr) item->Unref();
}

// Takes the bytes. Null: no memory.
HeapItem* NewItem(std::string* bytes, const NameTable* names) noexcept {
  HeapItem* item = new (std::nothrow) HeapItem;
  if (item == nullptr) return nullptr;
  item->storage = std::move(*bytes);
  item->names = names;
  item->bytes = item->storage;
  item->Keep();
  return item;
}

}  // namespace

// ---- Shards

ItemCache::Entry* ItemCache::Shard::Lookup(uint64_t hash, std::string_view key) const {
  if (buckets.empty()) return nullptr;
  Entry* e = buckets[hash & (buckets.size() - 1)];
  while (e != nullptr && (e->hash != hash || e->key() != key)) e = e->next;
  return e;
}

// A key that is missed for the second time is worth its place.
bool ItemCache::Shard::MissedBefore(uint64_t hash) {
  if (missed.empty()) return true;
  uint32_t& mark = missed[(hash >> 12) & (missed.size() - 1)];
  const auto own = static_cast<uint32_t>(hash >> 32) | 1;
  return std::exchange(mark, own) == own;
}

void ItemCache::Shard::MakeRoom(size_t more, const Entry* but) {
  size_t steps = 2 * ring.size() + 1;
  while (bytes + more > limit && !ring.empty() && steps-- > 0) {
    if (hand >= ring.size()) hand = 0;
    Entry* e = ring[hand];
    if (e == but || e->used) {
      e->used = false;
      ++hand;
      continue;
    }
    ++evictions;
    Remove(e);
  }
}

void ItemCache::Shard::Add(uint64_t hash, std::string_view key, HeapItem* item, Epoch since) {
  const size_t charge = sizeof(Entry) + key.size() + kHeapBytes + kPlaces + ItemBytes(item);
  if (charge > limit / 4) return;
  if (bytes + charge > limit) {
    if (!MissedBefore(hash)) return;
    MakeRoom(charge, nullptr);
  }
  if (ring.size() >= buckets.size()) {
    std::vector<Entry*> more(std::max(kLeastBuckets, 2 * buckets.size()));
    for (Entry* e : ring) {
      Entry*& bucket = more[e->hash & (more.size() - 1)];
      e->next = bucket;
      bucket = e;
    }
    buckets = std::move(more);
  }
  ring.reserve(std::bit_ceil(ring.size() + 1));
  auto* e = new (::operator new(sizeof(Entry) + key.size())) Entry;
  std::memcpy(reinterpret_cast<char*>(e + 1), key.data(), key.size());
  e->key_size = static_cast<uint32_t>(key.size());
  e->hash = hash;
  e->since = since;
  e->charge = charge;
  e->item = item;
  if (item != nullptr) item->Ref();
  e->place = ring.size();
  ring.push_back(e);
  Entry*& bucket = buckets[hash & (buckets.size() - 1)];
  e->next = bucket;
  bucket = e;
  bytes += charge;
}

// A reader takes its reference with the shard locked: who alone has the item now has it alone until it is unlocked.
bool ItemCache::Shard::Renew(Entry* e, std::string* bytes, const NameTable* names) {
  if (e->item != nullptr && e->item->Unique() && e->item->counted == 0 && e->item->names == names) {
    e->item->storage.swap(*bytes);
    e->item->bytes = e->item->storage;
    return true;
  }
  HeapItem* item = NewItem(bytes, names);
  if (item == nullptr) return false;
  Drop(std::exchange(e->item, item));
  return true;
}

void ItemCache::Shard::Recount(Entry* e, size_t before) {
  const size_t after = ItemBytes(e->item);
  e->charge += after - before;
  bytes += after - before;
  if (bytes <= limit) return;
  MakeRoom(0, e);
  if (bytes > limit) Remove(e);
}

void ItemCache::Shard::Remove(Entry* e) {
  Entry** link = &buckets[e->hash & (buckets.size() - 1)];
  while (*link != e) link = &(*link)->next;
  *link = e->next;
  ring[e->place] = ring.back();
  ring[e->place]->place = e->place;
  ring.pop_back();
  bytes -= e->charge;
  Drop(e->item);
  e->~Entry();
  ::operator delete(e);
}

void ItemCache::Shard::Empty() {
  while (!ring.empty()) Remove(ring.back());
  std::fill(missed.begin(), missed.end(), 0);
  hand = 0;
}

// What is called has the shard locked, which the check of annotations does not see in a lambda.
template <typename Fn>
auto ItemCache::WithShard(uint64_t hash, Fn fn) {
  for (;;) {
    const uint64_t mask = mask_.load(std::memory_order_acquire);
    Shard& shard = shards_[(hash >> 48) & mask];
    MutexLock lock(shard.mutex);
    // Who resizes holds all shards.
    if (mask_.load(std::memory_order_relaxed) == mask) return fn(shard);
  }
}

// ---- Size

ItemCache::ItemCache(size_t bytes) { SetLimit(bytes); }

ItemCache::~ItemCache() {
  for (Shard& shard : shards_) {
    MutexLock lock(shard.mutex);
    shard.Empty();
  }
}

// Locks all shards, in a loop that the check cannot follow.
void ItemCache::SetLimit(size_t bytes) NO_THREAD_SAFETY_ANALYSIS {
  const size_t shards = std::bit_floor(std::clamp<size_t>(bytes / kLeastShard, 1, kMostShards));
  for (Shard& shard : shards_) shard.mutex.lock();
  for (size_t i = 0; i < kMostShards; ++i) {
    Shard& shard = shards_[i];
    shard.Empty();
    shard.buckets = {};
    shard.ring = {};
    shard.missed = {};
    shard.bytes = 0;
    shard.limit = i < shards ? bytes / shards : 0;
    if (shard.limit == 0) continue;
    // One mark for about each entry there is room for.
    const size_t marks = std::bit_floor(std::clamp<size_t>(shard.limit / 256, 16, kMostMarks));
    shard.missed.resize(marks);
    shard.limit -= std::min(shard.limit, marks * kBytesOfAMark);
  }
  mask_.store(shards - 1);
  limit_.store(bytes);
  for (Shard& shard : shards_) shard.mutex.unlock();
}

void ItemCache::Resize(size_t bytes) {
  const ForeignWrite write(this);
  SetLimit(bytes);
}

CacheCounts ItemCache::Counts() const {
  CacheCounts counts;
  counts.limit = limit_.load();
  for (const Shard& shard : shards_) {
    MutexLock lock(shard.mutex);
    counts.hits += shard.hits;
    counts.misses += shard.misses;
    counts.evictions += shard.evictions;
    counts.entries += shard.ring.size();
    counts.bytes += shard.bytes + shard.missed.size() * kBytesOfAMark;
  }
  return counts;
}

// ---- Reading

ItemCache::Found ItemCache::Find(const HashedKey& key, Epoch upto, Value* item, Ticket* ticket) {
  const uint64_t hash = key.hash;
  HeapItem* kept = nullptr;
  const Found found = WithShard(hash, [&](Shard& shard) NO_THREAD_SAFETY_ANALYSIS {
    Entry* e = shard.Lookup(hash, key.bytes);
    if (e == nullptr || e->writing || e->since > upto) {
      ++shard.misses;
      return Found::kUnknown;
    }
    ++shard.hits;
    e->used = true;
    if (e->item == nullptr) return Found::kNone;
    e->item->Ref();
    kept = e->item;
    return Found::kItem;
  });
  if (found == Found::kItem) *item = FromEncodedItem(kept);
  if (found != Found::kUnknown) return found;
  ticket->hash = hash;
  ticket->foreign = foreign_.load(std::memory_order_acquire);
  const uint64_t stripe = StripeOf(hash).load(std::memory_order_acquire);
  // What a snapshot has is the newest only if nobody has written since.
  ticket->stripe = (stripe >> kRunningBits) <= upto ? stripe : kRefused;
  return found;
}

bool ItemCache::Unchanged(const Ticket& ticket) {
  return (ticket.stripe & kRunning) == 0 && (ticket.foreign & kRunning) == 0 &&
         StripeOf(ticket.hash).load() == ticket.stripe && foreign_.load() == ticket.foreign;
}

void ItemCache::Keep(const Ticket& ticket, std::string_view key, HeapItem* item) noexcept {
  if (!Unchanged(ticket)) return;
  try {
    WithShard(ticket.hash, [&](Shard& shard) NO_THREAD_SAFETY_ANALYSIS {
      // Asked with the shard locked: a writer that comes now finds the entry.
      if (!Unchanged(ticket) || shard.Lookup(ticket.hash, key) != nullptr) return;
      shard.Add(ticket.hash, key, item, ticket.stripe >> kRunningBits);
    });
  } catch (const std::bad_alloc&) {
    // It is kept another time.
  }
}

bool ItemCache::MissedBefore(const Ticket& ticket) {
  return WithShard(ticket.hash,
                   [&](Shard& shard) NO_THREAD_SAFETY_ANALYSIS { return shard.MissedBefore(ticket.hash); });
}

// ---- Writing

void ItemCache::BeginWrite(const HashedKey& key) noexcept {
  StripeOf(key.hash).fetch_add(1);
  WithShard(key.hash, [&](Shard& shard) NO_THREAD_SAFETY_ANALYSIS {
    Entry* e = shard.Lookup(key.hash, key.bytes);
    if (e != nullptr) e->writing = true;
  });
}

void ItemCache::LeaveStripe(uint64_t hash, Epoch epoch) {
  std::atomic<uint64_t>& stripe = StripeOf(hash);
  uint64_t now = stripe.load();
  uint64_t then;
  do {
    then = (std::max(now >> kRunningBits, epoch) << kRunningBits) | ((now & kRunning) - 1);
  } while (!stripe.compare_exchange_weak(now, then));
}

void ItemCache::EndWrite(const HashedKey& key, Epoch epoch, uint64_t foreign, std::string* bytes,
                         const NameTable* names) noexcept {
  WithShard(key.hash, [&](Shard& shard) NO_THREAD_SAFETY_ANALYSIS {
    Entry* e = shard.Lookup(key.hash, key.bytes);
    if (e == nullptr) return;
    if ((foreign & kRunning) != 0 || foreign_.load() != foreign) {
      shard.Remove(e);
      return;
    }
    const size_t before = ItemBytes(e->item);
    if (bytes == nullptr) {
      Drop(std::exchange(e->item, nullptr));
    } else if (!shard.Renew(e, bytes, names)) {
      shard.Remove(e);
      return;
    }
    e->writing = false;
    e->since = epoch;
    shard.Recount(e, before);
  });
  LeaveStripe(key.hash, epoch);
}

void ItemCache::AbandonWrite(const HashedKey& key, Epoch epoch) noexcept {
  Erase(key);
  LeaveStripe(key.hash, epoch);
}

void ItemCache::Erase(const HashedKey& key) {
  WithShard(key.hash, [&](Shard& shard) NO_THREAD_SAFETY_ANALYSIS {
    Entry* e = shard.Lookup(key.hash, key.bytes);
    if (e != nullptr) shard.Remove(e);
  });
}

void ItemCache::Clear() { ErasePrefix(""); }

void ItemCache::ErasePrefix(std::string_view prefix) {
  const ForeignWrite write(this);
  for (Shard& shard : shards_) {
    MutexLock lock(shard.mutex);
    for (size_t i = shard.ring.size(); i-- > 0;) {
      if (shard.ring[i]->key().starts_with(prefix)) shard.Remove(shard.ring[i]);
    }
  }
}

}  // namespace parton

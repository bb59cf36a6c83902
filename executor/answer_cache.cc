#include "executor/answer_cache.h"

#include "types/item/item_codec.h"

namespace parton {

namespace {

constexpr size_t kEntryBytes = 160;  // of list, map and counts

}  // namespace

std::string AnswerCache::KeyOf(const TableSchema& table, const Key& key) {
  std::string out = std::to_string(table.id) + ':';
  EncodeValue(key.hash, &out);
  if (table.key.range) EncodeValue(key.range, &out);
  return out;
}

void AnswerCache::KeepItem(const std::string& key, Value item, int64_t now_ms, uint64_t writes) {
  // Of two writers that come between, the one forgets what the other's reader keeps.
  if (Writes() != writes) return;
  const size_t bytes = item.ApproximateBytes();
  items_.Keep(key, std::move(item), bytes, now_ms);
  if (Writes() != writes) items_.Erase(key);
}

void AnswerCache::Forget(const std::vector<std::string>& keys) {
  writes_.fetch_add(1);
  for (const std::string& key : keys) items_.Erase(key);
}

void AnswerCache::KeepQuery(const std::string& key, KeptAnswer answer, size_t bytes, int64_t now_ms) {
  queries_.Keep(key, std::make_shared<const KeptAnswer>(std::move(answer)), bytes, now_ms);
}

template <typename V>
void AnswerCache::Kept<V>::Remove(typename Entries::iterator entry) {
  counts_.bytes -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

template <typename V>
std::optional<V> AnswerCache::Kept<V>::Find(const std::string& key, int64_t now_ms, int64_t ttl_ms) {
  MutexLock lock(mutex_);
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) {
    ++counts_.misses;
    return std::nullopt;
  }
  const auto entry = it->second;
  // A clock that was put back must not make it last.
  if (entry->kept_ms > now_ms || now_ms - entry->kept_ms >= ttl_ms) {
    ++counts_.misses;
    return std::nullopt;
  }
  ++counts_.hits;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->value;
}

template <typename V>
void AnswerCache::Kept<V>::Keep(const std::string& key, V value, size_t bytes, int64_t now_ms) {
  bytes += key.size() + kEntryBytes;
  MutexLock lock(mutex_);
  if (const auto it = by_key_.find(key); it != by_key_.end()) Remove(it->second);
  if (bytes > limit_ / 4) return;
  while (!entries_.empty() && counts_.bytes + bytes > limit_) {
    Remove(std::prev(entries_.end()));
    ++counts_.evictions;
  }
  entries_.push_front({key, std::move(value), bytes, now_ms});
  by_key_.emplace(entries_.front().key, entries_.begin());
  counts_.bytes += bytes;
}

template <typename V>
void AnswerCache::Kept<V>::Erase(const std::string& key) {
  MutexLock lock(mutex_);
  if (const auto it = by_key_.find(key); it != by_key_.end()) Remove(it->second);
}

template <typename V>
CacheCounts AnswerCache::Kept<V>::Counts() const {
  MutexLock lock(mutex_);
  CacheCounts counts = counts_;
  counts.entries = entries_.size();
  counts.limit = limit_;
  return counts;
}

template class AnswerCache::Kept<Value>;
template class AnswerCache::Kept<KeptAnswerPtr>;

}  // namespace parton

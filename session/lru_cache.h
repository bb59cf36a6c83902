// The most recently used values under texts, up to a number of them.
#ifndef PARTON_SESSION_LRU_CACHE_H_
#define PARTON_SESSION_LRU_CACHE_H_

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "types/sync/mutex.h"

namespace parton {

// Threads: any.
template <typename V>
class LruCache {
 public:
  explicit LruCache(size_t capacity) : capacity_(capacity) {}

  // A copy of the value of `key`. One that `fits(value)` refuses is removed.
  template <typename Fits>
  std::optional<V> Find(std::string_view key, Fits fits) {
    MutexLock lock(mutex_);
    const auto it = by_key_.find(key);
    if (it == by_key_.end()) return std::nullopt;
    const auto entry = it->second;
    if (!fits(entry->second)) {
      by_key_.erase(it);
      entries_.erase(entry);
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->second;
  }

  // In place of what the key had.
  void Insert(std::string_view key, V value) {
    MutexLock lock(mutex_);
    if (const auto it = by_key_.find(key); it != by_key_.end()) {
      it->second->second = std::move(value);
      entries_.splice(entries_.begin(), entries_, it->second);
      return;
    }
    entries_.emplace_front(std::string(key), std::move(value));
    by_key_.emplace(entries_.front().first, entries_.begin());
    if (entries_.size() <= capacity_) return;
    by_key_.erase(entries_.back().first);
    entries_.pop_back();
  }

  void Clear() {
    MutexLock lock(mutex_);
    by_key_.clear();
    entries_.clear();
  }

 private:
  using List = std::list<std::pair<std::string, V>>;
  const size_t capacity_;
  Mutex mutex_;
  List entries_ GUARDED_BY(mutex_);  // the most recently used first
  std::unordered_map<std::string_view, typename List::iterator> by_key_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_SESSION_LRU_CACHE_H_

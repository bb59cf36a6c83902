// Answers of earlier reads, for reads that may be stale: items by their keys, and the rows of whole queries. The
// manners are those of DynamoDB Accelerator: an answer is given until its time is over, whatever was written meanwhile,
// but for items that were written through the cache. Consistent reads and transactions do not come here.
//
// Items and queries each have half of the bytes; those that were used least recently leave.
//
// Threads: any.
#ifndef PARTON_EXECUTOR_ANSWER_CACHE_H_
#define PARTON_EXECUTOR_ANSWER_CACHE_H_

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parton/cache_metrics.h"
#include "parton/value.h"
#include "types/schema/schema.h"
#include "types/sync/mutex.h"

namespace parton {

// A query's answer: rows, or one value.
struct KeptAnswer {
  std::vector<Value> rows;  // owned
  std::optional<Value> value;
};
using KeptAnswerPtr = std::shared_ptr<const KeptAnswer>;

class AnswerCache {
 public:
  explicit AnswerCache(size_t bytes) : items_(bytes / 2), queries_(bytes / 2) {}

  // What an item is kept under.
  static std::string KeyOf(const TableSchema& table, const Key& key);

  // What was kept at most `ttl_ms` before `now_ms`. MISSING: it is known that there is no item.
  std::optional<Value> FindItem(const std::string& key, int64_t now_ms, int64_t ttl_ms) {
    return items_.Find(key, now_ms, ttl_ms);
  }
  // To be asked before the item is read, for KeepItem: what is written through the cache meanwhile is not overlooked.
  uint64_t Writes() const { return writes_.load(std::memory_order_acquire); }
  // `item` is owned.
  void KeepItem(const std::string& key, Value item, int64_t now_ms, uint64_t writes);
  // These were written through the cache.
  void Forget(const std::vector<std::string>& keys);

  KeptAnswerPtr FindQuery(const std::string& key, int64_t now_ms, int64_t ttl_ms) {
    return queries_.Find(key, now_ms, ttl_ms).value_or(nullptr);
  }
  void KeepQuery(const std::string& key, KeptAnswer answer, size_t bytes, int64_t now_ms);
  // Larger answers are not kept.
  size_t LargestAnswer() const { return queries_.limit() / 4; }

  CacheCounts Items() const { return items_.Counts(); }
  CacheCounts Queries() const { return queries_.Counts(); }

 private:
  template <typename V>
  class Kept {
   public:
    explicit Kept(size_t limit) : limit_(limit) {}
    std::optional<V> Find(const std::string& key, int64_t now_ms, int64_t ttl_ms);
    void Keep(const std::string& key, V value, size_t bytes, int64_t now_ms);
    void Erase(const std::string& key);
    CacheCounts Counts() const;
    size_t limit() const { return limit_; }

   private:
    struct Entry {
      std::string key;
      V value;
      size_t bytes;
      int64_t kept_ms;
    };
    using Entries = std::list<Entry>;
    void Remove(typename Entries::iterator entry) REQUIRES(mutex_);

    const size_t limit_;
    mutable Mutex mutex_;
    Entries entries_ GUARDED_BY(mutex_);  // the most recently used first
    std::unordered_map<std::string_view, typename Entries::iterator> by_key_ GUARDED_BY(mutex_);
    CacheCounts counts_ GUARDED_BY(mutex_);
  };

  std::atomic<uint64_t> writes_{0};
  Kept<Value> items_;
  Kept<KeptAnswerPtr> queries_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_ANSWER_CACHE_H_

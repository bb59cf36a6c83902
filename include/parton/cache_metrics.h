// What the caches of a database did: Database::cache_metrics().
#ifndef PARTON_CACHE_METRICS_H_
#define PARTON_CACHE_METRICS_H_

#include <cstdint>

namespace parton {

// What a cache did since the database was opened, and what it holds now.
struct CacheCounts {
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t evictions = 0;  // left to make room, or too old
  uint64_t entries = 0;
  uint64_t bytes = 0;
  uint64_t limit = 0;  // of the bytes
};

struct CacheMetrics {
  CacheCounts items;           // Options::item_cache_bytes
  CacheCounts answer_items;    // Options::answer_cache_bytes: reads of items by their keys
  CacheCounts answer_queries;  // and other queries
};

}  // namespace parton

#endif  // PARTON_CACHE_METRICS_H_

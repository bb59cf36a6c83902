// Plans by a key (statement text and settings, see compile.h), shared by all connections of a database; the least
// recently used ones go.
#ifndef PARTON_SESSION_PLAN_CACHE_H_
#define PARTON_SESSION_PLAN_CACHE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "planner/planner.h"
#include "session/lru_cache.h"

namespace parton {

using PlannedPtr = std::shared_ptr<const PlannedStatement>;

// Threads: any.
class PlanCache {
 public:
  // Plans depend on the size of tables, so each is made again after this time.
  static constexpr std::chrono::seconds kMaxAge{10};

  explicit PlanCache(size_t capacity) : entries_(capacity) {}

  // The plan of that key made under that schema version and not too long ago, or null.
  PlannedPtr Find(std::string_view key, uint64_t schema_version);
  void Insert(std::string_view key, PlannedPtr plan);
  void Clear() { entries_.Clear(); }

 private:
  struct Entry {
    PlannedPtr plan;
    std::chrono::steady_clock::time_point made;
  };
  LruCache<Entry> entries_;
};

}  // namespace parton

#endif  // PARTON_SESSION_PLAN_CACHE_H_

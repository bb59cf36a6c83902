// Plans by a key (statement text and settings, see compile.h), shared by all connections of a database; the least
// recently used ones go.
#ifndef PARTON_SESSION_PLAN_CACHE_H_
#define PARTON_SESSION_PLAN_CACHE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "planner/planner.h"
#include "types/sync/mutex.h"

namespace parton {

using PlannedPtr = std::shared_ptr<const PlannedStatement>;

// Threads: any.
class PlanCache {
 public:
  // Plans depend on the size of tables, so each is made again after this time.
  static constexpr std::chrono::seconds kMaxAge{10};

  explicit PlanCache(size_t capacity) : capacity_(capacity) {}

  // The plan of that key made under that schema version and not too long ago, or null.
  PlannedPtr Find(std::string_view key, uint64_t schema_version);
  void Insert(std::string_view key, PlannedPtr plan);
  void Clear();

 private:
  struct Entry {
    std::string key;
    PlannedPtr plan;
    std::chrono::steady_clock::time_point made;
  };
  using List = std::list<Entry>;
  const size_t capacity_;
  Mutex mutex_;
  List entries_ GUARDED_BY(mutex_);  // the most recently used first
  std::unordered_map<std::string_view, List::iterator> by_key_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_SESSION_PLAN_CACHE_H_

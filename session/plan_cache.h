// Plans by statement text, shared by all connections of a database; the least recently used ones go.
#ifndef PARTON_SESSION_PLAN_CACHE_H_
#define PARTON_SESSION_PLAN_CACHE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "planner/planner.h"

namespace parton {

using PlannedPtr = std::shared_ptr<const PlannedStatement>;

// Threads: any.
class PlanCache {
 public:
  // Plans depend on how large tables are, so they are made anew now and then.
  static constexpr std::chrono::seconds kMaxAge{10};

  explicit PlanCache(size_t capacity) : capacity_(capacity) {}

  // The plan of a text, found or made. `settings_key` is settings.PlanKey(); *buffer is scratch;
  // `key_condition_failed` is PlannerInput's.
  Result<PlannedPtr> Plan(std::string_view text, const Settings& settings, std::string_view settings_key,
                          TableStore* store, std::string* buffer, bool* key_condition_failed = nullptr);

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
  std::mutex mutex_;
  List entries_;  // the most recently used first
  std::unordered_map<std::string_view, List::iterator> by_key_;
};

}  // namespace parton

#endif  // PARTON_SESSION_PLAN_CACHE_H_

#include "session/plan_cache.h"

#include <optional>
#include <utility>

namespace parton {

PlannedPtr PlanCache::Find(std::string_view key, uint64_t schema_version) {
  const auto now = std::chrono::steady_clock::now();
  std::optional<Entry> found = entries_.Find(
      key, [&](const Entry& e) { return e.plan->schema_version == schema_version && now - e.made <= kMaxAge; });
  return found ? std::move(found->plan) : nullptr;
}

void PlanCache::Insert(std::string_view key, PlannedPtr plan) {
  entries_.Insert(key, Entry{std::move(plan), std::chrono::steady_clock::now()});
}

}  // namespace parton

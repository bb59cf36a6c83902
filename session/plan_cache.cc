#include "session/plan_cache.h"

#include <utility>

namespace parton {

PlannedPtr PlanCache::Find(std::string_view key, uint64_t schema_version) {
  const auto now = std::chrono::steady_clock::now();
  MutexLock lock(mutex_);
  auto it = by_key_.find(key);
  if (it == by_key_.end()) return nullptr;
  List::iterator entry = it->second;
  if (entry->plan->schema_version != schema_version || now - entry->made > kMaxAge) {
    by_key_.erase(it);
    entries_.erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->plan;
}

void PlanCache::Insert(std::string_view key, PlannedPtr plan) {
  const auto now = std::chrono::steady_clock::now();
  MutexLock lock(mutex_);
  auto it = by_key_.find(key);
  if (it != by_key_.end()) {
    it->second->plan = std::move(plan);
    it->second->made = now;
    entries_.splice(entries_.begin(), entries_, it->second);
    return;
  }
  entries_.push_front(Entry{std::string(key), std::move(plan), now});
  by_key_.emplace(entries_.front().key, entries_.begin());
  if (entries_.size() > capacity_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

void PlanCache::Clear() {
  MutexLock lock(mutex_);
  by_key_.clear();
  entries_.clear();
}

}  // namespace parton

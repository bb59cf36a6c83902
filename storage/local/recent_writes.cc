#include "storage/local/recent_writes.h"

#include <algorithm>
#include <new>
#include <thread>

namespace parton {

ReadSet::ReadSet(std::unordered_set<std::string> keys, std::vector<KeyInterval> ranges)
    : keys_(std::move(keys)), ranges_(std::move(ranges)) {
  std::erase_if(ranges_, [](const KeyInterval& r) { return r.empty(); });
  std::sort(ranges_.begin(), ranges_.end(),
            [](const KeyInterval& a, const KeyInterval& b) { return a.begin < b.begin; });
  size_t kept = 0;
  for (KeyInterval& range : ranges_) {
    if (kept == 0 || (!ranges_[kept - 1].end.empty() && ranges_[kept - 1].end < range.begin)) {
      if (&ranges_[kept] != &range) ranges_[kept] = std::move(range);
      ++kept;
      continue;
    }
    std::string& end = ranges_[kept - 1].end;
    if (range.end.empty() || (!end.empty() && end < range.end)) end = std::move(range.end);
  }
  ranges_.resize(kept);
}

bool ReadSet::Contains(const std::string& key) const {
  if (keys_.contains(key)) return true;
  const auto behind = std::upper_bound(ranges_.begin(), ranges_.end(), key,
                                       [](const std::string& k, const KeyInterval& r) { return k < r.begin; });
  return behind != ranges_.begin() && std::prev(behind)->Contains(key);
}

bool RecentWrites::EnterPlain() {
  // Either this sees the open transaction, or Open() sees this commit and waits for it.
  plain_.fetch_add(1, std::memory_order_seq_cst);
  if (open_.load(std::memory_order_seq_cst) == 0) return true;
  plain_.fetch_sub(1);
  return false;
}

uint64_t RecentWrites::EnterLocked(Keys keys, bool transaction) {
  in_flight_.emplace(next_ticket_, InFlight{std::make_shared<const Keys>(std::move(keys)), transaction});
  return next_ticket_++;
}

uint64_t RecentWrites::Enter(Keys keys) {
  MutexLock lock(mutex_);
  return EnterLocked(std::move(keys), false);
}

void RecentWrites::Leave(uint64_t ticket, bool written) noexcept {
  MutexLock lock(mutex_);
  auto it = in_flight_.find(ticket);
  // A failed write may have reached the log file all the same: it counts as written.
  (void)written;
  if (!starts_.empty()) {
    ++time_;
    try {
      log_.push_back({time_, it->second.keys});
      kept_keys_ += it->second.keys->size();
    } catch (const std::bad_alloc&) {
      // What cannot be noted is forgotten, with all before it: transactions that are open conflict.
      log_.clear();
      kept_keys_ = 0;
      forgotten_ = time_;
    }
    TrimLocked();
  }
  if (it->second.transaction) finished_.fetch_add(1);
  in_flight_.erase(it);
}

uint64_t RecentWrites::Open() {
  open_.fetch_add(1, std::memory_order_seq_cst);
  while (plain_.load(std::memory_order_seq_cst) != 0) std::this_thread::yield();
  MutexLock lock(mutex_);
  try {
    starts_.insert(time_);
  } catch (...) {
    open_.fetch_sub(1);
    throw;
  }
  return time_;
}

void RecentWrites::Close(uint64_t start) {
  MutexLock lock(mutex_);
  starts_.erase(starts_.find(start));
  TrimLocked();
  open_.fetch_sub(1);
}

void RecentWrites::TrimLocked() {
  while (!log_.empty() && (starts_.empty() || log_.front().time <= *starts_.begin() || kept_keys_ > kMaxKeys)) {
    forgotten_ = log_.front().time;
    kept_keys_ -= log_.front().keys->size();
    log_.pop_front();
  }
}

bool RecentWrites::Touches(const Keys& keys, const ReadSet& reads) {
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return reads.Contains(key); });
}

std::vector<RecentWrites::Commit> RecentWrites::Since(uint64_t start) {
  MutexLock lock(mutex_);
  const auto first = std::upper_bound(log_.begin(), log_.end(), start,
                                      [](uint64_t time, const Commit& commit) { return time < commit.time; });
  return {first, log_.end()};
}

bool RecentWrites::IsUnderWay(std::string_view key) {
  // In this order: equal numbers mean that none was under way in between.
  const uint64_t finished = finished_.load();
  if (validated_.load() == finished) [[likely]]
    return false;
  MutexLock lock(mutex_);
  return std::any_of(in_flight_.begin(), in_flight_.end(), [&](const auto& entry) {
    const InFlight& commit = entry.second;
    return commit.transaction && std::find(commit.keys->begin(), commit.keys->end(), key) != commit.keys->end();
  });
}

uint64_t RecentWrites::Validate(uint64_t start, const ReadSet& reads, Keys keys) {
  uint64_t checked = start;
  for (const Commit& commit : Since(start)) {
    if (Touches(*commit.keys, reads)) return 0;
    checked = commit.time;
  }
  MutexLock lock(mutex_);
  if (forgotten_ > start) return 0;
  for (auto it = log_.rbegin(); it != log_.rend() && it->time > checked; ++it) {
    if (Touches(*it->keys, reads)) return 0;
  }
  for (const auto& [ticket, commit] : in_flight_) {
    if (Touches(*commit.keys, reads)) return 0;
  }
  const uint64_t ticket = EnterLocked(std::move(keys), true);
  validated_.fetch_add(1);
  return ticket;
}

}  // namespace parton

// An upper bound of each table's item keys, for bulk loads: a load in key order need not look each row up in LevelDB.
//
// A writer raises the bound before it writes its batch, while it holds the items' latches (so a bound may be too
// high). Whoever holds a key's latch may therefore conclude from `bound < key` that the item does not exist.
#ifndef PARTON_STORAGE_LOCAL_HIGHEST_KEYS_H_
#define PARTON_STORAGE_LOCAL_HIGHEST_KEYS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "types/sync/mutex.h"

namespace parton {

class HighestKeys {
 public:
  // The bound of a table; where none is kept yet, `find` (which gives the table's last key, or false) makes one.
  // False: there is none.
  template <typename Find>
  bool Get(uint32_t table_id, std::string* bound, Find find) {
    if (Known(table_id, bound)) return true;
    MutexLock one_at_a_time(finding_);
    if (!Known(table_id, bound)) {
      // From now on it is raised, so that what is written while `find` looks is not missed.
      Start(table_id);
      std::string last;
      if (!find(&last)) {
        Forget(table_id);
        return false;
      }
      Raise(table_id, last);
      Finish(table_id);
    }
    return Known(table_id, bound);
  }

  // Whether there is a bound, and the key is above it.
  bool IsAbove(uint32_t table_id, std::string_view key) {
    if (kept_.load(std::memory_order_acquire) == 0) return false;
    MutexLock lock(mutex_);
    const auto it = bounds_.find(table_id);
    return it != bounds_.end() && it->second.valid && key > it->second.key;
  }

  void Raise(uint32_t table_id, std::string_view key) {
    if (kept_.load(std::memory_order_acquire) == 0) return;
    MutexLock lock(mutex_);
    auto it = bounds_.find(table_id);
    if (it != bounds_.end() && key > it->second.key) it->second.key.assign(key);
  }

  void Forget(uint32_t table_id) {
    MutexLock lock(mutex_);
    bounds_.erase(table_id);
    kept_.store(bounds_.size(), std::memory_order_release);
  }
  void ForgetAll() {
    MutexLock lock(mutex_);
    bounds_.clear();
    kept_.store(0, std::memory_order_release);
  }

 private:
  struct Bound {
    std::string key;
    bool valid = false;  // the table's last key was found and is in `key`
  };

  bool Known(uint32_t table_id, std::string* bound) {
    MutexLock lock(mutex_);
    auto it = bounds_.find(table_id);
    if (it == bounds_.end() || !it->second.valid) return false;
    bound->assign(it->second.key);
    return true;
  }
  void Start(uint32_t table_id) {
    MutexLock lock(mutex_);
    bounds_.try_emplace(table_id);
    kept_.store(bounds_.size(), std::memory_order_release);
  }
  void Finish(uint32_t table_id) {
    MutexLock lock(mutex_);
    auto it = bounds_.find(table_id);
    if (it != bounds_.end()) it->second.valid = true;
  }

  Mutex finding_;  // one search of a last key at a time; taken before mutex_
  Mutex mutex_;
  std::map<uint32_t, Bound> bounds_ GUARDED_BY(mutex_);
  std::atomic<size_t> kept_{0};
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_HIGHEST_KEYS_H_

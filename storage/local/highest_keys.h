// For tables that are bulk-loaded: a key that no item's key is greater than, so that loading in key order need not
// ask LevelDB for each row whether it is there already.
//
// Who writes items raises the bound after the batch is written and before giving up the items' latches. So to the
// holder of a key's latch a bound below that key says that there is no such item.
#ifndef PARTON_STORAGE_LOCAL_HIGHEST_KEYS_H_
#define PARTON_STORAGE_LOCAL_HIGHEST_KEYS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace parton {

class HighestKeys {
 public:
  // The bound of a table; where none is kept yet, `find` (which gives the table's last key, or false) makes one.
  // False: there is none.
  template <typename Find>
  bool Get(uint32_t table_id, std::string* bound, Find find) {
    if (Known(table_id, bound)) return true;
    std::lock_guard one_at_a_time(finding_);
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

  void Raise(uint32_t table_id, std::string_view key) {
    if (kept_.load(std::memory_order_acquire) == 0) return;
    std::lock_guard lock(mutex_);
    auto it = bounds_.find(table_id);
    if (it != bounds_.end() && key > it->second.key) it->second.key.assign(key);
  }

  void Forget(uint32_t table_id) {
    std::lock_guard lock(mutex_);
    bounds_.erase(table_id);
    kept_.store(bounds_.size(), std::memory_order_release);
  }
  void ForgetAll() {
    std::lock_guard lock(mutex_);
    bounds_.clear();
    kept_.store(0, std::memory_order_release);
  }

 private:
  struct Bound {
    std::string key;
    bool valid = false;  // the table's last key was found and is in `key`
  };

  bool Known(uint32_t table_id, std::string* bound) {
    std::lock_guard lock(mutex_);
    auto it = bounds_.find(table_id);
    if (it == bounds_.end() || !it->second.valid) return false;
    bound->assign(it->second.key);
    return true;
  }
  void Start(uint32_t table_id) {
    std::lock_guard lock(mutex_);
    bounds_.try_emplace(table_id);
    kept_.store(bounds_.size(), std::memory_order_release);
  }
  void Finish(uint32_t table_id) {
    std::lock_guard lock(mutex_);
    auto it = bounds_.find(table_id);
    if (it != bounds_.end()) it->second.valid = true;
  }

  std::mutex finding_;
  std::mutex mutex_;
  std::map<uint32_t, Bound> bounds_;
  std::atomic<size_t> kept_{0};
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_HIGHEST_KEYS_H_

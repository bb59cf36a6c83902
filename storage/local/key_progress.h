// Progress of work over key ranges, in items. The position in a range gives the share of its bytes that is done, and
// so an estimate of the total.
#ifndef PARTON_STORAGE_LOCAL_KEY_PROGRESS_H_
#define PARTON_STORAGE_LOCAL_KEY_PROGRESS_H_

#include <leveldb/db.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "types/status/bounds.h"

namespace parton {

// See StoreProgress in table_store.h.
using ProgressFn = std::function<bool(uint64_t done, uint64_t total)>;

inline Status Cancelled() { return CancelledStatus(CurrentBounds()); }

// One thread at a time. `fn` and the database outlive it.
class KeyProgress {
 public:
  KeyProgress(leveldb::DB* db, const ProgressFn& fn) : db_(db), fn_(fn) {}

  // Adds a range to walk, in this order: keys from `begin` to `end`. `counts`: its items were not counted before.
  void Plan(std::string begin, std::string end, bool counts = true);
  // Adds work that is not over keys, worth about `bytes` of them.
  void PlanOther(uint64_t bytes);

  // The next planned range begins.
  void Next();
  // The work is at `key`. False: cancelled. Cheap.
  bool Step(std::string_view key) {
    if (current_ < stretches_.size() && stretches_[current_].counts) ++items_;
    return ++steps_ % kStride != 0 ? !cancelled_ : Tell(key);
  }
  // So much of other work is done: 0 to 1.
  bool StepOther(double part);

  bool cancelled() const { return cancelled_; }

 private:
  // The caller looks at its flag as often as this.
  static constexpr uint64_t kStride = 64;
  // Asking LevelDB costs more.
  static constexpr uint64_t kMeasured = 64 * kStride;

  struct Stretch {
    std::string begin, end;
    uint64_t bytes = 0;
    bool counts = true;
  };

  bool Tell(std::string_view key);
  bool Call();

  leveldb::DB* db_;
  const ProgressFn& fn_;
  std::vector<Stretch> stretches_;
  size_t current_ = static_cast<size_t>(-1);
  uint64_t planned_bytes_ = 0;
  uint64_t finished_bytes_ = 0;
  double fraction_ = 0;
  uint64_t items_ = 0;
  uint64_t steps_ = 0;
  bool cancelled_ = false;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_KEY_PROGRESS_H_

// A line on standard error that shows how far a long statement is: after a second, on a terminal
// only, wiped away at the end.
#ifndef PARTON_SHELL_PROGRESS_H_
#define PARTON_SHELL_PROGRESS_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "types/sync/mutex.h"

namespace parton::shell {

// " 25 %  1000 items, 500/s, 6 s left"; `total` 0: unknown.
std::string ProgressText(uint64_t done, uint64_t total, double seconds);

// Update may be called from any thread.
class Progress {
 public:
  explicit Progress(bool enabled) : enabled_(enabled), start_(Clock::now()), shown_(start_) {}
  ~Progress() { Clear(); }
  void Update(uint64_t done, uint64_t total);
  // Before anything else is printed.
  void Clear();
  // How far the statement has come: items read or written.
  uint64_t done() const { return done_; }

 private:
  using Clock = std::chrono::steady_clock;
  const bool enabled_;
  std::atomic<uint64_t> done_{0};
  const Clock::time_point start_;
  Mutex mutex_;
  Clock::time_point shown_ GUARDED_BY(mutex_);
  bool visible_ GUARDED_BY(mutex_) = false;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_PROGRESS_H_

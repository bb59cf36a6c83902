// The clock of a database: the system's or the program's, moved or stopped by SET clock and ADVANCE CLOCK.
#ifndef PARTON_EXECUTOR_CAPACITY_CLOCK_H_
#define PARTON_EXECUTOR_CAPACITY_CLOCK_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace parton {

// Threads: any.
class DatabaseClock {
 public:
  explicit DatabaseClock(std::function<int64_t()> base) : base_(std::move(base)) {}

  int64_t NowNanos() const {
    const int64_t stopped = stopped_.load(std::memory_order_acquire);
    if (stopped != kRuns) return stopped * 1'000'000;
    return BaseNanos() + offset_.load(std::memory_order_relaxed) * 1'000'000;
  }
  int64_t NowMs() const { return NowNanos() / 1'000'000; }

  // Stands still at this time.
  void StopAt(int64_t ms) { stopped_.store(ms, std::memory_order_release); }
  // Runs by the system (or the program) again.
  void Reset() {
    offset_.store(0);
    stopped_.store(kRuns, std::memory_order_release);
  }
  void Advance(int64_t ms) {
    if (stopped_.load() != kRuns) {
      stopped_.fetch_add(ms);
    } else {
      offset_.fetch_add(ms);
    }
  }
  bool stopped() const { return stopped_.load() != kRuns; }

 private:
  static constexpr int64_t kRuns = INT64_MIN;

  // The program's clock; the system's if that throws, since every commit and the background work need a time.
  int64_t BaseNanos() const {
    if (base_) {
      try {
        return base_() * 1'000'000;
      } catch (...) {
      }
    }
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  const std::function<int64_t()> base_;
  std::atomic<int64_t> stopped_{kRuns};
  std::atomic<int64_t> offset_{0};
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_CAPACITY_CLOCK_H_

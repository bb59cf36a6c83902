// Locks that order writers: striped latches on item keys, and the gate between writes and schema changes.
//
// Lock order everywhere: gate, then latches (ascending), then anything inside commit.
#ifndef PARTON_STORAGE_LOCAL_LATCHES_H_
#define PARTON_STORAGE_LOCAL_LATCHES_H_

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/sync/mutex.h"

namespace parton {

// A read-modify-write of an item holds the latch of its key from the read to the end of the commit.
// Latches are striped: two keys may share one, which only costs waiting.
class Latches {
 public:
  static constexpr size_t kStripes = 1024;

  // Holds the latches of some keys until destroyed.
  class Guard {
   public:
    Guard() = default;
    Guard(Guard&& o) noexcept : latches_(o.latches_), stripes_(std::move(o.stripes_)) { o.latches_ = nullptr; }
    Guard& operator=(Guard&& o) noexcept {
      Release();
      latches_ = o.latches_;
      stripes_ = std::move(o.stripes_);
      o.latches_ = nullptr;
      return *this;
    }
    ~Guard() { Release(); }
    void Release() {
      if (latches_ == nullptr) return;
      for (uint16_t s : stripes_) latches_->all_[s].lock.unlock();
      latches_ = nullptr;
    }

   private:
    friend class Latches;
    Latches* latches_ = nullptr;
    std::vector<uint16_t> stripes_;
  };

  // `for_each(fn)` calls fn(key) for all keys.
  template <typename ForEach>
  Guard Acquire(ForEach for_each) {
    Guard guard;
    for_each([&](std::string_view key) {
      guard.stripes_.push_back(static_cast<uint16_t>(XXH3_64bits(key.data(), key.size()) % kStripes));
    });
    std::sort(guard.stripes_.begin(), guard.stripes_.end());
    guard.stripes_.erase(std::unique(guard.stripes_.begin(), guard.stripes_.end()), guard.stripes_.end());
    guard.latches_ = this;
    for (uint16_t s : guard.stripes_) all_[s].lock.lock();
    return guard;
  }

 private:
  // Four bytes, and invisible to lock-order checkers, which give up on hundreds of locks held at once; the order
  // here is by stripe.
  class Lock {
   public:
    void lock() {
      uint32_t free = kFree;
      if (state_.compare_exchange_strong(free, kHeld, std::memory_order_acquire)) return;
      while (state_.exchange(kWaitedFor, std::memory_order_acquire) != kFree) {
        state_.wait(kWaitedFor, std::memory_order_relaxed);
      }
    }
    void unlock() {
      if (state_.exchange(kFree, std::memory_order_release) == kWaitedFor) state_.notify_one();
    }

   private:
    static constexpr uint32_t kFree = 0, kHeld = 1, kWaitedFor = 2;
    std::atomic<uint32_t> state_{kFree};
  };
  struct alignas(64) Stripe {
    Lock lock;
  };
  std::array<Stripe, kStripes> all_;
};

// A shared mutex whose exclusive side is not starved by a steady stream of shared holders. It passes between functions
// in std::shared_lock and std::unique_lock, which Clang does not check.
class Gate {
 public:
  void lock_shared() NO_THREAD_SAFETY_ANALYSIS {
    if (waiting_.load(std::memory_order_acquire) != 0) MutexLock wait(turnstile_);
    mutex_.lock_shared();
  }
  void unlock_shared() NO_THREAD_SAFETY_ANALYSIS { mutex_.unlock_shared(); }
  void lock() NO_THREAD_SAFETY_ANALYSIS {
    waiting_.fetch_add(1);
    MutexLock first(turnstile_);
    mutex_.lock();
    waiting_.fetch_sub(1);
  }
  void unlock() NO_THREAD_SAFETY_ANALYSIS { mutex_.unlock(); }

 private:
  SharedMutex mutex_;
  Mutex turnstile_;  // held by a waiting writer: new readers wait for it
  std::atomic<int> waiting_{0};
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_LATCHES_H_

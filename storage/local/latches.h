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

// A shared mutex whose exclusive side is not starved by a steady stream of shared holders. Where it passes between
// functions, in std::shared_lock and std::unique_lock (HeldItems, SchemaChange), Clang cannot follow it: whoever has
// such a lock says so by AssertHeld or AssertShared.
class PARTON_CAPABILITY("gate") Gate {
 public:
  void lock_shared() PARTON_ACQUIRE_SHARED() NO_THREAD_SAFETY_ANALYSIS {
    if (waiting_.load(std::memory_order_acquire) != 0) MutexLock wait(turnstile_);
    mutex_.lock_shared();
  }
  void unlock_shared() PARTON_RELEASE_SHARED() NO_THREAD_SAFETY_ANALYSIS { mutex_.unlock_shared(); }
  void lock() PARTON_ACQUIRE() NO_THREAD_SAFETY_ANALYSIS {
    waiting_.fetch_add(1);
    MutexLock first(turnstile_);
    mutex_.lock();
    waiting_.fetch_sub(1);
  }
  void unlock() PARTON_RELEASE() NO_THREAD_SAFETY_ANALYSIS { mutex_.unlock(); }
  // For Clang alone: they do nothing. REQUIRES: the caller holds it, alone or shared.
  void AssertHeld() const PARTON_THREAD_ATTRIBUTE(assert_capability(this)) {}
  void AssertShared() const PARTON_THREAD_ATTRIBUTE(assert_shared_capability(this)) {}

 private:
  SharedMutex mutex_;
  Mutex turnstile_;  // held by a waiting writer: new readers wait for it
  std::atomic<int> waiting_{0};
};

// Holds a Gate alone while it lives.
class PARTON_SCOPED_CAPABILITY GateLock {
 public:
  explicit GateLock(Gate& gate) PARTON_ACQUIRE(gate) : gate_(gate) { gate_.lock(); }
  ~GateLock() PARTON_RELEASE() { gate_.unlock(); }
  GateLock(const GateLock&) = delete;
  GateLock& operator=(const GateLock&) = delete;

 private:
  Gate& gate_;
};

// Holds a Gate with others.
class PARTON_SCOPED_CAPABILITY SharedGateLock {
 public:
  explicit SharedGateLock(Gate& gate) PARTON_ACQUIRE_SHARED(gate) : gate_(gate) { gate_.lock_shared(); }
  ~SharedGateLock() PARTON_RELEASE_GENERIC() { gate_.unlock_shared(); }
  SharedGateLock(const SharedGateLock&) = delete;
  SharedGateLock& operator=(const SharedGateLock&) = delete;

 private:
  Gate& gate_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_LATCHES_H_

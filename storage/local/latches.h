// Locks that order writers: striped latches on item keys, and the gate between writes and schema changes.
//
// Lock order everywhere: gate, then latches (ascending), then anything inside commit.
#ifndef PARTON_STORAGE_LOCAL_LATCHES_H_
#define PARTON_STORAGE_LOCAL_LATCHES_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
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
    Guard(Guard&& o) noexcept : latches_(std::exchange(o.latches_, nullptr)), one_(o.one_), more_(std::move(o.more_)) {}
    Guard& operator=(Guard&& o) noexcept {
      Release();
      latches_ = std::exchange(o.latches_, nullptr);
      one_ = o.one_;
      more_ = std::move(o.more_);
      return *this;
    }
    ~Guard() { Release(); }
    void Release() {
      if (latches_ == nullptr) return;
      if (more_.empty()) latches_->all_[one_].lock.unlock();
      for (uint16_t s : more_) latches_->all_[s].lock.unlock();
      latches_ = nullptr;
    }

   private:
    friend class Latches;
    Latches* latches_ = nullptr;  // null: none is held
    uint16_t one_ = 0;            // that of a single key
    std::vector<uint16_t> more_;
  };

  Guard Acquire(uint64_t hash) {
    Guard guard;
    guard.one_ = StripeOf(hash);
    all_[guard.one_].lock.lock();
    guard.latches_ = this;
    return guard;
  }

  // `for_each(fn)` calls fn(hash) for the hashes of all keys.
  template <typename ForEach>
  Guard AcquireAll(ForEach for_each) {
    Guard guard;
    for_each([&](uint64_t hash) { guard.more_.push_back(StripeOf(hash)); });
    if (guard.more_.empty()) return guard;
    std::sort(guard.more_.begin(), guard.more_.end());
    guard.more_.erase(std::unique(guard.more_.begin(), guard.more_.end()), guard.more_.end());
    guard.latches_ = this;
    for (uint16_t s : guard.more_) all_[s].lock.lock();
    return guard;
  }

 private:
  static uint16_t StripeOf(uint64_t hash) { return static_cast<uint16_t>(hash % kStripes); }

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

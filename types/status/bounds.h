// The bounds of the statement that runs on this thread: cancellation, the memory of its values, the stack.
//
// A statement's threads share one StatementBounds; a BoundsScope puts it in force on a thread. Loops that may run
// long call CheckPoint(); recursion over a statement or a value calls CheckStack(). Both throw, and so does a value
// that would exceed the memory limit. The code that runs a statement catches (StatusOfException). Outside of a scope
// only the stack is checked.
//
// Threads: everything but StatementBounds' atomics belongs to the calling thread.
#ifndef PARTON_TYPES_STATUS_BOUNDS_H_
#define PARTON_TYPES_STATUS_BOUNDS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <utility>

#include "parton/status.h"

namespace parton {

// Thrown where no Status can be returned.
class StatementError final : public std::exception {
 public:
  explicit StatementError(Status status) : status_(std::move(status)) {}
  const char* what() const noexcept override { return status_.message().c_str(); }
  const Status& status() const { return status_; }

 private:
  Status status_;
};

// Values that would take more than memory_limit. A bad_alloc, as the memory would not be there.
class MemoryLimitReached final : public std::bad_alloc {
 public:
  explicit MemoryLimitReached(size_t limit) : limit_(limit) {}
  const char* what() const noexcept override { return "memory_limit is reached"; }
  size_t limit() const { return limit_; }

 private:
  size_t limit_;
};

// Bytes that blocking operators hold, over all threads of an execution.
class MemoryBudget {
 public:
  void Reset(size_t limit) {
    limit_ = limit;
    used_.store(0, std::memory_order_relaxed);
  }
  // Counts `bytes`; false if that exceeds the limit (they are counted even then).
  bool Take(size_t bytes) { return used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_; }
  void Give(size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  size_t limit() const { return limit_; }
  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::atomic<size_t> used_{0};
  size_t limit_ = SIZE_MAX;
};

class StatementBounds {
 public:
  // Values may always take this much, however small memory_limit is: one item and what is made of it fit.
  static constexpr size_t kLeastValueBytes = size_t{16} << 20;

  std::atomic<bool> cancel{false};
  // statement_timeout has passed. The timer sets it before `cancel`.
  std::atomic<bool> timed_out{false};

  // From now on values may take `limit` bytes, beside what `budget` (may be null) counts already.
  void Start(size_t limit, const MemoryBudget* budget);
  // Adds to what values take. Throws MemoryLimitReached.
  void AddBuilt(int64_t bytes);
  // The reverse of AddBuilt, when a value is destroyed.
  void SubtractBuilt(int64_t bytes) noexcept { built_.fetch_sub(bytes, std::memory_order_relaxed); }
  size_t limit() const { return limit_; }
  // Stops counting the values that exist now: rows that the caller holds.
  void Forget();

 private:
  std::atomic<int64_t> built_{0};
  size_t limit_ = SIZE_MAX;
  const MemoryBudget* budget_ = nullptr;
  size_t held_ = 0;  // by `budget` at Start
};

namespace internal {

struct ThreadBounds {
  StatementBounds* statement = nullptr;
  int64_t built = 0;                  // bytes not yet added to the statement's
  uintptr_t stack_low = UINTPTR_MAX;  // below it the stack ends soon; UINTPTR_MAX: not yet asked for
};
extern thread_local constinit ThreadBounds thread_bounds;

// A thread tells its statement when its own count differs by more than this.
inline constexpr int64_t kBuiltStep = 64 << 10;

void TellBuilt();
void TellFreed() noexcept;
void StackIsLow(uintptr_t address);
[[noreturn]] void ThrowCancelled();

}  // namespace internal

// Bytes a value takes from now on. Throws MemoryLimitReached, with nothing counted.
inline void CountBuilt(size_t bytes) {
  internal::ThreadBounds& t = internal::thread_bounds;
  t.built += static_cast<int64_t>(bytes);
  if (t.built > internal::kBuiltStep) [[unlikely]]
    internal::TellBuilt();
}
inline void CountFreed(size_t bytes) noexcept {
  internal::ThreadBounds& t = internal::thread_bounds;
  t.built -= static_cast<int64_t>(bytes);
  if (t.built < -internal::kBuiltStep) [[unlikely]]
    internal::TellFreed();
}
// Throws if `bytes` more would not fit the limit; they are not counted. For what is built before it is a value.
void CheckRoomFor(size_t bytes);

// Appends to a vector that will become a value, and counts its growth.
template <typename Vector, typename T>
void PushBuilt(Vector* vector, T&& element) {
  constexpr size_t kWorthIt = 4096;
  if (vector->size() == vector->capacity() && vector->size() >= kWorthIt) {
    CheckRoomFor(2 * vector->capacity() * sizeof(typename Vector::value_type));
  }
  vector->push_back(std::forward<T>(element));
}

// Throws StatementError if the statement is cancelled.
inline void CheckPoint() {
  const StatementBounds* s = internal::thread_bounds.statement;
  if (s != nullptr && s->cancel.load(std::memory_order_relaxed)) [[unlikely]]
    internal::ThrowCancelled();
}

// Calls CheckPoint() now and then: for loops of small steps.
class CheckPoints {
 public:
  void Tick() {
    if ((++ticks_ & 1023) == 0) CheckPoint();
  }

 private:
  uint32_t ticks_ = 0;
};

// Throws StatementError if little is left of this thread's stack.
inline void CheckStack() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (here < internal::thread_bounds.stack_low) [[unlikely]]
    internal::StackIsLow(here);
}
namespace internal {
// Throws what CheckStack() throws.
[[noreturn]] void StackEnds();
}  // namespace internal
// Bytes left of it, beyond what CheckStack() leaves; SIZE_MAX if that is not known.
size_t StackLeft();

// The bounds in force on this thread, or null.
inline StatementBounds* CurrentBounds() { return internal::thread_bounds.statement; }

// Puts bounds (null: none) in force on this thread while it lives.
class BoundsScope {
 public:
  explicit BoundsScope(StatementBounds* bounds);
  ~BoundsScope();
  BoundsScope(const BoundsScope&) = delete;
  BoundsScope& operator=(const BoundsScope&) = delete;

 private:
  StatementBounds* before_;
};

// The current exception as an error: the status of a StatementError, kOutOfMemory for bad_alloc, else kInternal.
// REQUIRES: called in a catch block.
Status StatusOfException() noexcept;
// "the statement was cancelled", or that its time is up: by `bounds` (may be null).
Status CancelledStatus(const StatementBounds* bounds);

// Calls `f`, which returns a Status or Result; turns an exception into an error.
template <typename F>
auto Guarded(F&& f) -> decltype(f()) {
  try {
    return std::forward<F>(f)();
  } catch (...) {
    return StatusOfException();
  }
}

}  // namespace parton

#endif  // PARTON_TYPES_STATUS_BOUNDS_H_

#include "types/status/bounds.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <stdexcept>

namespace parton {

namespace internal {

thread_local constinit ThreadBounds thread_bounds;

namespace {

// Left for what is called without asking: libraries, and the way out of an error.
constexpr size_t kStackReserve = size_t{96} << 10;

struct Stack {
  uintptr_t begin = 0;  // the lowest address; 0: not known
  uintptr_t end = 0;
};

Stack AskForStack() {
  Stack stack;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return stack;
  void* begin = nullptr;
  size_t size = 0;
  if (pthread_attr_getstack(&attributes, &begin, &size) == 0) {
    size_t guard = 0;
    (void)pthread_attr_getguardsize(&attributes, &guard);
    stack.begin = reinterpret_cast<uintptr_t>(begin) + guard;
    stack.end = reinterpret_cast<uintptr_t>(begin) + size;
  }
  pthread_attr_destroy(&attributes);
  return stack;
}

const Stack& ThisStack() {
  static thread_local const Stack stack = AskForStack();
  return stack;
}

}  // namespace

void TellBuilt() {
  ThreadBounds& t = thread_bounds;
  const int64_t bytes = std::exchange(t.built, 0);
  if (t.statement != nullptr) t.statement->AddBuilt(bytes);
}

void TellFreed() noexcept {
  ThreadBounds& t = thread_bounds;
  const int64_t bytes = std::exchange(t.built, 0);
  if (t.statement != nullptr) t.statement->SubtractBuilt(-bytes);
}

void StackIsLow(uintptr_t address) {
  const Stack& stack = ThisStack();
  const uintptr_t low = stack.begin == 0 ? 0 : stack.begin + kStackReserve;
  thread_bounds.stack_low = low;
  // Another stack than the thread's own: a fibre's, of which nothing is known.
  if (address >= low || address < stack.begin) return;
  StackEnds();
}

void StackEnds() {
  const Stack& stack = ThisStack();
  throw StatementError(Status(StatusCode::kLimitExceeded,
                              fmt::format("the statement is nested too deeply for the stack of this thread, {} KB",
                                          (stack.end - stack.begin) >> 10),
                              {}, "run it on a thread with a larger stack, 8 MB takes every statement"));
}

void ThrowCancelled() { throw StatementError(CancelledStatus(thread_bounds.statement)); }

}  // namespace internal

using internal::thread_bounds;

size_t StackLeft() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const internal::Stack& stack = internal::ThisStack();
  if (stack.begin == 0 || here < stack.begin || here > stack.end) return SIZE_MAX;
  const uintptr_t low = stack.begin + internal::kStackReserve;
  return here > low ? here - low : 0;
}

void StatementBounds::Start(size_t limit, const MemoryBudget* budget) {
  limit_ = std::max(limit, kLeastValueBytes);
  budget_ = budget;
  Forget();
}

void StatementBounds::Forget() {
  built_.store(0, std::memory_order_relaxed);
  held_ = budget_ != nullptr ? budget_->used() : 0;
}

void StatementBounds::AddBuilt(int64_t bytes) {
  const int64_t built = built_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (built <= 0 || static_cast<size_t>(built) <= limit_) return;
  // Rows that an operator keeps are values too: they are not counted twice.
  const size_t held = budget_ != nullptr ? budget_->used() : 0;
  const size_t kept = held > held_ ? held - held_ : 0;
  if (static_cast<size_t>(built) <= kept || static_cast<size_t>(built) - kept <= limit_) return;
  built_.fetch_sub(bytes, std::memory_order_relaxed);
  throw MemoryLimitReached(limit_);
}

void CheckRoomFor(size_t bytes) {
  StatementBounds* s = thread_bounds.statement;
  if (s == nullptr) return;
  s->AddBuilt(static_cast<int64_t>(bytes));
  s->SubtractBuilt(static_cast<int64_t>(bytes));
}

BoundsScope::BoundsScope(StatementBounds* bounds) : before_(std::exchange(thread_bounds.statement, bounds)) {
  const int64_t built = std::exchange(thread_bounds.built, 0);
  if (before_ != nullptr) before_->SubtractBuilt(-built);
}

BoundsScope::~BoundsScope() {
  const int64_t built = std::exchange(thread_bounds.built, 0);
  if (thread_bounds.statement != nullptr) thread_bounds.statement->SubtractBuilt(-built);
  thread_bounds.statement = before_;
}

Status StatusOfException() noexcept {
  try {
    throw;
  } catch (const MemoryLimitReached& e) {
    try {
      return Status(StatusCode::kOutOfMemory,
                    fmt::format("the statement needs more than {} KB, the memory limit", e.limit() >> 10), {},
                    "SET memory_limit raises it");
    } catch (...) {
      return Status::OutOfMemory();
    }
  } catch (const std::bad_alloc&) {
    return Status::OutOfMemory();
  } catch (const StatementError& e) {
    try {
      return e.status();
    } catch (...) {
      return Status::OutOfMemory();
    }
  } catch (const std::length_error& e) {
    try {
      return Status(StatusCode::kLimitExceeded, e.what());
    } catch (...) {
      return Status::OutOfMemory();
    }
  } catch (const std::exception& e) {
    try {
      return Status::Internal(e.what());
    } catch (...) {
      return Status::OutOfMemory();
    }
  } catch (...) {
    return Status::OutOfMemory();
  }
}

Status CancelledStatus(const StatementBounds* bounds) {
  if (bounds != nullptr && bounds->timed_out.load(std::memory_order_relaxed)) {
    return Status(StatusCode::kTimedOut, "the statement took longer than statement_timeout allows", {},
                  "SET statement_timeout raises it; 0 is no limit");
  }
  return Status(StatusCode::kCancelled, "the statement was cancelled");
}

}  // namespace parton

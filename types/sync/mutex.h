// Mutexes that Clang checks: which fields a mutex guards, and which functions need it held, is written as macros
// that `clang++ -Wthread-safety` reads (tests/lint/thread_safety.sh). For other compilers the macros are empty.
//
//   Mutex mutex_;
//   std::map<int, Entry> entries_ GUARDED_BY(mutex_);
//   void TrimLocked() REQUIRES(mutex_);
//
// The macros follow https://clang.llvm.org/docs/ThreadSafetyAnalysis.html. The header needs the standard library
// only, so that every layer, the shell included, may use it.
#ifndef PARTON_TYPES_SYNC_MUTEX_H_
#define PARTON_TYPES_SYNC_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#if defined(__clang__)
#define PARTON_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define PARTON_THREAD_ATTRIBUTE(x)
#endif

// On a field: read and written only with that mutex held.
#define GUARDED_BY(mutex) PARTON_THREAD_ATTRIBUTE(guarded_by(mutex))
// On a function: the caller holds the mutex.
#define REQUIRES(...) PARTON_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
// On a function that returns a reference to a mutex.
#define RETURN_CAPABILITY(mutex) PARTON_THREAD_ATTRIBUTE(lock_returned(mutex))
// On a function that keeps its rule in a way the check cannot see; a comment says which.
#define NO_THREAD_SAFETY_ANALYSIS PARTON_THREAD_ATTRIBUTE(no_thread_safety_analysis)

// For the classes below. (Without the prefix they would clash: ANTLR's parser has a function RELEASE.)
#define PARTON_CAPABILITY(name) PARTON_THREAD_ATTRIBUTE(capability(name))
#define PARTON_SCOPED_CAPABILITY PARTON_THREAD_ATTRIBUTE(scoped_lockable)
#define PARTON_ACQUIRE(...) PARTON_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define PARTON_ACQUIRE_SHARED(...) PARTON_THREAD_ATTRIBUTE(acquire_shared_capability(__VA_ARGS__))
#define PARTON_RELEASE(...) PARTON_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define PARTON_RELEASE_SHARED(...) PARTON_THREAD_ATTRIBUTE(release_shared_capability(__VA_ARGS__))
#define PARTON_RELEASE_GENERIC(...) PARTON_THREAD_ATTRIBUTE(release_generic_capability(__VA_ARGS__))

namespace parton {

// std::mutex with annotations. std::unique_lock takes it too, but is not checked.
class PARTON_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() PARTON_ACQUIRE() { mutex_.lock(); }
  void unlock() PARTON_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// std::shared_mutex with annotations.
class PARTON_CAPABILITY("shared mutex") SharedMutex {
 public:
  SharedMutex() = default;
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

  void lock() PARTON_ACQUIRE() { mutex_.lock(); }
  void unlock() PARTON_RELEASE() { mutex_.unlock(); }
  void lock_shared() PARTON_ACQUIRE_SHARED() { mutex_.lock_shared(); }
  void unlock_shared() PARTON_RELEASE_SHARED() { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

// Holds a Mutex while it lives, but between Unlock() and Lock().
class PARTON_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) PARTON_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() PARTON_RELEASE() {
    if (held_) mutex_.unlock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void Unlock() PARTON_RELEASE() {
    held_ = false;
    mutex_.unlock();
  }
  void Lock() PARTON_ACQUIRE() {
    mutex_.lock();
    held_ = true;
  }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

// Holds a SharedMutex for writing, alone.
class PARTON_SCOPED_CAPABILITY WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) PARTON_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~WriterLock() PARTON_RELEASE() { mutex_.unlock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Holds a SharedMutex for reading, with other readers.
class PARTON_SCOPED_CAPABILITY ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) PARTON_ACQUIRE_SHARED(mutex) : mutex_(mutex) { mutex_.lock_shared(); }
  ~ReaderLock() PARTON_RELEASE_GENERIC() { mutex_.unlock_shared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// std::condition_variable for a Mutex. It has no wait with a predicate: the check does not look into a lambda, so
// callers write the loop.
class CondVar {
 public:
  void NotifyOne() noexcept { changed_.notify_one(); }
  void NotifyAll() noexcept { changed_.notify_all(); }

  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
    changed_.wait(held);
    held.release();
  }
  // False: the deadline has passed.
  template <typename Clock, typename Duration>
  bool WaitUntil(Mutex& mutex, std::chrono::time_point<Clock, Duration> deadline) REQUIRES(mutex) {
    std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
    const bool in_time = changed_.wait_until(held, deadline) == std::cv_status::no_timeout;
    held.release();
    return in_time;
  }
  template <typename Rep, typename Period>
  bool WaitFor(Mutex& mutex, std::chrono::duration<Rep, Period> time) REQUIRES(mutex) {
    return WaitUntil(mutex, std::chrono::steady_clock::now() + time);
  }

 private:
  std::condition_variable changed_;
};

}  // namespace parton

#endif  // PARTON_TYPES_SYNC_MUTEX_H_

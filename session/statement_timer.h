// Watches the clock for statements with a statement_timeout: one thread for all of a database's connections, started
// with the first of them. Threads: any.
#ifndef PARTON_SESSION_STATEMENT_TIMER_H_
#define PARTON_SESSION_STATEMENT_TIMER_H_

#include <chrono>
#include <thread>
#include <vector>

#include "types/status/bounds.h"
#include "types/sync/mutex.h"

namespace parton {

class StatementTimer {
 public:
  using Clock = std::chrono::steady_clock;

  StatementTimer() = default;
  ~StatementTimer();
  StatementTimer(const StatementTimer&) = delete;
  StatementTimer& operator=(const StatementTimer&) = delete;

  // While it lives, cancels `bounds`, as timed out, once `deadline` has passed. Its destructor undoes the time-out,
  // so that the next call has its own time. `timer` null: watches nothing.
  class Watch {
   public:
    Watch(StatementTimer* timer, StatementBounds* bounds, Clock::time_point deadline);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    friend class StatementTimer;
    StatementTimer* timer_;
    StatementBounds* bounds_;
    Clock::time_point deadline_;
  };

 private:
  void Run();

  Mutex mutex_;
  CondVar changed_;
  std::vector<const Watch*> watches_ GUARDED_BY(mutex_);
  // The thread looks again then.
  Clock::time_point wakes_ GUARDED_BY(mutex_) = Clock::time_point::max();
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace parton

#endif  // PARTON_SESSION_STATEMENT_TIMER_H_

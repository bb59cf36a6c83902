// Watches the clock for statements with a statement_timeout: one thread for all of a database's connections, started
// with the first of them. Threads: any.
#ifndef PARTON_SESSION_STATEMENT_TIMER_H_
#define PARTON_SESSION_STATEMENT_TIMER_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "types/status/bounds.h"

namespace parton {

class StatementTimer {
 public:
  using Clock = std::chrono::steady_clock;

  StatementTimer() = default;
  ~StatementTimer();
  StatementTimer(const StatementTimer&) = delete;
  StatementTimer& operator=(const StatementTimer&) = delete;

  // While it lives, `bounds` are cancelled, as timed out, once `deadline` has passed. At its end that is taken back:
  // what is called next has time of its own. `timer` null: watches nothing.
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

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<const Watch*> watches_;
  Clock::time_point wakes_ = Clock::time_point::max();  // the thread looks again then
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace parton

#endif  // PARTON_SESSION_STATEMENT_TIMER_H_

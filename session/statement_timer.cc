#include "session/statement_timer.h"

#include <algorithm>

namespace parton {

StatementTimer::~StatementTimer() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

void StatementTimer::Run() {
  MutexLock lock(mutex_);
  while (!stop_) {
    const Clock::time_point now = Clock::now();
    wakes_ = Clock::time_point::max();
    for (const Watch* w : watches_) {
      if (w->deadline_ > now) {
        wakes_ = std::min(wakes_, w->deadline_);
      } else {
        w->bounds_->timed_out.store(true);
        w->bounds_->cancel.store(true);
      }
    }
    if (wakes_ == Clock::time_point::max()) {
      changed_.Wait(mutex_);
    } else {
      changed_.WaitUntil(mutex_, wakes_);
    }
  }
}

StatementTimer::Watch::Watch(StatementTimer* timer, StatementBounds* bounds, Clock::time_point deadline)
    : timer_(timer), bounds_(bounds), deadline_(deadline) {
  if (timer_ == nullptr) return;
  bool earlier;
  {
    MutexLock lock(timer_->mutex_);
    if (!timer_->thread_.joinable()) timer_->thread_ = std::thread([timer] { timer->Run(); });
    timer_->watches_.push_back(this);
    earlier = deadline < timer_->wakes_;
  }
  if (earlier) timer_->changed_.NotifyOne();
}

StatementTimer::Watch::~Watch() {
  if (timer_ == nullptr) return;
  MutexLock lock(timer_->mutex_);
  std::erase(timer_->watches_, this);
  if (bounds_->timed_out.exchange(false)) bounds_->cancel.store(false);
}

}  // namespace parton

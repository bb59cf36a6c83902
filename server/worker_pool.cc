#include "server/worker_pool.h"

#include <utility>

namespace parton::server {

WorkerPool::WorkerPool(size_t threads, size_t queue_limit) : queue_limit_(queue_limit) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

WorkerPool::~WorkerPool() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  wake_.NotifyAll();
  for (std::thread& t : threads_) t.join();
}

bool WorkerPool::Submit(std::unique_ptr<Task>& task) {
  {
    const MutexLock lock(mutex_);
    if (ending_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back(std::move(task));
  }
  wake_.NotifyOne();
  return true;
}

void WorkerPool::Work() {
  while (true) {
    std::unique_ptr<Task> task;
    {
      MutexLock lock(mutex_);
      while (!ending_ && queue_.empty()) wake_.Wait(mutex_);
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task->Run();
  }
}

}  // namespace parton::server

// Threads that run requests, and the queue in front of them. The queue is bounded: it refuses more.
#ifndef PARTON_SERVER_WORKER_POOL_H_
#define PARTON_SERVER_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "types/sync/mutex.h"

namespace parton::server {

// One piece of work; a worker runs it once.
class Task {
 public:
  virtual ~Task() = default;
  virtual void Run() = 0;
};

class WorkerPool {
 public:
  WorkerPool(size_t threads, size_t queue_limit);
  // Runs what is queued, then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: the queue is full; `task` is as it was.
  bool Submit(std::unique_ptr<Task>& task);

 private:
  void Work();

  const size_t queue_limit_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::unique_ptr<Task>> queue_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace parton::server

#endif  // PARTON_SERVER_WORKER_POOL_H_

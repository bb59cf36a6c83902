// Threads that run requests, and the queue in front of them. It is bounded: what does not fit is refused.
#ifndef PARTON_SERVER_WORKER_POOL_H_
#define PARTON_SERVER_WORKER_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace parton::server {

// What a worker runs, once.
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
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Task>> queue_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace parton::server

#endif  // PARTON_SERVER_WORKER_POOL_H_

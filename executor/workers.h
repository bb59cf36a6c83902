// Threads that read the morsels of one access, each with an operator tree and a frame of its own.
#ifndef PARTON_EXECUTOR_WORKERS_H_
#define PARTON_EXECUTOR_WORKERS_H_

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "executor/execution.h"
#include "executor/operator.h"
#include "types/sync/mutex.h"

namespace parton {

// How many threads a Gather of `planned` threads may have.
int WorkerCount(const ExecutionContext& ctx, int planned);

class Workers {
 public:
  // Called on a worker's thread for each morsel it takes, after `root` was opened on it: pulls its rows. False:
  // failed (in the context's error) or stopped.
  using Body = std::function<bool(ExecutionContext& ctx, Operator& root, size_t morsel)>;
  // Waits, on a worker's thread, until that morsel may be started. False: stopped.
  using Admit = std::function<bool(size_t morsel)>;

  explicit Workers(ExecutionContext& parent) : parent_(parent) {}
  ~Workers() { Finish(); }

  // Starts the threads. `plan` is what each of them runs; `access` the part of it that is cut.
  void Start(int threads, const Plan& plan, const SlotSet& live, const Plan::Access* access,
             const std::vector<Morsel>* morsels, Admit admit, Body body);
  // Stops and joins them, and adds what they read to the parent's statistics. The first worker's error becomes the
  // parent's.
  void Finish();
  // Waits for them to end by themselves, watching for cancellation; then as Finish.
  void Wait();

  bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  // All threads have ended, or one has failed.
  bool ended_or_failed() const { return running_.load() == 0 || failed_.load(); }

 private:
  void Run(const Plan& plan, const SlotSet& live, const Plan::Access* access, const std::vector<Morsel>& morsels,
           const Admit& admit, const Body& body);

  ExecutionContext& parent_;
  std::vector<std::thread> threads_;
  std::vector<std::pair<int, Value>> outer_;  // slots from outside that the plan reads
  std::map<int, const std::vector<Value>*> recursion_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
  std::atomic<size_t> next_morsel_{0};
  std::atomic<int> running_{0};
  Mutex mutex_;
  CondVar ended_;
  Status error_ GUARDED_BY(mutex_);
  ReadStats stats_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_WORKERS_H_

#include "executor/workers.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "executor/capacity/capacity_meter.h"
#include "executor/operators/operators.h"

namespace parton {

int WorkerCount(const ExecutionContext& ctx, int planned) {
  // What is read is counted page by page, in the order of the keys.
  if (const CapacityMeter* capacity = ctx.capacity; capacity != nullptr && !capacity->mode().optional) return 1;
  // More threads than cores would take turns. Two are as many as asked for, so that one core runs what others do.
  const int cores = static_cast<int>(std::max(2u, std::thread::hardware_concurrency()));
  int limit = ctx.shared->settings->threads;
  if (limit <= 0) limit = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return std::max(1, std::min({planned, limit, cores}));
}

void Workers::Start(int threads, const Plan& plan, const SlotSet& live, const Plan::Access* access,
                    const std::vector<Morsel>* morsels, Admit admit, Body body) {
  parent_.shared->had_workers = true;
  stop_.store(false);
  failed_.store(false);
  next_morsel_.store(0);
  {
    MutexLock lock(mutex_);
    stats_ = ReadStats();
  }
  outer_.clear();
  for (int slot : SlotsFree(plan)) outer_.emplace_back(slot, parent_.slot(slot).Own());
  recursion_ = parent_.recursion;
  running_.store(threads);
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back(
        [this, &plan, live, access, morsels, admit, body] { Run(plan, live, access, *morsels, admit, body); });
  }
}

void Workers::Run(const Plan& plan, const SlotSet& live, const Plan::Access* access, const std::vector<Morsel>& morsels,
                  const Admit& admit, const Body& body) {
  Status error;
  ReadStats stats;
  const BoundsScope scope(parent_.shared->bounds);
  try {
    ExecutionContext ctx(parent_.shared, static_cast<int>(parent_.frame.size()));
    ctx.worker = true;
    ctx.capacity = nullptr;
    ctx.stop = &stop_;
    ctx.morsel_access = access;
    ctx.recursion = recursion_;
    for (const auto& [slot, value] : outer_) ctx.slot(slot) = value;
    OperatorPtr root = BuildOperator(plan, live, ctx);
    for (;;) {
      const size_t m = next_morsel_.fetch_add(1);
      if (m >= morsels.size() || (admit && !admit(m)) || ctx.Stopped()) break;
      ctx.morsel = &morsels[m];
      if (!root->Open() || !body(ctx, *root, m)) break;
    }
    root->Close();
    stats = ctx.stats;
    if (ctx.shared->bounds->cancel.load()) ctx.Fail(ctx.Cancelled());
    error = std::move(ctx.eval.error);
  } catch (...) {
    error = StatusOfException();
  }
  {
    MutexLock lock(mutex_);
    stats_.Add(stats);
    if (!error.ok() && error_.ok()) {
      error_ = std::move(error);
      failed_.store(true);
      stop_.store(true);
    }
    running_.fetch_sub(1);
    ended_.NotifyAll();
  }
}

void Workers::Finish() {
  if (threads_.empty()) return;
  stop_.store(true);
  for (std::thread& t : threads_) t.join();
  threads_.clear();
  MutexLock lock(mutex_);
  parent_.stats.Add(stats_);
  if (!error_.ok()) parent_.Fail(std::exchange(error_, Status()));
}

void Workers::Wait() {
  {
    MutexLock lock(mutex_);
    while (running_.load() > 0) {
      ended_.WaitFor(mutex_, std::chrono::milliseconds(20));
      lock.Unlock();
      bool go_on = parent_.SlowTick();
      lock.Lock();
      if (!go_on) stop_.store(true);
    }
  }
  Finish();
}

}  // namespace parton

#include "executor/execution.h"

#include <fmt/format.h>

#include "executor/operators/operators.h"
#include "types/item/item_codec.h"

namespace parton {

std::shared_ptr<ExecutionShared::Cached> ExecutionShared::CachedFor(const void* key) {
  MutexLock lock(mutex_);
  auto& c = cached_[key];
  if (c == nullptr) c = std::make_shared<Cached>();
  return c;
}

void ExecutionShared::AddProfile(const Plan* plan, const OperatorProfile& p) {
  MutexLock lock(mutex_);
  OperatorProfile& sum = profiles[plan];
  sum.opens += p.opens;
  sum.rows += p.rows;
  sum.nanos += p.nanos;
  sum.spilled_bytes += p.spilled_bytes;
  sum.reads.Add(p.reads);
}

void ExecutionShared::AddMismatches(EvalContext::Mismatches* found) {
  if (found->count == 0) return;
  const MutexLock lock(mutex_);
  if (mismatches.count == 0) mismatches.first = std::move(found->first);
  mismatches.count += found->count;
  *found = {};
}

void ExecutionShared::ResetResults() {
  if (mismatches.count != 0) mismatches = {};
  {
    MutexLock lock(mutex_);
    if (!cached_.empty()) cached_.clear();
  }
  if (!profiles.empty()) profiles.clear();
  items_examined.store(0, std::memory_order_relaxed);
}

ExecutionContext::ExecutionContext(ExecutionShared* shared, int slot_count)
    : shared(shared), frame(static_cast<size_t>(slot_count)) {
  subqueries_ = MakeSubqueryRunner(*this);
  eval.frame = &frame;
  eval.subqueries = subqueries_.get();
  Prepare();
}

ExecutionContext::~ExecutionContext() { shared->AddMismatches(&eval.mismatches); }

void ExecutionContext::Prepare() {
  capacity = shared->capacity;
  eval.parameters = shared->parameters;
  eval.typing = shared->settings->typing;
  eval.logic = shared->settings->logic();
  eval.now_nanos = shared->now_nanos;
  eval.error = Status();
  eval.lists.reset();
  stats = ReadStats();
  spilled_bytes = 0;
  ticks_ = 0;
  next_progress_ = {};
}

bool ExecutionContext::SlowTick() {
  if (shared->bounds->cancel.load(std::memory_order_relaxed)) {
    Fail(Cancelled());
    return false;
  }
  if (stop != nullptr && stop->load(std::memory_order_relaxed)) return false;
  if (!worker && shared->progress != nullptr && *shared->progress) {
    auto now = std::chrono::steady_clock::now();
    if (next_progress_ == std::chrono::steady_clock::time_point{}) {
      next_progress_ = now + std::chrono::milliseconds(100);
    } else if (now >= next_progress_) {
      next_progress_ = now + std::chrono::milliseconds(100);
      uint64_t done = shared->items_examined.load(std::memory_order_relaxed) + ticks_;
      if (!(*shared->progress)(done, 0)) {
        shared->bounds->cancel.store(true);
        Fail(Cancelled());
        return false;
      }
    }
  }
  return true;
}

void ExecutionContext::FailOutOfMemory(const char* what) {
  Fail(Status(StatusCode::kOutOfMemory,
              fmt::format("the statement needs more memory than its limit of {} KB allows, for {}",
                          shared->memory.limit() >> 10, what),
              {}, "SET memory_limit raises it"));
}

}  // namespace parton

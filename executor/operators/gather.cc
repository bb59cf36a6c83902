// Rows of several workers in the order of their morsels, so that the key order stays. What is not consumed yet is
// bounded: per morsel by bytes, and by how far ahead of the consumer a morsel may be started.
#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "executor/workers.h"
#include "planner/plan/plan_facts.h"
#include "types/sync/mutex.h"

namespace parton {

namespace {

constexpr size_t kMorselBytes = size_t{2} << 20;
constexpr size_t kBatchRows = 256;

class Gather final : public Operator {
 public:
  Gather(const Plan::Gather& node, const Plan& input, SlotSet live, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        input_(input),
        live_(std::move(live)),
        kept_(KeptSlots(input, live_)),
        workers_(ctx) {}
  ~Gather() override { Stop(); }

  bool Open() override {
    Stop();
    inline_.reset();
    batch_ = Batch();
    batch_row_ = 0;
    const Plan::Access* access = FirstAccess(input_);
    const int threads = WorkerCount(ctx_, node_.threads);
    morsels_.clear();
    if (access != nullptr && threads > 1) morsels_ = CutIntoMorsels(*access, threads * 8, ctx_);
    if (ctx_.failed()) return false;
    if (morsels_.size() <= 1) {
      inline_ = BuildOperator(input_, live_, ctx_);
      return inline_->Open();
    }
    {
      MutexLock lock(mutex_);
      queues_ = std::vector<Queue>(morsels_.size());
      current_ = 0;
    }
    window_ = static_cast<size_t>(threads) * 4;
    workers_.Start(
        std::min<int>(threads, static_cast<int>(morsels_.size())), input_, live_, access, &morsels_,
        [this](size_t m) { return Admit(m); },
        [this](ExecutionContext& ctx, Operator& root, size_t m) { return Produce(ctx, root, m); });
    return true;
  }

  bool Next() override {
    if (inline_ != nullptr) return inline_->Next();
    while (batch_row_ >= batch_.rows) {
      if (!TakeBatch()) return false;
    }
    if (!ctx_.Tick()) return false;
    const Value* v = batch_.values.data() + batch_row_ * kept_.size();
    for (size_t i = 0; i < kept_.size(); ++i) ctx_.slot(kept_[i]) = v[i];
    ++batch_row_;
    return true;
  }

  void Close() override {
    Stop();
    if (inline_ != nullptr) inline_->Close();
    batch_ = Batch();
    batch_row_ = 0;
  }

 private:
  struct Batch {
    std::vector<Value> values;
    size_t rows = 0;
    size_t bytes = 0;
  };
  struct Queue {
    std::deque<Batch> batches;
    size_t bytes = 0;
    bool done = false;
  };

  bool Admit(size_t m) {
    MutexLock lock(mutex_);
    while (!workers_.stopped() && !ctx_.shared->bounds->cancel.load() && m >= current_ + window_) {
      room_.WaitFor(mutex_, std::chrono::milliseconds(50));
    }
    return !workers_.stopped();
  }

  bool Produce(ExecutionContext& ctx, Operator& root, size_t m) {
    // Small batches first: the consumer may want a few rows only.
    size_t wanted = 8;
    Batch batch;
    while (root.Next()) {
      for (int s : kept_) {
        batch.values.push_back(ctx.slot(s).Own());
        batch.bytes += ApproximateBytes(batch.values.back());
      }
      if (++batch.rows >= wanted || batch.bytes > kMorselBytes / 4) {
        if (!Push(ctx, m, std::move(batch), false)) return false;
        batch = Batch();
        wanted = std::min(wanted * 4, kBatchRows);
      }
    }
    if (ctx.failed() || ctx.Stopped()) return false;
    return Push(ctx, m, std::move(batch), true);
  }

  bool Push(ExecutionContext& ctx, size_t m, Batch batch, bool done) {
    MutexLock lock(mutex_);
    Queue& q = queues_[m];
    while (!done && q.bytes > kMorselBytes && !ctx.Stopped()) {
      room_.WaitFor(mutex_, std::chrono::milliseconds(50));
    }
    if (ctx.Stopped()) return false;
    q.bytes += batch.bytes;
    if (batch.rows > 0) q.batches.push_back(std::move(batch));
    q.done = done;
    ready_.NotifyOne();
    return true;
  }

  bool TakeBatch() {
    MutexLock lock(mutex_);
    for (;;) {
      if (current_ >= queues_.size()) {
        lock.Unlock();
        Stop();
        return false;
      }
      Queue& q = queues_[current_];
      if (!q.batches.empty()) {
        batch_ = std::move(q.batches.front());
        batch_row_ = 0;
        q.batches.pop_front();
        q.bytes -= batch_.bytes;
        room_.NotifyAll();
        return true;
      }
      if (q.done) {
        ++current_;
        room_.NotifyAll();
        continue;
      }
      if (workers_.ended_or_failed()) {
        lock.Unlock();
        Stop();
        if (!ctx_.failed()) ctx_.Fail(Status::Internal("a scan worker ended early"));
        return false;
      }
      ready_.WaitFor(mutex_, std::chrono::milliseconds(20));
      lock.Unlock();
      if (!ctx_.SlowTick()) {
        Stop();
        return false;
      }
      lock.Lock();
    }
  }

  void Stop() {
    room_.NotifyAll();
    workers_.Finish();
  }

  const Plan::Gather& node_;
  const Plan& input_;
  SlotSet live_;
  std::vector<int> kept_;
  OperatorPtr inline_;
  std::vector<Morsel> morsels_;
  Mutex mutex_;
  CondVar ready_;
  CondVar room_;
  std::vector<Queue> queues_ GUARDED_BY(mutex_);
  size_t current_ GUARDED_BY(mutex_) = 0;
  size_t window_ = 1;
  Batch batch_;
  size_t batch_row_ = 0;
  Workers workers_;
};

}  // namespace

OperatorPtr MakeGather(const Plan::Gather& node, const Plan& input, SlotSet live, ExecutionContext& ctx) {
  return std::make_unique<Gather>(node, input, std::move(live), ctx);
}

}  // namespace parton

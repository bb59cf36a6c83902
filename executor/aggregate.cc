// GROUP BY and aggregates over everything, in one thread or, over a cut scan, in several.
#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "executor/aggregate_table.h"
#include "executor/operators.h"
#include "executor/rows.h"
#include "executor/workers.h"
#include "planner/plan_visit.h"

namespace parton {

namespace {

constexpr char kWhat[] = "GROUP BY and aggregates";

// Adds all rows of an opened input to a table.
bool AddAll(Operator& input, AggregateTable* table, MemoryHold* memory, ExecutionContext& ctx) {
  while (input.Next()) {
    size_t bytes = table->AddRow(ctx);
    if (ctx.failed()) return false;
    if (bytes > 0 && !memory->TakeOrFail(bytes, kWhat)) return false;
    if (!ctx.Tick()) return false;
  }
  return !ctx.failed();
}

class Aggregate final : public Operator {
 public:
  Aggregate(const Plan::Aggregate& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), node_(node), input_(std::move(input)), memory_(ctx) {}

  bool Open() override {
    Forget();
    table_.emplace(node_);
    if (!input_->Open() || !AddAll(*input_, &*table_, &memory_, ctx_)) return false;
    input_->Close();
    table_->Finish();
    return true;
  }
  bool Next() override {
    if (!table_ || next_ >= table_->size() || !ctx_.Tick()) return false;
    table_->Emit(next_++, node_, ctx_);
    return !ctx_.failed();
  }
  void Close() override {
    Forget();
    input_->Close();
  }

 private:
  void Forget() {
    table_.reset();
    memory_.Release();
    next_ = 0;
  }
  const Plan::Aggregate& node_;
  OperatorPtr input_;
  std::optional<AggregateTable> table_;
  MemoryHold memory_;
  size_t next_ = 0;
};

// Each morsel is aggregated by a worker into a table of its own; the tables are merged in the order of the morsels,
// so the result is that of one thread.
class ParallelAggregate final : public Operator {
 public:
  ParallelAggregate(const Plan::Aggregate& node, const Plan& partial, int threads, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        partial_(partial),
        groups_(*partial.As<Plan::Aggregate>()),
        input_(*partial.inputs[0]),
        threads_(threads),
        memory_(ctx),
        workers_(ctx) {
    ForEachExpr(partial, [&](const ExprPtr& e) { AddReads(e, &live_); });
  }

  bool Open() override {
    Forget();
    table_.emplace(groups_);
    const Plan::Access* access = SplitAccess(input_);
    const int threads = ctx_.worker ? 1 : WorkerCount(ctx_, threads_);
    std::vector<Morsel> morsels;
    if (access != nullptr && threads > 1) morsels = CutIntoMorsels(*access, threads * 8, ctx_);
    if (ctx_.failed()) return false;
    if (morsels.size() <= 1) {
      OperatorPtr input = BuildOperator(input_, live_, ctx_);
      if (!input->Open() || !AddAll(*input, &*table_, &memory_, ctx_)) return false;
      input->Close();
    } else {
      next_merge_ = 0;
      workers_.Start(std::min<int>(threads, static_cast<int>(morsels.size())), input_, live_, access,
                     &morsels, nullptr,
                     [this](ExecutionContext& ctx, Operator& root, size_t m) { return Produce(ctx, root, m); });
      workers_.Wait();
      if (ctx_.failed()) return false;
    }
    table_->Finish();
    return true;
  }

  bool Next() override {
    if (!table_ || next_ >= table_->size() || !ctx_.Tick()) return false;
    table_->Emit(next_++, node_, ctx_);
    return !ctx_.failed();
  }
  void Close() override { Forget(); }

 private:
  bool Produce(ExecutionContext& ctx, Operator& root, size_t m) {
    auto table = std::make_unique<AggregateTable>(groups_);
    MemoryHold memory(ctx);
    if (!AddAll(root, table.get(), &memory, ctx) || ctx.Stopped()) return false;
    std::lock_guard lock(mutex_);
    done_.emplace(m, std::move(table));
    // What waited for this one can be merged now.
    for (auto it = done_.begin(); it != done_.end() && it->first == next_merge_; it = done_.erase(it)) {
      size_t bytes = table_->Merge(*it->second, ctx);
      ++next_merge_;
      if (!memory_.Take(bytes)) {
        ctx.FailOutOfMemory(kWhat);
        return false;
      }
    }
    return !ctx.failed();
  }

  void Forget() {
    workers_.Finish();
    table_.reset();
    done_.clear();
    memory_.Release();
    next_ = 0;
  }

  const Plan::Aggregate& node_;    // where the results go
  const Plan& partial_;
  const Plan::Aggregate& groups_;  // what is computed
  const Plan& input_;
  const int threads_;
  SlotSet live_;
  std::optional<AggregateTable> table_;
  MemoryHold memory_;
  size_t next_ = 0;
  std::mutex mutex_;  // guards table_, done_, next_merge_, memory_ while workers run
  std::map<size_t, std::unique_ptr<AggregateTable>> done_;
  size_t next_merge_ = 0;
  Workers workers_;
};

}  // namespace

OperatorPtr MakeAggregate(const Plan::Aggregate& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Aggregate>(node, std::move(input), ctx);
}

OperatorPtr MakeParallelAggregate(const Plan::Aggregate& node, const Plan& partial, int threads,
                                  ExecutionContext& ctx) {
  return std::make_unique<ParallelAggregate>(node, partial, threads, ctx);
}

}  // namespace parton

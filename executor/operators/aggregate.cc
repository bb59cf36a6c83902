// GROUP BY and aggregates over everything, in one thread or, over a cut scan, in several. Groups beyond the memory
// limit are aggregated later, from files.
#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "executor/operators/aggregate_table.h"
#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "executor/spill/spill_file.h"
#include "executor/workers.h"
#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "types/sync/mutex.h"

namespace parton {

namespace {

class Aggregate final : public Operator {
 public:
  // `kept`: the slots of the input that keys and calls read.
  Aggregate(const Plan::Aggregate& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx)
      : Operator(ctx), node_(node), input_(std::move(input)), kept_(std::move(kept)), memory_(ctx) {}

  bool Open() override {
    Forget();
    if (!input_->Open() || !Pass(nullptr, 0)) return false;
    input_->Close();
    return true;
  }
  bool Next() override {
    while (!table_ || next_ >= table_->size()) {
      if (pending_.empty()) return false;
      Pending p = std::move(pending_.back());
      pending_.pop_back();
      if (!Pass(p.file.get(), p.level)) return false;
    }
    if (!ctx_.Tick()) return false;
    table_->Emit(next_++, node_, ctx_);
    return !ctx_.failed();
  }
  void Close() override {
    Forget();
    input_->Close();
  }

 private:
  struct Pending {
    SpillFilePtr file;
    int level;
  };
  enum class Room : uint8_t { kFree, kNoNewGroups, kNone };

  // Aggregates the rows of a file; null: of the input, which is open. Once memory is short, rows of new groups go to
  // files that later passes take up. If the groups there are outgrow the memory, all rows go that way.
  bool Pass(SpillFile* file, int level) {
    if (file != nullptr && !file->Rewind()) return false;
    Start();
    const bool divisible = !node_.keys.empty() && level < SpillPartitions::kMaxLevel;
    SpillPartitions later(kept_.size(), level, ctx_);
    Room room = Room::kFree;
    while (room != Room::kNone && NextRow(file)) {
      size_t bytes = 0;
      if (room == Room::kFree || !divisible) {
        bytes = table_->AddRow(ctx_);
      } else if (!table_->AddToKnownGroup(ctx_, &bytes)) {
        if (ctx_.failed() || !PutOff(&later)) return false;
      }
      if (bytes > 0) room = Take(bytes, room);
      if (ctx_.failed()) return false;
    }
    if (ctx_.failed()) return false;
    if (room != Room::kNone) {
      const size_t bytes = table_->Finish(ctx_);
      if (ctx_.failed()) return false;
      if (bytes > 0) room = Take(bytes, room);
    }
    if (room == Room::kNone) {
      if (!divisible || table_->size() < 2) {
        ctx_.FailOutOfMemory("a group of GROUP BY");
        return false;
      }
      return PutAllOff(file, level);
    }
    AddPending(&later);
    return true;
  }

  bool PutAllOff(SpillFile* file, int level) {
    Start();
    if (file != nullptr ? !file->Rewind() : !input_->Open()) return false;
    SpillPartitions later(kept_.size(), level, ctx_);
    while (NextRow(file)) {
      size_t bytes;
      (void)table_->AddToKnownGroup(ctx_, &bytes);  // there is none yet: it evaluates the key
      if (ctx_.failed() || !PutOff(&later)) return false;
    }
    if (ctx_.failed()) return false;
    AddPending(&later);
    return true;
  }

  void Start() {
    table_.emplace(node_);
    memory_.Release();
    next_ = 0;
  }
  bool NextRow(SpillFile* file) {
    if (file == nullptr) return input_->Next() && ctx_.Tick();
    if (!file->Read(&row_)) return false;
    for (size_t i = 0; i < kept_.size(); ++i) ctx_.slot(kept_[i]) = std::move(row_[i]);
    return true;
  }
  bool PutOff(SpillPartitions* later) {
    row_.clear();
    for (int s : kept_) row_.push_back(ctx_.slot(s));
    return later->Add(table_->key_hash(), row_.data());
  }
  void AddPending(SpillPartitions* later) {
    for (SpillFilePtr& file : later->files()) {
      if (file != nullptr) pending_.push_back({std::move(file), later->level() + 1});
    }
  }

  // Counts what the table holds more.
  Room Take(size_t bytes, Room before) {
    if (before == Room::kFree) {
      if (memory_.TakeShare(bytes)) return Room::kFree;
      table_->StopGrowing(ctx_);
      return Room::kNoNewGroups;
    }
    return memory_.Take(bytes) || memory_.held() < ctx_.shared->memory.limit() / 16 ? before : Room::kNone;
  }

  void Forget() {
    table_.reset();
    pending_.clear();
    memory_.Release();
    next_ = 0;
  }

  const Plan::Aggregate& node_;
  OperatorPtr input_;
  const std::vector<int> kept_;
  std::optional<AggregateTable> table_;
  MemoryHold memory_;
  std::vector<Pending> pending_;
  std::vector<Value> row_;
  size_t next_ = 0;
};

// Each morsel is aggregated by a worker into a table of its own; the tables are merged in the order of the morsels,
// so the result is that of one thread. When they get too large, the workers only read, and one thread aggregates.
class ParallelAggregate final : public Operator {
 public:
  ParallelAggregate(const Plan::Aggregate& node, const Plan& partial, int threads, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        groups_(*partial.As<Plan::Aggregate>()),
        input_(*partial.inputs[0]),
        gather_{threads},
        memory_(ctx),
        workers_(ctx) {
    ForEachExpr(partial, [&](const ExprPtr& e) { AddReads(e, &live_); });
  }

  bool Open() override {
    Forget();
    const Plan::Access* access = FirstAccess(input_);
    const int threads = ctx_.worker ? 1 : WorkerCount(ctx_, gather_.threads);
    std::vector<Morsel> morsels;
    if (access != nullptr && threads > 1) morsels = CutIntoMorsels(*access, threads * 8, ctx_);
    if (ctx_.failed()) return false;
    if (morsels.size() <= 1) return OpenSerial(BuildOperator(input_, live_, ctx_));
    table_.emplace(groups_);
    workers_.Start(std::min<int>(threads, static_cast<int>(morsels.size())), input_, live_, access, &morsels, nullptr,
                   [this](ExecutionContext& ctx, Operator& root, size_t m) { return Produce(ctx, root, m); });
    workers_.Wait();
    if (ctx_.failed()) return false;
    if (overflow_) {
      Forget();
      return OpenSerial(MakeGather(gather_, input_, live_, ctx_));
    }
    (void)table_->Finish(ctx_);
    return !ctx_.failed();
  }

  bool Next() override {
    if (serial_ != nullptr) return serial_->Next();
    if (!table_ || next_ >= table_->size() || !ctx_.Tick()) return false;
    table_->Emit(next_++, node_, ctx_);
    return !ctx_.failed();
  }
  void Close() override {
    if (serial_ != nullptr) serial_->Close();
    Forget();
  }

 private:
  struct Part {
    std::unique_ptr<AggregateTable> table;
    std::unique_ptr<MemoryHold> memory;
  };

  bool OpenSerial(OperatorPtr input) {
    serial_ = MakeAggregate(node_, std::move(input), KeptSlots(input_, live_), ctx_);
    return serial_->Open();
  }

  bool Produce(ExecutionContext& ctx, Operator& root, size_t m) {
    Part part{std::make_unique<AggregateTable>(groups_), std::make_unique<MemoryHold>(ctx_)};
    while (root.Next()) {
      const size_t bytes = part.table->AddRow(ctx);
      if (ctx.failed() || (bytes > 0 && !Take(part.memory.get(), bytes)) || !ctx.Tick()) return false;
    }
    if (ctx.failed() || ctx.Stopped() || overflow_) return false;
    MutexLock lock(mutex_);
    done_.emplace(m, std::move(part));
    // Parts that waited for this one can be merged now.
    for (auto it = done_.begin(); it != done_.end() && it->first == next_merge_; it = done_.erase(it)) {
      const size_t bytes = table_->Merge(*it->second.table, ctx);
      it->second.memory->Release();
      ++next_merge_;
      if (!Take(&memory_, bytes)) return false;
    }
    return !ctx.failed();
  }
  bool Take(MemoryHold* memory, size_t bytes) {
    if (!memory->Take(bytes)) overflow_ = true;
    return !overflow_;
  }

  void Forget() {
    workers_.Finish();
    serial_.reset();
    table_.reset();
    {
      MutexLock lock(mutex_);
      done_.clear();
      next_merge_ = 0;
    }
    memory_.Release();
    next_ = 0;
    overflow_ = false;
  }

  const Plan::Aggregate& node_;    // where the results go
  const Plan::Aggregate& groups_;  // what is computed
  const Plan& input_;
  const Plan::Gather gather_;
  SlotSet live_;
  std::optional<AggregateTable> table_;
  MemoryHold memory_;
  size_t next_ = 0;
  Mutex mutex_;  // held, while workers run, for table_ and memory_ too
  std::map<size_t, Part> done_ GUARDED_BY(mutex_);
  size_t next_merge_ GUARDED_BY(mutex_) = 0;
  std::atomic<bool> overflow_{false};
  OperatorPtr serial_;
  Workers workers_;
};

}  // namespace

OperatorPtr MakeAggregate(const Plan::Aggregate& node, OperatorPtr input, std::vector<int> kept,
                          ExecutionContext& ctx) {
  return std::make_unique<Aggregate>(node, std::move(input), std::move(kept), ctx);
}

OperatorPtr MakeParallelAggregate(const Plan::Aggregate& node, const Plan& partial, int threads,
                                  ExecutionContext& ctx) {
  return std::make_unique<ParallelAggregate>(node, partial, threads, ctx);
}

}  // namespace parton

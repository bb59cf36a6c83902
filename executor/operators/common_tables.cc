// WITH: common tables, whose rows are used more than once, and recursive ones.
#include <unordered_set>
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

// The first user computes the rows; the others wait for it and replay them.
class Shared final : public Operator {
 public:
  Shared(const Plan::Shared& node, OperatorPtr input, const void* key, ExecutionContext& ctx)
      : Operator(ctx), slot_(node.slot), input_(std::move(input)), key_(key) {}

  bool Open() override {
    next_ = 0;
    if (key_ == nullptr) return input_->Open();
    rows_ = ctx_.shared->CachedFor(key_);
    MutexLock lock(rows_->mutex);
    if (rows_->done) return true;
    rows_->rows.clear();
    if (!input_->Open()) return false;
    while (input_->Next()) {
      if (!ctx_.Tick()) return false;
      rows_->rows.push_back(ctx_.slot(slot_).Own());
      // Held until the execution ends.
      if (!ctx_.shared->memory.Take(ApproximateBytes(rows_->rows.back()))) {
        ctx_.FailOutOfMemory("a WITH query");
        return false;
      }
    }
    if (ctx_.failed()) return false;
    input_->Close();
    rows_->done = true;
    return true;
  }
  bool Next() override {
    if (key_ == nullptr) return input_->Next();
    if (next_ >= rows_->rows.size() || !ctx_.Tick()) return false;
    ctx_.slot(slot_) = rows_->rows[next_++];
    return true;
  }
  void Close() override { input_->Close(); }

 private:
  int slot_;
  OperatorPtr input_;
  const void* key_;
  std::shared_ptr<ExecutionShared::Cached> rows_;
  size_t next_ = 0;
};

class RecursionScan final : public Operator {
 public:
  RecursionScan(const Plan::Shared& node, ExecutionContext& ctx) : Operator(ctx), node_(node) {}
  bool Open() override {
    next_ = 0;
    auto it = ctx_.recursion.find(node_.id);
    rows_ = it == ctx_.recursion.end() ? nullptr : it->second;
    return true;
  }
  bool Next() override {
    if (rows_ == nullptr || next_ >= rows_->size() || !ctx_.Tick()) return false;
    ctx_.slot(node_.slot) = (*rows_)[next_++];
    return true;
  }

 private:
  const Plan::Shared& node_;
  const std::vector<Value>* rows_ = nullptr;
  size_t next_ = 0;
};

class Recursive final : public Operator {
 public:
  Recursive(const Plan::Recursive& node, OperatorPtr seed, OperatorPtr step, ExecutionContext& ctx)
      : Operator(ctx), node_(node), seed_(std::move(seed)), step_(std::move(step)), memory_(ctx) {}

  bool Open() override {
    Forget();
    if (!Collect(*seed_, node_.seed_slot)) return false;
    rows_ = std::move(fresh_);
    return true;
  }

  bool Next() override {
    while (next_ >= rows_.size()) {
      if (rows_.empty() || !ctx_.Tick()) return false;
      auto outer = ctx_.recursion.find(node_.id);
      const std::vector<Value>* saved = outer == ctx_.recursion.end() ? nullptr : outer->second;
      ctx_.recursion[node_.id] = &rows_;
      bool ok = Collect(*step_, node_.step_slot);
      ctx_.recursion[node_.id] = saved;
      if (!ok) return false;
      rows_ = std::move(fresh_);
      next_ = 0;
    }
    ctx_.slot(node_.slot) = rows_[next_++];
    return true;
  }

  void Close() override {
    Forget();
    seed_->Close();
    step_->Close();
  }

 private:
  bool Collect(Operator& op, int slot) {
    fresh_.clear();
    if (!op.Open()) return false;
    while (op.Next()) {
      if (!ctx_.Tick()) return false;
      Value row = ctx_.slot(slot).Own();
      if (node_.distinct && !seen_.insert(row).second) continue;
      if (!memory_.TakeOrFail(ApproximateBytes(row), "a recursive query")) return false;
      fresh_.push_back(std::move(row));
    }
    if (ctx_.failed()) return false;
    op.Close();
    return true;
  }
  void Forget() {
    rows_.clear();
    fresh_.clear();
    seen_.clear();
    next_ = 0;
    memory_.Release();
  }

  const Plan::Recursive& node_;
  OperatorPtr seed_;
  OperatorPtr step_;
  std::vector<Value> rows_;   // of the current round
  std::vector<Value> fresh_;  // of the next one
  std::unordered_set<Value, ValueHash, ValueEqual> seen_;
  size_t next_ = 0;
  MemoryHold memory_;
};

}  // namespace

OperatorPtr MakeShared(const Plan::Shared& node, OperatorPtr input, const void* key, ExecutionContext& ctx) {
  return std::make_unique<Shared>(node, std::move(input), key, ctx);
}
OperatorPtr MakeRecursionScan(const Plan::Shared& node, ExecutionContext& ctx) {
  return std::make_unique<RecursionScan>(node, ctx);
}
OperatorPtr MakeRecursive(const Plan::Recursive& node, OperatorPtr seed, OperatorPtr step, ExecutionContext& ctx) {
  return std::make_unique<Recursive>(node, std::move(seed), std::move(step), ctx);
}

}  // namespace parton

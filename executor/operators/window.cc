// Window functions: all rows are kept, each call computes its values over the sorted partitions, then the rows are
// given in the order they came. Calls of different PARTITION BY are operators of their own. If there is no memory for
// all rows they go to files by partition, which are worked on one by one; a partition must fit.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "executor/operators/hash_table.h"
#include "executor/operators/operators.h"
#include "executor/operators/window_calls.h"
#include "executor/rows.h"
#include "executor/spill/spill_file.h"

namespace parton {

namespace {

constexpr char kWhat[] = "window functions";

using Call = Plan::WindowCall;

class Window final : public Operator {
 public:
  // All calls have the same PARTITION BY.
  Window(std::vector<const Call*> calls, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx)
      : Operator(ctx),
        calls_(std::move(calls)),
        partition_(calls_[0]->partition),
        input_(std::move(input)),
        rows_(std::move(kept)),
        memory_(ctx) {}

  bool Open() override {
    Forget();
    if (!input_->Open()) return false;
    std::optional<SpillPartitions> files;
    while (input_->Next()) {
      if (!ctx_.Tick()) return false;
      if (files) {
        if (!PutIntoFile(&*files)) return false;
      } else if (!memory_.TakeShare(rows_.Add(ctx_.frame)) &&
                 !(partition_.empty() ? HasRoom() : SpillRows(0, &files))) {
        return false;
      }
    }
    if (ctx_.failed()) return false;
    input_->Close();
    if (files) {
      AddPending(&*files);
      return true;
    }
    return ComputeAll();
  }

  bool Next() override {
    while (next_ >= rows_.size()) {
      if (pending_.empty()) return false;
      Pending p = std::move(pending_.back());
      pending_.pop_back();
      if (!Load(p.file.get(), p.level)) return false;
    }
    if (!ctx_.Tick()) return false;
    rows_.Restore(next_, &ctx_.frame);
    for (size_t c = 0; c < calls_.size(); ++c) ctx_.slot(calls_[c]->slot) = results_[c][next_];
    ++next_;
    return true;
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

  bool HasRoom() { return memory_.TakeOrFail(0, kWhat); }

  bool PutIntoFile(SpillPartitions* files) {
    std::vector<Value> row;
    for (const ExprPtr& e : partition_) row.push_back(EvaluateValue(*e, ctx_.eval));
    if (ctx_.failed()) return false;
    const size_t hash = KeyTable(row.size()).Hash(row.data());
    row.clear();
    for (int s : rows_.slots()) row.push_back(ctx_.slot(s));
    return files->Add(hash, row.data());
  }
  // The rows in memory go to files; so will those still to come.
  bool SpillRows(int level, std::optional<SpillPartitions>* files) {
    files->emplace(rows_.slots().size(), level, ctx_);
    for (size_t r = 0; r < rows_.size(); ++r) {
      rows_.Restore(r, &ctx_.frame);
      if (!PutIntoFile(&**files)) return false;
    }
    rows_.Release();
    memory_.Release();
    return true;
  }
  void AddPending(SpillPartitions* files) {
    for (SpillFilePtr& file : files->files()) {
      if (file != nullptr) pending_.push_back({std::move(file), files->level() + 1});
    }
  }

  // Works on the rows of a file. What is too large is split further, down to one partition.
  bool Load(SpillFile* file, int level) {
    ForgetRows();
    std::optional<SpillPartitions> files;
    KeyTable keys(partition_.size());
    std::vector<Value> row;
    if (!file->Rewind()) return false;
    while (file->Read(&row)) {
      for (size_t i = 0; i < row.size(); ++i) ctx_.slot(rows_.slots()[i]) = std::move(row[i]);
      if (files) {
        if (!PutIntoFile(&*files)) return false;
        continue;
      }
      row.clear();
      for (const ExprPtr& e : partition_) row.push_back(EvaluateValue(*e, ctx_.eval));
      bool is_new;
      (void)keys.Insert(row.data(), &is_new);
      if (memory_.TakeShare(rows_.Add(ctx_.frame))) continue;
      const bool divisible = keys.size() > 1 && level < SpillPartitions::kMaxLevel;
      if (!(divisible ? SpillRows(level, &files) : HasRoom())) return false;
    }
    if (ctx_.failed()) return false;
    if (files) {
      AddPending(&*files);
      return true;
    }
    return ComputeAll();
  }

  bool ComputeAll() {
    results_.resize(calls_.size());
    for (size_t c = 0; c < calls_.size(); ++c) {
      if (!ComputeWindowCall(*calls_[c], rows_, memory_, ctx_, &results_[c])) return false;
    }
    return true;
  }

  void Forget() {
    pending_.clear();
    ForgetRows();
  }
  void ForgetRows() {
    rows_.Release();
    results_.clear();
    memory_.Release();
    next_ = 0;
  }

  const std::vector<const Call*> calls_;
  const std::vector<ExprPtr>& partition_;
  OperatorPtr input_;
  SavedRows rows_;
  MemoryHold memory_;
  std::vector<Pending> pending_;
  std::vector<std::vector<Value>> results_;
  size_t next_ = 0;
};

bool SamePartition(const Call& a, const Call& b) {
  return std::equal(a.partition.begin(), a.partition.end(), b.partition.begin(), b.partition.end(),
                    [](const ExprPtr& x, const ExprPtr& y) { return SameExpr(*x, *y); });
}

}  // namespace

OperatorPtr MakeWindow(const Plan::Window& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx) {
  std::vector<std::vector<const Call*>> groups;
  for (const Call& call : node.calls) {
    auto group =
        std::find_if(groups.begin(), groups.end(), [&](const auto& calls) { return SamePartition(*calls[0], call); });
    if (group == groups.end()) group = groups.insert(groups.end(), std::vector<const Call*>());
    group->push_back(&call);
  }
  OperatorPtr op = std::move(input);
  for (std::vector<const Call*>& calls : groups) {
    op = std::make_unique<Window>(calls, std::move(op), kept, ctx);
    for (const Call* call : calls) kept.push_back(call->slot);
  }
  return op;
}

}  // namespace parton

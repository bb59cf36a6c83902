// Left rows for which the right side has (anti: has not) a match; each left row at most once. If the right side
// does not fit in memory, both go to files.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "executor/operators/hash_table.h"
#include "executor/operators/join_keys.h"
#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "executor/spill/spilled_join.h"

namespace parton {

namespace {

class SemiJoin final : public Operator {
 public:
  SemiJoin(const Plan::SemiJoin& node, OperatorPtr left, OperatorPtr right, bool correlated,
           std::vector<int> left_slots, std::vector<int> right_slots, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        left_(std::move(left)),
        right_(std::move(right)),
        correlated_(correlated),
        left_slots_(std::move(left_slots)),
        rows_(std::move(right_slots)),
        table_(node.keys.size()),
        key_(std::max<size_t>(1, node.keys.size())),  // so that a key has an address
        memory_(ctx) {}

  bool Open() override {
    Forget();
    built_ = false;
    return left_->Open();
  }

  bool Next() override {
    if (spilled_ != nullptr) return spilled_->Next();
    while (left_->Next()) {
      if (!ctx_.Tick()) return false;
      if (correlated_ || !built_) {
        if (!BuildTable()) return false;
        if (spilled_ != nullptr) return SpillLeft() && spilled_->Next();
      }
      bool keep = Keep();
      if (ctx_.failed()) return false;
      if (keep) return true;
    }
    return false;
  }

  void Close() override {
    Forget();
    left_->Close();
    right_->Close();
  }

 private:
  bool Key(JoinSide side) { return EvaluateJoinKey(node_.keys, side, node_.keys.size(), ctx_.eval, key_.data()); }

  bool BuildTable() {
    Forget();
    built_ = true;
    if (!right_->Open()) return false;
    while (right_->Next()) {
      if (!ctx_.Tick()) return false;
      ++right_count_;
      bool present = Key(JoinSide::kRight);
      if (ctx_.failed()) return false;
      if (!present) {
        absent_seen_ = true;
        continue;
      }
      if (spilled_ != nullptr) {
        if (!spilled_->AddRight(key_.data())) return false;
        continue;
      }
      size_t bytes = 8;
      uint32_t n = 0;
      if (!node_.keys.empty()) {
        bool is_new;
        n = table_.Insert(key_.data(), &is_new);
        if (is_new) {
          for (const Value& k : key_) bytes += ApproximateBytes(k) + 24;
        } else if (node_.on == nullptr) {
          continue;
        }
      }
      if (node_.on != nullptr) {
        if (chains_.size() <= n) chains_.resize(n + 1);
        chains_[n].push_back(static_cast<uint32_t>(rows_.size()));
        bytes += rows_.Add(ctx_.frame);
      } else if (node_.keys.empty()) {
        break;  // one row is as good as many
      }
      if (correlated_) {
        if (!memory_.TakeOrFail(bytes, "a semi-join")) return false;
      } else if (!memory_.TakeShare(bytes) && !SpillRight()) {
        return false;
      }
    }
    if (ctx_.failed()) return false;
    right_->Close();
    return true;
  }

  // What is in memory goes to files; so will what is still to come.
  bool SpillRight() {
    SpilledJoin::Kind kind;
    kind.pairs = false;
    kind.matched_left = !node_.anti;
    kind.unmatched_left = node_.anti;
    spilled_ = std::make_unique<SpilledJoin>(kind, node_.keys, node_.on, left_slots_, rows_.slots(), ctx_);
    for (uint32_t n = 0; node_.on == nullptr && n < table_.size(); ++n) {
      if (!spilled_->AddRight(table_.key(n))) return false;
    }
    for (size_t r = 0; r < rows_.size(); ++r) {
      rows_.Restore(r, &ctx_.frame);
      if (!Key(JoinSide::kRight) || !spilled_->AddRight(key_.data())) return false;
    }
    rows_.Release();
    table_.Clear();
    chains_.clear();
    memory_.Release();
    return true;
  }
  // The left row in the frame, and those after it.
  bool SpillLeft() {
    // NOT IN over something absent is true of nothing.
    const bool none = node_.anti && node_.null_aware && absent_seen_;
    bool more = true;
    for (; more && !none; more = left_->Next()) {
      const bool present = Key(JoinSide::kLeft);
      if (ctx_.failed()) return false;
      if (!present && node_.null_aware) continue;
      if (!spilled_->AddLeft(present ? key_.data() : nullptr)) return false;
    }
    return !ctx_.failed() && spilled_->Finish();
  }

  bool Keep() {
    bool present = Key(JoinSide::kLeft);
    if (ctx_.failed()) return false;
    if (node_.anti && node_.null_aware) {
      // x NOT IN (...): true over nothing, whatever x is; else unknown if x is absent, or if nothing matches
      // but something is absent.
      if (right_count_ == 0) return true;
      if (!present) return false;
      return !Match() && !absent_seen_;
    }
    bool match = present && Match();
    return match != node_.anti;
  }

  bool Match() {
    uint32_t n = 0;
    if (!node_.keys.empty()) {
      n = table_.Find(key_.data());
      if (n == KeyTable::kNone) return false;
    }
    if (node_.on == nullptr) return right_count_ > 0;
    if (n >= chains_.size()) return false;
    for (uint32_t row : chains_[n]) {
      rows_.Restore(row, &ctx_.frame);
      bool match = EvaluatePredicate(*node_.on, ctx_.eval);
      if (ctx_.failed() || !ctx_.Tick()) return false;
      if (match) return true;
    }
    return false;
  }

  void Forget() {
    spilled_.reset();
    rows_.Release();
    table_.Clear();
    chains_.clear();
    memory_.Release();
    right_count_ = 0;
    absent_seen_ = false;
  }

  const Plan::SemiJoin& node_;
  OperatorPtr left_;
  OperatorPtr right_;
  const bool correlated_;
  const std::vector<int> left_slots_;
  SavedRows rows_;
  KeyTable table_;
  std::vector<std::vector<uint32_t>> chains_;  // by key number: rows for ON
  std::vector<Value> key_;
  MemoryHold memory_;
  std::unique_ptr<SpilledJoin> spilled_;  // once the right side does not fit
  bool built_ = false;
  bool absent_seen_ = false;
  uint64_t right_count_ = 0;
};

}  // namespace

OperatorPtr MakeSemiJoin(const Plan::SemiJoin& node, OperatorPtr left, OperatorPtr right, bool correlated,
                         std::vector<int> left_slots, std::vector<int> right_slots, ExecutionContext& ctx) {
  return std::make_unique<SemiJoin>(node, std::move(left), std::move(right), correlated, std::move(left_slots),
                                    std::move(right_slots), ctx);
}

}  // namespace parton

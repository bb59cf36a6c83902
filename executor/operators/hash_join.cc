// Equality joins: the right side is kept in a hash table, the left side looked up in its order. If that does not
// fit in memory, both go to files. NULL and MISSING keys match nothing.
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

constexpr uint32_t kEnd = UINT32_MAX;

class HashJoin final : public Operator {
 public:
  HashJoin(const Plan::Join& node, OperatorPtr left, OperatorPtr right, std::vector<int> left_slots,
           std::vector<int> right_slots, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        left_(std::move(left)),
        right_(std::move(right)),
        left_slots_(std::move(left_slots)),
        rows_(std::move(right_slots)),
        table_(node.keys.size()),
        key_(node.keys.size()),
        memory_(ctx) {
    keeps_left_ = node.kind == JoinKind::kLeft || node.kind == JoinKind::kFull;
    keeps_right_ = node.kind == JoinKind::kRight || node.kind == JoinKind::kFull;
    // NULL = x is not false: what ON says besides is evaluated all the same, and may fail.
    tries_absent_ = node.on != nullptr && ctx.shared->settings->typing == Typing::kStrict;
  }

  bool Open() override {
    Forget();
    built_ = false;
    row_ = kEnd;
    in_left_ = false;
    rest_ = false;
    rest_next_ = 0;
    return left_->Open();
  }

  bool Next() override {
    for (;;) {
      if (!ctx_.Tick()) return false;
      if (spilled_ != nullptr) return spilled_->Next();
      if (rest_) return NextRest();
      if (!in_left_) {
        const bool more = left_->Next();
        if (ctx_.failed() || (!more && !keeps_right_)) return false;
        // Only now: without left rows no key of the right side is looked at, and none can be in
        // error; nor is one of the left side without right rows.
        if (!built_ && !BuildTable()) return false;
        if (spilled_ != nullptr) return SpillLeft(more) && spilled_->Next();
        if (!more) {
          rest_ = true;
          continue;
        }
        in_left_ = true;
        matched_ = false;
        const bool present = !right_empty_ && Key(JoinSide::kLeft);
        row_ = present ? Chain(table_.Find(key_.data())) : kEnd;
        if (tries_absent_ && !right_empty_) TryAbsent(present);
        if (ctx_.failed()) return false;
      }
      while (row_ != kEnd) {
        const uint32_t r = row_;
        row_ = next_[r];
        rows_.Restore(r, &ctx_.frame);
        bool match = node_.on == nullptr || EvaluatePredicate(*node_.on, ctx_.eval);
        if (ctx_.failed()) return false;
        if (match) {
          matched_ = true;
          if (keeps_right_) right_matched_[r] = true;
          return true;
        }
        if (!ctx_.Tick()) return false;
      }
      in_left_ = false;
      if (keeps_left_ && !matched_) {
        for (int s : rows_.slots()) ctx_.slot(s) = Value::Null();
        return true;
      }
    }
  }

  void Close() override {
    Forget();
    left_->Close();
    right_->Close();
  }

 private:
  // Fills key_; false if a part is absent.
  bool Key(JoinSide side) { return EvaluateJoinKey(node_.keys, side, node_.keys.size(), ctx_.eval, key_.data()); }
  uint32_t Chain(uint32_t number) const { return number == KeyTable::kNone ? kEnd : first_[number]; }

  bool BuildTable() {
    built_ = true;
    right_empty_ = true;
    if (!right_->Open()) return false;
    std::vector<uint32_t> last;
    while (right_->Next()) {
      if (!ctx_.Tick()) return false;
      right_empty_ = false;
      const bool present = Key(JoinSide::kRight);
      if (ctx_.failed()) return false;
      if (spilled_ != nullptr) {
        if (!MaySpill(present) || !spilled_->AddRight(present ? key_.data() : nullptr)) return false;
        continue;
      }
      if (!present && !keeps_right_ && !tries_absent_) continue;
      const uint32_t row = static_cast<uint32_t>(rows_.size());
      if (!present) absent_.push_back(row);
      size_t bytes = rows_.Add(ctx_.frame) + 16;
      next_.push_back(kEnd);
      if (present) {
        bool is_new;
        uint32_t n = table_.Insert(key_.data(), &is_new);
        if (is_new) {
          first_.push_back(row);
          last.push_back(row);
          for (const Value& k : key_) bytes += ApproximateBytes(k) + 24;
        } else {
          next_[last[n]] = row;
          last[n] = row;
        }
      }
      if ((!memory_.TakeShare(bytes) || row == kEnd - 1) && !SpillRight()) return false;
    }
    if (ctx_.failed()) return false;
    right_->Close();
    right_matched_.assign(keeps_right_ ? rows_.size() : 0, false);
    return true;
  }

  // Files are split by key: a row without one, whose pairs may be in error, would have to meet them all.
  bool MaySpill(bool present) {
    if (present || !tries_absent_) return true;
    ctx_.FailOutOfMemory("a join in strict typing of rows without a key, whose ON has further terms");
    return false;
  }

  // What is in memory goes to files; so will what is still to come.
  bool SpillRight() {
    SpilledJoin::Kind kind;
    kind.unmatched_left = keeps_left_;
    kind.unmatched_right = keeps_right_;
    spilled_ = std::make_unique<SpilledJoin>(kind, node_.keys, node_.on, left_slots_, rows_.slots(), ctx_);
    for (size_t r = 0; r < rows_.size(); ++r) {
      rows_.Restore(r, &ctx_.frame);
      const bool present = Key(JoinSide::kRight);
      if (ctx_.failed() || !MaySpill(present) || !spilled_->AddRight(present ? key_.data() : nullptr)) return false;
    }
    rows_.Release();
    table_.Clear();
    first_.clear();
    next_.clear();
    memory_.Release();
    return true;
  }
  // `more`: there is a left row in the frame.
  bool SpillLeft(bool more) {
    for (; more; more = left_->Next()) {
      const bool present = Key(JoinSide::kLeft);
      if (ctx_.failed() || !MaySpill(present) || !spilled_->AddLeft(present ? key_.data() : nullptr)) return false;
    }
    return !ctx_.failed() && spilled_->Finish();
  }

  // ON for pairs of the left row with right rows of which one has no key: such pairs do not match, but may fail.
  void TryAbsent(bool left_present) {
    const size_t count = left_present ? absent_.size() : rows_.size();
    for (size_t i = 0; i < count && !ctx_.failed() && ctx_.Tick(); ++i) {
      rows_.Restore(left_present ? absent_[i] : i, &ctx_.frame);
      (void)EvaluatePredicate(*node_.on, ctx_.eval);
    }
  }

  bool NextRest() {
    while (rest_next_ < rows_.size()) {
      size_t r = rest_next_++;
      if (right_matched_[r]) continue;
      rows_.Restore(r, &ctx_.frame);
      for (int s : left_slots_) ctx_.slot(s) = Value::Null();
      return true;
    }
    return false;
  }

  void Forget() {
    spilled_.reset();
    rows_.Release();
    table_.Clear();
    first_.clear();
    next_.clear();
    absent_.clear();
    right_matched_.clear();
    memory_.Release();
  }

  const Plan::Join& node_;
  OperatorPtr left_;
  OperatorPtr right_;
  std::vector<int> left_slots_;
  SavedRows rows_;
  KeyTable table_;
  std::vector<uint32_t> first_;   // by key number: its first row
  std::vector<uint32_t> next_;    // by row: the next one with the same key
  std::vector<uint32_t> absent_;  // rows without a key
  std::vector<Value> key_;
  MemoryHold memory_;
  std::vector<bool> right_matched_;
  std::unique_ptr<SpilledJoin> spilled_;  // once the right side does not fit
  bool keeps_left_;
  bool keeps_right_;
  bool tries_absent_;
  bool built_ = false;
  bool right_empty_ = false;
  bool in_left_ = false;
  bool matched_ = false;
  bool rest_ = false;
  uint32_t row_ = kEnd;
  size_t rest_next_ = 0;
};

}  // namespace

OperatorPtr MakeHashJoin(const Plan::Join& node, OperatorPtr left, OperatorPtr right, std::vector<int> left_slots,
                         std::vector<int> right_slots, ExecutionContext& ctx) {
  return std::make_unique<HashJoin>(node, std::move(left), std::move(right), std::move(left_slots),
                                    std::move(right_slots), ctx);
}

}  // namespace parton

// Nested-loop joins: any kind, any condition. The right side is read once and kept, or, if it is lateral or
// does not fit in memory, read again for each left row.
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "executor/rows.h"

namespace parton {

namespace {

class NestedLoopJoin final : public Operator {
 public:
  NestedLoopJoin(const Plan::Join& node, OperatorPtr left, OperatorPtr right, std::vector<int> left_slots,
                 std::vector<int> right_slots, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        left_(std::move(left)),
        right_(std::move(right)),
        left_slots_(std::move(left_slots)),
        kept_(std::move(right_slots)),
        memory_(ctx) {
    keeps_left_ = node.kind == JoinKind::kLeft || node.kind == JoinKind::kFull;
    keeps_right_ = node.kind == JoinKind::kRight || node.kind == JoinKind::kFull;
  }

  bool Open() override {
    Forget();
    rereads_ = node_.lateral;
    started_ = false;
    phase_ = Phase::kNeedLeft;
    return left_->Open();
  }

  bool Next() override {
    for (;;) {
      if (!ctx_.Tick()) return false;
      switch (phase_) {
        case Phase::kNeedLeft:
          if (!left_->Next()) {
            if (ctx_.failed() || !keeps_right_) return false;
            phase_ = Phase::kRest;
            if (!StartRest()) return false;
            continue;
          }
          if (!StartRight()) return false;
          matched_ = false;
          phase_ = Phase::kMatching;
          continue;
        case Phase::kMatching: {
          if (!NextRight()) {
            if (ctx_.failed()) return false;
            phase_ = Phase::kNeedLeft;
            if (keeps_left_ && !matched_) {
              for (int s : kept_.slots()) ctx_.slot(s) = Value::Null();
              return true;
            }
            continue;
          }
          bool match = Matches();
          if (ctx_.failed()) return false;
          if (!match) continue;
          matched_ = true;
          if (keeps_right_) right_matched_[right_row_] = true;
          return true;
        }
        case Phase::kRest:
          if (!NextRight()) return false;
          if (right_row_ < right_matched_.size() && right_matched_[right_row_]) continue;
          for (int s : left_slots_) ctx_.slot(s) = Value::Null();
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
  enum class Phase : uint8_t { kNeedLeft, kMatching, kRest };

  bool Matches() {
    for (const auto& [l, r] : node_.keys) {
      Value a = EvaluateValue(*l, ctx_.eval);
      Value b = EvaluateValue(*r, ctx_.eval);
      if (a.is_absent() || b.is_absent() || !(a == b)) return false;
    }
    return node_.on == nullptr || EvaluatePredicate(*node_.on, ctx_.eval);
  }

  // Ready to give the right rows for the left row that is in the frame.
  bool StartRight() {
    next_right_ = 0;
    if (rereads_) return right_->Open();
    if (started_) return true;
    started_ = true;
    if (!right_->Open()) return false;
    while (right_->Next()) {
      if (!ctx_.Tick()) return false;
      if (!memory_.Take(kept_.Add(ctx_.frame))) {
        // Too much to keep: what was read is dropped, and the right side read again for each left row.
        Forget();
        rereads_ = true;
        right_->Close();
        return right_->Open();
      }
    }
    if (ctx_.failed()) return false;
    right_->Close();
    right_matched_.assign(keeps_right_ ? kept_.size() : 0, false);
    return true;
  }

  bool NextRight() {
    if (rereads_) {
      if (!right_->Next()) return false;
      right_row_ = next_right_++;
      if (keeps_right_ && right_matched_.size() <= right_row_) right_matched_.resize(right_row_ + 1, false);
      return true;
    }
    if (next_right_ >= kept_.size()) return false;
    right_row_ = next_right_++;
    kept_.Restore(right_row_, &ctx_.frame);
    return true;
  }

  bool StartRest() { return StartRight(); }

  void Forget() {
    kept_.Release();
    right_matched_.clear();
    memory_.Release();
  }

  const Plan::Join& node_;
  OperatorPtr left_;
  OperatorPtr right_;
  std::vector<int> left_slots_;
  SavedRows kept_;
  MemoryHold memory_;
  std::vector<bool> right_matched_;
  bool keeps_left_;
  bool keeps_right_;
  bool rereads_ = false;
  bool started_ = false;
  bool matched_ = false;
  Phase phase_ = Phase::kNeedLeft;
  size_t next_right_ = 0;
  size_t right_row_ = 0;
};

}  // namespace

OperatorPtr MakeNestedLoopJoin(const Plan::Join& node, OperatorPtr left, OperatorPtr right, std::vector<int> left_slots,
                               std::vector<int> right_slots, ExecutionContext& ctx) {
  return std::make_unique<NestedLoopJoin>(node, std::move(left), std::move(right), std::move(left_slots),
                                          std::move(right_slots), ctx);
}

}  // namespace parton

// LIMIT, OFFSET and WITH TIES.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

class Limit final : public Operator {
 public:
  Limit(const Plan::Limit& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), node_(node), input_(std::move(input)) {}
  bool Open() override {
    left_ = UINT64_MAX;
    skip_ = 0;
    last_.clear();
    if (node_.limit && !Count(*node_.limit, "LIMIT", &left_)) return false;
    if (node_.offset && !Count(*node_.offset, "OFFSET", &skip_)) return false;
    open_ = left_ > 0;
    return !open_ || input_->Open();
  }
  bool Next() override {
    if (left_ == 0 && last_.empty()) return false;
    for (; skip_ > 0; --skip_) {
      if (!input_->Next()) return false;
    }
    if (left_ == 0) return NextTie();
    if (!input_->Next()) return false;
    if (left_ != UINT64_MAX && --left_ == 0) {
      last_.clear();
      for (const SortKey& key : node_.ties) last_.push_back(EvaluateValue(*key.expr, ctx_.eval).Own());
    }
    return !ctx_.failed();
  }
  void Close() override {
    if (open_) input_->Close();
  }

 private:
  // A row that equals the last one of the count in its order.
  bool NextTie() {
    if (!input_->Next()) return false;
    for (size_t i = 0; i < last_.size(); ++i) {
      Value scratch;
      if (TotalOrder(Evaluate(*node_.ties[i].expr, ctx_.eval, &scratch), last_[i]) != 0) {
        last_.clear();
        return false;
      }
    }
    return !ctx_.failed();
  }
  // Absent is none. What is no count fails; as an OFFSET that is computed it is none in permissive typing
  // (as the conformance suite has it).
  bool Count(const Expr& e, const char* what, uint64_t* out) {
    const bool lenient = out == &skip_ && e.As<Expr::Parameter>() == nullptr;
    Value v = EvaluateValue(e, ctx_.eval);
    if (ctx_.failed()) return false;
    if (v.is_absent()) return true;
    int128_t i = 0;
    bool good = false;
    if (v.is_exact() && v.number().IsIntegral()) {
      Number n = v.number().Normalized();
      good = n.Sign() >= 0;
      // Beyond 2^64 it is as good as all rows.
      if (n.exponent() > 20) {
        i = good ? int128_t{UINT64_MAX} : -1;
      } else {
        i = n.coefficient();
        for (int k = 0; k < n.exponent() && i < (int128_t{1} << 70); ++k) i *= 10;
      }
    }
    if (!good) {
      std::string message = std::string(what) + " must be an integer that is not negative";
      if (!lenient) {
        ctx_.Fail(Status::Validation(std::move(message), e.span));
        return false;
      }
      (void)ctx_.eval.Mismatch(message.c_str(), &e);
      return !ctx_.failed();
    }
    *out = i >= int128_t{UINT64_MAX} ? UINT64_MAX : static_cast<uint64_t>(i);
    return true;
  }

  const Plan::Limit& node_;
  OperatorPtr input_;
  uint64_t left_ = 0;
  uint64_t skip_ = 0;
  std::vector<Value> last_;  // WITH TIES: of the last row counted
  bool open_ = false;
};

}  // namespace

OperatorPtr MakeLimit(const Plan::Limit& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Limit>(node, std::move(input), ctx);
}

}  // namespace parton

// Operators of a few lines each: Once, Empty, Filter, Compute, Limit, Distinct.
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "executor/spill/distinct_rows.h"
#include "planner/predicate/contradictions.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

class Once final : public Operator {
 public:
  using Operator::Operator;
  bool Open() override {
    given_ = false;
    return true;
  }
  bool Next() override { return !std::exchange(given_, true); }

 private:
  bool given_ = false;
};

class Empty final : public Operator {
 public:
  using Operator::Operator;
  bool Open() override { return true; }
  bool Next() override { return false; }
};

class Filter final : public Operator {
 public:
  Filter(const Plan::Filter& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), predicate_(*node.predicate), exclusive_(node.exclusive), input_(std::move(input)) {}
  bool Open() override {
    never_ = exclusive_ != nullptr && ExcludedNow(exclusive_, *ctx_.shared->settings, nullptr, ctx_.eval);
    return never_ || input_->Open();
  }
  bool Next() override {
    while (!never_ && input_->Next()) {
      bool keep = EvaluatePredicate(predicate_, ctx_.eval);
      if (ctx_.failed()) return false;
      if (keep) return true;
      if (!ctx_.Tick()) return false;
    }
    return false;
  }
  void Close() override { input_->Close(); }

 private:
  const Expr& predicate_;
  const ExprPtr& exclusive_;
  OperatorPtr input_;
  bool never_ = false;
};

class Compute final : public Operator {
 public:
  Compute(const Plan::Compute& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), node_(node), input_(std::move(input)) {}
  bool Open() override { return input_->Open(); }
  bool Next() override {
    if (!input_->Next()) return false;
    for (const SlotExpr& o : node_.outputs) {
      Value& slot = ctx_.slot(o.slot);
      const Value& v = Evaluate(*o.expr, ctx_.eval, &slot);
      if (&v != &slot) slot = v;
    }
    return !ctx_.failed();
  }
  void Close() override { input_->Close(); }

 private:
  const Plan::Compute& node_;
  OperatorPtr input_;
};

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

class Distinct final : public Operator {
 public:
  // `kept`: the slots to give, the one by which rows differ first.
  Distinct(OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx)
      : Operator(ctx), input_(std::move(input)), kept_(std::move(kept)), rows_(1, kept_.size(), ctx) {}
  bool Open() override {
    rows_.Clear();
    in_input_ = true;
    return input_->Open();
  }
  bool Next() override {
    while (in_input_) {
      if (!input_->Next()) {
        if (ctx_.failed() || !rows_.any_put_off()) return false;
        in_input_ = false;
        break;
      }
      const DistinctRows::Answer answer = rows_.Insert(&ctx_.slot(kept_[0]));
      if (answer == DistinctRows::Answer::kNew) return true;
      if (answer == DistinctRows::Answer::kPutOff && !PutOff()) return false;
      if (!ctx_.Tick()) return false;
    }
    const Value* row = rows_.NextLater();
    for (size_t i = 0; row != nullptr && i < kept_.size(); ++i) ctx_.slot(kept_[i]) = row[i];
    return row != nullptr;
  }
  void Close() override {
    rows_.Clear();
    input_->Close();
  }

 private:
  bool PutOff() {
    row_.clear();
    for (int s : kept_) row_.push_back(ctx_.slot(s));
    return rows_.PutOff(row_.data());
  }

  OperatorPtr input_;
  const std::vector<int> kept_;
  DistinctRows rows_;
  std::vector<Value> row_;
  bool in_input_ = true;
};

}  // namespace

OperatorPtr MakeOnce(ExecutionContext& ctx) { return std::make_unique<Once>(ctx); }
OperatorPtr MakeEmpty(ExecutionContext& ctx) { return std::make_unique<Empty>(ctx); }
OperatorPtr MakeFilter(const Plan::Filter& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Filter>(node, std::move(input), ctx);
}
OperatorPtr MakeCompute(const Plan::Compute& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Compute>(node, std::move(input), ctx);
}
OperatorPtr MakeLimit(const Plan::Limit& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Limit>(node, std::move(input), ctx);
}
OperatorPtr MakeDistinct(OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx) {
  return std::make_unique<Distinct>(std::move(input), std::move(kept), ctx);
}

}  // namespace parton

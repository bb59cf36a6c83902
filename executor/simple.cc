// Operators of a few lines each: Once, Empty, Filter, Compute, Limit, Distinct.
#include <unordered_set>

#include "executor/operators.h"
#include "executor/rows.h"
#include "types/value_compare.h"

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
      : Operator(ctx), predicate_(*node.predicate), input_(std::move(input)) {}
  bool Open() override { return input_->Open(); }
  bool Next() override {
    while (input_->Next()) {
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
  OperatorPtr input_;
};

class Compute final : public Operator {
 public:
  Compute(const Plan::Compute& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), node_(node), input_(std::move(input)) {}
  bool Open() override { return input_->Open(); }
  bool Next() override {
    if (!input_->Next()) return false;
    for (const SlotExpr& o : node_.outputs) {
      Value scratch;
      const Value& v = Evaluate(*o.expr, ctx_.eval, &scratch);
      if (&v == &scratch) {
        ctx_.slot(o.slot) = std::move(scratch);
      } else {
        ctx_.slot(o.slot) = v;
      }
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
    if (node_.limit && !Count(*node_.limit, "LIMIT", &left_)) return false;
    if (node_.offset && !Count(*node_.offset, "OFFSET", &skip_)) return false;
    open_ = left_ > 0;
    return !open_ || input_->Open();
  }
  bool Next() override {
    if (left_ == 0) return false;
    for (; skip_ > 0; --skip_) {
      if (!input_->Next()) return false;
    }
    if (!input_->Next()) return false;
    if (left_ != UINT64_MAX) --left_;
    return true;
  }
  void Close() override {
    if (open_) input_->Close();
  }

 private:
  // Absent is none. What is no count fails; as an OFFSET that is computed it is none in permissive typing
  // (as the conformance suite has it).
  bool Count(const Expr& e, const char* what, uint64_t* out) {
    const bool lenient = out == &skip_;
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
  bool open_ = false;
};

class Distinct final : public Operator {
 public:
  Distinct(const Plan::Distinct& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), slot_(node.slot), input_(std::move(input)), memory_(ctx) {}
  bool Open() override {
    Forget();
    return input_->Open();
  }
  bool Next() override {
    while (input_->Next()) {
      const Value& v = ctx_.slot(slot_);
      if (!seen_.contains(v)) {
        seen_.insert(v.Own());
        return memory_.TakeOrFail(ApproximateBytes(v) + 32, "DISTINCT");
      }
      if (!ctx_.Tick()) return false;
    }
    return false;
  }
  void Close() override {
    Forget();
    input_->Close();
  }

 private:
  void Forget() {
    seen_.clear();
    memory_.Release();
  }
  int slot_;
  OperatorPtr input_;
  std::unordered_set<Value, ValueHash, ValueEqual> seen_;
  MemoryHold memory_;
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
OperatorPtr MakeDistinct(const Plan::Distinct& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Distinct>(node, std::move(input), ctx);
}

}  // namespace parton

// Rows for which a predicate is true.
#include <memory>
#include <utility>

#include "executor/operators/operators.h"
#include "planner/predicate/contradictions.h"

namespace parton {

namespace {

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

}  // namespace

OperatorPtr MakeFilter(const Plan::Filter& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Filter>(node, std::move(input), ctx);
}

}  // namespace parton

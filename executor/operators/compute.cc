// Compute (projection): expressions of each row, into slots of their own.
#include <memory>
#include <utility>

#include "executor/operators/operators.h"

namespace parton {

namespace {

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

}  // namespace

OperatorPtr MakeCompute(const Plan::Compute& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Compute>(node, std::move(input), ctx);
}

}  // namespace parton

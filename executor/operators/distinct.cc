// DISTINCT.
#include <memory>
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "executor/spill/distinct_rows.h"

namespace parton {

namespace {

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

OperatorPtr MakeDistinct(OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx) {
  return std::make_unique<Distinct>(std::move(input), std::move(kept), ctx);
}

}  // namespace parton

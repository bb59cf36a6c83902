// Once, one row without FROM, and Empty, none at all.
#include <memory>
#include <utility>

#include "executor/operators/operators.h"

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

}  // namespace

OperatorPtr MakeOnce(ExecutionContext& ctx) { return std::make_unique<Once>(ctx); }

OperatorPtr MakeEmpty(ExecutionContext& ctx) { return std::make_unique<Empty>(ctx); }

}  // namespace parton

// FROM over a collection in a value, and UNPIVOT (partiql-spec sections 5.1, 5.2).
#include <utility>

#include "executor/operators/operators.h"

namespace parton {

namespace {

class Unnest final : public Operator {
 public:
  Unnest(const Plan::Unnest& node, OperatorPtr input, ExecutionContext& ctx)
      : Operator(ctx), node_(node), input_(std::move(input)) {}

  bool Open() override {
    source_ = Value();
    position_ = count_ = 0;
    return input_->Open();
  }
  bool Next() override {
    while (position_ >= count_) {
      if (!input_->Next()) return false;
      if (!Start()) return false;
    }
    if (!ctx_.Tick()) return false;
    Emit(position_++);
    return true;
  }
  void Close() override {
    source_ = Value();
    input_->Close();
  }

 private:
  bool Start() {
    source_ = EvaluateValue(*node_.collection, ctx_.eval);
    position_ = 0;
    if (node_.unpivot) {
      if (source_.is_missing()) {
        (void)ctx_.eval.Mismatch("UNPIVOT takes a tuple", node_.collection.get());
        count_ = 0;
      } else if (source_.is_struct()) {
        source_ = source_.Materialize();
        count_ = source_.fields().size();
      } else {
        // UNPIVOT x = UNPIVOT {'_1': x} for what is no tuple.
        (void)ctx_.eval.Mismatch("UNPIVOT takes a tuple", node_.collection.get());
        source_ = Value::Struct({{"_1", source_}});
        count_ = 1;
      }
    } else if (source_.is_collection()) {
      count_ = source_.elements().size();
      if (node_.at_slot >= 0 && !source_.is_list()) {
        (void)ctx_.eval.Mismatch("AT needs a list: other collections have no order", node_.collection.get());
      }
    } else {
      constexpr const char* kWrong = "FROM takes a collection";
      // An item need not have the attribute.
      (void)(source_.is_absent() ? ctx_.eval.Absent(kWrong, node_.collection.get())
                                 : ctx_.eval.Mismatch(kWrong, node_.collection.get()));
      count_ = 1;
    }
    return !ctx_.failed();
  }

  void Emit(size_t i) {
    Value at;
    if (node_.unpivot) {
      const Field& f = source_.fields()[i];
      ctx_.slot(node_.slot) = f.value;
      at = Value::String(f.name);
    } else if (source_.is_collection()) {
      ctx_.slot(node_.slot) = source_.elements()[i];
      if (source_.is_list()) at = Value::Int(static_cast<int64_t>(i));
    } else {
      ctx_.slot(node_.slot) = source_;
    }
    if (node_.at_slot >= 0) ctx_.slot(node_.at_slot) = std::move(at);
    if (node_.by_slot >= 0) ctx_.slot(node_.by_slot) = Value::Missing();
  }

  const Plan::Unnest& node_;
  OperatorPtr input_;
  Value source_;
  size_t position_ = 0;
  size_t count_ = 0;
};

}  // namespace

OperatorPtr MakeUnnest(const Plan::Unnest& node, OperatorPtr input, ExecutionContext& ctx) {
  return std::make_unique<Unnest>(node, std::move(input), ctx);
}

}  // namespace parton

// The embedding program's functions, put into the one registry that the binder and the evaluator read.
#include "session/user_functions.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "parton/text.h"
#include "session/thrown.h"

namespace parton {

namespace {

Result<std::string> UpperName(const std::string& name) {
  std::string out;
  for (char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (c != '_' && !(u < 128 && std::isalpha(u)) && (out.empty() || !std::isdigit(u))) {
      return Status::Validation("'" + name + "' is no name of a function: a letter or _, then letters, digits, _");
    }
    out += AsciiUpper(c);
  }
  if (out.empty()) return Status::Validation("a function needs a name");
  return out;
}

// The value, or what its error means in the typing in force.
Value OrError(Result<Value> result, EvalContext& ctx) {
  if (result.ok()) return std::move(result).value();
  Status status = std::move(result).status();
  if (status.code() == StatusCode::kTypeMismatch) return ctx.Mismatch(status.message().c_str());
  return ctx.Fail(std::move(status));
}

void Note(Status status, EvalContext& ctx) {
  if (!status.ok()) OrError(std::move(status), ctx);
}

// The result of `call`; an exception becomes an error.
template <typename Call>
auto Caught(const std::string& name, Call call) -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    return ThrownBy("the function " + name);
  }
}

class UserAccumulator final : public Accumulator {
 public:
  UserAccumulator(const std::string& name, const std::function<std::unique_ptr<Aggregate>()>& make) : name_(name) {
    broken_ = Caught(name_, [&]() -> Status {
      aggregate_ = make();
      return aggregate_ != nullptr ? Status::Ok() : Status::Internal("the function " + name_ + " made no aggregate");
    });
  }

  void Add(const Value& v, EvalContext& ctx) override {
    Note(Run([&] { return aggregate_->Add(v); }), ctx);
  }
  void Merge(Accumulator& other, EvalContext& ctx) override {
    auto& o = static_cast<UserAccumulator&>(other);
    Note(o.broken_.ok() ? Run([&] { return aggregate_->Merge(*o.aggregate_); }) : o.broken_, ctx);
  }
  Value Finish(EvalContext& ctx) override {
    if (!broken_.ok()) return OrError(broken_, ctx);
    return OrError(Caught(name_, [&] { return aggregate_->Finish(); }), ctx);
  }
  void Reset() override {
    Status s = Run([&] {
      aggregate_->Reset();
      return Status::Ok();
    });
    if (broken_.ok()) broken_ = std::move(s);
  }
  size_t MemoryUsed() const override {
    if (!broken_.ok()) return 0;
    try {
      return aggregate_->MemoryUsed();
    } catch (...) {
      return 0;
    }
  }

 private:
  template <typename Call>
  Status Run(Call call) const {
    return broken_.ok() ? Caught(name_, [&]() -> Status { return call(); }) : broken_;
  }

  const std::string name_;
  std::unique_ptr<Aggregate> aggregate_;  // null: see broken_
  Status broken_;
};

}  // namespace

Result<ScalarFunction> FunctionOf(Function function) {
  PARTON_ASSIGN_OR_RETURN(std::string name, UpperName(function.name));
  if (!function.call) return Status::Validation("function " + name + " has nothing to call");
  if (function.min_args < 0 || (function.max_args >= 0 && function.max_args < function.min_args)) {
    return Status::Validation("function " + name + " takes at least more arguments than at most");
  }
  ScalarFunction f;
  f.name = name;
  f.signature = name + "(...)";
  f.group = "user";
  f.doc = std::move(function.doc);
  f.min_args = function.min_args;
  f.max_args = function.max_args;
  if (function.max_args != 0) f.args = {ArgType::kAny};
  f.absent = function.takes_absent ? AbsentRule::kCustom : AbsentRule::kPropagate;
  f.deterministic = function.deterministic;
  f.call = [name, call = std::move(function.call)](const Value* args, int count, EvalContext& ctx) {
    return OrError(Caught(name, [&] { return call(std::span<const Value>(args, static_cast<size_t>(count))); }), ctx);
  };
  return f;
}

Result<AggregateFunction> FunctionOf(AggregateDefinition aggregate) {
  PARTON_ASSIGN_OR_RETURN(std::string name, UpperName(aggregate.name));
  if (!aggregate.make) return Status::Validation("aggregate " + name + " has nothing to make");
  AggregateFunction f;
  f.name = name;
  f.signature = name + "(x)";
  f.doc = std::move(aggregate.doc);
  f.grows = true;
  f.make = [name, make = std::move(aggregate.make)](const std::vector<Value>&) -> std::unique_ptr<Accumulator> {
    return std::make_unique<UserAccumulator>(name, make);
  };
  return f;
}

Status RegisterFunction(Function function) {
  PARTON_ASSIGN_OR_RETURN(ScalarFunction f, FunctionOf(std::move(function)));
  return RegisterScalarFunction(std::move(f));
}

Status RegisterAggregate(AggregateDefinition aggregate) {
  PARTON_ASSIGN_OR_RETURN(AggregateFunction f, FunctionOf(std::move(aggregate)));
  return RegisterAggregateFunction(std::move(f));
}

}  // namespace parton

// Functions and aggregates of the program.
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "capi/handles.h"
#include "parton/functions.h"

namespace parton::capi {

namespace {

// The struct of the program with its data, which is destroyed with the last user of it.
template <typename T>
struct Kept {
  explicit Kept(const T& given) : it(given) {}
  ~Kept() {
    if (it.destroy != nullptr) it.destroy(it.data);
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  T it;
};

// The arguments of a call as handles.
Result<Value> Call(const parton_function& f, std::span<const Value> arguments) {
  Values values;
  std::vector<const parton_value*> handles;
  for (const Value& v : arguments) handles.push_back(values.Add(v));
  parton_call call;
  f.call(&call, handles.data(), handles.size(), f.data);
  if (!call.status.ok()) return std::move(call.status);
  return std::move(call.result);
}

class ProgramAggregate final : public Aggregate {
 public:
  explicit ProgramAggregate(std::shared_ptr<const Kept<parton_aggregate>> functions)
      : functions_(std::move(functions)), state_(f().make(f().data)) {}
  ~ProgramAggregate() override { End(); }

  bool made() const { return state_ != nullptr; }
  Status Add(const Value& v) override {
    parton_call call;
    PARTON_RETURN_IF_ERROR(Check());
    f().add(state_, &call, values_.Add(v));
    values_.Clear();
    return std::move(call.status);
  }
  Status Merge(Aggregate& other) override {
    parton_call call;
    PARTON_RETURN_IF_ERROR(Check());
    auto& o = static_cast<ProgramAggregate&>(other);
    PARTON_RETURN_IF_ERROR(o.Check());
    f().merge(state_, &call, o.state_);
    return std::move(call.status);
  }
  Result<Value> Finish() override {
    parton_call call;
    PARTON_RETURN_IF_ERROR(Check());
    f().finish(state_, &call);
    if (!call.status.ok()) return std::move(call.status);
    return std::move(call.result);
  }
  void Reset() override {
    End();
    state_ = f().make(f().data);
  }

 private:
  const parton_aggregate& f() const { return functions_->it; }
  Status Check() const {
    return state_ != nullptr ? Status::Ok() : Status::Internal(std::string("the aggregate made no state"));
  }
  void End() {
    if (state_ != nullptr && f().free_state != nullptr) f().free_state(state_);
    state_ = nullptr;
  }

  std::shared_ptr<const Kept<parton_aggregate>> functions_;
  void* state_;
  Values values_;
};

// Refused: the program's data is destroyed here, too.
template <typename T>
Result<std::shared_ptr<const Kept<T>>> Keep(const T* given) {
  T all;
  PARTON_RETURN_IF_ERROR(Given(given, &all));
  return std::shared_ptr<const Kept<T>>(std::make_shared<Kept<T>>(all));
}

Status AddTo(Database& database, const parton_function* given) {
  PARTON_ASSIGN_OR_RETURN(std::shared_ptr<const Kept<parton_function>> kept, Keep(given));
  Function f;
  f.name = std::string(Text(kept->it.name));
  f.min_args = kept->it.min_arguments;
  f.max_args = kept->it.max_arguments;
  f.takes_absent = kept->it.takes_absent != 0;
  f.deterministic = kept->it.not_deterministic == 0;
  if (kept->it.call != nullptr) {
    f.call = [kept](std::span<const Value> arguments) { return Call(kept->it, arguments); };
  }
  return database.AddFunction(std::move(f));
}

Status AddTo(Database& database, const parton_aggregate* given) {
  PARTON_ASSIGN_OR_RETURN(std::shared_ptr<const Kept<parton_aggregate>> kept, Keep(given));
  const parton_aggregate& a = kept->it;
  if (a.make == nullptr || a.add == nullptr || a.merge == nullptr || a.finish == nullptr) {
    return Status::Validation("an aggregate needs make, add, merge and finish");
  }
  return database.AddAggregate({std::string(Text(a.name)), "", [kept]() -> std::unique_ptr<Aggregate> {
                                  auto aggregate = std::make_unique<ProgramAggregate>(kept);
                                  if (!aggregate->made()) return nullptr;
                                  return aggregate;
                                }});
}

// Sets what a call gives.
template <typename Make>
void Return(parton_call* call, Make&& make) noexcept {
  if (call == nullptr) return;
  try {
    call->result = make();
    call->status = Status::Ok();
  } catch (...) {
    call->status = Thrown();
  }
}

}  // namespace

}  // namespace parton::capi

using parton::Status;
using parton::Value;
using namespace parton::capi;

extern "C" {

parton_status parton_add_function(parton_database* database, const parton_function* function, parton_error** error) {
  return Entry(error, [&]() -> Status {
    if (database == nullptr) return NullHandle("database");
    if (function == nullptr) return NullHandle("function");
    return AddTo(*database->database, function);
  });
}
parton_status parton_add_aggregate(parton_database* database, const parton_aggregate* aggregate, parton_error** error) {
  return Entry(error, [&]() -> Status {
    if (database == nullptr) return NullHandle("database");
    if (aggregate == nullptr) return NullHandle("aggregate");
    return AddTo(*database->database, aggregate);
  });
}
parton_status parton_remove_function(parton_database* database, const char* name, parton_error** error) {
  return Entry(error, [&]() -> Status {
    if (database == nullptr) return NullHandle("database");
    return database->database->RemoveFunction(Text(name));
  });
}

void parton_return_null(parton_call* call) {
  Return(call, [] { return Value::Null(); });
}
void parton_return_bool(parton_call* call, int value) {
  Return(call, [&] { return Value::Bool(value != 0); });
}
void parton_return_int64(parton_call* call, int64_t value) {
  Return(call, [&] { return Value(value); });
}
void parton_return_double(parton_call* call, double value) {
  Return(call, [&] { return Value(value); });
}
void parton_return_text(parton_call* call, const char* text, size_t size) {
  Return(call, [&] { return Value::String(Text(text, size)); });
}
void parton_return_value(parton_call* call, const parton_value* value) {
  Return(call, [&] { return Value(ValueOf(value)).Own(); });
}
void parton_return_error(parton_call* call, parton_status code, const char* message) {
  if (call == nullptr) return;
  try {
    const bool known = code > PARTON_OK && code <= PARTON_INTERNAL;
    call->status = Status(known ? static_cast<parton::StatusCode>(code) : parton::StatusCode::kInternal,
                          std::string(Text(message)));
  } catch (...) {
    call->status = Thrown();
  }
}

}  // extern "C"

#include "support.h"

#include <array>
#include <cmath>
#include <optional>
#include <thread>

#include "parton/number.h"
#include "parton/temporal.h"

namespace parton::node {
namespace {

constexpr int64_t kSafeInteger = (int64_t{1} << 53) - 1;

napi_value Referenced(napi_env env, napi_ref reference) {
  napi_value value;
  Check(env, napi_get_reference_value(env, reference, &value));
  return value;
}

napi_value Null(napi_env env) {
  napi_value value;
  Check(env, napi_get_null(env, &value));
  return value;
}

napi_value Double(napi_env env, double d) {
  napi_value value;
  Check(env, napi_create_double(env, d, &value));
  return value;
}

// A decimal or an integer of up to 38 digits by 64-bit words.
napi_value BigIntOf(napi_env env, const Number& n) {
  // An integer's exponent may be positive: 1E30.
  uint128_t magnitude = 0;
  const std::string digits = n.Abs().ToString();
  if (digits.size() > Number::kMaxDigits) {
    // Beyond 128 bits: by JavaScript's own constructor.
    napi_value global;
    Check(env, napi_get_global(env, &global));
    const napi_value constructor = Property(env, global, "BigInt");
    const napi_value text = String(env, n.ToString());
    napi_value result;
    Check(env, napi_call_function(env, global, constructor, 1, &text, &result));
    return result;
  }
  for (const char c : digits) magnitude = magnitude * 10 + static_cast<unsigned>(c - '0');
  const std::array<uint64_t, 2> words = {static_cast<uint64_t>(magnitude), static_cast<uint64_t>(magnitude >> 64)};
  napi_value result;
  Check(env, napi_create_bigint_words(env, n.Sign() < 0 ? 1 : 0, words[1] != 0 ? 2 : 1, words.data(), &result));
  return result;
}

napi_value IntOf(napi_env env, const Value& value) {
  int64_t i = 0;
  if (value.is_small_int()) {
    i = value.int_value();
  } else if (!value.number().TryInt64(&i)) {
    return BigIntOf(env, value.number());
  }
  napi_value result;
  if (i >= -kSafeInteger && i <= kSafeInteger) {
    Check(env, napi_create_int64(env, i, &result));
  } else {
    Check(env, napi_create_bigint_int64(env, i, &result));
  }
  return result;
}

napi_value DecimalOf(napi_env env, const Number& n) {
  const napi_value text = String(env, n.ToText());
  napi_value result;
  Check(env, napi_new_instance(env, Referenced(env, ClassesOf(env).decimal), 1, &text, &result));
  return result;
}

napi_value DateOf(napi_env env, const Timestamp& t) {
  const double seconds = static_cast<double>(t.date.ToDays()) * 86'400.0 - t.time.offset.value_or(0) * 60.0;
  const double milliseconds = seconds * 1000.0 + std::floor(static_cast<double>(t.time.nanos) / 1e6);
  napi_value result;
  Check(env, napi_create_date(env, milliseconds, &result));
  return result;
}

napi_value ArrayOf(napi_env env, const std::vector<Value>& elements) {
  napi_value array;
  Check(env, napi_create_array_with_length(env, elements.size(), &array));
  for (size_t i = 0; i < elements.size(); ++i) {
    napi_handle_scope scope;
    Check(env, napi_open_handle_scope(env, &scope));
    Check(env, napi_set_element(env, array, static_cast<uint32_t>(i), ToJs(env, elements[i])));
    Check(env, napi_close_handle_scope(env, scope));
  }
  return array;
}

napi_value SetOf(napi_env env, const std::vector<Value>& elements) {
  napi_value global;
  Check(env, napi_get_global(env, &global));
  const napi_value array = ArrayOf(env, elements);
  napi_value result;
  Check(env, napi_new_instance(env, Property(env, global, "Set"), 1, &array, &result));
  return result;
}

void Define(napi_env env, napi_value object, const std::string& name, napi_value value) {
  const napi_value key = String(env, name);
  if (name != "__proto__") {
    Check(env, napi_set_property(env, object, key, value));
    return;
  }
  // An attribute of that name, and no other prototype.
  napi_property_descriptor property{};
  property.name = key;
  property.value = value;
  property.attributes = napi_default_jsproperty;
  Check(env, napi_define_properties(env, object, 1, &property));
}

napi_value ObjectOf(napi_env env, const std::vector<Field>& fields) {
  napi_value object;
  Check(env, napi_create_object(env, &object));
  // Of fields with one name the first counts, so it is set last.
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    Define(env, object, field->name, Undefined(env));
  }
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    Define(env, object, field->name, ToJs(env, field->value));
  }
  return object;
}

// ---- From JavaScript

bool InstanceOf(napi_env env, napi_value value, napi_value constructor) {
  bool is = false;
  Check(env, napi_instanceof(env, value, constructor, &is));
  return is;
}

napi_value GlobalClass(napi_env env, const char* name) {
  napi_value global;
  Check(env, napi_get_global(env, &global));
  return Property(env, global, name);
}

Value NumberOf(napi_env env, const std::string& text, const char* what) {
  const Result<Number> number = Number::ParseExact(text);
  if (!number.ok()) {
    const std::string message = std::string(what) + ": " + number.status().message();
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", message.c_str());
    throw Pending();
  }
  return Value(*number);
}

std::string AsText(napi_env env, napi_value value) {
  napi_value text;
  Check(env, napi_coerce_to_string(env, value, &text));
  return TextOf(env, text, "a text");
}

Value BigIntFrom(napi_env env, napi_value value) {
  int64_t i = 0;
  bool exact = false;
  Check(env, napi_get_value_bigint_int64(env, value, &i, &exact));
  if (exact) return Value::Int(i);
  size_t words = 0;
  Check(env, napi_get_value_bigint_words(env, value, nullptr, &words, nullptr));
  if (words > 2) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "a bigint of more than 38 digits");
    throw Pending();
  }
  return NumberOf(env, AsText(env, value), "a bigint");
}

Value DateFrom(napi_env env, napi_value value) {
  double milliseconds = 0;
  Check(env, napi_get_date_value(env, value, &milliseconds));
  if (!std::isfinite(milliseconds)) ThrowType(env, "a Date that is no date");
  const double days = std::floor(milliseconds / 86'400'000.0);
  Timestamp t;
  t.date = Date::FromDays(static_cast<int64_t>(days));
  t.time.nanos = static_cast<int64_t>(milliseconds - days * 86'400'000.0) * 1'000'000;
  t.time.offset = 0;
  t.time.precision = 3;
  if (!t.IsValid()) ThrowType(env, "a Date outside the years 1 to 9999");
  return Value::Of(t);
}

Value BytesFrom(napi_env env, napi_value value) {
  bool is = false;
  Check(env, napi_is_typedarray(env, value, &is));
  if (is) {
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    Check(env, napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
    if (type != napi_uint8_array && type != napi_uint8_clamped_array) {
      ThrowType(env, "of typed arrays only Uint8Array is a value");
    }
    return Value::Blob(std::string_view(static_cast<const char*>(data), length));
  }
  void* data = nullptr;
  size_t length = 0;
  Check(env, napi_get_arraybuffer_info(env, value, &data, &length));
  return Value::Blob(std::string_view(static_cast<const char*>(data), length));
}

std::vector<Field> FieldsFrom(napi_env env, napi_value object, int depth) {
  napi_value names;
  Check(env, napi_get_all_property_names(env, object, napi_key_own_only,
                                         static_cast<napi_key_filter>(napi_key_enumerable | napi_key_skip_symbols),
                                         napi_key_numbers_to_strings, &names));
  uint32_t count = 0;
  Check(env, napi_get_array_length(env, names, &count));
  std::vector<Field> fields;
  fields.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    napi_value name;
    napi_value value;
    Check(env, napi_get_element(env, names, i, &name));
    Check(env, napi_get_property(env, object, name, &value));
    fields.push_back(Field{TextOf(env, name, "a name"), FromJs(env, value, depth + 1)});
  }
  return fields;
}

napi_value ElementsOf(napi_env env, napi_value iterable) {
  const napi_value from = Property(env, GlobalClass(env, "Array"), "from");
  napi_value array;
  Check(env, napi_call_function(env, GlobalClass(env, "Array"), from, 1, &iterable, &array));
  return array;
}

std::vector<Value> ElementsFrom(napi_env env, napi_value array, int depth) {
  uint32_t count = 0;
  Check(env, napi_get_array_length(env, array, &count));
  std::vector<Value> elements;
  elements.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    napi_value element;
    Check(env, napi_get_element(env, array, i, &element));
    elements.push_back(FromJs(env, element, depth + 1));
  }
  return elements;
}

Value ObjectFrom(napi_env env, napi_value value, int depth) {
  bool is = false;
  Check(env, napi_is_array(env, value, &is));
  if (is) return Value::List(ElementsFrom(env, value, depth));
  Check(env, napi_is_date(env, value, &is));
  if (is) return DateFrom(env, value);
  Check(env, napi_is_typedarray(env, value, &is));
  bool buffer = false;
  Check(env, napi_is_arraybuffer(env, value, &buffer));
  if (is || buffer) return BytesFrom(env, value);
  if (InstanceOf(env, value, Referenced(env, ClassesOf(env).decimal))) {
    const Value number = NumberOf(env, AsText(env, value), "a Decimal");
    return Value::Decimal(number.number());
  }
  if (InstanceOf(env, value, GlobalClass(env, "Set"))) {
    Result<Value> set = Value::Set(ElementsFrom(env, ElementsOf(env, value), depth));
    if (!set.ok()) Throw(env, set.status());
    return *set;
  }
  if (InstanceOf(env, value, GlobalClass(env, "Map"))) {
    const napi_value from = Property(env, GlobalClass(env, "Object"), "fromEntries");
    napi_value object;
    Check(env, napi_call_function(env, GlobalClass(env, "Object"), from, 1, &value, &object));
    return Value::Struct(FieldsFrom(env, object, depth));
  }
  if (InstanceOf(env, value, GlobalClass(env, "Promise"))) ThrowType(env, "no value of Parton's: a Promise");
  return Value::Struct(FieldsFrom(env, value, depth));
}

}  // namespace

void Check(napi_env env, napi_status status) {
  if (status == napi_ok) [[likely]]
    return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) {
    const napi_extended_error_info* info = nullptr;
    napi_get_last_error_info(env, &info);
    const char* message = info != nullptr && info->error_message != nullptr ? info->error_message : "Node-API failed";
    napi_throw_error(env, nullptr, message);
  }
  throw Pending();
}

void ThrowType(napi_env env, const std::string& message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
  throw Pending();
}

napi_value ErrorOf(napi_env env, const Status& status) {
  napi_value details;
  Check(env, napi_create_object(env, &details));
  SetProperty(env, details, "code", String(env, status.ExceptionName()));
  SetProperty(env, details, "hint", String(env, status.hint()));
  napi_value retryable;
  Check(env, napi_get_boolean(env, status.IsRetryable(), &retryable));
  SetProperty(env, details, "retryable", retryable);
  if (status.span().line != 0) {
    napi_value position;
    Check(env, napi_create_object(env, &position));
    SetProperty(env, position, "line", Double(env, status.span().line));
    SetProperty(env, position, "column", Double(env, status.span().column));
    SetProperty(env, position, "offset", Double(env, status.span().offset));
    SetProperty(env, position, "length", Double(env, status.span().length));
    SetProperty(env, details, "position", position);
  }
  if (!status.reasons().empty()) {
    napi_value reasons;
    Check(env, napi_create_array(env, &reasons));
    uint32_t i = 0;
    for (const Status& reason : status.reasons()) {
      Check(env, napi_set_element(env, reasons, i++, reason.ok() ? Null(env) : ErrorOf(env, reason)));
    }
    SetProperty(env, details, "reasons", reasons);
  }
  const std::array<napi_value, 2> arguments = {String(env, status.message()), details};
  napi_value error;
  Check(env, napi_new_instance(env, Referenced(env, ClassesOf(env).error), 2, arguments.data(), &error));
  return error;
}

void Throw(napi_env env, const Status& status) {
  Check(env, napi_throw(env, ErrorOf(env, status)));
  throw Pending();
}

Classes& ClassesOf(napi_env env) {
  void* data = nullptr;
  Check(env, napi_get_instance_data(env, &data));
  return *static_cast<Classes*>(data);
}

napi_value String(napi_env env, std::string_view text) {
  napi_value value;
  Check(env, napi_create_string_utf8(env, text.data(), text.size(), &value));
  return value;
}

std::string TextOf(napi_env env, napi_value value, const char* what) {
  napi_valuetype type;
  Check(env, napi_typeof(env, value, &type));
  if (type != napi_string) ThrowType(env, std::string(what) + " is a string");
  size_t size = 0;
  Check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &size));
  std::string text(size, '\0');
  Check(env, napi_get_value_string_utf8(env, value, text.data(), size + 1, &size));
  return text;
}

napi_value Undefined(napi_env env) {
  napi_value value;
  Check(env, napi_get_undefined(env, &value));
  return value;
}

void SetProperty(napi_env env, napi_value object, const char* name, napi_value value) {
  Check(env, napi_set_named_property(env, object, name, value));
}

bool IsUndefined(napi_env env, napi_value value) {
  napi_valuetype type;
  Check(env, napi_typeof(env, value, &type));
  return type == napi_undefined;
}

napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_valuetype type;
  Check(env, napi_typeof(env, object, &type));
  if (type == napi_undefined || type == napi_null) return Undefined(env);
  napi_value value;
  Check(env, napi_get_named_property(env, object, name, &value));
  return value;
}

bool FlagOf(napi_env env, napi_value object, const char* name, bool otherwise) {
  const napi_value value = Property(env, object, name);
  if (IsUndefined(env, value)) return otherwise;
  bool flag = false;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) ThrowType(env, std::string(name) + " is true or false");
  return flag;
}

std::vector<std::pair<std::string, Value>> NamedValues(napi_env env, napi_value object) {
  std::vector<std::pair<std::string, Value>> values;
  for (Field& field : FieldsFrom(env, object, 0)) values.emplace_back(std::move(field.name), std::move(field.value));
  return values;
}

std::vector<Value> Values(napi_env env, napi_value array) { return ElementsFrom(env, array, 0); }

napi_value ToJs(napi_env env, const Value& value) {
  napi_value result;
  switch (value.type()) {
    case Type::kMissing: return Undefined(env);
    case Type::kNull: return Null(env);
    case Type::kBool: Check(env, napi_get_boolean(env, value.bool_value(), &result)); return result;
    case Type::kInt: return IntOf(env, value);
    case Type::kDecimal: return DecimalOf(env, value.number());
    case Type::kFloat: return Double(env, value.float_value());
    case Type::kString:
    case Type::kSymbol: return String(env, value.bytes());
    case Type::kBlob:
    case Type::kClob:
      Check(env, napi_create_buffer_copy(env, value.bytes().size(), value.bytes().data(), nullptr, &result));
      return result;
    case Type::kDate: return String(env, ToString(value.date()));
    case Type::kTime: return String(env, ToString(value.time()));
    case Type::kTimestamp: return DateOf(env, value.timestamp());
    case Type::kInterval: return String(env, ToString(value.interval()));
    case Type::kList:
    case Type::kSexp:
    case Type::kBag: return ArrayOf(env, value.elements());
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: return SetOf(env, value.elements());
    case Type::kStruct:
      if (!value.materialized()) {
        const Value whole = value.Materialize();
        return ObjectOf(env, whole.fields());
      }
      return ObjectOf(env, value.fields());
    case Type::kGraph: return ObjectOf(env, value.fields());
  }
  return Undefined(env);
}

Value FromJs(napi_env env, napi_value value, int depth) {
  if (depth > static_cast<int>(Value::kMaxDepth)) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "a value that is nested too deep, or holds itself");
    throw Pending();
  }
  napi_valuetype type;
  Check(env, napi_typeof(env, value, &type));
  switch (type) {
    case napi_undefined: return Value::Missing();
    case napi_null: return Value::Null();
    case napi_boolean: {
      bool b = false;
      Check(env, napi_get_value_bool(env, value, &b));
      return Value::Bool(b);
    }
    case napi_number: {
      double d = 0;
      Check(env, napi_get_value_double(env, value, &d));
      if (d == std::floor(d) && std::abs(d) <= static_cast<double>(kSafeInteger)) {
        return Value::Int(static_cast<int64_t>(d));
      }
      return Value::Float(d);
    }
    case napi_string: return Value::String(TextOf(env, value, "a text"));
    case napi_bigint: return BigIntFrom(env, value);
    case napi_object: return ObjectFrom(env, value, depth);
    default: ThrowType(env, "no value of Parton's: a function or a symbol");
  }
}

namespace {

struct Task {
  Work work;
  Done done;
  Status status;
  napi_deferred deferred = nullptr;
  napi_async_work async = nullptr;
};

// No C++ exception may reach Node.
Status Guarded(const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Status::OutOfMemory();
  } catch (const std::exception& e) {
    return Status::Internal(e.what());
  }
}

// Resolves or rejects the promise. On the thread of JavaScript.
void Settle(napi_env env, Task* task) {
  try {
    if (!task->status.ok()) {
      napi_reject_deferred(env, task->deferred, ErrorOf(env, task->status));
      return;
    }
    napi_resolve_deferred(env, task->deferred, task->done(env));
  } catch (const Pending&) {
    napi_value error;
    if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_reject_deferred(env, task->deferred, error);
  }
}

void Complete(napi_env env, napi_status canceled, void* data) {
  const std::unique_ptr<Task> task(static_cast<Task*>(data));
  napi_delete_async_work(env, task->async);
  if (canceled != napi_ok) task->status = Status(StatusCode::kCancelled, "the program ends");
  Settle(env, task.get());
}

// Null `env`: the program ends.
void CompleteApart(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Task> task(static_cast<Task*>(data));
  if (env != nullptr) Settle(env, task.get());
}

}  // namespace

napi_value RunApart(napi_env env, Work work, Done done) {
  auto task = std::make_unique<Task>();
  task->work = std::move(work);
  task->done = std::move(done);
  napi_value promise;
  Check(env, napi_create_promise(env, &task->deferred, &promise));
  napi_threadsafe_function back = nullptr;
  Check(env, napi_create_threadsafe_function(env, nullptr, nullptr, String(env, "parton"), 0, 1, nullptr, nullptr,
                                             nullptr, CompleteApart, &back));
  std::thread([back, t = task.get()] {
    t->status = Guarded(t->work);
    if (napi_call_threadsafe_function(back, t, napi_tsfn_blocking) != napi_ok) {
      delete t;  // the program ends: nobody waits
      return;
    }
    napi_release_threadsafe_function(back, napi_tsfn_release);
  }).detach();
  (void)task.release();
  return promise;
}

napi_value Run(napi_env env, bool now, Work work, Done done) {
  if (now) {
    const Status status = Guarded(work);
    if (!status.ok()) Throw(env, status);
    return done(env);
  }
  auto task = std::make_unique<Task>();
  task->work = std::move(work);
  task->done = std::move(done);
  napi_value promise;
  Check(env, napi_create_promise(env, &task->deferred, &promise));
  Check(env, napi_create_async_work(
                 env, nullptr, String(env, "parton"),
                 [](napi_env, void* data) {
                   auto* t = static_cast<Task*>(data);
                   t->status = Guarded(t->work);
                 },
                 Complete, task.get(), &task->async));
  Check(env, napi_queue_async_work(env, task->async));
  (void)task.release();
  return promise;
}

}  // namespace parton::node

// Values: walked, written, read and made.
#include <string>
#include <utility>

#include "capi/handles.h"
#include "parton/json.h"

static_assert(static_cast<int>(parton::Type::kGraph) == PARTON_TYPE_GRAPH &&
                  static_cast<int>(parton::Type::kBlob) == PARTON_TYPE_BLOB &&
                  static_cast<int>(parton::Type::kNumberSet) == PARTON_TYPE_NUMBER_SET,
              "the types of C are those of C++");

namespace parton::capi {

const parton_value* MissingValue() {
  static const parton_value missing;
  return &missing;
}

parton_value* Values::Add(Value value) {
  if (used_ == all_.size()) all_.emplace_back();
  parton_value& added = all_[used_];
  added.value = std::move(value);
  added.values = this;
  ++used_;
  return &added;
}

void Values::Clear() {
  // Rows of a million elements are the exception: their places are not kept.
  constexpr size_t kKept = 1000;
  if (all_.size() > kKept) {
    all_.clear();
  } else {
    for (size_t i = 0; i < used_; ++i) {
      parton_value& v = all_[i];
      v.value = v.decoded = Value();
      v.children.clear();
      v.bytes.clear();
      for (std::string& text : v.written) text.clear();
    }
  }
  used_ = 0;
}

namespace {

parton_value* Changing(const parton_value* v) { return const_cast<parton_value*>(v); }

// Its attributes decoded: places count through them.
const std::vector<Field>& Fields(const parton_value* v) {
  if (v->value.materialized()) return v->value.fields();
  // Values inside may point into the item: it stays.
  if (v->decoded.is_missing()) Changing(v)->decoded = v->value.Materialize();
  return v->decoded.fields();
}

bool HasFields(const parton_value* v) { return v->value.type() == Type::kStruct || v->value.type() == Type::kGraph; }

// One of the values inside of `v`, at a place that is there.
const parton_value* Inside(const parton_value* v, size_t index, size_t count) {
  parton_value* c = Changing(v);
  if (c->children.size() < count) c->children.resize(count, nullptr);
  if (c->children[index] == nullptr) {
    c->children[index] = c->values->Add(HasFields(v) ? Fields(v)[index].value : v->value.elements()[index]);
  }
  return c->children[index];
}

Result<std::string> Written(const Value& value, parton_format format) {
  switch (format) {
    case PARTON_JSON: return value.ToJson();
    case PARTON_DYNAMO_JSON: return value.ToDynamoJson();
    case PARTON_LITERAL: return value.ToLiteral();
  }
  return Status::Validation("there is no such format");
}

Result<Value> Parsed(parton_format format, std::string_view text) {
  switch (format) {
    case PARTON_JSON: return ParseJson(text);
    case PARTON_DYNAMO_JSON: return Value::FromDynamoJson(text);
    case PARTON_LITERAL: return Status::Unsupported("a literal is read by a statement: SELECT VALUE ...");
  }
  return Status::Validation("there is no such format");
}

Result<Value> CollectionOf(parton_type type, std::vector<Value> elements) {
  switch (type) {
    case PARTON_TYPE_LIST:
    case PARTON_TYPE_SEXP:
    case PARTON_TYPE_BAG: return Value::Collection(static_cast<Type>(type), std::move(elements));
    case PARTON_TYPE_STRING_SET:
    case PARTON_TYPE_NUMBER_SET:
    case PARTON_TYPE_BINARY_SET: {
      PARTON_ASSIGN_OR_RETURN(Value set, Value::Set(std::move(elements)));
      if (static_cast<int>(set.type()) == static_cast<int>(type)) return set;
      return Status::TypeMismatch("the elements are of another type than the set");
    }
    default: return Status::Validation("a collection is a list, sexp, bag or set");
  }
}

// Gives a value of the caller's own.
template <typename Make>
parton_status Give(parton_value** value, parton_error** error, Make&& make) noexcept {
  if (value != nullptr) *value = nullptr;
  return Entry(error, [&]() -> Status {
    if (value == nullptr) return NullHandle("place for the value");
    Result<Value> made = make();
    if (!made.ok()) return std::move(made).status();
    *value = new OwnValue(std::move(made).value());
    return Status::Ok();
  });
}

// Gives a part of a value, or an error.
template <typename T, typename Out>
Status Put(Result<T> result, Out* out) {
  if (!result.ok()) return std::move(result).status();
  if (out != nullptr) *out = static_cast<Out>(*result);
  return Status::Ok();
}

}  // namespace

}  // namespace parton::capi

using parton::Result;
using parton::Status;
using parton::Value;
using namespace parton::capi;

extern "C" {

parton_type parton_value_type(const parton_value* value) { return static_cast<parton_type>(ValueOf(value).type()); }

parton_status parton_value_bool(const parton_value* value, int* out, parton_error** error) {
  return Entry(error, [&] { return Put(ValueOf(value).AsBool(), out); });
}
parton_status parton_value_int64(const parton_value* value, int64_t* out, parton_error** error) {
  return Entry(error, [&] { return Put(ValueOf(value).AsInt64(), out); });
}
parton_status parton_value_double(const parton_value* value, double* out, parton_error** error) {
  return Entry(error, [&] { return Put(ValueOf(value).AsDouble(), out); });
}

parton_status parton_value_bytes(const parton_value* value, parton_view* out, parton_error** error) {
  if (out != nullptr) *out = EmptyView();
  return Entry(error, [&]() -> Status {
    const Value& v = ValueOf(value);
    if (!v.is_text() && !v.is_lob()) return v.AsString().status();
    // Copied, for the zero byte after it.
    if (value->bytes.empty()) Changing(value)->bytes.assign(v.bytes());
    if (out != nullptr) *out = View(value->bytes);
    return Status::Ok();
  });
}

parton_status parton_value_write(const parton_value* value, parton_format format, parton_view* out,
                                 parton_error** error) {
  if (out != nullptr) *out = EmptyView();
  return Entry(error, [&]() -> Status {
    const bool known = static_cast<unsigned>(format) <= PARTON_LITERAL;
    const bool again = value != nullptr && known && !value->written[format].empty();
    if (again) {
      if (out != nullptr) *out = View(value->written[format]);
      return Status::Ok();
    }
    PARTON_ASSIGN_OR_RETURN(std::string text, Written(ValueOf(value), format));
    if (out == nullptr) return Status::Ok();
    if (value == nullptr || value == MissingValue()) {
      // Not into what all threads share.
      static const std::string json = Value().ToJson(), literal = Value().ToLiteral();
      *out = View(format == PARTON_JSON ? json : literal);
      return Status::Ok();
    }
    Changing(value)->written[format] = std::move(text);
    *out = View(value->written[format]);
    return Status::Ok();
  });
}

size_t parton_value_count(const parton_value* value) {
  if (value == nullptr) return 0;
  return OrElse(size_t{0}, [&] { return HasFields(value) ? Fields(value).size() : value->value.elements().size(); });
}

const parton_value* parton_value_at(const parton_value* value, size_t index) {
  const size_t count = parton_value_count(value);
  if (index >= count) return MissingValue();
  return OrElse(MissingValue(), [&] { return Inside(value, index, count); });
}

parton_view parton_value_name(const parton_value* value, size_t index) {
  if (value == nullptr || !HasFields(value) || index >= parton_value_count(value)) return EmptyView();
  return OrElse(EmptyView(), [&] { return View(Fields(value)[index].name); });
}

const parton_value* parton_value_get(const parton_value* value, const char* name, size_t size) {
  if (value == nullptr || !HasFields(value)) return MissingValue();
  return OrElse(MissingValue(), [&]() -> const parton_value* {
    const std::string_view wanted = Text(name, size);
    if (!value->value.materialized()) {
      // Most items have more attributes than are asked for.
      Value found = value->value.GetBorrowed(wanted);
      return found.is_missing() ? MissingValue() : value->values->Add(std::move(found));
    }
    const std::vector<parton::Field>& fields = Fields(value);
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == wanted) return Inside(value, i, fields.size());
    }
    return MissingValue();
  });
}

parton_status parton_value_copy(const parton_value* value, parton_value** copy, parton_error** error) {
  return Give(copy, error, [&]() -> Result<Value> { return ValueOf(value); });
}
parton_status parton_value_parse(parton_format format, const char* text, size_t size, parton_value** value,
                                 parton_error** error) {
  return Give(value, error, [&] { return Parsed(format, Text(text, size)); });
}
parton_status parton_value_number(const char* text, size_t size, parton_value** value, parton_error** error) {
  return Give(value, error, [&]() -> Result<Value> {
    PARTON_ASSIGN_OR_RETURN(const parton::Number n, parton::Number::ParseStrict(Text(text, size)));
    return Value(n);
  });
}
parton_status parton_value_collection(parton_type type, const parton_value* const* elements, size_t count,
                                      parton_value** value, parton_error** error) {
  return Give(value, error, [&]() -> Result<Value> {
    if (elements == nullptr && count > 0) return NullHandle("list of elements");
    std::vector<Value> all;
    for (size_t i = 0; i < count; ++i) all.push_back(ValueOf(elements[i]));
    return CollectionOf(type, std::move(all));
  });
}
parton_status parton_value_struct(const char* const* names, const parton_value* const* values, size_t count,
                                  parton_value** value, parton_error** error) {
  return Give(value, error, [&]() -> Result<Value> {
    if ((names == nullptr || values == nullptr) && count > 0) return NullHandle("list of attributes");
    std::vector<parton::Field> fields;
    for (size_t i = 0; i < count; ++i) fields.push_back({std::string(Text(names[i])), ValueOf(values[i])});
    return Value::Struct(std::move(fields));
  });
}
void parton_value_free(parton_value* value) { delete static_cast<OwnValue*>(value); }

}  // extern "C"

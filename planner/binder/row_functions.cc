#include "planner/binder/row_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "parton/text.h"

namespace parton {

namespace {

Value RenameColumns(const Value* args, int, EvalContext& ctx) {
  const std::vector<Value>& to = args[2].elements();
  std::vector<Field> fields;
  if (to.size() == 1 && !args[0].is_struct() && !args[0].is_collection()) {
    if (!args[0].is_missing()) fields.push_back(Field{std::string(to[0].bytes()), args[0]});
    return Value::Struct(std::move(fields));
  }
  if (args[0].is_collection()) {
    const std::vector<Value>& elements = args[0].elements();
    if (elements.size() != to.size()) {
      return ctx.Fail(
          Status::Validation(fmt::format("a row has {} values for {} columns", elements.size(), to.size())));
    }
    for (size_t i = 0; i < to.size(); ++i) {
      if (!elements[i].is_missing()) fields.push_back(Field{std::string(to[i].bytes()), elements[i]});
    }
    return Value::Struct(std::move(fields));
  }
  if (!args[0].is_struct()) {
    return ctx.Fail(
        Status::Validation(fmt::format("a row that is to have named columns is a {}", TypeName(args[0].type()))));
  }
  const Value row = args[0].Materialize();
  if (args[1].is_collection()) {
    const std::vector<Value>& from = args[1].elements();
    for (const Field& f : row.fields()) {
      for (size_t i = 0; i < from.size(); ++i) {
        if (from[i].bytes() == f.name) {
          fields.push_back(Field{std::string(to[i].bytes()), f.value});
          break;
        }
      }
    }
    return Value::Struct(std::move(fields));
  }
  if (row.fields().size() != to.size()) {
    return ctx.Fail(
        Status::Validation(fmt::format("a row has {} attributes for {} columns", row.fields().size(), to.size())));
  }
  for (size_t i = 0; i < to.size(); ++i) {
    fields.push_back(Field{std::string(to[i].bytes()), row.fields()[i].value});
  }
  return Value::Struct(std::move(fields));
}

Value RowArray(const Value* args, int, EvalContext&) {
  if (!args[0].is_struct()) return args[0];
  const Value row = args[0].Materialize();
  std::vector<Value> elements;
  if (args[1].is_collection()) {
    for (const Value& name : args[1].elements()) elements.push_back(row.Get(name.bytes()));
  } else {
    for (const Field& f : row.fields()) elements.push_back(f.value);
  }
  return Value::List(std::move(elements));
}

bool Matches(const Value& step, const std::string& name) {
  std::string_view wanted = step.elements()[1].bytes();
  if (step.elements()[2].is_true()) return wanted == name;
  return EqualsIgnoreCase(wanted, name);
}

// `value` without what the path from `first` on names.
Value Without(const Value& value, const std::vector<Value>& path, size_t first) {
  const Value& step = path[first];
  const char kind = step.elements()[0].bytes()[0];
  const bool last = first + 1 == path.size();
  if (kind == 'n' || kind == 'u') {
    if (!value.is_struct()) return value;
    const Value all = value.Materialize();
    std::vector<Field> fields;
    for (const Field& f : all.fields()) {
      if (kind == 'n' && !Matches(step, f.name)) {
        fields.push_back(f);
      } else if (!last) {
        fields.push_back(Field{f.name, Without(f.value, path, first + 1)});
      }
    }
    return Value::Struct(std::move(fields));
  }
  if (!value.is_list() && value.type() != Type::kBag) return value;
  if (kind == 'i' && value.type() == Type::kBag) return value;
  std::vector<Value> elements;
  int64_t position = 0;
  for (const Value& e : value.elements()) {
    const bool hit = kind == 'w' || step.elements()[1].int_value() == position;
    ++position;
    if (!hit) {
      elements.push_back(e);
    } else if (!last) {
      elements.push_back(Without(e, path, first + 1));
    }
  }
  return Value::Collection(value.type(), std::move(elements));
}

Value Exclude(const Value* args, int, EvalContext&) {
  Value value = args[0];
  for (const Value& path : args[1].elements()) value = Without(value, path.elements(), 0);
  return value;
}

ScalarFunction Make(const char* name, int count, Value (*call)(const Value* args, int count, EvalContext& ctx)) {
  ScalarFunction f;
  f.name = name;
  f.signature = name;
  f.group = "internal";
  f.min_args = f.max_args = count;
  f.args = {ArgType::kAny};
  f.absent = AbsentRule::kCustom;
  f.call = call;
  return f;
}

}  // namespace

const ScalarFunction& RenameColumnsFunction() {
  static const ScalarFunction f = Make("RENAME_COLUMNS", 3, RenameColumns);
  return f;
}

const ScalarFunction& RowArrayFunction() {
  static const ScalarFunction f = Make("ROW_ARRAY", 2, RowArray);
  return f;
}

const ScalarFunction& ExcludeFunction() {
  static const ScalarFunction f = Make("EXCLUDE", 2, Exclude);
  return f;
}

}  // namespace parton

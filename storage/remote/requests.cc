#include "storage/remote/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "types/item/item_rules.h"
#include "types/json/json_reader.h"
#include "types/value/value_print.h"

namespace parton::remote {

JsonObject& JsonObject::Add(std::string_view name, std::string_view json) {
  members_ += fmt::format("{}{}:{}", members_.empty() ? "" : ",", JsonText(name), json);
  return *this;
}

JsonObject& JsonObject::AddText(std::string_view name, std::string_view text) { return Add(name, JsonText(text)); }

JsonObject& JsonObject::AddPlaceholders(const DynamoExpressions& e) {
  if (const std::string names = e.NamesJson(); !names.empty()) Add("ExpressionAttributeNames", names);
  if (const std::string values = e.ValuesJson(); !values.empty()) Add("ExpressionAttributeValues", values);
  return *this;
}

std::string JsonText(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

Result<std::string> AttributeJson(const Value& value) {
  PARTON_ASSIGN_OR_RETURN(const Value storable, ToStorable(value, ""));
  return storable.ToDynamoJson();
}

Result<std::string> KeyJson(const KeySchema& schema, const Key& key) {
  JsonObject out;
  PARTON_ASSIGN_OR_RETURN(const std::string hash, AttributeJson(key.hash));
  out.Add(schema.hash.name, hash);
  if (schema.range) {
    PARTON_ASSIGN_OR_RETURN(const std::string range, AttributeJson(key.range));
    out.Add(schema.range->name, range);
  }
  return out.Text();
}

std::string KeyText(const Key& key) {
  const auto text = [](const Value& v) {
    const Result<std::string> json = v.is_missing() ? Result<std::string>(std::string()) : AttributeJson(v);
    return json.ok() ? *json : v.ToLiteral();
  };
  return text(key.hash) + " " + text(key.range);
}

Result<Value> ItemFrom(const Value& json) {
  if (!json.is_struct()) return Value::Missing();
  std::vector<Field> whole;
  whole.push_back({"Item", json});
  return DynamoItemFromJson(Value::Struct(std::move(whole)));
}

std::string ToJsonText(const Value& json) {
  std::string out;
  AppendJson(json, &out);
  return out;
}

namespace {

// False: it may read any attribute.
bool CollectAttributes(const Expr& e, int slot, std::set<std::string>* out) {
  if (const auto* path = e.As<Expr::Path>()) {
    const auto* base = path->base->As<Expr::Slot>();
    if (base != nullptr && base->index == slot) {
      const bool exact = path->steps[0].index < 0 && (path->ignore_case.empty() || !path->ignore_case[0]);
      if (exact) out->insert(path->steps[0].name);
      return exact;
    }
  }
  if (const auto* whole = e.As<Expr::Slot>()) return whole->index != slot;
  bool all = true;
  ForEachChild(e, [&](const ExprPtr& child) { all = all && CollectAttributes(*child, slot, out); });
  return all;
}

}  // namespace

std::optional<std::set<std::string>> AttributesRead(const Expr& e, int slot) {
  std::set<std::string> out;
  if (!CollectAttributes(e, slot, &out)) return std::nullopt;
  return out;
}

void AppendTerms(const ExprPtr& predicate, std::vector<ExprPtr>* out) {
  if (predicate == nullptr) return;
  if (const auto* all = predicate->As<Expr::And>()) {
    for (const ExprPtr& term : all->terms) AppendTerms(term, out);
    return;
  }
  out->push_back(predicate);
}

int CountOperators(std::string_view text) {
  int count = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(" (),", at);
    if (begin == std::string_view::npos) break;
    const size_t end = std::min(text.find_first_of(" (),", begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const bool named = word == "AND" || word == "OR" || word == "NOT" || word == "IN" || word == "BETWEEN";
    if (named || word.find_first_of("=<>+-") != std::string_view::npos) ++count;
    at = end;
  }
  return count;
}

bool FitsExpression(std::string_view expression) {
  return expression.size() <= kMaxExpressionText && CountOperators(expression) <= kMaxOperatorsOfOne;
}

}  // namespace parton::remote

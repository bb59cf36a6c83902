#include "server/attribute_values.h"

#include <fmt/format.h>

#include <string_view>

#include "server/base64.h"

namespace parton::server {

namespace {

constexpr int kMaxLevels = 32;  // of a value: a scalar in an item is at the first
constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr std::string_view kTooDeep =
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";

Result<Value> Convert(const Node& node, int level);

// As they were sent: binaries in base64.
std::string Joined(const Node& set) {
  std::string out;
  for (const Node& n : set.nodes()) {
    if (!out.empty()) out += ", ";
    if (set.type == AttributeType::kBS)
      AppendBase64(n.view(), &out);
    else
      out += n.view();
  }
  return out;
}

Result<Value> ToSet(const Node& node) {
  const bool numbers = node.type == AttributeType::kNS;
  const bool bytes = node.type == AttributeType::kBS;
  if (node.size == 0) {
    if (bytes) return Status::Validation(std::string(kInvalid) + "Binary sets should not be empty");
    return Status::Validation(fmt::format("{}An {} set  may not be empty", kInvalid, numbers ? "number" : "string"));
  }
  std::vector<Value> elements;
  elements.reserve(node.size);
  for (const Node& e : node.nodes()) {
    if (e.kind != Node::Kind::kText)
      return Status::Validation(fmt::format("{}A set cannot have an element of null", kInvalid));
    if (numbers) {
      PARTON_ASSIGN_OR_RETURN(const Number number, Number::ParseStrict(e.view()));
      elements.push_back(Value::FromStored(number));
    } else {
      elements.push_back(Value::Bytes(bytes ? Type::kBlob : Type::kString, e.view()));
    }
  }
  Result<Value> set = Value::Set(std::move(elements));
  if (set.ok()) return set;
  if (numbers) return Status::Validation("Input collection contains duplicates");
  if (bytes)
    return Status::Validation(
        fmt::format("{}Input collection [{}]of type BS contains duplicates.", kInvalid, Joined(node)));
  return Status::Validation(fmt::format("{}Input collection [{}] contains duplicates.", kInvalid, Joined(node)));
}

Result<Value> ToStruct(std::span<const Node> pairs, int level) {
  std::vector<Field> fields;
  fields.reserve(pairs.size() / 2);
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    PARTON_ASSIGN_OR_RETURN(Value value, Convert(pairs[i + 1], level));
    fields.push_back({std::string(pairs[i].view()), std::move(value)});
  }
  return Value::Struct(std::move(fields));
}

Result<Value> Convert(const Node& node, int level) {
  if (level > kMaxLevels) return Status::Validation(std::string(kTooDeep));
  switch (node.type) {
    case AttributeType::kS: return Value::String(node.view());
    case AttributeType::kB: return Value::Blob(node.view());
    case AttributeType::kN: {
      PARTON_ASSIGN_OR_RETURN(const Number number, Number::ParseStrict(node.view()));
      return Value::FromStored(number);
    }
    case AttributeType::kBool: return Value::Bool(node.flag);
    case AttributeType::kNull:
      if (node.flag) return Value::Null();
      return Status::Validation(fmt::format("{}Null attribute value types must have the value of true", kInvalid));
    case AttributeType::kSS:
    case AttributeType::kNS:
    case AttributeType::kBS: return ToSet(node);
    case AttributeType::kM: return ToStruct(node.nodes(), level + 1);
    case AttributeType::kL: {
      std::vector<Value> elements;
      elements.reserve(node.size);
      for (const Node& e : node.nodes()) {
        PARTON_ASSIGN_OR_RETURN(Value value, Convert(e, level + 1));
        elements.push_back(std::move(value));
      }
      return Value::List(std::move(elements));
    }
    case AttributeType::kSeveral:
      return Status::Validation(
          "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
          "datatypes");
    case AttributeType::kNone: break;
  }
  return Status::Validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
}

}  // namespace

Result<Value> ToValue(const Node& attribute_value) { return Convert(attribute_value, 1); }

Result<Value> ToItem(const Input& map) { return ToStruct(map.node().nodes(), 1); }

Value ToItem(const Input& map, Status* error) {
  if (!map.present()) return Value();
  Result<Value> item = ToItem(map);
  if (item.ok()) return std::move(item).value();
  *error = std::move(item).status();
  return Value();
}

std::vector<std::pair<std::string, Value>> ToNamedValues(const Input& map, Status* error) {
  std::vector<std::pair<std::string, Value>> values;
  values.reserve(map.Count());
  for (size_t i = 0; i < map.Count(); ++i) {
    std::string name(map.Key(i));
    Result<Value> value = ToValue(map.MapValue(i).node());
    if (!value.ok() && error->ok()) *error = std::move(value).status().WithHint(name);
    values.emplace_back(std::move(name), value.ok() ? std::move(value).value() : Value());
  }
  return values;
}

std::vector<Value> ToValues(const Input& list, Status* error) {
  std::vector<Value> values;
  values.reserve(list.Count());
  for (size_t i = 0; i < list.Count(); ++i) {
    Result<Value> value = ToValue(list.Element(i).node());
    if (!value.ok() && error->ok()) *error = value.status();
    values.push_back(value.ok() ? std::move(value).value() : Value());
  }
  return values;
}

}  // namespace parton::server

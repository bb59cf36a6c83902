#include "io/csv_types.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "parton/text.h"
#include "types/json/json_reader.h"
#include "types/text/base64.h"

namespace parton {

namespace {

constexpr std::pair<std::string_view, CsvType> kNames[] = {
    {"STRING", CsvType::kString}, {"S", CsvType::kString},      {"VARCHAR", CsvType::kString},
    {"NUMBER", CsvType::kNumber}, {"N", CsvType::kNumber},      {"DECIMAL", CsvType::kNumber},
    {"INT", CsvType::kInt},       {"INTEGER", CsvType::kInt},   {"BIGINT", CsvType::kInt},
    {"FLOAT", CsvType::kFloat},   {"DOUBLE", CsvType::kFloat},  {"BOOL", CsvType::kBool},
    {"BOOLEAN", CsvType::kBool},  {"BINARY", CsvType::kBinary}, {"B", CsvType::kBinary},
    {"JSON", CsvType::kJson},     {"LIST", CsvType::kJson},     {"L", CsvType::kJson},
    {"MAP", CsvType::kJson},      {"M", CsvType::kJson},        {"SS", CsvType::kStringSet},
    {"NS", CsvType::kNumberSet},  {"BS", CsvType::kBinarySet},
};

Status Not(std::string_view text, CsvType type) {
  constexpr size_t kShown = 40;
  const bool cut = text.size() > kShown;
  return Status::Validation(
      fmt::format("is no {}: '{}{}'", CsvTypeName(type), text.substr(0, cut ? kShown : text.size()), cut ? "..." : ""));
}

Result<Value> SetFromJson(std::string_view text, CsvType type) {
  Result<Value> json = ParseJson(text);
  if (!json.ok() || json->type() != Type::kList) return Not(text, type);
  std::vector<Value> elements;
  for (const Value& e : json->elements()) {
    if (type == CsvType::kNumberSet ? !e.is_exact() : !e.is_text()) return Not(text, type);
    if (type != CsvType::kBinarySet) {
      elements.push_back(e);
      continue;
    }
    std::optional<std::string> bytes = Base64Decode(e.bytes());
    if (!bytes) return Not(text, type);
    elements.push_back(Value::Blob(*bytes));
  }
  return Value::Set(std::move(elements));
}

// A number that would be written just so.
bool IsPlainNumber(std::string_view text) {
  std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits[0] < '0' || digits[0] > '9') return false;
  if (digits.size() > 1 && digits[0] == '0' && digits[1] != '.') return false;
  if (digits.find_first_not_of("0123456789.") != std::string_view::npos || digits.back() == '.') return false;
  if (text.starts_with('-') && digits.find_first_not_of("0.") == std::string_view::npos) return false;  // -0
  constexpr size_t kSafeDigits = 38;
  return digits.size() <= kSafeDigits || Number::ParseStrict(text).ok();
}

}  // namespace

CsvType GuessedCsvType(std::string_view text) {
  if (IsPlainNumber(text)) return CsvType::kNumber;
  if (text == "true" || text == "false") return CsvType::kBool;
  if ((text.front() == '{' || text.front() == '[') && ParseJson(text).ok()) return CsvType::kJson;
  return CsvType::kString;
}

std::optional<CsvType> CsvTypeFromName(std::string_view name) {
  for (const auto& [known, type] : kNames) {
    if (EqualsIgnoreCase(name, known)) return type;
  }
  return std::nullopt;
}

std::string_view CsvTypeName(CsvType type) {
  for (const auto& [name, known] : kNames) {
    if (known == type) return name;
  }
  return "STRING";
}

Result<Value> ConvertCsvField(std::string_view text, CsvType type) {
  switch (type) {
    case CsvType::kString: return Value::String(text);
    case CsvType::kNumber:
    case CsvType::kInt: {
      Result<Number> n = Number::ParseStrict(text);
      if (!n.ok() || (type == CsvType::kInt && !n->IsIntegral())) return Not(text, type);
      return Value::FromStored(*n);
    }
    case CsvType::kFloat: {
      double d = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), d);
      if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(d)) return Not(text, type);
      return Value::Float(d);
    }
    case CsvType::kBool:
      if (EqualsIgnoreCase(text, "TRUE")) return Value::Bool(true);
      if (EqualsIgnoreCase(text, "FALSE")) return Value::Bool(false);
      return Not(text, type);
    case CsvType::kBinary: {
      std::optional<std::string> bytes = Base64Decode(text);
      if (!bytes) return Not(text, type);
      return Value::Blob(*bytes);
    }
    case CsvType::kJson: {
      Result<Value> json = ParseJson(text);
      if (!json.ok()) return Not(text, type);
      return json;
    }
    case CsvType::kStringSet:
    case CsvType::kNumberSet:
    case CsvType::kBinarySet: return SetFromJson(text, type);
  }
  return Not(text, type);
}

void CsvTypeGuess::Add(std::string_view text) {
  if (text.empty() || type_ == CsvType::kString) return;
  const CsvType mine = GuessedCsvType(text);
  type_ = !type_ || *type_ == mine ? mine : CsvType::kString;
}

}  // namespace parton

#include "shell/test_runner/canonical.h"

#include <algorithm>
#include <vector>

namespace parton::shell {

namespace {

std::string Joined(std::vector<std::string> parts, bool sort, const char* open, const char* close) {
  if (sort) std::sort(parts.begin(), parts.end());
  std::string out = open;
  for (size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? ", " : "") + parts[i];
  return out + close;
}

}  // namespace

std::string Canonical(const Value& value) {
  switch (value.type()) {
    case Type::kInt:
    case Type::kDecimal: return value.number().Normalized().ToText();
    case Type::kFloat: {
      const Result<Number> exact = Number::FromDouble(value.float_value());
      return exact.ok() ? exact->Normalized().ToText() : value.ToLiteral();
    }
    case Type::kSymbol: return Value::String(value.bytes()).ToLiteral();
    case Type::kStruct: {
      std::vector<std::string> fields;
      const Value whole = value.Materialize();
      for (const Field& f : whole.fields()) {
        if (f.value.is_missing()) continue;
        fields.push_back(Value::String(f.name).ToLiteral() + ": " + Canonical(f.value));
      }
      return Joined(std::move(fields), true, "{", "}");
    }
    case Type::kList:
    case Type::kSexp:
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: {
      std::vector<std::string> elements;
      for (const Value& v : value.elements()) elements.push_back(Canonical(v));
      if (value.type() == Type::kList) return Joined(std::move(elements), false, "[", "]");
      if (value.type() == Type::kSexp) return Joined(std::move(elements), false, "sexp(", ")");
      return Joined(std::move(elements), true, "<<", ">>");
    }
    default: return value.ToLiteral();
  }
}

}  // namespace parton::shell

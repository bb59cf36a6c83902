// Members of requests, and the values of keys in them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/dynamo/api_internal.h"
#include "types/item/item_rules.h"

namespace parton::api {

namespace {

// Limits of one expression.
constexpr int kMaxOperators = 300;

std::string_view TypeLetter(KeyType type) {
  switch (type) {
    case KeyType::kNumber: return "N";
    case KeyType::kBinary: return "B";
    case KeyType::kString: break;
  }
  return "S";
}

// At least as many as DynamoDB counts.
int OperatorsOf(std::string_view text) {
  int count = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(" ()", at);
    if (begin == std::string_view::npos) break;
    const size_t end = std::min(text.find_first_of(" ()", begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (word == "AND" || word == "OR" || word == "NOT" || word == "IN" || word == "BETWEEN" ||
        word.find_first_of("=<>") != std::string_view::npos) {
      ++count;
    }
    at = end;
  }
  return count;
}

// The value of a key's type; kNothing where it is of another, or none.
KeyValue TypedKey(const KeyAttribute& key, const Expr& e, EvalContext* ctx) {
  KeyValue out;
  if (!IsFixedPerExecution(e)) {
    out.kind = KeyValue::Kind::kValue;
    out.json = fmt::format("{{\"{}\":{}}}", TypeLetter(key.type), Quoted("<" + ToString(e) + ">"));
    return out;
  }
  const Value v = EvaluateValue(e, *ctx);
  if (ctx->failed()) {
    ctx->error = Status();
    return out;
  }
  const bool fits = key.type == KeyType::kNumber   ? v.is_numeric()
                    : key.type == KeyType::kString ? v.is_text()
                                                   : v.type() == Type::kBlob;
  if (!fits) return out;
  Result<Value> storable = ToStorable(v, "");
  if (!storable.ok()) {
    out.kind = KeyValue::Kind::kClient;
    out.value = v.Own();
    return out;
  }
  out.kind = KeyValue::Kind::kValue;
  out.json = storable->ToDynamoJson().value();
  out.value = *std::move(storable);
  return out;
}

bool IsEmptyKey(const KeyValue& v) { return (v.value.is_text() || v.value.is_lob()) && v.value.bytes().empty(); }
bool IsLongKey(const KeyValue& v, size_t most) {
  return (v.value.is_text() || v.value.is_lob()) && v.value.bytes().size() > most;
}

KeyValue Of(KeyValue::Kind kind) {
  KeyValue v;
  v.kind = kind;
  return v;
}

}  // namespace

std::string Quoted(std::string_view s) { return Value::String(s).ToJson(); }

void Add(ApiCall* call, std::string name, std::string json) {
  call->members.emplace_back(std::move(name), std::move(json));
}

void AddExpression(ApiCall* call, std::string name, const std::string& text) {
  if (!text.empty()) Add(call, std::move(name), Quoted(text));
}

void AddPlaceholders(ApiCall* call, const DynamoExpressions& e) {
  if (std::string names = e.NamesJson(); !names.empty()) Add(call, "ExpressionAttributeNames", std::move(names));
  if (std::string values = e.ValuesJson(); !values.empty()) Add(call, "ExpressionAttributeValues", std::move(values));
}

void AppendTerm(std::string_view term, std::string* out) {
  if (!out->empty()) *out += " AND ";
  *out += term;
}

std::string AsTerm(const Expr& e, std::string text) { return e.As<Expr::Or>() != nullptr ? "(" + text + ")" : text; }

void AppendConditions(const std::vector<ExprPtr>& terms, DynamoExpressions* e, std::string* text,
                      std::vector<ExprPtr>* refused) {
  for (const ExprPtr& t : terms) {
    // Room for AND and parentheses.
    const size_t room = kMaxExpressionBytes - std::min(kMaxExpressionBytes, text->size() + 8);
    const int operators = kMaxOperators - OperatorsOf(*text) - 1;
    std::optional<std::string> term =
        e->Condition(*t, [&](const std::string& s) { return s.size() <= room && OperatorsOf(s) <= operators; });
    if (!term) {
      refused->push_back(t);
    } else if (terms.size() == 1 && text->empty()) {
      *text = *std::move(term);
    } else {
      AppendTerm(AsTerm(*t, *std::move(term)), text);
    }
  }
}

std::string KeyJson(const KeySchema& key, const std::string& hash, const std::optional<std::string>& range) {
  std::string out = fmt::format("{{{}:{}", Quoted(key.hash.name), hash);
  if (key.range && range) out += fmt::format(",{}:{}", Quoted(key.range->name), *range);
  return out + "}";
}

std::string UnknownKey(const KeySchema& key) {
  auto unknown = [](const KeyAttribute& k) {
    return fmt::format("{{\"{}\":{}}}", TypeLetter(k.type), Quoted("<" + k.name + ">"));
  };
  std::optional<std::string> range;
  if (key.range) range = unknown(*key.range);
  return KeyJson(key, unknown(key.hash), range);
}

KeyValue EqualKey(const KeyAttribute& key, size_t most_bytes, const Expr& e, EvalContext* ctx) {
  KeyValue v = TypedKey(key, e, ctx);
  // No item has a key that cannot be stored.
  if (v.kind != KeyValue::Kind::kValue || IsEmptyKey(v) || IsLongKey(v, most_bytes)) return {};
  return v;
}

KeyValue BoundOfKey(const KeyAttribute& key, size_t most_bytes, bool low, const Expr& e, EvalContext* ctx) {
  KeyValue v = TypedKey(key, e, ctx);
  if (v.kind == KeyValue::Kind::kClient && v.value.is_numeric()) {
    const double d = v.value.ToDouble();
    // NaN stands before all numbers. A tiny one is said nowhere but in the client.
    if (std::isfinite(d) && std::fabs(d) < 1) return v;
    const bool above_all = d > 0;
    return Of(above_all == low ? KeyValue::Kind::kNothing : KeyValue::Kind::kAll);
  }
  if (v.kind != KeyValue::Kind::kValue) return v;
  if (IsEmptyKey(v)) return Of(low ? KeyValue::Kind::kAll : KeyValue::Kind::kNothing);
  if (IsLongKey(v, most_bytes)) v.kind = KeyValue::Kind::kClient;
  return v;
}

KeyValue PrefixOfKey(const KeyAttribute& key, size_t most_bytes, const Expr& e, EvalContext* ctx) {
  if (key.type == KeyType::kNumber) return {};
  KeyValue v = TypedKey(key, e, ctx);
  if (v.kind != KeyValue::Kind::kValue) return v;
  if (IsEmptyKey(v)) return Of(KeyValue::Kind::kAll);
  if (IsLongKey(v, most_bytes)) return {};
  return v;
}

}  // namespace parton::api

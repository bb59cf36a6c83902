#include "planner/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

#include "parton/text.h"
#include "planner/rules/rules.h"
#include "types/functions/functions.h"
#include "types/json/json_reader.h"

namespace parton {

namespace {

constexpr uint64_t kLeastMemory = 4096;
constexpr std::string_view kRulePrefix = "rule_";

std::optional<bool> ToBool(const Value& v) {
  if (v.is_bool()) return v.bool_value();
  if (v.is_small_int()) {
    if (v.int_value() == 0 || v.int_value() == 1) return v.int_value() == 1;
    return std::nullopt;
  }
  if (!v.is_text()) return std::nullopt;
  std::string word = AsciiLower(v.bytes());
  if (word == "on" || word == "true" || word == "yes") return true;
  if (word == "off" || word == "false" || word == "no") return false;
  return std::nullopt;
}

}  // namespace

std::optional<uint64_t> ToBytes(const Value& v) {
  if (v.is_small_int()) return v.int_value() < 0 ? std::nullopt : std::optional<uint64_t>(v.int_value());
  if (!v.is_text()) return std::nullopt;
  std::string text = AsciiLower(v.bytes());
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  while (rest != end && *rest == ' ') ++rest;
  std::string_view unit(rest, static_cast<size_t>(end - rest));
  int shift = unit.empty() || unit == "b"   ? 0
              : unit == "kb" || unit == "k" ? 10
              : unit == "mb" || unit == "m" ? 20
              : unit == "gb" || unit == "g" ? 30
                                            : -1;
  if (shift < 0 || number > (UINT64_MAX >> shift)) return std::nullopt;
  return number << shift;
}

namespace {

// Milliseconds: 250, '250ms', '5 s', '2min'
std::optional<int64_t> ToMilliseconds(const Value& v) {
  constexpr int64_t kMost = int64_t{7} * 24 * 3600 * 1000;
  if (v.is_small_int()) {
    return v.int_value() < 0 || v.int_value() > kMost ? std::nullopt : std::optional<int64_t>(v.int_value());
  }
  if (!v.is_text()) return std::nullopt;
  const std::string text = AsciiLower(v.bytes());
  int64_t number = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number < 0) return std::nullopt;
  while (rest != end && *rest == ' ') ++rest;
  const std::string_view unit(rest, static_cast<size_t>(end - rest));
  const int64_t factor = unit.empty() || unit == "ms"   ? 1
                         : unit == "s"                  ? 1000
                         : unit == "min" || unit == "m" ? 60'000
                         : unit == "h"                  ? 3'600'000
                                                        : 0;
  if (factor == 0 || number > kMost / factor) return std::nullopt;
  return number * factor;
}

std::optional<int64_t> ToCount(const Value& v, int64_t least, int64_t most) {
  if (!v.is_small_int() || v.int_value() < least || v.int_value() > most) return std::nullopt;
  return v.int_value();
}

// A number that is not negative; no number at all is 0.
std::optional<double> ToAmount(const Value& v) {
  if (v.is_text() && AsciiLower(v.bytes()) == "none") return 0.0;
  if (!v.is_numeric()) return std::nullopt;
  const double amount = v.ToDouble();
  return amount >= 0 && amount <= 1e15 ? std::optional<double>(amount) : std::nullopt;
}

// {'read': 0.125, 'write': 0.625}
bool ToPrices(const Value& v, Settings* s) {
  if (ToAmount(v) == 0.0) {
    s->price_of_reads = s->price_of_writes = 0;
    return true;
  }
  if (!v.is_struct()) return false;
  double reads = 0, writes = 0;
  for (const Field& f : v.Materialize().fields()) {
    double* const price = f.name == "read" ? &reads : f.name == "write" ? &writes : nullptr;
    const std::optional<double> amount = ToAmount(f.value);
    if (price == nullptr || !amount) return false;
    *price = *amount;
  }
  s->price_of_reads = reads;
  s->price_of_writes = writes;
  return true;
}

Value AmountValue(double amount) {
  if (amount == static_cast<double>(static_cast<int64_t>(amount))) return Value::Int(static_cast<int64_t>(amount));
  const Result<Value> v = ParseJson(fmt::format("{}", amount));
  return v.ok() ? *v : Value::Null();
}

template <typename T>
std::optional<T> ToWord(const Value& v, std::initializer_list<std::pair<std::string_view, T>> words) {
  if (!v.is_text()) return std::nullopt;
  std::string word = AsciiLower(v.bytes());
  for (const auto& [text, value] : words) {
    if (text == word) return value;
  }
  return std::nullopt;
}

struct Setting {
  SettingInfo info;
  std::function<bool(const Value&, Settings*)> write;  // false: not a value it can have
  std::function<Value(const Settings&)> read;
};

Value OnOff(bool b) { return Value::String(b ? "on" : "off"); }

template <typename T>
bool Put(const std::optional<T>& value, T* out) {
  if (value.has_value()) *out = *value;
  return value.has_value();
}

bool PutBool(const Value& v, bool* out) { return Put(ToBool(v), out); }

const std::vector<Setting>& Table() {
  static const std::vector<Setting> table = {
      {{"atomic_limit", "1 to 10000000", "How many items one atomic statement may write."},
       [](const Value& v, Settings* s) {
         std::optional<int64_t> n = ToCount(v, 1, 10'000'000);
         if (n.has_value()) s->atomic_limit = static_cast<uint64_t>(*n);
         return n.has_value();
       },
       [](const Settings& s) { return Value::Int(static_cast<int64_t>(s.atomic_limit)); }},
      {{"bulk", "atomic | each", "Whether a statement writes all of its items or none, or one after the other."},
       [](const Value& v, Settings* s) {
         return Put(ToWord<bool>(v, {{"atomic", false}, {"each", true}}), &s->bulk_each);
       },
       [](const Settings& s) { return Value::String(s.bulk_each ? "each" : "atomic"); }},
      {{"cache", "on | off",
        "Whether reads that need not be consistent may be answered by what was kept of earlier ones."},
       [](const Value& v, Settings* s) { return PutBool(v, &s->cache); },
       [](const Settings& s) { return OnOff(s.cache); }},
      {{"cache_item_ttl", "milliseconds, or text as in '5min'", "How old a kept item may be that answers a read."},
       [](const Value& v, Settings* s) { return Put(ToMilliseconds(v), &s->cache_item_ttl_ms); },
       [](const Settings& s) { return Value::Int(s.cache_item_ttl_ms); }},
      {{"cache_query_ttl", "milliseconds, or text as in '5min'", "How old a kept answer may be that a query gets."},
       [](const Value& v, Settings* s) { return Put(ToMilliseconds(v), &s->cache_query_ttl_ms); },
       [](const Settings& s) { return Value::Int(s.cache_query_ttl_ms); }},
      {{"capacity", "on | off", "Whether statements count the capacity they consume, as DynamoDB does."},
       [](const Value& v, Settings* s) { return PutBool(v, &s->capacity); },
       [](const Settings& s) { return OnOff(s.capacity); }},
      {{"dialect", "extended | dynamodb", "All of PartiQL, or what Amazon DynamoDB's ExecuteStatement takes."},
       [](const Value& v, Settings* s) {
         return Put(ToWord<Dialect>(v, {{"extended", Dialect::kExtended}, {"dynamodb", Dialect::kDynamo}}),
                    &s->dialect);
       },
       [](const Settings& s) { return Value::String(s.dialect == Dialect::kDynamo ? "dynamodb" : "extended"); }},
      {{"durable", "on | off", "Whether a commit waits until it is on disk."},
       [](const Value& v, Settings* s) { return PutBool(v, &s->durable); },
       [](const Settings& s) { return OnOff(s.durable); }},
      {{"lint", "on | off", "Whether a statement says which attributes it names that no sampled item has."},
       [](const Value& v, Settings* s) { return PutBool(v, &s->lint); },
       [](const Settings& s) { return OnOff(s.lint); }},
      {{"max_read_units", "0 to 1000000000000; 0: any number",
        "How many read units of a remote engine one statement may consume before it is ended."},
       [](const Value& v, Settings* s) { return Put(ToAmount(v), &s->max_read_units); },
       [](const Settings& s) { return AmountValue(s.max_read_units); }},
      {{"memory_limit", "bytes, or text as in '512MB'",
        "What one statement may hold in memory before it spills to disk, or fails where it cannot."},
       [](const Value& v, Settings* s) {
         std::optional<uint64_t> bytes = ToBytes(v);
         if (!bytes.has_value() || *bytes < kLeastMemory) return false;
         s->memory_limit_bytes = static_cast<size_t>(*bytes);
         return true;
       },
       [](const Settings& s) { return Value::Int(static_cast<int64_t>(s.memory_limit_bytes)); }},
      {{"price", "{'read': 0.125, 'write': 0.625}, or none",
        "What a million units cost: with it EXPLAIN shows the price of a statement."},
       [](const Value& v, Settings* s) { return ToPrices(v, s); },
       [](const Settings& s) {
         if (s.price_of_reads == 0 && s.price_of_writes == 0) return Value::String("none");
         return Value::Struct({{"read", AmountValue(s.price_of_reads)}, {"write", AmountValue(s.price_of_writes)}});
       }},
      {{"scan", "allow | warn | deny",
        "What happens to a statement that must scan a whole table, or a range of partition keys open at one end."},
       [](const Value& v, Settings* s) {
         return Put(ToWord<ScanPolicy>(
                        v, {{"allow", ScanPolicy::kAllow}, {"warn", ScanPolicy::kWarn}, {"deny", ScanPolicy::kDeny}}),
                    &s->scan);
       },
       [](const Settings& s) {
         return Value::String(s.scan == ScanPolicy::kAllow ? "allow" : s.scan == ScanPolicy::kWarn ? "warn" : "deny");
       }},
      {{"statement_timeout", "milliseconds, or text as in '5s'; 0: none",
        "How long one statement may run, waiting included, before it fails with TimedOut."},
       [](const Value& v, Settings* s) { return Put(ToMilliseconds(v), &s->statement_timeout_ms); },
       [](const Settings& s) { return Value::Int(s.statement_timeout_ms); }},
      {{"threads", "0 to 256", "How many threads scan; 0: as many as the machine has cores."},
       [](const Value& v, Settings* s) {
         std::optional<int64_t> n = ToCount(v, 0, 256);
         if (n.has_value()) s->threads = static_cast<int>(*n);
         return n.has_value();
       },
       [](const Settings& s) { return Value::Int(s.threads); }},
      {{"throttle", "on | off", "Whether provisioned tables refuse what exceeds their throughput."},
       [](const Value& v, Settings* s) { return PutBool(v, &s->throttle); },
       [](const Settings& s) { return OnOff(s.throttle); }},
      {{"typing", "permissive | strict", "Whether a type error yields MISSING or fails the statement."},
       [](const Value& v, Settings* s) {
         return Put(ToWord<Typing>(v, {{"permissive", Typing::kPermissive}, {"strict", Typing::kStrict}}), &s->typing);
       },
       [](const Settings& s) { return Value::String(s.typing == Typing::kStrict ? "strict" : "permissive"); }},
      {{"validate_plans", "on | off",
        "Whether every plan is checked after every planner rule; a fault is an internal error naming the rule."},
       [](const Value& v, Settings* s) { return PutBool(v, &s->validate_plans); },
       [](const Settings& s) { return OnOff(s.validate_plans); }},
  };
  return table;
}

const Setting* Find(const std::string& name) {
  for (const Setting& s : Table()) {
    if (s.info.name == name) return &s;
  }
  return nullptr;
}

// The rule of a setting `rule_<name>`; empty if there is none.
std::string RuleOf(const std::string& name) {
  if (!name.starts_with(kRulePrefix)) return "";
  std::string rule = name.substr(kRulePrefix.size());
  for (const RuleInfo& r : AllRules()) {
    if (r.name == rule) return rule;
  }
  return "";
}

Status Unknown(const std::string& name) {
  std::vector<std::string> known;
  for (const SettingInfo& s : AllSettings()) known.push_back(s.name);
  std::string nearest = NearestName(name, known);
  return Status::Validation(fmt::format("there is no setting {}", name), {},
                            nearest.empty() ? "SHOW ALL lists them" : fmt::format("did you mean {}?", nearest));
}

}  // namespace

std::string Settings::PlanKey() const {
  std::string key = fmt::format("{}{}{}{}{}", static_cast<int>(dialect), static_cast<int>(typing),
                                static_cast<int>(scan), static_cast<int>(lint), threads);
  for (const std::string& rule : disabled_rules) key += "," + rule;
  return key;
}

const std::vector<SettingInfo>& AllSettings() {
  static const std::vector<SettingInfo> all = [] {
    std::vector<SettingInfo> out;
    for (const Setting& s : Table()) out.push_back(s.info);
    for (const RuleInfo& r : AllRules()) {
      out.push_back({std::string(kRulePrefix) + r.name, "on | off", r.contract});
    }
    std::sort(out.begin(), out.end(), [](const SettingInfo& a, const SettingInfo& b) { return a.name < b.name; });
    return out;
  }();
  return all;
}

Status ApplySetting(std::string_view name, const Value& value, Settings* settings) {
  std::string key = AsciiLower(name);
  // SET name = DEFAULT
  const bool reset = value.is_missing();
  if (const Setting* s = Find(key)) {
    if (s->write(reset ? s->read(Settings()) : value, settings)) return Status::Ok();
    return Status::Validation(fmt::format("{} cannot be {}", key, value.ToLiteral()), {},
                              fmt::format("{}: {}", key, s->info.values));
  }
  if (std::string rule = RuleOf(key); !rule.empty()) {
    std::optional<bool> on = reset ? true : ToBool(value);
    if (!on.has_value()) {
      return Status::Validation(fmt::format("{} cannot be {}", key, value.ToLiteral()), {},
                                fmt::format("{}: on | off", key));
    }
    if (*on) {
      settings->disabled_rules.erase(rule);
    } else {
      settings->disabled_rules.insert(rule);
    }
    return Status::Ok();
  }
  return Unknown(key);
}

Result<Value> ReadSetting(std::string_view name, const Settings& settings) {
  std::string key = AsciiLower(name);
  if (const Setting* s = Find(key)) return s->read(settings);
  if (std::string rule = RuleOf(key); !rule.empty()) return OnOff(!settings.disabled_rules.contains(rule));
  return Unknown(key);
}

}  // namespace parton

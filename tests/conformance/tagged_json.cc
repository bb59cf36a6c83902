#include "tagged_json.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/number.h"
#include "parton/temporal.h"

namespace parton::conformance {

namespace {

using Json = rapidjson::Value;

Status Bad(std::string_view what) { return Status::Validation("tagged JSON: " + std::string(what)); }

std::string_view View(const Json& json) { return {json.GetString(), json.GetStringLength()}; }

Result<std::vector<Value>> Elements(const Json& json) {
  if (!json.IsArray()) return Bad("an array is wanted");
  std::vector<Value> elements;
  elements.reserve(json.Size());
  for (const Json& e : json.GetArray()) {
    PARTON_ASSIGN_OR_RETURN(Value v, FromTaggedJson(e));
    elements.push_back(std::move(v));
  }
  return elements;
}

Result<Value> ReadStruct(const Json& json) {
  if (!json.IsArray()) return Bad("$struct wants an array");
  std::vector<Field> fields;
  for (const Json& pair : json.GetArray()) {
    if (!pair.IsArray() || pair.Size() != 2 || !pair[0].IsString()) return Bad("a pair is wanted");
    PARTON_ASSIGN_OR_RETURN(Value v, FromTaggedJson(pair[1]));
    // Value::Struct would drop it.
    if (v.is_missing()) return Bad("a field is MISSING");
    fields.push_back({std::string(View(pair[0])), std::move(v)});
  }
  return Value::Struct(std::move(fields));
}

Result<double> ReadDouble(std::string_view text) {
  if (text == "nan") return std::nan("");
  if (text == "+inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  double d = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), d);
  if (error != std::errc() || end != text.data() + text.size()) return Bad("$flt");
  return d;
}

Result<std::string> DecodeBase64(std::string_view text) {
  auto digit = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    int d = digit(c);
    if (d < 0) return Bad("base64");
    bits = bits << 6 | static_cast<uint32_t>(d);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xff));
    }
  }
  return bytes;
}

Result<int64_t> Member(const Json& json, const char* key) {
  auto member = json.FindMember(key);
  if (member == json.MemberEnd() || !member->value.IsInt64()) return Bad(key);
  return member->value.GetInt64();
}

Result<Time> ReadTime(const Json& json) {
  Time t;
  PARTON_ASSIGN_OR_RETURN(int64_t hour, Member(json, "hour"));
  PARTON_ASSIGN_OR_RETURN(int64_t minute, Member(json, "minute"));
  auto second = json.FindMember("second");
  if (second == json.MemberEnd() || !second->value.IsString()) return Bad("second");
  PARTON_ASSIGN_OR_RETURN(Number seconds, Number::ParseStrict(View(second->value)));
  PARTON_ASSIGN_OR_RETURN(Number nanos, Number::Mul(seconds, Number(1'000'000'000)));
  int64_t fraction;
  if (!nanos.TryInt64(&fraction)) return Bad("second");
  t.nanos = (hour * 60 + minute) * 60'000'000'000 + fraction;
  t.precision = static_cast<uint8_t>(seconds.Scale());
  if (auto offset = json.FindMember("offset"); offset != json.MemberEnd() && !offset->value.IsNull()) {
    PARTON_ASSIGN_OR_RETURN(int64_t minutes, Member(json, "offset"));
    t.offset = static_cast<int16_t>(minutes);
  }
  if (!t.IsValid()) return Bad("impossible time");
  return t;
}

Result<Value> ReadTimestamp(const Json& json) {
  Timestamp t;
  PARTON_ASSIGN_OR_RETURN(int64_t year, Member(json, "year"));
  PARTON_ASSIGN_OR_RETURN(int64_t month, Member(json, "month"));
  PARTON_ASSIGN_OR_RETURN(int64_t day, Member(json, "day"));
  t.date.year = static_cast<int32_t>(year);
  t.date.month = static_cast<uint8_t>(month);
  t.date.day = static_cast<uint8_t>(day);
  PARTON_ASSIGN_OR_RETURN(t.time, ReadTime(json));
  if (!t.IsValid()) return Bad("impossible timestamp");
  return Value::Of(t);
}

Result<int> Sign(const Json& json) {
  auto sign = json.FindMember("sign");
  if (sign == json.MemberEnd() || !sign->value.IsString()) return Bad("sign");
  return View(sign->value) == "-" ? -1 : 1;
}

Result<Value> ReadMonths(const Json& json) {
  PARTON_ASSIGN_OR_RETURN(int sign, Sign(json));
  PARTON_ASSIGN_OR_RETURN(int64_t years, Member(json, "years"));
  PARTON_ASSIGN_OR_RETURN(int64_t months, Member(json, "months"));
  return Value::Of(Interval::Months(sign * (years * 12 + months), {DatePart::kYear, DatePart::kMonth, 9, 0}));
}

Result<Value> ReadSeconds(const Json& json) {
  PARTON_ASSIGN_OR_RETURN(int sign, Sign(json));
  PARTON_ASSIGN_OR_RETURN(int64_t days, Member(json, "days"));
  PARTON_ASSIGN_OR_RETURN(int64_t hours, Member(json, "hours"));
  PARTON_ASSIGN_OR_RETURN(int64_t minutes, Member(json, "minutes"));
  PARTON_ASSIGN_OR_RETURN(int64_t seconds, Member(json, "seconds"));
  PARTON_ASSIGN_OR_RETURN(int64_t nanos, Member(json, "nanos"));
  seconds += ((days * 24 + hours) * 60 + minutes) * 60;
  return Value::Of(
      Interval::Seconds(sign * seconds, static_cast<int32_t>(sign * nanos), {DatePart::kDay, DatePart::kSecond, 9, 9}));
}

Result<Value> ReadTagged(std::string_view tag, const Json& v) {
  if (tag == "$null") return Value::Null();
  if (tag == "$missing") return Value::Missing();
  if (tag == "$ion") return FromTaggedJson(v);
  if (tag == "$struct") return ReadStruct(v);
  if (tag == "$bag" || tag == "$sexp") {
    PARTON_ASSIGN_OR_RETURN(std::vector<Value> elements, Elements(v));
    return Value::Collection(tag == "$bag" ? Type::kBag : Type::kSexp, std::move(elements));
  }
  if (tag == "$graph") {
    PARTON_ASSIGN_OR_RETURN(Value graph, FromTaggedJson(v));
    if (!graph.is_struct()) return Bad("$graph wants a struct");
    return Value::Graph(graph.fields());
  }
  if (tag == "$interval_ym" && v.IsObject()) return ReadMonths(v);
  if (tag == "$interval_dt" && v.IsObject()) return ReadSeconds(v);
  if (tag == "$timestamp" && v.IsObject()) return ReadTimestamp(v);
  if (tag == "$time" && v.IsObject()) {
    PARTON_ASSIGN_OR_RETURN(Time t, ReadTime(v));
    return Value::Of(t);
  }
  if (!v.IsString()) return Bad(std::string(tag) + " wants a text");
  std::string_view text = View(v);
  if (tag == "$int" || tag == "$dec") {
    PARTON_ASSIGN_OR_RETURN(Number n, Number::ParseRounding(text));
    if (tag == "$dec") return Value::Decimal(n);
    return n.IsIntegral() ? Result<Value>(Value::Int(n)) : Bad("$int");
  }
  if (tag == "$flt") {
    PARTON_ASSIGN_OR_RETURN(double d, ReadDouble(text));
    return Value::Float(d);
  }
  if (tag == "$sym") return Value::Symbol(text);
  if (tag == "$blob" || tag == "$clob") {
    PARTON_ASSIGN_OR_RETURN(std::string bytes, DecodeBase64(text));
    return Value::Bytes(tag == "$blob" ? Type::kBlob : Type::kClob, bytes);
  }
  if (tag == "$date") {
    PARTON_ASSIGN_OR_RETURN(Date d, ParseDate(text));
    return Value::Of(d);
  }
  if (tag == "$ts") {
    PARTON_ASSIGN_OR_RETURN(Timestamp t, ParseIonTimestamp(text));
    return Value::Of(t);
  }
  return Bad("unknown tag " + std::string(tag));
}

}  // namespace

Result<Value> FromTaggedJson(const Json& json) {
  if (json.IsNull()) return Value::Null();
  if (json.IsBool()) return Value::Bool(json.GetBool());
  if (json.IsString()) return Value::String(View(json));
  if (json.IsArray()) {
    PARTON_ASSIGN_OR_RETURN(std::vector<Value> elements, Elements(json));
    return Value::List(std::move(elements));
  }
  if (!json.IsObject() || json.MemberCount() != 1) return Bad("an object of one member is wanted");
  const auto& member = *json.MemberBegin();
  return ReadTagged(View(member.name), member.value);
}

}  // namespace parton::conformance

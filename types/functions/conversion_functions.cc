// Values to and from text: JSON, base64, hexadecimal; and the names of types.
#include "types/functions/registry.h"
#include "types/json/json_reader.h"
#include "types/text/base64.h"

namespace parton::functions {
namespace {

const char* const kGroup = "conversion";

Value FromBase64(const Value* args, int, EvalContext& ctx) {
  const std::optional<std::string> bytes = Base64Decode(args[0].bytes());
  return bytes.has_value() ? Value::Blob(*bytes) : ctx.Mismatch("the text is not base64");
}

Value ToHex(const Value* args, int, EvalContext&) {
  static const char kDigits[] = "0123456789abcdef";
  std::string out;
  for (char c : args[0].bytes()) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return Value::String(out);
}

Value FromHex(const Value* args, int, EvalContext& ctx) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  const std::string_view s = args[0].bytes();
  std::string out;
  for (size_t i = 0; i + 1 < s.size(); i += 2) {
    const int high = digit(s[i]), low = digit(s[i + 1]);
    if (high < 0 || low < 0) return ctx.Mismatch("the text is not hexadecimal");
    out += static_cast<char>(high * 16 + low);
  }
  return s.size() % 2 == 0 ? Value::Blob(out) : ctx.Mismatch("the text is not hexadecimal");
}

Value ToDynamoJson(const Value* args, int, EvalContext& ctx) {
  const Result<std::string> r = args[0].ToDynamoJson();
  return r.ok() ? Value::String(*r) : ctx.Mismatch(r.status().message().c_str());
}

// Text that is no JSON is data of a wrong kind: a mismatch.
template <Result<Value> (*parse)(std::string_view)>
Value Parse(const Value* args, int, EvalContext& ctx) {
  Result<Value> r = parse(args[0].bytes());
  return r.ok() ? std::move(*r) : ctx.Mismatch(r.status().message().c_str());
}

}  // namespace

void AddConversionFunctions(Registry& r) {
  r.Add("TO_JSON(x ANY) -> STRING", kGroup,
        "x as JSON text: sets and bags as arrays, binaries as base64, numbers in full.",
        "TO_JSON({'a': [1, 2.5]}) = '{\"a\":[1,2.5]}'", 1, 1, {kAny},
        [](const Value* a, int, EvalContext&) { return a[0].is_missing() ? a[0] : Value::String(a[0].ToJson()); })
      .absent = AbsentRule::kCustom;
  r.Add("TO_DYNAMO_JSON(x ANY) -> STRING", kGroup, "x as DynamoDB's typed JSON.",
        "TO_DYNAMO_JSON('a') = '{\"S\":\"a\"}'", 1, 1, {kAny}, ToDynamoJson);
  r.Add("PARSE_JSON(s STRING) -> ANY", kGroup, "The value that the JSON text says.",
        "PARSE_JSON('{\"a\":[1,null]}') = {'a': [1, NULL]}", 1, 1, {kText}, Parse<ParseJson>);
  r.Add("PARSE_DYNAMO_JSON(s STRING) -> ANY", kGroup, "The value or item that DynamoDB's typed JSON says.",
        "PARSE_DYNAMO_JSON('{\"L\":[{\"N\":\"1\"}]}') = [1]", 1, 1, {kText}, Parse<ParseDynamoJson>);
  r.Add("TO_BASE64(x BINARY | STRING) -> STRING", kGroup, "The bytes as base64.", "TO_BASE64('ab') = 'YWI='", 1, 1,
        {ArgType::kTextOrLob},
        [](const Value* a, int, EvalContext&) { return Value::String(Base64Encode(a[0].bytes())); });
  r.Add("FROM_BASE64(s STRING) -> BINARY", kGroup, "The bytes that the base64 text says.",
        "TO_BASE64(FROM_BASE64('YWI=')) = 'YWI='", 1, 1, {kText}, FromBase64);
  r.Add("TO_HEX(x BINARY | STRING) -> STRING", kGroup, "The bytes in hexadecimal.", "TO_HEX('ab') = '6162'", 1, 1,
        {ArgType::kTextOrLob}, ToHex);
  r.Add("FROM_HEX(s STRING) -> BINARY", kGroup, "The bytes that the hexadecimal text says.",
        "TO_HEX(FROM_HEX('6162')) = '6162'", 1, 1, {kText}, FromHex);
  r.Add("TYPEOF(x ANY) -> STRING", kGroup, "The name of x's type: 'INT', 'STRING', 'MISSING'.", "TYPEOF(1) = 'INT'", 1,
        1, {kAny}, [](const Value* a, int, EvalContext&) { return Value::String(TypeName(a[0].type())); });
  r.scalars.back().absent = AbsentRule::kCustom;
  r.scalars.back().probes = true;
}

}  // namespace parton::functions

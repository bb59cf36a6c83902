// Printing of values.
//
// A literal must read back to the same typed value: a DECIMAL keeps its point, a FLOAT its
// exponent, and what PartiQL has no syntax for (symbols, clobs, infinities) is an Ion literal in
// back-ticks.
#include "types/value/value_print.h"

#include <charconv>
#include <cmath>

#include "parton/temporal.h"
#include "types/item/item_rules.h"
#include "types/status/bounds.h"
#include "types/text/base64.h"
#include "types/text/unicode.h"

namespace parton {

namespace {

constexpr char kHex[] = "0123456789abcdef";

// The decimal as written, or in Ion's form with an exponent where that would be too long.
std::string DecimalToText(const Number& n, bool* has_exponent) {
  std::string text = n.ToText();
  size_t e = text.find('E');
  *has_exponent = e != std::string::npos;
  if (*has_exponent) {
    text.replace(e, text[e + 1] == '+' ? 2 : 1, "d");
  } else if (text.find('.') == std::string::npos) {
    text.push_back('.');
  }
  return text;
}

// Inside "" or, for clobs, with every byte beyond ASCII escaped.
void AppendIonText(std::string_view s, char quote, bool clob, std::string* out) {
  out->push_back(quote);
  for (char c : s) {
    auto byte = static_cast<uint8_t>(c);
    if (c == quote || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      out->append("\\n");
    } else if (byte < 0x20 || byte == 0x7f || (clob && byte >= 0x80)) {
      out->append("\\x");
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    } else {
      out->push_back(c);
    }
  }
  out->push_back(quote);
}

// Text that grows is not yet a value.
void CheckGrowth(const std::string& out) {
  constexpr size_t kWorthIt = 1 << 20;
  CheckPoint();
  if (out.size() > kWorthIt) CheckRoomFor(out.size());
}

template <typename Range, typename Fn>
void AppendList(const Range& range, std::string_view open, std::string_view between, std::string_view close,
                std::string* out, Fn element) {
  CheckStack();
  out->append(open);
  size_t n = 0;
  for (const auto& e : range) {
    if (n != 0) out->append(between);
    if ((n++ & 255) == 0) CheckGrowth(*out);
    element(e);
  }
  out->append(close);
}

void AppendIonLiteral(const Value& v, std::string* out) {
  out->push_back('`');
  AppendIon(v, out);
  out->push_back('`');
}

// REQUIRES: storable.
void AppendDynamo(const Value& v, std::string* out);

void AppendDynamoFields(const Value& v, std::string* out) {
  Value m = v.Materialize();
  AppendList(m.fields(), "{", ",", "}", out, [&](const Field& f) {
    AppendJsonString(f.name, out);
    out->push_back(':');
    AppendDynamo(f.value, out);
  });
}

void AppendDynamoScalar(const Value& v, std::string* out) {
  if (v.is_exact()) {
    out->append("\"").append(v.number().ToString()).append("\"");
  } else if (v.is_lob()) {
    out->append("\"").append(Base64Encode(v.bytes())).append("\"");
  } else {
    AppendJsonString(v.bytes(), out);
  }
}

void AppendDynamo(const Value& v, std::string* out) {
  auto member = [&](const char* name) { out->append("{\"").append(name).append("\":"); };
  auto set = [&](const char* name) {
    member(name);
    AppendList(v.elements(), "[", ",", "]", out, [&](const Value& e) { AppendDynamoScalar(e, out); });
  };
  switch (v.type()) {
    case Type::kNull:
      member("NULL");
      out->append("true");
      break;
    case Type::kBool:
      member("BOOL");
      out->append(v.bool_value() ? "true" : "false");
      break;
    case Type::kInt:
    case Type::kDecimal:
      member("N");
      AppendDynamoScalar(v, out);
      break;
    case Type::kBlob:
      member("B");
      AppendDynamoScalar(v, out);
      break;
    case Type::kStringSet: set("SS"); break;
    case Type::kNumberSet: set("NS"); break;
    case Type::kBinarySet: set("BS"); break;
    case Type::kList:
      member("L");
      AppendList(v.elements(), "[", ",", "]", out, [&](const Value& e) { AppendDynamo(e, out); });
      break;
    case Type::kStruct:
      member("M");
      AppendDynamoFields(v, out);
      break;
    default:
      member("S");
      AppendDynamoScalar(v, out);
      break;
  }
  out->push_back('}');
}

}  // namespace

std::string FloatToText(double d) {
  char buffer[40];
  char* end = std::to_chars(buffer, buffer + sizeof(buffer), d, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  size_t e = text.find('e');
  std::string out(text.substr(0, e + 1));
  std::string_view exponent = text.substr(e + 1);
  if (exponent[0] == '-') out.push_back('-');
  exponent.remove_prefix(1);
  while (exponent.size() > 1 && exponent[0] == '0') exponent.remove_prefix(1);
  return out.append(exponent);
}

void AppendQuoted(std::string_view s, char quote, std::string* out) {
  out->push_back(quote);
  for (char c : s) {
    if (c == quote) out->push_back(c);
    out->push_back(c);
  }
  out->push_back(quote);
}

std::string QuoteIdentifier(std::string_view name) {
  std::string out;
  AppendQuoted(name, '"', &out);
  return out;
}

void AppendJsonString(std::string_view s, std::string* out) {
  std::string valid;
  if (!IsValidUtf8(s)) {
    valid = ToValidUtf8(s);
    s = valid;
  }
  out->push_back('"');
  size_t done = 0;  // of s
  for (size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') continue;
    out->append(s.substr(done, i - done));
    done = i + 1;
    out->push_back('\\');
    switch (c) {
      case '"':
      case '\\': out->push_back(c); break;
      case '\n': out->push_back('n'); break;
      case '\r': out->push_back('r'); break;
      case '\t': out->push_back('t'); break;
      default:
        out->append("u00");
        out->push_back(kHex[byte >> 4]);
        out->push_back(kHex[byte & 15]);
    }
  }
  out->append(s.substr(done)).push_back('"');
}

void AppendLiteral(const Value& v, std::string* out) {
  auto element = [&](const Value& e) { AppendLiteral(e, out); };
  switch (v.type()) {
    case Type::kMissing: out->append("MISSING"); return;
    case Type::kNull: out->append("NULL"); return;
    case Type::kBool: out->append(v.bool_value() ? "true" : "false"); return;
    case Type::kInt: out->append(v.is_small_int() ? std::to_string(v.int_value()) : v.number().ToString()); return;
    case Type::kDecimal: {
      bool has_exponent;
      std::string text = DecimalToText(v.number(), &has_exponent);
      if (has_exponent) out->push_back('`');
      out->append(text);
      if (has_exponent) out->push_back('`');
      return;
    }
    case Type::kFloat:
      if (std::isfinite(v.float_value())) {
        out->append(FloatToText(v.float_value()));
      } else {
        AppendIonLiteral(v, out);
      }
      return;
    case Type::kString: AppendQuoted(v.bytes(), '\'', out); return;
    case Type::kBlob: out->append("b64'").append(Base64Encode(v.bytes())).push_back('\''); return;
    case Type::kSymbol:
    case Type::kClob:
    case Type::kGraph: AppendIonLiteral(v, out); return;
    case Type::kDate: out->append(ToLiteral(v.date())); return;
    case Type::kTime: out->append(ToLiteral(v.time())); return;
    case Type::kTimestamp: out->append(ToLiteral(v.timestamp())); return;
    case Type::kInterval: out->append(ToLiteral(v.interval())); return;
    case Type::kList: AppendList(v.elements(), "[", ", ", "]", out, element); return;
    case Type::kSexp: AppendList(v.elements(), "SEXP(", ", ", ")", out, element); return;
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: AppendList(v.elements(), "<<", ", ", ">>", out, element); return;
    case Type::kStruct: {
      Value m = v.Materialize();
      AppendList(m.fields(), "{", ", ", "}", out, [&](const Field& f) {
        AppendQuoted(f.name, '\'', out);
        out->append(": ");
        AppendLiteral(f.value, out);
      });
      return;
    }
  }
}

void AppendIon(const Value& v, std::string* out) {
  auto element = [&](const Value& e) { AppendIon(e, out); };
  switch (v.type()) {
    case Type::kMissing: out->append("$missing::null"); return;
    case Type::kNull: out->append("null"); return;
    case Type::kDecimal: {
      bool has_exponent;
      out->append(DecimalToText(v.number(), &has_exponent));
      return;
    }
    case Type::kFloat: {
      double d = v.float_value();
      out->append(std::isnan(d) ? "nan" : std::isinf(d) ? (d < 0 ? "-inf" : "+inf") : FloatToText(d));
      return;
    }
    case Type::kString: AppendIonText(v.bytes(), '"', false, out); return;
    case Type::kSymbol: AppendIonText(v.bytes(), '\'', false, out); return;
    case Type::kBlob: out->append("{{").append(Base64Encode(v.bytes())).append("}}"); return;
    case Type::kClob:
      out->append("{{");
      AppendIonText(v.bytes(), '"', true, out);
      out->append("}}");
      return;
    case Type::kDate: out->append("$date::").append(ToString(v.date())); return;
    case Type::kTime: out->append("$time::\"").append(ToString(v.time())).append("\""); return;
    case Type::kTimestamp: out->append(ToIonString(v.timestamp())); return;
    case Type::kInterval:
      out->append("$interval::");
      AppendIonText(ToLiteral(v.interval()), '"', false, out);
      return;
    case Type::kList: AppendList(v.elements(), "[", ", ", "]", out, element); return;
    case Type::kSexp: AppendList(v.elements(), "(", " ", ")", out, element); return;
    case Type::kBag:
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: AppendList(v.elements(), "$bag::[", ", ", "]", out, element); return;
    case Type::kStruct:
    case Type::kGraph: {
      if (v.type() == Type::kGraph) out->append("$graph::");
      Value m = v.Materialize();
      AppendList(m.fields(), "{", ", ", "}", out, [&](const Field& f) {
        AppendIonText(f.name, '\'', false, out);
        out->append(": ");
        AppendIon(f.value, out);
      });
      return;
    }
    default: AppendLiteral(v, out); return;  // booleans and integers
  }
}

void AppendJson(const Value& v, std::string* out) {
  switch (v.type()) {
    case Type::kMissing:
    case Type::kNull: out->append("null"); return;
    case Type::kBool:
    case Type::kInt: AppendLiteral(v, out); return;
    case Type::kDecimal: out->append(v.number().ToText()); return;
    case Type::kFloat: {
      if (!std::isfinite(v.float_value())) {
        out->append("null");
        return;
      }
      char buffer[40];
      char* end = std::to_chars(buffer, buffer + sizeof(buffer), v.float_value()).ptr;
      out->append(buffer, static_cast<size_t>(end - buffer));
      return;
    }
    case Type::kString:
    case Type::kSymbol: AppendJsonString(v.bytes(), out); return;
    case Type::kBlob:
    case Type::kClob: AppendJsonString(Base64Encode(v.bytes()), out); return;
    case Type::kDate: AppendJsonString(ToString(v.date()), out); return;
    case Type::kTime: AppendJsonString(ToString(v.time()), out); return;
    case Type::kTimestamp: AppendJsonString(ToString(v.timestamp()), out); return;
    case Type::kInterval: AppendJsonString(ToString(v.interval()), out); return;
    case Type::kStruct:
    case Type::kGraph: {
      Value m = v.Materialize();
      AppendList(m.fields(), "{", ",", "}", out, [&](const Field& f) {
        AppendJsonString(f.name, out);
        out->push_back(':');
        AppendJson(f.value, out);
      });
      return;
    }
    default: AppendList(v.elements(), "[", ",", "]", out, [&](const Value& e) { AppendJson(e, out); });
  }
}

std::string Value::ToLiteral() const {
  std::string out;
  AppendLiteral(*this, &out);
  return out;
}

std::string Value::ToJson() const {
  std::string out;
  AppendJson(*this, &out);
  return out;
}

Result<std::string> Value::ToDynamoJson() const {
  PARTON_ASSIGN_OR_RETURN(Value v, ToStorable(*this, ""));
  std::string out;
  AppendDynamo(v, &out);
  return out;
}

Result<std::string> ItemToDynamoJson(const Value& item) {
  if (!item.is_struct()) {
    return Status::Validation("An item must be a STRUCT, not a " + std::string(TypeName(item.type())));
  }
  // Not as a value: the item itself is no level of nesting.
  PARTON_ASSIGN_OR_RETURN(std::vector<Field> fields, ToStorableFields(item));
  std::string out;
  AppendDynamoFields(Value::Struct(std::move(fields)), &out);
  return out;
}

}  // namespace parton

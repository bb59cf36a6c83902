// A recursive-descent reader of Ion text, one value at a time.
#include "parser/ion_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "parton/number.h"
#include "parton/temporal.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr int kMaxDepth = 500;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSymbolStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool IsOperator(char c) {
  return c != '\0' && std::string_view("!#%&*+-./;<=>?@^`|~").find(c) != std::string_view::npos;
}

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | code >> 18));
    out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Value> Run() {
    PARTON_RETURN_IF_ERROR(SkipBlanks());
    PARTON_ASSIGN_OR_RETURN(Value v, ReadValue(0, false));
    PARTON_RETURN_IF_ERROR(SkipBlanks());
    if (at_ < text_.size()) return Error("expected one value");
    return v;
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool At(std::string_view s) const { return text_.substr(at_, s.size()) == s; }

  Status Error(std::string_view what) const { return Status::Syntax(fmt::format("{} at byte {}", what, at_)); }

  Status SkipBlanks() {
    for (;;) {
      while (at_ < text_.size() && std::string_view(" \t\r\n\f\v").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      }
      if (At("//")) {
        size_t end = text_.find_first_of("\r\n", at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
      } else if (At("/*")) {
        size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return Error("unterminated comment");
        at_ = end + 2;
      } else {
        return Status::Ok();
      }
    }
  }

  // REQUIRES: no blank at the position.
  Result<Value> ReadValue(int depth, bool in_sexp) {
    if (depth > kMaxDepth) return Error("nested too deeply");
    CheckStack();
    points_.Tick();
    // Annotations: symbols followed by ::
    for (;;) {
      size_t begin = at_;
      if (!IsSymbolStart(Peek()) && !(Peek() == '\'' && !At("'''"))) break;
      std::string name;
      bool quoted = Peek() == '\'';
      PARTON_RETURN_IF_ERROR(ReadSymbolText(&name));
      size_t end = at_;
      PARTON_RETURN_IF_ERROR(SkipBlanks());
      if (!At("::")) {
        at_ = end;
        if (quoted) return Value::Symbol(name);
        return Keyword(begin, name);
      }
      at_ += 2;
      PARTON_RETURN_IF_ERROR(SkipBlanks());
    }
    const char c = Peek();
    if (c == '"') {
      std::string s;
      PARTON_RETURN_IF_ERROR(ReadShort('"', false, &s));
      return Value::String(s);
    }
    if (At("'''")) {
      std::string s;
      PARTON_RETURN_IF_ERROR(ReadLong(false, &s));
      return Value::String(s);
    }
    if (At("{{")) return ReadLob();
    if (c == '{') return ReadStruct(depth);
    if (c == '[') return ReadSequence(depth, ']', Type::kList);
    if (c == '(') return ReadSequence(depth, ')', Type::kSexp);
    if (At("+inf") && !IsSymbolStart(Peek(4)) && !IsDigit(Peek(4))) {
      at_ += 4;
      return Value::Float(std::numeric_limits<double>::infinity());
    }
    if (At("-inf") && !IsSymbolStart(Peek(4)) && !IsDigit(Peek(4))) {
      at_ += 4;
      return Value::Float(-std::numeric_limits<double>::infinity());
    }
    if (IsDigit(c) || (c == '-' && IsDigit(Peek(1)))) return ReadNumber();
    if (in_sexp && IsOperator(c)) {
      size_t begin = at_;
      while (IsOperator(Peek())) ++at_;
      return Value::Symbol(text_.substr(begin, at_ - begin));
    }
    if (at_ >= text_.size()) return Error("expected a value");
    return Error("unexpected character");
  }

  // A symbol, quoted or not.
  Status ReadSymbolText(std::string* out) {
    if (Peek() == '\'') return ReadShort('\'', false, out);
    size_t begin = at_;
    while (IsSymbolStart(Peek()) || IsDigit(Peek())) ++at_;
    out->assign(text_.substr(begin, at_ - begin));
    return Status::Ok();
  }

  Result<Value> Keyword(size_t begin, const std::string& name) {
    if (name == "true") return Value::Bool(true);
    if (name == "false") return Value::Bool(false);
    if (name == "nan") return Value::Float(std::numeric_limits<double>::quiet_NaN());
    if (name != "null") return Value::Symbol(name);
    if (Peek() != '.') return Value::Null();
    ++at_;
    size_t type_begin = at_;
    while (IsSymbolStart(Peek()) || IsDigit(Peek())) ++at_;
    std::string_view type = text_.substr(type_begin, at_ - type_begin);
    for (const char* known : {"null", "bool", "int", "float", "decimal", "timestamp", "symbol", "string", "clob",
                              "blob", "list", "sexp", "struct"}) {
      if (type == known) return Value::Null();
    }
    at_ = begin;
    return Error("unknown type of null");
  }

  Status ReadEscape(bool clob, std::string* out) {
    const char c = Peek(1);
    at_ += 2;
    auto hex = [&](int digits, uint32_t* code) {
      *code = 0;
      for (int i = 0; i < digits; ++i, ++at_) {
        char h = Peek();
        int value = IsDigit(h)             ? h - '0'
                    : h >= 'a' && h <= 'f' ? h - 'a' + 10
                    : h >= 'A' && h <= 'F' ? h - 'A' + 10
                                           : -1;
        if (value < 0) return false;
        *code = *code << 4 | static_cast<uint32_t>(value);
      }
      return true;
    };
    uint32_t code = 0;
    switch (c) {
      case 'a': out->push_back('\a'); return Status::Ok();
      case 'b': out->push_back('\b'); return Status::Ok();
      case 't': out->push_back('\t'); return Status::Ok();
      case 'n': out->push_back('\n'); return Status::Ok();
      case 'f': out->push_back('\f'); return Status::Ok();
      case 'r': out->push_back('\r'); return Status::Ok();
      case 'v': out->push_back('\v'); return Status::Ok();
      case '0': out->push_back('\0'); return Status::Ok();
      case '?':
      case '"':
      case '\'':
      case '/':
      case '\\': out->push_back(c); return Status::Ok();
      case '\r':
        if (Peek() == '\n') ++at_;
        return Status::Ok();
      case '\n': return Status::Ok();
      case 'x':
        if (!hex(2, &code)) return Error("bad escape");
        if (clob)
          out->push_back(static_cast<char>(code));
        else
          AppendUtf8(code, out);
        return Status::Ok();
      case 'u':
      case 'U':
        if (clob || !hex(c == 'u' ? 4 : 8, &code)) return Error("bad escape");
        if (code >= 0xD800 && code <= 0xDBFF && c == 'u' && At("\\u")) {
          uint32_t low = 0;
          at_ += 2;
          if (!hex(4, &low) || low < 0xDC00 || low > 0xDFFF) return Error("bad escape");
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return Error("bad escape");
        AppendUtf8(code, out);
        return Status::Ok();
      default: return Error("bad escape");
    }
  }

  Status ReadShort(char quote, bool clob, std::string* out) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        return Status::Ok();
      }
      if (c == '\\') {
        PARTON_RETURN_IF_ERROR(ReadEscape(clob, out));
      } else if (c == '\n' || c == '\r') {
        return Error("line break in a string");
      } else {
        out->push_back(c);
        ++at_;
      }
    }
    return Error("unterminated string");
  }

  // '''...''' '''...''': adjacent ones are one string.
  Status ReadLong(bool clob, std::string* out) {
    while (At("'''")) {
      at_ += 3;
      for (;;) {
        if (at_ >= text_.size()) return Error("unterminated string");
        if (At("'''")) break;
        if (Peek() == '\\') {
          PARTON_RETURN_IF_ERROR(ReadEscape(clob, out));
        } else if (Peek() == '\r') {
          out->push_back('\n');
          at_ += Peek(1) == '\n' ? 2 : 1;
        } else {
          out->push_back(text_[at_++]);
        }
      }
      at_ += 3;
      PARTON_RETURN_IF_ERROR(SkipBlanks());
    }
    return Status::Ok();
  }

  void SkipSpaces() {
    while (at_ < text_.size() && std::string_view(" \t\r\n\f\v").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  Result<Value> ReadLob() {
    at_ += 2;
    SkipSpaces();
    std::string bytes;
    if (Peek() == '"' || At("'''")) {
      PARTON_RETURN_IF_ERROR(Peek() == '"' ? ReadShort('"', true, &bytes) : ReadLong(true, &bytes));
      SkipSpaces();
      if (!At("}}")) return Error("expected }}");
      at_ += 2;
      return Value::Clob(bytes);
    }
    size_t end = text_.find("}}", at_);
    if (end == std::string_view::npos) return Error("expected }}");
    if (!DecodeBase64(text_.substr(at_, end - at_), &bytes)) return Error("bad base64");
    at_ = end + 2;
    return Value::Blob(bytes);
  }

  Result<Value> ReadStruct(int depth) {
    ++at_;
    std::vector<Field> fields;
    for (;;) {
      PARTON_RETURN_IF_ERROR(SkipBlanks());
      if (Peek() == '}') break;
      Field field;
      if (Peek() == '"') {
        PARTON_RETURN_IF_ERROR(ReadShort('"', false, &field.name));
      } else if (At("'''")) {
        PARTON_RETURN_IF_ERROR(ReadLong(false, &field.name));
      } else if (Peek() == '\'' || IsSymbolStart(Peek())) {
        PARTON_RETURN_IF_ERROR(ReadSymbolText(&field.name));
      } else {
        return Error("expected a field name");
      }
      PARTON_RETURN_IF_ERROR(SkipBlanks());
      if (Peek() != ':') return Error("expected :");
      ++at_;
      PARTON_RETURN_IF_ERROR(SkipBlanks());
      PARTON_ASSIGN_OR_RETURN(field.value, ReadValue(depth + 1, false));
      fields.push_back(std::move(field));
      PARTON_RETURN_IF_ERROR(SkipBlanks());
      if (Peek() == ',')
        ++at_;
      else if (Peek() != '}')
        return Error("expected , or }");
    }
    ++at_;
    return Value::Struct(std::move(fields));
  }

  Result<Value> ReadSequence(int depth, char close, Type type) {
    ++at_;
    std::vector<Value> elements;
    for (;;) {
      PARTON_RETURN_IF_ERROR(SkipBlanks());
      if (Peek() == close) break;
      PARTON_ASSIGN_OR_RETURN(Value v, ReadValue(depth + 1, type == Type::kSexp));
      elements.push_back(std::move(v));
      PARTON_RETURN_IF_ERROR(SkipBlanks());
      if (type == Type::kSexp) continue;
      if (Peek() == ',')
        ++at_;
      else if (Peek() != close)
        return Error("expected , or ]");
    }
    ++at_;
    return Value::Collection(type, std::move(elements));
  }

  bool LooksLikeTimestamp() const {
    for (int i = 0; i < 4; ++i) {
      if (!IsDigit(Peek(i))) return false;
    }
    return Peek(4) == 'T' || Peek(4) == '-';
  }

  Result<Value> ReadNumber() {
    const size_t begin = at_;
    if (LooksLikeTimestamp()) {
      while (IsDigit(Peek()) || (Peek() != '\0' && std::string_view("T-:.+Z").find(Peek()) != std::string_view::npos)) {
        ++at_;
      }
      Result<Timestamp> t = ParseIonTimestamp(text_.substr(begin, at_ - begin));
      if (!t.ok()) return Error(t.status().message());
      return Value::Of(*t);
    }
    const bool negative = Peek() == '-';
    if (negative) ++at_;
    if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X' || Peek(1) == 'b' || Peek(1) == 'B')) {
      return ReadRadix(negative);
    }
    std::string digits = negative ? "-" : "";
    auto take_digits = [&] {
      while (IsDigit(Peek()) || (Peek() == '_' && IsDigit(Peek(1)))) {
        if (Peek() != '_') digits.push_back(Peek());
        ++at_;
      }
    };
    const size_t first = at_;
    take_digits();
    if (text_[first] == '0' && at_ > first + 1) return Error("leading zeros");
    bool decimal = false;
    bool is_float = false;
    if (Peek() == '.') {
      decimal = true;
      digits.push_back('.');
      ++at_;
      take_digits();
    }
    const char e = Peek();
    if (e == 'd' || e == 'D' || e == 'e' || e == 'E') {
      is_float = e == 'e' || e == 'E';
      decimal = !is_float;
      digits.push_back('e');
      ++at_;
      if (Peek() == '+' || Peek() == '-') digits.push_back(text_[at_++]);
      if (!IsDigit(Peek())) return Error("expected an exponent");
      take_digits();
    }
    if (IsSymbolStart(Peek())) return Error("bad number");
    if (is_float) return Value::Float(std::strtod(digits.c_str(), nullptr));
    Result<Number> n = Number::ParseExact(digits);
    if (!n.ok()) return Error(n.status().message());
    return decimal ? Value::Decimal(*n) : Value::Int(*n);
  }

  Result<Value> ReadRadix(bool negative) {
    const int radix = Peek(1) == 'x' || Peek(1) == 'X' ? 16 : 2;
    at_ += 2;
    Number n;
    size_t count = 0;
    for (;; ++at_) {
      const char c = Peek();
      if (c == '_' && count > 0) continue;
      int d = IsDigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
      if (d >= radix) break;
      ++count;
      PARTON_ASSIGN_OR_RETURN(n, Number::Mul(n, Number(radix)));
      PARTON_ASSIGN_OR_RETURN(n, Number::Add(n, Number(d)));
      if (n.exponent() > 0) return Error("the number has more than 38 digits");
    }
    if (count == 0 || IsSymbolStart(Peek())) return Error("bad number");
    return Value::Int(negative ? n.Neg() : n);
  }

  CheckPoints points_;
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<Value> ReadIon(std::string_view text) { return Reader(text).Run(); }

bool DecodeBase64(std::string_view text, std::string* out) {
  uint32_t bits = 0;
  int count = 0;  // digits of the current group of four
  int padding = 0;
  for (char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v') continue;
    int digit;
    if (c >= 'A' && c <= 'Z')
      digit = c - 'A';
    else if (c >= 'a' && c <= 'z')
      digit = c - 'a' + 26;
    else if (c >= '0' && c <= '9')
      digit = c - '0' + 52;
    else if (c == '+')
      digit = 62;
    else if (c == '/')
      digit = 63;
    else if (c == '=' && count >= 2 && count < 4 && padding < 2)
      digit = -1;
    else
      return false;
    if (digit < 0) {
      ++padding;
      bits <<= 6;
    } else {
      if (padding > 0) return false;
      bits = bits << 6 | static_cast<uint32_t>(digit);
    }
    if (++count == 4) {
      out->push_back(static_cast<char>(bits >> 16 & 0xFF));
      if (padding < 2) out->push_back(static_cast<char>(bits >> 8 & 0xFF));
      if (padding < 1) out->push_back(static_cast<char>(bits & 0xFF));
      bits = 0;
      count = padding > 0 ? 5 : 0;  // nothing may follow padding
    } else if (count > 4) {
      return false;
    }
  }
  return count == 0 || count == 5;
}

}  // namespace parton

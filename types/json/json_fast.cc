#include "types/json/json_fast.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "types/item/item_builder.h"
#include "types/status/bounds.h"
#include "types/text/unicode.h"

namespace parton {

namespace {

constexpr int kMaxDepth = 32;
constexpr size_t kMaxReserved = 64;

// Fields of the last object: the next one likely has as many.
thread_local size_t usual_count = 0;

constexpr uint64_t kOnes = 0x0101010101010101ULL;
constexpr uint64_t kHighs = 0x8080808080808080ULL;

// High bits mark the bytes of `w` that are zero; bytes above such a one may be marked wrongly.
uint64_t ZeroBytes(uint64_t w) { return (w - kOnes) & ~w & kHighs; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : p_(text.data()), end_(text.data() + text.size()) {}

  std::optional<Value> Run() {
    Value value;
    if (!Parse(&value, 0)) return std::nullopt;
    SkipBlanks();
    if (p_ != end_) return std::nullopt;
    return value;
  }

  bool RunItem(ItemBuilder* builder) {
    SkipBlanks();
    if (!Take('{')) return false;
    builder->Clear();
    SkipBlanks();
    if (!Take('}')) {
      do {
        std::string_view text;
        if (!ParseName(&text) || !builder->Name(text)) return false;
        SkipBlanks();
        if (p_ != end_ && *p_ == '"') {
          if (!ParseString(&text)) return false;
          builder->PutString(text);
        } else {
          Value value;
          if (!Parse(&value, 1) || !builder->Put(value)) return false;
        }
        SkipBlanks();
      } while (Take(','));
      if (!Take('}')) return false;
    }
    SkipBlanks();
    return p_ == end_;
  }

 private:
  void SkipBlanks() {
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\t' || *p_ == '\n' || *p_ == '\r')) ++p_;
  }
  bool Take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  bool TakeWord(std::string_view word) {
    if (static_cast<size_t>(end_ - p_) < word.size() || std::memcmp(p_, word.data(), word.size()) != 0) return false;
    p_ += word.size();
    return true;
  }

  bool Parse(Value* out, int depth) {
    SkipBlanks();
    if (p_ == end_) return false;
    switch (*p_) {
      case '{': return ParseObject(out, depth);
      case '[': return ParseArray(out, depth);
      case '"': {
        std::string_view s;
        if (!ParseString(&s)) return false;
        *out = Value::String(s);
        return true;
      }
      case 't': *out = Value::Bool(true); return TakeWord("true");
      case 'f': *out = Value::Bool(false); return TakeWord("false");
      case 'n': *out = Value::Null(); return TakeWord("null");
      default: return ParseNumber(out);
    }
  }

  bool ParseObject(Value* out, int depth) {
    if (depth == kMaxDepth) return false;
    ++p_;
    std::vector<Field> fields;
    fields.reserve(usual_count);
    SkipBlanks();
    if (!Take('}')) {
      do {
        std::string_view name;
        if (!ParseName(&name)) return false;
        PushBuilt(&fields, Field());
        Field& field = fields.back();
        field.name.assign(name);
        if (!Parse(&field.value, depth + 1)) return false;
        SkipBlanks();
      } while (Take(','));
      if (!Take('}')) return false;
    }
    usual_count = std::min<size_t>(fields.size(), kMaxReserved);
    *out = Value::Struct(std::move(fields));
    return true;
  }

  // A name and its colon.
  bool ParseName(std::string_view* name) {
    SkipBlanks();
    if (p_ == end_ || *p_ != '"' || !ParseString(name)) return false;
    SkipBlanks();
    return Take(':');
  }

  bool ParseArray(Value* out, int depth) {
    if (depth == kMaxDepth) return false;
    ++p_;
    std::vector<Value> elements;
    SkipBlanks();
    if (!Take(']')) {
      do {
        PushBuilt(&elements, Value());
        points_.Tick();
        if (!Parse(&elements.back(), depth + 1)) return false;
        SkipBlanks();
      } while (Take(','));
      if (!Take(']')) return false;
    }
    *out = Value::List(std::move(elements));
    return true;
  }

  // The first byte from `p` on that ends a run of plain characters: a quote, a backslash, a control character.
  // *ascii becomes false if there was any other than ASCII before it.
  const char* EndOfPlain(const char* p, bool* ascii) const {
    while (end_ - p >= 8) {
      uint64_t w;
      std::memcpy(&w, p, 8);
      const uint64_t special =
          ZeroBytes(w ^ (kOnes * '"')) | ZeroBytes(w ^ (kOnes * '\\')) | ((w - kOnes * 0x20) & ~w & kHighs);
      if (special != 0) {
        // The lowest mark is right.
        const int bits = std::countr_zero(special) & ~7;
        if ((w & kHighs & ((uint64_t{1} << bits) - 1)) != 0) *ascii = false;
        return p + bits / 8;
      }
      if ((w & kHighs) != 0) *ascii = false;
      p += 8;
    }
    for (; p != end_; ++p) {
      const auto c = static_cast<uint8_t>(*p);
      if (c == '"' || c == '\\' || c < 0x20) break;
      if (c >= 0x80) *ascii = false;
    }
    return p;
  }

  // REQUIRES: at a quote. *out points into the text, or into buffer_.
  bool ParseString(std::string_view* out) {
    const char* start = ++p_;
    bool ascii = true;
    p_ = EndOfPlain(p_, &ascii);
    if (p_ == end_) return false;
    if (*p_ == '"') {
      *out = std::string_view(start, static_cast<size_t>(p_ - start));
    } else {
      if (!ParseEscaped(start, &ascii)) return false;
      *out = buffer_;
    }
    ++p_;
    return ascii || IsValidUtf8(*out);
  }

  // From `start`, with p_ at the first backslash, to the closing quote.
  bool ParseEscaped(const char* start, bool* ascii) {
    buffer_.assign(start, p_);
    while (p_ != end_ && *p_ == '\\') {
      if (++p_ == end_) return false;
      const char c = *p_++;
      switch (c) {
        case '"':
        case '\\':
        case '/': buffer_ += c; break;
        case 'b': buffer_ += '\b'; break;
        case 'f': buffer_ += '\f'; break;
        case 'n': buffer_ += '\n'; break;
        case 'r': buffer_ += '\r'; break;
        case 't': buffer_ += '\t'; break;
        case 'u':
          if (!ParseCodePoint()) return false;
          *ascii = false;
          break;
        default: return false;
      }
      const char* plain = p_;
      p_ = EndOfPlain(p_, ascii);
      buffer_.append(plain, p_);
    }
    return p_ != end_ && *p_ == '"';
  }
  bool FourDigits(uint32_t* out) {
    if (end_ - p_ < 4) return false;
    *out = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = HexDigit(*p_++);
      if (digit < 0) return false;
      *out = *out << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  }
  bool ParseCodePoint() {
    uint32_t code = 0, low = 0;
    if (!FourDigits(&code)) return false;
    if (code >= 0xD800 && code < 0xE000) {
      if (code >= 0xDC00 || !TakeWord("\\u") || !FourDigits(&low) || low < 0xDC00 || low >= 0xE000) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendUtf8(static_cast<char32_t>(code), &buffer_);
    return true;
  }

  bool ParseNumber(Value* out) {
    const char* start = p_;
    const bool negative = Take('-');
    const char* digits = p_;
    uint64_t n = 0;
    while (p_ != end_ && IsDigit(*p_)) n = n * 10 + static_cast<uint64_t>(*p_++ - '0');
    const auto count = p_ - digits;
    if (count == 0 || count > 18 || (*digits == '0' && count > 1)) return false;
    const bool point = p_ != end_ && *p_ == '.';
    if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) return false;
    if (!point) {
      *out = Value::Int(negative ? -static_cast<int64_t>(n) : static_cast<int64_t>(n));
      return true;
    }
    const char* fraction = ++p_;
    while (p_ != end_ && IsDigit(*p_)) ++p_;
    if (p_ == fraction || (p_ != end_ && (*p_ == 'e' || *p_ == 'E'))) return false;
    if (p_ - start > 30) return false;
    Result<Number> number = Number::ParseRounding(std::string_view(start, static_cast<size_t>(p_ - start)));
    if (!number.ok()) return false;
    *out = Value::Decimal(*number);
    return true;
  }

  CheckPoints points_;
  const char* p_;
  const char* const end_;
  std::string buffer_;
};

}  // namespace

std::optional<Value> ParseUsualJson(std::string_view text) { return Parser(text).Run(); }

bool ParseUsualItem(std::string_view text, ItemBuilder* builder, Value* item) {
  return Parser(text).RunItem(builder) && builder->Finish(item);
}

}  // namespace parton

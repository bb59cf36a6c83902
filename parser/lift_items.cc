#include "parser/lift_items.h"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "parser/parser.h"
#include "parton/number.h"
#include "types/status/bounds.h"
#include "types/text/unicode.h"

namespace parton {

namespace {

using Kind = RawToken::Kind;

constexpr int kMostNesting = 60;

bool IsWord(std::string_view word, std::string_view upper) {
  if (word.size() != upper.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if ((word[i] & ~0x20) != upper[i]) return false;
  }
  return true;
}

class ItemLifter {
 public:
  ItemLifter(std::string_view text, LiftedText* out) : text_(text), scanner_(text), out_(out) {}

  bool Run() {
    out_->values.clear();
    Step();
    if (!At("INSERT") && !At("REPLACE") && !At("UPSERT")) return false;
    Step();
    if (!At("INTO")) return false;
    Step();
    if (token_.kind != Kind::kWord && token_.kind != Kind::kQuotedName) return false;
    Step();
    const bool one = At("VALUE");
    if (one) Step();
    if (one ? !AtSymbol("{") : !AtSymbol("<<") && !AtSymbol("[")) return false;
    // What the grammar is not given has errors of its own.
    if (text_.size() > kMaxTextBytes || !IsValidUtf8(text_)) return false;
    const size_t begin = token_.begin;
    Value items;
    if (!Read(&items, 0)) return false;
    for (size_t i = 0; !one && i < items.elements().size(); ++i) {
      if (!items.elements()[i].is_struct()) return false;
    }
    if (AtSymbol(";")) Step();
    if (token_.kind != Kind::kEnd || tokens_ > kMaxTokens) return false;
    out_->text.assign(text_.substr(0, begin));
    out_->text.push_back('?');
    out_->values.push_back(std::move(items));
    return true;
  }

 private:
  void Step() {
    constexpr size_t kOften = 256;
    if (++tokens_ % kOften == 0) CheckPoint();
    token_ = scanner_.Next();
  }
  bool At(std::string_view upper) const { return token_.kind == Kind::kWord && IsWord(Text(), upper); }
  bool AtSymbol(std::string_view symbol) const { return token_.kind == Kind::kSymbol && Text() == symbol; }
  std::string_view Text() const { return scanner_.Text(token_); }

  // The literal that begins at the current token; afterwards that is the one behind it.
  bool Read(Value* out, int depth) {
    if (depth > kMostNesting || !token_.closed) return false;
    switch (token_.kind) {
      case Kind::kString: {
        const std::string_view inside = Text().substr(1, token_.size() - 2);
        *out = inside.find('\'') == std::string_view::npos ? Value::String(inside) : Value::String(Unquote(Text()));
        Step();
        return true;
      }
      case Kind::kInteger:
      case Kind::kDecimal:
      case Kind::kFloat: return ReadNumber(false, out);
      case Kind::kWord: return ReadWord(out);
      case Kind::kSymbol: break;
      default: return false;
    }
    if (AtSymbol("{")) return ReadStruct(out, depth);
    if (AtSymbol("[")) return ReadElements("]", Type::kList, out, depth);
    if (AtSymbol("<<")) return ReadElements(">>", Type::kBag, out, depth);
    if (!AtSymbol("-")) return false;
    Step();
    return ReadNumber(true, out);
  }

  bool ReadWord(Value* out) {
    if (At("NULL")) {
      *out = Value::Null();
    } else if (At("TRUE")) {
      *out = Value::Bool(true);
    } else if (At("FALSE")) {
      *out = Value::Bool(false);
    } else {
      return false;
    }
    Step();
    return true;
  }

  bool ReadNumber(bool negative, Value* out) {
    const std::string_view text = Text();
    constexpr size_t kDigitsOfAnInt64 = 18;
    if (token_.kind == Kind::kInteger && text.size() <= kDigitsOfAnInt64) {
      int64_t n = 0;
      for (const char c : text) n = n * 10 + (c - '0');
      *out = Value::Int(negative ? -n : n);
    } else if (token_.kind == Kind::kFloat) {
      const double d = std::strtod(std::string(text).c_str(), nullptr);
      if (!std::isfinite(d)) return false;
      *out = Value::Float(negative ? -d : d);
    } else if (token_.kind == Kind::kInteger || token_.kind == Kind::kDecimal) {
      const Result<Number> n = Number::ParseExact(text);
      if (!n.ok()) return false;
      const Number value = negative ? n->Neg() : *n;
      *out = token_.kind == Kind::kInteger ? Value::Int(value) : Value::Decimal(value);
    } else {
      return false;
    }
    Step();
    return true;
  }

  bool ReadStruct(Value* out, int depth) {
    std::vector<Field> fields;
    Step();
    while (!AtSymbol("}")) {
      if (!fields.empty()) {
        if (!AtSymbol(",")) return false;
        Step();
      }
      if (token_.kind != Kind::kString || !token_.closed) return false;
      const std::string_view inside = Text().substr(1, token_.size() - 2);
      Field& field = fields.emplace_back();
      field.name = inside.find('\'') == std::string_view::npos ? std::string(inside) : Unquote(Text());
      Step();
      if (!AtSymbol(":")) return false;
      Step();
      if (!Read(&field.value, depth + 1)) return false;
    }
    Step();
    *out = Value::Struct(std::move(fields));
    return true;
  }

  bool ReadElements(std::string_view close, Type type, Value* out, int depth) {
    std::vector<Value> elements;
    Step();
    while (!AtSymbol(close)) {
      if (!elements.empty()) {
        if (!AtSymbol(",")) return false;
        Step();
      }
      if (!Read(&elements.emplace_back(), depth + 1)) return false;
    }
    Step();
    *out = Value::Collection(type, std::move(elements));
    return true;
  }

  std::string_view text_;
  RawScanner scanner_;
  LiftedText* out_;
  RawToken token_;
  size_t tokens_ = 0;
};

}  // namespace

bool LiftItems(std::string_view text, LiftedText* out) { return ItemLifter(text, out).Run(); }

}  // namespace parton

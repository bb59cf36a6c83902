// Literals to parameters, so that texts that differ only in them share a plan.
//
// A guess that is wrong costs a plan, or an answer: wherever it is not plain that a parameter means
// the same as the literal, the literal stays, or the whole text is left alone.
#include <array>
#include <cstdlib>

#include "parser/scanner.h"
#include "parton/number.h"

namespace parton {

namespace {

using Kind = RawToken::Kind;

constexpr size_t kMaxLifted = 100;  // longer lists are not written twice
constexpr int kMaxBrackets = 64;

// The first eight letters in upper case, and the length: enough to tell keywords apart.
constexpr uint64_t Pack(std::string_view word) {
  const size_t n = word.size() < 8 ? word.size() : 8;
  uint64_t packed = 0;
  for (size_t i = 0; i < n; ++i) packed = packed << 8 | (static_cast<uint8_t>(word[i]) & 0xDF);
  if (n > 0 && n < 8) packed <<= 8 * (8 - n);
  return word.size() <= 8 ? packed : packed ^ word.size() << 56;
}

class Lifter {
 public:
  Lifter(std::string_view text, LiftedText* out) : text_(text), scanner_(text), out_(out) {}

  bool Run() {
    out_->text.clear();
    out_->values.clear();
    token_ = scanner_.Next();
    if (token_.kind != Kind::kWord) return false;
    switch (Pack(scanner_.Text(token_))) {
      case Pack("SELECT"):
      case Pack("INSERT"):
      case Pack("REPLACE"):
      case Pack("UPSERT"):
      case Pack("UPDATE"):
      case Pack("DELETE"): break;
      default: return false;
    }
    Remember(false);
    for (token_ = scanner_.Next(); token_.kind != Kind::kEnd; token_ = scanner_.Next()) {
      if (!token_.closed || !Take()) return false;
    }
    if (out_->values.empty()) return false;
    out_->text.append(text_.substr(copied_));
    return true;
  }

 private:
  // The state that a token leaves to the tokens after it.
  struct Seen {
    Kind kind = Kind::kEnd;
    char symbol = 0;
    uint64_t word = 0;
    size_t begin = 0;
    bool operand = false;  // an operator, not an operand, may follow
  };
  struct Bracket {
    char kind;       // ( [ { <
    bool keep;       // a path step: what is inside stays
    bool has_colon;  // {: the key of the current pair is over
  };

  void Remember(bool operand, uint64_t word = 0) {
    before_ = last_;
    last_ = Seen{token_.kind, token_.symbol, word, token_.begin, operand};
  }

  bool Take() {
    switch (token_.kind) {
      case Kind::kWord: return TakeWord();
      case Kind::kSymbol: return TakeSymbol();
      case Kind::kString: return TakeString();
      case Kind::kInteger:
      case Kind::kDecimal: return TakeNumber();
      case Kind::kIon:
      case Kind::kOther: return false;
      default: Remember(true); return true;
    }
  }

  bool TakeWord() {
    if (last_.symbol == '.') {
      Remember(true);
      return true;
    }
    const uint64_t word = Pack(scanner_.Text(token_));
    bool keyword = true;
    if (last_.word == Pack("IS")) {
      switch (word) {
        case Pack("NOT"): Remember(false, Pack("IS")); return true;
        case Pack("NULL"):
        case Pack("MISSING"):
        case Pack("TRUE"):
        case Pack("FALSE"): break;
        default: return false;  // a type, maybe with parameters
      }
    }
    switch (word) {
      case Pack("CAST"):
      case Pack("CAN_CAST"):
      case Pack("CAN_LOSSLESS_CAST"):
      case Pack("INTERVAL"):
      case Pack("MATCH"):
      case Pack("OVER"):
      case Pack("PIVOT"):
      case Pack("GROUP"):
      case Pack("WINDOW"):
      case Pack("QUALIFY"):
      case Pack("EXCLUDE"): return false;
      case Pack("FROM"):
      case Pack("JOIN"):
      case Pack("ORDER"):
      // A plan that knows them stops earlier and starts no threads for a few rows.
      case Pack("LIMIT"):
      case Pack("OFFSET"):
      case Pack("FETCH"):
        lifting_ = false;
        like_ = false;
        break;
      case Pack("WHERE"):
      case Pack("ON"):
      case Pack("SET"):
      case Pack("SELECT"):
      case Pack("VALUES"):
        lifting_ = true;
        like_ = false;
        break;
      case Pack("WITH"): ended_ = true; break;
      case Pack("LIKE"): like_ = true; break;
      case Pack("AND"):
      case Pack("OR"):
      case Pack("WHEN"):
      case Pack("THEN"):
      case Pack("ELSE"):
      case Pack("RETURNING"): like_ = false; break;
      case Pack("NOT"):
      case Pack("IN"):
      case Pack("BETWEEN"):
      case Pack("ESCAPE"):
      case Pack("CASE"):
      case Pack("DISTINCT"):
      case Pack("ALL"):
      case Pack("BY"):
      case Pack("IS"):
      case Pack("HAVING"): break;
      default: keyword = false;
    }
    Remember(!keyword, word);
    return true;
  }

  bool TakeSymbol() {
    const char c = token_.symbol;
    bool operand = false;
    switch (c) {
      case '?': return false;
      case ';': return scanner_.Next().kind == Kind::kEnd;  // a second statement is another text
      case '(':
      case '[':
      case '{':
        if (!Open(c, c == '[' && last_.operand)) return false;
        break;
      case '<':
        if (token_.size() == 2 && text_[token_.begin + 1] == '<' && !Open('<', false)) return false;
        break;
      case '>':
        if (token_.size() == 2 && text_[token_.begin + 1] == '>') operand = Close('<');
        break;
      case ')': operand = Close('('); break;
      case ']': operand = Close('['); break;
      case '}': operand = Close('{'); break;
      case ',':
        if (depth_ > 0) brackets_[depth_ - 1].has_colon = false;
        break;
      case ':':
        // A second colon in a pair, or one outside a tuple, is a named parameter.
        if (depth_ == 0 || brackets_[depth_ - 1].kind != '{' || brackets_[depth_ - 1].has_colon) {
          return false;
        }
        brackets_[depth_ - 1].has_colon = true;
        break;
      default: break;
    }
    Remember(operand);
    return true;
  }

  bool Open(char kind, bool path_step) {
    if (depth_ == kMaxBrackets) return false;
    bool keep = path_step || (depth_ > 0 && brackets_[depth_ - 1].keep);
    brackets_[depth_++] = Bracket{kind, keep, false};
    return true;
  }

  bool Close(char kind) {
    if (depth_ > 0 && brackets_[depth_ - 1].kind == kind) --depth_;
    return true;
  }

  bool Lifts() const { return lifting_ && !like_ && !ended_ && (depth_ == 0 || !brackets_[depth_ - 1].keep); }

  bool TakeString() {
    bool lift = Lifts() && last_.symbol != '.' && !last_.operand;
    switch (last_.word) {
      case Pack("DATE"):
      case Pack("TIME"):
      case Pack("TIMESTAMP"):
      case Pack("ZONE"): lift = false; break;
      default: break;
    }
    if (lift && depth_ > 0 && brackets_[depth_ - 1].kind == '{' && !brackets_[depth_ - 1].has_colon) {
      lift = false;  // a key
    }
    if (lift) {
      std::string_view inside = text_.substr(token_.begin + 1, token_.size() - 2);
      if (inside.find('\'') == std::string_view::npos) {
        Replace(token_.begin, Value::String(inside));
      } else {
        Replace(token_.begin, Value::String(Unquote(scanner_.Text(token_))));
      }
    }
    Remember(true);
    return out_->values.size() <= kMaxLifted;
  }

  bool TakeNumber() {
    // A sign is part of the number unless it stands between operands.
    const bool is_signed = (last_.symbol == '-' || last_.symbol == '+') && !before_.operand;
    bool lift = Lifts();
    if (last_.symbol == '(' && (before_.word == Pack("TIME") || before_.word == Pack("TIMESTAMP"))) {
      lift = false;
    }
    if (lift && depth_ > 0 && brackets_[depth_ - 1].kind == '{' && !brackets_[depth_ - 1].has_colon) {
      lift = false;
    }
    if (lift) {
      const bool negative = is_signed && last_.symbol == '-';
      const size_t begin = is_signed ? last_.begin : token_.begin;
      std::string_view digits = scanner_.Text(token_);
      if (token_.kind == Kind::kInteger && digits.size() <= 18) {
        int64_t n = 0;
        for (char c : digits) n = n * 10 + (c - '0');
        Replace(begin, Value::Int(negative ? -n : n));
      } else {
        Result<Number> n = Number::ParseExact(digits);
        if (!n.ok()) return false;
        Number value = negative ? n->Neg() : *n;
        Replace(begin, token_.kind == Kind::kInteger ? Value::Int(value) : Value::Decimal(value));
      }
    }
    Remember(true);
    return out_->values.size() <= kMaxLifted;
  }

  void Replace(size_t begin, Value value) {
    out_->text.append(text_.substr(copied_, begin - copied_));
    out_->text.push_back('?');
    copied_ = token_.end;
    out_->values.push_back(std::move(value));
  }

  std::string_view text_;
  RawScanner scanner_;
  LiftedText* out_;
  RawToken token_;
  Seen last_;
  Seen before_;
  size_t copied_ = 0;
  bool lifting_ = true;
  bool like_ = false;   // in a LIKE pattern: the planner reads its prefix
  bool ended_ = false;  // WITH: options and rate limits
  int depth_ = 0;
  std::array<Bracket, kMaxBrackets> brackets_;
};

}  // namespace

bool LiftLiterals(std::string_view text, LiftedText* out) { return Lifter(text, out).Run(); }

// Both texts have the same tokens, but for the literals.
TextSpan SpanInOriginal(TextSpan span, std::string_view lifted, std::string_view original) {
  RawScanner a(lifted), b(original);
  for (;;) {
    RawToken x = a.Next(), y = b.Next();
    if (x.kind == RawToken::Kind::kEnd || y.kind == RawToken::Kind::kEnd) return {};
    if (x.end <= span.offset) continue;
    size_t begin = y.begin, end = y.end;
    while (x.end < span.offset + span.length) {
      x = a.Next();
      y = b.Next();
      if (x.kind == RawToken::Kind::kEnd || y.kind == RawToken::Kind::kEnd) break;
      end = y.end;
    }
    return SpanAt(original, begin, end - begin);
  }
}

}  // namespace parton

// The raw scanner and the splitting of scripts. Mirrors the token rules of grammar/PartonLexer.g4.
#include "parser/scanner.h"

#include <array>

namespace parton {

namespace {

enum CharClass : uint8_t { kBad, kBlank, kDigit, kNameStart, kSign };

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> c{};
  for (int i = 0; i < 256; ++i) c[i] = i >= 0x80 ? kNameStart : kBad;
  for (char b : {' ', '\t', '\r', '\n', '\f', '\v'}) c[static_cast<uint8_t>(b)] = kBlank;
  for (int i = '0'; i <= '9'; ++i) c[i] = kDigit;
  for (int i = 'a'; i <= 'z'; ++i) c[i] = c[i - 'a' + 'A'] = kNameStart;
  c['_'] = c['$'] = kNameStart;
  for (char s : {';', ',', '(', ')', '[', ']', '{', '}', '<', '>', '!', '=',
                 '|', '+', '-', '*', '/', '%', '&', '~', '.', ':', '?', '@'}) {
    c[static_cast<uint8_t>(s)] = kSign;
  }
  return c;
}

constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

uint8_t ClassOf(char c) { return kClasses[static_cast<uint8_t>(c)]; }

// Bytes of the non-ASCII blank at `at`, or 0: no-break space, line and paragraph separator, BOM.
size_t WideBlank(std::string_view text, size_t at) {
  std::string_view rest = text.substr(at, 3);
  if (rest.substr(0, 2) == "\xC2\xA0") return 2;
  if (rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9" || rest == "\xEF\xBB\xBF") return 3;
  return 0;
}

// The end of text quoted by `quote`, which stands at `at`; a doubled quote does not end it.
size_t EndOfQuoted(std::string_view text, size_t at, char quote, bool* closed) {
  size_t i = at + 1;
  for (;;) {
    i = text.find(quote, i);
    if (i == std::string_view::npos) {
      *closed = false;
      return text.size();
    }
    if (i + 1 < text.size() && text[i + 1] == quote) {
      i += 2;
      continue;
    }
    return i + 1;
  }
}

// After an Ion string or symbol that ends with `end`; npos if it is open.
size_t EndOfIonQuoted(std::string_view text, size_t i, std::string_view end) {
  while (i < text.size()) {
    if (text[i] == '\\') {
      i += 2;
    } else if (text.substr(i, end.size()) == end) {
      return i + end.size();
    } else {
      ++i;
    }
  }
  return std::string_view::npos;
}

size_t EndOfIon(std::string_view text, size_t at, bool* closed) {
  size_t i = at + 1;
  while (i < text.size()) {
    char c = text[i];
    if (c == '`') return i + 1;
    if (c == '"') {
      i = EndOfIonQuoted(text, i + 1, "\"");
    } else if (text.substr(i, 3) == "'''") {
      i = EndOfIonQuoted(text, i + 3, "'''");
    } else if (c == '\'') {
      i = EndOfIonQuoted(text, i + 1, "'");
    } else {
      ++i;
    }
    if (i == std::string_view::npos) break;
  }
  *closed = false;
  return text.size();
}

Open BracketOf(const RawToken& t) {
  switch (t.symbol) {
    case '(': return Open::kParen;
    case '[': return Open::kBracket;
    case '{': return Open::kBrace;
    case '<': return t.size() == 2 ? Open::kBag : Open::kNothing;
    default: return Open::kNothing;
  }
}

Open ClosedBy(const RawToken& t, std::string_view text) {
  switch (t.symbol) {
    case ')': return Open::kParen;
    case ']': return Open::kBracket;
    case '}': return Open::kBrace;
    case '>': return text == ">>" ? Open::kBag : Open::kNothing;
    default: return Open::kNothing;
  }
}

Open QuoteOf(RawToken::Kind kind) {
  switch (kind) {
    case RawToken::Kind::kString:
    case RawToken::Kind::kBinary: return Open::kString;
    case RawToken::Kind::kQuotedName: return Open::kQuotedName;
    case RawToken::Kind::kIon: return Open::kIon;
    default: return Open::kComment;
  }
}

// Spans of growing offsets, counted on from one to the next.
class Positions {
 public:
  explicit Positions(std::string_view text) : text_(text) {}

  TextSpan At(size_t offset, size_t length) {
    for (; at_ < offset; ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<uint8_t>(text_[at_]) & 0xC0) != 0x80) {
        ++column_;
      }
    }
    return TextSpan{static_cast<uint32_t>(offset), static_cast<uint32_t>(length), line_, column_};
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  uint32_t column_ = 1;
};

}  // namespace

bool RawScanner::SkipBlanks(RawToken* unclosed_comment) {
  for (;;) {
    while (at_ < text_.size() && ClassOf(text_[at_]) == kBlank) ++at_;
    if (at_ >= text_.size()) return true;
    std::string_view two = text_.substr(at_, 2);
    if (two == "--" || two == "//") {
      size_t end = text_.find_first_of("\r\n", at_);
      at_ = end == std::string_view::npos ? text_.size() : end;
    } else if (two == "/*") {
      size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        *unclosed_comment = RawToken{RawToken::Kind::kComment, false, 0, at_, text_.size()};
        at_ = text_.size();
        return false;
      }
      at_ = end + 2;
    } else if (static_cast<uint8_t>(two[0]) >= 0x80) {
      size_t n = WideBlank(text_, at_);
      if (n == 0) return true;
      at_ += n;
    } else {
      return true;
    }
  }
}

RawToken RawScanner::Next() {
  using Kind = RawToken::Kind;
  RawToken t;
  if (!SkipBlanks(&t)) return t;
  t.begin = t.end = at_;
  if (at_ >= text_.size()) return t;
  const char c = text_[at_];
  const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  size_t i = at_ + 1;
  auto digits = [&] {
    while (i < text_.size() && ClassOf(text_[i]) == kDigit) ++i;
  };
  switch (ClassOf(c)) {
    case kNameStart:
      while (i < text_.size()) {
        uint8_t k = ClassOf(text_[i]);
        if (k != kNameStart && k != kDigit) break;
        if (static_cast<uint8_t>(text_[i]) >= 0x80 && WideBlank(text_, i) != 0) break;
        ++i;
      }
      t.kind = Kind::kWord;
      if (i < text_.size() && text_[i] == '\'') {
        std::string_view word = text_.substr(at_, i - at_);
        if (word == "x" || word == "X" || word == "b64" || word == "B64") {
          t.kind = Kind::kBinary;
          size_t end = text_.find('\'', i + 1);
          t.closed = end != std::string_view::npos;
          i = t.closed ? end + 1 : text_.size();
        }
      }
      break;
    case kDigit:
    case kSign:
      if (ClassOf(c) == kDigit || (c == '.' && ClassOf(next) == kDigit)) {
        t.kind = c == '.' ? Kind::kDecimal : Kind::kInteger;
        digits();
        if (c != '.' && i < text_.size() && text_[i] == '.') {
          t.kind = Kind::kDecimal;
          ++i;
          digits();
        }
        if (i < text_.size() && (text_[i] == 'e' || text_[i] == 'E')) {
          size_t mantissa_end = i++;
          if (i < text_.size() && (text_[i] == '+' || text_[i] == '-')) ++i;
          if (i < text_.size() && ClassOf(text_[i]) == kDigit) {
            t.kind = Kind::kFloat;
            digits();
          } else {
            i = mantissa_end;
          }
        }
        break;
      }
      t.kind = Kind::kSymbol;
      t.symbol = c;
      if ((c == '<' && (next == '<' || next == '>' || next == '=')) || (c == '>' && (next == '>' || next == '=')) ||
          (c == '!' && next == '=') || (c == '|' && next == '|')) {
        ++i;
      }
      break;
    default:
      if (c == '\'' || c == '"') {
        t.kind = c == '"' ? Kind::kQuotedName : Kind::kString;
        i = EndOfQuoted(text_, at_, c, &t.closed);
      } else if (c == '`') {
        t.kind = Kind::kIon;
        i = EndOfIon(text_, at_, &t.closed);
      } else {
        t.kind = Kind::kOther;
      }
  }
  t.end = at_ = i;
  return t;
}

std::string_view OpenText(Open open) {
  switch (open) {
    case Open::kNothing: return "";
    case Open::kString: return "'";
    case Open::kQuotedName: return "\"";
    case Open::kIon: return "`";
    case Open::kComment: return "/*";
    case Open::kParen: return "(";
    case Open::kBracket: return "[";
    case Open::kBrace: return "{";
    case Open::kBag: return "<<";
  }
  return "";
}

std::vector<StatementText> SplitStatements(std::string_view script) {
  std::vector<StatementText> statements;
  RawScanner scanner(script);
  Positions positions(script);
  struct Bracket {
    Open kind;
    TextSpan span;
  };
  std::vector<Bracket> brackets;
  StatementText current;
  bool started = false;
  size_t end = 0;
  auto finish = [&](bool terminated) {
    if (started) {
      current.span.length = static_cast<uint32_t>(end - current.span.offset);
      current.text = script.substr(current.span.offset, current.span.length);
      current.terminated = terminated;
      if (current.open == Open::kNothing && !brackets.empty()) {
        current.open = brackets.back().kind;
        current.open_span = brackets.back().span;
      }
      statements.push_back(current);
    }
    current = StatementText();
    started = false;
    brackets.clear();
  };
  for (RawToken t = scanner.Next(); t.kind != RawToken::Kind::kEnd; t = scanner.Next()) {
    if (t.symbol == ';') {
      finish(true);
      continue;
    }
    TextSpan span = positions.At(t.begin, t.size());
    if (!started) current.span = span;
    started = true;
    end = t.end;
    if (!t.closed) {
      current.open = QuoteOf(t.kind);
      current.open_span = span;
    } else if (t.kind == RawToken::Kind::kSymbol) {
      Open opened = BracketOf(t);
      if (opened != Open::kNothing && !(opened == Open::kBag && script[t.begin + 1] != '<')) {
        brackets.push_back({opened, span});
      } else if (Open closed = ClosedBy(t, scanner.Text(t));
                 closed != Open::kNothing && !brackets.empty() && brackets.back().kind == closed) {
        brackets.pop_back();
      }
    }
  }
  finish(false);
  return statements;
}

TextSpan SpanAt(std::string_view text, size_t offset, size_t length) { return Positions(text).At(offset, length); }

std::string Unquote(std::string_view token) {
  const char quote = token.front();
  std::string_view inside = token.substr(1, token.size() - 2);
  std::string out;
  out.reserve(inside.size());
  for (size_t i = 0; i < inside.size(); ++i) {
    out.push_back(inside[i]);
    if (inside[i] == quote) ++i;
  }
  return out;
}

}  // namespace parton

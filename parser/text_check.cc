// The check before parsing: what would make the grammar slow, deep or unable to say what is wrong.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "parser/parser.h"
#include "parser/scanner.h"
#include "parton/text.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

bool IsWord(std::string_view word, std::string_view upper) {
  if (word.size() != upper.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if ((word[i] & ~0x20) != upper[i]) return false;
  }
  return true;
}

Status Unclosed(std::string_view text, const RawToken& t) {
  switch (t.kind) {
    case RawToken::Kind::kString:
    case RawToken::Kind::kBinary:
      return Status::Syntax("unterminated string", SpanAt(text, t.begin, 1),
                            "a string ends with '; a quote inside it is doubled: 'it''s'");
    case RawToken::Kind::kQuotedName:
      return Status::Syntax("unterminated quoted name", SpanAt(text, t.begin, 1),
                            "a quoted name ends with \"; strings take single quotes");
    case RawToken::Kind::kIon:
      return Status::Syntax("unterminated Ion literal", SpanAt(text, t.begin, 1),
                            "an Ion literal ends with a back-tick outside its own strings");
    default: return Status::Syntax("unterminated comment", SpanAt(text, t.begin, 2), "a comment ends with */");
  }
}

// Counts how deep the grammar will recurse: open brackets and CASE, and the prefix operators that
// stand before each of them; and how deep the tree will be that chains make: operators, joins, set operations.
class Nesting {
 public:
  void Open(char kind) {
    open_.push_back({kind, prefixes_, chains_});
    depth_ += prefixes_ + 1;
    prefixes_ = 0;
    chains_ = Chains();
  }
  void Close(char kind) {
    prefixes_ = 0;
    after_operand_ = true;
    if (open_.empty() || open_.back().kind != kind) return;  // the grammar will complain
    depth_ -= open_.back().prefixes + 1;
    chains_ = open_.back().chains;
    open_.pop_back();
  }
  void Prefix() { ++prefixes_; }
  void Operand() { prefixes_ = 0; }
  // Two operands in a row begin another expression.
  void Value() {
    if (std::exchange(after_operand_, true)) chains_.operators = 0;
  }
  void Operator() {
    after_operand_ = false;
    ++chains_.operators;
  }
  void NoOperand() { after_operand_ = false; }
  void Comma() {
    after_operand_ = false;
    chains_.operators = 0;
  }
  void Join() { ++chains_.joins; }
  void SetOperation() { ++chains_.sets; }
  void Select() { chains_.joins = 0; }
  void Reset() { *this = Nesting(); }
  // Type arguments nest too: LIST<LIST<...>>. Whatever cannot stand in a type ends the count.
  void Angle(int change) { angles_ = angles_ + change > 0 ? angles_ + change : 0; }
  void NoType() { angles_ = 0; }
  int Depth() const { return depth_ + prefixes_ + angles_; }
  bool TooDeep() const { return Depth() > kMaxNesting; }
  int Chain() const { return std::max({chains_.operators, chains_.joins, chains_.sets}); }
  bool TooLong() const { return Chain() > kMaxDepth; }

 private:
  struct Chains {
    int operators = 0;
    int joins = 0;
    int sets = 0;
  };
  struct Level {
    char kind;
    int prefixes;
    Chains chains;
  };
  std::vector<Level> open_;
  Chains chains_;
  bool after_operand_ = false;
  int depth_ = 0;
  int prefixes_ = 0;
  int angles_ = 0;
};

// What a word does to the chains.
void CountWord(std::string_view word, Nesting* nesting) {
  if (IsWord(word, "AND") || IsWord(word, "OR")) {
    nesting->Comma();
    return;
  }
  nesting->Value();
  if (IsWord(word, "JOIN")) {
    nesting->Join();
  } else if (IsWord(word, "UNION") || IsWord(word, "EXCEPT") || IsWord(word, "INTERSECT")) {
    nesting->SetOperation();
  } else if (IsWord(word, "SELECT")) {
    nesting->Select();
  }
}

}  // namespace

Status CheckText(std::string_view text, TextShape* shape) {
  if (text.size() > kMaxTextBytes) {
    return Status::Syntax(fmt::format("the statement has {} bytes; at most {} are allowed", text.size(), kMaxTextBytes),
                          {}, "bulk data is better loaded with COPY, or bound as parameters");
  }
  if (size_t bad = FindInvalidUtf8(text); bad != std::string_view::npos) {
    return Status::Syntax(fmt::format("byte 0x{:02X} at offset {} is no valid UTF-8",
                                      static_cast<unsigned>(static_cast<uint8_t>(text[bad])), bad),
                          SpanAt(text, bad, 1));
  }
  using Kind = RawToken::Kind;
  RawScanner scanner(text);
  Nesting nesting;
  size_t tokens = 0;
  bool after_dot = false;
  for (RawToken t = scanner.Next(); t.kind != Kind::kEnd; t = scanner.Next()) {
    CheckPoint();
    if (!t.closed) return Unclosed(text, t);
    if (++tokens > kMaxTokens) {
      return Status::Syntax(fmt::format("the statement has more than {} words and signs", kMaxTokens),
                            SpanAt(text, t.begin, t.size()),
                            "bulk data is better loaded with COPY, or bound as parameters");
    }
    bool member = after_dot;
    after_dot = false;
    if (t.kind == Kind::kSymbol) {
      std::string_view sign = scanner.Text(t);
      switch (t.symbol) {
        case '(':
        case '[':
        case '{':
          nesting.Open(t.symbol);
          nesting.NoOperand();
          break;
        case ')': nesting.Close('('); break;
        case ']': nesting.Close('['); break;
        case '}': nesting.Close('{'); break;
        case '<':
          if (sign == "<<") {
            nesting.Open('<');
            nesting.NoOperand();
          } else {
            nesting.Operand();
            nesting.Operator();
          }
          if (sign == "<") nesting.Angle(1);
          break;
        case '>':
          if (sign == ">>") {
            nesting.Close('<');
          } else {
            nesting.Operand();
            nesting.Operator();
          }
          nesting.Angle(sign == ">" ? -1 : -2);
          break;
        case '-':
        case '+':
          nesting.Prefix();
          nesting.NoType();
          nesting.Operator();
          break;
        case '!':
          if (t.size() == 1)
            nesting.Prefix();
          else
            nesting.Operand();
          break;
        case ';': nesting.Reset(); break;
        case '.': after_dot = true; break;
        case ':':
        case ',':
          nesting.Operand();
          nesting.Comma();
          break;
        case '?':
        case '@':
          nesting.Operand();
          nesting.NoType();
          break;
        default:
          nesting.Operand();
          nesting.NoType();
          nesting.Operator();
      }
    } else if (t.kind == Kind::kWord && !member) {
      std::string_view word = scanner.Text(t);
      if (IsWord(word, "AND") || IsWord(word, "OR")) nesting.NoType();
      CountWord(word, &nesting);
      if (IsWord(word, "NOT"))
        nesting.Prefix();
      else if (IsWord(word, "CASE"))
        nesting.Open('C');
      else if (IsWord(word, "END"))
        nesting.Close('C');
      else
        nesting.Operand();
    } else {
      nesting.Operand();
      if (!member) nesting.Value();
    }
    if (shape != nullptr) {
      shape->tokens = tokens;
      shape->nesting = std::max(shape->nesting, nesting.Depth());
      shape->chain = std::max(shape->chain, nesting.Chain());
    }
    if (nesting.TooLong()) {
      return Status::Syntax(fmt::format("the statement is nested deeper than {} levels", kMaxDepth),
                            SpanAt(text, t.begin, t.size()),
                            "a chain of that many operators, joins or set operations nests as deep as it is long");
    }
    if (nesting.TooDeep()) {
      return Status::Syntax(fmt::format("the statement is nested deeper than {} levels", kMaxNesting),
                            SpanAt(text, t.begin, t.size()));
    }
  }
  return Status::Ok();
}

}  // namespace parton

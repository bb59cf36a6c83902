#include "parser/dynamo_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "parton/text.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

using dynamo::Expression;
using dynamo::Node;
using dynamo::Step;
using dynamo::UpdateClause;
using dynamo::UpdateSection;

constexpr int kMaxParentheses = 1000;  // inside each other

enum class TokenKind : uint8_t { kEnd, kName, kPlaceholder, kValue, kNumber, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  // points into the expression; empty at its end
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

// The bytes of the character that begins with `c`.
size_t CharacterBytes(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

class Parser {
 public:
  Parser(ExpressionKind kind, std::string_view text) : text_(text) {
    out_.kind = kind;
    Advance();
  }

  Result<Expression> Run() {
    switch (out_.kind) {
      case ExpressionKind::kProjection: Projection(); break;
      case ExpressionKind::kUpdate: Update(); break;
      default: out_.root = Condition(&Parser::Or); break;
    }
    if (!failed_ && token_.kind != TokenKind::kEnd) Fail();
    if (failed_) return std::move(error_);
    return std::move(out_);
  }

 private:
  Token Scan(size_t at) const {
    while (at < text_.size() && IsBlank(text_[at])) ++at;
    if (at == text_.size()) return {TokenKind::kEnd, text_.substr(at)};
    const char c = text_[at];
    size_t end = at + 1;
    TokenKind kind = TokenKind::kSymbol;
    if (IsNameStart(c)) {
      kind = TokenKind::kName;
      while (end < text_.size() && IsNamePart(text_[end])) ++end;
    } else if (IsDigit(c)) {
      kind = TokenKind::kNumber;
      while (end < text_.size() && IsDigit(text_[end])) ++end;
    } else if (c == '#' || c == ':') {
      while (end < text_.size() && IsNamePart(text_[end])) ++end;
      if (end > at + 1) kind = c == '#' ? TokenKind::kPlaceholder : TokenKind::kValue;
    } else if (c == '<' || c == '>') {
      const char next = end < text_.size() ? text_[end] : ' ';
      if (next == '=' || (c == '<' && next == '>')) ++end;
    } else {
      end = std::min(text_.size(), at + CharacterBytes(c));
    }
    return {kind, text_.substr(at, end - at)};
  }

  size_t OffsetOf(const Token& t) const { return static_cast<size_t>(t.text.data() - text_.data()); }
  size_t EndOf(const Token& t) const { return OffsetOf(t) + t.text.size(); }

  void Advance() {
    previous_ = token_;
    token_ = Scan(token_.text.data() == nullptr ? 0 : EndOf(token_));
  }

  TextSpan SpanFrom(size_t offset) const {
    const size_t end = previous_.text.data() == nullptr ? offset : std::max(offset, EndOf(previous_));
    return SpanOf(offset, end - offset);
  }
  TextSpan SpanOf(size_t offset, size_t length) const {
    TextSpan span;
    span.offset = static_cast<uint32_t>(offset);
    span.length = static_cast<uint32_t>(length);
    span.line =
        1 + static_cast<uint32_t>(std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(offset), '\n'));
    const size_t line_start = text_.rfind('\n', offset == 0 ? 0 : offset - 1);
    const size_t first = line_start == std::string_view::npos || offset == 0 ? 0 : line_start + 1;
    const std::string_view before = text_.substr(first, offset - first);
    span.column = 1 + static_cast<uint32_t>(std::count_if(before.begin(), before.end(), [](char c) {
                    return (static_cast<uint8_t>(c) & 0xc0) != 0x80;
                  }));
    return span;
  }

  // The token that is there does not belong there.
  void Fail() {
    if (failed_) return;
    failed_ = true;
    const size_t begin = previous_.text.data() == nullptr ? OffsetOf(token_) : OffsetOf(previous_);
    const Token next = token_.kind == TokenKind::kEnd ? token_ : Scan(EndOf(token_));
    std::string_view near = text_.substr(begin, EndOf(next) - begin);
    while (!near.empty() && IsBlank(near.back())) near.remove_suffix(1);
    error_ = Status::Validation(
        fmt::format("Invalid {}: Syntax error; token: \"{}\", near: \"{}\"", ExpressionName(out_.kind),
                    token_.kind == TokenKind::kEnd ? "<EOF>" : token_.text, near),
        SpanOf(OffsetOf(token_), token_.text.size()));
    token_ = {TokenKind::kEnd, text_.substr(text_.size())};
  }

  bool Is(std::string_view symbol) const { return token_.kind == TokenKind::kSymbol && token_.text == symbol; }
  bool IsWord(std::string_view upper_word) const {
    return token_.kind == TokenKind::kName && EqualsIgnoreCase(token_.text, upper_word);
  }
  bool Take(std::string_view symbol) {
    if (!Is(symbol)) return false;
    Advance();
    return true;
  }
  bool TakeWord(std::string_view upper_word) {
    if (!IsWord(upper_word)) return false;
    Advance();
    return true;
  }
  void Expect(std::string_view symbol) {
    if (!Take(symbol)) Fail();
  }

  static bool IsOperand(const Node& n) { return n.kind <= Node::Kind::kSubtract; }

  bool IsKeyword() const {
    static constexpr std::array<std::string_view, 5> kConditionWords = {"AND", "OR", "NOT", "BETWEEN", "IN"};
    static constexpr std::array<std::string_view, 4> kUpdateWords = {"SET", "REMOVE", "ADD", "DELETE"};
    const auto is = [&](std::string_view word) { return IsWord(word); };
    if (out_.kind == ExpressionKind::kUpdate) return std::any_of(kUpdateWords.begin(), kUpdateWords.end(), is);
    if (out_.kind == ExpressionKind::kProjection) return false;
    return std::any_of(kConditionWords.begin(), kConditionWords.end(), is);
  }

  // Conditions. Operands come through here too, as what stands in parentheses may be either.

  Node Join(Node::Kind kind, std::string_view word, Node (Parser::*part)()) {
    const size_t start = OffsetOf(token_);
    Node first = (this->*part)();
    if (failed_ || !IsWord(word)) return first;
    if (IsOperand(first) && first.kind != Node::Kind::kCall) {
      Fail();
      return first;
    }
    Node all;
    all.kind = kind;
    all.args.push_back(std::move(first));
    while (!failed_ && TakeWord(word)) {
      ++out_.operators;
      all.args.push_back(Condition(part));
    }
    all.span = SpanFrom(start);
    return all;
  }

  // What `part` gives must be a condition.
  Node Condition(Node (Parser::*part)()) {
    Node n = (this->*part)();
    if (IsOperand(n) && n.kind != Node::Kind::kCall) Fail();
    return n;
  }

  Node Or() { return Join(Node::Kind::kOr, "OR", &Parser::And); }
  Node And() { return Join(Node::Kind::kAnd, "AND", &Parser::Not); }

  Node Not() {
    CheckStack();
    if (!IsWord("NOT")) return Predicate();
    const size_t start = OffsetOf(token_);
    Advance();
    ++out_.operators;
    Node n;
    n.kind = Node::Kind::kNot;
    n.args.push_back(Condition(&Parser::Not));
    n.span = SpanFrom(start);
    return n;
  }

  bool TakeComparison(CompareOp* op) {
    static constexpr std::array<std::pair<std::string_view, CompareOp>, 6> kOperators = {{{"=", CompareOp::kEq},
                                                                                          {"<>", CompareOp::kNe},
                                                                                          {"<", CompareOp::kLt},
                                                                                          {"<=", CompareOp::kLe},
                                                                                          {">", CompareOp::kGt},
                                                                                          {">=", CompareOp::kGe}}};
    for (const auto& [text, code] : kOperators) {
      if (!Take(text)) continue;
      *op = code;
      ++out_.operators;
      return true;
    }
    return false;
  }

  Node Predicate() {
    const size_t start = OffsetOf(token_);
    Node left = Primary();
    if (failed_ || !IsOperand(left)) return left;
    Node n;
    if (TakeComparison(&n.op)) {
      n.kind = Node::Kind::kCompare;
      n.args.push_back(std::move(left));
      n.args.push_back(Operand());
    } else if (TakeWord("BETWEEN")) {
      ++out_.operators;
      n.kind = Node::Kind::kBetween;
      n.args.push_back(std::move(left));
      n.args.push_back(Operand());
      if (!TakeWord("AND")) Fail();
      n.args.push_back(Operand());
    } else if (TakeWord("IN")) {
      ++out_.operators;
      n.kind = Node::Kind::kIn;
      n.args.push_back(std::move(left));
      Expect("(");
      do {
        n.args.push_back(Operand());
      } while (!failed_ && Take(","));
      Expect(")");
    } else {
      // An operand alone: of parentheses around it, or a function.
      if (left.kind != Node::Kind::kCall && !(Is(")") && depth_ > 0) && !left.parenthesized) Fail();
      return left;
    }
    n.span = SpanFrom(start);
    return n;
  }

  Node Operand() {
    Node n = Primary();
    if (!failed_ && !IsOperand(n)) Fail();
    return n;
  }

  Node Primary() {
    CheckStack();
    if (!Is("(")) return Simple();
    const size_t start = OffsetOf(token_);
    Advance();
    if (++depth_ > kMaxParentheses) Fail();
    Node inner = out_.kind == ExpressionKind::kUpdate ? Sum() : Or();
    --depth_;
    Expect(")");
    if (inner.parenthesized) out_.redundant_parentheses = true;
    inner.parenthesized = true;
    inner.span = SpanFrom(start);
    return inner;
  }

  // A path, a value or a function.
  Node Simple() {
    const size_t start = OffsetOf(token_);
    Node n;
    if (token_.kind == TokenKind::kValue) {
      n.kind = Node::Kind::kValue;
      n.text = token_.text;
      Advance();
    } else if (token_.kind == TokenKind::kName && !IsKeyword() && Scan(EndOf(token_)).text == "(") {
      n.kind = Node::Kind::kCall;
      n.text = token_.text;
      Advance();
      Advance();
      do {
        n.args.push_back(Operand());
      } while (!failed_ && Take(","));
      Expect(")");
    } else {
      return Path();
    }
    n.span = SpanFrom(start);
    return n;
  }

  Node Path() {
    const size_t start = OffsetOf(token_);
    Node n;
    TakeName(&n.path);
    while (!failed_) {
      if (Take(".")) {
        TakeName(&n.path);
      } else if (Take("[")) {
        TakeIndex(&n.path);
      } else {
        break;
      }
    }
    n.span = SpanFrom(start);
    return n;
  }

  void TakeName(std::vector<Step>* path) {
    const bool name = token_.kind == TokenKind::kPlaceholder || (token_.kind == TokenKind::kName && !IsKeyword());
    if (!name) return Fail();
    path->push_back({std::string(token_.text), -1, SpanOf(OffsetOf(token_), token_.text.size())});
    Advance();
  }

  void TakeIndex(std::vector<Step>* path) {
    int64_t index = 0;
    if (token_.kind != TokenKind::kNumber) return Fail();
    for (const char c : token_.text) {
      index = index * 10 + (c - '0');
      if (index > UINT32_MAX) return Fail();
    }
    path->push_back({"", index, SpanOf(OffsetOf(token_), token_.text.size())});
    Advance();
    Expect("]");
  }

  // Projections and updates.

  void Projection() {
    do {
      out_.paths.push_back(Path());
    } while (!failed_ && Take(","));
  }

  Node Sum() {
    const size_t start = OffsetOf(token_);
    Node left = Primary();
    if (failed_ || (!Is("+") && !Is("-"))) return left;
    Node n;
    n.kind = Is("+") ? Node::Kind::kAdd : Node::Kind::kSubtract;
    ++out_.operators;
    Advance();
    n.args.push_back(std::move(left));
    n.args.push_back(Primary());
    n.span = SpanFrom(start);
    return n;
  }

  bool TakeSection(UpdateSection* section, std::string_view* word) {
    static constexpr std::array<std::pair<std::string_view, UpdateSection>, 4> kSections = {
        {{"SET", UpdateSection::kSet},
         {"REMOVE", UpdateSection::kRemove},
         {"ADD", UpdateSection::kAdd},
         {"DELETE", UpdateSection::kDelete}}};
    for (const auto& [text, code] : kSections) {
      if (!TakeWord(text)) continue;
      *section = code;
      *word = text;
      return true;
    }
    return false;
  }

  void Update() {
    std::array<bool, 4> seen = {};
    do {
      UpdateSection section;
      std::string_view word;
      if (!TakeSection(&section, &word)) return Fail();
      if (std::exchange(seen[static_cast<size_t>(section)], true) && out_.repeated_section.empty()) {
        out_.repeated_section = word;
      }
      do {
        Clause(section);
      } while (!failed_ && Take(","));
    } while (!failed_ && token_.kind != TokenKind::kEnd);
  }

  void Clause(UpdateSection section) {
    UpdateClause clause;
    clause.section = section;
    clause.path = Path();
    if (section == UpdateSection::kSet) {
      Expect("=");
      clause.value = Sum();
    } else if (section != UpdateSection::kRemove) {
      if (token_.kind != TokenKind::kValue) Fail();
      clause.value = Simple();
    }
    out_.clauses.push_back(std::move(clause));
  }

  const std::string_view text_;
  Token previous_;
  Token token_;
  int depth_ = 0;  // of parentheses
  bool failed_ = false;
  Status error_;
  Expression out_;
};

}  // namespace

std::string_view ExpressionName(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kUpdate: return "UpdateExpression";
    case ExpressionKind::kCondition: return "ConditionExpression";
    case ExpressionKind::kKeyCondition: return "KeyConditionExpression";
    case ExpressionKind::kFilter: return "FilterExpression";
    case ExpressionKind::kProjection: return "ProjectionExpression";
  }
  return "";
}

Result<dynamo::Expression> ParseDynamoExpression(ExpressionKind kind, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), IsBlank)) {
    return Status::Validation(fmt::format("Invalid {}: The expression can not be empty;", ExpressionName(kind)));
  }
  if (text.size() > kMaxExpressionBytes) {
    return Status::Validation(
        fmt::format("Invalid {}: Expression size has exceeded the maximum allowed size; "
                    "expression size: {}",
                    ExpressionName(kind), text.size()));
  }
  return Parser(kind, text).Run();
}

}  // namespace parton

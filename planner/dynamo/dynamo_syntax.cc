// Syntax errors as ExecuteStatement words them ("Statement wasn't well formed, can't be processed: ...").
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "parser/scanner.h"
#include "parton/text.h"
#include "planner/dynamo/dynamo_dialect.h"

namespace parton {

namespace {

constexpr std::string_view kNoDataManipulation = "Expected data manipulation";
constexpr std::array<std::string_view, 6> kManipulations = {"SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "EXISTS"};
// Statements of our own, whose errors are our own.
constexpr std::array<std::string_view, 34> kOwn = {
    "CREATE",  "DROP",     "ALTER",     "DESCRIBE", "DESC",    "SHOW",    "SET",     "BEGIN",  "START",
    "COMMIT",  "ROLLBACK", "SAVEPOINT", "RELEASE",  "EXPLAIN", "ANALYZE", "COPY",    "IMPORT", "BACKUP",
    "RESTORE", "CHECK",    "REPAIR",    "TRUNCATE", "ADVISE",  "UPSERT",  "REPLACE", "WITH",   "RESET",
    "ADVANCE", "RETRY",    "PAUSE",     "RESUME",   "LIST",    "ATTACH",  "DETACH"};
// Words that a term or an operand must follow.
constexpr std::array<std::string_view, 8> kOpeners = {"SELECT", "FROM", "WHERE", "INTO",
                                                      "UPDATE", "SET",  "BY",    "REMOVE"};
constexpr std::array<std::string_view, 6> kInfixWords = {"AND", "OR", "BETWEEN", "IN", "LIKE", "IS"};
constexpr std::array<std::string_view, 22> kKeywords = {
    "SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "WHERE", "SET",  "REMOVE", "ORDER",  "BY",   "GROUP",
    "HAVING", "JOIN",   "UNION",  "CASE",   "CAST", "VALUE", "INTO", "AS",     "VALUES", "LEFT", "DISTINCT"};

template <size_t N>
bool OneOf(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Word {
  RawToken::Kind kind = RawToken::Kind::kEnd;
  std::string text;  // a bare word in upper case
};

Word WordOf(const RawScanner& scanner, const RawToken& t) {
  Word w{t.kind, std::string(scanner.Text(t))};
  if (t.kind == RawToken::Kind::kWord) w.text = AsciiUpper(w.text);
  return w;
}

bool IsInfix(const Word& w) {
  if (w.kind == RawToken::Kind::kWord) return OneOf(kInfixWords, w.text);
  return w.kind == RawToken::Kind::kSymbol && std::string_view("=<>!+-*/%|").find(w.text[0]) != std::string_view::npos;
}

std::string_view DetailOf(const Word& before, const Word& at) {
  const bool end = at.kind == RawToken::Kind::kEnd || at.text == ")" || at.text == ";";
  if (IsInfix(before) && (end || IsInfix(at))) return "Missing right-hand side expression of infix operator";
  if (before.kind == RawToken::Kind::kWord && OneOf(kOpeners, before.text)) return "Unexpected term";
  if (before.text == "," || before.text == "(") return "Unexpected term";
  if (before.text == ".") return "Invalid path dot component";
  if (IsInfix(before) && at.kind == RawToken::Kind::kWord && OneOf(kKeywords, at.text)) return "Unexpected keyword";
  if (IsInfix(at)) return "Unexpected operator";
  return "Unexpected token after expression";
}

// All words that statements of DynamoDB consist of; names of types and functions are spelt otherwise in errors.
constexpr std::array<std::string_view, 30> kTheirWords = {
    "SELECT", "INSERT",  "UPDATE", "DELETE", "FROM", "EXISTS", "WHERE", "INTO",    "VALUE",     "SET",
    "REMOVE", "ORDER",   "BY",     "ASC",    "DESC", "AND",    "OR",    "NOT",     "RETURNING", "ALL",
    "OLD",    "BETWEEN", "IN",     "IS",     "NULL", "TRUE",   "FALSE", "MISSING", "MODIFIED",  "NEW"};

bool IsForeign(std::string_view expected) {
  const bool keyword = std::all_of(expected.begin(), expected.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return keyword && !OneOf(kTheirWords, expected);
}

// "expected A, B or C before x" without the words that only the extended dialect has; empty if no other is left.
std::string WithoutForeignWords(std::string_view error) {
  constexpr std::string_view kExpected = "expected ", kOr = " or ", kComma = ", ";
  const size_t end = error.rfind(" before ");
  if (!error.starts_with(kExpected) || end == std::string_view::npos || end < kExpected.size()) {
    return std::string(error);
  }
  std::string_view list = error.substr(kExpected.size(), end - kExpected.size());
  std::vector<std::string_view> kept;
  while (!list.empty()) {
    const size_t comma = list.find(kComma), last = list.find(kOr), at = std::min(comma, last);
    const std::string_view one = list.substr(0, at);
    if (!IsForeign(one)) kept.push_back(one);
    list = at == std::string_view::npos ? "" : list.substr(at + (at == comma ? kComma : kOr).size());
  }
  if (kept.empty()) return "";
  std::string out(kExpected);
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i != 0) out += i + 1 == kept.size() ? kOr : kComma;
    out += kept[i];
  }
  return out.append(error.substr(end));
}

}  // namespace

Status InDynamoWords(Status error, std::string_view text) {
  const std::string& own = error.message();
  if (error.code() != StatusCode::kSyntax || (!own.starts_with("expected ") && !own.starts_with("unexpected "))) {
    return error;
  }
  RawScanner scanner(text);
  RawToken token = scanner.Next();
  const Word first = WordOf(scanner, token);
  if (first.kind == RawToken::Kind::kWord && OneOf(kOwn, first.text)) return error;
  std::string_view detail = kNoDataManipulation;
  TextSpan span = SpanAt(text, token.begin, token.size());
  if (first.kind == RawToken::Kind::kWord && OneOf(kManipulations, first.text)) {
    Word before;
    while (token.kind != RawToken::Kind::kEnd && token.end <= error.span().offset) {
      before = WordOf(scanner, token);
      token = scanner.Next();
    }
    detail = DetailOf(before, WordOf(scanner, token));
    span = error.span();
  }
  std::string hint = error.hint();
  if (const std::string expected = WithoutForeignWords(own); !expected.empty()) {
    hint += (hint.empty() ? "" : "; ") + expected;
  }
  return Status(StatusCode::kSyntax, "Statement wasn't well formed, can't be processed: " + std::string(detail), span,
                std::move(hint));
}

}  // namespace parton

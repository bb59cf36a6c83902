// Syntax errors as ExecuteStatement words them ("Statement wasn't well formed, can't be processed: ...").
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

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
  std::string hint = error.hint().empty() ? own : error.hint() + "; " + own;
  return Status(StatusCode::kSyntax, "Statement wasn't well formed, can't be processed: " + std::string(detail), span,
                std::move(hint));
}

}  // namespace parton

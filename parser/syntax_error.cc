// "expected FROM before x", and hints for the mistakes people make.
#include "parser/syntax_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "PartonLexer.h"

namespace parton::internal {

namespace {

using antlr4::Token;
using antlr4::misc::IntervalSet;

bool IsSignName(std::string_view literal) { return literal.size() >= 3 && literal.front() == '\''; }

// The keyword or sign as it is written; empty for classes of tokens.
std::string Spelling(size_t type) {
  switch (type) {
    case Token::EOF: return "";
    case Grammar::NE: return "<>";
    case Grammar::NULL_: return "NULL";
    case Grammar::TRUE_: return "TRUE";
    case Grammar::FALSE_: return "FALSE";
    case Grammar::CHAR_: return "CHAR";
    case Grammar::INTEGER:
    case Grammar::DECIMAL:
    case Grammar::FLOAT:
    case Grammar::STRING:
    case Grammar::QUOTED_IDENTIFIER:
    case Grammar::BINARY:
    case Grammar::ION:
    case Grammar::IDENTIFIER:
    case Grammar::UNRECOGNIZED: return "";
    default: break;
  }
  static antlr4::dfa::Vocabulary& vocabulary = *[] {
    antlr4::ANTLRInputStream none("");
    static grammar::PartonLexer lexer(&none);
    return &const_cast<antlr4::dfa::Vocabulary&>(lexer.getVocabulary());
  }();
  std::string literal = vocabulary.getLiteralName(type);
  if (IsSignName(literal)) return literal.substr(1, literal.size() - 2);
  return vocabulary.getSymbolicName(type);
}

bool IsKeyword(size_t type) {
  std::string s = Spelling(type);
  return !s.empty() && (s[0] >= 'A' && s[0] <= 'Z');
}

// Edits, with a swap of neighbours as one, up to 3.
size_t Distance(std::string_view a, std::string_view b) {
  if (a.size() > b.size() + 2 || b.size() > a.size() + 2) return 3;
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

// The keyword among `types` that `word` nearly is; empty if none is near.
std::string NearestKeyword(std::string_view word, const std::vector<size_t>& types) {
  std::string upper = UpperCase(word);
  size_t best = upper.size() >= 6 ? 3 : upper.size() >= 3 ? 2 : 1;
  if (upper.size() >= 3 && upper.size() <= 4) best = 2;
  std::string nearest;
  for (size_t type : types) {
    if (!IsKeyword(type)) continue;
    std::string keyword = Spelling(type);
    size_t distance = Distance(upper, keyword);
    if (distance > 0 && distance < best) {
      best = distance;
      nearest = keyword;
    }
  }
  return nearest;
}

constexpr std::array<size_t, 26> kStatementWords = {
    Grammar::SELECT,   Grammar::INSERT,   Grammar::UPDATE,    Grammar::DELETE, Grammar::REPLACE,
    Grammar::UPSERT,   Grammar::CREATE,   Grammar::DROP,      Grammar::ALTER,  Grammar::TRUNCATE,
    Grammar::SHOW,     Grammar::DESCRIBE, Grammar::EXPLAIN,   Grammar::BEGIN,  Grammar::COMMIT,
    Grammar::ROLLBACK, Grammar::SET,      Grammar::COPY,      Grammar::BACKUP, Grammar::RESTORE,
    Grammar::ANALYZE,  Grammar::IMPORT,   Grammar::SAVEPOINT, Grammar::WITH,   Grammar::VALUES,
    Grammar::FROM};

// Reads as a sequence: "A, B or C".
std::string Sequence(const std::vector<std::string>& parts) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? " or " : ", ";
    out += parts[i];
  }
  return out;
}

std::vector<size_t> TypesOf(const IntervalSet& set) {
  std::vector<size_t> types;
  for (ssize_t t : set.toList()) types.push_back(static_cast<size_t>(t));
  return types;
}

// "an expression", "a name", "FROM", ...; empty if there is too much to say.
std::string Expectation(const IntervalSet& expected) {
  std::vector<size_t> types = TypesOf(expected);
  std::set<size_t> rest(types.begin(), types.end());
  auto has = [&](size_t t) { return rest.count(t) != 0; };
  std::vector<std::string> parts;
  const bool end = has(Token::EOF) || has(Grammar::SEMICOLON);
  if (has(Grammar::INTEGER) && has(Grammar::STRING) && has(Grammar::LPAREN) &&
      has(Grammar::NULL_)) {
    // A whole statement is more than its expressions.
    if (has(Grammar::CREATE) && has(Grammar::INSERT)) return "a statement";
    return has(Grammar::SELECT) ? "an expression or a query" : "an expression";
  }
  if (has(Grammar::IDENTIFIER)) {
    parts.push_back("a name");
    for (size_t t : types) {
      if (IsKeyword(t) && t != Grammar::FROM && t != Grammar::WHERE && t != Grammar::AS)
        rest.erase(t);
    }
    rest.erase(Grammar::IDENTIFIER);
    rest.erase(Grammar::QUOTED_IDENTIFIER);
  }
  if (has(Grammar::PLUS) && has(Grammar::STAR) && has(Grammar::CONCAT)) {
    for (size_t t :
         {Grammar::PLUS,     Grammar::MINUS,     Grammar::STAR,    Grammar::SLASH, Grammar::PERCENT,
          Grammar::CONCAT,   Grammar::AMPERSAND, Grammar::EQ,      Grammar::NE,    Grammar::LT,
          Grammar::GT,       Grammar::LE,        Grammar::GE,      Grammar::AND,   Grammar::OR,
          Grammar::NOT,      Grammar::IN,        Grammar::IS,      Grammar::LIKE,  Grammar::BETWEEN,
          Grammar::OVERLAPS, Grammar::DOT,       Grammar::LBRACKET}) {
      rest.erase(t);
    }
    // After a whole expression, what may follow it says more than "an operator" does.
    if (rest.size() > 8 || rest.empty()) parts.push_back("an operator");
  }
  if (has(Grammar::STRING)) parts.push_back("a string");
  if (has(Grammar::INTEGER)) parts.push_back("a number");
  for (size_t t : rest) {
    std::string spelling = Spelling(t);
    if (!spelling.empty() && t != Grammar::SEMICOLON) parts.push_back(spelling);
  }
  if (end) parts.push_back("the end of the statement");
  if (parts.empty() || parts.size() > 7) return "";
  return Sequence(parts);
}

std::string Hint(const SourceMap& source, const std::vector<Token*>& tokens, const ParseFailure& f,
                 const std::vector<size_t>& expected) {
  const size_t at = f.offending->getTokenIndex();
  const size_t type = f.offending->getType();
  auto wants = [&](size_t t) {
    return std::find(expected.begin(), expected.end(), t) != expected.end();
  };
  if (type == Grammar::QUOTED_IDENTIFIER && wants(Grammar::STRING)) {
    return "strings take single quotes; double quotes are for names";
  }
  if (type == Grammar::STRING && wants(Grammar::IDENTIFIER)) {
    return "names take double quotes, or none; single quotes are for strings";
  }
  // A misspelt keyword is read as a name, and the error comes at it or just behind it.
  for (size_t i : {at, at - 1}) {
    if (i >= tokens.size()) continue;
    Token* t = tokens[i];
    if (t->getType() != Grammar::IDENTIFIER) continue;
    std::string near = NearestKeyword(source.Text(t), expected);
    if (!near.empty()) return fmt::format("did you mean {}?", near);
  }
  size_t first = at;
  while (first > 0 && tokens[first - 1]->getType() != Grammar::SEMICOLON) --first;
  if (first < tokens.size() && tokens[first]->getType() == Grammar::IDENTIFIER) {
    std::vector<size_t> words(kStatementWords.begin(), kStatementWords.end());
    std::string near = NearestKeyword(source.Text(tokens[first]), words);
    if (!near.empty()) return fmt::format("did you mean {}?", near);
  }
  std::string_view text = source.Text(f.offending);
  if (IsKeyword(type) && wants(Grammar::IDENTIFIER)) {
    return fmt::format("{} is a reserved word; as a name it is written \"{}\"", UpperCase(text),
                       text);
  }
  return "";
}

IntervalSet ExpectedAt(antlr4::Parser* parser, const antlr4::RecognitionException& e) {
  auto* no_alternative = dynamic_cast<const antlr4::NoViableAltException*>(&e);
  if (!no_alternative || !no_alternative->getDeadEndConfigs()) return parser->getExpectedTokens();
  // Everything the dead ends could have read next.
  IntervalSet expected;
  for (const auto& config : no_alternative->getDeadEndConfigs()->configs) {
    for (antlr4::atn::Transition* t : config->state->transitions) {
      if (t->isEpsilon()) continue;
      expected.addAll(t->label());
    }
  }
  return expected.isEmpty() ? parser->getExpectedTokens() : expected;
}

}  // namespace

void FailFast::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) {
  antlr4::Token* offending = e.getOffendingToken();
  throw ParseFailure{offending ? offending : parser->getCurrentToken(), ExpectedAt(parser, e)};
}

void FailFast::recover(antlr4::Parser* parser, std::exception_ptr) {
  throw ParseFailure{parser->getCurrentToken(), parser->getExpectedTokens()};
}

antlr4::Token* FailFast::recoverInline(antlr4::Parser* parser) {
  throw ParseFailure{parser->getCurrentToken(), parser->getExpectedTokens()};
}

Status SyntaxError(const SourceMap& source, const std::vector<antlr4::Token*>& tokens,
                   const ParseFailure& failure) {
  const antlr4::Token* t = failure.offending;
  std::string_view text = source.Text(t);
  std::string shown = t->getType() == antlr4::Token::EOF ? "the end of the text"
                      : text.size() > 40                 ? fmt::format("{}...", text.substr(0, 37))
                                                         : std::string(text);
  std::vector<size_t> expected = TypesOf(failure.expected);
  std::string wanted = Expectation(failure.expected);
  std::string message = wanted.empty() ? fmt::format("unexpected {}", shown)
                                       : fmt::format("expected {} before {}", wanted, shown);
  return Status::Syntax(std::move(message), source.Span(t),
                        Hint(source, tokens, failure, expected));
}

}  // namespace parton::internal

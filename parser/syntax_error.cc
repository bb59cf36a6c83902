// "expected FROM before x", and hints for the mistakes people make.
#include "parser/syntax_error.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>

#include "PartonLexer.h"
#include "parton/text.h"

namespace parton::internal {

namespace {

using antlr4::Token;
using Types = std::set<size_t>;

// Trying every token takes about as long as parsing the text that often.
constexpr size_t kMaxTriedTokens = 400;

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
  static antlr4::ANTLRInputStream none("");
  static grammar::PartonLexer lexer(&none);
  std::string literal = lexer.getVocabulary().getLiteralName(type);
  if (literal.size() >= 3) return literal.substr(1, literal.size() - 2);
  return lexer.getVocabulary().getSymbolicName(type);
}

bool IsKeyword(size_t type) {
  std::string s = Spelling(type);
  return !s.empty() && s[0] >= 'A' && s[0] <= 'Z';
}

// Edits, a swap of neighbours being one; 3 if there are more than that.
size_t Distance(std::string_view a, std::string_view b) {
  if (a.size() > b.size() + 2 || b.size() > a.size() + 2) return 3;
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return std::min<size_t>(d[a.size()][b.size()], 3);
}

// The keyword among `types` that `word` nearly is; empty if none is near.
std::string NearestKeyword(std::string_view word, const Types& types) {
  if (word.size() < 3) return "";
  std::string upper = AsciiUpper(word);
  const size_t limit = upper.size() >= 6 ? 3 : 2;  // the distance must be below
  size_t best = SIZE_MAX;
  std::string nearest;
  for (size_t type : types) {
    if (!IsKeyword(type)) continue;
    std::string keyword = Spelling(type);
    const size_t distance = keyword.size() < 3 ? 3 : Distance(upper, keyword);
    if (distance == 0 || distance >= limit) continue;
    // People get the first letter right: DSC is DESC and not ASC.
    const size_t rank = 2 * distance + (keyword[0] == upper[0] ? 0 : 1);
    if (rank >= best) continue;
    best = rank;
    nearest = keyword;
  }
  return nearest;
}

const Types& StatementWords() {
  static const auto* words = new Types{
      Grammar::SELECT,    Grammar::INSERT,  Grammar::UPDATE,  Grammar::DELETE,   Grammar::REPLACE, Grammar::UPSERT,
      Grammar::CREATE,    Grammar::DROP,    Grammar::ALTER,   Grammar::TRUNCATE, Grammar::SHOW,    Grammar::DESCRIBE,
      Grammar::EXPLAIN,   Grammar::BEGIN,   Grammar::COMMIT,  Grammar::ROLLBACK, Grammar::SET,     Grammar::COPY,
      Grammar::BACKUP,    Grammar::RESTORE, Grammar::ANALYZE, Grammar::IMPORT,   Grammar::WITH,    Grammar::VALUES,
      Grammar::SAVEPOINT, Grammar::ATTACH,  Grammar::DETACH};
  return *words;
}

void Erase(Types* types, std::initializer_list<size_t> gone) {
  for (size_t t : gone) types->erase(t);
}

// "A, B or C"
std::string Sequence(const std::vector<std::string>& parts) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? " or " : ", ";
    out += parts[i];
  }
  return out;
}

// What could stand there, in words; empty if that would be a long list.
std::string Expectation(Types rest) {
  auto has = [&](size_t t) { return rest.count(t) != 0; };
  std::vector<std::string> parts;
  const bool end = has(Token::EOF) || has(Grammar::SEMICOLON);
  Erase(&rest, {Token::EOF, Grammar::SEMICOLON});
  if (has(Grammar::INTEGER) && has(Grammar::STRING) && has(Grammar::LPAREN) && has(Grammar::NULL_)) {
    if (has(Grammar::CREATE) && has(Grammar::INSERT)) return "a statement";
    return has(Grammar::SELECT) ? "an expression or a query" : "an expression";
  }
  const bool after_operand = has(Grammar::PLUS) && has(Grammar::STAR) && has(Grammar::CONCAT);
  const bool name = has(Grammar::IDENTIFIER);
  if (after_operand) {
    Erase(&rest, {Grammar::PLUS,     Grammar::MINUS,    Grammar::STAR,   Grammar::SLASH,    Grammar::PERCENT,
                  Grammar::CONCAT,   Grammar::EQ,       Grammar::NE,     Grammar::LT,       Grammar::GT,
                  Grammar::LE,       Grammar::GE,       Grammar::AND,    Grammar::OR,       Grammar::NOT,
                  Grammar::IN,       Grammar::IS,       Grammar::LIKE,   Grammar::DOT,      Grammar::BETWEEN,
                  Grammar::LBRACKET, Grammar::OVERLAPS, Grammar::LPAREN, Grammar::AMPERSAND});
  }
  Erase(&rest, {Grammar::IDENTIFIER, Grammar::QUOTED_IDENTIFIER});
  if (name) {
    if (!after_operand) parts.push_back("a name");
    Erase(&rest, {Grammar::AS, Grammar::AT, Grammar::BY});
    if (!has(Grammar::SET)) {
      Erase(&rest, {Grammar::ADD, Grammar::REMOVE, Grammar::RETURNING, Grammar::VALUE});
    }
  }
  if (end) {
    rest.erase(Grammar::RPAREN);
  } else if (has(Grammar::RPAREN)) {
    Erase(&rest, {Grammar::JOIN, Grammar::LIMIT, Grammar::ORDER, Grammar::GROUP});
  }
  if (rest.size() > 5) {
    Erase(&rest,
          {Grammar::RETURN,  Grammar::RETURNING, Grammar::WITH,  Grammar::EXCLUDE, Grammar::LET,       Grammar::WINDOW,
           Grammar::MATCH,   Grammar::OUTER,     Grammar::UNION, Grammar::EXCEPT,  Grammar::INTERSECT, Grammar::HAVING,
           Grammar::CROSS,   Grammar::FULL,      Grammar::INNER, Grammar::LEFT,    Grammar::RIGHT,     Grammar::LATERAL,
           Grammar::UNPIVOT, Grammar::OFFSET,    Grammar::FETCH, Grammar::NATURAL, Grammar::QUALIFY,   Grammar::USING});
  }
  if (rest.erase(Grammar::STRING) > 0) parts.push_back("a string");
  if (rest.erase(Grammar::INTEGER) > 0) parts.push_back("a number");
  std::vector<std::string> signs;
  for (size_t t : rest) {
    std::string spelling = Spelling(t);
    if (spelling.empty()) continue;
    if (IsKeyword(t)) {
      parts.push_back(spelling);
    } else {
      signs.push_back(spelling == "," ? "a comma" : spelling);
    }
  }
  parts.insert(parts.end(), signs.begin(), signs.end());
  if (end) parts.push_back("the end of the statement");
  if (parts.empty() || parts.size() > 7) return "";
  return Sequence(parts);
}

// Finds the offending token and what could stand in its place.
class Diagnosis {
 public:
  Diagnosis(TokenStream* tokens, Grammar* parser, const StartRule& start)
      : tokens_(tokens), parser_(parser), start_(start) {
    parser_->setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
    // The first stage suffices: what it takes for possible wrongly costs precision, not truth.
    auto* simulator = parser_->getInterpreter<antlr4::atn::ParserATNSimulator>();
    simulator->setPredictionMode(antlr4::atn::PredictionMode::SLL);
    Parses();
    at_ = std::min(tokens_->furthest(), tokens_->count() - 1);
    tokens_->AppendEnd();
  }

  size_t at() const { return at_; }

  Types Expected(size_t at) {
    Types expected;
    if (at > kMaxTriedTokens) return expected;
    const size_t type = tokens_->token(at)->getType();
    const size_t next = tokens_->token(at + 1)->getType();
    tokens_->SetType(at + 1, Token::EOF);
    const bool name = Fits(at, Grammar::IDENTIFIER);
    if (name) expected.insert(Grammar::IDENTIFIER);
    if (Fits(at, Token::EOF)) expected.insert(Token::EOF);
    for (size_t t = 1; t < Grammar::UNRECOGNIZED; ++t) {
      // Where a name fits, so does every word that may be one: that says nothing.
      if (t == Grammar::IDENTIFIER || (name && IsKeyword(t) && MayBeName(t))) continue;
      if (Fits(at, t)) expected.insert(t);
    }
    tokens_->SetType(at, type);
    tokens_->SetType(at + 1, next);
    return expected;
  }

 private:
  bool Parses() {
    tokens_->Rewind();
    parser_->reset();
    try {
      start_(parser_);
      return true;
    } catch (const antlr4::ParseCancellationException&) {
      return false;
    }
  }

  // Whether the parser gets past a token of this type at `at`, where the end of the text follows.
  bool Fits(size_t at, size_t type) {
    tokens_->SetType(at, type);
    return Parses() || tokens_->furthest() > at;
  }

  // A keyword that fits as the name of a function or variable.
  static bool MayBeName(size_t type) {
    static const Types* reserved = [] {
      auto* types = new Types;
      for (size_t t : {Grammar::ALL,      Grammar::AND,       Grammar::AS,     Grammar::ASC,     Grammar::AT,
                       Grammar::BETWEEN,  Grammar::BY,        Grammar::CROSS,  Grammar::DELETE,  Grammar::DESC,
                       Grammar::ELSE,     Grammar::END,       Grammar::ESCAPE, Grammar::EXCEPT,  Grammar::FOR,
                       Grammar::FROM,     Grammar::FULL,      Grammar::GROUP,  Grammar::HAVING,  Grammar::IN,
                       Grammar::INNER,    Grammar::INTERSECT, Grammar::INTO,   Grammar::IS,      Grammar::JOIN,
                       Grammar::LEFT,     Grammar::LET,       Grammar::LIKE,   Grammar::LIMIT,   Grammar::NOT,
                       Grammar::NULL_,    Grammar::OFFSET,    Grammar::ON,     Grammar::OR,      Grammar::ORDER,
                       Grammar::OUTER,    Grammar::OVERLAPS,  Grammar::RIGHT,  Grammar::SELECT,  Grammar::SET,
                       Grammar::TABLE,    Grammar::THEN,      Grammar::UNION,  Grammar::UPDATE,  Grammar::VALUES,
                       Grammar::WHEN,     Grammar::WHERE,     Grammar::WITH,   Grammar::CREATE,  Grammar::INSERT,
                       Grammar::DISTINCT, Grammar::CASE,      Grammar::CAST,   Grammar::MISSING, Grammar::TRUE_,
                       Grammar::FALSE_,   Grammar::VALUE,     Grammar::REMOVE, Grammar::ADD,     Grammar::RETURNING}) {
        types->insert(t);
      }
      return types;
    }();
    return reserved->count(type) == 0;
  }

  TokenStream* tokens_;
  Grammar* parser_;
  const StartRule& start_;
  size_t at_ = 0;
};

std::string Hint(const SourceMap& source, const TokenStream& tokens, Diagnosis* diagnosis, const Types& expected) {
  const size_t at = diagnosis->at();
  const size_t type = tokens.token(at)->getType();
  auto wants = [&](size_t t) { return expected.count(t) != 0; };
  if (type == Grammar::QUOTED_IDENTIFIER && wants(Grammar::STRING)) {
    return "strings take single quotes; double quotes are for names";
  }
  if (type == Grammar::STRING && wants(Grammar::IDENTIFIER)) {
    return "names take double quotes, or none; single quotes are for strings";
  }
  if (at > 0 && type == Grammar::EQ && tokens.token(at - 1)->getType() == Grammar::EQ) {
    return "equality is a single =";
  }
  if (at > 0 && type == Grammar::AMPERSAND && tokens.token(at - 1)->getType() == Grammar::AMPERSAND) {
    return "did you mean AND?";
  }
  // A misspelt keyword is read as a name: the error comes at it, or just behind it.
  auto near = [&](size_t i, const Types& types) -> std::string {
    const Token* t = tokens.token(i);
    if (t->getType() != Grammar::IDENTIFIER) return "";
    std::string keyword = NearestKeyword(source.Text(t), types);
    return keyword.empty() ? "" : fmt::format("did you mean {}?", keyword);
  };
  if (std::string hint = near(at, expected); !hint.empty()) return hint;
  size_t first = at;
  while (first > 0 && tokens.token(first - 1)->getType() != Grammar::SEMICOLON) --first;
  if (std::string hint = near(first, StatementWords()); !hint.empty()) return hint;
  if (at > first && tokens.token(at - 1)->getType() == Grammar::IDENTIFIER) {
    if (std::string hint = near(at - 1, diagnosis->Expected(at - 1)); !hint.empty()) return hint;
    if (std::string hint = near(at - 1, expected); !hint.empty()) return hint;
  }
  static const Types kClauses = {Grammar::FROM,   Grammar::WHERE,  Grammar::SET, Grammar::ON,
                                 Grammar::VALUES, Grammar::AND,    Grammar::OR,  Grammar::AS,
                                 Grammar::INTO,   Grammar::SELECT, Grammar::BY,  Grammar::END};
  if (IsKeyword(type) && wants(Grammar::IDENTIFIER) && kClauses.count(type) == 0) {
    std::string_view text = source.Text(tokens.token(at));
    return fmt::format("{} is a reserved word; as a name it is written \"{}\"", AsciiUpper(text), text);
  }
  return "";
}

}  // namespace

void TokenStream::AppendEnd() {
  auto end = std::make_unique<antlr4::CommonToken>(_tokens.back().get());
  end->setType(Token::EOF);
  end->setTokenIndex(_tokens.size());
  _tokens.push_back(std::move(end));
}

Status SyntaxError(const SourceMap& source, TokenStream* tokens, Grammar* parser, const StartRule& start) {
  Diagnosis diagnosis(tokens, parser, start);
  const Token* t = tokens->token(diagnosis.at());
  Types expected = diagnosis.Expected(diagnosis.at());
  std::string_view text = source.Text(t);
  std::string shown = t->getType() == Token::EOF ? "the end of the text" : std::string(text);
  if (shown.size() > 40) {
    size_t cut = 36;
    while ((static_cast<uint8_t>(shown[cut]) & 0xC0) == 0x80) --cut;
    shown = shown.substr(0, cut) + "...";
  }
  std::string wanted = Expectation(expected);
  std::string message =
      wanted.empty() ? fmt::format("unexpected {}", shown) : fmt::format("expected {} before {}", wanted, shown);
  return Status::Syntax(std::move(message), source.Span(t), Hint(source, *tokens, &diagnosis, expected));
}

}  // namespace parton::internal

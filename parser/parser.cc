// Lexing, the two stages of parsing, and what is counted about them.
#include "parser/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <type_traits>
#include <utility>

#include "PartonLexer.h"
#include "parser/ast_builder.h"
#include "parser/scanner.h"
#include "parser/syntax_error.h"
#include "parton/text.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

using antlr4::Token;
using antlr4::atn::PredictionMode;
using internal::AstBuilder;
using internal::Grammar;
using internal::SourceMap;

std::atomic<uint64_t> sll_count{0};
std::atomic<uint64_t> ll_count{0};

// The lexer, but for `>>` that closes two type arguments, LIST<LIST<INT>>: that is two tokens.
class Lexer : public grammar::PartonLexer {
 public:
  using PartonLexer::PartonLexer;

  std::unique_ptr<Token> nextToken() override {
    if (second_half_) return std::move(second_half_);
    CheckPoint();
    std::unique_ptr<Token> t = PartonLexer::nextToken();
    const size_t type = t->getType();
    if (type == LT && OpensTypeArguments()) {
      ++open_;
    } else if (type == GT && open_ > 0) {
      --open_;
    } else if (type == RBAG && open_ > 1) {
      open_ -= 2;
      auto* first = static_cast<antlr4::CommonToken*>(t.get());
      auto second = std::make_unique<antlr4::CommonToken>(first);
      first->setType(GT);
      first->setStopIndex(first->getStartIndex());
      second->setType(GT);
      second->setStartIndex(second->getStopIndex());
      second->setCharPositionInLine(second->getCharPositionInLine() + 1);
      second_half_ = std::move(second);
    }
    before_last_ = last_;
    last_ = type == IDENTIFIER && IsContainer(t->getText()) ? kContainer : type;
    return t;
  }

 private:
  static constexpr size_t kContainer = 100'000;

  static bool IsContainer(const std::string& word) {
    if (word.size() < 3 || word.size() > 6) return false;
    for (const char* name : {"LIST", "ARRAY", "BAG", "MAP", "STRUCT", "TUPLE"}) {
      if (EqualsIgnoreCase(word, name)) return true;
    }
    return false;
  }
  bool OpensTypeArguments() const {
    if (last_ != kContainer) return false;
    if (before_last_ == AS || before_last_ == IS || before_last_ == NOT) return true;
    return open_ > 0 && (before_last_ == COLON || before_last_ == COMMA || before_last_ == LT);
  }

  size_t last_ = 0;
  size_t before_last_ = 0;
  int open_ = 0;
  std::unique_ptr<Token> second_half_;
};

// ANTLR drops a byte order mark at the start of its input without counting it, which would shift
// every position: it gets one more to drop. The grammar takes the other for white space.
std::string WithoutBomTrouble(std::string_view text) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  return std::string(text.starts_with(kBom) ? kBom : "").append(text);
}

// Owns what a parse tree points into.
class Parsing {
 public:
  Parsing(std::string_view text, uint32_t first_line)
      : source_(text, first_line),
        input_(WithoutBomTrouble(text)),
        lexer_(&input_),
        tokens_(&lexer_),
        parser_(&tokens_) {
    lexer_.removeErrorListeners();
    parser_.removeErrorListeners();
  }

  // build(builder, context) of what the start rule takes.
  template <typename Context, typename Build>
  auto Run(Context* (Grammar::*rule)(), const Build& build)
      -> Result<std::invoke_result_t<Build, AstBuilder&, Context*>> {
    Context* context = nullptr;
    PARTON_RETURN_IF_ERROR(Recognize([&](Grammar* parser) { context = (parser->*rule)(); }));
    try {
      AstBuilder builder(source_);
      return build(builder, context);
    } catch (internal::BuildError& e) {
      return std::move(e.status);
    }
  }

 private:
  Status Recognize(const internal::StartRule& start) {
    tokens_.fill();
    for (Token* t : tokens_.getTokens()) {
      if (t->getType() == Grammar::UNRECOGNIZED) {
        return Status::Syntax(fmt::format("unexpected character {}", source_.Text(t)), source_.Span(t));
      }
    }
    auto* simulator = parser_.getInterpreter<antlr4::atn::ParserATNSimulator>();
    simulator->setPredictionMode(PredictionMode::SLL);
    parser_.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
    bool sll = true;
    try {
      start(&parser_);
    } catch (const antlr4::ParseCancellationException&) {
      sll = false;
      tokens_.seek(0);
      parser_.reset();
      simulator->setPredictionMode(PredictionMode::LL);
      try {
        start(&parser_);
      } catch (const antlr4::ParseCancellationException&) {
        return internal::SyntaxError(source_, &tokens_, &parser_, start);
      }
    }
    (sll ? sll_count : ll_count).fetch_add(1, std::memory_order_relaxed);
    return Status::Ok();
  }

  SourceMap source_;
  antlr4::ANTLRInputStream input_;
  Lexer lexer_;
  internal::TokenStream tokens_;
  internal::BoundedParser parser_;
};

// The tree of contexts is large: it must fit the statement's limit. And the runtime of the grammar holds locks by hand
// while it allocates, so whether there is memory is asked before.
void CheckMemory(size_t bytes, size_t tokens) {
  constexpr size_t kPerToken = 1000, kPerByte = 4, kBesides = size_t{64} << 10;
  const size_t needed = bytes * kPerByte + tokens * kPerToken;
  CheckRoomFor(needed);
  ::operator delete(::operator new(needed + kBesides));
}

// The parser asks for itself, but not the grammar's runtime, nor what destroys a tree.
void CheckStackFor(const TextShape& shape) {
  constexpr size_t kPerLevel = 3000, kPerLink = 800;
  const size_t needed = static_cast<size_t>(shape.nesting) * kPerLevel + static_cast<size_t>(shape.chain) * kPerLink;
  if (StackLeft() < needed) internal::StackEnds();
}

uint32_t LinesOf(std::string_view text) {
  return static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
}

// `s` with its lines counted from `first_line` on.
Status FromLine(Status s, uint32_t first_line) {
  TextSpan span = s.span();
  if (span.line != 0) span.line += first_line - 1;
  return {s.code(), s.message(), span, s.hint()};
}

template <typename Context, typename Build>
auto ParseText(std::string_view text, uint32_t first_line, Context* (Grammar::*rule)(), const Build& build)
    -> Result<std::invoke_result_t<Build, AstBuilder&, Context*>> {
  TextShape shape;
  if (Status s = CheckText(text, &shape); !s.ok()) return FromLine(std::move(s), first_line);
  try {
    CheckMemory(text.size(), shape.tokens);
    CheckStackFor(shape);
    return Parsing(text, first_line).Run(rule, build);
  } catch (const antlr4::RuntimeException& e) {
    return Status::Internal(fmt::format("the parser failed: {}", e.what()));
  } catch (...) {
    return StatusOfException();
  }
}

}  // namespace

Result<ast::Script> Parse(std::string_view text) {
  return ParseText(text, 1, &Grammar::script,
                   [](AstBuilder& builder, Grammar::ScriptContext* c) { return builder.Script(c); });
}

Result<ast::Statement> ParseStatement(std::string_view text) {
  PARTON_ASSIGN_OR_RETURN(ast::Script script, Parse(text));
  if (script.statements.empty()) return Status::Syntax("expected a statement", SpanAt(text, 0, 0));
  if (script.statements.size() > 1) {
    return Status::Syntax("expected one statement, but there are more", script.statements[1].span,
                          "run several statements as a script");
  }
  return std::move(script.statements[0]);
}

Result<ast::Statement> ParseWrite(std::string_view table, std::string_view update, std::string_view condition) {
  ast::Statement statement;
  ast::QualifiedName name;
  name.parts.push_back(ast::Identifier{std::string(table), true, {}});
  std::vector<ast::UpdateAction> actions;
  ast::ExprPtr where;
  const ast::Identifier nobody{" ", true, {}};
  if (!update.empty()) {
    PARTON_ASSIGN_OR_RETURN(
        actions, ParseText(update, 1, &Grammar::updatePart, [&](AstBuilder& builder, Grammar::UpdatePartContext* c) {
          return builder.UpdatePart(c, &statement);
        }));
  }
  if (!condition.empty()) {
    const uint32_t first_line = update.empty() ? 1 : LinesOf(update) + 1;
    PARTON_ASSIGN_OR_RETURN(where, ParseText(condition, first_line, &Grammar::conditionPart,
                                             [&](AstBuilder& builder, Grammar::ConditionPartContext* c) {
                                               return builder.ConditionPart(c, &statement);
                                             }));
  }
  if (update.empty()) {
    statement.node = ast::Delete{std::move(name), nobody, std::move(where), {}};
  } else {
    statement.node = ast::Update{false, std::move(name), nobody, std::move(actions), std::move(where), {}};
  }
  return statement;
}

Result<std::vector<ast::ExprPtr>> ParsePaths(std::string_view text) {
  return ParseText(text, 1, &Grammar::pathsPart,
                   [](AstBuilder& builder, Grammar::PathsPartContext* c) { return builder.PathsPart(c); });
}

ParseCounters GetParseCounters() {
  return {sll_count.load(std::memory_order_relaxed), ll_count.load(std::memory_order_relaxed)};
}

}  // namespace parton

// Turns a failed parse into a message that a person can act on. Internal to parser/.
//
// The parser often stops too early: it leaves a loop when the next token does not fit. So the stream notes the
// furthest token looked at; no statement can continue with it. The tokens that could stand there are found by trying
// each kind in its place.
#ifndef PARTON_PARSER_SYNTAX_ERROR_H_
#define PARTON_PARSER_SYNTAX_ERROR_H_

#include <algorithm>
#include <functional>
#include <vector>

#include "parser/ast_builder.h"
#include "types/status/bounds.h"

namespace parton::internal {

// A token stream that knows how far it was read, and whose tokens can be exchanged.
class TokenStream : public antlr4::CommonTokenStream {
 public:
  using CommonTokenStream::CommonTokenStream;

  antlr4::Token* LT(ssize_t k) override {
    antlr4::Token* t = CommonTokenStream::LT(k);
    if (t) furthest_ = std::max(furthest_, t->getTokenIndex());
    return t;
  }
  void consume() override {
    CheckPoint();
    CommonTokenStream::consume();
  }
  size_t furthest() const { return furthest_; }
  void Rewind() {
    seek(0);
    furthest_ = 0;
  }
  size_t count() const { return _tokens.size(); }
  antlr4::Token* token(size_t i) const { return _tokens[i].get(); }
  void SetType(size_t i, size_t type) { static_cast<antlr4::WritableToken*>(_tokens[i].get())->setType(type); }
  // One more EOF at the end.
  void AppendEnd();

 private:
  size_t furthest_ = 0;
};

// The generated parser, which stops for a cancelled statement and before the stack ends. (As a context is entered; what
// a prediction looks up costs less than the reserve.)
class BoundedParser : public Grammar {
 public:
  using Grammar::Grammar;

  void enterRule(antlr4::ParserRuleContext* context, size_t state, size_t rule) override {
    CheckStack();
    Grammar::enterRule(context, state, rule);
  }
  void enterRecursionRule(antlr4::ParserRuleContext* context, size_t state, size_t rule, int precedence) override {
    CheckStack();
    Grammar::enterRecursionRule(context, state, rule, precedence);
  }
};

// Runs the start rule on a parser.
using StartRule = std::function<void(Grammar*)>;

// Why a text that both stages refused is wrong. `parser` reads `tokens`; both are left in any state.
Status SyntaxError(const SourceMap& source, TokenStream* tokens, Grammar* parser, const StartRule& start);

}  // namespace parton::internal

#endif  // PARTON_PARSER_SYNTAX_ERROR_H_

// From what ANTLR knows of a failed parse to a message a person can act on. Internal to parser/.
#ifndef PARTON_PARSER_SYNTAX_ERROR_H_
#define PARTON_PARSER_SYNTAX_ERROR_H_

#include <memory>
#include <vector>

#include "parser/ast_builder.h"

namespace parton::internal {

// What FailFast throws: the token that does not fit, and all tokens that would have.
struct ParseFailure {
  antlr4::Token* offending;
  antlr4::misc::IntervalSet expected;
};

// Gives up at the first error.
class FailFast : public antlr4::DefaultErrorStrategy {
 public:
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) override;
  void recover(antlr4::Parser* parser, std::exception_ptr e) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;
  void sync(antlr4::Parser*) override {}
};

// `tokens` are those of the whole text.
Status SyntaxError(const SourceMap& source, const std::vector<antlr4::Token*>& tokens,
                   const ParseFailure& failure);

}  // namespace parton::internal

#endif  // PARTON_PARSER_SYNTAX_ERROR_H_

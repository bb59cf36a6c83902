// Statement text to syntax tree: the only way into the grammar.
//
// Errors are kSyntax with the position of the offending token, a message ("expected ... before
// ...") and often a hint. Text is refused before it is parsed if it is longer than kMaxTextBytes,
// is no UTF-8, or is nested or chained too deeply; time and memory are linear in the text.
//
// Threads: every function may be called from any thread.
#ifndef PARTON_PARSER_PARSER_H_
#define PARTON_PARSER_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/ast.h"
#include "parton/status.h"

namespace parton {

inline constexpr size_t kMaxTextBytes = 16 << 20;
inline constexpr int kMaxNesting = 500;  // brackets, CASE, runs of prefix operators
inline constexpr int kMaxDepth = 1500;   // of the tree: nesting, and a + b + c ..., a JOIN b JOIN c ...
inline constexpr size_t kMaxTokens = 2'000'000;

// Statements separated by ';'. No statement at all is an empty script.
Result<ast::Script> Parse(std::string_view text);

// Exactly one statement; a trailing ';' is allowed.
Result<ast::Statement> ParseStatement(std::string_view text);

// UPDATE with the actions `update`, or DELETE if there are none, of the items of `table` for which `condition` holds
// (empty: all). The item has no name: all names are those of attributes. Each text is complete, neither goes on in the
// other. Lines of the condition are counted on from those of the update, in errors and in the tree; parameters are
// numbered through both.
Result<ast::Statement> ParseWrite(std::string_view table, std::string_view update, std::string_view condition);

// Document paths: "a, b.c, list[0]". Each is a Variable, or a Path with kName and kIndex steps.
Result<std::vector<ast::ExprPtr>> ParsePaths(std::string_view text);

// How many texts were parsed since the process started, and how many of them needed the second
// stage (full LL), which is much slower. Texts with a syntax error are not counted.
struct ParseCounters {
  uint64_t sll = 0;
  uint64_t ll = 0;
};
ParseCounters GetParseCounters();

}  // namespace parton

#endif  // PARTON_PARSER_PARSER_H_

// A small hand-written scanner, for work that must be quick or must accept text that does not parse: splitting
// scripts, finding what an unfinished statement waits for, and lifting literals (auto-parameterisation), so that
// texts that differ only in literals share a plan.
//
// It knows strings, names, numbers, comments, Ion literals and brackets exactly as PartonLexer.g4
// has them, and no grammar. It never fails: an unclosed string or comment runs to the end of the
// text.
//
// Threads: every function may be called from any thread.
#ifndef PARTON_PARSER_SCANNER_H_
#define PARTON_PARSER_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

struct RawToken {
  enum class Kind : uint8_t {
    kEnd,
    kWord,        // a keyword or bare name
    kQuotedName,  // "..."
    kString,      // '...'
    kBinary,      // x'..', b64'..'
    kInteger,
    kDecimal,
    kFloat,
    kIon,      // `...`
    kSymbol,   // one character, or one of << >> <> != <= >= ||
    kComment,  // only if unclosed
    kOther,    // no token of the language
  };
  Kind kind = Kind::kEnd;
  bool closed = true;  // false: the quote or comment is open at the end of the text
  char symbol = 0;     // kSymbol: the first character
  size_t begin = 0;
  size_t end = 0;

  size_t size() const { return end - begin; }
};

// Walks over the tokens of a text, skipping blanks and comments. Borrows the text.
class RawScanner {
 public:
  explicit RawScanner(std::string_view text, size_t begin = 0) : text_(text), at_(begin) {}

  RawToken Next();
  std::string_view Text(const RawToken& t) const { return text_.substr(t.begin, t.size()); }

 private:
  bool SkipBlanks(RawToken* unclosed_comment);

  std::string_view text_;
  size_t at_;
};

// What a statement that does not end waits for.
enum class Open : uint8_t { kNothing, kString, kQuotedName, kIon, kComment, kParen, kBracket, kBrace, kBag };

// "'", "\"", "`", "/*", "(", "[", "{", "<<"; empty for kNothing. For continuation prompts.
std::string_view OpenText(Open open);

// One statement of a script, without its ';'. Blank statements are left out.
struct StatementText {
  std::string_view text;       // part of the script; from the first token to the end of the last one
  TextSpan span;               // where that is in the script
  bool terminated = false;     // a ';' follows
  Open open = Open::kNothing;  // what is unclosed at the end of the statement
  TextSpan open_span;          // where that was opened
};

// Splits at every ';' outside strings, names, Ion and comments: no bracket can hold one. Only the
// last statement can be unterminated.
std::vector<StatementText> SplitStatements(std::string_view script);

// Line and column (from 1, in code points) of a byte offset.
TextSpan SpanAt(std::string_view text, size_t offset, size_t length);

// A statement with its literals as `?`, and their values in order.
struct LiftedText {
  std::string text;
  std::vector<Value> values;
};

// Lifts number and string literals where a parameter means the same; false if the text should be
// used as it is (no literal to lift, parameters of its own, a statement kind or construct where
// literals matter to the plan or the meaning). `out` is overwritten; its buffers are reused.
//
// Only SELECT, INSERT, REPLACE, UPSERT, UPDATE and DELETE are touched. Kept as they are: the FROM
// clause, LIKE patterns, path steps, tuple keys, literals after ORDER BY, LIMIT, OFFSET and WITH,
// temporal and FLOAT literals. Positions in errors point into the lifted text: prepare the original
// to report them.
bool LiftLiterals(std::string_view text, LiftedText* out);

// Where in `original` the tokens stand that are at `span` in its lifted text; empty if they are not found.
TextSpan SpanInOriginal(TextSpan span, std::string_view lifted, std::string_view original);

// The text of a '...' or "..." token without its quotes, doubled ones undone. REQUIRES: closed
std::string Unquote(std::string_view token);

// The size of a text, as parsing sees it.
struct TextShape {
  size_t tokens = 0;
  int nesting = 0;  // the deepest
  int chain = 0;    // the longest, of operators, joins or set operations
};

// OK, or why a text must not be given to the grammar: too long, no UTF-8, an unclosed quote or
// comment, nesting or number of tokens beyond the limits of parser.h. One quick pass.
Status CheckText(std::string_view text, TextShape* shape = nullptr);

}  // namespace parton

#endif  // PARTON_PARSER_SCANNER_H_

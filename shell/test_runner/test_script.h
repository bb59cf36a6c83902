// A test script: statements, and what is expected of each in the comments right below it.
//
//   SELECT name FROM people WHERE id = 1;
//   -- {'name': 'Ines'}
//
// The comment lines that follow a statement without an empty line between are its expectations.
// Lines of the form `-- @word` anywhere are directives, run in their place. Other comments mean
// nothing. docs/testing.md describes the forms.
#ifndef PARTON_SHELL_TEST_RUNNER_TEST_SCRIPT_H_
#define PARTON_SHELL_TEST_RUNNER_TEST_SCRIPT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"

namespace parton::shell {

// `-- rcu <= 1`: a figure of the execution compared with a number.
struct Bound {
  std::string figure;     // "rcu", "wcu", "examined", "rows", "affected", "notices"
  std::string operator_;  // "=", "<", "<=", ">", ">="
  double number = 0;
  std::string text;  // as written
};

struct ErrorExpectation {
  std::string name;  // "ValidationException", "" for any
  std::string like;  // LIKE pattern for the message; "" for any
};

struct Expectations {
  // Rows, or the one value, as literals; `rows_open` if `...` stood at their end: there may be
  // more.
  std::optional<std::vector<std::string>> rows;
  bool rows_open = false;
  std::optional<bool> ordered;  // `-- ordered`, `-- unordered`
  std::vector<Bound> bounds;    // rows: N and affected: N too
  std::optional<ErrorExpectation> error;
  std::optional<std::string> plan;  // "Query t.index, Scan u"
  std::optional<std::string> text;  // of EXPLAIN and the like
  std::optional<std::string> text_like;
  std::vector<std::string> notices;  // LIKE patterns, each matches some notice

  bool empty() const { return !rows && bounds.empty() && !error && !plan && !text && !text_like && notices.empty(); }
};

struct TestStep {
  bool directive = false;
  std::string text;   // the statement, or the directive without `-- @`
  uint32_t line = 1;  // from 1
  uint32_t column = 1;
  Expectations expect;
  // Lines [first, last) of the file that hold the expectations; both are the line where they would
  // go.
  size_t first_line = 0;  // from 0
  size_t last_line = 0;
};

struct TestScript {
  std::string path;
  std::vector<std::string> lines;
  std::vector<TestStep> steps;
};

// Error: an expectation that cannot be read, with its line and column in the script.
Result<TestScript> ParseTestScript(std::string path, const std::string& text);

// LIKE on whole texts, without an escape.
bool MatchesLike(std::string_view text, std::string_view pattern);

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_TEST_SCRIPT_H_

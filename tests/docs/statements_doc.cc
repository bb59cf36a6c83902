// docs/statements.md from what `.help` says of statements: statements_doc FILE checks that the file is current, --write
// makes it so.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "shell/commands/statement_help.h"
#include "tests/docs/generated_page.h"

namespace {

std::string Page() {
  std::string out =
      "# Statements\n\n"
      "Every statement in short, made from the table in `shell/commands/statement_help.cc`, which `.help SELECT` at "
      "the prompt reads as well. In the "
      "syntax `[...]` may be left out, `|` parts alternatives, and `, ...` stands for more of the same. The rules are "
      "in "
      "[partiql.md](partiql.md), the functions in [functions.md](functions.md). The examples run on the sample that "
      "`scripts/run` loads, or "
      "on what the example before has made.\n";
  for (const parton::shell::StatementHelp& s : parton::shell::AllStatements()) {
    out += fmt::format("\n## {}\n\n{}{}.\n\n```\n{}\n```\n\n```sql\n{}\n```\n", s.name,
                       static_cast<char>(std::toupper(static_cast<unsigned char>(s.help[0]))), s.help.substr(1),
                       s.syntax, s.example);
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  return parton::CheckOrWritePage(argc, argv, "statements_doc", "the help says", Page());
}

// The syntax of statements, for `.help SELECT`.
#ifndef PARTON_SHELL_COMMANDS_STATEMENT_HELP_H_
#define PARTON_SHELL_COMMANDS_STATEMENT_HELP_H_

#include <string>
#include <string_view>
#include <vector>

namespace parton::shell {

struct StatementHelp {
  std::string_view name;    // "SELECT", "CREATE TABLE"
  std::string_view help;    // one line
  std::string_view syntax;  // lines; [optional], a | b, ... for more of the same
  std::string_view example;
};

// In the order of a reference.
const std::vector<StatementHelp>& AllStatements();
// What `.help TOPIC` says: of "CREATE" all statements that start with it. Any case; empty if there is none.
std::string HelpOnStatement(std::string_view topic);

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMMANDS_STATEMENT_HELP_H_

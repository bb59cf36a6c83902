// The shell's own commands: `.help`, `.tables`, ... One table, from which help, completion and the
// manual are made.
#ifndef PARTON_SHELL_DOT_COMMANDS_H_
#define PARTON_SHELL_DOT_COMMANDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "shell/script_reader.h"

namespace parton::shell {

class Session;

struct DotCommand {
  std::string_view name;       // "mode"
  std::string_view arguments;  // "[NAME]"
  std::string_view help;       // one line
  std::string_view details;    // more, for `.help NAME`; may be empty
  size_t min_args;
  size_t max_args;
  Status (*run)(Session* session, const std::vector<std::string>& args);
};

const std::vector<DotCommand>& AllDotCommands();
Status RunDotCommand(Session* session, const SourceStatement& statement);

// Words of a command line; quotes '...' and "..." keep spaces. Error: an open quote.
Result<std::vector<std::string>> SplitWords(std::string_view line);

}  // namespace parton::shell

#endif  // PARTON_SHELL_DOT_COMMANDS_H_

// The shell's own commands: `.help`, `.tables`, ... One table, from which help, completion and the
// manual are made.
#ifndef PARTON_SHELL_COMMANDS_DOT_COMMANDS_H_
#define PARTON_SHELL_COMMANDS_DOT_COMMANDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "shell/script_reader.h"

namespace parton::shell {

class Session;

// The completion of a command's arguments.
enum class Argument : uint8_t { kNone, kMode, kCommand, kTable, kOnOff, kPath, kVariable, kFile };

struct DotCommand {
  std::string_view name;       // "mode"
  std::string_view arguments;  // "[NAME]"
  std::string_view help;       // one line
  std::string_view details;    // more, for `.help NAME`; may be empty
  size_t min_args;
  size_t max_args;
  Status (*run)(Session* session, const std::vector<std::string>& args);
  Argument completes = Argument::kNone;
};

// By name.
const std::vector<DotCommand>& AllDotCommands();
// By its name or an unambiguous beginning of it; null if there is none.
const DotCommand* FindDotCommand(std::string_view name);
Status RunDotCommand(Session* session, const SourceStatement& statement);

// `text` as $VISUAL or $EDITOR leaves it.
Result<std::string> EditText(const std::string& text);

// Words of a command line; quotes '...' and "..." keep spaces. Error: an open quote.
Result<std::vector<std::string>> SplitWords(std::string_view line);

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMMANDS_DOT_COMMANDS_H_

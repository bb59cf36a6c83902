// The command line of `parton`.
#ifndef PARTON_SHELL_COMMAND_LINE_H_
#define PARTON_SHELL_COMMAND_LINE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell/render/render.h"

namespace parton::shell {

struct Input {
  bool is_file = false;
  std::string text;  // a statement, or a file's path ("-": standard input)
};

struct CommandLine {
  std::string database = ":memory:";
  std::vector<Input> inputs;  // in the order given; empty: prompt or standard input
  std::optional<Mode> mode;
  std::vector<std::pair<std::string, std::string>> settings;
  bool keep_going = false;
  bool read_only = false;
  bool json_errors = false;
  bool single_transaction = false;
  bool no_init = false;
  bool sample = false;
  bool safe = false;                    // statements and commands stay off files, commands, other databases
  std::vector<std::string> safe_files;  // directories that they may use even so
  std::string salvage_into;             // not empty: save the database there, and end
};

// The tables of which --help and the manual page are made.
struct OptionInfo {
  std::string_view name;
  std::string_view argument;  // empty: a flag
  std::string_view help;
};
struct ExitStatusInfo {
  std::string_view status;
  std::string_view meaning;
};
struct VariableInfo {
  std::string_view name;
  std::string_view meaning;
};
const std::vector<OptionInfo>& AllOptions();
const std::vector<ExitStatusInfo>& AllExitStatuses();
const std::vector<VariableInfo>& AllEnvironmentVariables();
std::string HelpText();

// Null when there is nothing to run: help or version were printed, or a usage error was reported. `*exit_status` is
// then the exit status.
std::optional<CommandLine> ParseCommandLine(int argc, char** argv, int* exit_status);

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMMAND_LINE_H_

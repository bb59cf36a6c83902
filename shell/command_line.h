// The command line of `parton`.
#ifndef PARTON_SHELL_COMMAND_LINE_H_
#define PARTON_SHELL_COMMAND_LINE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shell/render.h"

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
};

// Null when there is nothing to run: help or version were printed, or a usage error was reported;
// then
// `*exit_status` says how to leave.
std::optional<CommandLine> ParseCommandLine(int argc, char** argv, int* exit_status);

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMMAND_LINE_H_

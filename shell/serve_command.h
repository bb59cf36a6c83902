// `parton serve` and `parton healthcheck`: their command lines.
#ifndef PARTON_SHELL_SERVE_COMMAND_H_
#define PARTON_SHELL_SERVE_COMMAND_H_

#include <string>
#include <vector>

#include "shell/command_line.h"

namespace parton::shell {

// argv[0] is "serve". The exit status: 0 ended by a signal, 1 it cannot serve, 2 wrong usage, 3 the database cannot be
// opened.
int RunServeCommand(int argc, char** argv);
// argv[0] is "healthcheck". The exit status: 0 the server answers, 1 it does not, 2 wrong usage.
int RunHealthcheckCommand(int argc, char** argv);

// The table of which --help and the manual page are made.
const std::vector<OptionInfo>& ServeOptionTable();

}  // namespace parton::shell

#endif  // PARTON_SHELL_SERVE_COMMAND_H_

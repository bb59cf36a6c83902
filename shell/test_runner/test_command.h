// `parton test`: runs .sql scripts with expectations in comments.
#ifndef PARTON_SHELL_TEST_RUNNER_TEST_COMMAND_H_
#define PARTON_SHELL_TEST_RUNNER_TEST_COMMAND_H_

#include <vector>

#include "shell/command_line.h"

namespace parton::shell {

// argv[0] is "test". The exit status: 0 all passed, 1 some failed, 2 wrong usage.
int RunTestCommand(int argc, char** argv);

// Its options, as of AllOptions().
const std::vector<OptionInfo>& TestOptionTable();

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_TEST_COMMAND_H_

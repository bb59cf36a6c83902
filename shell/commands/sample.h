// The small database that `--sample` loads, and what it suggests to try.
#ifndef PARTON_SHELL_COMMANDS_SAMPLE_H_
#define PARTON_SHELL_COMMANDS_SAMPLE_H_

#include <string_view>

namespace parton::shell {

std::string_view SampleScript();
std::string_view SampleGreeting();

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMMANDS_SAMPLE_H_

// What a command shell needs to complete the words of a command line, made from the tables of options.
#ifndef PARTON_SHELL_COMPLETION_H_
#define PARTON_SHELL_COMPLETION_H_

#include <optional>
#include <string>
#include <string_view>

namespace parton::shell {

// The script for "bash", "zsh" or "fish"; nullopt for another name.
std::optional<std::string> CompletionScript(std::string_view command_shell);

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMPLETION_H_

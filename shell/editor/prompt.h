// The interactive loop.
#ifndef PARTON_SHELL_EDITOR_PROMPT_H_
#define PARTON_SHELL_EDITOR_PROMPT_H_

#include <string>

#include "shell/session.h"

namespace parton::shell {

// $PARTON_HISTORY or ~/.parton_history; "" if there is no home.
std::string HistoryFile();

// The name of a database in the prompt: "memory", or the last part of its path.
std::string DatabaseName(const std::string& path);

// For people who mistyped a path.
std::string NewDatabaseNote(const std::string& path);

// Reads statements at the prompt and runs them until .quit, the end of input, or SIGTERM.
void RunPrompt(Session* session);

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_PROMPT_H_

// The interactive loop: reads statements with the line editor until the user leaves.
#ifndef PARTON_SHELL_PROMPT_H_
#define PARTON_SHELL_PROMPT_H_

#include "shell/session.h"

namespace parton::shell {

// REQUIRES: standard input and output are terminals.
void RunPrompt(Session* session, const std::string& database_path);

// The file with the history: $PARTON_HISTORY, else ~/.parton_history; "" without either.
std::string HistoryFile();

}  // namespace parton::shell

#endif  // PARTON_SHELL_PROMPT_H_

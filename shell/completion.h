// What Tab offers: keywords by their place in the grammar, tables, indexes, attributes (nested ones
// too), functions with their signatures, settings, variables, dot commands, files.
#ifndef PARTON_SHELL_COMPLETION_H_
#define PARTON_SHELL_COMPLETION_H_

#include <string_view>
#include <vector>

#include "shell/editor/menu.h"
#include "shell/session.h"

namespace parton::shell {

// Candidates for the word at the end of `before`, a statement up to the cursor; sorted, no
// duplicates. `*word_length`: bytes of the word they replace.
std::vector<Candidate> Complete(Session* session, std::string_view before, size_t* word_length);

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMPLETION_H_

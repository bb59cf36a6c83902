// Completion by Tab: keywords by their place in the grammar, tables, indexes, attributes (nested ones too), functions
// with their signatures, settings, variables, dot commands, files.
#ifndef PARTON_SHELL_EDITOR_COMPLETION_H_
#define PARTON_SHELL_EDITOR_COMPLETION_H_

#include <string_view>
#include <vector>

#include "shell/editor/menu.h"
#include "shell/session.h"

namespace parton::shell {

// Candidates for the word that ends at `cursor`; sorted, no duplicates. The text after the cursor is read too, to
// find the tables. `*word_length`: bytes before the cursor that they replace. Names that need quotes have them.
std::vector<Candidate> Complete(Session* session, std::string_view text, size_t cursor, size_t* word_length);

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_COMPLETION_H_

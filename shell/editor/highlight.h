// Colours for the statement being typed.
#ifndef PARTON_SHELL_EDITOR_HIGHLIGHT_H_
#define PARTON_SHELL_EDITOR_HIGHLIGHT_H_

#include <string_view>
#include <vector>

#include "parton/database.h"
#include "shell/editor/screen.h"

namespace parton::shell {

// A style for each byte of `text`. Names that nothing has (no such table, function or attribute)
// are marked, but not while they may still become one: the cursor is at their end and something
// known begins like that. Brackets: the pair at the cursor, which may be npos. `database` may be
// null.
std::vector<Style> Highlight(std::string_view text, size_t cursor, Database* database);

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_HIGHLIGHT_H_

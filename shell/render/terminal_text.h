// Text made safe for a terminal, and fitted into a number of columns (parton/text.h says how many it takes). Takes
// any bytes; malformed UTF-8 shows as U+FFFD.
#ifndef PARTON_SHELL_RENDER_TERMINAL_TEXT_H_
#define PARTON_SHELL_RENDER_TERMINAL_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "parton/text.h"

namespace parton::shell {

// Safe to show in one line: control characters, line breaks and tabs too, as escapes, broken UTF-8 as U+FFFD.
std::string Printable(std::string_view text);
// The same over several lines: line breaks and tabs stay. Inside a JSON string the result is JSON.
std::string ForTerminal(std::string_view text);
// The same with one sign for each, as wide as CodePointWidth says: for text in which a cursor stands.
std::string SignPerControl(std::string_view text);

// `text`, or its beginning with an ellipsis, in at most `columns` columns. REQUIRES: columns >= 1
std::string Truncate(std::string_view text, int columns);

// `text` in pieces of at most `columns` columns each; at least one, maybe empty. REQUIRES: columns >= 1
std::vector<std::string> Broken(std::string_view text, int columns);

}  // namespace parton::shell

#endif  // PARTON_SHELL_RENDER_TERMINAL_TEXT_H_

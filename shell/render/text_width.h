// How many terminal columns text takes, and fitting text into a number of columns. Any bytes are
// accepted: what is no UTF-8 shows as U+FFFD.
#ifndef PARTON_SHELL_RENDER_TEXT_WIDTH_H_
#define PARTON_SHELL_RENDER_TEXT_WIDTH_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parton::shell {

// Reads the code point at `*position` and moves past it; U+FFFD for bytes that are no UTF-8.
// REQUIRES: *position < text.size()
char32_t NextCodePoint(std::string_view text, size_t* position);
void AppendUtf8(char32_t c, std::string* out);

// Columns of one code point: 0 (combining, joiners), 1 or 2 (East Asian wide, emoji).
int CodePointWidth(char32_t c);

// Moves `*position` past one character as people see it: a letter with its accents, a flag, an
// emoji of several joined parts, CR LF. Gives its columns.
// REQUIRES: *position < text.size()
int NextCluster(std::string_view text, size_t* position);
// Where the character before `position` starts; 0 at the start.
size_t PreviousCluster(std::string_view text, size_t position);
int DisplayWidth(std::string_view text);

// What acts on a terminal instead of showing there: C0 and C1 controls, line separators, and what turns the direction
// of the text.
bool IsControl(char32_t c);
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

// The byte offset of the first byte that is no UTF-8, or npos.
size_t FindInvalidUtf8(std::string_view text);

}  // namespace parton::shell

#endif  // PARTON_SHELL_RENDER_TEXT_WIDTH_H_

// Text for programs that read or show it: letters of ASCII, UTF-8, columns of a terminal, LIKE.
//
// All functions take any bytes; a sequence that is not UTF-8 counts as U+FFFD. None depends on the locale.
// Threads: any.
#ifndef PARTON_TEXT_H_
#define PARTON_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parton {

// ---- Letters of ASCII; all other bytes stay as they are. Keywords, options and unquoted names are compared so.
constexpr char AsciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char AsciiUpper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
inline std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = AsciiLower(c);
  return out;
}
inline std::string AsciiUpper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = AsciiUpper(c);
  return out;
}
inline bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return AsciiLower(x) == AsciiLower(y); });
}

// ---- UTF-8
// Well-formed: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsValidUtf8(std::string_view text);
// The byte offset of the first malformed sequence, or npos.
size_t FindInvalidUtf8(std::string_view text);
// Returns the code point at `*position` and moves `*position` past it. REQUIRES: *position < text.size()
char32_t NextCodePoint(std::string_view text, size_t* position);
void AppendUtf8(char32_t c, std::string* out);

// ---- Terminals
// Columns of one code point: 0 (combining, joiners), 1, or 2 (East Asian wide, emoji, a tab).
int CodePointWidth(char32_t c);
// True for characters that act on a terminal instead of showing there: C0 and C1 controls, line separators, and
// those that turn the direction of the text.
bool IsControl(char32_t c);
// Moves `*position` past one character as people see it: a letter with its accents, a flag, an emoji of several
// joined parts, CR LF. Returns its columns. REQUIRES: *position < text.size()
int NextCluster(std::string_view text, size_t* position);
// Where the character before `position` starts; 0 at the start.
size_t PreviousCluster(std::string_view text, size_t position);
// Columns of the whole text.
int DisplayWidth(std::string_view text);

// ---- LIKE over code points: `%` matches any run of them, `_` one. `escape`: empty, or one code point that takes
// the meaning from the one after it. Returns nullopt for a bad pattern: nothing follows the escape.
std::optional<bool> LikeMatches(std::string_view text, std::string_view pattern, std::string_view escape = {});

}  // namespace parton

#endif  // PARTON_TEXT_H_

// Text as Unicode: UTF-8 in, UTF-8 out. ASCII takes a fast path everywhere.
//
// Functions other than IsValidUtf8 take any bytes: a byte that starts no sequence counts as one
// code point with what follows it. All may be called from any thread; none depends on the locale.
#ifndef PARTON_TYPES_TEXT_UNICODE_H_
#define PARTON_TYPES_TEXT_UNICODE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace parton {

bool IsAscii(std::string_view s);
// Well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsValidUtf8(std::string_view s);
// `s` with each malformed stretch replaced by U+FFFD.
std::string ToValidUtf8(std::string_view s);

size_t CodePointCount(std::string_view s);
// Bytes before code point number `n` (from 0); s.size() if there are not that many.
size_t CodePointOffset(std::string_view s, size_t n);
// `count` code points from number `start` on, as far as there are that many.
std::string_view CodePointSubstring(std::string_view s, size_t start, size_t count);
// The code point at `*pos`, which moves behind it; U+FFFD for a malformed one. REQUIRES: *pos <
// size
char32_t NextCodePoint(std::string_view s, size_t* pos);
// Where `part` begins in `s`, from byte `from` on; npos if it does not. Linear in both.
size_t FindText(std::string_view s, std::string_view part, size_t from = 0);
void AppendUtf8(char32_t c, std::string* out);

// Units of UTF-16: DynamoDB's size() of a string.
size_t Utf16Length(std::string_view s);

// Full case mapping ("ß" becomes "SS"), of the root locale. Malformed bytes become U+FFFD.
std::string ToUpper(std::string_view s);
std::string ToLower(std::string_view s);

}  // namespace parton

#endif  // PARTON_TYPES_TEXT_UNICODE_H_

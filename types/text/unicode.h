// Text as Unicode: UTF-8 in, UTF-8 out. ASCII takes a fast path everywhere. parton/text.h has the rest.
//
// All functions take any bytes: a byte that starts no sequence counts as one code point with those that follow it.
// None depends on the locale. Threads: any.
#ifndef PARTON_TYPES_TEXT_UNICODE_H_
#define PARTON_TYPES_TEXT_UNICODE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "parton/text.h"

namespace parton {

bool IsAscii(std::string_view s);
// `s` with each malformed stretch replaced by U+FFFD.
std::string ToValidUtf8(std::string_view s);

size_t CodePointCount(std::string_view s);
// Bytes before code point number `n` (from 0); s.size() if there are not that many.
size_t CodePointOffset(std::string_view s, size_t n);
// `count` code points from number `start` on, as far as there are that many.
std::string_view CodePointSubstring(std::string_view s, size_t start, size_t count);
// Where `part` begins in `s`, from byte `from` on; npos if it does not. Linear in both.
size_t FindText(std::string_view s, std::string_view part, size_t from = 0);

// Units of UTF-16: what DynamoDB's size() counts of a string.
size_t Utf16Length(std::string_view s);

// Full case mapping ("ß" becomes "SS"), of the root locale. Malformed bytes become U+FFFD.
std::string ToUpper(std::string_view s);
std::string ToLower(std::string_view s);

}  // namespace parton

#endif  // PARTON_TYPES_TEXT_UNICODE_H_

#include "types/text/unicode.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/stringpiece.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace parton {

namespace {

constexpr uint64_t kHighBits = 0x8080808080808080ULL;

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Length of the ASCII prefix, or a little less.
size_t AsciiPrefix(std::string_view s) {
  size_t i = 0;
  for (; i + 8 <= s.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, s.data() + i, 8);
    if (word & kHighBits) break;
  }
  return i;
}

// The code point at s[*i]; *i moves past it; negative if malformed.
UChar32 Next(std::string_view s, size_t* i) {
  // ICU's macros count in int32: give them one sequence at a time.
  const auto* p = reinterpret_cast<const uint8_t*>(s.data()) + *i;
  auto left = static_cast<int32_t>(std::min<size_t>(s.size() - *i, 4));
  int32_t k = 0;
  UChar32 c;
  U8_NEXT(p, k, left, c);
  *i += static_cast<size_t>(k);
  return c;
}

// utf8ToUpper and utf8ToLower count in int32; longer texts go in pieces cut before a code point.
template <typename Map>
std::string MapCase(std::string_view s, Map map) {
  constexpr size_t kPiece = size_t{1} << 30;
  std::string out;
  out.reserve(s.size() + s.size() / 8);
  icu::StringByteSink<std::string> sink(&out);
  while (!s.empty()) {
    size_t n = std::min(s.size(), kPiece);
    while (n < s.size() && n > 0 && IsContinuation(s[n])) --n;
    if (n == 0) n = std::min(s.size(), kPiece);
    UErrorCode error = U_ZERO_ERROR;
    map(icu::StringPiece(s.data(), static_cast<int32_t>(n)), sink, error);
    s.remove_prefix(n);
  }
  return out;
}

}  // namespace

bool IsAscii(std::string_view s) {
  for (size_t i = AsciiPrefix(s); i < s.size(); ++i) {
    if (static_cast<uint8_t>(s[i]) >= 0x80) return false;
  }
  return true;
}

bool IsValidUtf8(std::string_view s) {
  size_t i = AsciiPrefix(s);
  // The last bytes of a longer text once more with those before them, in one look.
  if (i + 8 > s.size() && s.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, s.data() + s.size() - 8, 8);
    if ((word & kHighBits) == 0) return true;
  }
  while (i < s.size()) {
    if (static_cast<uint8_t>(s[i]) < 0x80) {
      ++i;
    } else if (Next(s, &i) < 0) {
      return false;
    }
  }
  return true;
}

size_t FindInvalidUtf8(std::string_view s) {
  for (size_t i = 0; i < s.size();) {
    if (static_cast<uint8_t>(s[i]) < 0x80) {
      i += std::max<size_t>(1, AsciiPrefix(s.substr(i)));
      continue;
    }
    const size_t start = i;
    if (Next(s, &i) < 0) return start;
  }
  return std::string_view::npos;
}

std::string ToValidUtf8(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (size_t i = 0; i < s.size();) AppendUtf8(NextCodePoint(s, &i), &out);
  return out;
}

size_t CodePointCount(std::string_view s) {
  size_t n = 0;
  for (char c : s) n += !IsContinuation(c);
  // Continuation bytes at the very start belong to a code point of their own.
  return n + (!s.empty() && IsContinuation(s[0]));
}

size_t CodePointOffset(std::string_view s, size_t n) {
  size_t i = 0;
  for (; n > 0 && i < s.size(); --n) {
    ++i;
    while (i < s.size() && IsContinuation(s[i])) ++i;
  }
  return i;
}

std::string_view CodePointSubstring(std::string_view s, size_t start, size_t count) {
  s.remove_prefix(CodePointOffset(s, start));
  return s.substr(0, CodePointOffset(s, count));
}

char32_t NextCodePoint(std::string_view s, size_t* pos) {
  auto first = static_cast<uint8_t>(s[*pos]);
  if (first < 0x80) {
    ++*pos;
    return first;
  }
  UChar32 c = Next(s, pos);
  return c < 0 ? char32_t{0xFFFD} : static_cast<char32_t>(c);
}

size_t FindText(std::string_view s, std::string_view part, size_t from) {
  if (from > s.size()) return std::string_view::npos;
  const void* hit = memmem(s.data() + from, s.size() - from, part.data(), part.size());
  return hit == nullptr ? std::string_view::npos : static_cast<size_t>(static_cast<const char*>(hit) - s.data());
}

void AppendUtf8(char32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
    return;
  }
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
  char buffer[4];
  int32_t n = 0;
  U8_APPEND_UNSAFE(buffer, n, static_cast<UChar32>(c));
  out->append(buffer, static_cast<size_t>(n));
}

size_t Utf16Length(std::string_view s) {
  size_t n = 0;
  for (char c : s) n += !IsContinuation(c) + (static_cast<uint8_t>(c) >= 0xF0);
  return n;
}

std::string ToUpper(std::string_view s) {
  if (IsAscii(s)) return AsciiUpper(s);
  return MapCase(s, [](icu::StringPiece piece, icu::ByteSink& sink, UErrorCode& error) {
    icu::CaseMap::utf8ToUpper("", 0, piece, sink, nullptr, error);
  });
}

std::string ToLower(std::string_view s) {
  if (IsAscii(s)) return AsciiLower(s);
  return MapCase(s, [](icu::StringPiece piece, icu::ByteSink& sink, UErrorCode& error) {
    icu::CaseMap::utf8ToLower("", 0, piece, sink, nullptr, error);
  });
}

}  // namespace parton

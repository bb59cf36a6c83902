// LIKE: `%` any run of code points, `_` one. Time is bounded by text times pattern, without
// allocation or recursion.
#include <optional>
#include <string_view>

#include "types/evaluate.h"

namespace parton {
namespace {

// Bytes of the code point at `p`; malformed input counts byte by byte.
size_t CodePointLength(std::string_view s, size_t p) {
  const auto c = static_cast<unsigned char>(s[p]);
  size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
  return n < s.size() - p ? n : s.size() - p;
}

}  // namespace

std::optional<bool> LikeMatches(std::string_view text, std::string_view pattern, std::string_view escape) {
  const auto escaped = [&](size_t p) {
    return !escape.empty() && pattern.substr(p, escape.size()) == escape;
  };
  if (!escape.empty()) {
    for (size_t p = 0; p < pattern.size();) {
      if (escaped(p)) {
        p += escape.size();
        if (p == pattern.size()) return std::nullopt;
      }
      p += CodePointLength(pattern, p);
    }
  }
  constexpr size_t kNone = std::string_view::npos;
  size_t t = 0, p = 0;
  size_t star = kNone, star_text = 0;  // after the last `%`, and where its run ends so far
  while (t < text.size()) {
    bool matched = false;
    if (p < pattern.size()) {
      const bool literal = escaped(p);
      if (!literal && pattern[p] == '%') {
        star = ++p;
        star_text = t;
        continue;
      }
      const size_t n = CodePointLength(text, t);
      if (!literal && pattern[p] == '_') {
        t += n;
        ++p;
        matched = true;
      } else {
        const size_t q = literal ? p + escape.size() : p;
        const size_t m = CodePointLength(pattern, q);
        if (text.substr(t, n) == pattern.substr(q, m)) {
          t += n;
          p = q + m;
          matched = true;
        }
      }
    }
    if (!matched) {
      if (star == kNone) return false;
      star_text += CodePointLength(text, star_text);
      t = star_text;
      p = star;
    }
  }
  while (p < pattern.size() && pattern[p] == '%' && !escaped(p)) ++p;
  return p == pattern.size();
}

}  // namespace parton

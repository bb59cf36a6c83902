// Columns of a terminal (parton/text.h).
#include <unicode/uchar.h>

#include <algorithm>

#include "parton/text.h"

namespace parton {

namespace {

constexpr int kTabWidth = 2;

bool Has(char32_t c, UProperty property) { return c >= 0x80 && u_hasBinaryProperty(static_cast<UChar32>(c), property); }

}  // namespace

int CodePointWidth(char32_t c) {
  if (c == '\t') return kTabWidth;
  if (c < 0x300) return c == 0xAD ? 0 : 1;
  if (IsControl(c)) return 1;
  const auto code = static_cast<UChar32>(c);
  switch (u_charType(code)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR: return 0;
    default: break;
  }
  if (c >= 0x1160 && c <= 0x11FF) return 0;  // Hangul vowels and finals join the syllable
  if (u_hasBinaryProperty(code, UCHAR_EMOJI_PRESENTATION)) return 2;
  const int width = u_getIntPropertyValue(code, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

namespace {

constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kEmojiStyle = 0xFE0F;

// Whether `c` belongs to the character that ends with `before`.
bool Extends(char32_t before, char32_t c) {
  if (c < 0x300) return before == '\r' && c == '\n';
  if (Has(c, UCHAR_GRAPHEME_EXTEND) || c == kJoiner || Has(c, UCHAR_EMOJI_MODIFIER)) return true;
  if (u_charType(static_cast<UChar32>(c)) == U_COMBINING_SPACING_MARK) return true;
  if (before == kJoiner && Has(c, UCHAR_EXTENDED_PICTOGRAPHIC)) return true;
  return c >= 0x1160 && c <= 0x11FF && before >= 0x1100 && before <= 0x11FF;
}

}  // namespace

int NextCluster(std::string_view text, size_t* position) {
  char32_t before = NextCodePoint(text, position);
  int width = CodePointWidth(before);
  // Two regional indicators are one flag.
  bool flag = Has(before, UCHAR_REGIONAL_INDICATOR);
  while (*position < text.size() && (before == '\r' || static_cast<unsigned char>(text[*position]) >= 0x80)) {
    size_t next = *position;
    const char32_t c = NextCodePoint(text, &next);
    const bool second_half = flag && Has(c, UCHAR_REGIONAL_INDICATOR);
    if (!second_half && !Extends(before, c)) break;
    flag = false;
    width = std::max(width, c == kEmojiStyle ? 2 : CodePointWidth(c));
    before = c;
    *position = next;
  }
  return width;
}

size_t PreviousCluster(std::string_view text, size_t position) {
  // Clusters never reach over a line break (but CR LF), so the walk starts at one.
  size_t at = position < 2 ? std::string_view::npos : text.rfind('\n', position - 2);
  at = at == std::string_view::npos ? 0 : at + 1;
  size_t last = at;
  while (at < position) {
    last = at;
    NextCluster(text, &at);
  }
  return last;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (size_t i = 0; i < text.size();) width += NextCluster(text, &i);
  return width;
}

bool IsControl(char32_t c) {
  if (c < 0x20) return true;
  if (c < 0x7F) return false;
  return c < 0xA0 || c == 0x2028 || c == 0x2029 || Has(c, UCHAR_BIDI_CONTROL);
}

}  // namespace parton

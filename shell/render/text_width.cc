#include "shell/render/text_width.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace parton::shell {

namespace {

constexpr int kTabWidth = 2;

bool Has(char32_t c, UProperty property) { return c >= 0x80 && u_hasBinaryProperty(static_cast<UChar32>(c), property); }

}  // namespace

char32_t NextCodePoint(std::string_view text, size_t* position) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  auto i = static_cast<int64_t>(*position);
  const auto length = static_cast<int64_t>(text.size());
  UChar32 c;
  U8_NEXT(bytes, i, length, c);
  *position = static_cast<size_t>(i);
  return c < 0 ? char32_t{0xFFFD} : static_cast<char32_t>(c);
}

void AppendUtf8(char32_t c, std::string* out) {
  char buffer[4];
  int length = 0;
  UBool error = false;
  U8_APPEND(reinterpret_cast<uint8_t*>(buffer), length, 4, static_cast<UChar32>(c), error);
  if (!error) out->append(buffer, static_cast<size_t>(length));
}

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

namespace {

// Plain ASCII as it is; everything else by `show`, which gets a code point.
template <typename Show>
std::string Shown(std::string_view text, Show show) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte < 0x7F) {
      out.push_back(text[i++]);
    } else {
      show(NextCodePoint(text, &i), &out);
    }
  }
  return out;
}

void AppendEscaped(char32_t c, std::string* out) {
  switch (c) {
    case '\n': *out += "\\n"; break;
    case '\t': *out += "\\t"; break;
    case '\r': *out += "\\r"; break;
    default: *out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  return Shown(text, [](char32_t c, std::string* out) { IsControl(c) ? AppendEscaped(c, out) : AppendUtf8(c, out); });
}

std::string ForTerminal(std::string_view text) {
  return Shown(text, [](char32_t c, std::string* out) {
    const bool escaped = IsControl(c) && c != '\n' && c != '\t';
    escaped ? AppendEscaped(c, out) : AppendUtf8(c, out);
  });
}

std::string SignPerControl(std::string_view text) {
  return Shown(text, [](char32_t c, std::string* out) {
    if (c == '\t')
      out->append(kTabWidth, ' ');
    else
      AppendUtf8(IsControl(c) ? char32_t{0xFFFD} : c, out);
  });
}

std::string Truncate(std::string_view text, int columns) {
  int width = 0;
  size_t keep = 0;  // bytes that fit beside the ellipsis
  for (size_t i = 0; i < text.size();) {
    const int next = NextCluster(text, &i);
    if (width + next > columns) return std::string(text.substr(0, keep)) + "…";
    width += next;
    if (width <= columns - 1) keep = i;
  }
  return std::string(text);
}

std::vector<std::string> Broken(std::string_view text, int columns) {
  std::vector<std::string> pieces(1);
  int width = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const int next = NextCluster(text, &i);
    if (width + next > columns && !pieces.back().empty()) {
      pieces.emplace_back();
      width = 0;
    }
    pieces.back().append(text.substr(start, i - start));
    width += next;
  }
  return pieces;
}

size_t FindInvalidUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto length = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < length;) {
    const int64_t start = i;
    UChar32 c;
    U8_NEXT(bytes, i, length, c);
    if (c < 0) return static_cast<size_t>(start);
  }
  return std::string_view::npos;
}

}  // namespace parton::shell

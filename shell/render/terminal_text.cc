#include "shell/render/terminal_text.h"

#include <fmt/format.h>

namespace parton::shell {

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
      out->append(static_cast<size_t>(CodePointWidth(c)), ' ');
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

}  // namespace parton::shell

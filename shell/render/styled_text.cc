#include "shell/render/styled_text.h"

#include "shell/render/terminal_text.h"

namespace parton::shell {

std::string_view StyleCode(Style style) {
  switch (style) {
    case Style::kKeyword: return "\033[1;34m";
    case Style::kFunction:
    case Style::kBar: return "\033[36m";
    case Style::kBad: return "\033[31m";
    case Style::kGood:
    case Style::kString: return "\033[32m";
    case Style::kNumber: return "\033[35m";
    case Style::kUnknown: return "\033[4;31m";
    case Style::kBracket: return "\033[1;7m";
    case Style::kMatch: return "\033[4m";
    case Style::kPrompt:
    case Style::kHeader: return "\033[1m";
    case Style::kComment:
    case Style::kDim: return "\033[2m";
    case Style::kSelected: return "\033[7m";
    case Style::kError: return "\033[1;31m";
    case Style::kPlain: break;
  }
  return "";
}

std::string Plain(const StyledText& text) {
  std::string out;
  for (const Piece& piece : text) out += piece.text;
  return out;
}

std::string ForTerminal(const StyledText& text, bool color) {
  std::string out;
  for (const Piece& piece : text) {
    const std::string_view code = color && !piece.text.empty() ? StyleCode(piece.style) : "";
    out += code;
    out += ForTerminal(piece.text);
    if (!code.empty()) out += kStyleEnd;
  }
  return out;
}

}  // namespace parton::shell

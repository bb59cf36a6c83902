// Text in styles. The pieces are data and never escape sequences of their own; the codes of the styles are the only
// ones that the shell writes beside them.
#ifndef PARTON_SHELL_RENDER_STYLED_TEXT_H_
#define PARTON_SHELL_RENDER_STYLED_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parton::shell {

enum class Style : uint8_t {
  kPlain,
  kKeyword,
  kFunction,
  kString,
  kNumber,
  kComment,
  kUnknown,  // a name that nothing has
  kBracket,  // the pair at the cursor
  kMatch,    // a match of a search
  kPrompt,
  kDim,
  kSelected,
  kHeader,
  kBar,  // of a chart
  kError,
  kGood,
  kBad,
};

// The escape sequences of a style; "" for plain text.
std::string_view StyleCode(Style style);
inline constexpr std::string_view kStyleEnd = "\033[0m";

struct Piece {
  std::string text;
  Style style = Style::kPlain;
};
using StyledText = std::vector<Piece>;

// Only the text.
std::string Plain(const StyledText& text);
// For a terminal: control characters are shown, not sent (ForTerminal in terminal_text.h). Without `color`, no
// styles.
std::string ForTerminal(const StyledText& text, bool color);

}  // namespace parton::shell

#endif  // PARTON_SHELL_RENDER_STYLED_TEXT_H_

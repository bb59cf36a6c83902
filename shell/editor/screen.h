// Draws the statement being edited: its lines with their prompts, wrapped at the terminal's width,
// and rows below them (a menu, the search). Only rows that changed are written again.
#ifndef PARTON_SHELL_EDITOR_SCREEN_H_
#define PARTON_SHELL_EDITOR_SCREEN_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shell/render/styled_text.h"

namespace parton::shell {

using Row = StyledText;

struct Picture {
  std::string_view text;
  std::vector<Style> styles;  // by byte of the text; may be empty: all plain
  size_t cursor = 0;          // in the text
  // Of each line, from 0; all as wide as the first. Asked only for lines that are seen.
  std::function<std::string(size_t line)> prompt;
  std::vector<Row> below;
};

class Screen {
 public:
  explicit Screen(bool color) : color_(color) {}

  // The bytes that make the terminal show `picture`.
  std::string Draw(const Picture& picture, int columns, int lines);
  // The same after the terminal's size has changed: it may have wrapped what it shows anew.
  std::string Redraw(const Picture& picture, int columns, int lines);
  // Forgets what is shown: the next picture starts at the cursor.
  void Forget();
  // Moves below everything drawn.
  std::string Finish();

 private:
  struct Line {
    std::string codes;  // as written
    int width = 0;
  };
  Line Styled(const Row& row, int columns) const;
  std::vector<Line> Visible(const Picture& picture, int columns, int lines, int* row, int* column);

  bool color_;
  std::vector<Line> shown_;
  int shown_row_ = 0;  // where the cursor is
  size_t top_ = 0;     // the first row of the text that is shown
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_SCREEN_H_

#include "shell/editor/screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

// A row of the text: the bytes [begin, end), after the prompt of its line if it is the line's
// first.
struct TextRow {
  size_t begin = 0;
  size_t end = 0;
  size_t line = 0;
  bool prompted = false;
  int width = 0;
};

struct Wrapped {
  std::vector<TextRow> rows;
  size_t cursor_row = 0;
  int cursor_column = 0;
};

Wrapped Wrap(const Picture& picture, int columns) {
  Wrapped out;
  const std::string_view text = picture.text;
  const int prompt_width = DisplayWidth(picture.prompt(0));
  size_t line = 0;
  const auto start_row = [&](size_t begin, bool prompted) {
    out.rows.push_back({begin, begin, line, prompted, prompted ? prompt_width : 0});
  };
  start_row(0, true);
  for (size_t i = 0;;) {
    if (i == picture.cursor) {
      if (out.rows.back().width >= columns) start_row(i, false);
      out.cursor_row = out.rows.size() - 1;
      out.cursor_column = out.rows.back().width;
    }
    if (i >= text.size()) break;
    if (text[i] == '\n') {
      ++i;
      ++line;
      start_row(i, true);
      continue;
    }
    size_t next = i;
    const int width = NextCluster(text, &next);
    if (out.rows.back().width + width > columns) start_row(i, false);
    out.rows.back().end = next;
    out.rows.back().width += width;
    i = next;
  }
  return out;
}

}  // namespace

Screen::Line Screen::Styled(const Row& row, int columns) const {
  Line line;
  for (const Piece& piece : row) {
    std::string text = SignPerControl(piece.text);
    int width = DisplayWidth(text);
    if (line.width + width > columns) {
      text = Truncate(text, std::max(1, columns - line.width));
      width = DisplayWidth(text);
    }
    const bool styled = color_ || piece.style == Style::kSelected;
    const std::string_view code = styled ? StyleCode(piece.style) : "";
    line.codes += code;
    line.codes += text;
    if (!code.empty()) line.codes += kStyleEnd;
    line.width += width;
    if (line.width >= columns) break;
  }
  return line;
}

std::vector<Screen::Line> Screen::Visible(const Picture& picture, int columns, int lines, int* row, int* column) {
  const Wrapped wrapped = Wrap(picture, columns);
  const size_t room =
      static_cast<size_t>(std::max<int>(1, lines - static_cast<int>(std::min<size_t>(picture.below.size(), 1000))));
  top_ = std::min(top_, wrapped.cursor_row);
  if (wrapped.cursor_row >= top_ + room) top_ = wrapped.cursor_row - room + 1;
  if (wrapped.rows.size() <= room) top_ = 0;
  const size_t last = std::min(wrapped.rows.size(), top_ + room);
  std::vector<Line> out;
  for (size_t r = top_; r < last; ++r) {
    const TextRow& text_row = wrapped.rows[r];
    Row pieces;
    if (text_row.prompted) pieces.push_back({picture.prompt(text_row.line), Style::kPrompt});
    for (size_t i = text_row.begin; i < text_row.end;) {
      const Style style = picture.styles.empty() ? Style::kPlain : picture.styles[i];
      size_t end = i + 1;
      while (end < text_row.end && (picture.styles.empty() || picture.styles[end] == style)) ++end;
      pieces.push_back({std::string(picture.text.substr(i, end - i)), style});
      i = end;
    }
    out.push_back(Styled(pieces, columns));
  }
  for (const Row& r : picture.below) {
    if (static_cast<int>(out.size()) < lines) out.push_back(Styled(r, columns));
  }
  *row = static_cast<int>(wrapped.cursor_row - top_);
  *column = wrapped.cursor_column;
  return out;
}

std::string Screen::Draw(const Picture& picture, int columns, int lines) {
  int row = 0;
  int column = 0;
  std::vector<Line> fresh = Visible(picture, columns, lines, &row, &column);
  std::string out = "\r";
  if (shown_row_ > 0) out += fmt::format("\033[{}A", shown_row_);
  for (size_t i = 0; i < fresh.size(); ++i) {
    if (i > 0) out += "\r\n";
    if (i < shown_.size() && shown_[i].codes == fresh[i].codes) continue;
    out += fresh[i].codes;
    // Behind a full row the cursor still stands on its last column.
    if (fresh[i].width < columns) out += "\033[K";
  }
  if (shown_.size() > fresh.size()) out += "\r\n\033[J\033[A";
  const int up = static_cast<int>(fresh.size()) - 1 - row;
  if (up > 0) out += fmt::format("\033[{}A", up);
  out += "\r";
  if (column > 0) out += fmt::format("\033[{}C", column);
  shown_ = std::move(fresh);
  shown_row_ = row;
  return out;
}

std::string Screen::Redraw(const Picture& picture, int columns, int lines) {
  int above = 0;
  for (int i = 0; i < shown_row_; ++i) {
    const int width = shown_[static_cast<size_t>(i)].width;
    above += std::max(1, (width + columns - 1) / columns);
  }
  std::string out = "\r";
  if (above > 0) out += fmt::format("\033[{}A", above);
  out += "\033[J";
  Forget();
  return out + Draw(picture, columns, lines);
}

void Screen::Forget() {
  shown_.clear();
  shown_row_ = 0;
  top_ = 0;
}

std::string Screen::Finish() {
  const int down = static_cast<int>(shown_.size()) - 1 - shown_row_;
  std::string out;
  if (down > 0) out += fmt::format("\033[{}B", down);
  Forget();
  return out + "\r\n";
}

}  // namespace parton::shell

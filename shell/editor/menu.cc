#include "shell/editor/menu.h"

#include <fmt/format.h>

#include <algorithm>

#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr int kMostRows = 10;

std::string Padded(const std::string& text, int width) {
  const std::string shown = Truncate(Printable(text), std::max(width, 1));
  return shown + std::string(static_cast<size_t>(std::max(0, width - DisplayWidth(shown))), ' ');
}

}  // namespace

std::string CommonStart(const std::vector<Candidate>& candidates) {
  std::string common = candidates.empty() ? "" : candidates[0].text;
  for (const Candidate& c : candidates) {
    size_t n = 0;
    while (n < common.size() && n < c.text.size() && common[n] == c.text[n]) ++n;
    common.resize(n);
  }
  // Not in the middle of a character.
  while (!common.empty() && FindInvalidUtf8(common) != std::string_view::npos) common.pop_back();
  return common;
}

void Menu::Open(std::vector<Candidate> candidates) {
  candidates_ = std::move(candidates);
  selected_ = 0;
  chosen_ = false;
}

void Menu::Step(int by) {
  const auto size = static_cast<long>(candidates_.size());
  if (!chosen_) {
    chosen_ = true;
    selected_ = by < 0 ? candidates_.size() - 1 : 0;
    return;
  }
  selected_ = static_cast<size_t>(((static_cast<long>(selected_) + by) % size + size) % size);
}

std::vector<Row> Menu::Rows(int columns, int lines) {
  const int room = std::clamp(lines / 2, 1, kMostRows);
  const bool notes =
      std::any_of(candidates_.begin(), candidates_.end(), [](const Candidate& c) { return !c.note.empty(); });
  return notes && columns >= 40 ? WithNotes(columns, room) : Grid(columns, room);
}

std::vector<Row> Menu::WithNotes(int columns, int lines) {
  columns_shown_ = 1;
  int width = 0;
  for (const Candidate& c : candidates_) width = std::max(width, DisplayWidth(c.text));
  width = std::min(width, columns / 2);
  const auto size = candidates_.size();
  const auto room = static_cast<size_t>(lines);
  const size_t first = size <= room || selected_ < room / 2 ? 0 : std::min(selected_ - room / 2, size - room);
  std::vector<Row> rows;
  for (size_t i = first; i < std::min(size, first + room); ++i) {
    const bool here = chosen_ && i == selected_;
    rows.push_back({{" " + Padded(candidates_[i].text, width) + " ", here ? Style::kSelected : Style::kPlain},
                    {" " + Printable(candidates_[i].note), Style::kDim}});
  }
  if (size > room) {
    rows.push_back({{fmt::format(" {} of {}", chosen_ ? selected_ + 1 : 0, size), Style::kDim}});
  }
  return rows;
}

std::vector<Row> Menu::Grid(int columns, int lines) {
  int width = 1;
  for (const Candidate& c : candidates_) width = std::max(width, DisplayWidth(c.text));
  width = std::min(width + 2, columns);
  columns_shown_ = std::max(1, columns / width);
  const auto across = static_cast<size_t>(columns_shown_);
  const size_t all_rows = (candidates_.size() + across - 1) / across;
  const auto room = static_cast<size_t>(lines);
  const size_t here = selected_ / across;
  const size_t first = all_rows <= room || here < room / 2 ? 0 : std::min(here - room / 2, all_rows - room);
  std::vector<Row> rows;
  for (size_t r = first; r < std::min(all_rows, first + room); ++r) {
    Row row;
    for (size_t i = r * across; i < std::min(candidates_.size(), (r + 1) * across); ++i) {
      row.push_back(
          {Padded(candidates_[i].text, width - 2), chosen_ && i == selected_ ? Style::kSelected : Style::kPlain});
      row.push_back({"  ", Style::kPlain});
    }
    rows.push_back(std::move(row));
  }
  if (all_rows > room) {
    rows.push_back({{fmt::format("{} of {}", chosen_ ? selected_ + 1 : 0, candidates_.size()), Style::kDim}});
  }
  return rows;
}

}  // namespace parton::shell

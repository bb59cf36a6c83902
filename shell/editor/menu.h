// The candidates below the statement while Tab chooses among them.
#ifndef PARTON_SHELL_EDITOR_MENU_H_
#define PARTON_SHELL_EDITOR_MENU_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shell/editor/screen.h"

namespace parton::shell {

struct Candidate {
  std::string text;  // replaces the word
  std::string note;  // "(text STRING, start INT) -> STRING", "table"; may be empty

  bool operator<(const Candidate& other) const { return text < other.text; }
};

// The longest beginning that all have.
std::string CommonStart(const std::vector<Candidate>& candidates);

class Menu {
 public:
  bool is_open() const { return !candidates_.empty(); }
  void Open(std::vector<Candidate> candidates);
  void Close() { candidates_.clear(); }

  const Candidate& selected() const { return candidates_[selected_]; }
  bool has_selection() const { return chosen_; }
  // Over the end it starts again; the first step selects the first one (or the last).
  void Step(int by);
  // One row down or up in the columns shown.
  void StepRow(int by) { Step(by * columns_shown_); }

  std::vector<Row> Rows(int columns, int lines);

 private:
  std::vector<Row> Grid(int columns, int lines);
  std::vector<Row> WithNotes(int columns, int lines);

  std::vector<Candidate> candidates_;
  size_t selected_ = 0;
  bool chosen_ = false;
  int columns_shown_ = 1;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_EDITOR_MENU_H_

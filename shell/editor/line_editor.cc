#include "shell/editor/line_editor.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <optional>

#include "shell/editor/edit_buffer.h"
#include "shell/editor/terminal.h"
#include "shell/render/output.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr std::string_view kClearScreen = "\033[H\033[2J";
constexpr char kBell = '\a';

struct Search {
  std::string wanted;
  size_t found;        // index of the entry shown
  std::string before;  // the text and cursor to go back to
  size_t cursor_before;
  bool failed = false;  // nothing holds what is wanted; the entry is that of the last success
};

}  // namespace

struct LineEditor::Impl {
  Impl(History* h, Language l, bool c) : history(h), language(std::move(l)), color(c), screen(c) {}

  using Action = void (Impl::*)();
  struct Binding {
    std::string_view keys;
    std::string_view help;
    Action action;
  };
  static const std::vector<Binding>& Bindings();

  // Reading.
  Outcome ReadEdited(std::string* text);
  Outcome ReadPlain(const std::string& first, std::string* text);
  void Handle(const Key& key);
  bool HandleInMenu(const Key& key);
  bool HandleInSearch(const Key& key);
  void Press(const std::string& name);

  // Drawing.
  Picture MakePicture(bool final) const;
  void Draw(bool final = false);
  void Redraw();

  // Actions.
  void Left() { Ring(buffer.Left()); }
  void Right() { Ring(buffer.Right()); }
  void WordLeft() { buffer.WordLeft(); }
  void WordRight() { buffer.WordRight(); }
  void LineStart() { buffer.LineStart(); }
  void LineEnd() { buffer.LineEnd(); }
  void TextStart() { buffer.TextStart(); }
  void TextEnd() { buffer.TextEnd(); }
  void Up();
  void Down();
  void Older();
  void Newer();
  void Backspace() { buffer.DeleteLeft(); }
  void Delete() { buffer.DeleteRight(); }
  void KillToLineEnd() { buffer.KillToLineEnd(); }
  void KillToLineStart() { buffer.KillToLineStart(); }
  void KillWordLeft() { buffer.KillWordLeft(); }
  void KillBigWordLeft() { buffer.KillBigWordLeft(); }
  void KillWordRight() { buffer.KillWordRight(); }
  void Yank() { buffer.Yank(); }
  void Transpose() { buffer.Transpose(); }
  void Uppercase() { buffer.UppercaseWord(); }
  void Lowercase() { buffer.LowercaseWord(); }
  void Undo() { buffer.Undo(); }
  void Redo() { buffer.Redo(); }
  void Enter();
  void NewLine() { buffer.Insert("\n"); }
  void EndOrDelete();
  void Interrupt() { outcome = Outcome::kInterrupted; }
  void Suspend();
  void ClearScreen();
  void StartSearch();
  void Complete();
  void ControlX() { after_control_x = true; }

  void Show(size_t index);
  void SearchFrom(size_t found);
  void Choose();
  void Ring(bool moved) {
    if (!moved) terminal->Write(std::string(1, kBell));
  }

  History* history;
  Language language;
  bool color;
  Screen screen;
  std::optional<Terminal> terminal;
  EditBuffer buffer;
  std::string prompt;
  std::string prefill;
  std::optional<Outcome> outcome;
  bool after_control_x = false;

  size_t entry = 0;   // of the history; its size for the statement being written
  std::string draft;  // the statement being written, while an entry is shown
  Menu menu;
  size_t menu_word = 0;     // bytes before the cursor that a choice replaces
  std::string menu_before;  // the word as it was typed
  std::optional<Search> search;
};

const std::vector<LineEditor::Impl::Binding>& LineEditor::Impl::Bindings() {
  static const std::vector<Binding> kBindings = {
      {"Enter", "run the statement if it is complete, else start a line", &Impl::Enter},
      {"C-j", "", &Impl::Enter},
      {"C-m", "", &Impl::Enter},
      {"M-Enter", "start a line in any case", &Impl::NewLine},
      {"Tab", "complete the word; again: choose from the menu", &Impl::Complete},
      {"C-c", "drop the statement", &Impl::Interrupt},
      {"C-d", "leave; in a text: delete the character at the cursor", &Impl::EndOrDelete},
      {"C-r", "search the history while typing; again: an older match", &Impl::StartSearch},
      {"Up", "a line up; on the first line: the statement before", &Impl::Up},
      {"C-p", "", &Impl::Up},
      {"Down", "a line down; on the last line: the next statement", &Impl::Down},
      {"C-n", "", &Impl::Down},
      {"PageUp", "the statement before", &Impl::Older},
      {"PageDown", "the next statement", &Impl::Newer},
      {"Left", "a character left", &Impl::Left},
      {"C-b", "", &Impl::Left},
      {"Right", "a character right", &Impl::Right},
      {"C-f", "", &Impl::Right},
      {"M-b", "a word left; also C-Left", &Impl::WordLeft},
      {"C-Left", "", &Impl::WordLeft},
      {"M-Left", "", &Impl::WordLeft},
      {"M-f", "a word right; also C-Right", &Impl::WordRight},
      {"C-Right", "", &Impl::WordRight},
      {"M-Right", "", &Impl::WordRight},
      {"C-a", "to the start of the line; also Home", &Impl::LineStart},
      {"Home", "", &Impl::LineStart},
      {"C-e", "to the end of the line; also End", &Impl::LineEnd},
      {"End", "", &Impl::LineEnd},
      {"C-Home", "to the start of the statement; also M-<", &Impl::TextStart},
      {"M-<", "", &Impl::TextStart},
      {"C-End", "to the end of the statement; also M->", &Impl::TextEnd},
      {"M->", "", &Impl::TextEnd},
      {"Backspace", "delete the character before the cursor", &Impl::Backspace},
      {"C-h", "", &Impl::Backspace},
      {"Delete", "delete the character at the cursor", &Impl::Delete},
      {"C-k", "cut to the end of the line", &Impl::KillToLineEnd},
      {"C-u", "cut to the start of the line", &Impl::KillToLineStart},
      {"C-w", "cut back to white space", &Impl::KillBigWordLeft},
      {"M-Backspace", "cut the word before the cursor", &Impl::KillWordLeft},
      {"M-d", "cut the word after the cursor", &Impl::KillWordRight},
      {"C-y", "paste what was cut", &Impl::Yank},
      {"C-t", "swap two characters", &Impl::Transpose},
      {"M-u", "the word in upper case", &Impl::Uppercase},
      {"M-l", "the word in lower case", &Impl::Lowercase},
      {"C-_", "undo; also C-x C-u", &Impl::Undo},
      {"M-_", "redo", &Impl::Redo},
      {"C-l", "clear the screen", &Impl::ClearScreen},
      {"C-x", "C-x C-e: open the statement in $VISUAL or $EDITOR", &Impl::ControlX},
      {"C-z", "suspend the shell", &Impl::Suspend},
  };
  return kBindings;
}

std::vector<KeyBinding> LineEditor::Keys() {
  std::vector<KeyBinding> keys;
  for (const Impl::Binding& b : Impl::Bindings()) keys.push_back({b.keys, b.help});
  return keys;
}

LineEditor::LineEditor(History* history, Language language, bool color)
    : impl_(std::make_unique<Impl>(history, std::move(language), color)) {
  if (TerminalCanEdit()) impl_->terminal.emplace();
}

LineEditor::~LineEditor() = default;

void LineEditor::Prefill(std::string text) { impl_->prefill = std::move(text); }

LineEditor::Outcome LineEditor::Read(const std::string& prompt, std::string* text) {
  impl_->prompt = prompt;
  return impl_->terminal.has_value() ? impl_->ReadEdited(text) : impl_->ReadPlain(prompt, text);
}

// ---- Reading --------------------------------------------------------------------------------

LineEditor::Outcome LineEditor::Impl::ReadPlain(const std::string& first, std::string* text) {
  text->clear();
  for (std::string line, p = first;; p = language.continuation(*text)) {
    fmt::print("{}", p);
    std::fflush(stdout);
    if (!std::getline(std::cin, line)) return text->empty() ? Outcome::kEnd : Outcome::kStatement;
    *text += (text->empty() ? "" : "\n") + line;
    if (language.is_complete(*text)) return Outcome::kStatement;
  }
}

LineEditor::Outcome LineEditor::Impl::ReadEdited(std::string* text) {
  buffer.Clear();
  if (!prefill.empty()) buffer.Insert(prefill);
  prefill.clear();
  draft.clear();
  entry = history->entries().size();
  menu.Close();
  search.reset();
  outcome.reset();
  after_control_x = false;
  screen.Forget();
  terminal->Enter();
  Draw();
  while (!outcome.has_value()) {
    const Key key = terminal->Read();
    if (key.kind == Key::Kind::kResized) {
      Redraw();
      continue;
    }
    Handle(key);
    if (!outcome.has_value()) Draw();
  }
  search.reset();
  menu.Close();
  const bool keep_cursor = *outcome == Outcome::kInterrupted;
  if (!keep_cursor) buffer.TextEnd();
  Draw(true);
  terminal->Write((keep_cursor ? "^C" : "") + screen.Finish());
  terminal->Leave();
  *text = buffer.text();
  return *outcome;
}

void LineEditor::Impl::Handle(const Key& key) {
  if (key.kind == Key::Kind::kEnd) {
    outcome = Outcome::kEnd;
    return;
  }
  if (menu.is_open() && HandleInMenu(key)) return;
  if (search.has_value() && HandleInSearch(key)) return;
  switch (key.kind) {
    case Key::Kind::kText: buffer.Insert(key.text, true); break;
    case Key::Kind::kPaste: buffer.Insert(key.text); break;
    default: Press(key.text); break;
  }
}

void LineEditor::Impl::Press(const std::string& name) {
  if (after_control_x) {
    after_control_x = false;
    if (name == "C-e") outcome = Outcome::kEdit;
    if (name == "C-u") Undo();
    return;
  }
  for (const Binding& b : Bindings()) {
    if (b.keys == name) {
      (this->*b.action)();
      return;
    }
  }
}

// False: the key ends the menu and means what it means elsewhere.
bool LineEditor::Impl::HandleInMenu(const Key& key) {
  if (key.kind == Key::Kind::kNamed) {
    const std::string& name = key.text;
    int step = 0;
    if (name == "Tab" || name == "Right") step = 1;
    if (name == "S-Tab" || name == "Left") step = -1;
    if (step != 0) {
      menu.Step(step);
      Choose();
      return true;
    }
    if (name == "Down" || name == "Up") {
      menu.StepRow(name == "Down" ? 1 : -1);
      Choose();
      return true;
    }
    if (name == "Escape" || name == "C-g") {
      buffer.ReplaceBefore(menu_word, menu_before);
      menu.Close();
      return true;
    }
    if (name == "Enter" && menu.has_selection()) {
      menu.Close();
      return true;
    }
  }
  menu.Close();
  return false;
}

void LineEditor::Impl::Choose() {
  buffer.ReplaceBefore(menu_word, menu.selected().text);
  menu_word = menu.selected().text.size();
}

bool LineEditor::Impl::HandleInSearch(const Key& key) {
  Search& s = *search;
  if (key.kind == Key::Kind::kText) {
    s.wanted += key.text;
    const bool still =
        s.found < history->entries().size() && History::Find(history->entries()[s.found], s.wanted) != History::npos;
    SearchFrom(still ? s.found : history->FindBefore(s.wanted, s.found));
    return true;
  }
  if (key.kind == Key::Kind::kNamed) {
    if (key.text == "C-r") {
      SearchFrom(history->FindBefore(s.wanted, s.found));
      return true;
    }
    if (key.text == "C-s") {
      SearchFrom(history->FindAfter(s.wanted, s.found));
      return true;
    }
    if (key.text == "Backspace") {
      if (!s.wanted.empty()) s.wanted.resize(PreviousCluster(s.wanted, s.wanted.size()));
      SearchFrom(history->FindBefore(s.wanted, history->entries().size()));
      return true;
    }
    if (key.text == "Escape" || key.text == "C-g" || key.text == "C-c") {
      buffer.Replace(s.before, s.cursor_before);
      search.reset();
      return true;
    }
  }
  entry = s.found;
  search.reset();
  return false;
}

void LineEditor::Impl::SearchFrom(size_t found) {
  search->failed = found == History::npos;
  if (search->failed) {
    terminal->Write(std::string(1, kBell));
    return;
  }
  search->found = found;
  const std::string& text = history->entries()[found];
  buffer.Replace(text, History::Find(text, search->wanted));
}

// ---- Drawing --------------------------------------------------------------------------------

Picture LineEditor::Impl::MakePicture(bool final) const {
  Picture picture;
  picture.text = buffer.text();
  picture.cursor = buffer.cursor();
  if (color && language.highlight) {
    picture.styles = language.highlight(picture.text, final ? std::string_view::npos : buffer.cursor());
  }
  if (search.has_value() && !picture.styles.empty() && !search->wanted.empty() &&
      History::Find(picture.text.substr(picture.cursor, search->wanted.size()), search->wanted) == 0) {
    for (size_t i = 0; i < search->wanted.size(); ++i) {
      picture.styles[picture.cursor + i] = Style::kMatch;
    }
  }
  picture.prompt = [this](size_t line) {
    if (line == 0) return prompt;
    size_t end = 0;
    for (size_t i = 0; i < line; ++i) end = buffer.text().find('\n', end) + 1;
    return language.continuation(std::string_view(buffer.text()).substr(0, end));
  };
  return picture;
}

void LineEditor::Impl::Draw(bool final) {
  const TerminalSize size = GetTerminalSize();
  Picture picture = MakePicture(final);
  if (menu.is_open()) picture.below = menu.Rows(size.columns, size.lines);
  if (search.has_value()) {
    picture.below.push_back({{(search->failed ? "nothing found: " : "search: ") + search->wanted,
                              search->failed ? Style::kUnknown : Style::kDim}});
  }
  terminal->Write(screen.Draw(picture, size.columns, size.lines));
}

void LineEditor::Impl::Redraw() {
  menu.Close();
  const TerminalSize size = GetTerminalSize();
  terminal->Write(screen.Redraw(MakePicture(false), size.columns, size.lines));
}

// ---- Actions --------------------------------------------------------------------------------

void LineEditor::Impl::Show(size_t index) {
  if (entry == history->entries().size()) draft = buffer.text();
  entry = index;
  const std::string& text = index == history->entries().size() ? draft : history->entries()[index];
  buffer.Replace(text, text.size());
}

void LineEditor::Impl::Older() {
  if (entry == 0) return Ring(false);
  Show(entry - 1);
}

void LineEditor::Impl::Newer() {
  if (entry >= history->entries().size()) return Ring(false);
  Show(entry + 1);
}

void LineEditor::Impl::Up() {
  if (!buffer.Up()) Older();
}

void LineEditor::Impl::Down() {
  if (!buffer.Down()) Newer();
}

void LineEditor::Impl::Enter() {
  if (language.is_complete(buffer.text()))
    outcome = Outcome::kStatement;
  else
    NewLine();
}

void LineEditor::Impl::EndOrDelete() {
  if (buffer.empty())
    outcome = Outcome::kEnd;
  else
    buffer.DeleteRight();
}

void LineEditor::Impl::Suspend() {
  terminal->Write(screen.Finish());
  terminal->Suspend();
}

void LineEditor::Impl::ClearScreen() {
  terminal->Write(kClearScreen);
  screen.Forget();
}

void LineEditor::Impl::StartSearch() { search = Search{"", history->entries().size(), buffer.text(), buffer.cursor()}; }

void LineEditor::Impl::Complete() {
  const std::string_view before = std::string_view(buffer.text()).substr(0, buffer.cursor());
  const size_t line = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  if (before.find_first_not_of(' ', line) == std::string_view::npos && !before.empty()) {
    buffer.Insert("  ");
    return;
  }
  size_t length = 0;
  std::vector<Candidate> found;
  if (language.complete) found = language.complete(buffer.text(), buffer.cursor(), &length);
  if (found.empty()) return Ring(false);
  const std::string word(before.substr(before.size() - length));
  const std::string common = CommonStart(found);
  if (found.size() == 1) {
    const bool goes_on = common.ends_with('.') || common.ends_with('(') || common.ends_with('/');
    buffer.ReplaceBefore(length, common + (goes_on ? "" : " "));
    return;
  }
  if (common.size() > word.size()) buffer.ReplaceBefore(length, common);
  menu_before = common.size() > word.size() ? common : word;
  menu_word = menu_before.size();
  menu.Open(std::move(found));
}

}  // namespace parton::shell

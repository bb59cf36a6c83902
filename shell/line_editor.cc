#include "shell/line_editor.h"

#include <fmt/format.h>
#include <histedit.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "shell/output.h"
#include "shell/text_width.h"

namespace parton::shell {

namespace {

constexpr int kHistorySize = 2000;
// Private key sequences, so that our own functions can hand over to libedit's.
constexpr const char* kPreviousEntry = "\033[777;1~";
constexpr const char* kNextEntry = "\033[777;2~";
constexpr std::string_view kPasteEnd = "\033[201~";

}  // namespace

struct LineEditor::Impl {
  EditLine* editor = nullptr;
  ::History* history = nullptr;
  std::string file;
  std::string prompt;
  bool interrupted = false;
  Completer completer;

  static Impl* Of(EditLine* el) {
    void* data = nullptr;
    el_get(el, EL_CLIENTDATA, &data);
    return static_cast<Impl*>(data);
  }
  static char* Prompt(EditLine* el) { return Of(el)->prompt.data(); }

  static unsigned char Interrupt(EditLine* el, int) {
    Of(el)->interrupted = true;
    return CC_NEWLINE;
  }
  static unsigned char Suspend(EditLine* el, int) {
    el_set(el, EL_PREP_TERM, 0);
    std::raise(SIGTSTP);
    el_set(el, EL_PREP_TERM, 1);
    return CC_REDISPLAY;
  }

  // Up and Down move inside a text of several lines, and through the history at its ends.
  static unsigned char Up(EditLine* el, int) {
    const LineInfo* line = el_line(el);
    const std::string_view before(line->buffer, static_cast<size_t>(line->cursor - line->buffer));
    const size_t break_at = before.rfind('\n');
    if (break_at == std::string_view::npos) {
      el_push(el, kPreviousEntry);
      return CC_NORM;
    }
    const size_t column = Columns(before.substr(break_at + 1));
    const size_t start = before.rfind('\n', break_at - (break_at > 0 ? 1 : 0));
    const size_t from = break_at == 0 || start == std::string_view::npos ? 0 : start + 1;
    const std::string_view target = before.substr(from, break_at - from);
    const size_t keep = BytesOf(target, column);
    el_cursor(el, -static_cast<int>(Columns(before.substr(from + keep))));
    return CC_CURSOR;
  }
  static unsigned char Down(EditLine* el, int) {
    const LineInfo* line = el_line(el);
    const std::string_view before(line->buffer, static_cast<size_t>(line->cursor - line->buffer));
    const std::string_view after(line->cursor, static_cast<size_t>(line->lastchar - line->cursor));
    const size_t break_at = after.find('\n');
    if (break_at == std::string_view::npos) {
      el_push(el, kNextEntry);
      return CC_NORM;
    }
    const size_t start = before.rfind('\n');
    const size_t column =
        Columns(start == std::string_view::npos ? before : before.substr(start + 1));
    std::string_view target = after.substr(break_at + 1);
    target = target.substr(0, target.find('\n'));
    el_cursor(el, static_cast<int>(Columns(after.substr(0, break_at + 1)) +
                                   Columns(target.substr(0, BytesOf(target, column)))));
    return CC_CURSOR;
  }
  // Code points: libedit's cursor counts them.
  static size_t Columns(std::string_view text) {
    size_t n = 0;
    for (size_t i = 0; i < text.size(); ++n) NextCodePoint(text, &i);
    return n;
  }
  static size_t BytesOf(std::string_view text, size_t points) {
    size_t i = 0;
    for (; points > 0 && i < text.size(); --points) NextCodePoint(text, &i);
    return i;
  }

  // Bracketed paste: the text goes in as it is, nothing in it acts as a key.
  static unsigned char Paste(EditLine* el, int) {
    std::string text;
    char c;
    while (el_getc(el, &c) == 1) {
      text.push_back(c == '\r' ? '\n' : c);
      if (text.ends_with(kPasteEnd)) break;
    }
    if (text.ends_with(kPasteEnd)) text.resize(text.size() - kPasteEnd.size());
    std::string clean;
    for (const char ch : text) {
      if (static_cast<unsigned char>(ch) >= 0x20 || ch == '\n')
        clean += ch;
      else if (ch == '\t')
        clean += "  ";
    }
    while (!clean.empty() && clean.back() == '\n') clean.pop_back();
    if (!clean.empty()) el_insertstr(el, clean.c_str());
    return CC_REFRESH;
  }

  static unsigned char Complete(EditLine* el, int) {
    Impl* impl = Of(el);
    const LineInfo* line = el_line(el);
    const std::string_view before(line->buffer, static_cast<size_t>(line->cursor - line->buffer));
    if (before.find_first_not_of(" \t\n") == std::string_view::npos) {
      el_insertstr(el, "  ");
      return CC_REFRESH;
    }
    if (!impl->completer) return CC_ERROR;
    size_t length = 0;
    std::vector<std::string> found = impl->completer(before, &length);
    if (found.empty()) return CC_ERROR;
    std::string common = found[0];
    for (const std::string& f : found) {
      size_t n = 0;
      while (n < common.size() && n < f.size() && common[n] == f[n]) ++n;
      common.resize(n);
    }
    const std::string_view word = before.substr(before.size() - length);
    if (found.size() == 1 || common.size() > word.size()) {
      el_deletestr(el, static_cast<int>(Columns(word)));
      const bool space = found.size() == 1 && !common.ends_with('.') && !common.ends_with('(') &&
                         !common.ends_with('/');
      el_insertstr(el, (common + (space ? " " : "")).c_str());
      return CC_REFRESH;
    }
    constexpr size_t kShown = 60;
    std::fputc('\n', stdout);
    size_t used = 0;
    const auto columns = static_cast<size_t>(GetTerminalSize().columns);
    for (size_t i = 0; i < std::min(found.size(), kShown); ++i) {
      const auto width = static_cast<size_t>(DisplayWidth(found[i])) + 2;
      if (used > 0 && used + width > columns) {
        std::fputc('\n', stdout);
        used = 0;
      }
      used += width;
      fmt::print("{}  ", found[i]);
    }
    if (found.size() > kShown) fmt::print("... and {} more", found.size() - kShown);
    std::fputc('\n', stdout);
    std::fflush(stdout);
    return CC_REDISPLAY;
  }
};

LineEditor::LineEditor(std::string history_file) : impl_(std::make_unique<Impl>()) {
  Impl& i = *impl_;
  i.file = std::move(history_file);
  const char* type = std::setlocale(LC_CTYPE, nullptr);
  if (type == nullptr || std::strcmp(type, "C") == 0) std::setlocale(LC_CTYPE, "C.UTF-8");

  HistEvent event;
  i.history = history_init();
  ::history(i.history, &event, H_SETSIZE, kHistorySize);
  ::history(i.history, &event, H_SETUNIQUE, 1);
  if (!i.file.empty()) ::history(i.history, &event, H_LOAD, i.file.c_str());

  i.editor = el_init("parton", stdin, stdout, stderr);
  EditLine* el = i.editor;
  el_set(el, EL_CLIENTDATA, &i);
  el_set(el, EL_PROMPT, Impl::Prompt);
  el_set(el, EL_EDITOR, "emacs");
  el_set(el, EL_HIST, ::history, i.history);
  el_set(el, EL_SETTY, "-d", "-isig", nullptr);

  el_set(el, EL_ADDFN, "parton-interrupt", "clear the line", Impl::Interrupt);
  el_set(el, EL_ADDFN, "parton-suspend", "suspend", Impl::Suspend);
  el_set(el, EL_ADDFN, "parton-up", "line or entry above", Impl::Up);
  el_set(el, EL_ADDFN, "parton-down", "line or entry below", Impl::Down);
  el_set(el, EL_ADDFN, "parton-paste", "pasted text", Impl::Paste);
  el_set(el, EL_ADDFN, "parton-complete", "complete the word", Impl::Complete);
  el_source(el, nullptr);  // ~/.editrc first: our keys win
  const std::pair<const char*, const char*> kKeys[] = {
      {"^C", "parton-interrupt"},
      {"^Z", "parton-suspend"},
      {kPreviousEntry, "ed-prev-history"},
      {kNextEntry, "ed-next-history"},
      {"\033[A", "parton-up"},
      {"\033OA", "parton-up"},
      {"^P", "parton-up"},
      {"\033[B", "parton-down"},
      {"\033OB", "parton-down"},
      {"^N", "parton-down"},
      {"\033[200~", "parton-paste"},
      {"^I", "parton-complete"},
      {"^R", "em-inc-search-prev"},
      {"\033[1;5C", "em-next-word"},
      {"\033[1;5D", "ed-prev-word"},
      {"\033[H", "ed-move-to-beg"},
      {"\033[F", "ed-move-to-end"},
      {"\033[1~", "ed-move-to-beg"},
      {"\033[4~", "ed-move-to-end"},
      {"\033[3~", "ed-delete-next-char"},
      {"^W", "ed-delete-prev-word"},
  };
  for (const auto& [key, function] : kKeys) el_set(el, EL_BIND, key, function, nullptr);
}

LineEditor::~LineEditor() {
  el_end(impl_->editor);
  history_end(impl_->history);
}

LineEditor::Outcome LineEditor::Read(const std::string& prompt, std::string* line) {
  impl_->prompt = prompt;
  impl_->interrupted = false;
  fmt::print("\033[?2004h");
  std::fflush(stdout);
  int count = 0;
  const char* text = el_gets(impl_->editor, &count);
  fmt::print("\033[?2004l");
  std::fflush(stdout);
  if (impl_->interrupted) {
    fmt::print("^C\n");
    std::fflush(stdout);
    return Outcome::kInterrupted;
  }
  if (text == nullptr || count <= 0) return Outcome::kEnd;
  line->assign(text, std::strlen(text));
  while (!line->empty() && (line->back() == '\n' || line->back() == '\r')) line->pop_back();
  return Outcome::kLine;
}

void LineEditor::AddHistory(const std::string& statement) {
  HistEvent event;
  // An equal older entry goes: the statement moves to the end.
  for (int more = ::history(impl_->history, &event, H_FIRST); more >= 0;
       more = ::history(impl_->history, &event, H_NEXT)) {
    if (event.str != nullptr && statement == event.str) {
      ::history(impl_->history, &event, H_DEL, event.num);
      break;
    }
  }
  ::history(impl_->history, &event, H_ENTER, statement.c_str());
  if (!impl_->file.empty()) ::history(impl_->history, &event, H_SAVE, impl_->file.c_str());
}

std::vector<std::string> LineEditor::HistoryEntries() const {
  std::vector<std::string> entries;
  HistEvent event;
  for (int more = ::history(impl_->history, &event, H_LAST); more >= 0;
       more = ::history(impl_->history, &event, H_PREV)) {
    std::string text = event.str != nullptr ? event.str : "";
    while (!text.empty() && text.back() == '\n') text.pop_back();
    entries.push_back(std::move(text));
  }
  return entries;
}

void LineEditor::SetCompleter(Completer completer) { impl_->completer = std::move(completer); }

}  // namespace parton::shell

#include "shell/editor/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

#include "parton/script.h"
#include "parton/text.h"
#include "shell/commands/dot_commands.h"
#include "shell/commands/statement_names.h"
#include "shell/editor/completion.h"
#include "shell/editor/highlight.h"
#include "shell/editor/line_editor.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

constexpr size_t kHistorySize = 2000;
constexpr int kNarrowest = 3;  // of a prompt: a continuation needs as much

// "music.db> ", in a transaction "music.db*> ".
std::string MainPrompt(Session* session) {
  const std::string path = session->is_open() ? session->database()->path() : "-";
  const bool transaction = session->is_open() && session->connection()->in_transaction();
  const int room = std::max(kNarrowest, GetTerminalSize().columns / 3);
  return fmt::format("{}{}> ", Truncate(Printable(DatabaseName(path)), room), transaction ? "*" : "");
}

// As wide as the first one; says what is open: quote, bracket, comment, or only the semicolon.
std::string ContinuationPrompt(const std::string& first, char open) {
  const size_t width = static_cast<size_t>(DisplayWidth(first));
  std::string sign = open == ';'   ? "-"
                     : open == '<' ? "<<"
                     : open == '*' ? "/*"
                                   : std::string(1, open == 0 ? '-' : open);
  sign.resize(std::min(sign.size(), width - 2));
  return std::string(width - sign.size() - 2, ' ') + sign + "> ";
}

bool Blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool IsDotCommand(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\n");
  return start != std::string_view::npos && text[start] == '.' && start + 1 < text.size() &&
         (text[start + 1] < '0' || text[start + 1] > '9');
}

// A command of another shell (psql, ...) as one of ours; "" if it is none.
std::string AsDotCommand(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"help", ".help"},   {"?", ".help"},        {"\\?", ".help"},         {"\\h", ".help"},
      {"exit", ".quit"},   {"quit", ".quit"},     {"bye", ".quit"},         {"\\q", ".quit"},
      {"\\d", ".tables"},  {"\\dt", ".tables"},   {"\\di", ".indexes"},     {"\\i", ".read"},
      {"\\ir", ".read"},   {"\\o", ".output"},    {"\\c", ".open"},         {"\\e", ".edit"},
      {"\\s", ".history"}, {"\\set", ".set"},     {"\\timing", ".timer"},   {"\\g", ".last"},
      {"\\p", ".last"},    {"\\watch", ".watch"}, {"\\x", ".last vertical"}};
  while (!text.empty() && (text.back() == ';' || std::isspace(static_cast<unsigned char>(text.back())) != 0)) {
    text.remove_suffix(1);
  }
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  if (text.empty()) return "";
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  const std::string_view rest = text.substr(word.size());
  if (text.find('\n') != text.npos) return "";
  if (EqualsIgnoreCase(word, "help") && !rest.empty()) return ".help" + std::string(rest);
  for (const auto& [other, command] : kWords) {
    if (word != other && !(word.front() != '\\' && EqualsIgnoreCase(word, other))) continue;
    // A statement could begin with a word; nothing begins with a backslash.
    if (!rest.empty() && word.front() != '\\') return "";
    const bool of_table = word == "\\d" && !rest.empty();
    return std::string(of_table ? ".schema" : command) + std::string(rest);
  }
  return "";
}

// Statements and commands that were pasted together are entries of their own.
void AddToHistory(const std::string& text, History* history) {
  std::vector<std::string> entries;
  ScriptReader reader(text, "history");
  SourceStatement statement;
  for (;;) {
    const Result<bool> more = reader.Next(&statement);
    if (!more.ok()) entries.clear();
    if (!more.ok() || !*more) break;
    entries.push_back(statement.dot_command ? statement.text : statement.text + ";");
  }
  if (entries.size() < 2) entries = {text};
  for (const std::string& entry : entries) history->Add(entry);
}

size_t HistorySize() {
  const char* text = std::getenv("PARTON_HISTORY_SIZE");
  if (text == nullptr || *text == 0) return kHistorySize;
  return static_cast<size_t>(std::clamp(std::atol(text), 0L, 1000000L));
}

// Whether Enter runs it. Commands end with their line; a statement may follow what was pasted with it.
bool IsComplete(std::string_view text) {
  while (IsDotCommand(text)) {
    text.remove_prefix(std::min(text.find('.'), text.size()));
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  return Blank(text) || !AsDotCommand(text).empty() || WhatIsOpen(text) == 0;
}

LineEditor::Language MakeLanguage(Session* session, const std::string* first) {
  LineEditor::Language language;
  language.is_complete = IsComplete;
  language.continuation = [first](std::string_view above) {
    constexpr size_t kMostBytes = 100'000;
    return ContinuationPrompt(*first, above.size() > kMostBytes ? ';' : WhatIsOpen(above));
  };
  language.highlight = [session](std::string_view text, size_t cursor) {
    return Highlight(text, cursor, session->database());
  };
  language.complete = [session](std::string_view text, size_t cursor, size_t* word_length) {
    return Complete(session, text, cursor, word_length);
  };
  return language;
}

}  // namespace

std::string DatabaseName(const std::string& path) {
  if (path == ":memory:") return "memory";
  std::string p = path;
  while (p.size() > 1 && p.back() == '/') p.pop_back();
  const size_t slash = p.rfind('/');
  return slash == std::string::npos || p.size() == 1 ? p : p.substr(slash + 1);
}

std::string HistoryFile() {
  const char* file = std::getenv("PARTON_HISTORY");
  if (file != nullptr) return file;
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != 0 ? std::string(home) + "/.parton_history" : "";
}

std::string NewDatabaseNote(const std::string& path) {
  return fmt::format("note: there was no database at {}; a new one was made", path);
}

void RunPrompt(Session* session) {
  History history(HistoryFile(), HistorySize());
  std::string prompt;
  LineEditor editor(&history, MakeLanguage(session, &prompt), session->options().color);
  while (!session->done()) {
    session->history = history.entries();
    prompt = MainPrompt(session);
    std::string text;
    switch (editor.Read(prompt, &text)) {
      case LineEditor::Outcome::kInterrupted: continue;
      case LineEditor::Outcome::kEnd: return;
      case LineEditor::Outcome::kEdit: {
        if (Status refused = session->Refuse("an editor"); !refused.ok()) {
          session->ReportError(refused, SourceStatement());
          editor.Prefill(text);
          continue;
        }
        const Result<std::string> edited = EditText(text);
        if (edited.ok())
          editor.Prefill(*edited);
        else
          session->ReportError(edited.status(), SourceStatement());
        continue;
      }
      case LineEditor::Outcome::kStatement: break;
    }
    if (Blank(text)) continue;
    AddToHistory(text, &history);
    if (const std::string command = AsDotCommand(text); !command.empty()) text = command;
    ScriptReader reader(text, "stdin");
    (void)session->RunScript(&reader);
  }
}

}  // namespace parton::shell

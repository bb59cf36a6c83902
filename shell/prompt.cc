#include "shell/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "parton/script.h"
#include "shell/completion.h"
#include "shell/dot_commands.h"
#include "shell/editor/line_editor.h"
#include "shell/highlight.h"
#include "shell/text_width.h"

namespace parton::shell {

namespace {

constexpr size_t kHistorySize = 2000;
constexpr int kNarrowest = 3;  // of a prompt: a continuation needs as much

// "music.db> ", in a transaction "music.db*> ".
std::string MainPrompt(Session* session) {
  const std::string path = session->is_open() ? session->database()->path() : "-";
  const bool transaction = session->is_open() && session->connection()->in_transaction();
  const int room = std::max(kNarrowest, GetTerminalSize().columns / 3);
  return fmt::format("{}{}> ", Truncate(Printable(DatabaseName(path)), room),
                     transaction ? "*" : "");
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

bool Blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool IsDotCommand(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\n");
  return start != std::string_view::npos && text[start] == '.' && start + 1 < text.size() &&
         (text[start + 1] < '0' || text[start + 1] > '9');
}

size_t HistorySize() {
  const char* text = std::getenv("PARTON_HISTORY_SIZE");
  if (text == nullptr || *text == 0) return kHistorySize;
  return static_cast<size_t>(std::clamp(std::atol(text), 0L, 1000000L));
}

SourceStatement DotCommandOf(const std::string& text) {
  SourceStatement statement;
  statement.text = text.substr(text.find('.'));
  while (!statement.text.empty() && Blank(statement.text.substr(statement.text.size() - 1))) {
    statement.text.pop_back();
  }
  statement.source = "stdin";
  statement.dot_command = true;
  return statement;
}

LineEditor::Language MakeLanguage(Session* session, const std::string* first) {
  LineEditor::Language language;
  language.is_complete = [](std::string_view text) {
    return Blank(text) || IsDotCommand(text) || WhatIsOpen(text) == 0;
  };
  language.continuation = [first](std::string_view above) {
    constexpr size_t kMostBytes = 100'000;
    return ContinuationPrompt(*first, above.size() > kMostBytes ? ';' : WhatIsOpen(above));
  };
  language.highlight = [session](std::string_view text, size_t cursor) {
    return Highlight(text, cursor, session->database());
  };
  language.complete = [session](std::string_view before, size_t* word_length) {
    return Complete(session, before, word_length);
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
    history.Add(text);
    if (IsDotCommand(text)) {
      (void)session->Run(DotCommandOf(text));
    } else {
      ScriptReader reader(text, "stdin");
      (void)session->RunScript(&reader);
    }
  }
}

}  // namespace parton::shell

#include "shell/prompt.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "parton/script.h"
#include "shell/completion.h"
#include "shell/line_editor.h"
#include "shell/text_width.h"

namespace parton::shell {

namespace {

// "music.db> ", in a transaction "music.db*> ".
std::string MainPrompt(Session* session, const std::string& name) {
  const bool transaction = session->is_open() && session->connection()->in_transaction();
  return fmt::format("{}{}> ", name, transaction ? "*" : "");
}

// As wide as the first one; says what is open: quote, bracket, comment, or only the semicolon.
std::string ContinuationPrompt(const std::string& first, char open) {
  const std::string sign = open == ';'   ? "-"
                           : open == '<' ? "<<"
                           : open == '*' ? "/*"
                                         : std::string(1, open);
  const int width = DisplayWidth(first) - static_cast<int>(sign.size()) - 2;
  return std::string(static_cast<size_t>(width > 0 ? width : 0), ' ') + sign + "> ";
}

std::string BaseName(const std::string& path) {
  if (path == ":memory:") return "memory";
  std::string p = path;
  while (p.size() > 1 && p.back() == '/') p.pop_back();
  const size_t slash = p.rfind('/');
  return slash == std::string::npos || p.size() == 1 ? p : p.substr(slash + 1);
}

bool Blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::string HistoryFile() {
  const char* file = std::getenv("PARTON_HISTORY");
  if (file != nullptr) return file;
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != 0 ? std::string(home) + "/.parton_history" : "";
}

void RunPrompt(Session* session, const std::string&) {
  LineEditor editor(HistoryFile());
  Completion completion(session);
  std::string text;  // the statement so far
  editor.SetCompleter(
      [&](std::string_view line, size_t* length) { return completion.Find(text, line, length); });
  session->history = editor.HistoryEntries();
  while (!session->done()) {
    const std::string first =
        MainPrompt(session, BaseName(session->is_open() ? session->database()->path() : "-"));
    const std::string prompt = text.empty() ? first : ContinuationPrompt(first, WhatIsOpen(text));
    std::string line;
    const LineEditor::Outcome outcome = editor.Read(prompt, &line);
    if (outcome == LineEditor::Outcome::kInterrupted) {
      text.clear();
      continue;
    }
    if (outcome == LineEditor::Outcome::kEnd) {
      session->output()->Write("\n");
      session->output()->Flush();
      break;
    }
    if (text.empty() && Blank(line)) continue;
    const size_t start = line.find_first_not_of(" \t");
    const bool dot_command = text.empty() && line[start] == '.';
    text += (text.empty() ? "" : "\n") + line;
    if (!dot_command && WhatIsOpen(text) != 0) continue;
    const std::string whole = std::move(text);
    text.clear();
    editor.AddHistory(whole);
    session->history.push_back(whole);
    if (dot_command) {
      SourceStatement statement;
      statement.text = whole.substr(start);
      while (!statement.text.empty() && statement.text.back() == ' ') statement.text.pop_back();
      statement.source = "stdin";
      statement.dot_command = true;
      (void)session->Run(statement);
    } else {
      ScriptReader reader(whole, "stdin");
      (void)session->RunScript(&reader);
    }
  }
}

}  // namespace parton::shell

#include "shell/completion.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "parton/language.h"
#include "parton/script.h"
#include "shell/dot_commands.h"
#include "shell/statement_names.h"

namespace parton::shell {

namespace {

using Found = std::set<Candidate>;

bool WordCharacter(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || c == '$' || u >= 0x80;
}

void AddFiles(std::string_view word, Found* found) {
  const size_t slash = word.rfind('/');
  const std::string folder =
      slash == std::string_view::npos ? "" : std::string(word.substr(0, slash + 1));
  const std::string_view start = slash == std::string_view::npos ? word : word.substr(slash + 1);
  DIR* dir = opendir(folder.empty() ? "." : folder.c_str());
  if (dir == nullptr) return;
  while (const dirent* entry = readdir(dir)) {
    const std::string name = entry->d_name;
    const bool hidden = name[0] == '.' && !start.starts_with(".");
    if (!name.starts_with(start) || name == "." || name == ".." || hidden) continue;
    found->insert({folder + name + (entry->d_type == DT_DIR ? "/" : ""), ""});
  }
  closedir(dir);
}

// ---- Dot commands ---------------------------------------------------------------------------

void AddCommands(std::string_view start, std::string_view prefix, Found* found) {
  for (const DotCommand& c : AllDotCommands()) {
    if (c.name.starts_with(start)) {
      found->insert({fmt::format("{}{}", prefix, c.name), std::string(c.help)});
    }
  }
}

void AddArguments(Session* session, Argument kind, std::string_view word, Found* found) {
  const auto add = [&](std::string_view text, std::string_view note = "") {
    if (text.starts_with(word)) found->insert({std::string(text), std::string(note)});
  };
  switch (kind) {
    case Argument::kMode:
      for (const ModeInfo& m : AllModes()) add(m.name, m.help);
      break;
    case Argument::kCommand: AddCommands(word, "", found); break;
    case Argument::kTable:
      if (!session->is_open()) break;
      for (const std::string& t : session->database()->TableNames()) add(t);
      break;
    case Argument::kOnOff:
      add("on");
      add("off");
      break;
    case Argument::kPath:
      if (!session->is_open()) break;
      for (const std::string& t : session->database()->TableNames()) {
        for (const std::string& path : session->database()->AttributePaths(t)) add(path);
      }
      break;
    case Argument::kVariable:
      for (const auto& [name, value] : session->variables) add(name);
      break;
    case Argument::kFile: AddFiles(word, found); break;
    case Argument::kNone: break;
  }
}

Found CompleteCommand(Session* session, std::string_view before, size_t* word_length) {
  Found found;
  const size_t first = before.find('.');
  const size_t space = before.find_last_of(" \t");
  if (space == std::string_view::npos || space < first) {
    *word_length = before.size() - first;
    AddCommands(before.substr(first + 1), ".", &found);
    return found;
  }
  const std::string_view word = before.substr(space + 1);
  *word_length = word.size();
  const std::string_view name =
      before.substr(first + 1, before.find_first_of(" \t", first) - first - 1);
  if (const DotCommand* command = FindDotCommand(name); command != nullptr) {
    AddArguments(session, command->completes, word, &found);
  }
  return found;
}

// ---- Statements -----------------------------------------------------------------------------

class StatementCompletion {
 public:
  StatementCompletion(Session* session, std::string_view statement)
      : session_(session), statement_(statement) {}

  Found Run(size_t* word_length) {
    const std::vector<Token> tokens = Tokenize(statement_);
    const Token* last = tokens.empty() ? nullptr : &tokens.back();
    if (last != nullptr && !last->closed) {
      if (last->kind == Token::Kind::kString) {
        word_ = statement_.substr(last->begin + 1);
        *word_length = word_.size();
        AddFiles(word_, &found_);
      }
      return found_;
    }
    if (last != nullptr && last->kind == Token::Kind::kComment && last->end == statement_.size()) {
      return found_;
    }
    size_t start = statement_.size();
    while (start > 0 && (WordCharacter(statement_[start - 1]) || statement_[start - 1] == '.')) {
      --start;
    }
    word_ = statement_.substr(start);
    *word_length = word_.size();
    if (start > 0 && statement_[start - 1] == ':') {
      AddVariables();
      return found_;
    }
    const Continuation next = WhatMayFollow(statement_.substr(0, start));
    const StatementNames names(statement_, tokens, session_->database());
    if (next.table || next.source) AddTables(names, next.source);
    if (next.name) AddAttributes(names);
    if (next.setting) AddSettings();
    if (word_.empty() && (next.table || next.setting)) return found_;
    if (next.function && !word_.empty()) AddFunctions();
    AddKeywords(next);
    return found_;
  }

 private:
  void Add(std::string text, std::string note = "") {
    if (text.starts_with(word_)) found_.insert({std::move(text), std::move(note)});
  }

  void AddVariables() {
    for (const auto& [name, value] : session_->variables) Add(name);
  }

  void AddTables(const StatementNames& names, bool paths) {
    Database* database = session_->database();
    for (const std::string& table : database->TableNames()) {
      Add(table, "table");
      for (const std::string& index : database->IndexNames(table)) {
        if (paths && !word_.empty()) Add(table + "." + index, "index");
      }
    }
    if (!paths) return;
    // FROM songs AS s, s.credits
    for (const auto& [variable, table] : names.tables()) {
      if (!word_.starts_with(variable + ".")) continue;
      for (const std::string& path : names.Attributes(table)) Add(variable + "." + path);
    }
  }

  void AddAttributes(const StatementNames& names) {
    for (const std::string& variable : names.variables()) Add(variable, "variable");
    for (const auto& [variable, table] : names.tables()) {
      const bool qualified = word_.starts_with(variable + ".");
      for (const std::string& path : names.Attributes(table)) {
        // Nested attributes only when their beginning is there.
        const std::string full = qualified ? variable + "." + path : path;
        if (full.find('.', word_.size()) == std::string::npos) Add(full, "attribute");
      }
      if (variable != table) Add(variable, "variable");
    }
  }

  void AddSettings() {
    for (const SettingDescription& s : SettingList()) {
      if (!s.name.starts_with("rule_") || word_.starts_with("rule")) {
        Add(s.name, fmt::format("{}. {}", s.values, s.doc));
      }
    }
  }

  // In the case in which the word was begun.
  std::string InCase(std::string text) const {
    if (word_.empty() || std::islower(static_cast<unsigned char>(word_[0])) == 0) return text;
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }

  void AddKeywords(const Continuation& next) {
    for (const std::string& k : next.keywords) {
      const bool function = found_.contains({InCase(k) + "(", ""});
      if (StartsWithWord(k, word_) && !function) found_.insert({InCase(k), ""});
    }
  }

  void AddFunctions() {
    for (const FunctionInfo& f : FunctionList()) {
      if (StartsWithWord(f.name, word_)) found_.insert({InCase(f.name) + "(", f.signature});
    }
  }

  Session* session_;
  std::string_view statement_;
  std::string_view word_;
  Found found_;
};

}  // namespace

std::vector<Candidate> Complete(Session* session, std::string_view before, size_t* word_length) {
  *word_length = 0;
  const size_t first = before.find_first_not_of(" \t");
  Found found;
  if (first != std::string_view::npos && before[first] == '.') {
    found = CompleteCommand(session, before, word_length);
  } else if (session->is_open()) {
    // Only the statement that the cursor is in.
    const std::vector<ScriptStatement> statements = SplitScript(before);
    std::string_view last;
    if (!statements.empty() && !statements.back().terminated) {
      last = before.substr(statements.back().span.offset);
    }
    found = StatementCompletion(session, last).Run(word_length);
  }
  return {found.begin(), found.end()};
}

}  // namespace parton::shell

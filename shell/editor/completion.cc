#include "shell/editor/completion.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "parton/language.h"
#include "parton/script.h"
#include "parton/text.h"
#include "shell/commands/dot_commands.h"
#include "shell/commands/statement_help.h"
#include "shell/commands/statement_names.h"

namespace parton::shell {

namespace {

using Found = std::set<Candidate>;

std::string Quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

bool WordCharacter(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || c == '$' || u >= 0x80;
}

void AddFiles(std::string_view word, Found* found) {
  const size_t slash = word.rfind('/');
  const std::string folder = slash == std::string_view::npos ? "" : std::string(word.substr(0, slash + 1));
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

// `name` as it may stand in a statement.
std::string AsName(const std::string& name) {
  const std::vector<Token> tokens = Tokenize(name);
  const bool plain = tokens.size() == 1 && tokens[0].kind == Token::Kind::kName && tokens[0].end == name.size();
  return plain ? name : Quoted(name);
}

// "address.city name" as address."city name". Behind a dot every word may stand.
std::string AsPath(const std::string& path) {
  std::string out;
  for (size_t start = 0; start <= path.size();) {
    const size_t dot = std::min(path.find('.', start), path.size());
    const std::string step = path.substr(start, dot - start);
    const bool word = !step.empty() && std::all_of(step.begin(), step.end(), WordCharacter) &&
                      std::isdigit(static_cast<unsigned char>(step[0])) == 0;
    out += start == 0 ? AsName(step) : word ? "." + step : "." + Quoted(step);
    start = dot + 1;
  }
  return out;
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
    case Argument::kCommand:
      AddCommands(word, "", found);
      for (const StatementHelp& s : AllStatements()) {
        if (!word.empty() && StartsWithWord(s.name, word)) found->insert({std::string(s.name), std::string(s.help)});
      }
      for (const char* topic : {"statements", "keys", "modes", "settings", "functions"}) add(topic);
      break;
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
  const std::string_view name = before.substr(first + 1, before.find_first_of(" \t", first) - first - 1);
  if (const DotCommand* command = FindDotCommand(name); command != nullptr) {
    const std::string_view words = before.substr(first + 1, space - first);
    const bool second = words.find_first_not_of(" \t", name.size()) != std::string_view::npos;
    // .import FILE TABLE
    const Argument wanted = second && command->name == "import" ? Argument::kTable : command->completes;
    AddArguments(session, wanted, word, &found);
  }
  return found;
}

// ---- Statements -----------------------------------------------------------------------------

class StatementCompletion {
 public:
  // `statement` up to the cursor; `whole`: with what follows.
  StatementCompletion(Session* session, std::string_view statement, std::string_view whole)
      : session_(session), statement_(statement), whole_(whole) {}

  Found Run(size_t* word_length) {
    const std::vector<Token> tokens = Tokenize(statement_);
    const Token* last = tokens.empty() ? nullptr : &tokens.back();
    if (last != nullptr && last->kind == Token::Kind::kComment && last->end == statement_.size()) {
      return found_;
    }
    size_t start = statement_.size();
    if (last != nullptr && !last->closed) {
      if (last->kind == Token::Kind::kString && NamesFile(tokens)) {
        word_ = statement_.substr(last->begin + 1);
        *word_length = word_.size();
        AddFiles(word_, &found_);
      }
      if (last->kind != Token::Kind::kQuotedName) return found_;
      start = last->begin;
    }
    while (start > 0 && (WordCharacter(statement_[start - 1]) || statement_[start - 1] == '.')) {
      --start;
    }
    word_ = statement_.substr(start);
    *word_length = word_.size();
    if (start > 0 && statement_[start - 1] == ':') {
      AddVariables();
      return found_;
    }
    if (AddSettingValues(tokens)) return found_;
    const Continuation next = WhatMayFollow(statement_.substr(0, start));
    const StatementNames names(whole_, Tokenize(whole_), session_->database());
    Collect(next, names);
    if (found_.empty() && !word_.empty()) {
      any_case_ = true;
      Collect(next, names);
    }
    return found_;
  }

 private:
  void Collect(const Continuation& next, const StatementNames& names) {
    if (next.table || next.source) AddTables(names, next.source);
    if (next.name) AddAttributes(names);
    if (next.setting) AddSettings();
    if (word_.empty() && (next.table || next.setting)) return;
    if (next.function && !word_.empty()) AddFunctions();
    AddKeywords(next);
  }

  // Whether a string at the end of these tokens is the name of a file.
  bool NamesFile(const std::vector<Token>& tokens) const {
    const auto is = [&](size_t i, std::initializer_list<std::string_view> words) {
      return std::any_of(words.begin(), words.end(), [&](std::string_view w) {
        return EqualsIgnoreCase(statement_.substr(tokens[i].begin, tokens[i].end - tokens[i].begin), w);
      });
    };
    const size_t at = tokens.size() - 1;
    if (at >= 2 && is(at - 1, {"("}) && is(at - 2, {"csv", "json", "jsonl", "ddbjson"})) return true;
    return is(0, {"COPY", "IMPORT", "BACKUP", "RESTORE", "ADVISE", "ATTACH"});
  }

  // SET name = value
  bool AddSettingValues(const std::vector<Token>& tokens) {
    const size_t size = tokens.size() - (word_.empty() ? 0 : 1);
    if (tokens.size() < 3 || size != 3 || !IsKeyword(statement_, tokens[0], "SET") ||
        !IsSymbol(statement_, tokens[2], "=")) {
      return false;
    }
    for (const SettingDescription& s : SettingList()) {
      if (!EqualsIgnoreCase(s.name, NameOf(statement_, tokens[1])) || s.values.find('|') == std::string::npos) continue;
      for (std::string_view rest = s.values; !rest.empty();) {
        std::string_view value = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(value.size() + 1, rest.size()));
        while (value.ends_with(' ')) value.remove_suffix(1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        Add(std::string(value));
      }
    }
    return true;
  }

  bool Begins(std::string_view text) const { return any_case_ ? StartsWithWord(text, word_) : text.starts_with(word_); }
  void Add(std::string text, std::string note = "") {
    if (Begins(text)) found_.insert({std::move(text), std::move(note)});
  }
  // `name` as it is written in the database, `text` as it may stand in the statement.
  void AddName(const std::string& name, std::string text, std::string note = "") {
    const bool quoted = word_.starts_with('"');
    if (quoted && !text.starts_with('"')) text = Quoted(text);
    if (Begins(text) || (!quoted && Begins(name))) found_.insert({std::move(text), std::move(note)});
  }

  void AddVariables() {
    for (const auto& [name, value] : session_->variables) Add(name);
  }

  void AddTables(const StatementNames& names, bool paths) {
    Database* database = session_->database();
    for (const std::string& table : database->TableNames()) {
      AddName(table, AsName(table), "table");
      for (const std::string& index : database->IndexNames(table)) {
        if (paths && !word_.empty()) AddName(table + "." + index, AsName(table) + "." + AsName(index), "index");
      }
    }
    if (!paths) return;
    // FROM songs AS s, s.credits
    for (const auto& [variable, table] : names.tables()) {
      if (!word_.starts_with(variable + ".")) continue;
      for (const std::string& path : names.Attributes(table))
        AddName(variable + "." + path, variable + "." + AsPath(path));
    }
  }

  void AddAttributes(const StatementNames& names) {
    for (const std::string& variable : names.variables()) Add(variable, "variable");
    for (const auto& [variable, table] : names.tables()) {
      const bool qualified = word_.starts_with(variable + ".");
      AddPaths(names.Attributes(table), qualified ? variable + "." : "");
      if (variable != table) Add(variable, "variable");
    }
    if (!names.tables().empty() || word_.empty()) return;
    // The FROM is still to come.
    for (const std::string& table : session_->database()->TableNames()) {
      AddPaths(session_->database()->AttributePaths(table), "");
    }
  }

  // Nested attributes only when their beginning is there.
  void AddPaths(const std::vector<std::string>& paths, const std::string& before) {
    for (const std::string& path : paths) {
      const std::string full = before + path;
      if (full.find('.', word_.size()) == std::string::npos) AddName(full, before + AsPath(path), "attribute");
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
  std::string InCase(const std::string& text) const {
    if (word_.empty() || std::islower(static_cast<unsigned char>(word_[0])) == 0) return text;
    return AsciiLower(text);
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
  std::string_view whole_;
  std::string_view word_;
  bool any_case_ = false;  // nothing began as the word is written
  Found found_;
};

}  // namespace

std::vector<Candidate> Complete(Session* session, std::string_view text, size_t cursor, size_t* word_length) {
  *word_length = 0;
  const std::string_view before = text.substr(0, cursor);
  const size_t first = before.find_first_not_of(" \t");
  Found found;
  if (first != std::string_view::npos && before[first] == '.') {
    found = CompleteCommand(session, before, word_length);
  } else if (session->is_open()) {
    // Only the statement that the cursor is in.
    const std::vector<ScriptStatement> statements = SplitScript(before);
    std::string_view last;
    std::string_view whole;
    if (!statements.empty() && !statements.back().terminated) {
      const size_t start = statements.back().span.offset;
      last = before.substr(start);
      const std::vector<ScriptStatement> from_here = SplitScript(text.substr(start));
      whole = from_here.empty() ? last : from_here[0].text;
    }
    found = StatementCompletion(session, last, whole).Run(word_length);
  }
  return {found.begin(), found.end()};
}

}  // namespace parton::shell

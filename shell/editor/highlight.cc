#include "shell/editor/highlight.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "parton/language.h"
#include "parton/text.h"
#include "shell/commands/dot_commands.h"
#include "shell/commands/statement_names.h"

namespace parton::shell {

namespace {

constexpr size_t kMostBytes = 200'000;  // beyond that typing would feel it

const std::set<std::string>& FunctionNames() {
  static const auto* names = [] {
    auto* all = new std::set<std::string>;
    for (const FunctionInfo& f : FunctionList()) all->insert(f.name);
    for (const std::string& name : TableFunctionNames()) all->insert(AsciiUpper(name));
    return all;
  }();
  return *names;
}

class Highlighter {
 public:
  Highlighter(std::string_view text, size_t cursor, Database* database)
      : text_(text),
        cursor_(cursor),
        database_(database),
        tokens_(Tokenize(text)),
        styles_(text.size(), Style::kPlain) {}

  std::vector<Style> Run() {
    if (text_.find_first_not_of(' ') != std::string_view::npos && text_[text_.find_first_not_of(' ')] == '.') {
      MarkDotCommand();
      return styles_;
    }
    for (const Token& t : tokens_) Set(t, Plain(t));
    if (database_ != nullptr) MarkNames();
    MarkBrackets();
    return styles_;
  }

 private:
  static Style Plain(const Token& t) {
    switch (t.kind) {
      case Token::Kind::kKeyword: return Style::kKeyword;
      case Token::Kind::kString:
      case Token::Kind::kIon: return Style::kString;
      case Token::Kind::kNumber: return Style::kNumber;
      case Token::Kind::kComment: return Style::kComment;
      case Token::Kind::kOther: return Style::kUnknown;
      default: return Style::kPlain;
    }
  }

  void Set(const Token& t, Style style) {
    std::fill(styles_.begin() + static_cast<long>(t.begin), styles_.begin() + static_cast<long>(t.end), style);
  }

  void MarkDotCommand() {
    const size_t dot = text_.find('.');
    const size_t end = std::min(text_.find_first_of(" \t", dot), text_.size());
    const std::string_view name = text_.substr(dot + 1, end - dot - 1);
    const auto& all = AllDotCommands();
    const bool known =
        std::any_of(all.begin(), all.end(), [&](const DotCommand& c) { return c.name.starts_with(name); });
    std::fill(styles_.begin() + static_cast<long>(dot), styles_.begin() + static_cast<long>(end),
              known ? Style::kKeyword : Style::kUnknown);
  }

  bool At(size_t i, std::string_view symbol) const { return i < tokens_.size() && IsSymbol(text_, tokens_[i], symbol); }
  bool Word(size_t i, std::initializer_list<std::string_view> words) const {
    return i < tokens_.size() &&
           std::any_of(words.begin(), words.end(), [&](std::string_view w) { return IsKeyword(text_, tokens_[i], w); });
  }

  void MarkNames() {
    // Statements that make names do not only use known ones.
    if (!tokens_.empty() && Word(0, {"CREATE", "DROP", "ALTER", "SET", "SHOW", "COPY", "IMPORT", "BACKUP", "RESTORE",
                                     "ATTACH", "INSERT", "REPLACE", "UPSERT", "SAVEPOINT", "RELEASE", "ROLLBACK"})) {
      return;
    }
    const StatementNames names(text_, tokens_, database_);
    const std::vector<std::string> tables = database_->TableNames();
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const Token& t = tokens_[i];
      if (t.kind != Token::Kind::kName) continue;
      const std::string name = NameOf(text_, t);
      if (At(i + 1, "(")) {
        const bool known = FunctionNames().contains(AsciiUpper(name));
        Set(t, known ? Style::kFunction : Style::kUnknown);
      } else if (IsUnknown(names, tables, i, name)) {
        Set(t, Style::kUnknown);
      }
    }
  }

  bool IsUnknown(const StatementNames& names, const std::vector<std::string>& tables, size_t i,
                 const std::string& name) const {
    const bool typing = cursor_ == tokens_[i].end;
    if (i > 0 && (At(i - 1, ":") || At(i - 1, "@"))) return false;
    // Types, formats and options are names too.
    if (i > 0 && Word(i - 1, {"IS", "NOT", "FORMAT", "CAPACITY"})) return false;
    if (i > 1 && At(i - 1, "(") && Word(i - 2, {"WITH"})) return false;
    if (names.variables().contains(name) || names.tables().contains(name)) return false;
    const auto begins = [&](const auto& all) {
      return std::any_of(all.begin(), all.end(), [&](const auto& known) { return StartsWithWord(known, name); });
    };
    const bool wants_table = i > 0 && Word(i - 1, {"FROM", "UPDATE", "JOIN", "DESCRIBE"});
    if (wants_table) {
      if (std::find(tables.begin(), tables.end(), name) != tables.end()) return false;
      return !(typing && (begins(tables) || begins(FunctionNames())));
    }
    if (i > 0 && At(i - 1, ".") && IsIndex(names, i, name)) return false;
    if (!names.knows_attributes() || names.IsAttribute(name)) return false;
    if (typing && (names.BeginsAttribute(name) || begins(FunctionNames()) || begins(tables) ||
                   begins(names.variables()) || BeginsKeyword(i, name))) {
      return false;
    }
    return true;
  }

  bool IsIndex(const StatementNames& names, size_t i, const std::string& name) const {
    if (i < 2) return false;
    const auto table = names.tables().find(NameOf(text_, tokens_[i - 2]));
    if (table == names.tables().end()) return false;
    const std::vector<std::string> indexes = database_->IndexNames(table->second);
    const bool typing = cursor_ == tokens_[i].end;
    return std::any_of(indexes.begin(), indexes.end(),
                       [&](const std::string& index) { return index == name || (typing && index.starts_with(name)); });
  }

  bool BeginsKeyword(size_t i, const std::string& name) const {
    const Continuation next = WhatMayFollow(text_.substr(0, tokens_[i].begin));
    return std::any_of(next.keywords.begin(), next.keywords.end(),
                       [&](const std::string& k) { return StartsWithWord(k, name); });
  }

  // The bracket under the cursor, or else the one before it, with its other half.
  void MarkBrackets() {
    if (cursor_ == std::string_view::npos) return;
    const auto pairs = BracketPairs();
    for (const bool under : {true, false}) {
      for (const auto& [first, second] : pairs) {
        const auto touches = [&](const Token* t) { return cursor_ == (under ? t->begin : t->end); };
        if (!touches(first) && !touches(second)) continue;
        Set(*first, Style::kBracket);
        Set(*second, Style::kBracket);
        return;
      }
    }
  }

  std::vector<std::pair<const Token*, const Token*>> BracketPairs() const {
    static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
        {"(", ")"}, {"[", "]"}, {"{", "}"}, {"<<", ">>"}};
    std::vector<std::pair<const Token*, const Token*>> pairs;
    std::vector<size_t> open;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      for (const auto& [opens, closes] : kKinds) {
        if (At(i, opens)) open.push_back(i);
        if (!At(i, closes)) continue;
        while (!open.empty() && !At(open.back(), opens)) open.pop_back();
        if (open.empty()) continue;
        pairs.emplace_back(&tokens_[open.back()], &tokens_[i]);
        open.pop_back();
      }
    }
    return pairs;
  }

  std::string_view text_;
  size_t cursor_;
  Database* database_;
  std::vector<Token> tokens_;
  std::vector<Style> styles_;
};

}  // namespace

std::vector<Style> Highlight(std::string_view text, size_t cursor, Database* database) {
  if (text.size() > kMostBytes) return std::vector<Style>(text.size(), Style::kPlain);
  return Highlighter(text, cursor, database).Run();
}

}  // namespace parton::shell

#include "shell/commands/statement_names.h"

#include <algorithm>

#include "parton/text.h"

namespace parton::shell {

bool StartsWithWord(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && EqualsIgnoreCase(text.substr(0, prefix.size()), prefix);
}

bool IsName(const Token& token) { return token.kind == Token::Kind::kName || token.kind == Token::Kind::kQuotedName; }

bool IsSymbol(std::string_view text, const Token& token, std::string_view symbol) {
  return token.kind == Token::Kind::kSymbol && text.substr(token.begin, token.end - token.begin) == symbol;
}

bool IsKeyword(std::string_view text, const Token& token, std::string_view upper) {
  return token.kind == Token::Kind::kKeyword &&
         EqualsIgnoreCase(text.substr(token.begin, token.end - token.begin), upper);
}

std::string NameOf(std::string_view text, const Token& token) {
  std::string name(text.substr(token.begin, token.end - token.begin));
  if (token.kind != Token::Kind::kQuotedName) return name;
  name.erase(0, 1);
  if (token.closed && !name.empty()) name.pop_back();
  return name;
}

StatementNames::StatementNames(std::string_view text, const std::vector<Token>& tokens, Database* database) {
  FindTables(text, tokens, database != nullptr ? database->TableNames() : std::vector<std::string>());
  for (const auto& [variable, table] : tables_) {
    if (attributes_.contains(table)) continue;
    std::vector<std::string>& paths = attributes_[table] = database->AttributePaths(table);
    for (const std::string& path : paths) {
      for (size_t start = 0; start < path.size();) {
        const size_t dot = std::min(path.find('.', start), path.size());
        steps_.insert(path.substr(start, dot - start));
        start = dot + 1;
      }
    }
  }
}

void StatementNames::FindTables(std::string_view text, const std::vector<Token>& tokens,
                                const std::vector<std::string>& known) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!IsName(tokens[i])) continue;
    const std::string name = NameOf(text, tokens[i]);
    const bool after_value =
        i > 0 && (IsName(tokens[i - 1]) || IsSymbol(text, tokens[i - 1], ")") || IsSymbol(text, tokens[i - 1], "]") ||
                  IsSymbol(text, tokens[i - 1], ">>") || IsSymbol(text, tokens[i - 1], "}"));
    const bool after_as = i > 0 && (IsKeyword(text, tokens[i - 1], "AS") || IsKeyword(text, tokens[i - 1], "AT"));
    const bool before_as = i + 1 < tokens.size() && IsKeyword(text, tokens[i + 1], "AS") && i + 2 < tokens.size() &&
                           IsSymbol(text, tokens[i + 2], "(");
    if (after_value || after_as || before_as) {
      variables_.insert(name);
      continue;
    }
    if (i > 0 && IsSymbol(text, tokens[i - 1], ".")) continue;
    if (std::find(known.begin(), known.end(), name) == known.end()) continue;
    // songs AS s, songs s, songs.by_genre AS s
    size_t next = i + 1;
    while (next + 1 < tokens.size() && IsSymbol(text, tokens[next], ".")) next += 2;
    if (next < tokens.size() && IsKeyword(text, tokens[next], "AS")) ++next;
    if (next < tokens.size() && IsName(tokens[next])) tables_[NameOf(text, tokens[next])] = name;
    tables_[name] = name;
  }
}

const std::vector<std::string>& StatementNames::Attributes(const std::string& table) const {
  static const std::vector<std::string> kNone;
  const auto found = attributes_.find(table);
  return found == attributes_.end() ? kNone : found->second;
}

bool StatementNames::BeginsAttribute(std::string_view start) const {
  const auto at = steps_.lower_bound(std::string(start));
  return at != steps_.end() && at->starts_with(start);
}

}  // namespace parton::shell

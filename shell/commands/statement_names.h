// Resolves the names in a statement being typed: tables, their attributes, and variables of the statement. For
// completion and highlighting; never fails.
#ifndef PARTON_SHELL_COMMANDS_STATEMENT_NAMES_H_
#define PARTON_SHELL_COMMANDS_STATEMENT_NAMES_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parton/database.h"
#include "parton/language.h"
#include "parton/text.h"

namespace parton::shell {

class StatementNames {
 public:
  // `database` may be null.
  StatementNames(std::string_view text, const std::vector<Token>& tokens, Database* database);

  // Tables of the database that the statement names, by the variable that stands for them (an alias
  // or the table's own name).
  const std::map<std::string, std::string>& tables() const { return tables_; }
  // Names introduced by AS, by a name right after a value, and by WITH.
  const std::set<std::string>& variables() const { return variables_; }
  // Paths of attributes of a table, "address.city"; from a sample.
  const std::vector<std::string>& Attributes(const std::string& table) const;
  // Whether an attribute (or a step of a nested one) of some table here has this name, or begins
  // with it.
  bool IsAttribute(std::string_view name) const { return steps_.contains(std::string(name)); }
  bool BeginsAttribute(std::string_view start) const;
  // False where nothing is known about attributes: then none of them is wrong.
  bool knows_attributes() const { return !steps_.empty(); }

 private:
  void FindTables(std::string_view text, const std::vector<Token>& tokens, const std::vector<std::string>& known);

  std::map<std::string, std::string> tables_;
  std::set<std::string> variables_;
  std::map<std::string, std::vector<std::string>> attributes_;
  std::set<std::string> steps_;
};

// The name of a name token, without quotes.
std::string NameOf(std::string_view text, const Token& token);
bool IsName(const Token& token);
bool IsSymbol(std::string_view text, const Token& token, std::string_view symbol);
bool IsKeyword(std::string_view text, const Token& token, std::string_view upper);
bool StartsWithWord(std::string_view text, std::string_view prefix);  // any case

}  // namespace parton::shell

#endif  // PARTON_SHELL_COMMANDS_STATEMENT_NAMES_H_

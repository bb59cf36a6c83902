// The variables in sight, and what names mean beside them. For the binder only.
//
// A Scope holds the variables one query block (or part of it) introduces and points to the scope around it. A block's
// FROM variables are in its `from` scope; with GROUP BY a second scope with the keys stands before it, and ORDER BY
// sees a third one with the aliases of the select list.
#ifndef PARTON_PLANNER_BINDER_BINDER_SCOPES_H_
#define PARTON_PLANNER_BINDER_BINDER_SCOPES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast.h"
#include "parton/status.h"
#include "parton/text.h"
#include "planner/plan/plan.h"
#include "planner/planner.h"
#include "types/expr/expr.h"

namespace parton::binder {

struct Variable {
  enum class Kind : uint8_t {
    kRow,       // ranges over rows: unqualified names may be its attributes
    kPosition,  // AT, BY
    kKey,       // GROUP BY key, GROUP AS
    kLet,
    kAlias,   // of the select list, in ORDER BY
    kMerged,  // a column of JOIN ... USING
  };
  std::string name;       // empty: it cannot be named
  std::string also_name;  // FROM t.index: the table's name means the row too; else empty
  // The one table of a statement, without AS: its name alone is an attribute's (SELECT votes FROM votes).
  bool implied_name = false;
  Kind kind = Kind::kRow;
  ExprPtr value;  // a Slot but for aliases
  // Read from a table: attribute names match exactly.
  bool stored = false;
  // Certainly a tuple: `SELECT *` may give it as it is.
  bool tuple = false;
  // Its attributes are `columns` and no others.
  bool closed = false;
  std::vector<std::string> columns;
  // On the null-supplying side of an outer join: NULL where nothing was found, as are its attributes.
  bool nullable = false;
  // Attributes that USING made columns of the join: `SELECT *` has those instead.
  std::vector<ast::Identifier> merged;
  int join = 0;                        // kMerged: of which join, counted from 1
  TablePtr table;                      // if it is a row of one
  const IndexSchema* index = nullptr;  // FROM t.index: the one of `table` that is read
  ExprPtr constant;                    // ranges over this literal, if it does: its rows' attributes are there to see
};

struct Scope {
  const Scope* outer = nullptr;
  std::vector<Variable> variables;
};

// A name that was found.
struct Resolved {
  ExprPtr value;
  bool stored = false;
  bool nullable = false;  // as Variable's
};

class Scopes {
 public:
  // The variable of that name; `skip_aliases`: none of the select list or of USING. Null: there is none.
  const Variable* Find(const ast::Identifier& name, bool skip_aliases = false) const;
  // `v` as a variable, or as a known column of one. nullopt: it is neither; *may_be_attribute is set where a variable
  // has the name, but only as its table's.
  Result<std::optional<Resolved>> Resolve(const ast::Variable& v, bool path_root, bool* may_be_attribute) const;
  // The name as an attribute of the one row whose attributes are not all known. nullopt: there is no such row. Error:
  // there are several of them in one scope.
  Result<std::optional<Resolved>> FindAttribute(const ast::Identifier& name) const;
  // Names of variables and of their columns.
  void AddNames(std::vector<std::string>* out) const;

  const Scope* top = nullptr;  // the innermost one
};

// Global variables and tables.
class Outside {
 public:
  // Outlived by `input`.
  explicit Outside(const PlannerInput& input) : input_(input) {}

  // Null: there is none.
  const Value* FindGlobal(const ast::Identifier& name) const;
  TablePtr FindTable(const ast::Identifier& name) const;
  // A table of a database that is attached: prod.songs.
  TablePtr FindAttached(const ast::Identifier& database, const ast::Identifier& name) const;
  bool HasDatabase(const ast::Identifier& name) const;
  void AddNames(std::vector<std::string>* out) const;

 private:
  const PlannerInput& input_;
};

ExprPtr SlotRef(int slot, std::string_view name, TextSpan span = {});
// row.name
ExprPtr AttributeExpr(const Variable& row, const ast::Identifier& name);
// Whether USING made the column one of the join.
bool IsMerged(const Variable& row, const std::string& column);

// How names are compared: quoted ones exactly.
bool SameName(std::string_view known, const ast::Identifier& written);
// A table of an attached database, as one name.
ast::Identifier Joined(const ast::Identifier& database, const ast::Identifier& table);
bool Written(const ast::Identifier& name);  // "" in quotes is a name too

}  // namespace parton::binder

#endif  // PARTON_PLANNER_BINDER_BINDER_SCOPES_H_

// From a parsed statement to what the executor runs: bind names, then apply the rules in order.
#ifndef PARTON_PLANNER_PLANNER_H_
#define PARTON_PLANNER_PLANNER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/ast.h"
#include "parton/status.h"
#include "planner/plan/plan.h"
#include "planner/plan/plan_facts.h"
#include "planner/settings.h"
#include "storage/table_store.h"

namespace parton {

class ProgramFunctions;  // types/functions/program_functions.h

// What names may mean beside tables. Outlives the planning call.
struct PlannerInput {
  TableStore* store = nullptr;  // may be null: no tables (pure expressions)
  const Settings* settings = nullptr;
  std::string_view text;  // the statement's, for PlannedStatement::kept_text
  // Functions beside those that all databases have; null: none. They outlive the plan, too.
  const ProgramFunctions* functions = nullptr;
  // Global variables with values (conformance environments, variables of an embedding program, a
  // trigger's `records`). Looked up before tables. Values are put into the plan as literals.
  const std::map<std::string, Value>* globals = nullptr;
  // Set where the error is that WHERE does not name one item by its key, or by values of other types than the key's.
  // Null: nobody asks.
  bool* key_condition_failed = nullptr;
};

// EXPLAIN of a planned statement.
struct PlannedStatement;
struct ExplainPlan {
  bool analyze = false;
  enum class Format : uint8_t { kText, kJson, kApi, kCli } format = Format::kText;
  std::shared_ptr<const PlannedStatement> statement;
};

// Statements without a plan keep their syntax: DDL, SET, SHOW, BEGIN, COPY, ...
struct CommandPlan {
  std::shared_ptr<const ast::Statement> statement;
};

struct PlannedStatement {
  std::variant<QueryPtr, std::shared_ptr<const WritePlan>, ExplainPlan, CommandPlan> body;
  int slot_count = 0;
  int parameter_count = 0;
  std::vector<std::string> parameter_names;  // "" for `?`
  uint64_t schema_version = 0;               // TableStore::SchemaVersion when it was planned
  std::vector<std::string> notices;          // "scans the whole table t", ...
  bool read_only = true;
  // The planner would have decided otherwise, or might have, had it known the values of parameters.
  bool depends_on_values = false;
  PlanFacts facts;                                            // of a query or a write
  ast::ReturnCapacity capacity = ast::ReturnCapacity::kNone;  // RETURN CONSUMED CAPACITY
  // WITH (cache = ...): whether answers that were kept serve it, and how old they may be at most. Unsaid: as the
  // settings of the connection say.
  std::optional<bool> cache;
  std::optional<int64_t> cache_age_ms;
  std::string kept_text;  // facts.can_be_kept: the statement's; else empty
};

// Errors: unknown names (with the nearest one as hint), static type errors (strict typing),
// statements the dialect in force does not have, a scan that SET scan = deny forbids (naming the
// index that would help).
Result<std::shared_ptr<const PlannedStatement>> PlanStatement(std::shared_ptr<const ast::Statement> statement,
                                                              const PlannerInput& input);

// The same for a query inside of a statement that stays a command: COPY (query) TO. `statement`
// owns `query`.
Result<std::shared_ptr<const PlannedStatement>> PlanQuery(const ast::Query& query, const ast::Statement& statement,
                                                          const PlannerInput& input);

}  // namespace parton

#endif  // PARTON_PLANNER_PLANNER_H_

#include "session/compile.h"

#include <memory>
#include <utility>
#include <variant>

#include "parser/parser.h"
#include "planner/dynamo/dynamo_dialect.h"

namespace parton {

namespace {

// Longer texts are seldom seen twice.
constexpr size_t kMaxCachedText = 16 << 10;

Result<PlannedPtr> PlanParsed(ast::Statement statement, std::string_view text, const Settings& settings,
                              TableStore* store, const ProgramFunctions* functions, bool* key_condition_failed) {
  PlannerInput input;
  input.store = store;
  input.settings = &settings;
  input.text = text;
  input.functions = functions;
  input.key_condition_failed = key_condition_failed;
  return PlanStatement(std::make_shared<const ast::Statement>(std::move(statement)), input);
}

}  // namespace

Result<PlannedPtr> Compile(std::string_view text, const Settings& settings, TableStore* store,
                           const ProgramFunctions* functions, bool* key_condition_failed) {
  Result<ast::Statement> parsed = ParseStatement(text);
  if (!parsed.ok()) {
    const bool dynamo = settings.dialect == Dialect::kDynamo;
    return dynamo ? InDynamoWords(std::move(parsed).status(), text) : std::move(parsed).status();
  }
  return PlanParsed(std::move(*parsed), text, settings, store, functions, key_condition_failed);
}

Result<PlannedPtr> CompileParsed(std::string_view key, const std::function<Result<ast::Statement>()>& parse,
                                 const Settings& settings, TableStore* store, const ProgramFunctions* functions,
                                 PlanCache* cache) {
  if (PlannedPtr plan = cache->Find(key, store->SchemaVersion())) return plan;
  PARTON_ASSIGN_OR_RETURN(ast::Statement statement, parse());
  PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, PlanParsed(std::move(statement), "", settings, store, functions, nullptr));
  if (key.size() <= kMaxCachedText) cache->Insert(key, plan);
  return plan;
}

Result<PlannedPtr> CompileCached(std::string_view text, const Settings& settings, std::string_view settings_key,
                                 TableStore* store, const ProgramFunctions* functions, PlanCache* cache,
                                 std::string* buffer, bool* key_condition_failed) {
  if (text.size() > kMaxCachedText) return Compile(text, settings, store, functions, key_condition_failed);
  buffer->assign(settings_key);
  *buffer += '\0';
  *buffer += text;
  if (PlannedPtr plan = cache->Find(*buffer, store->SchemaVersion())) return plan;
  PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, Compile(text, settings, store, functions, key_condition_failed));
  if (!std::holds_alternative<CommandPlan>(plan->body)) cache->Insert(*buffer, plan);
  return plan;
}

}  // namespace parton

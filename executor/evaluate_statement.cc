#include "executor/evaluate_statement.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "executor/execution.h"
#include "executor/operator.h"
#include "parser/parser.h"
#include "planner/planner.h"

namespace parton {

Result<Value> EvaluateToValue(std::string_view text, const std::map<std::string, Value>* globals,
                              const Settings& settings) {
  PARTON_ASSIGN_OR_RETURN(ast::Statement parsed, ParseStatement(text));
  PlannerInput input;
  input.settings = &settings;
  input.globals = globals;
  PARTON_ASSIGN_OR_RETURN(
      std::shared_ptr<const PlannedStatement> planned,
      PlanStatement(std::make_shared<const ast::Statement>(std::move(parsed)), input));
  const QueryPtr* query = std::get_if<QueryPtr>(&planned->body);
  if (query == nullptr) return Status::Validation("a query is wanted");
  if (planned->parameter_count > 0) return Status::Validation("the query has parameters");

  const std::vector<Value> parameters;
  std::atomic<bool> cancel{false};
  ExecutionShared shared;
  shared.settings = &settings;
  shared.parameters = &parameters;
  shared.cancel = &cancel;
  std::error_code ignored;
  shared.temp_dir = std::filesystem::temp_directory_path(ignored).string();
  shared.now_nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
  shared.memory.Reset(settings.memory_limit_bytes);
  ExecutionContext ctx(&shared, planned->slot_count);
  QueryRunner runner(**query, ctx);
  Value result = runner.Collect().Own();
  if (ctx.failed()) return ctx.eval.error;
  return result;
}

}  // namespace parton

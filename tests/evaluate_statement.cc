#include "tests/evaluate_statement.h"

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

namespace {

// [NOT] EXISTS (...) alone is a condition check in a transaction; here it is a boolean.
ast::QueryStatement AsQuery(ast::ExistsStatement exists, TextSpan span) {
  auto make = [&](auto node) {
    auto e = std::make_unique<ast::Expr>();
    e->node = std::move(node);
    e->span = span;
    return e;
  };
  ast::Call call;
  call.name = ast::Identifier{"EXISTS", false, span};
  call.args.push_back(make(ast::Subquery{std::move(exists.query)}));
  ast::ExprPtr value = make(std::move(call));
  if (exists.negated) value = make(ast::Not{std::move(value)});
  ast::QueryStatement statement;
  statement.query = std::make_unique<ast::Query>();
  statement.query->body = std::move(value);
  statement.query->span = span;
  return statement;
}

}  // namespace

Result<Value> EvaluateToValue(std::string_view text, const std::map<std::string, Value>* globals,
                              const Settings& settings) {
  PARTON_ASSIGN_OR_RETURN(ast::Statement parsed, ParseStatement(text));
  if (auto* exists = parsed.As<ast::ExistsStatement>()) parsed.node = AsQuery(std::move(*exists), parsed.span);
  PlannerInput input;
  input.settings = &settings;
  input.globals = globals;
  PARTON_ASSIGN_OR_RETURN(std::shared_ptr<const PlannedStatement> planned,
                          PlanStatement(std::make_shared<const ast::Statement>(std::move(parsed)), input));
  const QueryPtr* query = std::get_if<QueryPtr>(&planned->body);
  if (query == nullptr) return Status::Validation("a query is wanted");
  if (planned->parameter_count > 0) return Status::Validation("the query has parameters");

  const std::vector<Value> parameters;
  StatementBounds bounds;
  ExecutionShared shared;
  shared.settings = &settings;
  shared.parameters = &parameters;
  shared.bounds = &bounds;
  std::error_code ignored;
  shared.temp_dir = std::filesystem::temp_directory_path(ignored).string();
  shared.now_nanos =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const FileAccess files;
  shared.files = &files;
  shared.memory.Reset(settings.memory_limit_bytes);
  ExecutionContext ctx(&shared, planned->slot_count);
  QueryRunner runner(**query, ctx);
  Value result = runner.Collect().Own();
  if (ctx.failed()) return ctx.eval.error;
  return result;
}

}  // namespace parton

#include "planner/binder/binder.h"

#include <fmt/format.h>

#include <utility>

#include "planner/binder/binder_internal.h"
#include "planner/binder/binder_write.h"
#include "planner/dynamo/dynamo_dialect.h"

namespace parton {

namespace binder {

namespace {

// Commands that change neither data nor schema.
bool IsReadOnly(const ast::Statement& s) {
  return s.As<ast::Show>() != nullptr || s.As<ast::ShowCreateTable>() != nullptr || s.As<ast::Describe>() != nullptr ||
         s.As<ast::CopyTo>() != nullptr || s.As<ast::CheckDatabase>() != nullptr || s.As<ast::Advise>() != nullptr ||
         s.As<ast::SetOption>() != nullptr || s.As<ast::Begin>() != nullptr || s.As<ast::Explain>() != nullptr ||
         s.As<ast::BackupTo>() != nullptr || s.As<ast::Attach>() != nullptr || s.As<ast::Detach>() != nullptr;
}

}  // namespace

// WITH (cache = on | off | '30s'); a length of time: of nothing older.
Status Binder::BindCache(const ast::Option& option) {
  Settings given;
  if (ApplySetting("cache", option.value, &given).ok()) {
    cache_ = given.cache;
    return Status::Ok();
  }
  if (!ApplySetting("cache_item_ttl", option.value, &given).ok()) {
    return Status::Validation(fmt::format("cache cannot be {}", option.value.ToLiteral()), option.span,
                              "on, off, or how old an answer may be: WITH (cache = '30s')");
  }
  cache_ = true;
  cache_age_ms_ = given.cache_item_ttl_ms;
  return Status::Ok();
}

Status Binder::BindQueryTail(const ast::StatementTail& tail) {
  if (tail.returning.has_value()) {
    return Status::Validation("RETURNING belongs to statements that write", tail.returning->span);
  }
  for (const ast::Option& option : tail.options) {
    if (!EqualsIgnoreCase(option.name.name, "cache")) {
      return Status::Validation(fmt::format("unknown option {}", option.name.name), option.name.span,
                                "WITH (cache = on)");
    }
    PARTON_RETURN_IF_ERROR(BindCache(option));
  }
  capacity_ = tail.capacity;
  if (tail.rate_write.has_value()) {
    return Status::Validation("a query writes nothing: its rate limit has RCU only", {});
  }
  if (tail.rate_read.has_value()) {
    notices_.push_back("RATELIMIT has no effect here");
  }
  return Status::Ok();
}

Result<PlannedStatement> Binder::Finish(const ast::Statement& statement, PlannedStatement planned) {
  planned.slot_count = next_slot_;
  planned.parameter_count = statement.parameter_count;
  planned.parameter_names = statement.parameter_names;
  planned.schema_version = input_.store == nullptr ? 0 : input_.store->SchemaVersion();
  planned.notices = notices_;
  planned.capacity = capacity_;
  planned.cache = cache_;
  planned.cache_age_ms = cache_age_ms_;
  return planned;
}

Result<PlannedStatement> Binder::Statement(const std::shared_ptr<const ast::Statement>& statement) {
  if (dynamo()) PARTON_RETURN_IF_ERROR(CheckDynamoDialect(*statement));
  PlannedStatement planned;
  auto write = [&](Result<WritePlan> plan) -> Status {
    if (!plan.ok()) return std::move(plan).status();
    planned.read_only = plan->kind == WritePlan::Kind::kExistsCheck;
    planned.body = std::make_shared<const WritePlan>(*std::move(plan));
    return Status::Ok();
  };
  if (const auto* query = statement->As<ast::QueryStatement>()) {
    rounds_numerals_ = query->query->BodyAs<ast::ExprPtr>() != nullptr;
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindQuery(*query->query));
    PARTON_RETURN_IF_ERROR(BindQueryTail(query->tail));
    planned.body = std::make_shared<const Query>(std::move(q.query));
  } else if (const auto* insert = statement->As<ast::Insert>()) {
    PARTON_RETURN_IF_ERROR(write(WriteBinder(*this).BindInsert(*insert)));
  } else if (const auto* update = statement->As<ast::Update>()) {
    PARTON_RETURN_IF_ERROR(write(WriteBinder(*this).BindUpdate(*update)));
  } else if (const auto* del = statement->As<ast::Delete>()) {
    PARTON_RETURN_IF_ERROR(write(WriteBinder(*this).BindDelete(*del)));
  } else if (const auto* exists = statement->As<ast::ExistsStatement>()) {
    if (input_.store != nullptr) {
      PARTON_RETURN_IF_ERROR(write(WriteBinder(*this).BindExists(*exists)));
    } else {
      // Without tables there is nothing to check: the boolean.
      PARTON_ASSIGN_OR_RETURN(BoundQuery inner, BindQuery(*exists->query));
      ExprPtr value = MakeSubquery(Expr::Subquery::Kind::kExists, AsRows(std::move(inner)), statement->span);
      if (exists->negated) value = MakeExpr(Expr::Not{std::move(value)}, statement->span);
      Query q;
      q.shape = Query::Shape::kValue;
      q.root = MakePlan(Plan::Once{});
      q.slot = ComputeSlot(value, "", &q.root);
      planned.body = std::make_shared<const Query>(std::move(q));
    }
  } else {
    planned.read_only = IsReadOnly(*statement);
    planned.body = CommandPlan{statement};
  }
  return Finish(*statement, std::move(planned));
}

Result<PlannedStatement> Binder::QueryOnly(const ast::Query& query, const ast::Statement& statement) {
  PlannedStatement planned;
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindQuery(query));
  planned.body = std::make_shared<const Query>(std::move(q.query));
  return Finish(statement, std::move(planned));
}

}  // namespace binder

Result<PlannedStatement> BindStatement(const std::shared_ptr<const ast::Statement>& statement,
                                       const PlannerInput& input) {
  return binder::Binder(input).Statement(statement);
}

Result<PlannedStatement> BindQuery(const ast::Query& query, const ast::Statement& statement,
                                   const PlannerInput& input) {
  return binder::Binder(input).QueryOnly(query, statement);
}

}  // namespace parton

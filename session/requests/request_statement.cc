#include "session/requests/request_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "executor/operator.h"
#include "executor/operators/key_ranges.h"
#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/terms.h"
#include "session/database_state.h"
#include "session/requests/request_binding.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

constexpr const char* kBadKey = "The provided key element does not match the schema";

}  // namespace

ExecutionShared* RequestStatement::Scope::Share(const RequestStatement& s, ReadView* view) {
  shared.store = s.db_->store.get();
  shared.view = view;
  shared.settings = &DynamoSettings();
  shared.parameters = &s.operation_->parameters;
  shared.bounds = &bounds;
  shared.temp_dir = s.db_->temp_dir;
  shared.files = &s.db_->options.files;
  shared.now_nanos = s.db_->NowNanos();
  shared.memory.Reset(shared.settings->memory_limit_bytes);
  return &shared;
}

Status RequestStatement::Prepare() {
  PARTON_RETURN_IF_ERROR(operation_->parameters_error);
  bool about_key = false;
  Result<PlannedPtr> planned = PlanDynamo(db_, operation_->text, &about_key);
  if (!planned.ok()) {
    Status s = std::move(planned).status();
    failed_by_schema_ = s.code() == StatusCode::kNotFound || about_key;
    if (s.code() == StatusCode::kNotFound) {
      return Status(s.code(), "Requested resource not found", s.span(), s.hint());
    }
    return about_key ? Status::Validation(kBadKey, s.span(), s.hint()) : s;
  }
  plan_ = std::move(*planned);
  if (plan_->parameter_count != static_cast<int>(operation_->parameters.size())) {
    return Status::Validation(
        fmt::format("Number of parameters in request and statement don't match: {} are given, "
                    "the statement has {}",
                    operation_->parameters.size(), plan_->parameter_count));
  }
  if (const auto* query = std::get_if<QueryPtr>(&plan_->body)) {
    query_ = query->get();
    access_ = OnlyAccess(*query_->root);
    if (access_ != nullptr && access_->index != nullptr) {
      return Status::Validation("Reads on indices are not supported within transactions.");
    }
  } else if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&plan_->body)) {
    write_ = write->get();
    if (write_->target != nullptr) access_ = OnlyAccess(*write_->target);
  } else {
    return Status::Validation("Statement wasn't well formed, can't be processed: Expected data manipulation");
  }
  Status s = FindItem();
  failed_by_schema_ = !s.ok();
  return s;
}

Status RequestStatement::FindItem() {
  if (write_ != nullptr && write_->kind == WritePlan::Kind::kInsert) return FindInsertedItem();
  return FindByKey();
}

Status RequestStatement::FindInsertedItem() {
  table_ = write_->table;
  Scope scope(*this, &db_->store->LatestView());
  QueryRunner source(*write_->source, scope.context);
  if (!source.Open() || !source.Next()) return scope.context.eval.error;
  const Value row = source.row().Own();
  source.Close();
  if (scope.context.failed()) return scope.context.eval.error;
  item_ = row;
  PARTON_ASSIGN_OR_RETURN(key_, MakeStorable(table_->key, &item_));
  return Status::Ok();
}

Status RequestStatement::FindByKey() {
  if (access_ == nullptr) return Status::Validation(kBadKey);
  if (access_->kind != AccessKind::kGetItem) return Status::Validation(kBadKey);
  table_ = access_->table;
  Scope scope(*this, &db_->store->LatestView());
  std::vector<Key> keys;
  if (!ResolveKeys(*access_, scope.context, &keys)) return scope.context.eval.error;
  if (keys.size() != 1) return Status::Validation(kBadKey);
  key_ = {std::move(keys[0].hash).Own(), std::move(keys[0].range).Own()};
  return ValidateKey(table_->key, key_);
}

bool RequestStatement::only_key() const {
  return access_ != nullptr && access_->filter == nullptr && query_->root->As<Plan::Filter>() == nullptr;
}

bool RequestStatement::has_condition() const {
  const std::vector<ExprPtr> terms = Conjuncts(write_->condition);
  return std::any_of(terms.begin(), terms.end(),
                     [&](const ExprPtr& t) { return FixedKey(*t, write_->slot, table_->key) == nullptr; });
}

WriteOp RequestStatement::ToWriteOp() const {
  WriteOp op;
  op.table = table_;
  op.returning = write_->returning;
  if (write_->kind == WritePlan::Kind::kInsert) {
    op.kind = WriteOp::Kind::kInsert;
    op.item = item_;
    return op;
  }
  op.kind = write_->kind == WritePlan::Kind::kDelete   ? WriteOp::Kind::kDelete
            : write_->kind == WritePlan::Kind::kUpdate ? WriteOp::Kind::kUpdate
                                                       : WriteOp::Kind::kCheck;
  op.key = key_;
  op.slot = write_->slot;
  op.if_absent = write_->if_absent;
  op.if_false = WriteOp::Otherwise::kFail;
  if (write_->condition != nullptr) op.condition = WithParameters(write_->condition, operation_->parameters);
  for (UpdateAction action : write_->actions) {
    if (action.value != nullptr) action.value = WithParameters(action.value, operation_->parameters);
    op.actions.push_back(std::move(action));
  }
  return op;
}

Result<Value> RequestStatement::Read(ReadView& view, size_t* size) const {
  Value item;
  PARTON_RETURN_IF_ERROR(db_->store->Get(view, *table_, key_, nullptr, &item, nullptr));
  *size = item.is_missing() ? 0 : ItemSize(item);
  Scope scope(*this, &view);
  QueryRunner runner(*query_, scope.context);
  Value row;
  if (runner.Open() && runner.Next()) row = runner.row().Materialize();
  runner.Close();
  if (scope.context.failed()) return scope.context.eval.error;
  return row;
}

}  // namespace parton

#include "session/requests/request_binding.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "parser/parser.h"
#include "session/compile.h"
#include "session/database_state.h"
#include "session/requests/request_token.h"
#include "types/item/document_path.h"
#include "types/item/item_rules.h"
#include "types/value/value_print.h"

namespace parton {

namespace {

constexpr const char* kBadKey = "The provided key element does not match the schema";

// An error in lines from `first_line` on, as one of the text that begins there.
Status InText(const Status& s, uint32_t first_line, std::string_view what) {
  TextSpan span = s.span();
  if (span.line >= first_line) span.line -= first_line - 1;
  std::string hint = fmt::format("in the {}", what);
  if (!s.hint().empty()) hint += ": " + s.hint();
  return Status(s.code(), s.message(), span, std::move(hint));
}

Status LocateIn(const WriteOperation& operation, const Status& s) {
  if (operation.update.empty()) return InText(s, 1, "condition");
  const auto lines = std::count(operation.update.begin(), operation.update.end(), '\n') + 1;
  const auto condition_line = static_cast<uint32_t>(lines) + 1;
  return s.span().line < condition_line ? InText(s, 1, "update") : InText(s, condition_line, "condition");
}

// No text of a statement has such a key.
std::string PlanKeyOf(const WriteOperation& operation) {
  return fmt::format("\1{}:{}{}:{}{}", operation.table.size(), operation.table, operation.update.size(),
                     operation.update, operation.condition);
}

Status BindText(DatabaseState* db, const WriteOperation& operation, WriteOp* op) {
  static const Settings settings;
  const auto parse = [&] { return ParseWrite(operation.table, operation.update, operation.condition); };
  Result<PlannedPtr> planned =
      CompileParsed(PlanKeyOf(operation), parse, settings, db->store.get(), &db->functions, &db->plans);
  if (!planned.ok()) return LocateIn(operation, planned.status());
  const auto* body = std::get_if<std::shared_ptr<const WritePlan>>(&(*planned)->body);
  if (body == nullptr) return Status::Internal("a write was planned as something else");
  const WritePlan& plan = **body;
  if ((*planned)->parameter_count != static_cast<int>(operation.parameters.size())) {
    return Status::Validation(fmt::format("update and condition have {} parameters, but {} values were given",
                                          (*planned)->parameter_count, operation.parameters.size()));
  }
  if (plan.again != nullptr) return Status::Validation("an operation on one item cannot have a subquery");
  op->slot = plan.slot;
  if (plan.condition != nullptr) op->condition = WithParameters(plan.condition, operation.parameters);
  for (UpdateAction action : plan.actions) {
    if (action.value != nullptr) action.value = WithParameters(action.value, operation.parameters);
    action.span = TextSpan{};
    op->actions.push_back(std::move(action));
  }
  return Status::Ok();
}

Status CheckShape(const WriteOperation& operation) {
  using Kind = WriteOperation::Kind;
  if (operation.kind != Kind::kUpdate && !operation.update.empty()) {
    return Status::Validation("only an update has an update text");
  }
  if (operation.kind == Kind::kCheck && operation.condition.empty() && !operation.expressions.condition) {
    return Status::Validation("a condition check needs a condition");
  }
  if (operation.kind == Kind::kPut) return ToStorableItem(operation.item).status();
  if (!operation.key.is_struct()) return Status::Validation("a key is a struct of the key attributes");
  return Status::Ok();
}

bool HasExpressions(const Expressions& e) {
  return e.condition || e.update || e.projection || e.filter || e.key_condition || e.names || e.values ||
         !e.values_error.ok();
}

OperationKind KindOf(WriteOperation::Kind kind) {
  switch (kind) {
    case WriteOperation::Kind::kPut: return OperationKind::kPut;
    case WriteOperation::Kind::kUpdate: return OperationKind::kUpdate;
    case WriteOperation::Kind::kDelete: return OperationKind::kDelete;
    case WriteOperation::Kind::kCheck: return OperationKind::kCheck;
  }
  return OperationKind::kCheck;
}

WriteOp::Kind StoreKind(WriteOperation::Kind kind) {
  switch (kind) {
    case WriteOperation::Kind::kPut: return WriteOp::Kind::kPut;
    case WriteOperation::Kind::kUpdate: return WriteOp::Kind::kUpdate;
    case WriteOperation::Kind::kDelete: return WriteOp::Kind::kDelete;
    case WriteOperation::Kind::kCheck: return WriteOp::Kind::kCheck;
  }
  return WriteOp::Kind::kPut;
}

Status CheckNoOverlap(const std::vector<std::vector<PathStep>>& paths) {
  for (size_t i = 0; i < paths.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (Relate(paths[i], paths[j]) != PathRelation::kOverlap) continue;
      return Status::Validation(
          "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of "
          "these paths");
    }
  }
  return Status::Ok();
}

// False: a position is no small integer.
bool ToSteps(const ast::Expr& e, std::vector<PathStep>* out) {
  if (const auto* v = e.As<ast::Variable>()) {
    out->push_back(PathStep{v->name.name, -1});
    return true;
  }
  const auto* path = e.As<ast::Path>();
  if (path == nullptr || !ToSteps(*path->root, out)) return false;
  for (const ast::PathStep& step : path->steps) {
    if (step.kind == ast::PathStep::Kind::kName) {
      out->push_back(PathStep{step.name.name, -1});
      continue;
    }
    const auto* index = step.index->As<ast::Literal>();
    if (index == nullptr || !index->value.is_small_int()) return false;
    out->push_back(PathStep{"", index->value.int_value()});
  }
  return true;
}

}  // namespace

Result<TablePtr> FindRequestTable(DatabaseState* db, std::string_view name) {
  Result<TablePtr> table = db->store->GetTable(name);
  if (table.ok() || table.status().code() != StatusCode::kNotFound) return table;
  return Status::NotFound("Requested resource not found", {}, fmt::format("there is no table {}", name));
}

Result<Key> ToRequestKey(const TableSchema& table, const Value& key) {
  const KeySchema& schema = table.key;
  if (!key.is_struct()) return Status::Validation(kBadKey);
  const Value given = key.Materialize();
  if (given.fields().size() != (schema.range ? 2u : 1u)) return Status::Validation(kBadKey);
  Key out;
  for (const Field& f : given.fields()) {
    Result<Value> value = ToStorable(f.value, f.name);
    if (!value.ok()) return Status::Validation(kBadKey);
    if (f.name == schema.hash.name) {
      out.hash = std::move(*value);
    } else if (schema.range && f.name == schema.range->name) {
      out.range = std::move(*value);
    } else {
      return Status::Validation(kBadKey);
    }
  }
  PARTON_RETURN_IF_ERROR(ValidateKey(schema, out));
  return out;
}

const Settings& DynamoSettings() {
  static const Settings settings = [] {
    Settings dynamo;
    dynamo.dialect = Dialect::kDynamo;
    dynamo.threads = 1;  // pages have an order
    return dynamo;
  }();
  return settings;
}

Result<PlannedPtr> PlanDynamo(DatabaseState* db, std::string_view text, bool* key_condition_failed) {
  static const std::string settings_key = DynamoSettings().PlanKey();
  std::string buffer;
  return CompileCached(text, DynamoSettings(), settings_key, db->store.get(), &db->functions, &db->plans, &buffer,
                       key_condition_failed);
}

bool DistinctItems::Insert(const TableSchema& table, const Key& key) {
  RequestFingerprint item;
  item.AddNumber(table.id);
  item.Add(key.hash);
  item.Add(key.range);
  return items_.insert(item.Finish()).second;
}

ExprPtr WithParameters(const ExprPtr& e, const std::vector<Value>& parameters) {
  if (parameters.empty()) return e;
  if (const auto* p = e->As<Expr::Parameter>()) {
    return MakeExpr(Expr::Literal{parameters[static_cast<size_t>(p->index)].Own()}, e->span);
  }
  return MapChildren(e, [&](const ExprPtr& child) { return WithParameters(child, parameters); });
}

OperationBinding::OperationBinding(DatabaseState* db, const WriteOperation& operation)
    : db_(db),
      operation_(operation),
      has_expressions_(HasExpressions(operation.expressions)),
      expressions_(&db->expressions, KindOf(operation.kind), operation.expressions, nullptr) {}

Status OperationBinding::CheckRequest() {
  if (has_expressions_ && (!operation_.update.empty() || !operation_.condition.empty())) {
    return Status::Validation("an operation has either DynamoDB's expressions or update and condition of PartiQL");
  }
  PARTON_RETURN_IF_ERROR(expressions_.CheckParameters());
  PARTON_RETURN_IF_ERROR(operation_.item_error);
  PARTON_RETURN_IF_ERROR(CheckShape(operation_));
  return expressions_.Compile();
}

Status OperationBinding::BindTexts(WriteOp* op) {
  if (has_expressions_) {
    const std::vector<Value>& parameters = expressions_.parameters();
    if (expressions_.condition() != nullptr) op->condition = WithParameters(expressions_.condition(), parameters);
    for (UpdateAction action : expressions_.actions()) {
      if (action.value != nullptr) action.value = WithParameters(action.value, parameters);
      op->actions.push_back(std::move(action));
    }
    return Status::Ok();
  }
  if (!operation_.update.empty() || !operation_.condition.empty()) return BindText(db_, operation_, op);
  if (operation_.parameters.empty()) return Status::Ok();
  return Status::Validation("there are parameters, but neither update nor condition");
}

Result<WriteOp> OperationBinding::Bind(const TablePtr& table, Status* request_error) {
  WriteOp op;
  op.kind = StoreKind(operation_.kind);
  op.table = table;
  *request_error = BindTexts(&op);
  if (!request_error->ok()) return op;
  if (operation_.kind == WriteOperation::Kind::kPut) {
    op.item = operation_.item;
  } else {
    PARTON_ASSIGN_OR_RETURN(op.key, ToRequestKey(*table, operation_.key));
  }
  // As in DynamoDB's API: an update makes the item, and a condition on no item is evaluated.
  op.if_absent = WriteOp::Otherwise::kProceed;
  return op;
}

Result<std::vector<std::vector<PathStep>>> ParseProjection(std::string_view text) {
  std::vector<std::vector<PathStep>> paths;
  if (text.empty()) return paths;
  Result<std::vector<ast::ExprPtr>> parsed = ParsePaths(text);
  if (!parsed.ok()) return InText(parsed.status(), 1, "projection");
  for (const ast::ExprPtr& path : *parsed) {
    if (!ToSteps(*path, &paths.emplace_back())) {
      return InText(Status::Validation("a position in a list is too large", path->span), 1, "projection");
    }
  }
  PARTON_RETURN_IF_ERROR(CheckNoOverlap(paths));
  return paths;
}

Value Project(const Value& item, const std::vector<std::vector<PathStep>>& paths) {
  if (paths.empty()) return item;
  if (std::all_of(paths.begin(), paths.end(), [](const auto& path) { return path.size() == 1; })) {
    std::vector<Field> fields;
    for (const auto& path : paths) fields.push_back({path[0].name, item.Get(path[0].name)});
    return Value::Struct(std::move(fields));
  }
  std::vector<UpdateAction> actions;
  std::vector<Value> values;
  for (const std::vector<PathStep>& path : paths) {
    UpdateAction a;
    a.kind = UpdateAction::Kind::kSet;
    a.path = path;
    actions.push_back(std::move(a));
    values.push_back(ValueAt(item, path));
  }
  Value nested = NestValues(actions, values);
  return nested.is_missing() ? Value::Struct({}) : nested;
}

}  // namespace parton

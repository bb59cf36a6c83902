// INSERT, REPLACE, UPSERT, UPDATE, DELETE, and EXISTS as a statement.
#include "planner/binder/binder_write.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "planner/dynamo/key_conditions.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/terms.h"

namespace parton::binder {

namespace {

Status NoFullKey(TextSpan span) {
  return Status::Validation("Where clause does not contain a mandatory equality on all key attributes", span);
}

}  // namespace

Status WriteBinder::BindWriteTail(const ast::StatementTail& tail, WritePlan* write) {
  if (tail.returning.has_value()) {
    using What = ast::Returning::What;
    switch (tail.returning->what) {
      case What::kAllOld: write->returning = ReturnValues::kAllOld; break;
      case What::kAllNew: write->returning = ReturnValues::kAllNew; break;
      case What::kModifiedOld: write->returning = ReturnValues::kModifiedOld; break;
      case What::kModifiedNew: write->returning = ReturnValues::kModifiedNew; break;
    }
    if (write->kind == WritePlan::Kind::kDelete && write->returning != ReturnValues::kAllOld) {
      const char* text = tail.returning->what == What::kAllNew        ? "ALL NEW *"
                         : tail.returning->what == What::kModifiedOld ? "MODIFIED OLD *"
                                                                      : "MODIFIED NEW *";
      return Status::Validation(fmt::format("Invalid returning clause: RETURNING {}. Only RETURNING ALL OLD * is "
                                            "allowed in DELETE statements.",
                                            text),
                                tail.returning->span);
    }
    bool modified = tail.returning->what == What::kModifiedOld || tail.returning->what == What::kModifiedNew;
    if (modified && (write->kind == WritePlan::Kind::kInsert || write->kind == WritePlan::Kind::kReplace)) {
      return Status::Validation("RETURNING MODIFIED is for statements that update", tail.returning->span,
                                "RETURNING ALL OLD * or ALL NEW *");
    }
  }
  binder_.capacity_ = tail.capacity;
  if (tail.rate_read.has_value() || tail.rate_write.has_value()) {
    binder_.notices_.push_back("RATELIMIT has no effect here");
  }
  for (const ast::Option& option : tail.options) {
    if (EqualsIgnoreCase(option.name.name, "cache")) {
      PARTON_RETURN_IF_ERROR(binder_.BindCache(option));
      continue;
    }
    if (!EqualsIgnoreCase(option.name.name, "batch")) {
      return Status::Validation(fmt::format("unknown option {}", option.name.name), option.name.span,
                                "WITH (batch = 1000)");
    }
    if (!option.value.is_small_int() || option.value.int_value() < 1) {
      return Status::Validation("batch must be a positive integer", option.span);
    }
    write->batch = static_cast<uint64_t>(option.value.int_value());
  }
  return Status::Ok();
}

Result<BoundQuery> WriteBinder::ColumnRows(const ast::Values& values, const std::vector<ast::Identifier>& columns) {
  Expr::MakeCollection rows;
  rows.type = Type::kBag;
  for (const ast::ExprPtr& row : values.rows) {
    const auto* array = row->As<ast::Array>();
    if (columns.empty()) {
      // VALUES ({...}): the tuple itself.
      const ast::Expr* tuple = row.get();
      if (array != nullptr) {
        if (array->elements.size() != 1) {
          return Status::Validation("rows of several values need the names of their columns", row->span,
                                    "INSERT INTO t (a, b) VALUES (1, 2)");
        }
        tuple = array->elements[0].get();
      }
      PARTON_ASSIGN_OR_RETURN(ExprPtr value, binder_.BindExpr(*tuple));
      rows.elements.push_back(std::move(value));
      continue;
    }
    size_t width = array == nullptr ? 1 : array->elements.size();
    if (width != columns.size()) {
      return Status::Validation(fmt::format("a row of {} values for {} columns", width, columns.size()), row->span);
    }
    Expr::MakeStruct make;
    for (size_t i = 0; i < columns.size(); ++i) {
      const ast::Expr& e = array == nullptr ? *row : *array->elements[i];
      Expr::StructPart part;
      part.name = MakeExpr(Expr::Literal{Value::String(columns[i].name)}, columns[i].span);
      PARTON_ASSIGN_OR_RETURN(part.value, binder_.BindExpr(e));
      make.parts.push_back(std::move(part));
    }
    rows.elements.push_back(MakeExpr(std::move(make), row->span));
  }
  BoundQuery q;
  q.query.slot = binder_.NewSlot();
  if (rows.elements.size() == 1) {
    Plan::Compute one;
    one.outputs.push_back(SlotExpr{q.query.slot, rows.elements[0]});
    q.query.root = MakePlan(std::move(one), {MakePlan(Plan::Once{})});
    return q;
  }
  Plan::Unnest unnest;
  unnest.collection = MakeExpr(std::move(rows));
  unnest.slot = q.query.slot;
  q.query.root = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
  return q;
}

Result<BoundQuery> WriteBinder::InsertRows(const ast::Insert& insert) {
  for (size_t i = 0; i < insert.columns.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (insert.columns[i].name == insert.columns[j].name) {
        return Status::Validation(fmt::format("column {} is named twice", insert.columns[i].name),
                                  insert.columns[i].span);
      }
    }
  }
  if (insert.value != nullptr) {
    if (!insert.columns.empty()) {
      return Status::Validation("VALUE takes a tuple, which names its attributes itself", insert.value->span,
                                "INSERT INTO t (a, b) VALUES (1, 2)");
    }
    BoundQuery q;
    PARTON_ASSIGN_OR_RETURN(ExprPtr value, binder_.BindExpr(*insert.value));
    q.query.slot = binder_.NewSlot();
    Plan::Compute compute;
    compute.outputs.push_back(SlotExpr{q.query.slot, std::move(value)});
    q.query.root = MakePlan(std::move(compute), {MakePlan(Plan::Once{})});
    return q;
  }
  if (const auto* values = insert.source->BodyAs<ast::Values>();
      values != nullptr && !insert.source->HasTail() && insert.source->with.empty()) {
    return ColumnRows(*values, insert.columns);
  }
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, binder_.BindQuery(*insert.source));
  q = binder_.AsRows(std::move(q));
  if (insert.columns.empty()) return q;
  return binder_.RenameColumns(std::move(q), insert.columns, insert.source->span);
}

Result<WritePlan> WriteBinder::BindInsert(const ast::Insert& insert) {
  WritePlan write;
  write.kind = insert.verb == ast::Insert::Verb::kInsert    ? WritePlan::Kind::kInsert
               : insert.verb == ast::Insert::Verb::kReplace ? WritePlan::Kind::kReplace
                                                            : WritePlan::Kind::kUpsert;
  if (insert.table.parts.size() > 1 && binder_.dynamo()) {
    return Status::Validation("FROM clause may only contain a single table name", insert.table.span);
  }
  PARTON_ASSIGN_OR_RETURN(write.table, binder_.RequireTable(insert.table));
  if (insert.on_conflict != ast::Insert::OnConflict::kError) {
    if (insert.verb != ast::Insert::Verb::kInsert) {
      return Status::Validation("ON CONFLICT belongs to INSERT", insert.table.span);
    }
    write.if_exists = insert.on_conflict == ast::Insert::OnConflict::kNothing ? WriteOp::Otherwise::kSkip
                                                                              : WriteOp::Otherwise::kProceed;
  }
  PARTON_ASSIGN_OR_RETURN(BoundQuery rows, InsertRows(insert));
  write.source = std::make_shared<const Query>(std::move(rows.query));
  PARTON_RETURN_IF_ERROR(BindWriteTail(insert.tail, &write));
  return write;
}

Status WriteBinder::BindTarget(const ast::QualifiedName& name, const ast::Identifier& as, Scope* scope,
                               WritePlan* write) {
  const IndexSchema* index = nullptr;
  const bool attached = name.parts.size() == 2 && binder_.outside_.FindTable(name.parts[0]) == nullptr &&
                        binder_.outside_.HasDatabase(name.parts[0]);
  if (name.parts.size() == 1 || attached) {
    PARTON_ASSIGN_OR_RETURN(write->table, binder_.RequireTable(name));
  } else {
    if (name.parts.size() > 2) {
      return Status::Validation("A path may contain at most 2 components in the FROM clause", name.span);
    }
    write->table = binder_.outside_.FindTable(name.parts[0]);
    if (write->table == nullptr) return binder_.UnknownTable(name.parts[0]);
    if (binder_.dynamo()) return Status::Validation("This operation is not supported on an index", name.span);
    index = write->table->FindIndex(name.parts[1].name);
    if (index == nullptr) {
      return Status::Validation(fmt::format("The table does not have the specified index: {}", name.parts[1].name),
                                name.parts[1].span);
    }
  }
  Source source = binder_.TableSource(write->table, index);
  Plan::Access access = *source.plan->As<Plan::Access>();
  access.alias = Written(as) ? as.name : name.parts[attached ? 1 : 0].name;
  write->slot = access.slot;
  Variable v = source.variable;
  v.name = binder_.dynamo() && !Written(as) ? "" : access.alias;
  v.implied_name = !Written(as);
  v.also_name.clear();
  v.value = SlotRef(access.slot, access.alias);
  scope->outer = binder_.scopes_.top;
  scope->variables.push_back(std::move(v));
  write->target = MakePlan(std::move(access));
  return Status::Ok();
}

Status WriteBinder::BindWhere(const ast::Expr* where, bool upsert, TextSpan span, WritePlan* write) {
  bool keyed = upsert || binder_.dynamo();
  if (where == nullptr) {
    return keyed ? KeyConditionFailed(NoFullKey(span)) : Status::Ok();
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr predicate, binder_.BindExpr(*where));
  write->condition = predicate;
  if (!keyed) {
    write->target = MakePlan(Plan::Filter{std::move(predicate)}, {write->target});
    return Status::Ok();
  }
  const KeySchema& key = write->table->key;
  std::vector<ExprPtr> on_key, rest;
  bool hash = false, range = !key.range.has_value();
  for (const ExprPtr& term : Conjuncts(predicate)) {
    const KeyAttribute* bound = FixedKey(*term, write->slot, key);
    if (bound == nullptr) {
      rest.push_back(term);
      continue;
    }
    bool& seen = bound == &key.hash ? hash : range;
    if (seen) {
      return Status::Validation(fmt::format("Multiple conditions on same key {}. Only single item "
                                            "Update/Insert/Delete are supported",
                                            bound->name),
                                term->span);
    }
    seen = true;
    on_key.push_back(term);
  }
  if (!hash || !range) {
    if (binder_.dynamo()) return KeyConditionFailed(NoFullKey(where->span));
    // An UPSERT that names no one item changes those that are there, as ddbsh's does.
    write->if_absent = WriteOp::Otherwise::kSkip;
    write->target = MakePlan(Plan::Filter{std::move(predicate)}, {write->target});
    return Status::Ok();
  }
  if (binder_.dynamo())
    PARTON_RETURN_IF_ERROR(CheckDynamoKeys(*predicate, write->slot, key, binder_.input_.key_condition_failed));
  // The key alone finds the item; all else is decided when it is written.
  write->target = MakePlan(Plan::Filter{Conjoin(std::move(on_key))}, {write->target});
  if (upsert) write->condition = Conjoin(std::move(rest));
  return Status::Ok();
}

Result<std::vector<PathStep>> WriteBinder::TargetPath(const ast::Expr& e, const Scope& scope) {
  std::vector<PathStep> steps;
  const Variable& row = scope.variables[0];
  const auto* path = e.As<ast::Path>();
  const auto* root = path == nullptr ? e.As<ast::Variable>() : path->root->As<ast::Variable>();
  if (root == nullptr) return Status::Validation("only a path of an attribute can be assigned to", e.span);
  bool is_row = path != nullptr && !row.name.empty() && SameName(row.name, root->name) &&
                path->steps[0].kind == ast::PathStep::Kind::kName;
  if (!is_row) steps.push_back(PathStep{root->name.name, -1});
  if (path == nullptr) return steps;
  for (const ast::PathStep& step : path->steps) {
    if (step.kind == ast::PathStep::Kind::kName) {
      steps.push_back(PathStep{step.name.name, -1});
      continue;
    }
    const auto* literal = step.index == nullptr ? nullptr : step.index->As<ast::Literal>();
    if (literal != nullptr && literal->value.is_text()) {
      steps.push_back(PathStep{std::string(literal->value.bytes()), -1});
      continue;
    }
    if (literal == nullptr || !literal->value.is_small_int() || literal->value.int_value() < 0) {
      return Status::Validation("a path that is assigned to has names and positions as its steps",
                                step.span.length > 0 ? step.span : e.span);
    }
    steps.push_back(PathStep{"", literal->value.int_value()});
  }
  return steps;
}

Result<UpdateAction> WriteBinder::BindAction(const ast::UpdateAction& action, const WritePlan& write,
                                             const Scope& scope) {
  UpdateAction out;
  switch (action.kind) {
    case ast::UpdateAction::Kind::kSet: out.kind = UpdateAction::Kind::kSet; break;
    case ast::UpdateAction::Kind::kRemove: out.kind = UpdateAction::Kind::kRemove; break;
    case ast::UpdateAction::Kind::kAdd: out.kind = UpdateAction::Kind::kAdd; break;
    case ast::UpdateAction::Kind::kDelete: out.kind = UpdateAction::Kind::kDelete; break;
  }
  out.span = action.span;
  PARTON_ASSIGN_OR_RETURN(out.path, TargetPath(*action.path, scope));
  const KeySchema& key = write.table->key;
  const std::string& top = out.path[0].name;
  if (key.Has(top)) {
    return Status::Validation(out.path.size() > 1 ? fmt::format("Key attributes must be scalars; list random "
                                                                "access '[]' and map lookup '.' are not "
                                                                "allowed: Key: {}",
                                                                top)
                                                  : fmt::format("One or more parameter values were invalid: Cannot "
                                                                "update attribute {}. This attribute "
                                                                "is part of the key",
                                                                top),
                              action.path->span);
  }
  if (action.value != nullptr) {
    PARTON_ASSIGN_OR_RETURN(out.value, binder_.BindExpr(*action.value));
  }
  return out;
}

Result<WritePlan> WriteBinder::BindUpdate(const ast::Update& update) {
  WritePlan write;
  write.kind = WritePlan::Kind::kUpdate;
  Scope scope;
  PARTON_RETURN_IF_ERROR(BindTarget(update.table, update.as, &scope, &write));
  Restore<const Scope*> inside(&binder_.scopes_.top, &scope);
  Block block;
  block.no_aggregates = block.no_windows = "UPDATE";
  block.from = &scope;
  Restore<Block*> in_block(&binder_.block_, &block);
  for (const ast::UpdateAction& action : update.actions) {
    PARTON_ASSIGN_OR_RETURN(UpdateAction bound, BindAction(action, write, scope));
    write.actions.push_back(std::move(bound));
  }
  PARTON_RETURN_IF_ERROR(CheckActionsApart(write.actions));
  if (update.upsert) {
    write.if_absent = WriteOp::Otherwise::kProceed;
  } else {
    write.if_absent = binder_.dynamo() ? WriteOp::Otherwise::kFail : WriteOp::Otherwise::kSkip;
  }
  PARTON_RETURN_IF_ERROR(BindWhere(update.where.get(), update.upsert, update.table.span, &write));
  write.if_false = binder_.dynamo() ? WriteOp::Otherwise::kFail : WriteOp::Otherwise::kSkip;
  PARTON_RETURN_IF_ERROR(BindWriteTail(update.tail, &write));
  return write;
}

Result<WritePlan> WriteBinder::BindDelete(const ast::Delete& del) {
  WritePlan write;
  write.kind = WritePlan::Kind::kDelete;
  Scope scope;
  PARTON_RETURN_IF_ERROR(BindTarget(del.table, del.as, &scope, &write));
  Restore<const Scope*> inside(&binder_.scopes_.top, &scope);
  Block block;
  block.no_aggregates = block.no_windows = "DELETE";
  block.from = &scope;
  Restore<Block*> in_block(&binder_.block_, &block);
  PARTON_RETURN_IF_ERROR(BindWhere(del.where.get(), false, del.table.span, &write));
  // An absent item is no error, even with more conditions.
  write.if_absent = WriteOp::Otherwise::kSkip;
  write.if_false = binder_.dynamo() ? WriteOp::Otherwise::kFail : WriteOp::Otherwise::kSkip;
  PARTON_RETURN_IF_ERROR(BindWriteTail(del.tail, &write));
  return write;
}

Result<WritePlan> WriteBinder::BindExists(const ast::ExistsStatement& exists) {
  WritePlan write;
  write.kind = WritePlan::Kind::kExistsCheck;
  write.negated = exists.negated;
  PARTON_ASSIGN_OR_RETURN(BoundQuery q, binder_.BindQuery(*exists.query));
  q = binder_.AsRows(std::move(q));
  write.target = q.query.root;
  write.slot = q.query.slot;
  // One table with a WHERE, and only that: the item itself can be checked when the transaction
  // commits.
  PlanPtr below = write.target;
  if (const auto* compute = below->As<Plan::Compute>(); compute != nullptr) below = below->inputs[0];
  PlanPtr filtered = below;
  ExprPtr condition;
  if (const auto* filter = below->As<Plan::Filter>()) {
    condition = filter->predicate;
    below = below->inputs[0];
  }
  if (const auto* access = below->As<Plan::Access>(); access != nullptr && access->index == nullptr) {
    write.table = access->table;
    write.slot = access->slot;
    write.condition = std::move(condition);
    write.target = std::move(filtered);
  }
  return write;
}

}  // namespace parton::binder

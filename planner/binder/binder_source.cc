// One source of FROM: a table, an index, a table function, a query or a collection.
//
// A name in FROM means a WITH query, a global or a table first, and a variable to its left only then; `@x` means the
// variable.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/parser.h"
#include "parton/text.h"
#include "planner/binder/binder.h"
#include "planner/binder/binder_from.h"
#include "planner/plan/plan_visit.h"
#include "types/functions/program_functions.h"

namespace parton {

const std::vector<std::string>& TableFunctions() {
  static const std::vector<std::string> names = {"csv", "json", "ddbjson", "range", "changes"};
  return names;
}

namespace binder {

namespace {

bool IsTableFunction(const std::string& lower) {
  return std::find(TableFunctions().begin(), TableFunctions().end(), lower) != TableFunctions().end();
}

// The name a source has without AS: its last path step.
std::string ImplicitAlias(const ast::Expr& e) { return LastName(e).value_or(""); }

}  // namespace

Result<std::optional<Source>> FromBinder::BindTableSource(const ast::FromSource& from, TextSpan span) {
  const auto* variable = from.expr->As<ast::Variable>();
  const auto* path = from.expr->As<ast::Path>();
  if (path != nullptr) variable = path->root->As<ast::Variable>();
  if (variable == nullptr || variable->local || from.unpivot) return std::optional<Source>();
  const ast::Identifier& name = variable->name;
  if (CommonTable* common = binder_.with_.Find(name)) {
    if (path != nullptr) return std::optional<Source>();  // into its value
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, binder_.UseCommonTable(common));
    PARTON_ASSIGN_OR_RETURN(Source source, BindQuerySource(from, std::move(q), span));
    source.variable.name = common->ast->name.name;
    return std::optional<Source>(std::move(source));
  }
  if (binder_.outside_.FindGlobal(name) != nullptr) return std::optional<Source>();
  TablePtr table = binder_.outside_.FindTable(name);
  size_t used = 0;  // steps of the path that are the table's name
  if (table == nullptr) {
    if (binder_.scopes_.Find(name) != nullptr) return std::optional<Source>();
    if (path != nullptr && path->steps[0].kind == ast::PathStep::Kind::kName && binder_.outside_.HasDatabase(name)) {
      used = 1;
      table = binder_.outside_.FindAttached(name, path->steps[0].name);
      if (table == nullptr) return binder_.UnknownTable(Joined(name, path->steps[0].name));
    }
  }
  if (table == nullptr) {
    if (path != nullptr) {
      // "hr"."employees": tell about the name that is not there rather than about an attribute.
      PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> attribute, binder_.scopes_.FindAttribute(name));
      if (attribute.has_value()) return std::optional<Source>();
    }
    return binder_.UnknownTable(name);
  }
  const IndexSchema* index = nullptr;
  if (path != nullptr && path->steps.size() > used) {
    const ast::PathStep& step = path->steps[used];
    const size_t behind = path->steps.size() - used;
    std::string index_name = ImplicitAlias(*from.expr);
    if (behind == 1 && !index_name.empty()) index = table->FindIndex(index_name);
    if (index == nullptr) {
      // FROM t, t.items: a variable of the table's name is meant.
      if (binder_.scopes_.Find(name) != nullptr) return std::optional<Source>();
      // FROM t[*].items[*]: a path into the table's items.
      if (step.kind == ast::PathStep::Kind::kWildcard || step.kind == ast::PathStep::Kind::kUnpivot) {
        return std::optional<Source>();
      }
      if (behind > 1) {
        return Status::Validation("A path may contain at most 2 components in the FROM clause", span);
      }
      if (step.kind != ast::PathStep::Kind::kName) return std::optional<Source>();
      std::vector<std::string> known;
      for (const IndexSchema& i : table->indexes) known.push_back(i.name);
      std::string nearest = NearestName(index_name, known);
      return Status::Validation(binder_.dynamo()
                                    ? "The table does not have the specified index"
                                    : fmt::format("The table does not have the specified index: {}", index_name),
                                step.span, nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest));
    }
    if (index->state != IndexState::kActive) {
      return Status(StatusCode::kInUse, fmt::format("index {} is still being created", index->name), step.span);
    }
    if (binder_.dynamo() && index->key.multi()) {
      return Status::Validation(
          "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE "
          "keys.",
          step.span, "Query reads it; so do statements of the extended dialect");
    }
  }
  Source source = binder_.TableSource(table, index);
  // Without its database, as it would be called there.
  if (used > 0) (index != nullptr ? source.variable.also_name : source.variable.name) = path->steps[0].name.name;
  if (binder_.block_ != nullptr && binder_.block_->select != nullptr && binder_.block_->select->consistent) {
    if (index != nullptr && index->kind == IndexKind::kGlobal) {
      return Status::Validation("Consistent reads are not supported on global secondary indexes", span);
    }
    Plan::Access access = *source.plan->As<Plan::Access>();
    access.consistent = true;
    source.plan = MakePlan(std::move(access));
  }
  return std::optional<Source>(std::move(source));
}

Result<std::optional<Source>> FromBinder::BindFunctionSource(const ast::FromSource& from, TextSpan span) {
  const auto* call = from.expr->As<ast::Call>();
  if (call == nullptr || from.unpivot) return std::optional<Source>();
  std::string name = AsciiLower(call->name.name);
  if (!IsTableFunction(name)) {
    const std::string nearest = NearestName(name, TableFunctions());
    if (nearest.empty() || FindScalarFunction(binder_.input_.functions, name) != nullptr ||
        FindAggregateFunction(binder_.input_.functions, name) != nullptr) {
      return std::optional<Source>();
    }
    return Status::Validation(fmt::format("there is no function {}", call->name.name), call->name.span,
                              fmt::format("did you mean {}?", nearest));
  }
  size_t least = name == "range" ? 2 : 1;
  size_t most = name == "range" ? 3 : name == "json" || name == "ddbjson" ? 1 : 2;
  if (call->args.size() < least || call->args.size() > most || call->star) {
    return Status::Validation(
        fmt::format("{} takes {} arguments", name,
                    least == most ? fmt::format("{}", least) : fmt::format("{} or {}", least, most)),
        span);
  }
  Plan::FunctionScan scan;
  scan.function = name;
  PARTON_ASSIGN_OR_RETURN(scan.args, binder_.BindAll(call->args));
  scan.slot = binder_.NewSlot();
  Source source;
  if (Written(from.at)) source.at_slot = scan.at_slot = binder_.NewSlot();
  source.variable.name = name;
  source.variable.value = SlotRef(scan.slot, name);
  source.variable.tuple = name != "range" && name != "json";
  source.plan = MakePlan(std::move(scan));
  return std::optional<Source>(std::move(source));
}

Result<Source> FromBinder::BindQuerySource(const ast::FromSource& from, BoundQuery q, TextSpan span) {
  Source source;
  if (!from.columns.empty()) {
    PARTON_ASSIGN_OR_RETURN(q, binder_.RenameColumns(binder_.AsRows(std::move(q)), from.columns, span));
  }
  const bool rows = q.query.HasRows();
  source.variable.stored = q.stored;
  source.variable.tuple = q.tuple;
  source.variable.columns = q.query.columns;
  source.variable.closed = rows && !q.query.columns.empty();
  // Positions, and the single value of a PIVOT, need the collection itself.
  if (!rows || Written(from.at) || Written(from.by) || from.unpivot) {
    if (from.unpivot) {
      source.variable = Variable();
    }
    source.unpivot = from.unpivot;
    if (q.query.shape == Query::Shape::kValue) {
      if (auto* compute = q.query.root->As<Plan::Compute>();
          compute != nullptr && q.query.root->inputs[0]->As<Plan::Once>() != nullptr) {
        source.collection = compute->outputs[0].expr;
        return source;
      }
    }
    source.collection = binder_.MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
    return source;
  }
  source.variable.value = SlotRef(q.query.slot, "");
  source.plan = q.query.root;
  return source;
}

// `... AS x(a, b)` over what has no columns yet: tables have none to name, and lists and the rows of
// table functions become rows first.
Result<Source> FromBinder::NameColumns(const ast::FromSource& from, Source source, TextSpan span) {
  const TextSpan at = from.columns[0].span;
  if (source.variable.table != nullptr) {
    return Status::Validation("the attributes of a table's items have no order to name them by", at,
                              "FROM (SELECT a, b FROM t) AS x(c, d)");
  }
  if (from.unpivot || Written(from.at) || Written(from.by)) {
    return Status::Validation("AT, BY and UNPIVOT do not go with names of columns", at, "name them in a subquery");
  }
  BoundQuery q;
  if (source.plan == nullptr) {
    Plan::Unnest unnest;
    unnest.collection = std::move(source.collection);
    unnest.slot = q.query.slot = binder_.NewSlot();
    q.query.root = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
  } else {
    q.query.root = std::move(source.plan);
    q.query.slot = source.variable.value->As<Expr::Slot>()->index;
  }
  return BindQuerySource(from, std::move(q), span);
}

// Positions need the collection itself: tables are bags, and their rows have none.
void FromBinder::MakeCollection(Source* source, TextSpan span) {
  BoundQuery q;
  q.query.root = std::move(source->plan);
  q.query.slot = source->variable.value->As<Expr::Slot>()->index;
  source->collection = binder_.MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
  source->plan = nullptr;
}

// The source without the names that AS, AT and BY give. *named_columns: AS x(a, b) is done, or not asked for.
Result<Source> FromBinder::BindPlainSource(const ast::FromSource& from, TextSpan span, bool* named_columns) {
  *named_columns = from.columns.empty();
  PARTON_ASSIGN_OR_RETURN(std::optional<Source> function, BindFunctionSource(from, span));
  if (function.has_value()) return *std::move(function);
  PARTON_ASSIGN_OR_RETURN(std::optional<Source> table, BindTableSource(from, span));
  if (table.has_value()) {
    Source source = *std::move(table);
    const Variable& v = source.variable;
    // A WITH query's columns have their names already.
    *named_columns = *named_columns || v.table == nullptr;
    source.variable.implied_name = !Written(from.as) && (v.table != nullptr || v.closed);
    if (source.plan != nullptr && (Written(from.at) || Written(from.by))) MakeCollection(&source, span);
    return source;
  }
  if (const auto* sub = from.expr->As<ast::Subquery>()) {
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, binder_.BindQuery(*sub->query));
    *named_columns = true;
    return BindQuerySource(from, std::move(q), span);
  }
  if (const auto* match = from.expr->As<ast::GraphMatch>()) {
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, binder_.BindGraph(*match, span));
    return BindQuerySource(from, std::move(q), span);
  }
  return BindCollectionSource(from, span);
}

// An expression. The root of a path is looked up among globals before variables; tables as a whole were tried before.
Result<Source> FromBinder::BindCollectionSource(const ast::FromSource& from, TextSpan span) {
  Source source;
  source.unpivot = from.unpivot;
  const ast::Expr* root = from.expr.get();
  if (const auto* path = root->As<ast::Path>()) root = path->root.get();
  const auto* variable = root->As<ast::Variable>();
  const bool outside = variable != nullptr && !variable->local && binder_.with_.Find(variable->name) == nullptr;
  const Value* global = outside ? binder_.outside_.FindGlobal(variable->name) : nullptr;
  TablePtr stored;
  if (outside && global == nullptr && binder_.scopes_.Find(variable->name) == nullptr) {
    stored = binder_.outside_.FindTable(variable->name);
  }
  if (global == nullptr && stored == nullptr) return BindVariableSource(from, variable, std::move(source));
  source.variable.stored = stored != nullptr;
  ExprPtr value =
      global != nullptr ? MakeExpr(Expr::Literal{*global}, root->span) : binder_.TableValue(stored, root->span);
  if (const auto* path = from.expr->As<ast::Path>()) {
    PARTON_ASSIGN_OR_RETURN(source.collection,
                            binder_.BindSteps(Resolved{value, stored != nullptr}, path->steps, span));
  } else {
    source.collection = std::move(value);
  }
  return source;
}

// An expression over what is in sight. `variable`: the one at its root, or null.
Result<Source> FromBinder::BindVariableSource(const ast::FromSource& from, const ast::Variable* variable,
                                              Source source) {
  if (variable != nullptr && from.unpivot && !variable->local && binder_.scopes_.Find(variable->name) == nullptr &&
      binder_.outside_.FindTable(variable->name) == nullptr && binder_.with_.Find(variable->name) == nullptr) {
    PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> attribute, binder_.scopes_.FindAttribute(variable->name));
    if (!attribute.has_value()) return binder_.UnknownTable(variable->name);
  }
  PARTON_ASSIGN_OR_RETURN(source.collection, binder_.BindCollection(*from.expr));
  if (variable == nullptr) return source;
  // Elements of an attribute of a stored item are as stored.
  if (const Variable* local = binder_.scopes_.Find(variable->name)) {
    source.variable.stored = local->stored;
  } else {
    PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> attribute, binder_.scopes_.FindAttribute(variable->name));
    source.variable.stored = attribute.has_value() && attribute->stored;
  }
  return source;
}

Result<Source> FromBinder::BindSource(const ast::FromSource& from, TextSpan span) {
  bool named_columns = false;
  PARTON_ASSIGN_OR_RETURN(Source source, BindPlainSource(from, span, &named_columns));
  if (!named_columns) {
    PARTON_ASSIGN_OR_RETURN(source, NameColumns(from, std::move(source), span));
  }
  NameSource(from, &source.variable, source.plan != nullptr);
  if (source.plan == nullptr) {
    if (!source.unpivot && source.collection->As<Expr::Literal>() != nullptr) {
      source.variable.constant = source.collection;
    }
    source.variable.value = SlotRef(binder_.NewSlot(), source.variable.name);
    if (Written(from.at)) source.at_slot = binder_.NewSlot();
    if (Written(from.by)) source.by_slot = binder_.NewSlot();
  } else if (source.variable.value != nullptr) {
    source.variable.value = SlotRef(source.variable.value->As<Expr::Slot>()->index, source.variable.name);
    if (const auto* access = source.plan->As<Plan::Access>(); access != nullptr && Written(from.as)) {
      Plan::Access renamed = *access;
      renamed.alias = from.as.name;
      source.plan = MakePlan(std::move(renamed));
    }
  }
  return source;
}

// The names of the source's variable. `planned`: it has a plan of its own, and mostly a name.
void FromBinder::NameSource(const ast::FromSource& from, Variable* variable, bool planned) const {
  if (Written(from.as)) {
    variable->name = from.as.name;
    variable->also_name.clear();
  } else if (binder_.dynamo()) {
    variable->name.clear();
    variable->also_name.clear();
  } else if (!planned || variable->name.empty()) {
    variable->name = from.unpivot ? "" : ImplicitAlias(*from.expr);
  }
}

}  // namespace binder
}  // namespace parton

// FROM: tables, indexes, table functions, queries and collections, and how they join.
//
// A name in FROM means a WITH query, a global or a table first, and a variable to its left only
// then; `@x` means the variable. A collection that depends on what stands left of it is an Unnest
// on top of that plan.
#include <fmt/format.h>

#include <algorithm>

#include "parser/parser.h"
#include "planner/binder/binder_internal.h"
#include "planner/plan/plan_visit.h"
#include "types/status/bounds.h"

namespace parton::binder {

namespace {

// csv, json, ...: those that stand in FROM only.
const std::vector<std::string>& TableFunctions() {
  static const std::vector<std::string> names = {"csv", "json", "ddbjson", "range", "changes"};
  return names;
}
bool IsTableFunction(const std::string& lower) {
  return std::find(TableFunctions().begin(), TableFunctions().end(), lower) != TableFunctions().end();
}

std::string LowerCase(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// The name a source has without AS: its last path step.
std::string ImplicitAlias(const ast::Expr& e) {
  if (const auto* v = e.As<ast::Variable>()) return v->name.name;
  if (const auto* p = e.As<ast::Path>()) {
    const ast::PathStep& last = p->steps.back();
    if (last.kind == ast::PathStep::Kind::kName) return last.name.name;
    if (last.kind == ast::PathStep::Kind::kIndex) {
      const auto* literal = last.index->As<ast::Literal>();
      if (literal != nullptr && literal->value.is_text()) return std::string(literal->value.bytes());
    }
  }
  return "";
}

}  // namespace

Binder::Source Binder::TableSource(const TablePtr& table, const IndexSchema* index) {
  Plan::Access access;
  access.table = table;
  access.index = index;
  access.pinned = index != nullptr;
  access.slot = NewSlot();
  access.alias = index != nullptr ? index->name : table->name;
  Source source;
  source.variable.name = access.alias;
  if (index != nullptr) source.variable.also_name = table->name;
  source.variable.value = SlotRef(access.slot, access.alias);
  source.variable.stored = true;
  source.variable.tuple = true;
  source.variable.table = table;
  source.variable.index = index;
  source.plan = MakePlan(std::move(access));
  return source;
}

Result<std::optional<Binder::Source>> Binder::BindTableSource(const ast::FromSource& from, TextSpan span) {
  const auto* variable = from.expr->As<ast::Variable>();
  const auto* path = from.expr->As<ast::Path>();
  if (path != nullptr) variable = path->root->As<ast::Variable>();
  if (variable == nullptr || variable->local || from.unpivot) return std::optional<Source>();
  const ast::Identifier& name = variable->name;
  if (CommonTable* common = FindCommonTable(name)) {
    if (path != nullptr) return std::optional<Source>();  // into its value
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, UseCommonTable(common));
    PARTON_ASSIGN_OR_RETURN(Source source, BindQuerySource(from, std::move(q), span));
    source.variable.name = common->ast->name.name;
    return std::optional<Source>(std::move(source));
  }
  if (FindGlobal(name) != nullptr) return std::optional<Source>();
  TablePtr table = FindTable(name);
  if (table == nullptr) {
    if (FindLocal(name, false) != nullptr) return std::optional<Source>();
    if (path != nullptr) {
      // "hr"."employees": tell about the name that is not there rather than about an attribute.
      PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> attribute, FindAttribute(name));
      if (attribute.has_value()) return std::optional<Source>();
    }
    return UnknownTable(name);
  }
  const IndexSchema* index = nullptr;
  if (path != nullptr) {
    const ast::PathStep& step = path->steps[0];
    std::string index_name = ImplicitAlias(*from.expr);
    if (path->steps.size() == 1 && !index_name.empty()) index = table->FindIndex(index_name);
    if (index == nullptr) {
      // FROM t, t.items: a variable of the table's name is meant.
      if (FindLocal(name, false) != nullptr) return std::optional<Source>();
      // FROM t[*].items[*]: a path into the table's items.
      if (step.kind == ast::PathStep::Kind::kWildcard || step.kind == ast::PathStep::Kind::kUnpivot) {
        return std::optional<Source>();
      }
      if (path->steps.size() > 1) {
        return Status::Validation("A path may contain at most 2 components in the FROM clause", span);
      }
      if (step.kind != ast::PathStep::Kind::kName) return std::optional<Source>();
      std::vector<std::string> known;
      for (const IndexSchema& i : table->indexes) known.push_back(i.name);
      std::string nearest = NearestName(index_name, known);
      return Status::Validation(dynamo() ? "The table does not have the specified index"
                                         : fmt::format("The table does not have the specified index: {}", index_name),
                                step.span, nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest));
    }
    if (index->state != IndexState::kActive) {
      return Status(StatusCode::kInUse, fmt::format("index {} is still being created", index->name), step.span);
    }
  }
  Source source = TableSource(table, index);
  if (block_ != nullptr && block_->select != nullptr && block_->select->consistent) {
    if (index != nullptr && index->kind == IndexKind::kGlobal) {
      return Status::Validation("Consistent reads are not supported on global secondary indexes", span);
    }
    Plan::Access access = *source.plan->As<Plan::Access>();
    access.consistent = true;
    source.plan = MakePlan(std::move(access));
  }
  return std::optional<Source>(std::move(source));
}

Result<std::optional<Binder::Source>> Binder::BindFunctionSource(const ast::FromSource& from, TextSpan span) {
  const auto* call = from.expr->As<ast::Call>();
  if (call == nullptr || from.unpivot) return std::optional<Source>();
  std::string name = LowerCase(call->name.name);
  if (!IsTableFunction(name)) {
    const std::string nearest = NearestName(name, TableFunctions());
    if (nearest.empty() || FindScalarFunction(name) != nullptr || FindAggregateFunction(name) != nullptr) {
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
  PARTON_ASSIGN_OR_RETURN(scan.args, BindAll(call->args));
  scan.slot = NewSlot();
  Source source;
  if (Written(from.at)) source.at_slot = scan.at_slot = NewSlot();
  source.variable.name = name;
  source.variable.value = SlotRef(scan.slot, name);
  source.variable.tuple = name != "range" && name != "json";
  source.plan = MakePlan(std::move(scan));
  return std::optional<Source>(std::move(source));
}

Result<Binder::Source> Binder::BindQuerySource(const ast::FromSource& from, BoundQuery q, TextSpan span) {
  Source source;
  if (!from.columns.empty()) {
    PARTON_ASSIGN_OR_RETURN(q, RenameColumns(AsRows(std::move(q)), from.columns, span));
  }
  bool rows = q.query.shape == Query::Shape::kBag || q.query.shape == Query::Shape::kList;
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
    source.collection = MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
    return source;
  }
  source.variable.value = SlotRef(q.query.slot, "");
  source.plan = q.query.root;
  return source;
}

// `... AS x(a, b)` over what has no columns yet: tables have none to name, and lists and the rows of
// table functions become rows first.
Result<Binder::Source> Binder::NameColumns(const ast::FromSource& from, Source source, TextSpan span) {
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
    unnest.slot = q.query.slot = NewSlot();
    q.query.root = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
  } else {
    q.query.root = std::move(source.plan);
    q.query.slot = source.variable.value->As<Expr::Slot>()->index;
  }
  return BindQuerySource(from, std::move(q), span);
}

Result<Binder::Source> Binder::BindSource(const ast::FromSource& from, TextSpan span) {
  Source source;
  PARTON_ASSIGN_OR_RETURN(std::optional<Source> function, BindFunctionSource(from, span));
  std::optional<Source> table;
  if (!function.has_value()) {
    PARTON_ASSIGN_OR_RETURN(table, BindTableSource(from, span));
  }
  bool named_columns = from.columns.empty();
  if (function.has_value()) {
    source = *std::move(function);
  } else if (table.has_value()) {
    source = *std::move(table);
    // A WITH query's columns have their names already.
    named_columns = named_columns || source.variable.table == nullptr;
    source.variable.implied_name = !Written(from.as) && (source.variable.table != nullptr || source.variable.closed);
    if (source.plan != nullptr && (Written(from.at) || Written(from.by))) {
      // Tables are bags: their rows have no position.
      BoundQuery q;
      q.query.root = source.plan;
      q.query.slot = source.variable.value->As<Expr::Slot>()->index;
      source.collection = MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
      source.plan = nullptr;
    }
  } else if (const auto* sub = from.expr->As<ast::Subquery>()) {
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindQuery(*sub->query));
    PARTON_ASSIGN_OR_RETURN(source, BindQuerySource(from, std::move(q), span));
    named_columns = true;
  } else if (const auto* match = from.expr->As<ast::GraphMatch>()) {
    PARTON_ASSIGN_OR_RETURN(BoundQuery q, BindGraph(*match, span));
    PARTON_ASSIGN_OR_RETURN(source, BindQuerySource(from, std::move(q), span));
  } else {
    // In FROM the root of a path is looked up among globals before variables; tables were tried
    // above.
    const ast::Expr* root = from.expr.get();
    if (const auto* path = root->As<ast::Path>()) root = path->root.get();
    const auto* variable = root->As<ast::Variable>();
    const bool outside = variable != nullptr && !variable->local && FindCommonTable(variable->name) == nullptr;
    const Value* global = outside ? FindGlobal(variable->name) : nullptr;
    TablePtr stored;
    if (outside && global == nullptr && FindLocal(variable->name, false) == nullptr) {
      stored = FindTable(variable->name);
    }
    if (global != nullptr || stored != nullptr) {
      ExprPtr value = global != nullptr ? MakeExpr(Expr::Literal{*global}, root->span) : TableValue(stored, root->span);
      source.variable.stored = stored != nullptr;
      if (const auto* path = from.expr->As<ast::Path>()) {
        PARTON_ASSIGN_OR_RETURN(source.collection, BindSteps(Resolved{value, stored != nullptr}, path->steps, span));
      } else {
        source.collection = value;
      }
    } else {
      if (variable != nullptr && from.unpivot && !variable->local && FindLocal(variable->name, false) == nullptr &&
          FindTable(variable->name) == nullptr && FindCommonTable(variable->name) == nullptr) {
        PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> attribute, FindAttribute(variable->name));
        if (!attribute.has_value()) return UnknownTable(variable->name);
      }
      PARTON_ASSIGN_OR_RETURN(source.collection, BindCollection(*from.expr));
      // Elements of an attribute of a stored item are as stored.
      if (const auto* v = variable) {
        const Variable* local = FindLocal(v->name, false);
        source.variable.stored = local != nullptr ? local->stored : false;
        if (local == nullptr) {
          PARTON_ASSIGN_OR_RETURN(std::optional<Resolved> attribute, FindAttribute(v->name));
          if (attribute.has_value()) source.variable.stored = attribute->stored;
        }
      }
    }
    source.unpivot = from.unpivot;
  }
  if (!named_columns) {
    PARTON_ASSIGN_OR_RETURN(source, NameColumns(from, std::move(source), span));
  }
  std::string alias = Written(from.as) ? from.as.name : from.unpivot || dynamo() ? "" : ImplicitAlias(*from.expr);
  if (Written(from.as)) {
    source.variable.also_name.clear();
  } else if (source.plan == nullptr || source.variable.name.empty()) {
    source.variable.name = alias;
  }
  if (Written(from.as)) source.variable.name = from.as.name;
  if (dynamo() && !Written(from.as)) {
    source.variable.name.clear();
    source.variable.also_name.clear();
  }
  if (source.plan == nullptr) {
    if (!source.unpivot && source.collection->As<Expr::Literal>() != nullptr) {
      source.variable.constant = source.collection;
    }
    int slot = NewSlot();
    source.variable.value = SlotRef(slot, source.variable.name);
    if (Written(from.at)) source.at_slot = NewSlot();
    if (Written(from.by)) source.by_slot = NewSlot();
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

PlanPtr Binder::SourcePlan(const Source& source, PlanPtr left) {
  if (source.plan != nullptr) return source.plan;
  Plan::Unnest unnest;
  unnest.collection = source.collection;
  unnest.slot = source.variable.value->As<Expr::Slot>()->index;
  unnest.at_slot = source.at_slot;
  unnest.by_slot = source.by_slot;
  unnest.unpivot = source.unpivot;
  if (left == nullptr) left = MakePlan(Plan::Once{});
  return MakePlan(std::move(unnest), {std::move(left)});
}

namespace {

// Whether one of the slots is defined in the plan.
bool Defines(const Plan& plan, const std::vector<int>& slots) {
  return !slots.empty() && Intersects(slots, SlotsDefined(plan));
}

// A plan is as deep as lists of sources are long.
Status CheckLength(size_t count, const char* what, TextSpan span) {
  if (count <= static_cast<size_t>(kMaxDepth)) return Status::Ok();
  return Status(StatusCode::kLimitExceeded,
                fmt::format("{} has {} entries; at most {} are allowed", what, count, kMaxDepth), span);
}

}  // namespace

Result<PlanPtr> Binder::BindFromItem(const ast::FromItem& item, PlanPtr left, Scope* scope) {
  CheckStack();
  CheckPoint();
  if (const auto* join = std::get_if<ast::Join>(&item.node)) {
    return BindJoin(*join, std::move(left), scope, item.span);
  }
  const auto& from = std::get<ast::FromSource>(item.node);
  PARTON_ASSIGN_OR_RETURN(Source source, BindSource(from, item.span));
  // A collection that depends on the rows to its left is unnested on top of them.
  bool stacked = left != nullptr && source.plan == nullptr && Defines(*left, SlotsRead(*source.collection));
  PlanPtr plan = SourcePlan(source, stacked ? left : nullptr);
  for (const Variable& v : scope->variables) {
    if (!source.variable.name.empty() && v.name == source.variable.name) {
      return Status::Validation(fmt::format("the name \"{}\" is used twice in FROM", v.name), item.span,
                                "give one of them another name with AS");
    }
  }
  scope->variables.push_back(source.variable);
  if (Written(from.at)) {
    Variable at;
    at.name = from.at.name;
    at.kind = Variable::Kind::kPosition;
    at.value = SlotRef(source.at_slot, at.name);
    scope->variables.push_back(std::move(at));
  }
  if (Written(from.by)) {
    Variable by;
    by.name = from.by.name;
    by.kind = Variable::Kind::kPosition;
    by.value = SlotRef(source.by_slot, by.name);
    scope->variables.push_back(std::move(by));
  }
  if (stacked || left == nullptr) return plan;
  Plan::Join join;
  join.kind = JoinKind::kCross;
  join.lateral = Defines(*left, SlotsFree(*plan));
  return MakePlan(std::move(join), {std::move(left), std::move(plan)});
}

Result<PlanPtr> Binder::BindJoin(const ast::Join& join, PlanPtr left, Scope* scope, TextSpan span) {
  size_t before_left = scope->variables.size();
  PlanPtr outer = left;
  PARTON_ASSIGN_OR_RETURN(PlanPtr lhs, BindFromItem(*join.left, nullptr, scope));
  // `FROM a, b JOIN c ON ...`: the join as a whole is what a is joined with. Inner joins need no
  // such care.
  size_t before_right = scope->variables.size();
  bool inner = join.kind == ast::JoinKind::kInner || join.kind == ast::JoinKind::kCross;
  PlanPtr plan;
  if (inner && std::holds_alternative<ast::FromSource>(join.right->node)) {
    PARTON_ASSIGN_OR_RETURN(plan, BindFromItem(*join.right, lhs, scope));
  } else {
    PARTON_ASSIGN_OR_RETURN(PlanPtr rhs, BindFromItem(*join.right, nullptr, scope));
    Plan::Join node;
    switch (join.kind) {
      case ast::JoinKind::kInner: node.kind = JoinKind::kInner; break;
      case ast::JoinKind::kCross: node.kind = JoinKind::kCross; break;
      case ast::JoinKind::kLeft: node.kind = JoinKind::kLeft; break;
      case ast::JoinKind::kRight: node.kind = JoinKind::kRight; break;
      case ast::JoinKind::kFull: node.kind = JoinKind::kFull; break;
    }
    node.lateral = Defines(*lhs, SlotsFree(*rhs));
    if (node.lateral && (join.kind == ast::JoinKind::kRight || join.kind == ast::JoinKind::kFull)) {
      return Status::Validation("the right side of a RIGHT or FULL JOIN cannot depend on its left side",
                                join.right->span);
    }
    for (size_t i = before_left; i < scope->variables.size(); ++i) {
      bool on_right = i >= before_right;
      if (join.kind == ast::JoinKind::kFull || (join.kind == ast::JoinKind::kLeft && on_right) ||
          (join.kind == ast::JoinKind::kRight && !on_right)) {
        scope->variables[i].nullable = true;
      }
    }
    plan = MakePlan(std::move(node), {std::move(lhs), std::move(rhs)});
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr on, BindJoinCondition(join, before_left, before_right, span, scope));
  if (on != nullptr) {
    if (plan->As<Plan::Join>() != nullptr && plan->As<Plan::Join>()->on == nullptr) {
      Plan::Join node = *plan->As<Plan::Join>();
      node.on = std::move(on);
      if (node.kind == JoinKind::kCross) node.kind = JoinKind::kInner;
      plan = MakePlan(std::move(node), plan->inputs);
    } else {
      plan = MakePlan(Plan::Filter{std::move(on)}, {std::move(plan)});
    }
  }
  if (outer == nullptr) return plan;
  Plan::Join comma;
  comma.kind = JoinKind::kCross;
  comma.lateral = Defines(*outer, SlotsFree(*plan));
  return MakePlan(std::move(comma), {std::move(outer), std::move(plan)});
}

// The column of that name of one side of a join.
Result<ExprPtr> Binder::SideColumn(const Scope& scope, size_t first, size_t last, const ast::Identifier& name,
                                   const char* side) {
  Scope part;
  part.variables.assign(scope.variables.begin() + static_cast<std::ptrdiff_t>(first),
                        scope.variables.begin() + static_cast<std::ptrdiff_t>(last));
  for (const Variable& v : part.variables) {
    if (v.kind == Variable::Kind::kMerged && SameName(v.name, name)) return v.value;
  }
  // As a name of a query over this side alone, whose variables cannot be named.
  std::erase_if(part.variables, [](const Variable& v) { return v.kind != Variable::Kind::kRow; });
  std::vector<std::string> names;
  const bool open =
      std::any_of(part.variables.begin(), part.variables.end(), [](const Variable& v) { return !v.closed; });
  bool known = false;
  for (Variable& v : part.variables) {
    known = known || std::any_of(v.columns.begin(), v.columns.end(),
                                 [&](const std::string& c) { return v.closed && SameName(c, name); });
  }
  if (!known && !open) {
    return Status::Validation(fmt::format("USING: the {} side of the join has no column \"{}\"", side, name.name),
                              name.span);
  }
  if (known) {
    std::erase_if(part.variables, [&](const Variable& v) {
      return !v.closed ||
             std::none_of(v.columns.begin(), v.columns.end(), [&](const std::string& c) { return SameName(c, name); });
    });
  } else {
    std::erase_if(part.variables, [](const Variable& v) { return v.closed; });
  }
  if (part.variables.size() > 1) {
    return Status::Validation(fmt::format("USING: \"{}\" may be a column of \"{}\" and of \"{}\"", name.name,
                                          part.variables[0].name, part.variables[1].name),
                              name.span, "ON says which is meant");
  }
  ast::Identifier exact = name;
  for (const std::string& c : part.variables[0].columns) {
    if (known && SameName(c, name)) exact = ast::Identifier{c, true, name.span};
  }
  return AttributeOf(part.variables[0], exact);
}

namespace {

// The columns that NATURAL joins by: those that both sides have.
Result<std::vector<ast::Identifier>> CommonColumns(const Scope& scope, size_t left, size_t right, TextSpan span) {
  std::vector<std::string> sides[2];
  for (size_t i = left; i < scope.variables.size(); ++i) {
    const Variable& v = scope.variables[i];
    std::vector<std::string>& names = sides[i < right ? 0 : 1];
    if (v.kind == Variable::Kind::kMerged) names.push_back(v.name);
    if (v.kind != Variable::Kind::kRow) continue;
    if (!v.closed) {
      return Status::Validation(fmt::format("NATURAL needs sides with known columns, and {} has none",
                                            v.table != nullptr ? fmt::format("the table \"{}\"", v.name) : v.name),
                                span, "USING (a, b) names the columns");
    }
    for (const std::string& c : v.columns) {
      if (!IsMerged(v, c)) names.push_back(c);
    }
  }
  std::vector<ast::Identifier> common;
  for (const std::string& name : sides[0]) {
    const bool both = std::find(sides[1].begin(), sides[1].end(), name) != sides[1].end();
    const bool seen = std::any_of(common.begin(), common.end(), [&](const auto& c) { return c.name == name; });
    if (both && !seen) common.push_back(ast::Identifier{name, true, span});
  }
  return common;
}

}  // namespace

Result<ExprPtr> Binder::BindJoinCondition(const ast::Join& join, size_t left, size_t right, TextSpan span,
                                          Scope* scope) {
  if (join.on != nullptr) {
    Restore<const char*> place(&block_->no_aggregates, "JOIN conditions");
    return BindExpr(*join.on);
  }
  std::vector<ast::Identifier> columns;
  for (const ast::Identifier& c : join.columns) {
    if (std::any_of(columns.begin(), columns.end(), [&](const auto& other) { return SameName(other.name, c); })) {
      return Status::Validation(fmt::format("USING names \"{}\" twice", c.name), c.span);
    }
    columns.push_back(c);
  }
  if (join.natural) {
    PARTON_ASSIGN_OR_RETURN(columns, CommonColumns(*scope, left, right, span));
  }
  if (columns.empty()) return ExprPtr();
  int number = 1;
  for (const Variable& v : scope->variables) number = std::max(number, v.join + 1);
  std::vector<ExprPtr> equal;
  std::vector<Variable> merged;
  for (const ast::Identifier& name : columns) {
    PARTON_ASSIGN_OR_RETURN(ExprPtr l, SideColumn(*scope, left, right, name, "left"));
    PARTON_ASSIGN_OR_RETURN(ExprPtr r, SideColumn(*scope, right, scope->variables.size(), name, "right"));
    equal.push_back(MakeExpr(Expr::Compare{CompareOp::kEq, l, r}, name.span));
    Variable v;
    v.name = name.name;
    v.kind = Variable::Kind::kMerged;
    v.join = number;
    v.value = join.kind == ast::JoinKind::kRight ? r : l;
    if (join.kind == ast::JoinKind::kFull) {
      PARTON_ASSIGN_OR_RETURN(v.value, CallFunction("COALESCE", {l, r}, name.span));
    }
    merged.push_back(std::move(v));
  }
  for (Variable& v : merged) {
    const ast::Identifier* name = nullptr;
    for (const ast::Identifier& c : columns) name = c.name == v.name ? &c : name;
    // A column of a join further left becomes this one.
    for (size_t i = left; i < scope->variables.size(); ++i) {
      Variable& other = scope->variables[i];
      if (other.kind == Variable::Kind::kMerged && SameName(other.name, *name)) other.name.clear();
      if (other.kind == Variable::Kind::kRow) other.merged.push_back(*name);
    }
  }
  std::erase_if(scope->variables,
                [](const Variable& v) { return v.kind == Variable::Kind::kMerged && v.name.empty(); });
  scope->variables.insert(scope->variables.end(), merged.begin(), merged.end());
  return Conjoin(std::move(equal));
}

Result<PlanPtr> Binder::BindFrom(const std::vector<ast::FromPtr>& from, Scope* scope) {
  // Names of later sources and ON conditions see what was bound so far.
  if (!from.empty()) PARTON_RETURN_IF_ERROR(CheckLength(from.size(), "FROM", from.back()->span));
  scope->outer = scope_;
  Restore<const Scope*> inside(&scope_, scope);
  PlanPtr plan;
  for (const ast::FromPtr& item : from) {
    PARTON_ASSIGN_OR_RETURN(plan, BindFromItem(*item, std::move(plan), scope));
    if (from.size() == 1 && std::holds_alternative<ast::FromSource>(item->node)) continue;
    for (Variable& v : scope->variables) v.implied_name = false;
  }
  if (plan == nullptr) plan = MakePlan(Plan::Once{});
  return plan;
}

}  // namespace parton::binder

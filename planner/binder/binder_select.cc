// One SELECT block: from its FROM clause to the value of a row.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "parser/parser.h"
#include "planner/binder/binder_internal.h"
#include "planner/binder/row_functions.h"
#include "planner/plan/plan_visit.h"

namespace parton::binder {

namespace {

Value ExcludeStepValue(const ast::ExcludeStep& step) {
  using Kind = ast::PathStep::Kind;
  switch (step.kind) {
    case Kind::kName:
      return Value::List({Value::String("n"), Value::String(step.name.name), Value::Bool(step.name.quoted)});
    case Kind::kIndex: return Value::List({Value::String("i"), Value::Int(step.index)});
    case Kind::kWildcard: return Value::List({Value::String("w")});
    case Kind::kUnpivot: return Value::List({Value::String("u")});
  }
  return Value::Missing();
}

bool HasWildcard(const ast::Expr& e) {
  const auto* path = e.As<ast::Path>();
  if (path == nullptr) return false;
  for (const ast::PathStep& step : path->steps) {
    if (step.kind == ast::PathStep::Kind::kWildcard || step.kind == ast::PathStep::Kind::kUnpivot) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> Binder::ItemName(const ast::Expr& e) const {
  if (const auto* v = e.As<ast::Variable>()) return v->name.name;
  if (const auto* p = e.As<ast::Path>()) {
    const ast::PathStep& last = p->steps.back();
    if (last.kind == ast::PathStep::Kind::kName) return last.name.name;
    if (last.kind == ast::PathStep::Kind::kIndex) {
      const auto* literal = last.index->As<ast::Literal>();
      if (literal != nullptr && literal->value.is_text()) return std::string(literal->value.bytes());
      if (dynamo()) {
        // The last named component with its subscripts: m.k[0] is k[0].
        std::string subscripts;
        for (size_t i = p->steps.size(); i-- > 0;) {
          const ast::PathStep& step = p->steps[i];
          if (step.kind == ast::PathStep::Kind::kName) return step.name.name + subscripts;
          const auto* index = step.index == nullptr ? nullptr : step.index->As<ast::Literal>();
          if (index == nullptr) break;
          subscripts = fmt::format("[{}]", index->value.ToLiteral()) + subscripts;
        }
        if (const auto* root = p->root->As<ast::Variable>()) return root->name.name + subscripts;
      }
    }
  }
  if (const auto* cast = e.As<ast::Cast>(); cast != nullptr && cast->operand->As<ast::Variable>() != nullptr) {
    return cast->operand->As<ast::Variable>()->name.name;
  }
  return std::nullopt;
}

Status Binder::BindLet(const ast::Select& select, PlanPtr* plan, Scope* scope) {
  if (select.let.size() > static_cast<size_t>(kMaxDepth)) {
    return Status(StatusCode::kLimitExceeded,
                  fmt::format("LET has {} entries; at most {} are allowed", select.let.size(), kMaxDepth),
                  select.let.back().expr->span);
  }
  for (const ast::LetBinding& let : select.let) {
    Plan::Compute compute;
    int slot = NewSlot();
    PARTON_ASSIGN_OR_RETURN(ExprPtr value, BindExpr(*let.expr));
    compute.outputs.push_back(SlotExpr{slot, std::move(value)});
    *plan = MakePlan(std::move(compute), {std::move(*plan)});
    Variable v;
    v.name = let.name.name;
    v.kind = Variable::Kind::kLet;
    v.value = SlotRef(slot, v.name);
    scope->variables.push_back(std::move(v));
  }
  return Status::Ok();
}

Status Binder::BindExclude(const ast::Select& select, Scope* from, Scope* groups, std::vector<SlotExpr>* outputs) {
  std::vector<std::pair<Variable*, std::vector<Value>>> roots;
  for (const ast::ExcludePath& path : select.exclude) {
    Variable* root = nullptr;
    for (Scope* s : {groups, from}) {
      if (s == nullptr || root != nullptr) continue;
      for (Variable& v : s->variables) {
        if (SameName(v.name, path.root) || (!v.also_name.empty() && SameName(v.also_name, path.root))) root = &v;
      }
    }
    std::vector<Value> steps;
    if (root == nullptr) {
      // EXCLUDE a: an attribute of the one FROM variable.
      int rows = 0;
      for (Variable& v : from->variables) {
        if (v.kind == Variable::Kind::kRow) {
          ++rows;
          root = &v;
        }
      }
      if (rows != 1) {
        return Status::Validation(fmt::format("EXCLUDE: unknown name \"{}\"", path.root.name), path.span);
      }
      steps.push_back(ExcludeStepValue(ast::ExcludeStep{ast::PathStep::Kind::kName, path.root, 0}));
    } else if (path.steps.empty()) {
      return Status::Validation("EXCLUDE needs a path into a variable, not all of it", path.span);
    }
    for (const ast::ExcludeStep& step : path.steps) steps.push_back(ExcludeStepValue(step));
    auto known = std::find_if(roots.begin(), roots.end(), [&](const auto& r) { return r.first == root; });
    if (known == roots.end()) {
      roots.emplace_back(root, std::vector<Value>());
      known = roots.end() - 1;
    }
    known->second.push_back(Value::List(std::move(steps)));
  }
  for (auto& [root, paths] : roots) {
    int slot = NewSlot();
    std::vector<ExprPtr> args{root->value, MakeExpr(Expr::Literal{Value::List(std::move(paths))})};
    outputs->push_back(SlotExpr{slot, MakeExpr(Expr::Call{&ExcludeFunction(), std::move(args)})});
    root->value = SlotRef(slot, root->name);
    root->columns.clear();
    root->closed = false;
  }
  return Status::Ok();
}

void Binder::AddSpread(const Variable& v, int position, bool merged, Projection* p) {
  const bool fewer = merged && !v.merged.empty();
  if ((v.nullable || fewer) && v.closed) {
    // Unmatched rows of an outer join have all known columns, as NULL.
    for (const std::string& column : v.columns) {
      if (fewer && IsMerged(v, column)) continue;
      Item item;
      item.name = column;
      item.value = AttributeOf(v, ast::Identifier{column, true, {}});
      p->items.push_back(std::move(item));
    }
    return;
  }
  Item item;
  item.value = v.value;
  if (fewer) {
    std::vector<Value> paths;
    for (const ast::Identifier& name : v.merged) {
      ast::ExcludeStep step{ast::PathStep::Kind::kName, name, 0};
      step.name.quoted = name.quoted || v.stored;
      paths.push_back(Value::List({ExcludeStepValue(step)}));
    }
    std::vector<ExprPtr> args{v.value, MakeExpr(Expr::Literal{Value::List(std::move(paths))})};
    item.value = MakeExpr(Expr::Call{&ExcludeFunction(), std::move(args)});
  }
  item.spread = true;
  item.position = position;
  p->items.push_back(std::move(item));
}

void Binder::Star(const Scope& from, const Scope* groups, Projection* p) {
  if (groups != nullptr) {
    for (const Variable& v : groups->variables) {
      Item item;
      item.name = v.name;
      item.value = v.value;
      p->columns.push_back(v.name);
      p->items.push_back(std::move(item));
    }
    p->tuple = true;
    return;
  }
  bool known = true;
  int position = 0;
  // Columns of USING come first, those of the outermost join before the others.
  std::vector<const Variable*> merged;
  for (const Variable& v : from.variables) {
    if (v.kind == Variable::Kind::kMerged) merged.push_back(&v);
  }
  std::stable_sort(merged.begin(), merged.end(), [](const auto* a, const auto* b) { return a->join > b->join; });
  for (const Variable* v : merged) {
    Item item;
    item.name = v->name;
    item.value = v->value;
    p->columns.push_back(v->name);
    p->items.push_back(std::move(item));
  }
  for (const Variable& v : from.variables) {
    if (v.kind == Variable::Kind::kLet || v.kind == Variable::Kind::kMerged) continue;
    if (v.kind == Variable::Kind::kRow) {
      AddSpread(v, ++position, true, p);
      known = known && v.closed;
      for (const std::string& c : v.columns) {
        if (!IsMerged(v, c)) p->columns.push_back(c);
      }
      continue;
    }
    Item item;
    item.name = v.name;
    item.value = v.value;
    p->columns.push_back(v.name);
    p->items.push_back(std::move(item));
  }
  std::set<std::string> distinct(p->columns.begin(), p->columns.end());
  if (!known || distinct.size() != p->columns.size()) p->columns.clear();
  p->tuple = true;
  if (p->items.size() == 1 && p->items[0].spread) {
    const Variable& only = from.variables[0];
    if (only.tuple && !only.nullable) {
      p->value = only.value;
      p->stored = only.stored;
    }
  }
}

// The attributes that `e` names of a global index which has them not.
void Binder::AddUnprojected(const Expr& e, std::string* index, std::set<std::string>* names) const {
  const auto* path = e.As<Expr::Path>();
  const auto* base = path == nullptr ? nullptr : path->base->As<Expr::Slot>();
  for (const Scope* scope = scope_; base != nullptr && scope != nullptr; scope = scope->outer) {
    for (const Variable& v : scope->variables) {
      const auto* slot = v.value == nullptr ? nullptr : v.value->As<Expr::Slot>();
      const PathStep& step = path->steps[0];
      if (v.index == nullptr || v.index->kind != IndexKind::kGlobal || slot == nullptr || slot->index != base->index ||
          step.index >= 0 || path->ignore_case[0]) {
        continue;
      }
      if (v.index->Covers(step.name, v.table->key)) continue;
      *index = v.index->name;
      names->insert(step.name);
    }
  }
  ForEachChild(e, [&](const ExprPtr& child) { AddUnprojected(*child, index, names); });
}

// Beside a `*`, which gives what an index has, only what it has may be named. Elsewhere the choice of the access path
// finds out.
Status Binder::CheckProjected(const Projection& p) const {
  if (std::none_of(p.items.begin(), p.items.end(), [](const Item& i) { return i.spread; })) return Status::Ok();
  std::string index;
  std::set<std::string> names;
  TextSpan span;
  for (const Item& item : p.items) {
    if (!item.spread) AddUnprojected(*item.value, &index, &names);
    if (!names.empty() && span.line == 0) span = item.span;
  }
  if (names.empty()) return Status::Ok();
  return Status::Validation(
      fmt::format("One or more parameter values were invalid: Global secondary index {} does not project [{}]", index,
                  fmt::join(names, ", ")),
      span);
}

Status Binder::BindItems(const ast::Select& select, Projection* p) {
  p->named = true;
  p->tuple = true;
  // Items without a name are numbered among themselves.
  int position = 1;
  for (const ast::SelectItem& item : select.items) {
    if (item.kind == ast::SelectItem::Kind::kAllOf) {
      p->named = false;
      const auto* variable = item.expr->As<ast::Variable>();
      const Variable* row = variable == nullptr ? nullptr : FindLocal(variable->name, false);
      if (row != nullptr && row->kind == Variable::Kind::kRow) {
        AddSpread(*row, position++, false, p);
        if (select.items.size() == 1 && row->tuple && !row->nullable) {
          p->value = row->value;
          p->stored = row->stored;
          p->columns = row->columns;
        }
        continue;
      }
      if (strict() && item.expr->As<ast::Path>() != nullptr) {
        for (const ast::PathStep& step : item.expr->As<ast::Path>()->steps) {
          if (step.kind != ast::PathStep::Kind::kName) {
            return Status::Validation("only names may stand before .* in a select list", item.span);
          }
        }
      }
      Item spread;
      PARTON_ASSIGN_OR_RETURN(spread.value, BindExpr(*item.expr));
      spread.spread = true;
      spread.position = position++;
      spread.span = item.span;
      p->items.push_back(std::move(spread));
      continue;
    }
    if (strict() && HasWildcard(*item.expr)) {
      return Status::Validation("a path with a wildcard cannot be a select item", item.span, "SELECT VALUE takes it");
    }
    Item out;
    for (const auto& [key, bound] : block_->keys) {
      if (key == item.expr.get()) out.value = bound;
    }
    if (out.value == nullptr) {
      PARTON_ASSIGN_OR_RETURN(out.value, BindExpr(*item.expr));
    }
    out.alias = Written(item.as);
    std::optional<std::string> name = out.alias ? item.as.name : ItemName(*item.expr);
    out.name = name ? *std::move(name) : fmt::format("_{}", position++);
    out.span = item.span;
    p->items.push_back(std::move(out));
  }
  if (p->named) {
    for (const Item& item : p->items) p->columns.push_back(item.name);
  }
  return CheckProjected(*p);
}

Result<Binder::Projection> Binder::BindProjection(const ast::Select& select, const Scope& from, const Scope* groups) {
  Projection p;
  switch (select.kind) {
    case ast::Select::Kind::kItems: PARTON_RETURN_IF_ERROR(BindItems(select, &p)); break;
    case ast::Select::Kind::kStar:
      if (select.from.empty()) return Status::Validation("SELECT * needs a FROM clause", {});
      Star(from, groups, &p);
      break;
    case ast::Select::Kind::kValue: {
      PARTON_ASSIGN_OR_RETURN(p.value, BindExpr(*select.value));
      if (const auto* slot = p.value->As<Expr::Slot>()) {
        for (const Variable& v : from.variables) {
          const auto* row = v.value->As<Expr::Slot>();
          if (row == nullptr || row->index != slot->index) continue;
          p.stored = v.stored;
          p.tuple = v.tuple && !v.nullable;
        }
      }
      break;
    }
    case ast::Select::Kind::kPivot: {
      PARTON_ASSIGN_OR_RETURN(p.value, BindExpr(*select.value));
      PARTON_ASSIGN_OR_RETURN(p.pivot_name, BindExpr(*select.pivot_name));
      break;
    }
  }
  return p;
}

ExprPtr Binder::RowValue(const Projection& p, RowForm form, TextSpan span) {
  if (p.value != nullptr) return p.value;
  if (p.named && form == RowForm::kColumn && p.items.size() == 1) return p.items[0].value;
  if (p.named && form == RowForm::kArray) {
    Expr::MakeCollection make;
    make.type = Type::kList;
    for (const Item& item : p.items) make.elements.push_back(item.value);
    return MakeExpr(std::move(make), span);
  }
  Expr::MakeStruct make;
  for (const Item& item : p.items) {
    Expr::StructPart part;
    if (!item.spread) part.name = MakeExpr(Expr::Literal{Value::String(item.name)}, item.span);
    part.value = item.value;
    part.position = item.position;
    make.parts.push_back(std::move(part));
  }
  return MakeExpr(std::move(make), span);
}

Result<std::vector<SortKey>> Binder::BindOrderBy(const ast::Query& tail, const Scope* rows, Projection* p,
                                                 std::vector<SlotExpr>* computed) {
  std::vector<SortKey> keys;
  if (tail.order_by.empty()) return keys;
  Scope aliases;
  aliases.outer = rows;
  std::vector<int> slots;
  for (const Item& item : p->items) {
    if (item.spread) continue;
    Variable v;
    v.name = item.name;
    v.kind = Variable::Kind::kAlias;
    // An expression that both the row and the order need is computed once, if some key asks for it.
    bool simple = item.value->As<Expr::Slot>() != nullptr || item.value->As<Expr::Path>() != nullptr ||
                  item.value->As<Expr::Literal>() != nullptr;
    int slot = simple ? -1 : NewSlot();
    slots.push_back(slot);
    v.value = simple ? item.value : SlotRef(slot, item.name);
    aliases.variables.push_back(std::move(v));
  }
  // A name that two items have in different meanings is no name to order by.
  struct Meaning {
    ExprPtr value;
    bool one = true;
  };
  std::unordered_map<std::string, Meaning> meanings;
  for (const Variable& v : aliases.variables) {
    const auto [known, added] = meanings.try_emplace(v.name, Meaning{v.value});
    if (!added) known->second.one = known->second.one && SameExpr(*known->second.value, *v.value);
  }
  std::erase_if(aliases.variables, [&](const Variable& v) { return !meanings.at(v.name).one; });
  Restore<const Scope*> inside(&scope_, &aliases);
  for (const ast::OrderItem& item : tail.order_by) {
    const auto* literal = item.expr->As<ast::Literal>();
    if (literal != nullptr && literal->value.is_small_int() && p->named) {
      int64_t position = literal->value.int_value();
      if (position < 1 || position > static_cast<int64_t>(p->items.size())) {
        return Status::Validation(fmt::format("ORDER BY position {} is not in the select list", position),
                                  item.expr->span);
      }
      SortKey key;
      key.expr = p->items[static_cast<size_t>(position - 1)].value;
      key.descending = item.descending;
      key.nulls_first = item.nulls_first.value_or(item.descending);
      keys.push_back(std::move(key));
      continue;
    }
    PARTON_ASSIGN_OR_RETURN(SortKey key, BindSortKey(item));
    keys.push_back(std::move(key));
  }
  std::unordered_set<int> used;
  for (const SortKey& k : keys) {
    for (int slot : SlotsRead(*k.expr)) used.insert(slot);
  }
  size_t next = 0;
  for (Item& item : p->items) {
    if (item.spread) continue;
    int slot = slots[next++];
    if (slot < 0 || !used.contains(slot)) continue;
    computed->push_back(SlotExpr{slot, item.value});
    item.value = SlotRef(slot, item.name, item.value->span);
  }
  return keys;
}

Status Binder::CheckDistinctOrder(const std::vector<SortKey>& keys, const Projection& p) const {
  std::vector<ExprPtr> allowed;
  if (p.value != nullptr) allowed.push_back(p.value);
  for (const Item& item : p.items) allowed.push_back(item.value);
  std::function<bool(const Expr&)> fits = [&](const Expr& e) {
    for (const ExprPtr& a : allowed) {
      if (SameExpr(e, *a)) return true;
    }
    if (e.As<Expr::Slot>() != nullptr || e.As<Expr::Subquery>() != nullptr) return false;
    bool all = true;
    ForEachChild(e, [&](const ExprPtr& child) { all = all && fits(*child); });
    return all;
  };
  for (const SortKey& key : keys) {
    if (!fits(*key.expr)) {
      return Status::Validation("with SELECT DISTINCT, what ORDER BY names must be in the select list", key.expr->span);
    }
  }
  return Status::Ok();
}

Result<ExprPtr> Binder::BindQualify(const ast::Select& select, const Scope* rows, const Projection& p) {
  if (select.qualify == nullptr) return ExprPtr();
  Scope aliases;
  aliases.outer = rows;
  for (const Item& item : p.items) {
    if (item.spread || !item.alias) continue;
    Variable v;
    v.name = item.name;
    v.kind = Variable::Kind::kAlias;
    v.value = item.value;
    aliases.variables.push_back(std::move(v));
  }
  Restore<const Scope*> inside(&scope_, &aliases);
  PARTON_ASSIGN_OR_RETURN(ExprPtr qualify, BindExpr(*select.qualify));
  if (block_->windows.empty()) {
    return Status::Validation("QUALIFY is about window functions, and the query has none", select.qualify->span,
                              "WHERE filters rows, HAVING groups");
  }
  return qualify;
}

Result<BoundQuery> Binder::BindSelect(const ast::Select& select, const ast::Query& tail, RowForm form) {
  Restore<bool> exact(&rounds_numerals_, false);
  Block block;
  block.select = &select;
  block.outer = block_;
  Scope from;
  from.outer = scope_;
  block.from = &from;
  Restore<Block*> in_block(&block_, &block);
  block.no_aggregates = block.no_windows = "FROM";
  PARTON_ASSIGN_OR_RETURN(PlanPtr plan, BindFrom(select.from, &from));
  Restore<const Scope*> in_from(&scope_, &from);
  block.no_aggregates = block.no_windows = "LET";
  PARTON_RETURN_IF_ERROR(BindLet(select, &plan, &from));
  if (select.where != nullptr) {
    block.no_aggregates = block.no_windows = "WHERE";
    PARTON_ASSIGN_OR_RETURN(ExprPtr where, BindExpr(*select.where));
    plan = MakePlan(Plan::Filter{std::move(where)}, {std::move(plan)});
  }
  Grouping grouping;
  grouping.scope.outer = &from;
  if (select.group_by != nullptr) PARTON_RETURN_IF_ERROR(BindGroupBy(select, from, &grouping));
  const Scope* rows = select.group_by != nullptr ? &grouping.scope : &from;
  if (select.group_by != nullptr) block.grouping = &grouping.sets;
  scope_ = rows;

  // What follows is bound over the FROM variables, then put in terms of the groups.
  block.no_aggregates = block.no_windows = nullptr;
  Projection p;
  std::vector<SlotExpr> excluded;
  if (select.exclude.empty()) {
    PARTON_ASSIGN_OR_RETURN(p, BindProjection(select, from, select.group_by ? rows : nullptr));
  } else {
    Scope from_copy = from;
    Scope groups_copy = grouping.scope;
    groups_copy.outer = &from_copy;
    PARTON_RETURN_IF_ERROR(BindExclude(select, &from_copy, select.group_by ? &groups_copy : nullptr, &excluded));
    Restore<const Scope*> inside(&scope_, select.group_by ? &groups_copy : &from_copy);
    PARTON_ASSIGN_OR_RETURN(p, BindProjection(select, from_copy, select.group_by ? &groups_copy : nullptr));
  }
  ExprPtr having;
  if (select.having != nullptr) {
    if (select.group_by == nullptr && strict()) {
      return Status::Validation("HAVING needs GROUP BY", select.having->span);
    }
    block.no_windows = "HAVING";
    PARTON_ASSIGN_OR_RETURN(having, BindExpr(*select.having));
    block.no_windows = nullptr;
  }
  PARTON_ASSIGN_OR_RETURN(ExprPtr qualify, BindQualify(select, rows, p));
  std::vector<SlotExpr> computed;
  PARTON_ASSIGN_OR_RETURN(std::vector<SortKey> order, BindOrderBy(tail, rows, &p, &computed));
  if (dynamo()) {
    PARTON_RETURN_IF_ERROR(CheckDynamoRead(plan));
    PARTON_RETURN_IF_ERROR(CheckDynamoOrder(order, plan));
  }

  if (select.group_by != nullptr || !block.aggregates.empty() || having != nullptr) {
    grouping.from_slots = SlotsDefined(*plan);
    for (Item& item : p.items) {
      PARTON_ASSIGN_OR_RETURN(item.value, OverGroups(item.value, grouping));
    }
    PARTON_ASSIGN_OR_RETURN(p.value, OverGroups(p.value, grouping));
    PARTON_ASSIGN_OR_RETURN(p.pivot_name, OverGroups(p.pivot_name, grouping));
    PARTON_ASSIGN_OR_RETURN(having, OverGroups(having, grouping));
    PARTON_ASSIGN_OR_RETURN(qualify, OverGroups(qualify, grouping));
    PARTON_RETURN_IF_ERROR(OverGroups(&order, grouping));
    for (std::vector<SlotExpr>* list : {&excluded, &computed}) {
      for (SlotExpr& s : *list) {
        PARTON_ASSIGN_OR_RETURN(s.expr, OverGroups(s.expr, grouping));
      }
    }
    for (Plan::WindowCall& w : block.windows) PARTON_RETURN_IF_ERROR(OverGroups(&w, grouping));
    SortForAggregates(block.aggregates, &plan);
    plan = Aggregated(std::move(plan), &grouping, std::move(block.aggregates));
    if (having != nullptr) plan = MakePlan(Plan::Filter{std::move(having)}, {std::move(plan)});
  }
  if (!block.windows.empty()) {
    plan = MakePlan(Plan::Window{std::move(block.windows)}, {std::move(plan)});
  }
  if (qualify != nullptr) plan = MakePlan(Plan::Filter{std::move(qualify)}, {std::move(plan)});
  for (std::vector<SlotExpr>* list : {&excluded, &computed}) {
    if (!list->empty()) plan = MakePlan(Plan::Compute{std::move(*list)}, {std::move(plan)});
  }
  bool distinct = select.quantifier == ast::SetQuantifier::kDistinct;
  if (distinct && !order.empty()) PARTON_RETURN_IF_ERROR(CheckDistinctOrder(order, p));

  BoundQuery q;
  q.query.slot = ComputeSlot(RowValue(p, form, tail.span), "row", &plan);
  if (select.kind == ast::Select::Kind::kPivot) {
    q.query.shape = Query::Shape::kPivot;
    q.query.name_slot = ComputeSlot(p.pivot_name, "name", &plan);
  }
  if (distinct) plan = MakePlan(Plan::Distinct{q.query.slot}, {std::move(plan)});
  if (!order.empty()) {
    plan = MakePlan(Plan::Sort{order, nullptr}, {std::move(plan)});
    if (q.query.shape == Query::Shape::kBag) q.query.shape = Query::Shape::kList;
  }
  scope_ = from.outer;
  PARTON_RETURN_IF_ERROR(AddLimit(tail, std::move(order), &plan));
  q.query.root = std::move(plan);
  if (form == RowForm::kTuple) {
    q.query.columns = std::move(p.columns);
    q.explicit_columns = p.named;
    q.stored = p.stored;
    q.tuple = p.tuple;
  }
  return q;
}

}  // namespace parton::binder

// One SELECT block: from its FROM clause to the value of a row.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "parser/parser.h"
#include "planner/binder/binder_from.h"
#include "planner/binder/binder_internal.h"
#include "planner/binder/row_functions.h"
#include "planner/dynamo/key_conditions.h"
#include "planner/plan/plan_visit.h"

namespace parton::binder {

namespace {

// What DISTINCT leaves of a row can be ordered by.
Status CheckDistinctOrder(const std::vector<SortKey>& keys, const Projection& p) {
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

}  // namespace

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
  Restore<const Scope*> inside(&scopes_.top, &aliases);
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
  Restore<const Scope*> inside(&scopes_.top, &aliases);
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
  from.outer = scopes_.top;
  block.from = &from;
  Restore<Block*> in_block(&block_, &block);
  block.no_aggregates = block.no_windows = "FROM";
  PARTON_ASSIGN_OR_RETURN(PlanPtr plan, FromBinder(*this).BindFrom(select.from, &from));
  Restore<const Scope*> in_from(&scopes_.top, &from);
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
  scopes_.top = rows;

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
    Restore<const Scope*> inside(&scopes_.top, select.group_by ? &groups_copy : &from_copy);
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
    PARTON_RETURN_IF_ERROR(CheckDynamoRead(plan, input_.key_condition_failed));
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
  scopes_.top = from.outer;
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

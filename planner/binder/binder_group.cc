// GROUP BY: keys, and what expressions mean above the groups.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "planner/binder/binder_internal.h"
#include "planner/plan/plan_visit.h"
#include "types/functions/program_functions.h"

namespace parton::binder {

namespace {

bool HasAggregate(const ast::Expr& e, const ProgramFunctions* functions) {
  if (const auto* call = e.As<ast::Call>()) {
    return call->over != nullptr || FindAggregateFunction(functions, call->name.name) != nullptr;
  }
  return false;
}

// Whether the expression reads an attribute of that name: GROUP BY means that one then.
bool ReadsName(const Expr& e, const ast::Identifier& name) {
  if (const auto* path = e.As<Expr::Path>()) {
    for (const PathStep& step : path->steps) {
      if (step.index < 0 && SameName(step.name, name)) return true;
    }
  }
  bool found = false;
  ForEachChild(e, [&](const ExprPtr& child) { found = found || ReadsName(*child, name); });
  return found;
}

// Whether the path begins with the steps of the key. Unquoted names are the same regardless of
// case.
bool BeginsWith(const Expr::Path& path, const Expr::Path& key) {
  if (key.steps.size() > path.steps.size() || !SameExpr(*key.base, *path.base)) return false;
  for (size_t i = 0; i < key.steps.size(); ++i) {
    const PathStep &a = path.steps[i], &b = key.steps[i];
    bool any_case = path.ignore_case[i] && key.ignore_case[i];
    if (a.index != b.index || !(any_case ? EqualsIgnoreCase(a.name, b.name) : a.name == b.name)) return false;
  }
  return true;
}

// ARRAY_AGG(x ORDER BY y): rows reach the groups in that order. All calls with an order have the same: BindAggregate
// rewrites the others.
PlanPtr SortedForAggregates(const std::vector<Plan::AggregateCall>& calls, PlanPtr rows) {
  for (const Plan::AggregateCall& call : calls) {
    if (call.order.empty()) continue;
    return MakePlan(Plan::Sort{call.order, nullptr}, {std::move(rows)});
  }
  return rows;
}

}  // namespace

bool SameOrder(const std::vector<SortKey>& a, const std::vector<SortKey>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SortKey& x, const SortKey& y) {
    return SameExpr(*x.expr, *y.expr) && x.descending == y.descending && x.nulls_first == y.nulls_first;
  });
}

ExprPtr OrderedRow(const std::vector<ExprPtr>& args, const std::vector<SortKey>& order, TextSpan span) {
  Expr::MakeCollection row{Type::kList, args};
  for (const SortKey& key : order) row.elements.push_back(key.expr);
  return MakeExpr(std::move(row), span);
}

ExprPtr Binder::OrderedAggregate(ExprPtr rows, const AggregateFunction& function, size_t args, bool distinct,
                                 const std::vector<SortKey>& order, TextSpan span) {
  Plan::Unnest unnest;
  unnest.collection = std::move(rows);
  unnest.slot = NewSlot();
  auto element = [&](size_t i) {
    PathStep step{"", static_cast<int64_t>(i)};
    return MakeExpr(Expr::Path{SlotRef(unnest.slot, "row"), {std::move(step)}, {false}, {}}, span);
  };
  Plan::Sort sort;
  for (size_t i = 0; i < order.size(); ++i) {
    sort.keys.push_back(SortKey{element(args + i), order[i].descending, order[i].nulls_first});
  }
  Plan::AggregateCall call;
  call.function = &function;
  call.distinct = distinct;
  call.slot = NewSlot();
  for (size_t i = 0; i < args; ++i) call.args.push_back(element(i));
  Plan::Aggregate aggregate;
  BoundQuery q;
  q.query.shape = Query::Shape::kValue;
  q.query.slot = call.slot;
  aggregate.calls.push_back(std::move(call));
  PlanPtr plan = MakePlan(std::move(unnest), {MakePlan(Plan::Once{})});
  plan = MakePlan(std::move(sort), {std::move(plan)});
  q.query.root = MakePlan(std::move(aggregate), {std::move(plan)});
  return MakeSubquery(Expr::Subquery::Kind::kCollection, std::move(q), span);
}

PlanPtr Binder::Aggregated(PlanPtr rows, Grouping* g, std::vector<Plan::AggregateCall> calls) {
  rows = SortedForAggregates(calls, std::move(rows));
  Plan::Aggregate aggregate;
  aggregate.keys = g->keys;
  aggregate.calls = std::move(calls);
  aggregate.group_as_slot = g->group_as_slot;
  aggregate.group_as = std::move(g->group_as);
  const auto& sets = g->sets.sets;
  if (sets.size() > 1) {
    // Each row once for each set, with NULL for the keys that are not in it.
    Plan::Unnest unnest;
    unnest.slot = NewSlot();
    std::vector<Value> numbers;
    for (size_t s = 0; s < sets.size(); ++s) numbers.push_back(Value::Int(static_cast<int64_t>(s)));
    unnest.collection = MakeExpr(Expr::Literal{Value::List(numbers)});
    const ExprPtr number = SlotRef(unnest.slot, "grouping set");
    for (size_t k = 0; k < aggregate.keys.size(); ++k) {
      std::vector<Value> having;
      for (size_t s = 0; s < sets.size(); ++s) {
        if (std::find(sets[s].begin(), sets[s].end(), k) != sets[s].end()) having.push_back(numbers[s]);
      }
      if (having.size() == sets.size()) continue;
      ExprPtr among = MakeExpr(Expr::Literal{Value::List(std::move(having))});
      Expr::Case key;
      key.branches.emplace_back(MakeExpr(Expr::In{number, std::move(among), false}), aggregate.keys[k].expr);
      key.otherwise = MakeExpr(Expr::Literal{Value::Null()});
      aggregate.keys[k].expr = MakeExpr(std::move(key), aggregate.keys[k].expr->span);
    }
    for (size_t s = 0; s < sets.size(); ++s) {
      if (!sets[s].empty()) continue;
      std::vector<Value> total(aggregate.keys.size(), Value::Null());
      total.push_back(numbers[s]);
      aggregate.empty_groups.push_back(std::move(total));
    }
    aggregate.keys.push_back(SlotExpr{g->sets.slot, number});
    rows = MakePlan(std::move(unnest), {std::move(rows)});
  }
  return MakePlan(std::move(aggregate), {std::move(rows)});
}

Status Binder::BindGroupBy(const ast::Select& select, const Scope& from, Grouping* g) {
  const ast::GroupBy& group = *select.group_by;
  Restore<const char*> place(&block_->no_aggregates, "GROUP BY");
  Restore<const char*> windows(&block_->no_windows, "GROUP BY");
  int unnamed = 0;
  std::vector<size_t> number;  // of the written keys among those that differ
  for (const ast::GroupKey& key : group.keys) {
    const ast::Expr* e = key.expr.get();
    ExprPtr bound;
    std::optional<std::string> name = Written(key.as) ? key.as.name : ItemName(*e, dynamo());
    const auto* variable = e->As<ast::Variable>();
    const auto* literal = e->As<ast::Literal>();
    if (literal != nullptr && literal->value.is_small_int() && select.kind == ast::Select::Kind::kItems) {
      // A position in the select list, as SQL has it.
      int64_t position = literal->value.int_value();
      if (position >= 1 && position <= static_cast<int64_t>(select.items.size())) {
        const ast::SelectItem& item = select.items[static_cast<size_t>(position - 1)];
        if (item.kind == ast::SelectItem::Kind::kExpr && !HasAggregate(*item.expr, input_.functions)) {
          e = item.expr.get();
          if (!Written(key.as)) {
            name = Written(item.as) ? item.as.name : ItemName(*e, dynamo());
          }
        }
      }
    } else if (variable != nullptr && !variable->local && scopes_.Find(variable->name) == nullptr) {
      // A select alias, unless the alias hides the attribute it is made of.
      for (const ast::SelectItem& item : select.items) {
        if (!Written(item.as) || !SameName(item.as.name, variable->name) || HasAggregate(*item.expr, input_.functions))
          continue;
        Result<ExprPtr> aliased = BindExpr(*item.expr);
        if (aliased.ok() && !ReadsName(**aliased, variable->name)) {
          bound = *std::move(aliased);
          block_->keys.emplace_back(item.expr.get(), bound);
        }
        break;
      }
    }
    if (bound == nullptr) {
      PARTON_ASSIGN_OR_RETURN(bound, BindExpr(*e));
      if (e != key.expr.get()) block_->keys.emplace_back(e, bound);
    }
    if (group.sets.has_value()) {
      // ROLLUP (a, b), a: the same key.
      auto known =
          std::find_if(g->keys.begin(), g->keys.end(), [&](const SlotExpr& k) { return SameExpr(*k.expr, *bound); });
      number.push_back(static_cast<size_t>(known - g->keys.begin()));
      if (known != g->keys.end()) continue;
    }
    Variable v;
    v.name = name ? *std::move(name) : fmt::format("_{}", ++unnamed);
    v.kind = Variable::Kind::kKey;
    int slot = NewSlot();
    v.value = SlotRef(slot, v.name);
    for (const Variable& row : from.variables) {
      if (row.nullable && SameExpr(*row.value, *bound)) v.nullable = true;
    }
    g->scope.variables.push_back(std::move(v));
    g->keys.push_back(SlotExpr{slot, std::move(bound)});
  }
  for (const SlotExpr& key : g->keys) g->sets.keys.push_back(key.expr);
  if (group.sets.has_value()) {
    for (const std::vector<size_t>& set : *group.sets) {
      std::vector<size_t> keys;
      for (size_t k : set) {
        if (std::find(keys.begin(), keys.end(), number[k]) == keys.end()) keys.push_back(number[k]);
      }
      g->sets.sets.push_back(std::move(keys));
    }
    if (g->sets.sets.size() > 1) g->sets.slot = NewSlot();
  }
  if (Written(group.as)) {
    g->group_as_slot = NewSlot();
    int position = 0;
    for (const Variable& v : from.variables) {
      ++position;
      if (v.kind == Variable::Kind::kLet || v.kind == Variable::Kind::kMerged) continue;
      g->group_as.emplace_back(v.name.empty() ? fmt::format("_{}", position) : v.name, v.value);
    }
    Variable v;
    v.name = group.as.name;
    v.kind = Variable::Kind::kKey;
    v.value = SlotRef(g->group_as_slot, v.name);
    g->scope.variables.push_back(std::move(v));
  }
  return Status::Ok();
}

Result<ExprPtr> OverGroups(const ExprPtr& e, const Grouping& g) {
  if (e == nullptr) return e;
  for (const SlotExpr& key : g.keys) {
    if (SameExpr(*e, *key.expr)) return SlotRef(key.slot, ToString(*key.expr), e->span);
  }
  // A path that goes on from a key that is a path.
  if (const auto* path = e->As<Expr::Path>()) {
    for (const SlotExpr& key : g.keys) {
      const auto* prefix = key.expr->As<Expr::Path>();
      if (prefix == nullptr || !BeginsWith(*path, *prefix)) continue;
      auto n = static_cast<std::ptrdiff_t>(prefix->steps.size());
      if (prefix->steps.size() == path->steps.size()) return SlotRef(key.slot, ToString(*key.expr), e->span);
      Expr::Path rest;
      rest.base = SlotRef(key.slot, ToString(*key.expr), e->span);
      rest.steps.assign(path->steps.begin() + n, path->steps.end());
      rest.ignore_case.assign(path->ignore_case.begin() + n, path->ignore_case.end());
      return MakeExpr(std::move(rest), e->span);
    }
  }
  auto refuse = [&](const Expr& what) {
    return Status::Validation(
        fmt::format("{} must be a GROUP BY key or stand in an aggregate function", ToString(what)), what.span);
  };
  if (const auto* slot = e->As<Expr::Slot>()) {
    if (std::binary_search(g.from_slots.begin(), g.from_slots.end(), slot->index)) return refuse(*e);
    return e;
  }
  if (const auto* sub = e->As<Expr::Subquery>()) {
    if (!Intersects(sub->reads, g.from_slots)) return e;
    Status failed;
    auto map_expr = [&](const ExprPtr& inner) {
      Result<ExprPtr> mapped = OverGroups(inner, g);
      if (mapped.ok()) return *std::move(mapped);
      if (failed.ok()) failed = std::move(mapped).status();
      return inner;
    };
    auto query = std::make_shared<Query>(*static_cast<const Query*>(sub->plan.get()));
    query->root = TransformUp(query->root, [&](const PlanPtr& p) { return MapExprs(p, map_expr); });
    PARTON_RETURN_IF_ERROR(std::move(failed));
    Expr::Subquery copy = *sub;
    copy.reads = SlotsFree(*query->root);
    copy.plan = std::move(query);
    return MakeExpr(std::move(copy), e->span);
  }
  Status failed;
  ExprPtr mapped = MapChildren(e, [&](const ExprPtr& child) {
    Result<ExprPtr> inner = OverGroups(child, g);
    if (inner.ok()) return *std::move(inner);
    // The path tells more than its root.
    if (failed.ok()) failed = e->As<Expr::Path>() != nullptr ? refuse(*e) : std::move(inner).status();
    return child;
  });
  PARTON_RETURN_IF_ERROR(std::move(failed));
  return mapped;
}

Status OverGroups(std::vector<SortKey>* keys, const Grouping& g) {
  for (SortKey& key : *keys) {
    PARTON_ASSIGN_OR_RETURN(key.expr, OverGroups(key.expr, g));
  }
  return Status::Ok();
}

Status OverGroups(Plan::WindowCall* call, const Grouping& g) {
  for (ExprPtr& e : call->args) {
    PARTON_ASSIGN_OR_RETURN(e, OverGroups(e, g));
  }
  for (ExprPtr& e : call->partition) {
    PARTON_ASSIGN_OR_RETURN(e, OverGroups(e, g));
  }
  PARTON_ASSIGN_OR_RETURN(call->filter, OverGroups(call->filter, g));
  return OverGroups(&call->order, g);
}

}  // namespace parton::binder

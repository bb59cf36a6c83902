#include "planner/plan/plan_visit.h"

#include <type_traits>
#include <unordered_set>

#include "types/status/bounds.h"

namespace parton {

namespace {

// Applies fn to each ExprPtr member of a node; where that is not const, in place. The one list of where expressions
// live.
template <bool kConst, typename Fn>
struct ExprMembers {
  template <typename T>
  using Ref = std::conditional_t<kConst, const T&, T&>;

  Fn& fn;

  void Visit(Ref<ExprPtr> e) {
    if (e == nullptr) return;
    if constexpr (kConst) {
      fn(e);
    } else {
      e = fn(e);
    }
  }
  void Visit(Ref<std::optional<ExprPtr>> e) {
    if (e.has_value()) Visit(*e);
  }
  void Visit(Ref<std::vector<ExprPtr>> list) {
    for (auto& e : list) Visit(e);
  }
  void Visit(Ref<std::vector<SlotExpr>> list) {
    for (auto& s : list) Visit(s.expr);
  }
  void Visit(Ref<std::vector<SortKey>> list) {
    for (auto& k : list) Visit(k.expr);
  }
  void Visit(Ref<std::vector<std::pair<ExprPtr, ExprPtr>>> list) {
    for (auto& [a, b] : list) {
      Visit(a);
      Visit(b);
    }
  }
  void Visit(Ref<std::vector<BoundExpr>> list) {
    for (auto& b : list) Visit(b.value);
  }
  void Visit(Ref<std::vector<RowBoundExpr>> list) {
    for (auto& b : list) Visit(b.values);
  }

  void operator()(Ref<Plan::Once>) {}
  void operator()(Ref<Plan::Empty>) {}
  void operator()(Ref<Plan::Access> n) {
    for (auto& k : n.keys) {
      Visit(k.hash);
      Visit(k.range);
    }
    for (auto& r : n.ranges) {
      Visit(r.hash);
      Visit(r.lows);
      Visit(r.highs);
      Visit(r.prefixes);
      Visit(r.row_lows);
      Visit(r.row_highs);
    }
    Visit(n.after);
    Visit(n.hash_list);
    Visit(n.range_list);
    Visit(n.filter);
    Visit(n.exclusive);
    Visit(n.pushed_filter);
  }
  void operator()(Ref<Plan::FunctionScan> n) { Visit(n.args); }
  void operator()(Ref<Plan::Unnest> n) { Visit(n.collection); }
  void operator()(Ref<Plan::Filter> n) {
    Visit(n.predicate);
    Visit(n.exclusive);
  }
  void operator()(Ref<Plan::Compute> n) { Visit(n.outputs); }
  void operator()(Ref<Plan::Join> n) {
    Visit(n.on);
    Visit(n.keys);
  }
  void operator()(Ref<Plan::SemiJoin> n) {
    Visit(n.keys);
    Visit(n.on);
  }
  void operator()(Ref<Plan::Aggregate> n) {
    Visit(n.keys);
    for (auto& c : n.calls) {
      Visit(c.args);
      Visit(c.filter);
      Visit(c.order);
    }
    for (auto& [name, e] : n.group_as) Visit(e);
  }
  void operator()(Ref<Plan::Window> n) {
    for (auto& c : n.calls) {
      Visit(c.args);
      Visit(c.partition);
      Visit(c.order);
      Visit(c.start_offset);
      Visit(c.end_offset);
      Visit(c.filter);
    }
  }
  void operator()(Ref<Plan::Sort> n) {
    Visit(n.keys);
    Visit(n.limit);
  }
  void operator()(Ref<Plan::Limit> n) {
    Visit(n.limit);
    Visit(n.offset);
    Visit(n.ties);
    Visit(n.after);
  }
  void operator()(Ref<Plan::Distinct>) {}
  void operator()(Ref<Plan::SetOperation>) {}
  void operator()(Ref<Plan::Shared>) {}
  void operator()(Ref<Plan::Recursive>) {}
  void operator()(Ref<Plan::Gather>) {}
  void operator()(Ref<Plan::GraphMatch> n) {
    Visit(n.graph);
    Visit(n.conditions);
  }
};

}  // namespace

PlanPtr MapExprs(const PlanPtr& plan, const std::function<ExprPtr(const ExprPtr&)>& fn) {
  auto copy = std::make_shared<Plan>(*plan);
  bool changed = false;
  auto wrapped = [&](const ExprPtr& e) {
    ExprPtr result = fn(e);
    changed |= result != e;
    return result;
  };
  ExprMembers<false, decltype(wrapped)> members{wrapped};
  std::visit([&](auto& n) { members(n); }, copy->node);
  return changed ? copy : plan;
}

void ForEachExpr(const Plan& plan, const std::function<void(const ExprPtr&)>& fn) {
  CheckPoint();
  ExprMembers<true, const std::function<void(const ExprPtr&)>> members{fn};
  std::visit([&](const auto& n) { members(n); }, plan.node);
}

void ForEachSubquery(const Plan& plan, const std::function<void(const Expr::Subquery&, const Query&)>& fn) {
  std::unordered_set<const void*> seen;
  std::function<void(const ExprPtr&)> visit = [&](const ExprPtr& e) {
    if (const auto* subquery = e->As<Expr::Subquery>()) {
      if (seen.insert(subquery->plan.get()).second) fn(*subquery, *static_cast<const Query*>(subquery->plan.get()));
      return;
    }
    ForEachChild(*e, visit);
  };
  ForEachExpr(plan, visit);
}

void ForEachPlanBelow(const Plan& plan, const std::function<void(const Plan&)>& fn) {
  for (const PlanPtr& input : plan.inputs) fn(*input);
  ForEachSubquery(plan, [&](const Expr::Subquery&, const Query& query) { fn(*query.root); });
}

PlanPtr WithInputs(const PlanPtr& plan, std::vector<PlanPtr> inputs) {
  CheckPoint();
  if (inputs == plan->inputs) return plan;
  auto copy = std::make_shared<Plan>(*plan);
  copy->inputs = std::move(inputs);
  return copy;
}

PlanPtr TransformUp(const PlanPtr& plan, const std::function<PlanPtr(const PlanPtr&)>& fn) {
  CheckStack();
  std::vector<PlanPtr> inputs;
  inputs.reserve(plan->inputs.size());
  for (const PlanPtr& input : plan->inputs) inputs.push_back(TransformUp(input, fn));
  return fn(WithInputs(plan, std::move(inputs)));
}

ExprPtr TransformExpr(const ExprPtr& e, const std::function<ExprPtr(const ExprPtr&)>& fn) {
  return fn(MapChildren(e, [&](const ExprPtr& child) { return TransformExpr(child, fn); }));
}

const Plan::Access* PointLookup(const Plan& join) {
  const auto* n = join.As<Plan::Join>();
  if (n == nullptr || !n->lateral || !n->keys.empty() || n->strategy != JoinStrategy::kNestedLoop) return nullptr;
  if (n->kind == JoinKind::kRight || n->kind == JoinKind::kFull) return nullptr;
  const auto* access = join.inputs[1]->As<Plan::Access>();
  const bool one_key = access != nullptr && access->kind == AccessKind::kGetItem && access->keys.size() == 1 &&
                       access->hash_list == nullptr && access->range_list == nullptr && !access->limit;
  return one_key ? access : nullptr;
}

std::vector<ExprPtr> Conjuncts(const ExprPtr& predicate) {
  if (predicate == nullptr) return {};
  const auto* conjunction = predicate->As<Expr::And>();
  if (conjunction == nullptr) return {predicate};
  std::vector<ExprPtr> out;
  for (const ExprPtr& term : conjunction->terms) {
    for (ExprPtr& inner : Conjuncts(term)) out.push_back(std::move(inner));
  }
  return out;
}

ExprPtr Conjoin(std::vector<ExprPtr> terms) {
  if (terms.empty()) return nullptr;
  if (terms.size() == 1) return terms[0];
  TextSpan span = terms[0]->span;
  return MakeExpr(Expr::And{std::move(terms)}, span);
}

}  // namespace parton

#include "planner/plan/plan_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/plan/plan_visit.h"

namespace parton {

namespace {

// What the expressions of a plan ask of its execution.
struct Needs {
  bool subquery = false;
  bool clock = false;  // a function that may give another result next time

  void Add(const ExprPtr& e) {
    if (e == nullptr) return;
    if (e->As<Expr::Subquery>() != nullptr) subquery = clock = true;
    const auto* call = e->As<Expr::Call>();
    if (call != nullptr && !call->function->deterministic) clock = true;
    ForEachChild(*e, [&](const ExprPtr& child) { Add(child); });
  }
  void Add(const Plan& plan) {
    ForEachExpr(plan, [&](const ExprPtr& e) { Add(e); });
    for (const PlanPtr& input : plan.inputs) Add(*input);
  }
};

bool IsPointRead(const Plan& plan) {
  const Plan::Access* access = OnlyAccess(plan);
  return access != nullptr && access->kind == AccessKind::kGetItem;
}

double ItemsOf(const Plan& plan) {
  double items = plan.As<Plan::Access>() != nullptr ? plan.estimate.items : 0;
  ForEachPlanBelow(plan, [&](const Plan& below) { items += ItemsOf(below); });
  return items;
}

uint64_t AsCount(double items) { return items >= 1 && items < 1e18 ? static_cast<uint64_t>(items) : 0; }

void AddPaths(const Plan& plan, std::string* out) {
  if (const auto* a = plan.As<Plan::Access>()) {
    if (!out->empty()) *out += ", ";
    *out += fmt::format("{} {}", AccessKindName(a->kind), a->table->name);
    if (a->index != nullptr) *out += "." + a->index->name;
  }
  ForEachPlanBelow(plan, [&](const Plan& below) { AddPaths(below, out); });
}

bool AnyNode(const Plan& plan, bool (*matches)(const Plan&)) {
  return matches(plan) || std::any_of(plan.inputs.begin(), plan.inputs.end(),
                                      [&](const PlanPtr& input) { return AnyNode(*input, matches); });
}

}  // namespace

PlanFacts FactsOf(const Query& query) {
  Needs needs;
  needs.Add(*query.root);
  PlanFacts facts;
  facts.needs_no_snapshot = IsPointRead(*query.root) && !needs.subquery;
  facts.needs_clock = needs.clock;
  facts.expected_items = AsCount(ItemsOf(*query.root));
  return facts;
}

PlanFacts FactsOf(const WritePlan& write) {
  Needs needs;
  needs.Add(write.condition);
  for (const UpdateAction& a : write.actions) needs.Add(a.value);
  if (write.again != nullptr) needs.Add(*write.again);
  PlanFacts facts;
  double items = 0;
  if (write.target != nullptr) {
    needs.Add(*write.target);
    facts.needs_no_snapshot = WritesByKey(write);
    items = ItemsOf(*write.target);
  }
  if (write.source != nullptr) {
    needs.Add(*write.source->root);
    facts.needs_no_snapshot = !ReadsTables(*write.source->root);
    items = ItemsOf(*write.source->root);
  }
  facts.needs_no_snapshot = facts.needs_no_snapshot && !needs.subquery;
  facts.needs_clock = needs.clock;
  facts.expected_items = AsCount(items);
  return facts;
}

std::string_view AccessKindName(AccessKind kind) {
  switch (kind) {
    case AccessKind::kScan: return "Scan";
    case AccessKind::kRangeScan: return "RangeScan";
    case AccessKind::kQuery: return "Query";
    case AccessKind::kGetItem: return "GetItem";
    case AccessKind::kBatchGet: return "BatchGet";
    case AccessKind::kEmpty: return "Empty";
  }
  return "";
}

std::string AccessPaths(const Query& query) {
  std::string out;
  AddPaths(*query.root, &out);
  return out;
}

std::string AccessPaths(const WritePlan& write) {
  std::string out;
  if (write.target != nullptr) AddPaths(*write.target, &out);
  if (write.source != nullptr) AddPaths(*write.source->root, &out);
  return out;
}

bool GivesRows(const Query& query) { return query.shape == Query::Shape::kBag || query.shape == Query::Shape::kList; }

const Plan::Access* OnlyAccess(const Plan& plan) {
  if (const auto* access = plan.As<Plan::Access>()) return access;
  if (plan.As<Plan::Compute>() == nullptr && plan.As<Plan::Filter>() == nullptr) return nullptr;
  return OnlyAccess(*plan.inputs[0]);
}

bool ReadsTables(const Plan& plan) {
  return AnyNode(plan, [](const Plan& node) { return node.As<Plan::Access>() != nullptr; });
}

bool ReadsData(const Plan& plan) {
  return AnyNode(plan, [](const Plan& node) {
    return node.As<Plan::Access>() != nullptr || node.As<Plan::FunctionScan>() != nullptr;
  });
}

bool WritesByKey(const WritePlan& plan) {
  if (plan.kind != WritePlan::Kind::kUpdate && plan.kind != WritePlan::Kind::kDelete) return false;
  const auto* access = plan.target->As<Plan::Access>();
  if (access == nullptr || access->index != nullptr || access->limit) return false;
  if (access->kind != AccessKind::kGetItem && access->kind != AccessKind::kBatchGet) return false;
  // A filter without subqueries is evaluated again when the item is written.
  return access->filter == nullptr || !HasSubquery(*access->filter);
}

bool ChecksByKey(const WritePlan& plan) {
  if (plan.kind != WritePlan::Kind::kExistsCheck || plan.table == nullptr || plan.condition == nullptr) return false;
  const auto* access = plan.target->As<Plan::Access>();
  return access != nullptr && access->kind == AccessKind::kGetItem && !HasSubquery(*plan.condition);
}

}  // namespace parton

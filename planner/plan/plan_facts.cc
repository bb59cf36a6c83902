#include "planner/plan/plan_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/plan/plan_visit.h"

namespace parton {

namespace {

// Beyond this a sum could overflow, and a bound is no use.
constexpr uint64_t kMaxCount = uint64_t{1} << 40;

template <typename Test>
bool AnyNode(const Plan& plan, const Test& test) {
  return test(plan) ||
         std::any_of(plan.inputs.begin(), plan.inputs.end(), [&](const PlanPtr& p) { return AnyNode(*p, test); });
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

}  // namespace

bool ReadsTables(const Plan& plan) {
  return AnyNode(plan, [](const Plan& p) { return p.As<Plan::Access>() != nullptr; });
}

bool ReadsData(const Plan& plan) {
  return AnyNode(
      plan, [](const Plan& p) { return p.As<Plan::Access>() != nullptr || p.As<Plan::FunctionScan>() != nullptr; });
}

const Plan::Access* OnlyAccess(const Plan& plan) {
  const Plan* p = &plan;
  while (p->As<Plan::Compute>() != nullptr || p->As<Plan::Filter>() != nullptr) p = p->inputs[0].get();
  return p->As<Plan::Access>();
}

const Plan::Access* PositionedAccess(const Plan& plan) {
  const Plan::Access* access = OnlyAccess(plan.As<Plan::Limit>() != nullptr ? *plan.inputs[0] : plan);
  if (access == nullptr) return nullptr;
  const bool by_keys = access->kind == AccessKind::kGetItem || access->kind == AccessKind::kBatchGet;
  return by_keys && access->after == nullptr ? nullptr : access;
}

bool IsPointRead(const Plan& plan) {
  const Plan::Access* access = OnlyAccess(plan);
  return access != nullptr && access->kind == AccessKind::kGetItem;
}

const Plan::Access* FirstAccess(const Plan& plan) {
  const Plan* p = &plan;
  while (p->As<Plan::Access>() == nullptr && !p->inputs.empty()) p = p->inputs[0].get();
  return p->As<Plan::Access>();
}

bool IsScan(const Plan::Access& access) {
  if (access.kind == AccessKind::kScan) return true;
  if (access.kind != AccessKind::kRangeScan) return false;
  return std::any_of(access.ranges.begin(), access.ranges.end(),
                     [](const AccessRange& r) { return r.prefixes.empty() && (!r.HasLow() || !r.HasHigh()); });
}

bool MayRepeatItems(const Plan& plan) {
  return AnyNode(plan, [](const Plan& p) { return p.As<Plan::Join>() != nullptr || p.As<Plan::Unnest>() != nullptr; });
}

bool UsesSubquery(const Plan& plan) {
  bool found = false;
  ForEachExpr(plan, [&](const ExprPtr& e) { found = found || HasSubquery(*e); });
  return found;
}

void ExprNeeds::Add(const ExprPtr& e) {
  if (e == nullptr) return;
  if (e->As<Expr::Subquery>() != nullptr) subquery = clock = true;
  const auto* call = e->As<Expr::Call>();
  if (call != nullptr && !call->function->deterministic) clock = true;
  ForEachChild(*e, [&](const ExprPtr& child) { Add(child); });
}

void ExprNeeds::Add(const Plan& plan) {
  ForEachExpr(plan, [&](const ExprPtr& e) { Add(e); });
  for (const PlanPtr& input : plan.inputs) Add(*input);
}

namespace {

bool NeedsCatalog(const Plan& plan) {
  const auto* access = plan.As<Plan::Access>();
  bool needs = access != nullptr && access->needs_all;
  ForEachPlanBelow(plan, [&](const Plan& below) { needs = needs || NeedsCatalog(below); });
  return needs;
}

}  // namespace

double EstimatedItems(const Plan& plan) {
  double items = plan.As<Plan::Access>() != nullptr ? plan.estimate.items : 0;
  ForEachPlanBelow(plan, [&](const Plan& below) { items += EstimatedItems(below); });
  return items;
}

std::optional<uint64_t> LiteralCount(const ExprPtr& e) {
  const auto* literal = e == nullptr ? nullptr : e->As<Expr::Literal>();
  if (literal == nullptr || !literal->value.is_small_int() || literal->value.int_value() < 0) return std::nullopt;
  return static_cast<uint64_t>(literal->value.int_value());
}

std::optional<uint64_t> LimitedRows(const Plan::Limit& limit) {
  const std::optional<uint64_t> rows = LiteralCount(limit.limit);
  const std::optional<uint64_t> offset = limit.offset == nullptr ? 0 : LiteralCount(limit.offset);
  if (!limit.ties.empty() || !rows || !offset || *rows >= kMaxCount || *offset >= kMaxCount) return std::nullopt;
  return *rows + *offset;
}

namespace {

bool ByKeys(const Plan::Access& access) {
  return access.kind == AccessKind::kGetItem || access.kind == AccessKind::kBatchGet;
}

}  // namespace

PlanFacts FactsOf(const Query& query) {
  ExprNeeds needs;
  needs.Add(*query.root);
  PlanFacts facts;
  facts.needs_no_snapshot = IsPointRead(*query.root) && !needs.subquery;
  facts.needs_clock = needs.clock;
  facts.needs_catalog = NeedsCatalog(*query.root);
  facts.can_be_kept = !needs.clock && ReadsTables(*query.root) && !AnyNode(*query.root, [](const Plan& p) {
    const auto* access = p.As<Plan::Access>();
    return p.As<Plan::FunctionScan>() != nullptr ||
           (access != nullptr && (access->consistent || access->after != nullptr));
  });
  facts.reads_keys_only = !needs.subquery && !AnyNode(*query.root, [](const Plan& p) {
    const auto* access = p.As<Plan::Access>();
    return access != nullptr && !ByKeys(*access);
  });
  facts.expected_items = AsCount(EstimatedItems(*query.root));
  return facts;
}

PlanFacts FactsOf(const WritePlan& write) {
  ExprNeeds needs;
  needs.Add(write.condition);
  for (const UpdateAction& a : write.actions) needs.Add(a.value);
  if (write.again != nullptr) needs.Add(*write.again);
  PlanFacts facts;
  double items = 0;
  if (write.target != nullptr) {
    needs.Add(*write.target);
    facts.needs_no_snapshot = WritesByKey(write);
    items = EstimatedItems(*write.target);
  }
  if (write.source != nullptr) {
    needs.Add(*write.source->root);
    facts.needs_no_snapshot = !ReadsTables(*write.source->root);
    items = EstimatedItems(*write.source->root);
  }
  for (const PlanPtr& p : {write.target, write.again, write.source == nullptr ? nullptr : write.source->root}) {
    facts.needs_catalog = facts.needs_catalog || (p != nullptr && NeedsCatalog(*p));
  }
  facts.needs_no_snapshot = facts.needs_no_snapshot && !needs.subquery;
  facts.needs_clock = needs.clock;
  facts.expected_items = AsCount(items);
  return facts;
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

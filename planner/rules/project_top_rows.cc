// What a top-N only hands on is computed of the rows that it keeps.
#include <algorithm>
#include <set>

#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// Rows. What they are made of is kept, which may be larger than they are.
constexpr uint64_t kMaxKept = 1000;

// It has no error and counts no mismatch, whatever the row: for the rows that are not kept nobody would see them.
bool IsHarmless(const Expr& e, bool counts_mismatches) {
  auto harmless = [&](const ExprPtr& part) { return part != nullptr && IsHarmless(*part, counts_mismatches); };
  if (e.As<Expr::Literal>() || e.As<Expr::Parameter>() || e.As<Expr::Slot>()) return true;
  if (const auto* path = e.As<Expr::Path>()) {
    return path->base->As<Expr::Slot>() != nullptr && (path->steps.size() == 1 || !counts_mismatches);
  }
  if (const auto* make = e.As<Expr::MakeStruct>()) {
    return std::all_of(make->parts.begin(), make->parts.end(), [&](const Expr::StructPart& part) {
      return part.name != nullptr && part.name->As<Expr::Literal>() != nullptr && harmless(part.value);
    });
  }
  const auto* make = e.As<Expr::MakeCollection>();
  return make != nullptr && std::all_of(make->elements.begin(), make->elements.end(), harmless);
}

PlanPtr Above(const PlanPtr& node, bool counts_mismatches) {
  const auto* sort = node->As<Plan::Sort>();
  const std::optional<uint64_t> rows = sort == nullptr ? std::nullopt : LiteralCount(sort->limit);
  const auto* compute = rows ? node->inputs[0]->As<Plan::Compute>() : nullptr;
  if (compute == nullptr || *rows > kMaxKept) return node;
  std::set<int> needed;  // below
  auto need = [&](const Expr& e) {
    for (int slot : SlotsRead(e)) needed.insert(slot);
  };
  for (const SortKey& key : sort->keys) need(*key.expr);
  // An output may read those before it.
  Plan::Compute below, above;
  for (auto o = compute->outputs.rbegin(); o != compute->outputs.rend(); ++o) {
    const bool stays = needed.contains(o->slot) || !IsHarmless(*o->expr, counts_mismatches);
    if (stays) need(*o->expr);
    (stays ? below : above).outputs.push_back(*o);
  }
  if (above.outputs.empty()) return node;
  std::reverse(below.outputs.begin(), below.outputs.end());
  std::reverse(above.outputs.begin(), above.outputs.end());
  const PlanPtr& projected = node->inputs[0];
  PlanPtr input = projected->inputs[0];
  if (!below.outputs.empty()) input = MakePlan(std::move(below), {std::move(input)}, projected->estimate);
  return MakePlan(std::move(above), {WithInputs(node, {std::move(input)})}, node->estimate);
}

}  // namespace

Result<PlanPtr> ProjectTopRows(const PlanPtr& plan, const RuleContext& context) {
  // There even an attribute that is not there may be an error.
  if (context.settings->typing == Typing::kStrict) return plan;
  const bool counts_mismatches = context.settings->lint;
  return TransformUp(plan, [&](const PlanPtr& node) { return Above(node, counts_mismatches); });
}

}  // namespace parton

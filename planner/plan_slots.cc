// Which slots a plan tree defines and reads, and the validator that the rules run under.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "planner/plan.h"
#include "planner/plan_visit.h"

namespace parton {

namespace {

using SlotSet = std::set<int>;

void AddReads(const ExprPtr& e, SlotSet* out) {
  if (e == nullptr) return;
  for (int slot : SlotsRead(*e)) out->insert(slot);
}

// Slots the node itself defines, beside those of its inputs.
void AddOwn(const Plan& plan, SlotSet* out) {
  std::visit(
      [&](const auto& n) {
        using T = std::decay_t<decltype(n)>;
        auto add = [&](int slot) {
          if (slot >= 0) out->insert(slot);
        };
        if constexpr (std::is_same_v<T, Plan::Empty>) {
          out->insert(n.slots.begin(), n.slots.end());
        } else if constexpr (std::is_same_v<T, Plan::Access> || std::is_same_v<T, Plan::SetOperation> ||
                             std::is_same_v<T, Plan::Shared> || std::is_same_v<T, Plan::Recursive>) {
          add(n.slot);
        } else if constexpr (std::is_same_v<T, Plan::FunctionScan>) {
          add(n.slot);
          add(n.at_slot);
        } else if constexpr (std::is_same_v<T, Plan::Unnest>) {
          add(n.slot);
          add(n.at_slot);
          add(n.by_slot);
        } else if constexpr (std::is_same_v<T, Plan::Compute>) {
          for (const SlotExpr& o : n.outputs) add(o.slot);
        } else if constexpr (std::is_same_v<T, Plan::Aggregate>) {
          for (const SlotExpr& k : n.keys) add(k.slot);
          for (const Plan::AggregateCall& c : n.calls) add(c.slot);
          add(n.group_as_slot);
        } else if constexpr (std::is_same_v<T, Plan::Window>) {
          for (const Plan::WindowCall& c : n.calls) add(c.slot);
        } else if constexpr (std::is_same_v<T, Plan::GraphMatch>) {
          for (const auto& [name, slot] : n.variables) add(slot);
        }
      },
      plan.node);
}

bool Replaces(const Plan& plan) {
  return plan.As<Plan::Aggregate>() || plan.As<Plan::SetOperation>() || plan.As<Plan::Recursive>();
}

SlotSet Defined(const Plan& plan) {
  SlotSet out;
  AddOwn(plan, &out);
  if (Replaces(plan)) return out;
  if (plan.As<Plan::SemiJoin>()) {
    SlotSet left = Defined(*plan.inputs[0]);
    out.insert(left.begin(), left.end());
    return out;
  }
  for (const PlanPtr& input : plan.inputs) {
    SlotSet more = Defined(*input);
    out.insert(more.begin(), more.end());
  }
  return out;
}

SlotSet Free(const Plan& plan) {
  SlotSet reads;
  ForEachExpr(plan, [&](const ExprPtr& e) { AddReads(e, &reads); });
  // What the node's own expressions may see: its inputs' slots, and its own (an access filter, a computed
  // slot used by the next output).
  SlotSet known;
  AddOwn(plan, &known);
  for (const PlanPtr& input : plan.inputs) {
    SlotSet more = Defined(*input);
    known.insert(more.begin(), more.end());
  }
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    SlotSet inner = Free(*plan.inputs[i]);
    reads.insert(inner.begin(), inner.end());
  }
  SlotSet out;
  std::set_difference(reads.begin(), reads.end(), known.begin(), known.end(), std::inserter(out, out.end()));
  return out;
}

}  // namespace

std::vector<int> SlotsDefined(const Plan& plan) {
  SlotSet s = Defined(plan);
  return {s.begin(), s.end()};
}

std::vector<int> SlotsFree(const Plan& plan) {
  SlotSet s = Free(plan);
  return {s.begin(), s.end()};
}

Status ValidatePlan(const Plan& plan, const std::vector<int>& outer_slots) {
  SlotSet outer(outer_slots.begin(), outer_slots.end());
  for (int slot : Free(plan)) {
    if (!outer.contains(slot)) {
      return Status::Internal(fmt::format("plan reads slot {}, which nothing defines:\n{}", slot,
                                          RenderText(Describe(plan))));
    }
  }
  return Status::Ok();
}

}  // namespace parton

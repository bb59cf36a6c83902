// Which slots a plan tree defines and reads.
#include <algorithm>
#include <set>
#include <utility>

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
        } else if constexpr (std::is_same_v<T, Plan::SemiJoin>) {
          add(n.mark_slot);
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

void AddDefined(const Plan& plan, SlotSet* out) {
  AddOwn(plan, out);
  if (Replaces(plan)) return;
  const size_t count = plan.As<Plan::SemiJoin>() ? 1 : plan.inputs.size();
  for (size_t i = 0; i < count; ++i) AddDefined(*plan.inputs[i], out);
}

struct Slots {
  SlotSet defined;
  SlotSet free;
};

// The larger set is kept, so that a deep tree costs no more than its size.
void Merge(SlotSet from, SlotSet* to) {
  if (from.size() > to->size()) std::swap(from, *to);
  to->insert(from.begin(), from.end());
}

Slots SlotsOf(const Plan& plan) {
  Slots out;
  SlotSet left;
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    Slots below = SlotsOf(*plan.inputs[i]);
    if (i == 0 && plan.As<Plan::SemiJoin>()) left = below.defined;
    Merge(std::move(below.defined), &out.defined);
    Merge(std::move(below.free), &out.free);
  }
  ForEachExpr(plan, [&](const ExprPtr& e) { AddReads(e, &out.free); });
  // What the node's own expressions may see: its inputs' slots, and its own (an access filter, a computed
  // slot used by the next output).
  AddOwn(plan, &out.defined);
  std::erase_if(out.free, [&](int slot) { return out.defined.contains(slot); });
  if (Replaces(plan) || plan.As<Plan::SemiJoin>()) {
    out.defined = std::move(left);
    AddOwn(plan, &out.defined);
  }
  return out;
}

}  // namespace

std::vector<int> SlotsDefined(const Plan& plan) {
  SlotSet s;
  AddDefined(plan, &s);
  return {s.begin(), s.end()};
}

std::vector<int> SlotsOwn(const Plan& plan) {
  SlotSet s;
  AddOwn(plan, &s);
  return {s.begin(), s.end()};
}

std::vector<int> SlotsFree(const Plan& plan) {
  const SlotSet s = SlotsOf(plan).free;
  return {s.begin(), s.end()};
}

}  // namespace parton

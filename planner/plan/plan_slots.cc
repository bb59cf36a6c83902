// Which slots a plan tree defines and reads.
#include <algorithm>
#include <set>
#include <utility>

#include "planner/plan/plan.h"
#include "planner/plan/plan_visit.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

using SlotSet = std::set<int>;

void AddReads(const ExprPtr& e, SlotSet* out) {
  if (e == nullptr) return;
  for (int slot : SlotsRead(*e)) out->insert(slot);
}

// Gives `put` the slots the node itself defines, beside those of its inputs.
template <typename Put>
void ForEachOwn(const Plan& plan, Put put) {
  std::visit(
      [&](const auto& n) {
        using T = std::decay_t<decltype(n)>;
        auto add = [&](int slot) {
          if (slot >= 0) put(slot);
        };
        if constexpr (std::is_same_v<T, Plan::Empty>) {
          for (int slot : n.slots) put(slot);
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

void AddOwn(const Plan& plan, SlotSet* out) {
  ForEachOwn(plan, [&](int slot) { out->insert(slot); });
}

bool Replaces(const Plan& plan) {
  return plan.As<Plan::Aggregate>() || plan.As<Plan::SetOperation>() || plan.As<Plan::Recursive>();
}

// Adds `more` to *out, the smaller one to the larger.
void Merge(SlotSet more, SlotSet* out) {
  if (more.size() > out->size()) out->swap(more);
  out->insert(more.begin(), more.end());
}

// With repetitions, in no order. It is asked for at many nodes of a tree: a set for each would be slow.
void AddDefined(const Plan& plan, std::vector<int>* out) {
  CheckStack();
  CheckPoint();
  if (!Replaces(plan)) {
    const size_t inputs = plan.As<Plan::SemiJoin>() ? 1 : plan.inputs.size();
    for (size_t i = 0; i < inputs; ++i) AddDefined(*plan.inputs[i], out);
  }
  ForEachOwn(plan, [&](int slot) { out->push_back(slot); });
}

struct PlanSlots {
  SlotSet defined;
  SlotSet free;
};

// Of the whole tree in one walk.
PlanSlots SlotsOf(const Plan& plan) {
  CheckStack();
  CheckPoint();
  PlanSlots out;
  // What the node's own expressions may see: its inputs' slots, and its own (an access filter, a computed
  // slot used by the next output).
  SlotSet& known = out.defined;
  SlotSet hidden;  // seen by the node, not by what is above it
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    PlanSlots input = SlotsOf(*plan.inputs[i]);
    const bool seen_above = !Replaces(plan) && (i == 0 || plan.As<Plan::SemiJoin>() == nullptr);
    Merge(std::move(input.defined), seen_above ? &known : &hidden);
    Merge(std::move(input.free), &out.free);
  }
  AddOwn(plan, &known);
  ForEachExpr(plan, [&](const ExprPtr& e) { AddReads(e, &out.free); });
  std::erase_if(out.free, [&](int slot) { return known.contains(slot) || hidden.contains(slot); });
  return out;
}

}  // namespace

std::vector<int> SlotsDefined(const Plan& plan) {
  std::vector<int> slots;
  AddDefined(plan, &slots);
  if (!std::is_sorted(slots.begin(), slots.end())) std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
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

bool Intersects(const std::vector<int>& a, const std::vector<int>& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return true;
    *i < *j ? ++i : ++j;
  }
  return false;
}

}  // namespace parton

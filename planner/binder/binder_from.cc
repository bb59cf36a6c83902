// FROM: sources from left to right. A collection that depends on what stands left of it is an Unnest on top of that
// plan.
#include "planner/binder/binder_from.h"

#include <fmt/format.h>

#include "parser/parser.h"
#include "planner/plan/plan_visit.h"
#include "types/status/bounds.h"

namespace parton::binder {

PlanPtr SourcePlan(const Source& source, PlanPtr left) {
  if (source.plan != nullptr) return source.plan;
  Plan::Unnest unnest;
  unnest.collection = source.collection;
  unnest.slot = source.variable.value->As<Expr::Slot>()->index;
  unnest.at_slot = source.at_slot;
  unnest.by_slot = source.by_slot;
  unnest.unpivot = source.unpivot;
  if (left == nullptr) left = MakePlan(Plan::Once{});
  return MakePlan(std::move(unnest), {std::move(left)});
}

namespace {

// A plan is as deep as lists of sources are long.
Status CheckLength(size_t count, const char* what, TextSpan span) {
  if (count <= static_cast<size_t>(kMaxDepth)) return Status::Ok();
  return Status(StatusCode::kLimitExceeded,
                fmt::format("{} has {} entries; at most {} are allowed", what, count, kMaxDepth), span);
}

}  // namespace

Result<PlanPtr> FromBinder::BindFromItem(const ast::FromItem& item, PlanPtr left, Scope* scope) {
  CheckStack();
  CheckPoint();
  if (const auto* join = std::get_if<ast::Join>(&item.node)) {
    return BindJoin(*join, std::move(left), scope, item.span);
  }
  const auto& from = std::get<ast::FromSource>(item.node);
  PARTON_ASSIGN_OR_RETURN(Source source, BindSource(from, item.span));
  // A collection that depends on the rows to its left is unnested on top of them.
  bool stacked = left != nullptr && source.plan == nullptr && Defines(*left, SlotsRead(*source.collection));
  PlanPtr plan = SourcePlan(source, stacked ? left : nullptr);
  for (const Variable& v : scope->variables) {
    if (!source.variable.name.empty() && v.name == source.variable.name) {
      return Status::Validation(fmt::format("the name \"{}\" is used twice in FROM", v.name), item.span,
                                "give one of them another name with AS");
    }
  }
  scope->variables.push_back(source.variable);
  if (Written(from.at)) {
    Variable at;
    at.name = from.at.name;
    at.kind = Variable::Kind::kPosition;
    at.value = SlotRef(source.at_slot, at.name);
    scope->variables.push_back(std::move(at));
  }
  if (Written(from.by)) {
    Variable by;
    by.name = from.by.name;
    by.kind = Variable::Kind::kPosition;
    by.value = SlotRef(source.by_slot, by.name);
    scope->variables.push_back(std::move(by));
  }
  if (stacked || left == nullptr) return plan;
  Plan::Join join;
  join.kind = JoinKind::kCross;
  join.lateral = Defines(*left, SlotsFree(*plan));
  return MakePlan(std::move(join), {std::move(left), std::move(plan)});
}

Result<PlanPtr> FromBinder::BindFrom(const std::vector<ast::FromPtr>& from, Scope* scope) {
  // Names of later sources and ON conditions see what was bound so far.
  if (!from.empty()) PARTON_RETURN_IF_ERROR(CheckLength(from.size(), "FROM", from.back()->span));
  scope->outer = binder_.scopes_.top;
  Restore<const Scope*> inside(&binder_.scopes_.top, scope);
  PlanPtr plan;
  for (const ast::FromPtr& item : from) {
    PARTON_ASSIGN_OR_RETURN(plan, BindFromItem(*item, std::move(plan), scope));
    if (from.size() == 1 && std::holds_alternative<ast::FromSource>(item->node)) continue;
    for (Variable& v : scope->variables) v.implied_name = false;
  }
  if (plan == nullptr) plan = MakePlan(Plan::Once{});
  return plan;
}

}  // namespace parton::binder

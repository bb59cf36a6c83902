// LIMIT n AFTER token.
#include <utility>

#include "planner/plan/plan_visit.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

Status NoPositions(const ExprPtr& after) {
  return Status::Validation(
      "LIMIT ... AFTER needs rows that are the items of one table or index in the order of its keys", after->span,
      "EXPLAIN shows what sorts, joins or groups them");
}

// `plan` with the access at its foot starting there.
Result<PlanPtr> StartAfter(const PlanPtr& plan, const ExprPtr& after) {
  if (const auto* access = plan->As<Plan::Access>()) {
    Plan::Access copy = *access;
    copy.after = after;
    return MakePlan(std::move(copy), plan->inputs, plan->estimate);
  }
  if (plan->As<Plan::Empty>() != nullptr) return plan;
  if (plan->As<Plan::Compute>() == nullptr && plan->As<Plan::Filter>() == nullptr) return NoPositions(after);
  PARTON_ASSIGN_OR_RETURN(PlanPtr input, StartAfter(plan->inputs[0], after));
  return WithInputs(plan, {std::move(input)});
}

// Of a limit anywhere in the plan; null: there is none.
ExprPtr AnyAfter(const Plan& plan) {
  const auto* limit = plan.As<Plan::Limit>();
  ExprPtr found = limit == nullptr ? nullptr : limit->after;
  ForEachPlanBelow(plan, [&](const Plan& below) {
    if (found == nullptr) found = AnyAfter(below);
  });
  return found;
}

}  // namespace

Status CheckNoAfter(const Plan& plan) {
  const ExprPtr after = AnyAfter(plan);
  if (after == nullptr) return Status::Ok();
  return Status::Validation(
      "AFTER belongs to the LIMIT of a statement that is a query, not of a query inside of another", after->span);
}

Result<QueryPtr> PlaceAfter(const QueryPtr& query) {
  const auto* limit = query->root->As<Plan::Limit>();
  if (limit == nullptr || limit->after == nullptr || !query->HasRows()) {
    PARTON_RETURN_IF_ERROR(CheckNoAfter(*query->root));
    return query;
  }
  PARTON_ASSIGN_OR_RETURN(PlanPtr input, StartAfter(query->root->inputs[0], limit->after));
  Plan::Limit copy = *limit;
  copy.after = nullptr;
  auto out = std::make_shared<Query>(*query);
  out->root = MakePlan(std::move(copy), {std::move(input)}, query->root->estimate);
  PARTON_RETURN_IF_ERROR(CheckNoAfter(*out->root));
  return QueryPtr(std::move(out));
}

}  // namespace parton

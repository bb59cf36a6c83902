// Walking and rewriting plan trees: every expression of a node is named once, in plan_visit.cc.
#ifndef PARTON_PLANNER_PLAN_PLAN_VISIT_H_
#define PARTON_PLANNER_PLAN_PLAN_VISIT_H_

#include <functional>

#include "planner/plan/plan.h"

namespace parton {

// Calls fn for each expression the node itself holds (not its inputs'); none is null.
void ForEachExpr(const Plan& plan, const std::function<void(const ExprPtr&)>& fn);

// Calls fn for each query inside the node's own expressions, once each; not for those inside of these queries.
void ForEachSubquery(const Plan& plan, const std::function<void(const Expr::Subquery&, const Query&)>& fn);

// Calls fn for the inputs, then for the roots of the queries inside the node's expressions: every plan the node runs.
void ForEachPlanBelow(const Plan& plan, const std::function<void(const Plan&)>& fn);

// A copy of the node with each of its expressions replaced by fn(expression).
PlanPtr MapExprs(const PlanPtr& plan, const std::function<ExprPtr(const ExprPtr&)>& fn);

// A copy of the node with other inputs; the same node if they are the same.
PlanPtr WithInputs(const PlanPtr& plan, std::vector<PlanPtr> inputs);

// fn applied to every node, inputs first.
PlanPtr TransformUp(const PlanPtr& plan, const std::function<PlanPtr(const PlanPtr&)>& fn);

// fn applied to every sub-expression, children first.
ExprPtr TransformExpr(const ExprPtr& e, const std::function<ExprPtr(const ExprPtr&)>& fn);

// For a join that gets one item by its key for each left row: the right side's access. Else null.
const Plan::Access* PointLookup(const Plan& join);

// The terms of a conjunction, nested ANDs flattened; none for null.
std::vector<ExprPtr> Conjuncts(const ExprPtr& predicate);
// Their conjunction: null if there are none.
ExprPtr Conjoin(std::vector<ExprPtr> terms);

}  // namespace parton

#endif  // PARTON_PLANNER_PLAN_PLAN_VISIT_H_

// Rough numbers that decide between ways to join.
#ifndef PARTON_PLANNER_RULES_ESTIMATES_H_
#define PARTON_PLANNER_RULES_ESTIMATES_H_

#include <vector>

#include "planner/plan.h"
#include "planner/rules.h"

namespace parton {

// Rows a plan gives.
double EstimatedRows(const PlanPtr& plan, const RuleContext& context);

// Cost of one lookup through `access`, whose filter holds the equalities of the lookup; more than 1e17 if it
// would have to scan.
double LookupCost(const Plan::Access& access, const RuleContext& context);

// Items that must be read to have all rows of `plan` once.
double SourceItems(const PlanPtr& plan, const RuleContext& context);

// Both sorted.
bool Intersects(const std::vector<int>& a, const std::vector<int>& b);

}  // namespace parton

#endif  // PARTON_PLANNER_RULES_ESTIMATES_H_

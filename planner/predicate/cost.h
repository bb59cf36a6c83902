// Rough numbers that decide between ways to join.
#ifndef PARTON_PLANNER_PREDICATE_COST_H_
#define PARTON_PLANNER_PREDICATE_COST_H_

#include <vector>

#include "planner/plan/plan.h"
#include "planner/rules/rules.h"

namespace parton {

// Rows a plan gives.
double EstimatedRows(const PlanPtr& plan, const RuleContext& context);

// Cost of one lookup through `access`, whose filter holds the equalities of the lookup; more than kNoLookup if it would
// have to scan.
double LookupCost(const Plan::Access& access, const RuleContext& context);

// Items that must be read to have all rows of `plan` once.
double SourceItems(const PlanPtr& plan, const RuleContext& context);

// `access` with `terms` behind those of its filter.
Plan::Access WithTerms(const Plan::Access& access, const std::vector<ExprPtr>& terms);

// Looking `terms` up in `source` for each of `rows` rows costs less than reading it once and hashing. False also if
// `source` is no table.
bool CheaperByKey(const PlanPtr& source, const std::vector<ExprPtr>& terms, double rows, const RuleContext& context);

// Above all costs: a lookup that would have to scan.
constexpr double kNoLookup = 1e17;

// Both sorted.
bool Intersects(const std::vector<int>& a, const std::vector<int>& b);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_COST_H_

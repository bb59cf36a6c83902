// Whether a conjunction can be true of any row: judged when a plan is made, and again when parameters have values.
#ifndef PARTON_PLANNER_PREDICATE_CONTRADICTIONS_H_
#define PARTON_PLANNER_PREDICATE_CONTRADICTIONS_H_

#include <vector>

#include "planner/plan/plan.h"
#include "planner/settings.h"

namespace parton {

// Literals among the terms exclude each other: FALSE or an absent value as a term, `a = 1 AND a = 2`, `a > 5 AND
// a < 3`. `access`: the table the terms are about; null: another source.
bool Contradictory(const std::vector<ExprPtr>& terms, const Settings& settings, const Plan::Access* access);

// The terms that may do so once parameters have values, in their order; null: none.
ExprPtr MayExclude(const std::vector<ExprPtr>& terms, const Settings& settings);

// What MayExclude gave is contradictory with the values in `eval`. Errors of its evaluation are left to the statement.
bool ExcludedNow(const ExprPtr& exclusive, const Settings& settings, const Plan::Access* access, EvalContext& eval);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_CONTRADICTIONS_H_

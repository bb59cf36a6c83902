// How much stack a plan takes: rules, operators and destructors recurse over it.
#ifndef PARTON_PLANNER_PLAN_PLAN_DEPTH_H_
#define PARTON_PLANNER_PLAN_PLAN_DEPTH_H_

#include "planner/plan/plan.h"

namespace parton {

// A rule that makes joins of subqueries makes at most so many in a plan: each is a level of it. The others stay
// subqueries.
inline constexpr int kMostJoinsOfRule = 500;

// Throws what CheckStack() throws if this thread's stack does not suffice to walk the plan, or to run it.
void CheckStackFor(const Plan& plan);

}  // namespace parton

#endif  // PARTON_PLANNER_PLAN_PLAN_DEPTH_H_

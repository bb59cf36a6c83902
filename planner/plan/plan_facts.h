// Facts about a plan that its tree alone tells: found in one place, for all who run, show or restrict plans.
#ifndef PARTON_PLANNER_PLAN_PLAN_FACTS_H_
#define PARTON_PLANNER_PLAN_PLAN_FACTS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "planner/plan/plan.h"

namespace parton {

// What an execution has to know before it starts.
struct PlanFacts {
  // Tables are read by one get at most, so there is nothing that a snapshot could keep consistent.
  bool needs_no_snapshot = false;
  // Some expression may give another value at the next execution.
  bool needs_clock = true;
  // Items that the accesses will examine, by the planner's estimates; 0: unknown.
  uint64_t expected_items = 0;
};
PlanFacts FactsOf(const Query& query);
PlanFacts FactsOf(const WritePlan& write);

// "GetItem", "Query": as EXPLAIN names it.
std::string_view AccessKindName(AccessKind kind);
// All accesses that run, those of subqueries too: "Query songs.by_year, GetItem albums".
std::string AccessPaths(const Query& query);
std::string AccessPaths(const WritePlan& write);

// Whether the query gives rows one by one: a bag or a list.
bool GivesRows(const Query& query);
// The access of a plan that does no more than filter its items and compute from them; else null.
const Plan::Access* OnlyAccess(const Plan& plan);
// Whether the nodes of the tree read tables; subqueries do not count.
bool ReadsTables(const Plan& plan);
// The same, or files and change feeds.
bool ReadsData(const Plan& plan);
// Whether UPDATE or DELETE names full keys, so that it writes without reading first.
bool WritesByKey(const WritePlan& plan);
// Whether it is EXISTS of one item, found by its full key, with the whole WHERE in plan.condition.
bool ChecksByKey(const WritePlan& plan);

}  // namespace parton

#endif  // PARTON_PLANNER_PLAN_PLAN_FACTS_H_

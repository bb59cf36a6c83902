// Facts derived from a plan's tree, in one place for all code that runs, shows or restricts plans.
#ifndef PARTON_PLANNER_PLAN_PLAN_FACTS_H_
#define PARTON_PLANNER_PLAN_PLAN_FACTS_H_

#include <cstdint>
#include <optional>
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
  // A query that gives the same as long as the tables it reads do not change, and asks for no consistent read.
  bool can_be_kept = false;
  // Items are read by their full keys only, in no query inside of an expression.
  bool reads_keys_only = false;
  // An index is read that had left nothing out when the statement was planned: it has to be planned again if the
  // catalog has changed since.
  bool needs_catalog = false;
  // Items that the accesses will examine, by the planner's estimates; 0: unknown.
  uint64_t expected_items = 0;
};
PlanFacts FactsOf(const Query& query);
PlanFacts FactsOf(const WritePlan& write);

// All accesses that run, those of subqueries too: "Query songs.by_year, GetItem albums".
std::string AccessPaths(const Query& query);
std::string AccessPaths(const WritePlan& write);

// Whether a table is read; a table or a table function. Without the queries inside of expressions.
bool ReadsTables(const Plan& plan);
bool ReadsData(const Plan& plan);

// The access whose items the rows are, one each at most: below nothing but Filter and Compute. Null: there is none.
const Plan::Access* OnlyAccess(const Plan& plan);
// The access whose items the rows are in turn, each with a position in a range of keys; below nothing but Limit, Filter
// and Compute. Items got by their keys have one only for LIMIT ... AFTER. Null: there is none.
const Plan::Access* PositionedAccess(const Plan& plan);
// Rows are made of at most one GetItem: there is nothing a snapshot could keep consistent.
bool IsPointRead(const Plan& plan);
// The access at the foot of the first inputs, whose segments workers share. Null: there is none.
const Plan::Access* FirstAccess(const Plan& plan);
// Reads a table or index from one end at least: it grows with the table.
bool IsScan(const Plan::Access& access);

// One row of an input may give several: an item may come more than once.
bool MayRepeatItems(const Plan& plan);

// Whether an expression of the node itself has a subquery.
bool UsesSubquery(const Plan& plan);

// What the expressions of the tree may ask of their execution.
struct ExprNeeds {
  bool subquery = false;
  bool clock = false;  // a function that may give another result next time

  void Add(const ExprPtr& e);  // may be null
  void Add(const Plan& plan);
};

// Items that the accesses will examine, by the planner's estimates; with the queries inside of expressions.
double EstimatedItems(const Plan& plan);

// A non-negative integer literal.
std::optional<uint64_t> LiteralCount(const ExprPtr& e);
// Rows that can be needed of a Limit's input, where that is known; nullopt also with ties.
std::optional<uint64_t> LimitedRows(const Plan::Limit& limit);

// Whether UPDATE or DELETE names full keys, so that it writes without reading first.
bool WritesByKey(const WritePlan& plan);
// Whether it is EXISTS of one item, found by its full key, with the whole WHERE in plan.condition.
bool ChecksByKey(const WritePlan& plan);

}  // namespace parton

#endif  // PARTON_PLANNER_PLAN_PLAN_FACTS_H_

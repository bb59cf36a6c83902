// What ways to read and to join cost. The unit of every cost is the work of reading one item in key order.
#ifndef PARTON_PLANNER_PREDICATE_COST_H_
#define PARTON_PLANNER_PREDICATE_COST_H_

#include <utility>
#include <vector>

#include "planner/plan/plan.h"
#include "planner/rule_context.h"

namespace parton {

// Going to a key or to the start of a range.
inline constexpr double kSeekCost = 3;
// Getting an item by the key that an index entry names.
inline constexpr double kFetchCost = 6;
// Above all costs: a lookup that would have to scan.
inline constexpr double kNoLookup = 1e17;
// Items. Smaller tables count as this large: they may grow, and a Query stays right.
inline constexpr double kLeastItems = 1000;

// Of reading `items` through the keys or ranges of `access`.
double ReadCost(const Plan::Access& access, double items);
double SortCost(double rows);

// Items of a table, or entries of an index, as the store guesses; 0 without a store.
double StoredItems(const TableSchema& table, const IndexSchema* index, const RuleContext& context);
// Items that must be read to have all rows of `plan` once.
double SourceItems(const PlanPtr& plan, const RuleContext& context);

// Rows a plan gives; with `terms`, those of them that meet these.
double EstimatedRows(const PlanPtr& plan, const RuleContext& context);
double EstimatedRows(const PlanPtr& plan, const std::vector<ExprPtr>& terms, const RuleContext& context);

// `access` with `terms` after those of its filter.
Plan::Access WithTerms(const Plan::Access& access, const std::vector<ExprPtr>& terms);
// The equalities that say that the right side of each key is its left side, as terms about the right one.
std::vector<ExprPtr> Equalities(const std::vector<std::pair<ExprPtr, ExprPtr>>& keys);

// Cost of one lookup through `access`, whose filter holds the equalities of the lookup; more than kNoLookup if it would
// have to scan.
double LookupCost(const Plan::Access& access, const RuleContext& context);

// Looking `terms` up in `source` for each of `rows` rows costs less than reading it once and hashing. False also if
// `source` is no table.
bool CheaperByKey(const PlanPtr& source, const std::vector<ExprPtr>& terms, double rows, const RuleContext& context);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_COST_H_

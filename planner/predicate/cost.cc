#include "planner/predicate/cost.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/access_candidates.h"

namespace parton {

namespace {

// Rows of a source that nothing is known of, and elements of a collection.
constexpr double kUnknownRows = 1000;
constexpr double kElements = 5;
// One comparison of a sort.
constexpr double kCompareCost = 0.3;

// An index entry against an item, by what it projects.
double EntryCost(const IndexSchema* index) {
  if (index == nullptr) return 1;
  switch (index->projection) {
    case Projection::kAll: return 1.05;
    case Projection::kInclude: return 0.7;
    case Projection::kKeysOnly: return 0.6;
  }
  return 1;
}

}  // namespace

double ReadCost(const Plan::Access& access, double items) {
  const double seeks = static_cast<double>(std::max<size_t>(1, access.keys.size() + access.ranges.size()));
  return seeks * kSeekCost + items * EntryCost(access.index) + (access.fetch ? items * kFetchCost : 0);
}

double SortCost(double rows) { return rows * kCompareCost * std::log2(rows + 2); }

double StoredItems(const TableSchema& table, const IndexSchema* index, const RuleContext& context) {
  if (context.store == nullptr) return 0;
  return static_cast<double>(context.store->Stats(table, index).approximate_items);
}

double SourceItems(const PlanPtr& plan, const RuleContext& context) {
  const double rows = EstimatedRows(plan, context);
  const auto* access = plan->As<Plan::Access>();
  return access == nullptr ? rows : std::max(rows, StoredItems(*access->table, access->index, context));
}

double EstimatedRows(const PlanPtr& plan, const RuleContext& context) {
  if (plan->As<Plan::Once>()) return 1;
  if (const auto* access = plan->As<Plan::Access>()) {
    std::vector<std::string> ignored;
    double rows = std::numeric_limits<double>::infinity();
    for (const Candidate& c : AccessCandidates(*access, Demand{}, context, &ignored)) {
      NoteValues(c, context);
      rows = std::min(rows, c.estimate.rows);
    }
    return rows;
  }
  if (plan->inputs.empty()) return kUnknownRows;
  const double rows = EstimatedRows(plan->inputs[0], context);
  return plan->As<Plan::Unnest>() ? rows * kElements : rows;
}

double EstimatedRows(const PlanPtr& plan, const std::vector<ExprPtr>& terms, const RuleContext& context) {
  if (const auto* access = plan->As<Plan::Access>()) {
    return EstimatedRows(MakePlan(WithTerms(*access, terms)), context);
  }
  const auto* filter = plan->As<Plan::Filter>();
  if (filter == nullptr) return EstimatedRows(plan, context);
  // What a subquery gives, nobody knows yet.
  std::vector<ExprPtr> all = terms;
  for (ExprPtr& term : Conjuncts(filter->predicate)) {
    if (!HasSubquery(*term)) all.push_back(std::move(term));
  }
  return EstimatedRows(plan->inputs[0], all, context);
}

Plan::Access WithTerms(const Plan::Access& access, const std::vector<ExprPtr>& terms) {
  Plan::Access copy = access;
  std::vector<ExprPtr> all = Conjuncts(access.filter);
  all.insert(all.end(), terms.begin(), terms.end());
  copy.filter = Conjoin(std::move(all));
  return copy;
}

std::vector<ExprPtr> Equalities(const std::vector<std::pair<ExprPtr, ExprPtr>>& keys) {
  std::vector<ExprPtr> out;
  out.reserve(keys.size());
  for (const auto& [left, right] : keys) {
    out.push_back(MakeExpr(Expr::Compare{CompareOp::kEq, right, left}, right->span));
  }
  return out;
}

double LookupCost(const Plan::Access& access, const RuleContext& context) {
  std::vector<std::string> ignored;
  double cost = std::numeric_limits<double>::infinity();
  for (const Candidate& c : AccessCandidates(access, Demand{}, context, &ignored)) {
    NoteValues(c, context);
    if (c.access.kind == AccessKind::kScan || c.access.kind == AccessKind::kRangeScan) continue;
    cost = std::min(cost, c.cost);
  }
  return cost;
}

bool CheaperByKey(const PlanPtr& source, const std::vector<ExprPtr>& terms, double rows, const RuleContext& context) {
  const auto* access = source->As<Plan::Access>();
  if (access == nullptr) return false;
  const double lookup = LookupCost(WithTerms(*access, terms), context);
  return lookup < kNoLookup && rows * lookup < SourceItems(source, context) + rows;
}

}  // namespace parton

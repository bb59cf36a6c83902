// The ordered list of rules, and the driver that runs them.
#include "planner/rules/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "planner/plan/plan_depth.h"
#include "planner/plan/plan_visit.h"
#include "planner/planner.h"

namespace parton {

const std::vector<Rule>& Rules() {
  static const std::vector<Rule> rules = {
      // First, while the inner queries still have the shape the binder gave them.
      {"unnest_subqueries", "EXISTS and IN over a query become semi-joins.", UnnestSubqueries},
      {"decorrelate_aggregates", "A correlated aggregate becomes a left join with the aggregates of all groups.",
       DecorrelateAggregates},
      {"fold_constants", "An expression that reads no slot or parameter becomes its value.", FoldConstants},
      {"normalize_predicates",
       "In predicates NOT is pushed in, ANDs and ORs are flattened, and equalities of one path become IN.",
       NormalizePredicates},
      {"push_down_filters", "Each term of a filter is evaluated as low in the tree as its slots allow.",
       PushDownFilters},
      {"find_contradictions", "A conjunction no row can satisfy reads nothing.", FindContradictions},
      {"order_joins", "Inner joins are made in the order that costs least.", OrderJoins},
      {"plan_joins", "An equi-join looks up the right side by key where it has one, or hashes it.", PlanJoins},
      {"choose_access_paths",
       "Each table is read by the cheapest of GetItem, BatchGet, Query, range Scan and Scan; sorts and limits "
       "that the path gives are dropped or pushed into it.",
       ChooseAccessPaths},
      {"keep_top_rows", "A sort below a limit keeps only the rows the limit can give.", KeepTopRows},
      {"push_filters_into_store", "The store itself leaves out items by the terms of a filter that it can evaluate.",
       PushFiltersIntoStore},
      {"parallelize", "A large scan, and the work on its rows, runs in several workers.", Parallelize},
  };
  return rules;
}

std::vector<RuleInfo> AllRules() {
  std::vector<RuleInfo> out;
  for (const Rule& rule : Rules()) out.push_back({rule.name, rule.contract});
  return out;
}

namespace {

// Applies the rules to the queries inside the expressions of every node.
Result<PlanPtr> ApplyToSubqueries(const PlanPtr& plan, const RuleContext& context) {
  Status error;
  PlanPtr out = TransformUp(plan, [&](const PlanPtr& node) {
    return MapExprs(node, [&](const ExprPtr& root) {
      if (!HasSubquery(*root)) return root;
      return TransformExpr(root, [&](const ExprPtr& e) -> ExprPtr {
        const auto* subquery = e->As<Expr::Subquery>();
        if (subquery == nullptr || !error.ok()) return e;
        RuleContext inner = context;
        inner.outer_slots = subquery->reads;
        inner.parallel = context.parallel && subquery->reads.empty();
        auto query = std::static_pointer_cast<const Query>(subquery->plan);
        Result<QueryPtr> planned = ApplyRules(query, inner);
        if (!planned.ok()) {
          error = std::move(planned).status();
          return e;
        }
        Expr::Subquery copy = *subquery;
        copy.plan = std::static_pointer_cast<const void>(*planned);
        return MakeExpr(std::move(copy), e->span);
      });
    });
  });
  if (!error.ok()) return error;
  return out;
}

// Whether what `maker` made of the plan is sound.
Status Validated(const Plan& plan, const char* maker, const RuleContext& context) {
  if (!context.settings->validate_plans) return Status::Ok();
  const Status fault = ValidatePlan(plan, context.outer_slots);
  if (fault.ok()) return fault;
  return Status::Internal(
      fmt::format("{} made a wrong plan: {}\n{}", maker, fault.message(), RenderText(Describe(plan))));
}

}  // namespace

bool UsesSubquery(const Plan& plan) {
  bool found = false;
  ForEachExpr(plan, [&](const ExprPtr& e) { found = found || HasSubquery(*e); });
  return found;
}

Result<PlanPtr> ApplyRules(const PlanPtr& plan, const RuleContext& context) {
  PlanPtr current = plan;
  PARTON_RETURN_IF_ERROR(Validated(*current, "the binder", context));
  for (const Rule& rule : Rules()) {
    if (!context.settings->disabled_rules.contains(rule.name)) {
      PARTON_ASSIGN_OR_RETURN(current, rule.apply(current, context));
      // It may have become deeper.
      CheckStackFor(*current);
    }
    if (rule.apply == DecorrelateAggregates) {
      PARTON_ASSIGN_OR_RETURN(current, ApplyToSubqueries(current, context));
    }
    PARTON_RETURN_IF_ERROR(Validated(*current, rule.name, context));
  }
  return current;
}

Result<QueryPtr> ApplyRules(const QueryPtr& query, const RuleContext& context) {
  PARTON_ASSIGN_OR_RETURN(PlanPtr root, ApplyRules(query->root, context));
  auto copy = std::make_shared<Query>(*query);
  copy->root = std::move(root);
  if (context.settings->validate_plans) PARTON_RETURN_IF_ERROR(ValidateQuery(*copy, context.outer_slots));
  return QueryPtr(std::move(copy));
}

}  // namespace parton

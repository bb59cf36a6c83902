// The ordered list of rules, and the driver that runs them.
#include "planner/rules/rules.h"

#include <fmt/format.h>

#include <utility>

#include "planner/plan/plan_depth.h"

namespace parton {

const std::vector<Rule>& Rules() {
  static const std::vector<Rule> rules = {
      {"move_write_subqueries", "What the queries in a write's values and WHERE give is computed before it is written.",
       "First: all others see plans, and the expressions of a write are in none.", nullptr, MoveWriteSubqueries},
      {"collect_attributes", "Each access knows which attributes of its items are read: an index may hold them all.",
       "While the queries in expressions, which use the same slots, still stand in one tree.", CollectAttributes},
      {"unnest_subqueries", "EXISTS and IN over a query become semi-joins.",
       "While the inner queries have the shape the binder gave them.", UnnestSubqueries},
      {"decorrelate_aggregates", "A correlated aggregate becomes a left join with the aggregates of all groups.",
       "As unnest_subqueries.", DecorrelateAggregates},
      {"plan_subqueries", "The queries that stay inside of expressions are planned by the same rules.",
       "After the rules that make joins of queries: those are planned with the tree they have become part of.",
       PlanSubqueries},
      {"fold_constants", "An expression that reads no slot or parameter becomes its value.",
       "Before predicates are read: the other side of a comparison is best a value.", FoldConstants},
      {"normalize_predicates",
       "In predicates NOT is pushed in, ANDs and ORs are flattened, and equalities of one path become IN.",
       "Before the rules that look at terms one by one.", NormalizePredicates},
      {"push_down_filters", "Each term of a filter is evaluated as low in the tree as its slots allow.",
       "Before the rules that ask what a filter says about one table or one join.", PushDownFilters},
      {"find_contradictions", "A conjunction no row can satisfy reads nothing.",
       "After push_down_filters has brought the terms about one source together; before anything is chosen for it.",
       FindContradictions},
      {"order_joins", "Inner joins are made in the order that costs least.",
       "With the filters in the accesses, which say how many rows there are; before joins have their ways.",
       OrderJoins},
      {"plan_joins", "An equi-join looks up the right side by key where it has one, or hashes it.",
       "Before choose_access_paths, which finds the equalities of a lookup in the access.", PlanJoins},
      {"choose_access_paths",
       "Each table is read by the cheapest of GetItem, BatchGet, Query, range Scan and Scan; sorts and limits "
       "that the path gives are dropped or pushed into it.",
       "After all rules that add terms to an access.", ChooseAccessPaths},
      {"keep_top_rows", "A sort below a limit keeps only the rows the limit can give.",
       "After choose_access_paths has dropped the sorts that a path makes needless.", KeepTopRows},
      {"project_top_rows", "What a sort below a limit only hands on is computed of the rows it keeps.",
       "After keep_top_rows, which says how many those are.", ProjectTopRows},
      {"push_filters_into_store", "The store itself leaves out items by the terms of a filter that it can evaluate.",
       "After all rules that read or change the filters of accesses.", PushFiltersIntoStore},
      {"read_bytes",
       "Filters in the store, groups, aggregates and sort keys read the attributes of encoded items from their bytes.",
       "After push_filters_into_store, which says what of a filter that is.", ReadBytes},
      {"parallelize", "A large scan, and the work on its rows, runs in several workers.",
       "Last: it cuts at the nodes that the others have chosen.", Parallelize},
  };
  return rules;
}

std::vector<RuleInfo> AllRules() {
  std::vector<RuleInfo> out;
  for (const Rule& rule : Rules()) {
    if (rule.apply != nullptr) out.push_back({rule.name, rule.contract});
  }
  return out;
}

namespace {

// Whether what `maker` made of the plan is sound.
Status Validated(const Plan& plan, const char* maker, const RuleContext& context) {
  if (!context.settings->validate_plans) return Status::Ok();
  const Status fault = ValidatePlan(plan, context.outer_slots);
  if (fault.ok()) return fault;
  return Status::Internal(
      fmt::format("{} made a wrong plan: {}\n{}", maker, fault.message(), RenderText(Describe(plan))));
}

}  // namespace

Result<PlanPtr> ApplyRules(const PlanPtr& plan, const RuleContext& context) {
  CheckStackFor(*plan);
  PlanPtr current = plan;
  PARTON_RETURN_IF_ERROR(Validated(*current, "the binder", context));
  for (const Rule& rule : Rules()) {
    if (rule.apply == nullptr || context.settings->disabled_rules.contains(rule.name)) continue;
    PARTON_ASSIGN_OR_RETURN(current, rule.apply(current, context));
    // It may have become deeper.
    CheckStackFor(*current);
    PARTON_RETURN_IF_ERROR(Validated(*current, rule.name, context));
  }
  return current;
}

Result<QueryPtr> ApplyRules(const QueryPtr& query, const RuleContext& context) {
  RuleContext own = context;
  own.result_slots = {query->slot};
  if (query->name_slot >= 0) own.result_slots.push_back(query->name_slot);
  PARTON_ASSIGN_OR_RETURN(PlanPtr root, ApplyRules(query->root, own));
  auto copy = std::make_shared<Query>(*query);
  copy->root = std::move(root);
  if (context.settings->validate_plans) PARTON_RETURN_IF_ERROR(ValidateQuery(*copy, context.outer_slots));
  return QueryPtr(std::move(copy));
}

Result<std::shared_ptr<const WritePlan>> ApplyRules(const WritePlan& plan, const RuleContext& context) {
  auto write = std::make_shared<WritePlan>(plan);
  for (const Rule& rule : Rules()) {
    if (rule.apply_to_write != nullptr) PARTON_RETURN_IF_ERROR(rule.apply_to_write(write.get(), context));
  }
  if (write->source != nullptr) {
    PARTON_ASSIGN_OR_RETURN(write->source, ApplyRules(write->source, context));
  }
  if (write->target != nullptr) {
    RuleContext target = context;
    target.result_slots = {write->slot};
    // What is done if there is no such item is known only by its key: then the path is no choice.
    Settings all_rules;
    if (write->if_absent != WriteOp::Otherwise::kSkip) {
      all_rules = *context.settings;
      all_rules.disabled_rules.clear();
      target.settings = &all_rules;
    }
    PARTON_ASSIGN_OR_RETURN(write->target, ApplyRules(write->target, target));
  }
  if (write->again != nullptr) {
    RuleContext single = context;
    // It runs for single items: what it has to say, the target's plan has said.
    std::vector<std::string> said;
    if (write->if_absent != WriteOp::Otherwise::kProceed) single.notices = &said;
    single.outer_slots = {write->slot};
    single.parallel = false;
    PARTON_ASSIGN_OR_RETURN(write->again, ApplyRules(write->again, single));
  }
  return std::shared_ptr<const WritePlan>(std::move(write));
}

}  // namespace parton

// An aggregate over the inner rows that match the outer row, `(SELECT SUM(x.a) FROM x WHERE x.k = t.k)`, becomes a
// left join with the aggregates of all values of x.k: the inner query is read once instead of once per row. Outer rows
// without a match, also those whose key is NULL or MISSING, get the aggregate of nothing: 0 for COUNT, mostly NULL.
//
// It runs before the inner queries are planned, on their logical shape Project <- Aggregate <- Filter <- source.
// Left alone: a query with GROUP BY, HAVING, ORDER BY or LIMIT; one that depends on the outer row by anything but
// equalities in its WHERE; one that a key lookup per row answers more cheaply; and everything in strict typing, where
// reading more inner rows could raise errors the statement does not have.
#include <algorithm>
#include <utility>

#include "planner/plan/plan_depth.h"
#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/cost.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// A scalar subquery, taken apart.
struct Inner {
  const Plan::Aggregate* aggregate = nullptr;
  ExprPtr value;  // what it yields, over the slots of the aggregate's calls
  PlanPtr source;
  std::vector<ExprPtr> own;                       // terms of its WHERE that stay inside
  std::vector<std::pair<ExprPtr, ExprPtr>> keys;  // (outer, inner)
};

bool Reads(const ExprPtr& e, const std::vector<int>& slots) { return e != nullptr && Intersects(SlotsRead(*e), slots); }

class Decorrelator {
 public:
  explicit Decorrelator(const RuleContext& context) : context_(context) {}

  PlanPtr Visit(const PlanPtr& node) const {
    if (!node->As<Plan::Compute>() && !node->As<Plan::Filter>()) return node;
    if (!UsesSubquery(*node)) return node;
    const std::vector<int> outer = SlotsDefined(*node->inputs[0]);
    // For which the node's subqueries would run.
    const double outer_rows = EstimatedRows(node->As<Plan::Filter>() ? node : node->inputs[0], {}, context_);
    PlanPtr input = node->inputs[0];
    PlanPtr rewritten = MapExprs(node, [&](const ExprPtr& root) {
      if (!HasSubquery(*root)) return root;
      return TransformExpr(root, [&](const ExprPtr& e) {
        Inner inner;
        if (made_ >= kMostJoinsOfRule || !TakeApart(*e, outer, &inner)) return e;
        std::vector<ExprPtr> looked_up = Equalities(inner.keys);
        looked_up.insert(looked_up.begin(), inner.own.begin(), inner.own.end());
        if (CheaperByKey(inner.source, looked_up, outer_rows, context_)) return e;
        ++made_;
        return Joined(inner, &input);
      });
    });
    return input == node->inputs[0] ? node : WithInputs(rewritten, {std::move(input)});
  }

 private:
  bool TakeApart(const Expr& e, const std::vector<int>& outer, Inner* inner) const {
    const auto* subquery = e.As<Expr::Subquery>();
    if (subquery == nullptr || subquery->kind != Expr::Subquery::Kind::kScalar) return false;
    if (!Intersects(subquery->reads, outer)) return false;
    const auto& query = *static_cast<const Query*>(subquery->plan.get());
    const auto* project = query.root->As<Plan::Compute>();
    if (query.shape != Query::Shape::kBag || project == nullptr || project->outputs.size() != 1 ||
        project->outputs[0].slot != query.slot) {
      return false;
    }
    inner->value = OnlyColumn(*project->outputs[0].expr);
    inner->aggregate = query.root->inputs[0]->As<Plan::Aggregate>();
    if (inner->value == nullptr || HasSubquery(*inner->value) || inner->aggregate == nullptr) return false;
    if (!Separable(*inner->aggregate, outer)) return false;

    inner->source = query.root->inputs[0]->inputs[0];
    std::vector<ExprPtr> terms;
    if (const auto* filter = inner->source->As<Plan::Filter>()) {
      terms = Conjuncts(filter->predicate);
      inner->source = inner->source->inputs[0];
    }
    if (Intersects(SlotsFree(*inner->source), outer)) return false;
    const std::vector<int> defined = SlotsDefined(*inner->source);
    for (const ExprPtr& term : terms) {
      if (!Reads(term, outer)) {
        inner->own.push_back(term);
      } else if (!AddKey(*term, outer, defined, inner)) {
        return false;
      }
    }
    return !inner->keys.empty();
  }

  // The value of the one column of a row; null if it may have another number of them.
  static ExprPtr OnlyColumn(const Expr& row) {
    const auto* tuple = row.As<Expr::MakeStruct>();
    if (tuple == nullptr || tuple->parts.size() != 1 || tuple->parts[0].name == nullptr) return nullptr;
    return tuple->parts[0].value;
  }

  // Whether what is aggregated does not depend on the outer row.
  static bool Separable(const Plan::Aggregate& aggregate, const std::vector<int>& outer) {
    if (!aggregate.keys.empty() || aggregate.group_as_slot >= 0) return false;
    return std::none_of(aggregate.calls.begin(), aggregate.calls.end(), [&](const Plan::AggregateCall& call) {
      return !call.order.empty() || Reads(call.filter, outer) ||
             std::any_of(call.args.begin(), call.args.end(), [&](const ExprPtr& a) { return Reads(a, outer); });
    });
  }

  static bool AddKey(const Expr& term, const std::vector<int>& outer, const std::vector<int>& defined, Inner* inner) {
    const auto* c = term.As<Expr::Compare>();
    if (c == nullptr || c->op != CompareOp::kEq || HasSubquery(term)) return false;
    const bool left_is_outer = Reads(c->left, outer);
    const ExprPtr& from_outer = left_is_outer ? c->left : c->right;
    const ExprPtr& from_inner = left_is_outer ? c->right : c->left;
    if (Reads(from_outer, defined) || Reads(from_inner, outer) || !Reads(from_inner, defined)) return false;
    inner->keys.emplace_back(from_outer, from_inner);
    return true;
  }

  // Puts the join on top of *input, and gives the expression that stands for the subquery above it.
  ExprPtr Joined(const Inner& inner, PlanPtr* input) const {
    Plan::Aggregate grouped = *inner.aggregate;
    std::vector<ExprPtr> on;
    for (const auto& [outer, mine] : inner.keys) {
      const int slot = (*context_.slot_count)++;
      grouped.keys.push_back({slot, mine});
      on.push_back(
          MakeExpr(Expr::Compare{CompareOp::kEq, outer, MakeExpr(Expr::Slot{slot, ToString(*mine)}, mine->span)}));
    }
    ExprPtr value = TransformExpr(inner.value, [&](const ExprPtr& e) { return OrOfNothing(e, grouped); });
    ExprPtr predicate = Conjoin(inner.own);
    PlanPtr right = predicate == nullptr ? inner.source : MakePlan(Plan::Filter{predicate}, {inner.source});
    right = MakePlan(std::move(grouped), {std::move(right)});
    Plan::Join join;
    join.kind = JoinKind::kLeft;
    join.on = Conjoin(std::move(on));
    *input = MakePlan(std::move(join), {*input, std::move(right)}, (*input)->estimate);
    return value;
  }

  // `e` is the result of a call: for a row without a match, whose key is NULL, the result over nothing.
  static ExprPtr OrOfNothing(const ExprPtr& e, const Plan::Aggregate& grouped) {
    const auto* slot = e->As<Expr::Slot>();
    if (slot == nullptr) return e;
    for (const Plan::AggregateCall& call : grouped.calls) {
      if (call.slot != slot->index) continue;
      EvalContext eval;
      Value nothing =
          call.function->make(std::vector<Value>(call.args.empty() ? 0 : call.args.size() - 1))->Finish(eval);
      if (nothing.is_null()) return e;  // as the join has it
      const SlotExpr& key = grouped.keys[0];
      ExprPtr unmatched = MakeExpr(
          Expr::Is{MakeExpr(Expr::Slot{key.slot, ToString(*key.expr)}), Expr::Is::Test::kNull, TypeSpec(), false});
      return MakeExpr(Expr::Case{nullptr, {{unmatched, MakeExpr(Expr::Literal{std::move(nothing)})}}, e}, e->span);
    }
    return e;
  }

  const RuleContext& context_;
  mutable int made_ = 0;  // joins
};

}  // namespace

Result<PlanPtr> DecorrelateAggregates(const PlanPtr& plan, const RuleContext& context) {
  if (context.settings->typing == Typing::kStrict || context.slot_count == nullptr) return plan;
  Decorrelator decorrelator(context);
  return TransformUp(plan, [&](const PlanPtr& node) { return decorrelator.Visit(node); });
}

}  // namespace parton

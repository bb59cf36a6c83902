// EXISTS and IN over a query, as terms of a filter, become semi-joins (NOT: anti-joins): the inner query is
// read once instead of once per row. Elsewhere in a filter or a select list, and for a correlated NOT IN, the join
// marks each row with the answer, which may be unknown. It runs before the inner queries are planned, on their logical
// shape Project <- Filter <- source; the filter's terms that equate an inner with an outer value become keys, other
// correlated ones the join's condition.
//
// Left alone: a query whose source depends on the outer row; an uncorrelated EXISTS (computed once anyway);
// one that a key lookup per row answers more cheaply; and everything in strict typing, where reading more
// inner rows could raise errors the statement does not have.
#include <algorithm>
#include <functional>

#include "planner/plan/plan_depth.h"
#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/cost.h"
#include "planner/rules/rules.h"

namespace parton {

namespace {

// A term that asks whether a subquery has a (matching) row.
struct Question {
  const Expr::Subquery* subquery = nullptr;
  ExprPtr needle;     // null: EXISTS
  bool rows = false;  // the needle is a row: (a, b) IN ...
  bool negated = false;
};

bool Ask(const ExprPtr& term, Question* q) {
  if (const auto* n = term->As<Expr::Not>()) {
    if (!Ask(n->operand, q)) return false;
    q->negated = !q->negated;
    return true;
  }
  if (const auto* s = term->As<Expr::Subquery>(); s != nullptr && s->kind == Expr::Subquery::Kind::kExists) {
    q->subquery = s;
    return true;
  }
  const auto* in = term->As<Expr::In>();
  if (in == nullptr || HasSubquery(*in->needle)) return false;
  const auto* s = in->haystack->As<Expr::Subquery>();
  if (s == nullptr || s->kind != Expr::Subquery::Kind::kCollection) return false;
  q->subquery = s;
  q->needle = in->needle;
  q->rows = in->rows;
  q->negated = in->negated;
  return true;
}

class Unnester {
 public:
  explicit Unnester(const RuleContext& context) : context_(context) {}

  PlanPtr Visit(const PlanPtr& node) const {
    if (node->As<Plan::Compute>()) return Marked(node);
    if (!node->As<Plan::Filter>()) return node;
    PlanPtr joined = Joined(node);
    // What is left of the filter may stand below the joins.
    if (joined->As<Plan::Filter>()) return Marked(joined);
    const PlanPtr* below = &joined;
    while ((*below)->As<Plan::SemiJoin>()) below = &(*below)->inputs[0];
    return (*below)->As<Plan::Filter>() ? WithMarks(joined) : joined;
  }

 private:
  // The filter at the foot of a pile of semi-joins, marked.
  PlanPtr WithMarks(const PlanPtr& plan) const {
    if (plan->As<Plan::Filter>()) return Marked(plan);
    return WithInputs(plan, {WithMarks(plan->inputs[0]), plan->inputs[1]});
  }

  // The questions that are terms of the filter, as semi-joins.
  PlanPtr Joined(const PlanPtr& node) const {
    const auto* filter = node->As<Plan::Filter>();
    std::vector<ExprPtr> rest, question_terms;
    std::vector<Question> questions;
    for (const ExprPtr& term : Conjuncts(filter->predicate)) {
      Question q;
      if (Ask(term, &q)) {
        questions.push_back(q);
        question_terms.push_back(term);
      } else {
        rest.push_back(term);
      }
    }
    if (questions.empty()) return node;

    std::vector<PlanPtr> rights;
    std::vector<Plan::SemiJoin> joins;
    const PlanPtr& input = node->inputs[0];
    const double left_rows = EstimatedRows(input, rest, context_);
    const std::vector<int> left_slots = SlotsDefined(*input);
    for (size_t i = 0; i < questions.size(); ++i) {
      Plan::SemiJoin join;
      PlanPtr right = made_ < kMostJoinsOfRule ? Right(questions[i], left_slots, left_rows, false, &join) : nullptr;
      if (right == nullptr) {
        rest.push_back(question_terms[i]);
      } else {
        ++made_;
        rights.push_back(std::move(right));
        joins.push_back(std::move(join));
      }
    }
    if (joins.empty()) return node;
    ExprPtr remaining = Conjoin(std::move(rest));
    PlanPtr plan = remaining == nullptr ? input : MakePlan(Plan::Filter{remaining}, {input}, node->estimate);
    for (size_t i = 0; i < joins.size(); ++i) {
      plan = MakePlan(std::move(joins[i]), {std::move(plan), std::move(rights[i])}, node->estimate);
    }
    return plan;
  }

  // The questions anywhere in the expressions of a filter or projection: joins mark the rows with the answers.
  PlanPtr Marked(const PlanPtr& node) const {
    if (context_.slot_count == nullptr || context_.settings->logic() != Logic::kPartiql) return node;
    if (!UsesSubquery(*node)) return node;
    const std::vector<int> own = SlotsOwn(*node);
    PlanPtr input = node->inputs[0];
    const std::vector<int> left_slots = SlotsDefined(*input);
    std::function<ExprPtr(const ExprPtr&)> answered = [&](const ExprPtr& e) -> ExprPtr {
      if (!HasSubquery(*e)) return e;
      Question q;
      if (!Ask(e, &q)) return MapChildren(e, answered);
      if (made_ >= kMostJoinsOfRule) return e;
      if (Intersects(SlotsRead(*e), own)) return e;
      Plan::SemiJoin join;
      PlanPtr right = Right(q, left_slots, EstimatedRows(node->inputs[0], {}, context_), true, &join);
      if (right == nullptr) return e;
      ++made_;
      join.mark_slot = (*context_.slot_count)++;
      ExprPtr mark = MakeExpr(Expr::Slot{join.mark_slot, q.needle == nullptr ? "exists" : "in"}, e->span);
      input = MakePlan(std::move(join), {std::move(input), std::move(right)}, node->estimate);
      return mark;
    };
    PlanPtr out = MapExprs(node, answered);
    return out == node ? node : WithInputs(out, {std::move(input)});
  }

  // The right side of the semi-join for `q`, and the join's keys and condition; null if it is left alone.
  PlanPtr Right(const Question& q, const std::vector<int>& left_slots, double left_rows, bool marks,
                Plan::SemiJoin* join) const {
    auto query = std::static_pointer_cast<const Query>(q.subquery->plan);
    if (!query->HasRows()) return nullptr;
    PlanPtr source = query->root;
    ExprPtr element;
    if (q.needle == nullptr) {
      while (source->As<Plan::Compute>() || source->As<Plan::Sort>()) source = source->inputs[0];
    } else {
      element = MakeExpr(Expr::Slot{query->slot, "element"});
      if (const auto* compute = source->As<Plan::Compute>();
          compute != nullptr && compute->outputs.size() == 1 && compute->outputs[0].slot == query->slot) {
        element = compute->outputs[0].expr;
        source = source->inputs[0];
      }
      if (HasSubquery(*element)) return nullptr;
    }
    std::vector<ExprPtr> terms;
    if (const auto* filter = source->As<Plan::Filter>()) {
      terms = Conjuncts(filter->predicate);
      source = source->inputs[0];
    }
    if (Intersects(SlotsFree(*source), left_slots)) return nullptr;

    const std::vector<int> right_slots = SlotsDefined(*source);
    std::vector<ExprPtr> own, on;
    for (const ExprPtr& term : terms) {
      std::vector<int> reads = SlotsRead(*term);
      if (!Intersects(reads, left_slots)) {
        own.push_back(term);
      } else if (HasSubquery(*term)) {
        return nullptr;
      } else if (!AddKey(term, left_slots, right_slots, join)) {
        on.push_back(term);
      }
    }
    if (q.needle != nullptr) {
      std::vector<int> reads = SlotsRead(*element);
      if (Intersects(reads, left_slots)) return nullptr;
      // NOT IN distinguishes "no match" from "unknown", which extra keys would blur: it marks the rows.
      if (q.negated && !marks && (!join->keys.empty() || !on.empty())) return nullptr;
      if ((q.rows && marks) || !AddElementKeys(q, element, join)) return nullptr;
      join->null_aware = q.negated || marks;
    }
    // Only keys make marking cheaper than asking for each row, which ends with the first answer.
    if (join->keys.empty() && (on.empty() || marks)) return nullptr;
    std::vector<ExprPtr> looked_up = Equalities(join->keys);
    looked_up.insert(looked_up.begin(), own.begin(), own.end());
    if (CheaperByKey(source, looked_up, left_rows, context_)) return nullptr;
    join->anti = q.negated;
    join->on = Conjoin(std::move(on));
    ExprPtr predicate = Conjoin(std::move(own));
    return predicate == nullptr ? source : MakePlan(Plan::Filter{predicate}, {source});
  }

  // The keys by which an element of the query equals the needle. Rows do so value by value, and each may
  // be unknown: false if they cannot be told apart, or in an anti-join.
  static bool AddElementKeys(const Question& q, const ExprPtr& element, Plan::SemiJoin* join) {
    if (!q.rows) {
      join->keys.emplace_back(q.needle, element);
      return true;
    }
    const auto* a = q.needle->As<Expr::MakeCollection>();
    const auto* b = element->As<Expr::MakeCollection>();
    if (q.negated || a == nullptr || b == nullptr || a->elements.size() != b->elements.size()) return false;
    for (size_t i = 0; i < a->elements.size(); ++i) join->keys.emplace_back(a->elements[i], b->elements[i]);
    return !a->elements.empty();
  }

  static bool AddKey(const ExprPtr& term, const std::vector<int>& left_slots, const std::vector<int>& right_slots,
                     Plan::SemiJoin* join) {
    const auto* c = term->As<Expr::Compare>();
    if (c == nullptr || c->op != CompareOp::kEq) return false;
    std::vector<int> l = SlotsRead(*c->left), r = SlotsRead(*c->right);
    if (!Intersects(l, right_slots) && !Intersects(r, left_slots)) {
      join->keys.emplace_back(c->left, c->right);
      return true;
    }
    if (!Intersects(r, right_slots) && !Intersects(l, left_slots)) {
      join->keys.emplace_back(c->right, c->left);
      return true;
    }
    return false;
  }

  const RuleContext& context_;
  mutable int made_ = 0;  // joins
};

}  // namespace

Result<PlanPtr> UnnestSubqueries(const PlanPtr& plan, const RuleContext& context) {
  if (context.settings->typing == Typing::kStrict) return plan;
  Unnester unnester(context);
  return TransformUp(plan, [&](const PlanPtr& node) { return unnester.Visit(node); });
}

}  // namespace parton

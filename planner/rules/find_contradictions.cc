// Conjunctions that no row can satisfy: FALSE or an absent constant as a term, or statements about
// one path that exclude each other (a = 1 AND a = 2, a > 5 AND a < 3).
#include <algorithm>

#include "planner/plan_visit.h"
#include "planner/rules.h"
#include "types/value_compare.h"

namespace parton {

namespace {

// What literals say about one path.
struct Span {
  ExprPtr path;
  const Value* equal = nullptr;
  const Value* low = nullptr;
  const Value* high = nullptr;
  bool low_inclusive = true;
  bool high_inclusive = true;
};

const Value* LiteralOf(const ExprPtr& e) {
  const auto* literal = e->As<Expr::Literal>();
  return literal == nullptr ? nullptr : &literal->value;
}

class Finder {
 public:
  // `access`: the table the terms are about, if it is one.
  Finder(const Settings& settings, const Plan::Access* access)
      : settings_(settings), access_(access) {}

  bool Contradictory(const std::vector<ExprPtr>& terms) {
    for (const ExprPtr& term : terms) {
      if (const Value* v = LiteralOf(term)) {
        bool never = v->is_absent() || (v->is_bool() && !v->bool_value());
        // In strict typing another term may be in error before this one decides.
        if (never && (!Strict() || &term == &terms.front())) return true;
        continue;
      }
      if (const auto* c = term->As<Expr::Compare>(); c != nullptr && c->left->As<Expr::Path>()) {
        if (const Value* v = LiteralOf(c->right)) Note(c->left, c->op, v);
      } else if (const auto* b = term->As<Expr::Between>();
                 b != nullptr && !b->negated && b->value->As<Expr::Path>()) {
        if (const Value* v = LiteralOf(b->low)) Note(b->value, CompareOp::kGe, v);
        if (const Value* v = LiteralOf(b->high)) Note(b->value, CompareOp::kLe, v);
      }
      if (found_) return true;
    }
    return false;
  }

 private:
  // Strict typing must still report a comparison of unlike types, so only alike ones are judged
  // there.
  static std::optional<int> Compare(const Value& a, const Value& b) {
    if (a.is_absent() || b.is_absent()) return std::nullopt;
    return CompareScalars(a, b);
  }

  bool Strict() const { return settings_.typing == Typing::kStrict; }

  // A key attribute: it is there in every item, and a comparison with it is never in error.
  bool IsKey(const Expr& path) const {
    if (access_ == nullptr || access_->table == nullptr) return false;
    const auto* p = path.As<Expr::Path>();
    const auto* root = p->base->As<Expr::Slot>();
    if (root == nullptr || root->index != access_->slot || p->steps.size() != 1) return false;
    const KeySchema& key = access_->table->key;
    const std::string& name = p->steps[0].name;
    return p->steps[0].index < 0 &&
           (name == key.hash.name || (key.range && name == key.range->name));
  }

  void Note(const ExprPtr& path, CompareOp op, const Value* v) {
    if (op == CompareOp::kNe || (Strict() && !IsKey(*path))) return;
    if (v->is_absent()) {
      // `= NULL` is unknown in PartiQL, and a question with an answer in DynamoDB.
      found_ = found_ || settings_.logic() == Logic::kPartiql;
      return;
    }
    auto it = std::find_if(spans_.begin(), spans_.end(),
                           [&](const Span& s) { return SameExpr(*s.path, *path); });
    Span& span = it == spans_.end() ? spans_.emplace_back(Span{path}) : *it;
    switch (op) {
      case CompareOp::kEq:
        if (span.equal != nullptr && !DeepEqual(*span.equal, *v)) found_ = true;
        span.equal = v;
        break;
      case CompareOp::kLt:
      case CompareOp::kLe:
        Tighten(v, op == CompareOp::kLe, -1, &span.high, &span.high_inclusive);
        break;
      case CompareOp::kGt:
      case CompareOp::kGe:
        Tighten(v, op == CompareOp::kGe, 1, &span.low, &span.low_inclusive);
        break;
      case CompareOp::kNe: break;
    }
    if (span.equal != nullptr) {
      if (span.low != nullptr && Outside(Compare(*span.equal, *span.low), span.low_inclusive))
        found_ = true;
      if (span.high != nullptr && Outside(Compare(*span.high, *span.equal), span.high_inclusive))
        found_ = true;
    }
    if (span.low != nullptr && span.high != nullptr &&
        Outside(Compare(*span.high, *span.low), span.low_inclusive && span.high_inclusive)) {
      found_ = true;
    }
  }

  static bool Outside(std::optional<int> order, bool inclusive) {
    return order.has_value() && (inclusive ? *order < 0 : *order <= 0);
  }

  // Keeps the bound that admits less; `direction` is 1 for lower bounds, -1 for upper ones.
  static void Tighten(const Value* v, bool inclusive, int direction, const Value** bound,
                      bool* bound_inclusive) {
    if (*bound == nullptr) {
      *bound = v;
      *bound_inclusive = inclusive;
      return;
    }
    std::optional<int> order = Compare(*v, **bound);
    if (!order.has_value()) return;
    if (*order * direction > 0) {
      *bound = v;
      *bound_inclusive = inclusive;
    } else if (*order == 0) {
      *bound_inclusive = *bound_inclusive && inclusive;
    }
  }

  const Settings& settings_;
  const Plan::Access* access_;
  std::vector<Span> spans_;
  bool found_ = false;
};

// Drops terms that are TRUE.
ExprPtr WithoutTrue(const ExprPtr& predicate) {
  std::vector<ExprPtr> terms = Conjuncts(predicate);
  size_t before = terms.size();
  std::erase_if(terms, [](const ExprPtr& t) {
    const Value* v = LiteralOf(t);
    return v != nullptr && v->is_true();
  });
  return terms.size() == before ? predicate : Conjoin(std::move(terms));
}

}  // namespace

Result<PlanPtr> FindContradictions(const PlanPtr& plan, const RuleContext& context) {
  return TransformUp(plan, [&](const PlanPtr& node) -> PlanPtr {
    if (const auto* n = node->As<Plan::Filter>()) {
      if (Finder(*context.settings, node->inputs[0]->As<Plan::Access>())
              .Contradictory(Conjuncts(n->predicate))) {
        return MakePlan(Plan::Empty{"no row can meet the condition " + ToString(*n->predicate),
                                    SlotsDefined(*node->inputs[0])});
      }
      ExprPtr rest = WithoutTrue(n->predicate);
      if (rest == nullptr) return node->inputs[0];
      return rest == n->predicate ? node
                                  : MakePlan(Plan::Filter{rest}, node->inputs, node->estimate);
    }
    if (const auto* n = node->As<Plan::Access>(); n != nullptr && n->filter != nullptr) {
      if (Finder(*context.settings, n).Contradictory(Conjuncts(n->filter))) {
        return MakePlan(Plan::Empty{"no item can meet the condition " + ToString(*n->filter),
                                    SlotsDefined(*node)});
      }
      ExprPtr rest = WithoutTrue(n->filter);
      if (rest == n->filter) return node;
      Plan::Access copy = *n;
      copy.filter = rest;
      return MakePlan(std::move(copy), {}, node->estimate);
    }
    return node;
  });
}

}  // namespace parton

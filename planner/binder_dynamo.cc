// What the dynamodb dialect asks of ORDER BY, which needs the schema (the syntax is checked before).
#include <fmt/format.h>

#include "planner/binder_internal.h"

namespace parton::binder {

namespace {

bool IsAttribute(const Expr& e, int slot, const std::string& name) {
  const auto* path = e.As<Expr::Path>();
  const auto* base = path == nullptr ? nullptr : path->base->As<Expr::Slot>();
  return base != nullptr && base->index == slot && path->steps.size() == 1 && path->steps[0].index < 0 &&
         path->steps[0].name == name;
}

// To how many values the condition pins the partition key; 0: it does not.
size_t PinnedValues(const Expr& e, int slot, const std::string& hash) {
  if (const auto* all = e.As<Expr::And>()) {
    size_t least = 0;
    for (const ExprPtr& term : all->terms) {
      size_t n = PinnedValues(*term, slot, hash);
      if (n > 0 && (least == 0 || n < least)) least = n;
    }
    return least;
  }
  if (const auto* any = e.As<Expr::Or>()) {
    size_t sum = 0;
    for (const ExprPtr& term : any->terms) {
      size_t n = PinnedValues(*term, slot, hash);
      if (n == 0) return 0;
      sum += n;
    }
    return sum;
  }
  if (const auto* compare = e.As<Expr::Compare>()) {
    if (compare->op != CompareOp::kEq) return 0;
    return IsAttribute(*compare->left, slot, hash) || IsAttribute(*compare->right, slot, hash) ? 1 : 0;
  }
  if (const auto* in = e.As<Expr::In>()) {
    const auto* list = in->haystack->As<Expr::MakeCollection>();
    if (in->negated || list == nullptr || !IsAttribute(*in->needle, slot, hash)) return 0;
    return list->elements.size();
  }
  return 0;
}

}  // namespace

Status Binder::CheckDynamoOrder(const std::vector<SortKey>& keys, const PlanPtr& rows) const {
  if (keys.empty()) return Status::Ok();
  const auto* filter = rows->As<Plan::Filter>();
  const auto* access = filter == nullptr ? nullptr : rows->inputs[0]->As<Plan::Access>();
  if (access == nullptr) return Status::Ok();
  const KeySchema& key = access->index != nullptr ? access->index->key : access->table->key;
  size_t values = PinnedValues(*filter->predicate, access->slot, key.hash.name);
  if (values == 0) {
    return Status::Validation(
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        keys[0].expr->span);
  }
  bool by_hash = false;
  for (const SortKey& k : keys) {
    bool hash = IsAttribute(*k.expr, access->slot, key.hash.name);
    by_hash = by_hash || hash;
    if (hash || (key.range.has_value() && IsAttribute(*k.expr, access->slot, key.range->name))) continue;
    const auto* path = k.expr->As<Expr::Path>();
    return Status::Validation(fmt::format("Attribute {} in ORDER BY clause must be part of the primary key",
                                          path == nullptr ? ToString(*k.expr) : path->steps.back().name),
                              k.expr->span);
  }
  if (values > 1 && !by_hash) {
    return Status::Validation("Must have hash key in ORDER BY clause when more than one hash key condition "
                              "specified in WHERE clause.",
                              keys[0].expr->span);
  }
  return Status::Ok();
}

}  // namespace parton::binder

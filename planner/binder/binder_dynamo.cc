// What the dynamodb dialect asks of key conditions and ORDER BY: these need the schema (the syntax
// is checked before).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "planner/binder/binder_internal.h"

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

constexpr size_t kMaxDecomposedReads = 50;

// A constant that a key attribute is compared with must be of the key's type.
Status CheckKeyTypes(const Expr& e, int slot, const KeyAttribute& key) {
  auto check = [&](const ExprPtr& attribute, const ExprPtr& value) {
    const auto* literal = value->As<Expr::Literal>();
    if (literal == nullptr || !IsAttribute(*attribute, slot, key.name) || MatchesKeyType(literal->value, key.type)) {
      return Status::Ok();
    }
    return Status::Validation(
        fmt::format("Key attribute's data type should match its data type in table's schema: Key {}", key.name),
        value->span);
  };
  if (const auto* compare = e.As<Expr::Compare>()) {
    PARTON_RETURN_IF_ERROR(check(compare->left, compare->right));
    return check(compare->right, compare->left);
  }
  if (const auto* between = e.As<Expr::Between>()) {
    PARTON_RETURN_IF_ERROR(check(between->value, between->low));
    return check(between->value, between->high);
  }
  if (const auto* in = e.As<Expr::In>()) {
    const auto* list = in->haystack->As<Expr::MakeCollection>();
    if (list == nullptr) return Status::Ok();
    for (const ExprPtr& element : list->elements) PARTON_RETURN_IF_ERROR(check(in->needle, element));
    return Status::Ok();
  }
  Status failed;
  if (e.As<Expr::And>() != nullptr || e.As<Expr::Or>() != nullptr) {
    ForEachChild(e, [&](const ExprPtr& child) {
      if (failed.ok()) failed = CheckKeyTypes(*child, slot, key);
    });
  }
  return failed;
}

// One read that DynamoDB makes of the condition: a partition key and, if it is fixed, a sort key,
// as literals. Collects them from OR and IN. False: not of that shape, nothing can be said.
bool CollectReads(const Expr& e, int slot, const KeySchema& key,
                  std::vector<std::pair<std::string, std::string>>* reads) {
  if (const auto* any = e.As<Expr::Or>()) {
    for (const ExprPtr& branch : any->terms) {
      if (!CollectReads(*branch, slot, key, reads)) return false;
    }
    return true;
  }
  std::vector<const Expr*> terms;
  if (const auto* all = e.As<Expr::And>()) {
    for (const ExprPtr& term : all->terms) terms.push_back(term.get());
  } else {
    terms.push_back(&e);
  }
  auto values = [&](const std::string& name, bool* touched) {
    std::vector<std::string> out;
    for (const Expr* term : terms) {
      if (const auto* compare = term->As<Expr::Compare>()) {
        bool left = IsAttribute(*compare->left, slot, name);
        if (!left && !IsAttribute(*compare->right, slot, name)) continue;
        *touched = true;
        const auto* literal = (left ? compare->right : compare->left)->As<Expr::Literal>();
        if (compare->op == CompareOp::kEq && literal != nullptr) out.push_back(literal->value.ToLiteral());
      } else if (const auto* in = term->As<Expr::In>()) {
        const auto* list = in->haystack->As<Expr::MakeCollection>();
        if (!IsAttribute(*in->needle, slot, name)) continue;
        *touched = true;
        if (in->negated || list == nullptr) continue;
        for (const ExprPtr& element : list->elements) {
          if (const auto* literal = element->As<Expr::Literal>()) out.push_back(literal->value.ToLiteral());
        }
      } else if (ReadsSlot(*term, slot) && term->As<Expr::Or>() == nullptr) {
        ForEachChild(*term, [&](const ExprPtr& child) {
          if (IsAttribute(*child, slot, name)) *touched = true;
        });
      }
    }
    return out;
  };
  bool hash_touched = false, range_touched = false;
  std::vector<std::string> hashes = values(key.hash.name, &hash_touched);
  std::vector<std::string> ranges;
  if (key.range.has_value()) ranges = values(key.range->name, &range_touched);
  if (hashes.empty() || (range_touched && ranges.empty())) return false;
  for (const std::string& hash : hashes) {
    if (ranges.empty()) reads->emplace_back(hash, "");
    for (const std::string& range : ranges) reads->emplace_back(hash, range);
  }
  return true;
}

}  // namespace

Status Binder::CheckDynamoKeys(const Expr& predicate, int slot, const KeySchema& key) const {
  size_t hashes = PinnedValues(predicate, slot, key.hash.name);
  if (hashes == 0) return Status::Ok();  // a scan: a constant of another type just matches nothing
  PARTON_RETURN_IF_ERROR(CheckKeyTypes(predicate, slot, key.hash));
  size_t ranges = 1;
  if (key.range.has_value()) {
    PARTON_RETURN_IF_ERROR(CheckKeyTypes(predicate, slot, *key.range));
    if (predicate.As<Expr::Or>() == nullptr) {
      ranges = std::max<size_t>(1, PinnedValues(predicate, slot, key.range->name));
    }
  }
  if (hashes * ranges > kMaxDecomposedReads) {
    return Status::Validation("Too many decomposed read operations for a given query.", predicate.span);
  }
  std::vector<std::pair<std::string, std::string>> reads;
  if (CollectReads(predicate, slot, key, &reads)) {
    std::set<std::pair<std::string, std::string>> distinct(reads.begin(), reads.end());
    bool overlap = distinct.size() != reads.size();
    for (const auto& [hash, range] : distinct) {
      overlap = overlap || (!range.empty() && distinct.contains({hash, ""}));
    }
    if (overlap) {
      return Status::Validation("Overlapping conditions with range keys are not supported in where clause",
                                predicate.span);
    }
  }
  return Status::Ok();
}

Status Binder::CheckDynamoRead(const PlanPtr& rows) const {
  const auto* filter = rows->As<Plan::Filter>();
  const auto* access = filter == nullptr ? nullptr : rows->inputs[0]->As<Plan::Access>();
  if (access == nullptr) return Status::Ok();
  return CheckDynamoKeys(*filter->predicate, access->slot,
                         access->index != nullptr ? access->index->key : access->table->key);
}

Status Binder::CheckDynamoOrder(const std::vector<SortKey>& keys, const PlanPtr& rows) const {
  if (keys.empty()) return Status::Ok();
  const auto* filter = rows->As<Plan::Filter>();
  const auto* access = filter == nullptr ? nullptr : rows->inputs[0]->As<Plan::Access>();
  if (access == nullptr) return Status::Ok();
  const KeySchema& key = access->index != nullptr ? access->index->key : access->table->key;
  size_t values = PinnedValues(*filter->predicate, access->slot, key.hash.name);
  if (values == 0) {
    return Status::Validation(
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER "
        "BY clause.",
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
    return Status::Validation(
        "Must have hash key in ORDER BY clause when more than one hash key condition "
        "specified in WHERE clause.",
        keys[0].expr->span);
  }
  return Status::Ok();
}

}  // namespace parton::binder

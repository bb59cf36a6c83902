#include "planner/dynamo/key_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "planner/predicate/terms.h"

namespace parton {

namespace {

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
  const Term term = ReadTerm(e, slot, hash);
  if (term.op == Term::Op::kEqual) return 1;
  return term.HasElements() ? term.ElementCount() : 0;
}

constexpr size_t kMaxDecomposedReads = 50;

// The term without its NOT, if it has one.
ExprPtr Affirmed(const Expr& e) {
  if (const auto* in = e.As<Expr::In>(); in != nullptr && in->negated) {
    return MakeExpr(Expr::In{in->needle, in->haystack, false, in->rows}, e.span);
  }
  if (const auto* between = e.As<Expr::Between>(); between != nullptr && between->negated) {
    return MakeExpr(Expr::Between{between->value, between->low, between->high, false}, e.span);
  }
  return nullptr;
}

// A constant that a key attribute is compared with must be of the key's type.
Status CheckKeyTypes(const Expr& e, int slot, const KeyAttribute& key) {
  Status failed;
  if (e.As<Expr::And>() != nullptr || e.As<Expr::Or>() != nullptr) {
    ForEachChild(e, [&](const ExprPtr& child) {
      if (failed.ok()) failed = CheckKeyTypes(*child, slot, key);
    });
    return failed;
  }
  const ExprPtr affirmed = Affirmed(e);
  const Term term = ReadTerm(affirmed == nullptr ? e : *affirmed, slot, key.name);
  auto check = [&](const ExprPtr& value) {
    const auto* literal = value == nullptr ? nullptr : value->As<Expr::Literal>();
    if (!failed.ok() || literal == nullptr || MatchesKeyType(literal->value, key.type)) return;
    failed = Status::Validation(
        fmt::format("Key attribute's data type should match its data type in table's schema: Key {}", key.name),
        value->span);
  };
  switch (term.op) {
    case Term::Op::kIn:
      for (const ExprPtr& element : term.Elements()) check(element);
      break;
    case Term::Op::kNone:
    case Term::Op::kPrefix:
    case Term::Op::kLike: break;
    default:
      check(term.value);
      check(term.high);
      break;
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
  const auto* all = e.As<Expr::And>();
  // The literals that the attribute is fixed to. *touched: a term is about it.
  auto values = [&](const std::string& name, bool* touched) {
    std::vector<std::string> out;
    auto add = [&](const Expr& term) {
      const Term t = ReadTerm(term, slot, name);
      std::vector<ExprPtr> mine = t.Elements();
      if (t.op == Term::Op::kEqual) mine = {t.value};
      for (const ExprPtr& value : mine) {
        if (const auto* literal = value->As<Expr::Literal>()) out.push_back(literal->value.ToLiteral());
      }
      if (term.As<Expr::Or>() != nullptr) return;
      ForEachChild(term, [&](const ExprPtr& child) { *touched = *touched || AttributeOf(*child, slot) == name; });
    };
    if (all == nullptr) {
      add(e);
    } else {
      for (const ExprPtr& term : all->terms) add(*term);
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

Status CheckDynamoKeys(const Expr& predicate, int slot, const KeySchema& key, bool* wrong_type) {
  size_t hashes = PinnedValues(predicate, slot, key.hash.name);
  if (hashes == 0) return Status::Ok();  // a scan: a constant of another type just matches nothing
  Status typed = CheckKeyTypes(predicate, slot, key.hash);
  if (typed.ok() && key.range.has_value()) typed = CheckKeyTypes(predicate, slot, *key.range);
  if (wrong_type != nullptr && !typed.ok()) *wrong_type = true;
  PARTON_RETURN_IF_ERROR(typed);
  size_t ranges = 1;
  if (key.range.has_value()) {
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

Status CheckDynamoRead(const PlanPtr& rows, bool* wrong_type) {
  const auto* filter = rows->As<Plan::Filter>();
  const auto* access = filter == nullptr ? nullptr : rows->inputs[0]->As<Plan::Access>();
  if (access == nullptr) return Status::Ok();
  return CheckDynamoKeys(*filter->predicate, access->slot,
                         access->index != nullptr ? access->index->key : access->table->key, wrong_type);
}

Status CheckDynamoOrder(const std::vector<SortKey>& keys, const PlanPtr& rows) {
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
    const KeyAttribute* attribute = KeyAttributeOf(*k.expr, access->slot, key);
    by_hash = by_hash || attribute == &key.hash;
    if (attribute != nullptr) continue;
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

}  // namespace parton

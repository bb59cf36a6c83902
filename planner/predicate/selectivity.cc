#include "planner/predicate/selectivity.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "planner/predicate/terms.h"

namespace parton {

namespace {

// Assumed where nothing is known.
constexpr double kPartition = 0.01;
constexpr double kOneSortKey = 0.05;
constexpr double kBothBounds = 0.1;
constexpr double kOneBound = 0.3;
constexpr double kTerm = 0.33;
constexpr double kLeast = 1e-9;

double Clamped(double share) { return std::clamp(share, kLeast, 1.0); }

// The share of [low, high] that lies between two bounds, as if values were spread evenly.
std::optional<double> Between(const TableStatistics::Attribute* a, std::optional<double> from,
                              std::optional<double> to) {
  if (a == nullptr || !a->low || !a->high || *a->high <= *a->low || (!from && !to)) return std::nullopt;
  const double low = std::max(*a->low, from.value_or(*a->low));
  const double high = std::min(*a->high, to.value_or(*a->high));
  return Clamped((high - low) / (*a->high - *a->low));
}

double Assumed(bool low, bool high, bool prefix) { return prefix || (low && high) ? kBothBounds : kOneBound; }

}  // namespace

std::optional<double> Selectivity::NumberIn(const ExprPtr& e) const {
  if (e == nullptr) return std::nullopt;
  if (e->As<Expr::Parameter>() != nullptr && depends_on_values_ != nullptr) *depends_on_values_ = true;
  const auto* literal = e->As<Expr::Literal>();
  if (literal == nullptr || !literal->value.is_numeric()) return std::nullopt;
  return literal->value.ToDouble();
}

double Selectivity::Growth(uint64_t store_items_now) const {
  if (!known() || statistics_->store_items == 0) return 1;
  return static_cast<double>(store_items_now) / static_cast<double>(statistics_->store_items);
}

double Selectivity::Entries(const IndexSchema* index) const {
  const auto* source = known() ? statistics_->FindSource(index == nullptr ? 0 : index->id) : nullptr;
  return source == nullptr ? 0 : static_cast<double>(source->entries);
}

double Selectivity::OfPartition(const IndexSchema* index) const {
  const auto* source = known() ? statistics_->FindSource(index == nullptr ? 0 : index->id) : nullptr;
  return source == nullptr || source->partitions < 1 ? kPartition : 1 / source->partitions;
}

double Selectivity::OfSortKey(const IndexSchema* index, const KeySchema& key) const {
  const auto* source = known() ? statistics_->FindSource(index == nullptr ? 0 : index->id) : nullptr;
  if (source == nullptr || source->partitions < 1 || !key.range) return kOneSortKey;
  const double one = source->partitions / std::max<double>(1, static_cast<double>(source->entries));
  // In a table a sort key comes once in a partition.
  if (index == nullptr) return Clamped(one);
  const auto* a = statistics_->FindAttribute(key.range->name);
  return a == nullptr || a->distinct < 1 ? kOneSortKey : Clamped(std::max(one, 1 / a->distinct));
}

double Selectivity::OfBounds(const KeySchema& key, const AccessRange& range) const {
  const double assumed = Assumed(!range.lows.empty(), !range.highs.empty(), !range.prefixes.empty());
  if (!known() || !range.prefixes.empty()) return assumed;
  const std::string& name = range.hash == nullptr || !key.range ? key.hash.name : key.range->name;
  std::optional<double> from = range.lows.empty() ? std::nullopt : NumberIn(range.lows[0].value);
  std::optional<double> to = range.highs.empty() ? std::nullopt : NumberIn(range.highs[0].value);
  return Between(statistics_->FindAttribute(name), from, to).value_or(assumed);
}

double Selectivity::Present(std::string_view attribute) const {
  const auto* a = statistics_->FindAttribute(attribute);
  if (a == nullptr) return statistics_->paths_left_out || !statistics_->complete ? 0.01 : kLeast;
  return Clamped(static_cast<double>(a->count) / std::max<double>(1, static_cast<double>(statistics_->items)));
}

double Selectivity::Equal(std::string_view attribute) const {
  const auto* a = statistics_->FindAttribute(attribute);
  if (a == nullptr || a->distinct < 1) return Present(attribute) * kTerm;
  return Clamped(Present(attribute) / a->distinct);
}

double Selectivity::Of(const Expr& term, int slot) const {
  if (!known()) return kTerm;
  const Term t = ReadTerm(term, slot);
  if (t.op == Term::Op::kNone) return kTerm;
  const std::string_view name = AttributeOf(*t.operand, slot);
  switch (t.op) {
    case Term::Op::kEqual: return Equal(name);
    case Term::Op::kNotEqual:
    case Term::Op::kPresent: return Present(name);
    case Term::Op::kMissing: return Clamped(1 - Present(name));
    case Term::Op::kLess:
    case Term::Op::kLessEqual: return OfStretch(name, std::nullopt, NumberIn(t.value), kOneBound);
    case Term::Op::kGreater:
    case Term::Op::kGreaterEqual: return OfStretch(name, NumberIn(t.value), std::nullopt, kOneBound);
    case Term::Op::kBetween: return OfStretch(name, NumberIn(t.value), NumberIn(t.high), kBothBounds);
    case Term::Op::kIn:
      if (!t.HasElements()) return kTerm;
      return Clamped(std::min(Present(name), static_cast<double>(t.ElementCount()) * Equal(name)));
    case Term::Op::kPrefix:
    case Term::Op::kLike:
    case Term::Op::kNone: break;
  }
  return kTerm;
}

double Selectivity::OfStretch(std::string_view attribute, std::optional<double> from, std::optional<double> to,
                              double assumed) const {
  const std::optional<double> share = Between(statistics_->FindAttribute(attribute), from, to);
  return Clamped(Present(attribute) * share.value_or(assumed));
}

}  // namespace parton

#include "planner/predicate/selectivity.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "planner/predicate/key_terms.h"

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
  if (const auto* c = term.As<Expr::Compare>()) {
    const bool left = !AttributeOf(*c->left, slot).empty();
    const std::string_view name = AttributeOf(left ? *c->left : *c->right, slot);
    if (name.empty()) return kTerm;
    if (c->op == CompareOp::kEq) return Equal(name);
    if (c->op == CompareOp::kNe) return Present(name);
    const std::optional<double> bound = NumberIn(left ? c->right : c->left);
    const bool upper = (c->op == CompareOp::kLt || c->op == CompareOp::kLe) == left;
    std::optional<double> share =
        Between(statistics_->FindAttribute(name), upper ? std::nullopt : bound, upper ? bound : std::nullopt);
    return Clamped(Present(name) * share.value_or(kOneBound));
  }
  if (const auto* in = term.As<Expr::In>(); in != nullptr && !in->negated) {
    const std::string_view name = AttributeOf(*in->needle, slot);
    const auto* list = in->haystack->As<Expr::MakeCollection>();
    const auto* literal = in->haystack->As<Expr::Literal>();
    if (name.empty() || (list == nullptr && literal == nullptr)) return kTerm;
    const size_t n = list != nullptr ? list->elements.size() : literal->value.Count();
    return Clamped(std::min(Present(name), static_cast<double>(n) * Equal(name)));
  }
  if (const auto* b = term.As<Expr::Between>(); b != nullptr && !b->negated) {
    const std::string_view name = AttributeOf(*b->value, slot);
    if (name.empty()) return kTerm;
    std::optional<double> share = Between(statistics_->FindAttribute(name), NumberIn(b->low), NumberIn(b->high));
    return Clamped(Present(name) * share.value_or(kBothBounds));
  }
  if (const auto* is = term.As<Expr::Is>(); is != nullptr && is->test == Expr::Is::Test::kMissing) {
    const std::string_view name = AttributeOf(*is->operand, slot);
    if (name.empty()) return kTerm;
    return is->negated ? Present(name) : Clamped(1 - Present(name));
  }
  return kTerm;
}

}  // namespace parton

// For each source (the table and its indexes) the filter's terms are read as statements about the source's
// key attributes: equalities and lists fix keys, bounds narrow the sort key. What the bounds prove leaves
// the filter; the rest stays.
//
// An index stands in for its table only where it surely holds every item the filter can accept: it must be
// complete, and the filter must imply that all its key attributes are present, or but the sort key if no item was ever
// left out for want of it.
//
// An index is ordered by its own key, then by the table's. Comparisons of rows, and bounds on the table's key behind an
// index's that is fixed, bound several components at once.
#include "planner/predicate/access_candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/cost.h"
#include "planner/predicate/key_terms.h"
#include "planner/predicate/multi_key.h"
#include "planner/predicate/row_terms.h"
#include "planner/predicate/selectivity.h"

namespace parton {

namespace {

constexpr size_t kMaxKeyCombinations = 1000;
// Of items within an order, on one side of a row of unknown values.
constexpr double kShareOfBound = 1.0 / 3;

using Proven = AttributeReading::Proven;

bool Contains(const std::vector<ExprPtr>& terms, const ExprPtr& e) {
  return std::find(terms.begin(), terms.end(), e) != terms.end();
}

class Builder {
 public:
  Builder(const Plan::Access& access, const Demand& demand, const RuleContext& context,
          std::vector<std::string>* rejected)
      : access_(access),
        demand_(demand),
        context_(context),
        settings_(*context.settings),
        rejected_(rejected),
        selectivity_(context.store == nullptr ? nullptr : context.store->Statistics(*access.table),
                     &depends_on_values_),
        terms_(Conjuncts(access.filter)) {}

  std::vector<Candidate> Build() {
    if (access_.pinned) {
      AddSource(access_.index);
    } else {
      AddSource(nullptr);
      // DynamoDB never chooses an index by itself.
      if (settings_.dialect == Dialect::kExtended) {
        for (const IndexSchema& index : access_.table->indexes) AddSource(&index);
      }
    }
    if (never_) {
      Candidate c;
      c.access = access_;
      c.access.kind = AccessKind::kEmpty;
      c.gives_order = true;
      c.name = AccessKindName(AccessKind::kEmpty);
      return {std::move(c)};
    }
    for (Candidate& c : candidates_) c.depends_on_values = depends_on_values_;
    return std::move(candidates_);
  }

 private:
  std::string SourceName(const IndexSchema* index) const {
    return index == nullptr ? access_.table->name : index->name;
  }

  void Reject(const IndexSchema* index, std::string_view why) {
    rejected_->push_back(fmt::format("{}: {}", SourceName(index), why));
  }

  bool Covered(const IndexSchema* index) const {
    if (index == nullptr || index->projection == Projection::kAll) return true;
    if (access_.whole_item) return false;
    return std::all_of(access_.attributes.begin(), access_.attributes.end(),
                       [&](const std::string& a) { return index->Covers(a, access_.table->key); });
  }

  bool Present(std::string_view attribute) const {
    return std::any_of(terms_.begin(), terms_.end(), [&](const ExprPtr& t) {
      return ImpliesPresent(*t, access_.slot, attribute, settings_.logic());
    });
  }

  // True if the index holds every item the filter accepts.
  bool StandsForTable(const IndexSchema& index) {
    auto present = [&](const KeyAttribute& a) {
      const KeySchema& key = access_.table->key;
      return key.Has(a.name) || Present(a.name);
    };
    if (index.state != IndexState::kActive) {
      Reject(&index, "it is still being built");
      return false;
    }
    if (!index.complete) {
      Reject(&index, "it leaves out items whose key values it could not take");
      return false;
    }
    for (size_t i = 0; i < index.key.hash_parts(); ++i) {
      const KeyAttribute& part = index.key.part(i);
      if (present(part)) continue;
      Reject(&index, fmt::format("no condition on {} that only items in it can meet", part.name));
      return false;
    }
    const KeyAttribute* lacking = Lacking(index);
    if (lacking != nullptr && !index.none_left_out) {
      Reject(&index, fmt::format("items without {} are not in it", lacking->name));
      return false;
    }
    return true;
  }

  // The first attribute of the sort key that the filter accepts items without; null: none. Else the index must have
  // left out no item.
  const KeyAttribute* Lacking(const IndexSchema& index) const {
    for (size_t i = index.key.hash_parts(); i < index.key.parts(); ++i) {
      const KeyAttribute& part = index.key.part(i);
      if (!access_.table->key.Has(part.name) && !Present(part.name)) return &part;
    }
    return nullptr;
  }

  void AddSource(const IndexSchema* index) {
    const bool chosen_index = index != nullptr && !access_.pinned;
    if (chosen_index && !StandsForTable(*index)) return;
    bool fetch = false;
    if (index != nullptr && !Covered(index)) {
      // A pinned global index shows what it projects and no more; a local one may read the table.
      fetch = chosen_index || (index->kind == IndexKind::kLocal && !access_.whole_item);
    }
    const KeySchema& key = index ? index->key : access_.table->key;
    if (key.multi()) {
      Plan::Access a = access_;
      a.index = index;
      a.fetch = fetch;
      a.needs_all = chosen_index && Lacking(*index) != nullptr;
      rows_.clear();
      if (!AddMulti(a, key)) AddScan(a);
      return;
    }
    const std::vector<ExprPtr> others = TakeRows(index);
    KeyReading r = ReadKeys(others, access_.slot, key, settings_);
    if (r.never) {
      never_ = true;
      return;
    }
    Plan::Access base = access_;
    base.index = index;
    base.fetch = fetch;
    base.needs_all = chosen_index && Lacking(*index) != nullptr;
    if (AddKeyed(base, key, r)) return;
    if (AddBranches(base, key)) return;
    const bool by_row = std::any_of(rows_.begin(), rows_.end(), [](const RowTerm& row) { return row.first == 0; });
    if ((index == nullptr && r.hash.bounded()) || by_row) AddRangeScan(base, r.hash);
    AddScan(base);
  }

  // Reads the comparisons of rows that bound the key of the source into rows_, and gives the other terms. What DynamoDB
  // would read is more: there they stay a filter.
  std::vector<ExprPtr> TakeRows(const IndexSchema* index) {
    rows_.clear();
    if (settings_.dialect != Dialect::kExtended) return terms_;
    const std::vector<KeyAttribute> components = KeyComponents(*access_.table, index);
    std::vector<ExprPtr> others;
    for (const ExprPtr& term : terms_) {
      if (std::optional<RowTerm> row = ReadRowTerm(term, access_.slot, components, settings_)) {
        rows_.push_back(std::move(*row));
      } else {
        others.push_back(term);
      }
    }
    return others;
  }

  // Terms that stay in the filter when `proven` are shown by the bounds.
  ExprPtr Residual(const std::vector<ExprPtr>& proven) const {
    std::vector<ExprPtr> rest;
    const std::unordered_set<ExprPtr> shown(proven.begin(), proven.end());
    for (const ExprPtr& t : terms_) {
      if (!shown.contains(t)) rest.push_back(t);
    }
    return Conjoin(std::move(rest));
  }

  // Ranges of an index whose key parts have several attributes. False: its partition key is not fixed.
  bool AddMulti(const Plan::Access& base, const KeySchema& key) {
    MultiKeyReading r = ReadMultiKey(terms_, access_.slot, key, settings_, kMaxKeyCombinations);
    never_ = never_ || r.never;
    if (!r.never && r.ranges.empty()) {
      r = ReadMultiKeyBranches(terms_, access_.slot, key, settings_, kMaxKeyCombinations);
      never_ = never_ || r.never;
    }
    if (r.never) return true;
    if (r.ranges.empty()) return false;
    Plan::Access a = base;
    a.kind = AccessKind::kQuery;
    a.ranges = std::move(r.ranges);
    a.filter = Residual(r.proven);
    double fraction = selectivity_.OfPartition(base.index);
    const auto alone = [&](size_t i) { return KeySchema{key.hash, key.part(i)}; };
    for (size_t i = key.hash_parts(); i < r.fixed; ++i) fraction *= selectivity_.OfSortKey(base.index, alone(i));
    const bool bounded = r.bounds.HasLow() || r.bounds.HasHigh() || !r.bounds.prefixes.empty();
    r.bounds.hash = a.ranges[0].hash;
    if (bounded) fraction *= selectivity_.OfBounds(alone(r.fixed), r.bounds);
    const double count = static_cast<double>(a.ranges.size());
    AddCandidate(std::move(a), std::max(1.0, Items(base.index) * fraction) * count);
    return true;
  }

  bool AddKeyed(const Plan::Access& base, const KeySchema& key, const KeyReading& r) {
    if (!r.hash.fixed()) return false;
    const size_t hashes = std::max<size_t>(1, r.hash.values.size());
    const size_t ranges = std::max<size_t>(1, r.range.values.size());
    const bool full = !key.range || r.range.fixed();
    if (base.index == nullptr && full && hashes * ranges <= kMaxKeyCombinations) {
      AddKeys(base, r);
    } else {
      AddQuery(base, key, r, hashes * ranges <= kMaxKeyCombinations);
    }
    return true;
  }

  // Items by their full keys.
  void AddKeys(const Plan::Access& base, const KeyReading& r) {
    Plan::Access a = base;
    for (const ExprPtr& h : OrNull(r.hash.values)) {
      for (const ExprPtr& s : OrNull(r.range.values)) a.keys.push_back({h, s});
    }
    a.hash_list = r.hash.list;
    a.range_list = r.range.list;
    const double count = static_cast<double>(a.keys.size());
    const bool one = a.keys.size() == 1 && !a.hash_list && !a.range_list;
    a.kind = one ? AccessKind::kGetItem : AccessKind::kBatchGet;
    // Of the terms about the sort key only those that fixed it are proven.
    std::vector<ExprPtr> proven;
    AddTerms(r.hash.fixing, &proven);
    AddTerms(r.range.fixing, &proven);
    a.filter = Residual(proven);
    AddCandidate(std::move(a), count);
  }

  // Partitions, with bounds on the sort key. `each`: a range for each of its values; else they stay a filter.
  void AddQuery(const Plan::Access& base, const KeySchema& key, const KeyReading& r, bool each) {
    Plan::Access a = base;
    a.kind = AccessKind::kQuery;
    const std::vector<ExprPtr> range_values = each ? OrNull(r.range.values) : OrNull({});
    const bool one_key = range_values[0] != nullptr;
    const KeyReading behind = ReadBehind(a.index, key, one_key);
    std::vector<ExprPtr> proven;
    double of_rows = 1;
    for (const ExprPtr& h : OrNull(r.hash.values)) {
      for (const ExprPtr& s : range_values) {
        a.ranges.push_back(RangeOf(h, s, r.range));
        of_rows = AddRows(s, &a.ranges.back(), &proven);
        of_rows *= AddBehind(a.index, s, behind, &a.ranges.back(), &proven);
      }
    }
    a.hash_list = r.hash.list;
    AddTerms(r.hash.fixing, &proven);
    AddTerms(r.range.bounding, &proven);
    if (one_key) AddTerms(r.range.fixing, &proven);
    a.filter = Residual(proven);
    double fraction = selectivity_.OfPartition(base.index);
    if (one_key) {
      fraction *= selectivity_.OfSortKey(base.index, key);
    } else if (r.range.bounded()) {
      fraction *= selectivity_.OfBounds(key, a.ranges[0]);
    }
    const double per_range = std::max(1.0, Items(base.index) * fraction * of_rows);
    const double count = static_cast<double>(a.ranges.size());
    AddCandidate(std::move(a), per_range * count);
  }

  // Adds the comparisons of rows that bound the keys behind the partition key, and behind the sort key if that is `s`.
  // Gives the share of items that they leave.
  double AddRows(const ExprPtr& s, AccessRange* range, std::vector<ExprPtr>* proven) {
    double share = 1;
    for (const RowTerm& row : rows_) {
      const size_t known = s == nullptr ? 1 : 2;
      // The partition key comes at execution where its values do.
      const bool needs_hash = std::find(row.values.begin(), row.values.end(), nullptr) != row.values.end();
      if (row.first > known || (needs_hash && range->hash == nullptr)) continue;
      RowBoundExpr bound{row.values, row.inclusive};
      std::replace(bound.values.begin(), bound.values.end(), ExprPtr(), range->hash);
      bound.with_hash = row.first == 0;
      if (row.first == 2) bound.values.insert(bound.values.begin(), s);
      if (row.first == 2) bound.fixed = 1;
      (row.low ? range->row_lows : range->row_highs).push_back(std::move(bound));
      if (row.exact) proven->push_back(row.term);
      share *= kShareOfBound;
    }
    return share;
  }

  // What is said about the table's key behind an index's, where all that comes before is fixed. Nothing in DynamoDB's
  // dialect: a Query reads those items there.
  KeyReading ReadBehind(const IndexSchema* index, const KeySchema& key, bool one_key) {
    if (index == nullptr || settings_.dialect != Dialect::kExtended || (key.range && !one_key)) return {};
    KeyReading r = ReadKeys(terms_, access_.slot, access_.table->key, settings_);
    never_ = never_ || r.never;
    return r;
  }

  double AddBehind(const IndexSchema* index, const ExprPtr& s, const KeyReading& behind, AccessRange* range,
                   std::vector<ExprPtr>* proven) {
    if (index == nullptr || (index->key.range && s == nullptr)) return 1;
    const KeySchema& own = index->key;
    const KeySchema& table = access_.table->key;
    std::vector<ExprPtr> fixed;
    if (s != nullptr) fixed.push_back(s);
    const size_t of_index = fixed.size();
    double share = 1;
    struct Component {
      const KeyAttribute* attribute;
      const AttributeReading* reading;
    };
    for (const auto& [attribute, reading] :
         {Component{&table.hash, &behind.hash}, Component{table.range ? &*table.range : nullptr, &behind.range}}) {
      if (attribute == nullptr) break;
      if (attribute->name == own.hash.name) {
        if (range->hash == nullptr) break;
        fixed.push_back(range->hash);
      } else if (own.range && attribute->name == own.range->name) {
        fixed.push_back(s);
      } else if (reading->values.size() == 1 && reading->list == nullptr) {
        fixed.push_back(reading->values[0]);
        AddTerms(reading->fixing, proven);
      } else if (!reading->fixed() && (!reading->lows.empty() || !reading->highs.empty())) {
        AddBoundsBehind(fixed, *reading, range, proven);
        share = kShareOfBound;
        break;
      } else {
        break;
      }
    }
    if (fixed.size() == of_index) return share;
    // From both sides: a bound behind is one from one side.
    RowBoundExpr all{fixed, true, fixed.size()};
    range->row_lows.push_back(all);
    range->row_highs.push_back(std::move(all));
    return share * kShareOfBound * kShareOfBound;
  }

  static void AddBoundsBehind(const std::vector<ExprPtr>& fixed, const AttributeReading& reading, AccessRange* range,
                              std::vector<ExprPtr>* proven) {
    for (const auto* bounds : {&reading.lows, &reading.highs}) {
      for (const BoundExpr& b : *bounds) {
        RowBoundExpr row{fixed, b.inclusive, fixed.size()};
        row.values.push_back(b.value);
        (bounds == &reading.lows ? range->row_lows : range->row_highs).push_back(std::move(row));
      }
    }
    for (const Proven& p : reading.bounding) {
      if (p.kind != KeyTerm::Kind::kPrefix) proven->push_back(p.term);
    }
  }

  // The values, or one null that stands for none.
  static std::vector<ExprPtr> OrNull(const std::vector<ExprPtr>& values) {
    return values.empty() ? std::vector<ExprPtr>{nullptr} : values;
  }
  static void AddTerms(const std::vector<Proven>& terms, std::vector<ExprPtr>* out) {
    for (const Proven& p : terms) out->push_back(p.term);
  }
  // The range of a partition within the bounds on its sort key, or of one value of that.
  static AccessRange RangeOf(const ExprPtr& hash, const ExprPtr& sort_key, const AttributeReading& bounds) {
    AccessRange range{hash, bounds.lows, bounds.highs, bounds.prefixes};
    if (sort_key != nullptr) {
      range.lows.push_back({sort_key, true});
      range.highs.push_back({sort_key, true});
    }
    return range;
  }

  // A disjunction whose every branch fixes the partition key: the union of the branches' keys or ranges.
  bool AddBranches(const Plan::Access& base, const KeySchema& key) {
    for (const ExprPtr& term : terms_) {
      const auto* disjunction = term->As<Expr::Or>();
      if (disjunction == nullptr || disjunction->terms.size() > kMaxKeyCombinations) continue;
      Plan::Access a = base;
      bool all_keys = base.index == nullptr;
      bool proven = true;
      bool usable = true;
      for (const ExprPtr& branch : disjunction->terms) {
        std::vector<ExprPtr> own = Conjuncts(branch);
        std::vector<ExprPtr> joint = own;
        for (const ExprPtr& t : terms_) {
          if (t != term) joint.push_back(t);
        }
        KeyReading r = ReadKeys(joint, base.slot, key, settings_);
        if (r.never) continue;  // this branch holds for no item
        if (r.hash.values.empty() || r.range.list != nullptr) {
          usable = false;
          break;
        }
        const bool full = !key.range || !r.range.values.empty();
        all_keys = all_keys && full;
        std::vector<ExprPtr> shown;
        for (const auto* terms : {&r.hash.fixing, &r.range.fixing, &r.range.bounding}) AddTerms(*terms, &shown);
        for (const ExprPtr& t : own) proven = proven && Contains(shown, t);
        if (full && r.range.bounded()) proven = false;
        for (const ExprPtr& h : r.hash.values) {
          for (const ExprPtr& s : OrNull(r.range.values)) {
            a.keys.push_back({h, s});
            a.ranges.push_back(RangeOf(h, s, r.range));
          }
        }
      }
      if (!usable || a.keys.size() > kMaxKeyCombinations) continue;
      if (a.keys.empty()) {  // every branch is a contradiction
        never_ = true;
        return true;
      }
      a.filter = Residual(proven ? std::vector<ExprPtr>{term} : std::vector<ExprPtr>{});
      const double count = static_cast<double>(a.keys.size());
      if (all_keys) {
        a.kind = a.keys.size() == 1 ? AccessKind::kGetItem : AccessKind::kBatchGet;
        a.ranges.clear();
        AddCandidate(std::move(a), count);
      } else {
        a.kind = AccessKind::kQuery;
        a.keys.clear();
        AddCandidate(std::move(a), count * std::max(1.0, Items(base.index) * selectivity_.OfPartition(base.index)));
      }
      return true;
    }
    return false;
  }

  void AddRangeScan(const Plan::Access& base, const AttributeReading& hash) {
    Plan::Access a = base;
    a.kind = AccessKind::kRangeScan;
    a.ranges.push_back(RangeOf(nullptr, nullptr, hash));
    std::vector<ExprPtr> proven;
    AddTerms(hash.bounding, &proven);
    double share = hash.bounded() ? selectivity_.OfBounds(access_.table->key, a.ranges[0]) : 1;
    for (const RowTerm& row : rows_) {
      if (row.first != 0) continue;
      (row.low ? a.ranges[0].row_lows : a.ranges[0].row_highs).push_back({row.values, row.inclusive});
      if (row.exact) proven.push_back(row.term);
      share *= kShareOfBound;
    }
    a.filter = Residual(proven);
    AddCandidate(std::move(a), Items(base.index) * share);
  }

  void AddScan(const Plan::Access& base) {
    Plan::Access a = base;
    a.kind = AccessKind::kScan;
    AddCandidate(std::move(a), Items(base.index));
  }

  double Items(const IndexSchema* index) const {
    return std::max(kLeastItems, StoredItems(*access_.table, index, context_));
  }

  // What Items() has to be multiplied with to have the number that statistics tell.
  double KnownShare(const IndexSchema* index) const {
    const double entries = selectivity_.Entries(index);
    if (entries == 0) return 1;
    const TableStats table = context_.store->Stats(*access_.table, nullptr);
    return entries * selectivity_.Growth(table.approximate_items) / Items(index);
  }

  // Whether the rows come in the order demanded, and from which end.
  bool GivesOrder(const Plan::Access& a, bool* backward) const {
    if (demand_.order.empty()) return true;
    const KeySchema& key = a.index ? a.index->key : a.table->key;
    if (a.kind == AccessKind::kGetItem) return true;
    if (a.kind == AccessKind::kBatchGet) return false;
    const bool store_orders = context_.store == nullptr || context_.store->ScansInOrder(*a.table);
    if (a.kind != AccessKind::kQuery && !store_orders) return false;
    // Attributes in which the rows ascend, outermost first; constant ones may be skipped.
    std::vector<std::string> sequence;
    std::set<std::string> constant;
    const bool one_hash = a.kind == AccessKind::kQuery && a.hash_list == nullptr &&
                          std::all_of(a.ranges.begin(), a.ranges.end(),
                                      [&](const AccessRange& r) { return SameExpr(*r.hash, *a.ranges[0].hash); });
    if (one_hash) constant.insert(key.hash.name);
    AddFixed(a, &constant);
    for (size_t i = 0; i < key.parts(); ++i) sequence.push_back(key.part(i).name);
    const bool ties_ordered = a.index == nullptr || store_orders;
    if (a.index != nullptr && ties_ordered) {
      sequence.push_back(a.table->key.hash.name);
      if (a.table->key.range) sequence.push_back(a.table->key.range->name);
    }
    size_t at = 0;
    bool first = true;
    for (const SortKey& k : demand_.order) {
      std::string name(AttributeOf(*k.expr, a.slot));
      if (name.empty()) return false;
      if (constant.contains(name)) continue;
      while (at < sequence.size() && constant.contains(sequence[at])) ++at;
      if (at == sequence.size() || sequence[at] != name) {
        // The whole sequence is unique: what follows it cannot matter.
        return at == sequence.size() && ties_ordered;
      }
      if (first) {
        *backward = k.descending;
        first = false;
      } else if (k.descending != *backward) {
        return false;
      }
      ++at;
    }
    return true;
  }

  // The attributes behind the partition key that have one value in all rows.
  static void AddFixed(const Plan::Access& a, std::set<std::string>* out) {
    if (a.kind != AccessKind::kQuery || a.ranges.size() != 1 || a.hash_list != nullptr) return;
    const AccessRange& r = a.ranges[0];
    const KeySchema& key = a.index ? a.index->key : a.table->key;
    for (const BoundExpr& low : r.lows) {
      const bool fixed = low.inclusive && std::any_of(r.highs.begin(), r.highs.end(), [&](const BoundExpr& high) {
                           return high.inclusive && high.value == low.value;
                         });
      if (fixed) out->insert(key.range->name);
    }
    const std::vector<KeyAttribute> components = KeyComponents(*a.table, a.index);
    for (const std::vector<RowBoundExpr>* rows : {&r.row_lows, &r.row_highs}) {
      for (const RowBoundExpr& row : *rows) {
        for (size_t i = 0; i < row.fixed; ++i) out->insert(components[i + 1].name);
      }
    }
  }

  void AddCandidate(Plan::Access a, double items) {
    Candidate c;
    const IndexSchema* index = a.index;
    double rows = items;
    for (const ExprPtr& term : Conjuncts(a.filter)) rows *= selectivity_.Of(*term, a.slot);
    rows = std::max(1.0, rows);
    bool backward = false;
    c.gives_order = GivesOrder(a, &backward);
    if (!demand_.order.empty() && c.gives_order) {
      a.ordered = true;
      a.backward = backward;
    }
    if (demand_.rows && c.gives_order) {
      a.limit = demand_.rows;
      double wanted = static_cast<double>(*demand_.rows);
      if (wanted < rows) {
        items = std::max(1.0, items * wanted / rows);
        rows = wanted;
      }
    }
    c.cost = ReadCost(a, items) + (c.gives_order ? 0 : SortCost(rows));
    const bool by_key = a.kind == AccessKind::kGetItem || a.kind == AccessKind::kBatchGet;
    const double share = by_key ? 1 : KnownShare(index);
    c.estimate.rows = std::max(1.0, rows * share);
    c.estimate.items = std::max(1.0, items * share);
    c.name = fmt::format("{} {}", AccessKindName(a.kind), SourceName(index));
    c.access = std::move(a);
    candidates_.push_back(std::move(c));
  }

  const Plan::Access& access_;
  const Demand& demand_;
  const RuleContext& context_;
  const Settings& settings_;
  std::vector<std::string>* rejected_;
  bool depends_on_values_ = false;
  const Selectivity selectivity_;
  std::vector<ExprPtr> terms_;
  std::vector<RowTerm> rows_;  // of the source that is looked at
  std::vector<Candidate> candidates_;
  bool never_ = false;
};

}  // namespace

std::vector<Candidate> AccessCandidates(const Plan::Access& access, const Demand& demand, const RuleContext& context,
                                        std::vector<std::string>* rejected) {
  return Builder(access, demand, context, rejected).Build();
}

}  // namespace parton

// For each source (the table and its indexes) the filter's terms are read as statements about the source's
// key attributes: equalities and lists fix keys, bounds narrow the sort key. What the bounds prove leaves
// the filter; the rest stays.
//
// An index stands in for its table only where it surely holds every item the filter can accept: it must be
// complete, and the filter must imply that all its key attributes are present.
#include "planner/predicate/access_candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/cost.h"
#include "planner/predicate/key_terms.h"
#include "planner/predicate/selectivity.h"

namespace parton {

namespace {

constexpr size_t kMaxKeyCombinations = 1000;

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
    if (!present(index.key.hash)) {
      Reject(&index, fmt::format("no condition on {} that only items in it can meet", index.key.hash.name));
      return false;
    }
    if (index.key.range && !present(*index.key.range)) {
      Reject(&index, fmt::format("items without {} are not in it", index.key.range->name));
      return false;
    }
    return true;
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
    KeyReading r = ReadKeys(terms_, access_.slot, key, settings_);
    if (r.never) {
      never_ = true;
      return;
    }
    Plan::Access base = access_;
    base.index = index;
    base.fetch = fetch;
    if (AddKeyed(base, key, r)) return;
    if (AddBranches(base, key)) return;
    if (index == nullptr && r.hash.bounded()) AddRangeScan(base, r.hash);
    AddScan(base);
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
    for (const ExprPtr& h : OrNull(r.hash.values)) {
      for (const ExprPtr& s : range_values) a.ranges.push_back(RangeOf(h, s, r.range));
    }
    a.hash_list = r.hash.list;
    const bool one_key = range_values[0] != nullptr;
    std::vector<ExprPtr> proven;
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
    const double per_range = std::max(1.0, Items(base.index) * fraction);
    const double count = static_cast<double>(a.ranges.size());
    AddCandidate(std::move(a), per_range * count);
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
    a.filter = Residual(proven);
    const double fraction = selectivity_.OfBounds(access_.table->key, a.ranges[0]);
    AddCandidate(std::move(a), Items(nullptr) * fraction);
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
    // Attributes in which the rows ascend, outermost first; constant ones may be skipped.
    std::vector<std::string> sequence;
    std::set<std::string> constant;
    const bool one_hash = a.kind == AccessKind::kQuery && a.hash_list == nullptr &&
                          std::all_of(a.ranges.begin(), a.ranges.end(),
                                      [&](const AccessRange& r) { return SameExpr(*r.hash, *a.ranges[0].hash); });
    if (one_hash) constant.insert(key.hash.name);
    sequence.push_back(key.hash.name);
    if (key.range) sequence.push_back(key.range->name);
    if (a.index != nullptr) {
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
        return at == sequence.size();
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
  std::vector<Candidate> candidates_;
  bool never_ = false;
};

}  // namespace

std::vector<Candidate> AccessCandidates(const Plan::Access& access, const Demand& demand, const RuleContext& context,
                                        std::vector<std::string>* rejected) {
  return Builder(access, demand, context, rejected).Build();
}

}  // namespace parton

// For each source (the table and its indexes) the filter's terms are read as statements about the source's
// key attributes: equalities and lists fix keys, bounds narrow the sort key. What the bounds prove leaves
// the filter; the rest stays.
//
// An index stands in for its table only where it surely holds every item the filter can accept: it must be
// complete, and the filter must imply that all its key attributes are present.
#include "planner/rules/access_candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <unordered_set>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/key_terms.h"
#include "planner/predicate/selectivity.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

constexpr size_t kMaxKeyCombinations = 1000;
// Small tables count as this large: they may grow, and a Query stays right.
constexpr double kLeastItems = 1000;
constexpr double kSeekCost = 3;
constexpr double kFetchCost = 6;

// What a conjunction says about a key of (hash [, range]).
struct KeyReading {
  bool never = false;
  std::vector<ExprPtr> hash_values;  // = or IN; empty: not fixed
  ExprPtr hash_list;                 // IN ?
  std::vector<ExprPtr> range_values;
  ExprPtr range_list;
  std::vector<BoundExpr> lows, highs;  // on the sort key, or on the partition key if that is not fixed
  std::vector<ExprPtr> prefixes;
  std::vector<BoundExpr> hash_lows, hash_highs;
  std::vector<ExprPtr> hash_prefixes;
  std::vector<ExprPtr> hash_terms, range_terms, hash_bound_terms;  // proven by the above

  bool hash_fixed() const { return !hash_values.empty() || hash_list != nullptr; }
  bool range_fixed() const { return !range_values.empty() || range_list != nullptr; }
  bool has_bounds() const { return !lows.empty() || !highs.empty() || !prefixes.empty(); }
  bool has_hash_bounds() const { return !hash_lows.empty() || !hash_highs.empty() || !hash_prefixes.empty(); }
};

void AddBounds(const KeyTerm& k, std::vector<BoundExpr>* lows, std::vector<BoundExpr>* highs,
               std::vector<ExprPtr>* prefixes) {
  switch (k.kind) {
    case KeyTerm::Kind::kLow: lows->push_back({k.value, k.inclusive}); break;
    case KeyTerm::Kind::kHigh: highs->push_back({k.value, k.inclusive}); break;
    case KeyTerm::Kind::kBetween:
      lows->push_back({k.value, true});
      highs->push_back({k.high, true});
      break;
    case KeyTerm::Kind::kPrefix: prefixes->push_back(k.value); break;
    default: break;
  }
}

bool IsLiteralList(const std::vector<ExprPtr>& values) {
  return std::all_of(values.begin(), values.end(), [](const ExprPtr& e) { return e->As<Expr::Literal>(); });
}

// Distinct by value where known.
void Deduplicate(std::vector<ExprPtr>* values) {
  if (values->size() < 2) return;
  std::unordered_set<ExprPtr, ExprHash, ExprEqual> known;
  std::erase_if(*values, [&](const ExprPtr& v) { return !known.insert(v).second; });
}

// Of several bounds with known values only the tightest stays: the intersection of the ranges. Bounds whose values come
// at execution all stay, and are intersected there.
void KeepTightest(std::vector<BoundExpr>* bounds, bool low) {
  std::optional<BoundExpr> tightest;
  std::vector<BoundExpr> out;
  for (const BoundExpr& b : *bounds) {
    const auto* literal = b.value->As<Expr::Literal>();
    if (literal == nullptr) {
      out.push_back(b);
      continue;
    }
    if (!tightest) {
      tightest = b;
      continue;
    }
    const std::optional<int> order = CompareScalars(literal->value, tightest->value->As<Expr::Literal>()->value);
    if (!order) {
      out.push_back(b);
    } else if (low ? *order > 0 : *order < 0) {
      tightest = b;
    } else if (*order == 0 && !b.inclusive) {
      tightest = b;
    }
  }
  if (tightest) out.insert(out.begin(), *tightest);
  *bounds = std::move(out);
}

KeyReading ReadKeys(const std::vector<ExprPtr>& terms, int slot, const KeySchema& key, const Settings& settings) {
  KeyReading r;
  auto fix = [&](const KeyTerm& k, const ExprPtr& term, std::vector<ExprPtr>* values, ExprPtr* list,
                 std::vector<ExprPtr>* proven) {
    std::vector<ExprPtr> mine = k.kind == KeyTerm::Kind::kIn ? k.list : std::vector<ExprPtr>{k.value};
    if (k.kind == KeyTerm::Kind::kInValue) {
      if (!values->empty() || *list != nullptr) return;  // a further statement stays in the filter
      *list = k.value;
    } else if (*list != nullptr) {
      // Written values are better known than a list that comes at execution: that one stays a filter.
      proven->clear();
      *list = nullptr;
      *values = std::move(mine);
    } else if (values->empty()) {
      *values = std::move(mine);
    } else if (IsLiteralList(*values) && IsLiteralList(mine)) {
      std::unordered_set<Value, ValueHash, ValueEqual> wanted;
      for (const ExprPtr& m : mine) wanted.insert(m->As<Expr::Literal>()->value);
      std::vector<ExprPtr> both;
      for (const ExprPtr& v : *values) {
        if (wanted.contains(v->As<Expr::Literal>()->value)) both.push_back(v);
      }
      if (both.empty()) r.never = true;
      *values = std::move(both);
    } else if (mine.size() < values->size()) {
      proven->clear();  // the earlier, longer list stays a filter
      *values = std::move(mine);
    } else {
      return;
    }
    Deduplicate(values);
    proven->push_back(term);
  };
  for (const ExprPtr& term : terms) {
    KeyTerm h = ReadKeyTerm(*term, slot, key.hash, settings);
    switch (h.kind) {
      case KeyTerm::Kind::kNever: r.never = true; break;
      case KeyTerm::Kind::kEqual:
      case KeyTerm::Kind::kIn:
      case KeyTerm::Kind::kInValue: fix(h, term, &r.hash_values, &r.hash_list, &r.hash_terms); break;
      case KeyTerm::Kind::kNone: break;
      default:
        AddBounds(h, &r.hash_lows, &r.hash_highs, &r.hash_prefixes);
        if (h.exact) r.hash_bound_terms.push_back(term);
        break;
    }
    if (!key.range) continue;
    KeyTerm s = ReadKeyTerm(*term, slot, *key.range, settings);
    switch (s.kind) {
      case KeyTerm::Kind::kNever: r.never = true; break;
      case KeyTerm::Kind::kEqual:
      case KeyTerm::Kind::kIn:
      case KeyTerm::Kind::kInValue: fix(s, term, &r.range_values, &r.range_list, &r.range_terms); break;
      case KeyTerm::Kind::kNone: break;
      default:
        AddBounds(s, &r.lows, &r.highs, &r.prefixes);
        if (s.exact) r.range_terms.push_back(term);
        break;
    }
  }
  for (auto* lows : {&r.lows, &r.hash_lows}) KeepTightest(lows, true);
  for (auto* highs : {&r.highs, &r.hash_highs}) KeepTightest(highs, false);
  return r;
}

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
      c.name = "Empty";
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
    if (index == nullptr && r.has_hash_bounds()) AddRangeScan(base, r);
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
    if (!r.hash_fixed()) return false;
    std::vector<ExprPtr> proven = r.hash_terms;
    const bool table = base.index == nullptr;
    const bool full = !key.range || r.range_fixed();
    const size_t hashes = std::max<size_t>(1, r.hash_values.size());
    const size_t ranges = std::max<size_t>(1, r.range_values.size());
    Plan::Access a = base;
    if (table && full && hashes * ranges <= kMaxKeyCombinations) {
      std::vector<ExprPtr> hash_values = r.hash_values;
      std::vector<ExprPtr> range_values = r.range_values;
      if (hash_values.empty()) hash_values.push_back(nullptr);
      if (range_values.empty()) range_values.push_back(nullptr);
      for (const ExprPtr& h : hash_values) {
        for (const ExprPtr& s : range_values) a.keys.push_back({h, s});
      }
      a.hash_list = r.hash_list;
      a.range_list = key.range ? r.range_list : nullptr;
      const bool one = a.keys.size() == 1 && !a.hash_list && !a.range_list;
      a.kind = one ? AccessKind::kGetItem : AccessKind::kBatchGet;
      // Of the terms about the sort key only those that fixed it are proven.
      for (const ExprPtr& t : r.range_terms) {
        KeyTerm k = key.range ? ReadKeyTerm(*t, base.slot, *key.range, settings_) : KeyTerm{};
        if (k.kind == KeyTerm::Kind::kEqual || k.kind == KeyTerm::Kind::kIn || k.kind == KeyTerm::Kind::kInValue) {
          proven.push_back(t);
        }
      }
      a.filter = Residual(proven);
      AddCandidate(std::move(a), static_cast<double>(hashes * ranges));
      return true;
    }
    a.kind = AccessKind::kQuery;
    std::vector<ExprPtr> hash_values = r.hash_values;
    if (hash_values.empty()) hash_values.push_back(nullptr);
    std::vector<ExprPtr> range_values = r.range_values;
    if (range_values.empty() || hashes * ranges > kMaxKeyCombinations) range_values.assign(1, nullptr);
    for (const ExprPtr& h : hash_values) {
      for (const ExprPtr& s : range_values) {
        AccessRange range;
        range.hash = h;
        range.lows = r.lows;
        range.highs = r.highs;
        range.prefixes = r.prefixes;
        if (s != nullptr) {
          range.lows.push_back({s, true});
          range.highs.push_back({s, true});
        }
        a.ranges.push_back(std::move(range));
      }
    }
    a.hash_list = r.hash_list;
    for (const ExprPtr& t : r.range_terms) {
      KeyTerm k = ReadKeyTerm(*t, base.slot, *key.range, settings_);
      const bool list =
          k.kind == KeyTerm::Kind::kInValue || (k.kind == KeyTerm::Kind::kIn && range_values[0] == nullptr);
      if (!list) proven.push_back(t);
    }
    a.filter = Residual(proven);
    double fraction = selectivity_.OfPartition(base.index);
    if (range_values[0] != nullptr) {
      fraction *= selectivity_.OfSortKey(base.index, key);
    } else if (r.has_bounds()) {
      fraction *= selectivity_.OfBounds(key, a.ranges[0]);
    }
    double per_hash = std::max(1.0, Items(base.index) * fraction);
    AddCandidate(std::move(a), per_hash * static_cast<double>(hashes * ranges));
    return true;
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
        if (r.hash_values.empty() || r.range_list != nullptr || r.hash_list != nullptr) {
          usable = false;
          break;
        }
        const bool full = !key.range || !r.range_values.empty();
        all_keys = all_keys && full;
        std::vector<ExprPtr> shown = r.hash_terms;
        shown.insert(shown.end(), r.range_terms.begin(), r.range_terms.end());
        for (const ExprPtr& t : own) proven = proven && Contains(shown, t);
        if (full && key.range && r.has_bounds()) proven = false;
        std::vector<ExprPtr> range_values = r.range_values;
        if (range_values.empty()) range_values.push_back(nullptr);
        for (const ExprPtr& h : r.hash_values) {
          for (const ExprPtr& s : range_values) {
            a.keys.push_back({h, s});
            AccessRange range{h, r.lows, r.highs, r.prefixes};
            if (s != nullptr) {
              range.lows.push_back({s, true});
              range.highs.push_back({s, true});
            }
            a.ranges.push_back(std::move(range));
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

  void AddRangeScan(const Plan::Access& base, const KeyReading& r) {
    Plan::Access a = base;
    a.kind = AccessKind::kRangeScan;
    a.ranges.push_back({nullptr, r.hash_lows, r.hash_highs, r.hash_prefixes});
    a.filter = Residual(r.hash_bound_terms);
    const double fraction = selectivity_.OfBounds(access_.table->key, a.ranges[0]);
    AddCandidate(std::move(a), Items(nullptr) * fraction);
  }

  void AddScan(const Plan::Access& base) {
    Plan::Access a = base;
    a.kind = AccessKind::kScan;
    AddCandidate(std::move(a), Items(base.index));
  }

  double Items(const IndexSchema* index) const {
    if (context_.store == nullptr) return kLeastItems;
    const TableStats stats = context_.store->Stats(*access_.table, index);
    return std::max(kLeastItems, static_cast<double>(stats.approximate_items));
  }

  // What Items() has to be multiplied with to have the number that statistics tell.
  double KnownShare(const IndexSchema* index) const {
    const double entries = selectivity_.Entries(index);
    if (entries == 0) return 1;
    const TableStats table = context_.store->Stats(*access_.table, nullptr);
    return entries * selectivity_.Growth(table.approximate_items) / Items(index);
  }

  double Width(const IndexSchema* index) const {
    if (index == nullptr) return 1;
    switch (index->projection) {
      case Projection::kAll: return 1.05;
      case Projection::kInclude: return 0.7;
      case Projection::kKeysOnly: return 0.6;
    }
    return 1;
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
    double seeks = static_cast<double>(std::max<size_t>(1, a.keys.size() + a.ranges.size()));
    c.cost = seeks * kSeekCost + items * Width(index) + (a.fetch ? items * kFetchCost : 0);
    if (!c.gives_order) c.cost += rows * 0.3 * std::log2(rows + 2);
    const bool by_key = a.kind == AccessKind::kGetItem || a.kind == AccessKind::kBatchGet;
    const double share = by_key ? 1 : KnownShare(index);
    c.estimate.rows = std::max(1.0, rows * share);
    c.estimate.items = std::max(1.0, items * share);
    const char* kind = a.kind == AccessKind::kGetItem     ? "GetItem"
                       : a.kind == AccessKind::kBatchGet  ? "BatchGet"
                       : a.kind == AccessKind::kQuery     ? "Query"
                       : a.kind == AccessKind::kRangeScan ? "RangeScan"
                                                          : "Scan";
    c.name = fmt::format("{} {}", kind, SourceName(index));
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

#include "planner/predicate/multi_key.h"

#include <algorithm>
#include <utility>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/key_terms.h"

namespace parton {

namespace {

using Combination = std::vector<ExprPtr>;

std::vector<Combination> Extended(const std::vector<Combination>& combinations, const std::vector<ExprPtr>& values) {
  std::vector<Combination> out;
  out.reserve(combinations.size() * values.size());
  for (const Combination& c : combinations) {
    for (const ExprPtr& v : values) {
      out.push_back(c);
      out.back().push_back(v);
    }
  }
  return out;
}

// The keys that begin with `values` and meet the bounds on the attribute behind.
AccessRange RangeOf(const Combination& values, const AccessRange& bounds) {
  AccessRange out;
  out.hash = values[0];
  const Combination fixed(values.begin() + 1, values.end());
  const auto add = [&](const ExprPtr& value, bool inclusive, bool prefix, std::vector<RowBoundExpr>* rows) {
    RowBoundExpr row{fixed, inclusive, fixed.size()};
    row.values.push_back(value);
    row.prefix = prefix;
    rows->push_back(std::move(row));
  };
  for (const BoundExpr& b : bounds.lows) add(b.value, b.inclusive, false, &out.row_lows);
  for (const BoundExpr& b : bounds.highs) add(b.value, b.inclusive, false, &out.row_highs);
  for (const ExprPtr& p : bounds.prefixes) {
    add(p, true, true, &out.row_lows);
    add(p, true, true, &out.row_highs);
  }
  if (fixed.empty()) return out;
  // From both sides: a bound behind is one from one side.
  const RowBoundExpr all{fixed, true, fixed.size()};
  out.row_lows.push_back(all);
  out.row_highs.push_back(all);
  return out;
}

}  // namespace

MultiKeyReading ReadMultiKey(const std::vector<ExprPtr>& terms, int slot, const KeySchema& key,
                             const Settings& settings, size_t most) {
  MultiKeyReading out;
  std::vector<Combination> combinations(1);
  for (size_t i = 0; i < key.parts(); ++i) {
    const KeyReading read = ReadKeys(terms, slot, KeySchema{key.part(i), std::nullopt}, settings);
    const AttributeReading& r = read.hash;
    out.never = out.never || read.never;
    if (out.never) return out;
    const bool usable = !r.values.empty() && combinations.size() * r.values.size() <= most;
    if (usable) {
      combinations = Extended(combinations, r.values);
      ++out.fixed;
      for (const AttributeReading::Proven& p : r.fixing) out.proven.push_back(p.term);
      continue;
    }
    if (i < key.hash_parts()) return out;
    if (r.values.empty()) {
      out.bounds.lows = r.lows;
      out.bounds.highs = r.highs;
      out.bounds.prefixes = r.prefixes;
      for (const AttributeReading::Proven& p : r.bounding) out.proven.push_back(p.term);
    }
    break;
  }
  for (const Combination& c : combinations) out.ranges.push_back(RangeOf(c, out.bounds));
  return out;
}

namespace {

// The ranges of all branches; none if one of them does not fix the partition key.
MultiKeyReading ReadBranches(const ExprPtr& disjunction, const std::vector<ExprPtr>& others, int slot,
                             const KeySchema& key, const Settings& settings, size_t most) {
  MultiKeyReading out;
  out.fixed = key.parts();
  bool proven = true;
  bool any = false;
  for (const ExprPtr& branch : disjunction->As<Expr::Or>()->terms) {
    const std::vector<ExprPtr> own = Conjuncts(branch);
    std::vector<ExprPtr> joint = own;
    joint.insert(joint.end(), others.begin(), others.end());
    MultiKeyReading r = ReadMultiKey(joint, slot, key, settings, most);
    if (r.never) continue;  // this branch holds for no item
    if (r.ranges.empty() || out.ranges.size() + r.ranges.size() > most) return {};
    any = true;
    out.fixed = std::min(out.fixed, r.fixed);
    for (AccessRange& range : r.ranges) out.ranges.push_back(std::move(range));
    for (const ExprPtr& term : own) {
      proven = proven && std::find(r.proven.begin(), r.proven.end(), term) != r.proven.end();
    }
  }
  out.never = !any;
  if (proven) out.proven.push_back(disjunction);
  return out;
}

}  // namespace

MultiKeyReading ReadMultiKeyBranches(const std::vector<ExprPtr>& terms, int slot, const KeySchema& key,
                                     const Settings& settings, size_t most) {
  for (const ExprPtr& term : terms) {
    const auto* disjunction = term->As<Expr::Or>();
    if (disjunction == nullptr || disjunction->terms.size() > most) continue;
    std::vector<ExprPtr> others;
    for (const ExprPtr& t : terms) {
      if (t != term) others.push_back(t);
    }
    MultiKeyReading r = ReadBranches(term, others, slot, key, settings, most);
    if (r.never || !r.ranges.empty()) return r;
  }
  return {};
}

}  // namespace parton

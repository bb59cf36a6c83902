#include "planner/predicate/multi_key.h"

#include <utility>

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

}  // namespace parton

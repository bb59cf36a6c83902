#include "executor/operators/key_ranges.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "types/item/item_rules.h"

namespace parton {

namespace {

// A bound stands before or behind all keys that begin with its values.
int ComparePlaces(const KeyBound& a, bool a_behind, const KeyBound& b, bool b_behind) {
  int c = CompareKeys(a.value, b.value);
  for (size_t i = 0; c == 0 && i < std::min(a.more.size(), b.more.size()); ++i) c = CompareKeys(a.more[i], b.more[i]);
  if (c != 0) return c;
  if (a.more.size() < b.more.size()) return a_behind ? 1 : -1;
  if (a.more.size() > b.more.size()) return b_behind ? -1 : 1;
  return static_cast<int>(a_behind) - static_cast<int>(b_behind);
}
int CompareLowBounds(const KeyBound& a, const KeyBound& b) { return ComparePlaces(a, !a.inclusive, b, !b.inclusive); }
int CompareHighBounds(const KeyBound& a, const KeyBound& b) { return ComparePlaces(a, a.inclusive, b, b.inclusive); }
// Whether keys above `low` and below `high` overlap (positive), touch (0), or have others between them.
int CompareEnds(const KeyBound& high, const KeyBound& low) {
  return ComparePlaces(high, high.inclusive, low, !low.inclusive);
}

// Where a stretch of keys starts and ends.
struct KeyStretch {
  std::optional<KeyBound> low;  // none: open
  std::optional<KeyBound> high;
  bool empty = false;  // whatever its bounds

  // Intersects with what is above (below) `b`.
  void RaiseLow(KeyBound b) {
    if (!low || CompareLowBounds(b, *low) > 0) low = std::move(b);
  }
  void LowerHigh(KeyBound b) {
    if (!high || CompareHighBounds(b, *high) < 0) high = std::move(b);
  }
  bool IsEmpty() const { return empty || (low && high && CompareEnds(*high, *low) <= 0); }
};

std::string_view Bytes(const Value& v) { return v.bytes(); }

std::optional<Value> ToTextOrBlob(const Value& v, KeyType type) {
  if (type == KeyType::kString && v.is_text()) {
    return v.type() == Type::kSymbol ? Value::String(v.bytes()) : v.Own();
  }
  if (type == KeyType::kBinary && v.type() == Type::kBlob) return v.Own();
  return std::nullopt;
}

// A FLOAT counts with its shortest decimal spelling, as comparisons see it.
std::optional<Number> ToNumber(const Value& v) {
  if (v.is_exact()) return v.number().Normalized();
  Result<Number> n = Number::FromDouble(v.float_value());
  if (!n.ok()) return std::nullopt;
  return n->Normalized();
}

// Adds a bound on a key of type `type`; one that no stored number reaches is moved to where it makes the same
// difference.
void AddBound(const Value& v, KeyType type, bool is_low, bool inclusive, KeyStretch* out) {
  if (type != KeyType::kNumber) {
    std::optional<Value> key = ToTextOrBlob(v, type);
    if (!key) {
      out->empty = true;
      return;
    }
    KeyBound b{std::move(*key), inclusive};
    is_low ? out->RaiseLow(std::move(b)) : out->LowerHigh(std::move(b));
    return;
  }
  if (!v.is_numeric()) {
    out->empty = true;
    return;
  }
  auto beyond = [&](bool above_all) {
    if (above_all == is_low) out->empty = true;
  };
  if (v.type() == Type::kFloat && !std::isfinite(v.float_value())) {
    // NaN is neither less nor greater than any number.
    if (std::isnan(v.float_value())) {
      out->empty = true;
      return;
    }
    return beyond(v.float_value() > 0);
  }
  std::optional<Number> n = ToNumber(v);
  if (!n) return beyond(v.ToDouble() > 0);
  if (!n->IsZero()) {
    if (n->AdjustedExponent() > Number::kDynamoMaxExponent) return beyond(n->Sign() > 0);
    if (n->AdjustedExponent() < Number::kDynamoMinExponent) {
      // Between zero and the smallest number that can be stored.
      bool zero_is_above = n->Sign() < 0;
      inclusive = is_low == zero_is_above;
      n = Number(0);
    }
  }
  KeyBound b{Value::FromStored(*n), inclusive};
  is_low ? out->RaiseLow(std::move(b)) : out->LowerHigh(std::move(b));
}

struct Resolved {
  std::optional<Value> hash;
  KeyStretch bounds;
  std::optional<Value> prefix;
};

void AddPrefix(const Value& v, KeyType type, Resolved* r) {
  std::optional<Value> p = type == KeyType::kNumber ? std::nullopt : ToTextOrBlob(v, type);
  if (!p) {
    r->bounds.empty = true;
    return;
  }
  if (!r->prefix) {
    r->prefix = std::move(p);
    return;
  }
  std::string_view a = Bytes(*r->prefix), b = Bytes(*p);
  if (b.substr(0, a.size()) == a) {
    r->prefix = std::move(p);
  } else if (a.substr(0, b.size()) != b) {
    r->bounds.empty = true;
  }
}

// The prefix as two more bounds, so that ranges can be compared.
void PrefixToBounds(Resolved* r) {
  if (!r->prefix) return;
  std::optional<Value> end = PrefixEnd(*r->prefix);
  r->bounds.RaiseLow({*r->prefix, true});
  if (end) r->bounds.LowerHigh({std::move(*end), false});
  r->prefix.reset();
}

KeyRange ToKeyRange(Resolved r) {
  KeyRange k;
  k.hash = std::move(r.hash);
  k.low = std::move(r.bounds.low);
  k.high = std::move(r.bounds.high);
  k.prefix = std::move(r.prefix);
  return k;
}

// Both open or equal counts as equal.
int CompareLows(const KeyStretch& a, const KeyStretch& b) {
  if (!a.low || !b.low) return a.low ? 1 : b.low ? -1 : 0;
  return CompareLowBounds(*a.low, *b.low);
}

// `a` starts no later than `b`: whether they overlap or touch.
bool Joined(const KeyStretch& a, const KeyStretch& b) { return !a.high || !b.low || CompareEnds(*a.high, *b.low) >= 0; }

void Extend(KeyStretch* a, const KeyStretch& b) {
  if (!a->high) return;
  if (!b.high) {
    a->high.reset();
    return;
  }
  if (CompareHighBounds(*b.high, *a->high) > 0) a->high = b.high;
}

bool SameHash(const Resolved& a, const Resolved& b) {
  if (!a.hash || !b.hash) return !a.hash && !b.hash;
  return CompareKeys(*a.hash, *b.hash) == 0;
}

bool ResolveOne(const AccessRange& range, const KeySchema& schema, bool has_hash, ExecutionContext& ctx, Resolved* r) {
  const KeyType type = !has_hash ? schema.hash.type : schema.range ? schema.range->type : KeyType::kString;
  auto add = [&](const BoundExpr& b, bool is_low) {
    Value scratch;
    const Value& v = Evaluate(*b.value, ctx.eval, &scratch);
    if (v.is_absent()) {
      r->bounds.empty = true;
    } else {
      AddBound(v, type, is_low, b.inclusive, &r->bounds);
    }
  };
  for (const BoundExpr& b : range.lows) add(b, true);
  for (const BoundExpr& b : range.highs) add(b, false);
  for (const ExprPtr& p : range.prefixes) {
    Value scratch;
    const Value& v = Evaluate(*p, ctx.eval, &scratch);
    if (v.is_absent()) {
      r->bounds.empty = true;
    } else {
      AddPrefix(v, type, r);
    }
  }
  return !ctx.failed();
}

// The types of a source's key, and behind an index's those of its table's key.
std::vector<KeyType> ComponentTypes(const Plan::Access& node) {
  std::vector<KeyType> types;
  for (const KeySchema* key : {node.index != nullptr ? &node.index->key : nullptr, &node.table->key}) {
    if (key == nullptr) continue;
    for (size_t i = 0; i < key->parts(); ++i) types.push_back(key->part(i).type);
  }
  return types;
}

// `v` as a value that components can be equal to; nullopt: none is.
std::optional<Value> ToExactBound(const Value& v, KeyType type) {
  if (type != KeyType::kNumber) return ToTextOrBlob(v, type);
  if (!v.is_numeric() || (v.type() == Type::kFloat && !std::isfinite(v.float_value()))) return std::nullopt;
  std::optional<Number> n = ToNumber(v);
  const bool fits = n && (n->IsZero() || (n->AdjustedExponent() <= Number::kDynamoMaxExponent &&
                                          n->AdjustedExponent() >= Number::kDynamoMinExponent));
  return fits ? std::optional<Value>(Value::FromStored(*n)) : std::nullopt;
}

// What begins with `v`, from both sides.
void AddPrefixBound(const Value& v, KeyType type, KeyStretch* out) {
  std::optional<Value> p = type == KeyType::kNumber ? std::nullopt : ToTextOrBlob(v, type);
  if (!p) {
    out->empty = true;
    return;
  }
  std::optional<Value> end = PrefixEnd(*p);
  out->RaiseLow({std::move(*p), true});
  if (end) out->LowerHigh({std::move(*end), false});
}

// What rows of components above (or below) a row of values are, compared one after the other: the first component that
// differs from its value decides. One that no component equals, and the last one, decide for sure.
class RowBound {
 public:
  RowBound(bool is_low, const std::vector<KeyType>& types, size_t first) : is_low_(is_low), types_(types), at_(first) {}

  // False: this value decides, what follows does not matter. `prefix`: as the last one it is how the component begins.
  bool Add(const Value& v, bool last, bool inclusive, bool prefix) {
    const KeyType type = types_[at_++];
    if (!last) {
      if (std::optional<Value> key = ToExactBound(v, type)) {
        values_.push_back(std::move(*key));
        return true;
      }
      inclusive = false;
    }
    KeyStretch one;
    if (prefix) {
      AddPrefixBound(v, type, &one);
      inclusive = is_low_;
    } else if (v.is_absent()) {
      one.empty = true;
    } else {
      AddBound(v, type, is_low_, inclusive, &one);
    }
    std::optional<KeyBound>& bound = is_low_ ? one.low : one.high;
    inclusive_ = bound ? bound->inclusive : !one.empty;
    if (bound && !one.empty) values_.push_back(std::move(bound->value));
    return false;
  }

  void Intersect(KeyStretch* out) {
    if (values_.empty()) {
      out->empty = out->empty || !inclusive_;
      return;
    }
    KeyBound b{std::move(values_[0]), inclusive_};
    b.more.assign(std::make_move_iterator(values_.begin() + 1), std::make_move_iterator(values_.end()));
    is_low_ ? out->RaiseLow(std::move(b)) : out->LowerHigh(std::move(b));
  }

 private:
  const bool is_low_;
  const std::vector<KeyType>& types_;
  size_t at_;
  std::vector<Value> values_;
  bool inclusive_ = true;
};

enum class HashSide : uint8_t { kEqual, kInside, kOutside };

// On which side of a bound the fixed partition key is, `v` being the bound's first value.
HashSide SideOf(const Value& hash, const Value& v, KeyType type, bool is_low) {
  const std::optional<Value> exact = ToExactBound(v, type);
  if (exact && CompareKeys(hash, *exact) == 0) return HashSide::kEqual;
  KeyStretch beyond;
  if (v.is_absent()) return HashSide::kOutside;
  AddBound(v, type, is_low, false, &beyond);
  beyond.RaiseLow({hash, true});
  beyond.LowerHigh({hash, true});
  return beyond.IsEmpty() ? HashSide::kOutside : HashSide::kInside;
}

// `hash`: the fixed partition key; null: it is the first component that is bounded.
bool AddRow(const RowBoundExpr& row, bool is_low, const std::vector<KeyType>& types, const Value* hash,
            ExecutionContext& ctx, KeyStretch* out) {
  RowBound bound(is_low, types, hash == nullptr ? 0 : 1);
  for (size_t i = 0; i < row.values.size(); ++i) {
    Value scratch;
    const Value& v = Evaluate(*row.values[i], ctx.eval, &scratch);
    if (ctx.failed()) return false;
    if (i == 0 && row.with_hash) {
      const HashSide side = SideOf(*hash, v, types[0], is_low);
      if (side == HashSide::kEqual) continue;
      out->empty = out->empty || side == HashSide::kOutside;
      return true;
    }
    const bool last = i + 1 == row.values.size();
    if (!bound.Add(v, last, row.inclusive, last && row.prefix)) break;
  }
  bound.Intersect(out);
  return true;
}

bool AddRows(const AccessRange& range, const std::vector<KeyType>& types, ExecutionContext& ctx, Resolved* r) {
  const Value* hash = r->hash ? &*r->hash : nullptr;
  for (const RowBoundExpr& row : range.row_lows) {
    if (!AddRow(row, true, types, hash, ctx, &r->bounds)) return false;
  }
  for (const RowBoundExpr& row : range.row_highs) {
    if (!AddRow(row, false, types, hash, ctx, &r->bounds)) return false;
  }
  return true;
}

// The elements of `pk IN ?`: of a collection; nothing else has any.
bool ListElements(const ExprPtr& list, ExecutionContext& ctx, std::vector<Value>* out) {
  Value v = EvaluateValue(*list, ctx.eval);
  if (ctx.failed()) return false;
  if (v.is_collection()) *out = v.elements();
  return true;
}

}  // namespace

std::optional<Value> PrefixEnd(const Value& prefix) {
  std::string s(prefix.bytes());
  while (!s.empty() && static_cast<unsigned char>(s.back()) == 0xFF) s.pop_back();
  if (s.empty()) return std::nullopt;
  s.back() = static_cast<char>(static_cast<unsigned char>(s.back()) + 1);
  return Value::Bytes(prefix.type(), s);
}

int CompareKeys(const Value& a, const Value& b) {
  if (a.is_exact() && b.is_exact()) {
    if (a.is_small_int() && b.is_small_int()) {
      return a.int_value() < b.int_value() ? -1 : a.int_value() > b.int_value();
    }
    return Number::Compare(a.number(), b.number());
  }
  return Bytes(a).compare(Bytes(b));
}

std::optional<Value> ToKeyValue(const Value& v, KeyType type) {
  if (type != KeyType::kNumber) {
    std::optional<Value> key = ToTextOrBlob(v, type);
    if (key && key->bytes().empty()) return std::nullopt;
    return key;
  }
  if (v.is_small_int()) return v;
  if (!v.is_numeric()) return std::nullopt;
  std::optional<Number> n = ToNumber(v);
  if (!n || !n->CheckDynamoRange().ok()) return std::nullopt;
  return Value::FromStored(*n);
}

bool ResolveRanges(const Plan::Access& node, ExecutionContext& ctx, std::vector<KeyRange>* out) {
  out->clear();
  if (node.kind == AccessKind::kEmpty) return true;
  const KeySchema& schema = node.index != nullptr ? node.index->key : node.table->key;
  if (node.ranges.empty() && node.hash_list == nullptr) {
    if (node.kind == AccessKind::kScan) out->emplace_back();
    return true;
  }
  std::vector<Value> listed;
  if (node.hash_list != nullptr && !ListElements(node.hash_list, ctx, &listed)) return false;

  const std::vector<KeyType> types = ComponentTypes(node);
  std::vector<Resolved> all;
  static const AccessRange kWhole;
  const size_t count = std::max<size_t>(node.ranges.size(), 1);
  for (size_t i = 0; i < count; ++i) {
    const AccessRange& range = node.ranges.empty() ? kWhole : node.ranges[i];
    const bool has_hash = range.hash != nullptr || node.hash_list != nullptr;
    Resolved r;
    if (!ResolveOne(range, schema, has_hash, ctx, &r)) return false;
    if (r.bounds.IsEmpty()) continue;
    if (node.hash_list != nullptr) {
      for (const Value& v : listed) {
        std::optional<Value> hash = ToKeyValue(v, schema.hash.type);
        if (!hash) continue;
        all.push_back(r);
        all.back().hash = std::move(hash);
        if (!AddRows(range, types, ctx, &all.back())) return false;
        if (all.back().bounds.IsEmpty()) all.pop_back();
      }
      continue;
    }
    if (has_hash) {
      Value scratch;
      const Value& v = Evaluate(*range.hash, ctx.eval, &scratch);
      if (ctx.failed()) return false;
      r.hash = ToKeyValue(v, schema.hash.type);
      if (!r.hash) continue;
    }
    if (!AddRows(range, types, ctx, &r)) return false;
    if (!r.bounds.IsEmpty()) all.push_back(std::move(r));
  }

  if (all.size() > 1) {
    for (Resolved& r : all) PrefixToBounds(&r);
    std::erase_if(all, [](const Resolved& r) { return r.bounds.IsEmpty(); });
    std::stable_sort(all.begin(), all.end(), [](const Resolved& a, const Resolved& b) {
      if (a.hash && b.hash) {
        int c = CompareKeys(*a.hash, *b.hash);
        if (c != 0) return c < 0;
      }
      return CompareLows(a.bounds, b.bounds) < 0;
    });
    std::vector<Resolved> merged;
    for (Resolved& r : all) {
      if (!merged.empty() && SameHash(merged.back(), r) && Joined(merged.back().bounds, r.bounds)) {
        Extend(&merged.back().bounds, r.bounds);
      } else {
        merged.push_back(std::move(r));
      }
    }
    all = std::move(merged);
    if (node.backward) std::reverse(all.begin(), all.end());
  }
  for (Resolved& r : all) out->push_back(ToKeyRange(std::move(r)));
  return true;
}

bool ResolveKeys(const Plan::Access& node, ExecutionContext& ctx, std::vector<Key>* out) {
  out->clear();
  const KeySchema& schema = node.table->key;
  std::vector<Value> hashes, ranges;
  if (node.hash_list != nullptr && !ListElements(node.hash_list, ctx, &hashes)) return false;
  if (node.range_list != nullptr && !ListElements(node.range_list, ctx, &ranges)) return false;

  static const AccessKey kNone;
  const size_t count = std::max<size_t>(node.keys.size(), 1);
  for (size_t i = 0; i < count; ++i) {
    const AccessKey& k = node.keys.empty() ? kNone : node.keys[i];
    if (node.hash_list == nullptr) {
      if (k.hash == nullptr) continue;
      hashes.assign(1, EvaluateValue(*k.hash, ctx.eval));
    }
    if (node.range_list == nullptr) {
      ranges.clear();
      if (k.range != nullptr) ranges.push_back(EvaluateValue(*k.range, ctx.eval));
    }
    if (ctx.failed()) return false;
    for (const Value& h : hashes) {
      std::optional<Value> hash = ToKeyValue(h, schema.hash.type);
      if (!hash) continue;
      if (!schema.range) {
        out->push_back({std::move(*hash), Value::Missing()});
        continue;
      }
      for (const Value& r : ranges) {
        std::optional<Value> range = ToKeyValue(r, schema.range->type);
        if (range) out->push_back({*hash, std::move(*range)});
      }
    }
  }
  std::erase_if(*out, [&](const Key& key) { return !ValidateKey(schema, key).ok(); });
  if (out->size() > 1) {
    auto compare = [&](const Key& a, const Key& b) {
      int c = CompareKeys(a.hash, b.hash);
      if (c == 0 && schema.range) c = CompareKeys(a.range, b.range);
      return c;
    };
    std::sort(out->begin(), out->end(),
              [&](const Key& a, const Key& b) { return node.backward ? compare(b, a) < 0 : compare(a, b) < 0; });
    out->erase(std::unique(out->begin(), out->end(), [&](const Key& a, const Key& b) { return compare(a, b) == 0; }),
               out->end());
  }
  return true;
}

}  // namespace parton

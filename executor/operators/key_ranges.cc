#include "executor/operators/key_ranges.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "types/item/item_rules.h"
#include "types/value/value_interval.h"

namespace parton {

namespace {

struct KeyOrder {
  std::optional<int> operator()(const Value& a, const Value& b) const { return CompareKeys(a, b); }
};

// Where a stretch of keys starts and ends.
struct KeyStretch : ValueInterval<KeyBound, KeyOrder> {
  bool empty = false;  // whatever its bounds

  bool IsEmpty() const { return empty || ValueInterval::IsEmpty(); }
};

std::string_view Bytes(const Value& v) { return v.bytes(); }

// The smallest byte string greater than all that begin with `prefix`; nullopt if there is none.
std::optional<Value> PrefixEnd(const Value& prefix) {
  std::string s(Bytes(prefix));
  while (!s.empty() && static_cast<unsigned char>(s.back()) == 0xFF) s.pop_back();
  if (s.empty()) return std::nullopt;
  s.back() = static_cast<char>(static_cast<unsigned char>(s.back()) + 1);
  return Value::Bytes(prefix.type(), s);
}

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
  int c = CompareKeys(a.low->value, b.low->value);
  if (c != 0) return c;
  return a.low->inclusive == b.low->inclusive ? 0 : a.low->inclusive ? -1 : 1;
}

// `a` starts no later than `b`: whether they overlap or touch.
bool Joined(const KeyStretch& a, const KeyStretch& b) {
  if (!a.high || !b.low) return true;
  int c = CompareKeys(a.high->value, b.low->value);
  return c > 0 || (c == 0 && (a.high->inclusive || b.low->inclusive));
}

void Extend(KeyStretch* a, const KeyStretch& b) {
  if (!a->high) return;
  if (!b.high) {
    a->high.reset();
    return;
  }
  int c = CompareKeys(b.high->value, a->high->value);
  if (c > 0 || (c == 0 && b.high->inclusive)) a->high = b.high;
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

// The elements of `pk IN ?`: of a collection; nothing else has any.
bool ListElements(const ExprPtr& list, ExecutionContext& ctx, std::vector<Value>* out) {
  Value v = EvaluateValue(*list, ctx.eval);
  if (ctx.failed()) return false;
  if (v.is_collection()) *out = v.elements();
  return true;
}

}  // namespace

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
    all.push_back(std::move(r));
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

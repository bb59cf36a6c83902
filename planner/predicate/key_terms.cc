#include "planner/predicate/key_terms.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "types/value/value_compare.h"
#include "types/value/value_interval.h"

namespace parton {

namespace {

using Kind = KeyTerm::Kind;

enum class Fit { kUsable, kNever, kUnusable };

// Whether bounds may be made of the value. Literals are judged now; others when the access opens, where a
// mistyped value means that nothing matches.
Fit FitOf(const ExprPtr& value, int slot, KeyType type, bool equality, const Settings& settings) {
  if (ReadsSlot(*value, slot) || value->As<Expr::BadLiteral>()) return Fit::kUnusable;
  const auto* literal = value->As<Expr::Literal>();
  const bool strict = settings.typing == Typing::kStrict;
  if (literal == nullptr) return !equality && strict ? Fit::kUnusable : Fit::kUsable;
  const Value& v = literal->value;
  if (MatchesKeyType(v, type)) return Fit::kUsable;
  if (v.type() == parton::Type::kFloat) return Fit::kUnusable;
  if (v.is_absent() || equality || !strict) return Fit::kNever;
  return Fit::kUnusable;
}

KeyTerm Never() {
  KeyTerm t;
  t.kind = Kind::kNever;
  return t;
}

// A comparison, by `=` or as a bound.
KeyTerm Compared(const Term& term, Kind kind, int slot, KeyType type, const Settings& settings) {
  KeyTerm t;
  const Fit fit = FitOf(term.value, slot, type, kind == Kind::kEqual, settings);
  if (fit == Fit::kNever) return Never();
  if (fit == Fit::kUnusable) return t;
  t.kind = kind;
  t.value = term.value;
  t.inclusive = term.IsInclusive();
  return t;
}

KeyTerm Between(const Term& term, int slot, KeyType type, const Settings& settings) {
  KeyTerm t;
  const Fit low = FitOf(term.value, slot, type, false, settings);
  const Fit high = FitOf(term.high, slot, type, false, settings);
  if (low == Fit::kUnusable || high == Fit::kUnusable) return t;
  if (low == Fit::kNever || high == Fit::kNever) return Never();
  t.kind = Kind::kBetween;
  t.value = term.value;
  t.high = term.high;
  return t;
}

KeyTerm In(const Term& term, int slot, KeyType type, const Settings& settings) {
  KeyTerm t;
  if (ReadsSlot(*term.value, slot)) return t;
  if (!term.HasElements()) {
    if (!term.value->As<Expr::Parameter>() && !term.value->As<Expr::Slot>()) return t;
    t.kind = Kind::kInValue;
    t.value = term.value;
    return t;
  }
  for (ExprPtr& e : term.Elements()) {
    switch (FitOf(e, slot, type, true, settings)) {
      case Fit::kUnusable: return KeyTerm{};
      case Fit::kNever: break;  // matches nothing: left out
      case Fit::kUsable: t.list.push_back(std::move(e)); break;
    }
  }
  if (t.list.empty()) return Never();
  t.kind = Kind::kIn;
  return t;
}

KeyTerm Like(const Term& term, KeyType type) {
  KeyTerm t;
  const auto* literal = term.value->As<Expr::Literal>();
  if (type != KeyType::kString || literal == nullptr || !literal->value.is_text()) return t;
  const std::string_view pattern = literal->value.bytes();
  const size_t stop = pattern.find_first_of("%_");
  if (stop == std::string_view::npos) {
    t.kind = Kind::kEqual;
    t.value = term.value;
    return t;
  }
  if (stop == 0) return t;
  t.kind = Kind::kPrefix;
  t.value = MakeExpr(Expr::Literal{Value::String(pattern.substr(0, stop))}, term.value->span);
  t.exact = pattern.substr(stop) == "%";
  return t;
}

KeyTerm Prefix(const Term& term, int slot, KeyType type, const Settings& settings) {
  KeyTerm t;
  if (type == KeyType::kNumber || FitOf(term.value, slot, type, false, settings) != Fit::kUsable) return t;
  t.kind = Kind::kPrefix;
  t.value = term.value;
  return t;
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

// The values that are in both lists of literals.
std::vector<ExprPtr> InBoth(const std::vector<ExprPtr>& values, const std::vector<ExprPtr>& others) {
  std::unordered_set<Value, ValueHash, ValueEqual> wanted;
  for (const ExprPtr& e : others) wanted.insert(e->As<Expr::Literal>()->value);
  std::vector<ExprPtr> both;
  for (const ExprPtr& e : values) {
    if (wanted.contains(e->As<Expr::Literal>()->value)) both.push_back(e);
  }
  return both;
}

// Adds a term that fixes the attribute. *never is set where no value is left.
void Fix(const KeyTerm& k, const ExprPtr& term, AttributeReading* r, bool* never) {
  std::vector<ExprPtr> mine = k.kind == Kind::kIn ? k.list : std::vector<ExprPtr>{k.value};
  if (k.kind == Kind::kInValue) {
    if (r->fixed()) return;  // a further statement stays in the filter
    r->list = k.value;
  } else if (r->list != nullptr) {
    // Written values are better known than a list that comes at execution: that one stays a filter.
    r->fixing.clear();
    r->list = nullptr;
    r->values = std::move(mine);
  } else if (r->values.empty()) {
    r->values = std::move(mine);
  } else if (IsLiteralList(r->values) && IsLiteralList(mine)) {
    r->values = InBoth(r->values, mine);
    *never = *never || r->values.empty();
  } else if (mine.size() < r->values.size()) {
    r->fixing.clear();  // the earlier, longer list stays a filter
    r->values = std::move(mine);
  } else {
    return;
  }
  Deduplicate(&r->values);
  if (k.exact) r->fixing.push_back({term, k.kind});
}

void Bound(const KeyTerm& k, const ExprPtr& term, AttributeReading* r) {
  switch (k.kind) {
    case Kind::kLow: r->lows.push_back({k.value, k.inclusive}); break;
    case Kind::kHigh: r->highs.push_back({k.value, k.inclusive}); break;
    case Kind::kBetween:
      r->lows.push_back({k.value, true});
      r->highs.push_back({k.high, true});
      break;
    case Kind::kPrefix: r->prefixes.push_back(k.value); break;
    default: return;
  }
  if (k.exact) r->bounding.push_back({term, k.kind});
}

struct LiteralOrder {
  std::optional<int> operator()(const ExprPtr& a, const ExprPtr& b) const {
    return CompareScalars(a->As<Expr::Literal>()->value, b->As<Expr::Literal>()->value);
  }
};
using LiteralInterval = ValueInterval<BoundExpr, LiteralOrder>;

// Of several bounds with known values only the tightest stays. Bounds whose values come at execution all stay, and are
// intersected there.
void KeepTightest(std::vector<BoundExpr>* bounds, bool low) {
  LiteralInterval known;
  std::vector<BoundExpr> out;
  for (const BoundExpr& b : *bounds) {
    const bool taken = b.value->As<Expr::Literal>() != nullptr && (low ? known.RaiseLow(b) : known.LowerHigh(b));
    if (!taken) out.push_back(b);
  }
  const std::optional<BoundExpr>& tightest = low ? known.low : known.high;
  if (tightest) out.insert(out.begin(), *tightest);
  *bounds = std::move(out);
}

void ReadAttribute(const std::vector<ExprPtr>& terms, int slot, const KeyAttribute& key, const Settings& settings,
                   AttributeReading* r, bool* never) {
  for (const ExprPtr& term : terms) {
    const KeyTerm k = ReadKeyTerm(*term, slot, key, settings);
    if (k.kind == Kind::kNever) {
      *never = true;
    } else if (k.Fixes()) {
      Fix(k, term, r, never);
    } else {
      Bound(k, term, r);
    }
  }
  KeepTightest(&r->lows, true);
  KeepTightest(&r->highs, false);
}

}  // namespace

KeyTerm ReadKeyTerm(const Expr& e, int slot, const KeyAttribute& key, const Settings& settings) {
  if (const auto* n = e.As<Expr::Compare>(); n != nullptr && n->rows) {
    const std::optional<Expr::Compare> first = OfFirstColumn(*n);
    if (!first.has_value()) return {};
    KeyTerm t = ReadKeyTerm(*MakeExpr(*first), slot, key, settings);
    t.exact = false;
    return t;
  }
  const Term term = ReadTerm(e, slot, key.name);
  switch (term.op) {
    case Term::Op::kEqual: return Compared(term, Kind::kEqual, slot, key.type, settings);
    case Term::Op::kLess:
    case Term::Op::kLessEqual: return Compared(term, Kind::kHigh, slot, key.type, settings);
    case Term::Op::kGreater:
    case Term::Op::kGreaterEqual: return Compared(term, Kind::kLow, slot, key.type, settings);
    case Term::Op::kBetween: return Between(term, slot, key.type, settings);
    case Term::Op::kIn: return In(term, slot, key.type, settings);
    case Term::Op::kLike: return Like(term, key.type);
    case Term::Op::kPrefix: return Prefix(term, slot, key.type, settings);
    case Term::Op::kNone:
    case Term::Op::kNotEqual:
    case Term::Op::kMissing:
    case Term::Op::kPresent: break;
  }
  return {};
}

KeyReading ReadKeys(const std::vector<ExprPtr>& terms, int slot, const KeySchema& key, const Settings& settings) {
  KeyReading r;
  ReadAttribute(terms, slot, key.hash, settings, &r.hash, &r.never);
  if (key.range) ReadAttribute(terms, slot, *key.range, settings, &r.range, &r.never);
  return r;
}

}  // namespace parton

// What the terms of a filter say about the keys of a table or index: values that fix them, bounds, prefixes.
#ifndef PARTON_PLANNER_PREDICATE_KEY_TERMS_H_
#define PARTON_PLANNER_PREDICATE_KEY_TERMS_H_

#include <vector>

#include "planner/plan/plan.h"
#include "planner/predicate/terms.h"
#include "planner/settings.h"

namespace parton {

// One term's statement about a key attribute, as bounds can use it.
struct KeyTerm {
  enum class Kind : uint8_t {
    kNone,     // nothing that bounds could use
    kNever,    // cannot be true for any value of the key's type
    kEqual,    // = value
    kIn,       // one of `list`
    kInValue,  // an element of `value`, known at execution
    kLow,      // > or >= value
    kHigh,     // < or <= value
    kBetween,  // value <= a <= high
    kPrefix,   // begins with value
  } kind = Kind::kNone;
  ExprPtr value;
  ExprPtr high;
  std::vector<ExprPtr> list;
  bool inclusive = true;
  bool exact = true;  // the bounds prove the term; else it stays in the filter

  bool Fixes() const { return kind == Kind::kEqual || kind == Kind::kIn || kind == Kind::kInValue; }
};

// `slot`'s attribute `key` in `term`. A value on the other side must not read `slot`.
KeyTerm ReadKeyTerm(const Expr& term, int slot, const KeyAttribute& key, const Settings& settings);

// What a conjunction says about one attribute of a key.
struct AttributeReading {
  std::vector<ExprPtr> values;  // = or IN; empty: not fixed to written values
  ExprPtr list;                 // IN ?
  std::vector<BoundExpr> lows, highs;
  std::vector<ExprPtr> prefixes;
  // Terms that the above proves, each with what it says.
  struct Proven {
    ExprPtr term;
    KeyTerm::Kind kind;
  };
  std::vector<Proven> fixing;    // by values and list
  std::vector<Proven> bounding;  // by bounds and prefixes

  bool fixed() const { return !values.empty() || list != nullptr; }
  bool bounded() const { return !lows.empty() || !highs.empty() || !prefixes.empty(); }
};

struct KeyReading {
  bool never = false;  // no item meets the conjunction
  AttributeReading hash, range;
};

// The terms as statements about the items in `slot`, whose key is `key`. Bounds of known values are intersected.
KeyReading ReadKeys(const std::vector<ExprPtr>& terms, int slot, const KeySchema& key, const Settings& settings);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_KEY_TERMS_H_

// What the terms of a filter say about one attribute of an access: equalities, lists, bounds, prefixes.
#ifndef PARTON_PLANNER_PREDICATE_KEY_TERMS_H_
#define PARTON_PLANNER_PREDICATE_KEY_TERMS_H_

#include <optional>
#include <string>
#include <vector>

#include "planner/plan/plan.h"
#include "planner/settings.h"

namespace parton {

// One term's statement about an attribute.
struct KeyTerm {
  enum class Kind : uint8_t {
    kNone,     // nothing that bounds could use
    kNever,    // cannot be true for any value of the key's type
    kEqual,    // = value
    kIn,       // one of `list`
    kInValue,  // an element of `value`, known at execution
    kLow,      // > or >= value
    kHigh,     // < or <= value
    kBetween,  // low <= a <= high
    kPrefix,   // begins with value
  } kind = Kind::kNone;
  ExprPtr value;
  ExprPtr high;
  std::vector<ExprPtr> list;
  bool inclusive = true;
  bool exact = true;  // the bounds prove the term; else it stays in the filter
};

// `slot`'s attribute `key` in `term`. A value on the other side must not read `slot`.
KeyTerm ReadKeyTerm(const Expr& term, int slot, const KeyAttribute& key, const Settings& settings);

// True if `term` can only be TRUE for items that have the attribute.
bool ImpliesPresent(const Expr& term, int slot, std::string_view attribute, Logic logic);

// The top-level attribute that `e` names on `slot`, or empty: x.a, but not x.a.b.
std::string_view AttributeOf(const Expr& e, int slot);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_KEY_TERMS_H_

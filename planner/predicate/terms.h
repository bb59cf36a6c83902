// The one reader of predicates: a term of a condition as "attribute, operator, value".
//
// What a reader makes of it is its own affair: bounds of keys (key_terms.h), contradictions, shares of items
// (selectivity.h), advice on indexes, DynamoDB's rules for WHERE.
#ifndef PARTON_PLANNER_PREDICATE_TERMS_H_
#define PARTON_PLANNER_PREDICATE_TERMS_H_

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "planner/settings.h"
#include "types/expr/expr.h"
#include "types/schema/schema.h"

namespace parton {

struct Term {
  enum class Op : uint8_t {
    kNone,   // says nothing of that form
    kEqual,  // also IN over a written list of one element
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kBetween,  // `value` <= operand <= `high`
    kIn,       // an element of `value`: see Elements()
    kPrefix,   // begins_with(operand, `value`)
    kLike,     // without ESCAPE; `value` is the pattern
    kMissing,
    kPresent,  // IS NOT MISSING
  } op = Op::kNone;
  ExprPtr operand;  // what is asked about, mostly a path
  ExprPtr value;
  ExprPtr high;

  bool IsLow() const { return op == Op::kGreater || op == Op::kGreaterEqual; }
  bool IsHigh() const { return op == Op::kLess || op == Op::kLessEqual; }
  bool IsInclusive() const { return op == Op::kLessEqual || op == Op::kGreaterEqual; }
  // kIn over elements that are written down, or known as one value.
  bool HasElements() const;
  size_t ElementCount() const;  // REQUIRES: HasElements()
  std::vector<ExprPtr> Elements() const;
};

// `e` as a statement about the operand that `wanted` chooses: of a comparison the left side if it is, else the right
// one with the operator mirrored. kNone: neither is, or `e` is negated, compares rows, or is of another form.
Term ReadTerm(const Expr& e, const std::function<bool(const Expr&)>& wanted);
// About a path of whatever base; about a top-level attribute of the items in `slot`; about that attribute.
Term ReadTerm(const Expr& e);
Term ReadTerm(const Expr& e, int slot);
Term ReadTerm(const Expr& e, int slot, std::string_view attribute);

// The top-level attribute that `e` names on `slot`, or empty: x.a, but not x.a.b.
std::string_view AttributeOf(const Expr& e, int slot);
// Whether `e` names an attribute of the key on `slot`; null: no.
const KeyAttribute* KeyAttributeOf(const Expr& e, int slot, const KeySchema& key);
bool ReadsSlot(const Expr& e, int slot);
// Whether `e` reads the attribute of `slot`, or a part of it, anywhere.
bool Mentions(const Expr& e, int slot, std::string_view attribute);

// True if `term` can only be TRUE for items that have the attribute.
bool ImpliesPresent(const Expr& term, int slot, std::string_view attribute, Logic logic);

// (a, b) > (x, y) as a >= x: what a comparison of rows says about its first column. nullopt: nothing.
std::optional<Expr::Compare> OfFirstColumn(const Expr::Compare& c);

// The key attribute that `term` fixes to one value by `=`, whose value does not read `slot`; null: none.
const KeyAttribute* FixedKey(const Expr& term, int slot, const KeySchema& key);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_TERMS_H_

// Equality, order and hashing of values.
#ifndef PARTON_TYPES_VALUE_VALUE_COMPARE_H_
#define PARTON_TYPES_VALUE_VALUE_COMPARE_H_

#include <cstddef>
#include <optional>

#include "parton/value.h"

namespace parton {

// Deep equality (PartiQL, "eqg"): numbers by value across INT, DECIMAL and FLOAT (NaN = NaN),
// strings and symbols by text, lobs by bytes, a DATE and the TIMESTAMP of its midnight, lists in
// order, bags and sets as multisets (of one another too), structs as multisets of fields. A SEXP is
// no LIST. NULL = NULL, MISSING = MISSING, and NULL = MISSING.
bool DeepEqual(const Value& a, const Value& b);

// Consistent with DeepEqual.
size_t HashValue(const Value& v);

// PartiQL's total order (specification section 12.2): booleans, numbers (NaN, -inf .. +inf), dates,
// times, timestamps, intervals, text by code point, lobs by bytes, lists, structs, bags. Absent
// values (NULL and MISSING are equal here) come last. Negative, zero or positive.
int TotalOrder(const Value& a, const Value& b);

// The order `<` sees: defined between two numbers, two texts, two lobs, two booleans, two temporals
// of one family; nullopt for anything else (a type mismatch). REQUIRES: neither is absent.
std::optional<int> CompareScalars(const Value& a, const Value& b);

// `=` as the operator sees it for two present values: false across types.
inline bool EqualValues(const Value& a, const Value& b) { return DeepEqual(a, b); }

// Comparison of any two numeric values. A FLOAT counts with its shortest decimal spelling, so that
// 0.1e0 = 0.1 and equality is transitive over all numeric types; NaN equals itself and comes first.
int CompareNumeric(const Value& a, const Value& b);

struct ValueHash {
  size_t operator()(const Value& v) const { return HashValue(v); }
};
struct ValueEqual {
  bool operator()(const Value& a, const Value& b) const { return DeepEqual(a, b); }
};

}  // namespace parton

#endif  // PARTON_TYPES_VALUE_VALUE_COMPARE_H_

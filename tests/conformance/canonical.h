// Comparison of results as the suite's reference runner does it.
#ifndef PARTON_TESTS_CONFORMANCE_CANONICAL_H_
#define PARTON_TESTS_CONFORMANCE_CANONICAL_H_

#include <string>

#include "parton/value.h"

namespace parton::conformance {

// A text that is the same for two values if and only if the suite calls them equal: bags are
// multisets, tuples multisets of fields, numbers count by value, symbols are strings, s-expressions
// lists, clobs blobs; a DATE is its midnight; instants count, not offsets. NULL and MISSING differ
// at every depth, as do lists and bags. On purpose independent of the engine's own equality.
std::string Canonical(const Value& v);

}  // namespace parton::conformance

#endif  // PARTON_TESTS_CONFORMANCE_CANONICAL_H_

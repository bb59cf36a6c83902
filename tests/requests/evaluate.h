// Conditions, updates and projections on one item, by the service's rules.
#ifndef PARTON_TESTS_REQUESTS_EVALUATE_H_
#define PARTON_TESTS_REQUESTS_EVALUATE_H_

#include <vector>

#include "syntax.h"

namespace parton::requests {

// MISSING where there is nothing.
Value ValueAt(const Value& item, const DocumentPath& path);
bool Holds(const Condition& c, const Value& item);
// The item afterwards, or why the service refuses.
Result<Value> Apply(const Update& u, const Value& item);
Value Project(const std::vector<DocumentPath>& paths, const Value& item);

}  // namespace parton::requests

#endif  // PARTON_TESTS_REQUESTS_EVALUATE_H_

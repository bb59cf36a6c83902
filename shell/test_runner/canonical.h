// Values as text that is equal exactly for values a test takes as equal: attributes in any order,
// elements of bags and sets in any order, numbers by value (1, 1.0 and 1e0 are equal).
#ifndef PARTON_SHELL_TEST_RUNNER_CANONICAL_H_
#define PARTON_SHELL_TEST_RUNNER_CANONICAL_H_

#include <string>

#include "parton/value.h"

namespace parton::shell {

std::string Canonical(const Value& value);

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_CANONICAL_H_

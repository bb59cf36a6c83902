// For tests: a query as a value, without a database: over literals and global variables only.
#ifndef PARTON_TESTS_EVALUATE_STATEMENT_H_
#define PARTON_TESTS_EVALUATE_STATEMENT_H_

#include <map>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"
#include "planner/settings.h"

namespace parton {

// Parses, plans and runs one query; its result is owned. `globals` (may be null) are the names it
// may use beside its own. Errors: those of the parser and the planner, of evaluation, and
// kValidation for a statement that is no query. Threads: any.
Result<Value> EvaluateToValue(std::string_view text, const std::map<std::string, Value>* globals,
                              const Settings& settings);

}  // namespace parton

#endif  // PARTON_TESTS_EVALUATE_STATEMENT_H_

// Functions of the embedding program as the binder and the evaluator know functions.
#ifndef PARTON_SESSION_USER_FUNCTIONS_H_
#define PARTON_SESSION_USER_FUNCTIONS_H_

#include "parton/functions.h"
#include "parton/status.h"
#include "types/functions/functions.h"

namespace parton {

// Errors: a malformed name; nothing to call; argument counts that make no sense.
Result<ScalarFunction> FunctionOf(Function function);
Result<AggregateFunction> FunctionOf(AggregateDefinition aggregate);

}  // namespace parton

#endif  // PARTON_SESSION_USER_FUNCTIONS_H_

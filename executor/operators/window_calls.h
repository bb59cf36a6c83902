// The values of window functions over rows in memory.
#ifndef PARTON_EXECUTOR_OPERATORS_WINDOW_CALLS_H_
#define PARTON_EXECUTOR_OPERATORS_WINDOW_CALLS_H_

#include <vector>

#include "executor/rows.h"
#include "planner/plan/plan.h"

namespace parton {

// Puts the call's value for each row into `out`. Its working memory is counted in `memory`. False: failed, with
// the error in the context; the frame's slots of `rows` are not restored.
bool ComputeWindowCall(const Plan::WindowCall& call, const SavedRows& rows, MemoryHold& memory, ExecutionContext& ctx,
                       std::vector<Value>* out);

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_WINDOW_CALLS_H_

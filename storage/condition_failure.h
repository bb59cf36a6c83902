// The error of a write whose condition is not true.
#ifndef PARTON_STORAGE_CONDITION_FAILURE_H_
#define PARTON_STORAGE_CONDITION_FAILURE_H_

#include "parton/status.h"
#include "storage/table_writer.h"
#include "types/expr/evaluate.h"

namespace parton {

// DynamoDB's message; the hint says which term was not true and what the item had. REQUIRES: the item, if there is one
// (`exists`), is in frame[op.slot].
Status ConditionFailed(const WriteOp& op, bool exists, EvalContext& ctx);

}  // namespace parton

#endif  // PARTON_STORAGE_CONDITION_FAILURE_H_

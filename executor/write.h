// Statements that change items.
#ifndef PARTON_EXECUTOR_WRITE_H_
#define PARTON_EXECUTOR_WRITE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "executor/execution.h"
#include "planner/plan/plan.h"

namespace parton {

struct WriteResult {
  uint64_t affected = 0;
  std::vector<Value> rows;  // RETURNING
};

// Makes `op` set the attributes that `row` gives, creating the item if there is none. Error: no item, no key.
Status MakeUpsert(const TablePtr& table, const Value& row, WriteOp* op);

// Runs a statement on a context, any number of times: what is the same each time is made once. Between executions it
// holds no items.
class WriteRunner {
 public:
  // Both outlive it.
  WriteRunner(const WritePlan& plan, ExecutionContext& ctx);
  ~WriteRunner();

  // `transaction`: null outside of one. All or nothing, unless it goes in batches. Errors: those of the source and of
  // the store; kLimitExceeded if one atomic statement would write too much. REQUIRES: *result is new.
  Status Run(StoreTransaction* transaction, WriteResult* result);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_WRITE_H_

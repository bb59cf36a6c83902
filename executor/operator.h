// Operators: the running form of plan nodes. Rows are pulled one at a time; a row is what the slots of the
// context's frame hold after Next() returned true, until the next call.
//
// An operator that retains values beyond Next() makes them independent (Value::Own).
#ifndef PARTON_EXECUTOR_OPERATOR_H_
#define PARTON_EXECUTOR_OPERATOR_H_

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "executor/execution.h"
#include "planner/plan/plan.h"

namespace parton {

class Operator {
 public:
  explicit Operator(ExecutionContext& ctx) : ctx_(ctx) {}
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  // Starts, or starts over (with the outer slots as they are now). False: failed.
  virtual bool Open() = 0;
  // The next row. False at the end and on failure; ctx.failed() tells which.
  virtual bool Next() = 0;
  // Gives back cursors, threads and memory. Open() may follow.
  virtual void Close() {}
  // Its own reads from the store; null if it never reads.
  virtual const ReadStats* reads() const { return nullptr; }

 protected:
  ExecutionContext& ctx_;
};

using OperatorPtr = std::unique_ptr<Operator>;
using SlotSet = std::set<int>;

// The operators of a plan. `live`: the slots that are read above it; blocking operators keep no others. The plan
// outlives the operator.
OperatorPtr BuildOperator(const Plan& plan, const SlotSet& live, ExecutionContext& ctx);

// A query running in a context: its rows are values.
class QueryRunner {
 public:
  QueryRunner(const Query& query, ExecutionContext& ctx);
  ~QueryRunner();

  bool Open();
  bool Next();
  void Close();
  // REQUIRES: Next() returned true. Valid until the next call.
  const Value& row() const { return ctx_.frame[static_cast<size_t>(query_.slot)]; }
  // The whole result as one value, by the query's shape: a bag, a list, the value, the tuple of PIVOT. MISSING if
  // it failed. Opens and closes the query.
  Value Collect();

  const Query& query() const { return query_; }

 private:
  const Query& query_;
  ExecutionContext& ctx_;
  OperatorPtr root_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATOR_H_

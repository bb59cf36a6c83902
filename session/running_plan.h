// Runs the plans of one result. What its operators share is set up for each execution; contexts and operators are kept
// for the next execution of the same plan, which makes that one cheap.
//
// Lifetime: it ends, or is detached, before its connection. Threads: one.
#ifndef PARTON_SESSION_RUNNING_PLAN_H_
#define PARTON_SESSION_RUNNING_PLAN_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "executor/answer_cache.h"
#include "executor/capacity/capacity_meter.h"
#include "executor/execution.h"
#include "executor/operator.h"
#include "executor/write.h"
#include "parton/database.h"
#include "planner/planner.h"
#include "session/plan_cache.h"
#include "session/statement_timer.h"
#include "storage/read_budget.h"
#include "storage/table_store.h"

namespace parton {

class ConnectionImpl;
class ResultBuffer;

class RunningPlan {
 public:
  explicit RunningPlan(ConnectionImpl* connection) : connection_(connection) {}

  // A new execution, of `plan`. `parameters` must outlive it.
  void Begin(const PlannedPtr& plan, const std::vector<Value>* parameters);
  // Gives back cursors and the snapshot; what was read is counted. May throw what operators throw.
  void Close();
  // Then what is left of an execution, also where Close threw.
  void Settle() noexcept;
  // The plan that ran last.
  const PlannedPtr& plan() const { return plan_; }
  // Gives back the values of an execution that has ended. False: nothing is kept that would make the next one cheaper.
  bool Rest() noexcept;
  // The connection goes: nothing is run any more.
  void Detach();

  // ---- The statement's own plan. REQUIRES: it is a query, or a write.

  // Up to the first row, of a query that gives rows one by one.
  Status Open(const Query& query);
  // False: at the end, or failed; TakeError() tells.
  bool Next();
  // Where the current row stands, as ResultSet::position() has it. REQUIRES: Next() returned true.
  std::string Position() const;
  // The query has LIMIT ... AFTER: it is read page by page.
  bool keeps_positions() const { return keeps_positions_; }
  // REQUIRES: Next() returned true. Valid until the next call.
  const Value& row() const { return runner_->row(); }
  Status TakeError() { return std::move(context_->eval.error); }
  // What was kept of the same query and may answer it; null: nothing, then it runs, and is kept with KeepRow() for each
  // of its rows and KeepRows() at its end, or with KeepValue().
  KeptAnswerPtr FindAnswer();
  void KeepRow(const Value& row) {
    if (keeping_) AddKept(row);
  }
  void KeepRows();
  void KeepValue(const Value& value);
  // A query's whole answer as one value, owned.
  Result<Value> Collect(const Query& query);
  Status RunOwnWrite(const WritePlan& write, ResultBuffer* result);

  // The execution did not start, as the catalog has changed in a way that the plan depends on: it is to be made again.
  bool stale() const { return stale_; }

  // ---- Other plans, of commands.

  // Sets up what operators share for now: the settings and the transaction as they are. `latest`: no snapshot is
  // needed, as there is one read at most.
  void Prepare(bool latest);
  ExecutionShared& shared() { return shared_; }
  // A query from the start to its end: calls `each` with every row. REQUIRES: Prepare was called.
  Status RunQuery(const Query& query, int slot_count, const std::function<Status(const Value&)>& each);
  Status RunWrite(const WritePlan& write, int slot_count, ResultBuffer* result);

  // The connection's transaction; null outside of one.
  StoreTransaction* transaction() const;
  // Whether the execution reads in the connection's transaction.
  bool in_transaction() const { return in_transaction_; }
  // What was read so far.
  const ReadStats& reads() const { return reads_; }
  // What was consumed; null: that is not counted, or not all of it.
  const std::vector<ConsumedCapacity>* capacity() const;
  // The settings it ran under; null: it did not.
  const Settings* settings() const { return settings_.get(); }
  // Values of wrong types it met, which it then forgets.
  EvalContext::Mismatches TakeMismatches() { return std::exchange(shared_.mismatches, {}); }

 private:
  Status PrepareWrite(const WritePlan& write);
  // After Prepare: whether the plan is right for the view.
  Status CheckCatalog();
  void SetMeter();
  // The kept context, ready for an execution; REQUIRES: Prepare was called.
  ExecutionContext& OwnContext();
  Status RunWriteOn(WriteRunner* runner, ResultBuffer* result);
  // What is kept for the next execution of the same plan.
  void ForgetKept();
  void NoteTimeLeft();
  // The statement that runs: EXPLAIN's is inside of it.
  const PlannedStatement& Statement() const;
  bool WantsAnswers() const;
  void SetAnswers();
  void AddKept(const Value& row);
  void AddReads(const ReadStats& stats) { reads_.Add(stats); }

  ConnectionImpl* connection_;  // null once it is gone
  PlannedPtr plan_;
  std::shared_ptr<const Settings> settings_;
  ExecutionShared shared_;
  std::unique_ptr<CapacityMeter> meter_;  // made when it is first needed
  std::unique_ptr<ReadView> view_;
  std::unique_ptr<ReadBudget> budget_;  // null: the statement may read as much as it likes
  std::unique_ptr<ExecutionContext> context_;
  std::unique_ptr<QueryRunner> runner_;
  std::unique_ptr<WriteRunner> writer_;
  ProgressCallback progress_;
  bool in_transaction_ = false;
  bool stale_ = false;
  bool keeps_positions_ = false;
  StatementTimer::Clock::duration time_left_{};  // of statement_timeout; only time in calls counts
  ReadStats reads_;
  // Of the query that runs, to be kept.
  bool keeping_ = false;
  std::string kept_under_;
  KeptAnswer kept_;
  size_t kept_bytes_ = 0;
  int64_t kept_at_ms_ = 0;
};

}  // namespace parton

#endif  // PARTON_SESSION_RUNNING_PLAN_H_

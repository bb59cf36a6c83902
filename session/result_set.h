// What Execute gives: the result of one statement, which may be started again (by a prepared statement).
#ifndef PARTON_SESSION_RESULT_SET_H_
#define PARTON_SESSION_RESULT_SET_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parton/database.h"
#include "session/plan_cache.h"
#include "session/result_buffer.h"
#include "session/running_plan.h"
#include "session/shown_row.h"

namespace parton {

class ResultSetImpl final : public ResultSet {
 public:
  // `run`: a new one, or one of the plan that will be run first.
  ResultSetImpl(ConnectionImpl* connection, std::unique_ptr<RunningPlan> run);
  ~ResultSetImpl() override;

  // Values of the statement's parameters, by position. Must not change while it runs.
  std::vector<Value>& parameters() { return parameters_; }
  // Errors and notes are about `original`; positions in errors are about `lifted`, its text without literals, unless
  // that is empty.
  void SetTexts(std::string lifted, std::string original) {
    lifted_ = std::move(lifted);
    original_ = std::move(original);
  }
  // Runs up to the first row; cheap for the plan of the execution before.
  Status Start(PlannedPtr plan);
  // Ends it, if it is not at its end: with OK, as if there were no more rows, or with an error.
  void End(Status status);
  bool running() const { return running_; }
  std::chrono::steady_clock::time_point started() const { return started_; }
  bool in_transaction() const { return run_->in_transaction(); }
  // After Start failed: with a plan made anew it would not.
  bool stale() const { return run_->stale(); }

  // Its connection goes: ends it with `why`, which Start returns from now on.
  void Detach(const Status& why);
  bool detached() const { return connection_ == nullptr; }

  ResultKind kind() const override { return buffer_.kind(); }
  bool ordered() const override { return buffer_.ordered(); }
  bool Next() override;
  const Value& row() const override { return shown_.value(); }
  const Status& status() const override { return status_; }
  const Value& value() const override { return buffer_.value(); }
  uint64_t affected() const override { return buffer_.affected(); }
  const std::string& text() const override { return buffer_.text(); }
  const std::vector<std::string>& columns() const override { return buffer_.columns(); }
  const std::vector<std::string>& notices() const override { return buffer_.notices(); }
  const ExecutionStats& stats() const override;
  std::string position() const override;

 private:
  friend class ConnectionImpl;

  Status Run();
  Status RunOwnQuery(const Query& query);
  void ShowValue(Value v);
  Status RunOwnWrite(const WritePlan& write);
  void NoteCapacity() const;  // in stats_
  void SayCapacity();         // for RETURN CONSUMED CAPACITY
  void SayMismatches();
  // How the statement's end concerns its transaction.
  bool CancelsTransaction(const Status& s) const;
  Status Locate(Status s) const;

  ConnectionImpl* connection_;  // null once it is gone
  Status detached_;             // then why
  // Of the connection's list.
  ResultSetImpl* previous_ = nullptr;
  ResultSetImpl* next_ = nullptr;

  PlannedPtr plan_;
  std::vector<Value> parameters_;
  std::string lifted_;
  std::string original_;

  std::unique_ptr<RunningPlan> run_;  // null: its connection has taken it back
  ResultBuffer buffer_;
  ShownRow shown_;
  bool running_ = false;
  bool streaming_ = false;
  std::string position_;  // of the last row, where the statement has LIMIT ... AFTER
  Status status_;
  std::chrono::steady_clock::time_point started_;
  mutable ExecutionStats stats_;  // milliseconds at the end, the rest when asked for
};

}  // namespace parton

#endif  // PARTON_SESSION_RESULT_SET_H_

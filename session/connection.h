// Connections, prepared statements and running results: include/parton/database.h on top of parser, planner and
// operators.
#ifndef PARTON_SESSION_CONNECTION_H_
#define PARTON_SESSION_CONNECTION_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "executor/capacity/capacity_meter.h"
#include "executor/capacity/clock.h"
#include "executor/capacity/throughput.h"
#include "executor/execution.h"
#include "executor/operator.h"
#include "executor/transaction_items.h"
#include "parser/scanner.h"
#include "parton/database.h"
#include "planner/planner.h"
#include "session/attribute_sample.h"
#include "session/feed/sweeper.h"
#include "session/feed/triggers.h"
#include "session/plan_cache.h"
#include "session/requests/expression_cache.h"
#include "session/requests/request_token.h"
#include "session/statement_timer.h"

namespace parton {

class ConnectionImpl;

// What all connections of a database share.
struct DatabaseState {
  std::string path;
  Options options;
  std::shared_ptr<DatabaseClock> clock;
  std::unique_ptr<TableStore> store;
  PlanCache plans{1000};
  ExpressionCache expressions{1000};
  ThroughputLedger throughput;
  AttributeSamples samples;
  StatementTimer timer;
  std::string temp_dir;

  // Named consumers of change feeds that are open, "table id:name".
  std::mutex consumers_mutex;
  std::set<std::string> consumers;

  // Connections and change feeds of the program, which are told when the database goes.
  std::mutex handles_mutex;
  std::set<ConnectionImpl*> connections;
  std::map<const ChangeFeed*, std::function<void()>> feeds;

  // Behind what they use: they end first.
  std::unique_ptr<RequestTokens> tokens;
  std::unique_ptr<Triggers> triggers;
  std::unique_ptr<Sweeper> sweeper;

  int64_t NowNanos() const { return clock->NowNanos(); }
};

// One execution of a planned statement; may be started again, which is cheap for the same plan.
class Execution final : public ResultSet {
 public:
  explicit Execution(ConnectionImpl* connection);
  ~Execution() override;

  // Its connection goes: ends it with `why`, which Start returns from now on.
  void Detach(const Status& why);
  bool detached() const { return connection_ == nullptr; }

  // Runs up to the first row. `parameters` must outlive the execution.
  Status Start(PlannedPtr plan, const std::vector<Value>* parameters);
  // Ends it, if it is not at its end: with OK, as if there were no more rows, or with an error.
  void End(Status status);
  bool running() const { return running_; }
  std::chrono::steady_clock::time_point started() const { return started_; }
  bool in_transaction() const { return in_transaction_; }
  // Errors point into a text with lifted literals (empty: there are none): how to say them of the original.
  void SetTexts(std::string lifted, std::string original) {
    lifted_ = std::move(lifted);
    original_ = std::move(original);
  }

  ResultKind kind() const override { return kind_; }
  bool ordered() const override { return ordered_; }
  bool Next() override;
  const Value& row() const override { return *row_; }
  const Status& status() const override { return status_; }
  const Value& value() const override { return value_; }
  uint64_t affected() const override { return affected_; }
  const std::string& text() const override { return text_; }
  const std::vector<std::string>& columns() const override { return columns_; }
  const std::vector<std::string>& notices() const override { return notices_; }
  const ExecutionStats& stats() const override;

  // For commands, which give all they have at once.
  void SetText(ResultKind kind, std::string text) {
    kind_ = kind;
    text_ = std::move(text);
  }
  void SetRows(std::vector<Value> rows, std::vector<std::string> columns, bool ordered) {
    kind_ = ResultKind::kRows;
    rows_ = std::move(rows);
    columns_ = std::move(columns);
    ordered_ = ordered;
  }
  void ClearRows() { rows_.clear(); }
  void AddNotice(std::string notice) { notices_.push_back(std::move(notice)); }
  void SetAffected(uint64_t n) {
    kind_ = ResultKind::kChanged;
    affected_ = n;
  }
  ConnectionImpl& connection() { return *connection_; }
  ExecutionShared& shared() { return shared_; }
  // Sets up shared_ and the view for a statement; `settings` as they are now.
  void PrepareShared(bool read_latest);
  // Runs a query to its end, for EXPLAIN ANALYZE and COPY: calls `each` with every row.
  Status RunQuery(const Query& query, int slot_count, const std::function<Status(const Value&)>& each);
  Status RunWriteStatement(const WritePlan& plan, int slot_count);

 private:
  Status StartQuery(const Query& query);
  bool NextStreamed();
  void SetMeter();
  void ResetStats();
  void NoteCapacity() const;  // in stats_
  void SayCapacity();         // for RETURN CONSUMED CAPACITY
  void SayMismatches();
  const WritePlan* OwnWrite() const;  // the statement's, if it is a write
  void Release();
  void ShowRow(const Value& row);
  void KeepShownRow();
  bool CancelsTransaction(const PlannedStatement& plan, const Status& s) const;
  Status Locate(Status s) const;

  friend class ConnectionImpl;
  ConnectionImpl* connection_;     // null once it is gone
  Status detached_;                // then why
  Execution* previous_ = nullptr;  // of the connection's list
  Execution* next_ = nullptr;
  PlannedPtr plan_;
  std::shared_ptr<const Settings> settings_;
  std::string lifted_;
  std::string original_;

  ExecutionShared shared_;
  std::unique_ptr<CapacityMeter> meter_;  // made when it is first needed
  std::unique_ptr<ReadView> view_;
  std::unique_ptr<ExecutionContext> context_;
  std::unique_ptr<QueryRunner> runner_;
  bool reads_latest_ = false;  // at most one get: the plan needs no snapshot
  bool needs_clock_ = true;
  uint64_t expected_items_ = 0;  // that the plan will examine, for progress; 0: unknown
  ProgressCallback progress_;

  ResultKind kind_ = ResultKind::kDone;
  bool running_ = false;
  bool streaming_ = false;
  bool in_transaction_ = false;
  bool ordered_ = false;
  const Value* row_;
  // A borrowed row is shown as a Value of the result's own: copies of it, which a program may keep, are made
  // independent before the row goes.
  Value shown_;
  Value value_;
  Status status_;
  uint64_t affected_ = 0;
  std::string text_;
  std::vector<Value> rows_;
  size_t next_row_ = 0;
  std::vector<std::string> columns_;
  std::vector<std::string> notices_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::duration time_left_{};  // of statement_timeout; only time in calls counts
  mutable ExecutionStats stats_;
};

// Bounds in force, and the clock running, for one call of the program: it begins a statement.
class StatementEntry {
 public:
  explicit StatementEntry(ConnectionImpl* connection);
  ~StatementEntry();

 private:
  ConnectionImpl* connection_;
  StatementTimer::Clock::time_point outer_;
  BoundsScope scope_;
  StatementTimer::Watch watch_;
};

class ConnectionImpl final : public Connection {
 public:
  explicit ConnectionImpl(DatabaseState* db);
  ~ConnectionImpl() override;
  // The database goes: results end, a transaction is rolled back, and every call is an error from now on.
  void Detach();

  Result<std::unique_ptr<ResultSet>> Execute(std::string_view text, std::vector<Value> parameters) override;
  Result<std::unique_ptr<ResultSet>> ExecuteNamed(
      std::string_view text, const std::vector<std::pair<std::string, Value>>& parameters) override;
  Result<std::unique_ptr<Statement>> Prepare(std::string_view text) override;
  Status Set(std::string_view name, const Value& value) override;
  Result<Value> Get(std::string_view name) const override;
  void Cancel() override { bounds_.cancel.store(true); }
  void SetProgress(ProgressCallback callback) override;
  bool in_transaction() const override { return transaction_ != nullptr; }

  DatabaseState& db() { return *db_; }
  TableStore& store() { return *db_->store; }
  const std::shared_ptr<const Settings>& settings() const { return settings_; }
  StoreTransaction* transaction() { return transaction_.get(); }
  TransactionItems& transaction_items() { return transaction_items_; }
  StatementBounds* bounds() { return &bounds_; }
  bool cancelled() const { return bounds_.cancel.load(std::memory_order_relaxed); }
  // When the call that runs now has to end; the end of time if there is no statement_timeout.
  StatementTimer::Clock::time_point deadline() const { return deadline_; }
  const ProgressCallback* progress() const { return &progress_; }
  // What the progress callback threw last, as an error; OK afterwards.
  Status TakeProgressError() { return std::exchange(progress_error_, Status()); }

  // The plan of a text under the settings in force, from the cache or made now.
  Result<PlannedPtr> Plan(std::string_view text);
  // Counts the changes of settings: a plan made under another count may differ.
  uint64_t settings_version() const { return settings_version_; }

  Status Begin() override;
  Status Commit() override;
  Status Rollback() override;
  Status MakeSavepoint(const std::string& name) override;
  Status RollbackTo(const std::string& name) override;
  Status ReleaseSavepoint(const std::string& name) override;
  // How a statement of the transaction ended; nothing outside of one. If it failed and `cancels`, COMMIT writes
  // nothing and says why, unless a savepoint from before the statement is gone back to.
  void NoteStatement(const Status& outcome, bool cancels);
  // To be called before: makes room for it.
  void ExpectStatement();

  // Runs `f` as a call of the program's own: with bounds, in the time of a statement, what it throws as an error.
  template <typename F>
  auto Call(F&& f) -> decltype(f()) {
    return Guarded([&] {
      const StatementEntry entry(this);
      return std::forward<F>(f)();
    });
  }

  // Results that may still read: they end when the transaction they read in does.
  void Register(Execution* e) { open_.push_back(e); }
  void Unregister(Execution* e) noexcept { std::erase(open_, e); }
  // All results and statements, which are told when the connection goes.
  void Attach(Execution* e);
  void Forget(Execution* e);

 private:
  friend class StatementEntry;

  Result<PlannedPtr> PlanNow(std::string_view text);
  Result<std::unique_ptr<ResultSet>> ExecuteNow(std::string_view text, std::vector<Value> parameters);
  Result<std::unique_ptr<ResultSet>> ExecuteNamedNow(std::string_view text,
                                                     const std::vector<std::pair<std::string, Value>>& parameters);
  Status SetNow(std::string_view name, const Value& value);
  Status CommitNow();
  void EndTransaction() noexcept;
  void DetachExecutions(const Status& why);

  DatabaseState* db_;
  std::shared_ptr<const Settings> settings_;
  std::string plan_key_;
  uint64_t settings_version_ = 0;
  StatementBounds bounds_;
  StatementTimer::Clock::time_point deadline_ = StatementTimer::Clock::time_point::max();
  ProgressCallback progress_;
  Status progress_error_;
  std::unique_ptr<StoreTransaction> transaction_;
  struct SavepointInfo {
    std::string name;
    int state;          // the store's number
    size_t statements;  // how many there were
    size_t items;       // of transaction_items_
  };
  std::vector<SavepointInfo> savepoints_;
  std::vector<Status> outcomes_;  // of the transaction's statements; OK for those that do not cancel it
  bool cancelled_ = false;
  TransactionItems transaction_items_;  // written in DynamoDB's dialect
  std::vector<Execution*> open_;        // no more than a few
  Execution* executions_ = nullptr;     // a list through all of them
  LiftedText lifted_;
  std::string cache_key_;
};

class StatementImpl final : public Statement {
 public:
  StatementImpl(ConnectionImpl* connection, std::string text, PlannedPtr plan);

  int parameter_count() const override { return plan_->parameter_count; }
  const std::vector<std::string>& parameter_names() const override { return plan_->parameter_names; }
  Status Bind(int position, Value value) override;
  Status Bind(std::string_view name, Value value) override;
  Result<ResultSet*> Execute() override;
  bool is_read_only() const override { return plan_->read_only; }

 private:
  // By the time of the last execution: asking the clock once more would cost a point read some percent.
  Result<ResultSet*> ExecuteNow();
  bool Stale() const { return execution_.started() - planned_at_ > PlanCache::kMaxAge; }

  ConnectionImpl* connection_;
  std::string text_;
  PlannedPtr plan_;
  uint64_t settings_version_;
  std::vector<Value> parameters_;
  std::vector<bool> bound_;
  std::chrono::steady_clock::time_point planned_at_;
  Execution execution_;
};

// Commands (statements without a plan): what they do goes into the result.
Status RunCommand(const ast::Statement& statement, const std::vector<Value>& parameters, Execution* result);
Status RunExplain(const ExplainPlan& explain, Execution* result);

}  // namespace parton

#endif  // PARTON_SESSION_CONNECTION_H_

// A connection: its settings, its transaction, and the results and statements that hang on it.
#ifndef PARTON_SESSION_CONNECTION_H_
#define PARTON_SESSION_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "executor/transaction_items.h"
#include "parser/ast.h"
#include "parser/scanner.h"
#include "parton/database.h"
#include "planner/settings.h"
#include "session/feed/store_transaction_source.h"
#include "session/plan_cache.h"
#include "session/statement_timer.h"
#include "storage/table_store.h"
#include "types/status/bounds.h"

namespace parton {

class AttachedStores;  // storage/attached_stores.h
class ConnectionImpl;
struct DatabaseState;
class ResultSetImpl;
class RunningPlan;

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

class ConnectionImpl final : public Connection, public StoreTransactionSource {
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
  // With the databases that are attached.
  TableStore& store();
  // Errors: kValidation (the name is taken, a transaction or a result is open), kNotFound.
  Status AttachStore(const ast::Identifier& name, const std::string& engine, std::unique_ptr<TableStore> store);
  Status DetachStore(const ast::Identifier& name);
  const TableStore* transaction_store() const override;
  StoreTransaction* transaction() override { return transaction_.get(); }
  const std::shared_ptr<const Settings>& settings() const { return settings_; }
  TransactionItems& transaction_items() { return transaction_items_; }
  StatementBounds* bounds() { return &bounds_; }
  // When the call that runs now has to end; the end of time if there is no statement_timeout.
  StatementTimer::Clock::time_point deadline() const { return deadline_; }
  // Keys of items in AnswerCache that the transaction, or the statement outside of one, writes through it.
  std::vector<std::string>& written_answers() { return written_answers_; }
  // To be called once they are written, or nothing was.
  void ForgetWrittenAnswers() noexcept;
  const ProgressCallback* progress() const { return &progress_; }
  // What the progress callback threw last, as an error; OK afterwards.
  Status TakeProgressError() { return std::exchange(progress_error_, Status()); }
  // Error (kReadOnly): the database was opened so.
  Status CheckWritable() const;
  // Ends with the connection.
  std::weak_ptr<const void> lifetime() const { return lifetime_; }

  // The plan of a text under the settings in force, from the cache or made now.
  Result<PlannedPtr> Plan(std::string_view text);
  // Tells apart settings and attached databases under which a plan may differ.
  const std::string& plan_key() const { return plan_key_; }
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
  void Register(ResultSetImpl* r) { open_.push_back(r); }
  void Unregister(ResultSetImpl* r) noexcept { std::erase(open_, r); }
  // The execution of a text that runs again and again: one of the same plan that has ended, or a new one.
  std::unique_ptr<RunningPlan> TakeIdle(const PlannedPtr& plan);
  void KeepIdle(std::unique_ptr<RunningPlan> run) noexcept;

  // All results and statements, which are told when the connection goes.
  void Attach(ResultSetImpl* r);
  void Forget(ResultSetImpl* r);

 private:
  friend class StatementEntry;

  Result<std::unique_ptr<ResultSet>> ExecuteNow(std::string_view text, std::vector<Value> parameters);
  Result<std::unique_ptr<ResultSet>> ExecuteNamedNow(std::string_view text,
                                                     const std::vector<std::pair<std::string, Value>>& parameters);
  // Runs a plan of `text`, or of lifted_.text.
  Result<std::unique_ptr<ResultSet>> RunPlan(PlannedPtr plan, std::string_view text, bool lifted,
                                             std::vector<Value> parameters);
  Status SetNow(std::string_view name, const Value& value);
  Status CommitNow();
  void EndTransaction() noexcept;
  // Plans made so far are not those that would be made now.
  void RenewPlanKey();
  Status CheckQuiet(std::string_view what) const;
  void DetachResults(const Status& why);

  DatabaseState* db_;  // null once it is gone
  const std::shared_ptr<const void> lifetime_ = std::make_shared<const char>();
  std::shared_ptr<AttachedStores> attached_;  // null: nothing was attached yet
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
  std::vector<ResultSetImpl*> open_;    // no more than a few
  ResultSetImpl* results_ = nullptr;    // a list through all of them
  std::vector<std::string> written_answers_;
  std::vector<std::unique_ptr<RunningPlan>> idle_;  // a few; the last one was used last
  LiftedText lifted_;
  std::string cache_key_;
};

}  // namespace parton

#endif  // PARTON_SESSION_CONNECTION_H_

// class Transaction and Database::Run, on top of any Connection.
#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "parton/database.h"
#include "parton/transaction.h"
#include "session/connection.h"

namespace parton {

Transaction::Transaction(Connection* connection, std::unique_ptr<Connection> owned)
    : owned_(std::move(owned)), connection_(connection) {}

Result<std::unique_ptr<Transaction>> Transaction::Begin(Connection* connection) {
  PARTON_RETURN_IF_ERROR(connection->Begin());
  std::unique_ptr<Transaction> transaction(new Transaction(connection, nullptr));
  if (const auto* ours = dynamic_cast<const ConnectionImpl*>(connection)) {
    transaction->watched_ = true;
    transaction->connection_lives_ = ours->lifetime();
  }
  return transaction;
}

Result<std::unique_ptr<Transaction>> Transaction::Begin(std::unique_ptr<Connection> connection) {
  PARTON_RETURN_IF_ERROR(connection->Begin());
  Connection* raw = connection.get();
  return std::unique_ptr<Transaction>(new Transaction(raw, std::move(connection)));
}

Transaction::~Transaction() {
  if (active()) (void)connection_->Rollback();
}

bool Transaction::active() const {
  const bool gone = watched_ && connection_lives_.expired();
  return !ended_ && !gone && connection_->in_transaction();
}

namespace {

Status Over() { return Status::Validation("the transaction is over"); }

}  // namespace

Result<std::unique_ptr<ResultSet>> Transaction::Execute(std::string_view text, std::vector<Value> parameters) {
  if (!active()) return Over();
  return connection_->Execute(text, std::move(parameters));
}

Result<std::unique_ptr<Statement>> Transaction::Prepare(std::string_view text) {
  if (!active()) return Over();
  return connection_->Prepare(text);
}

Status Transaction::Savepoint(const std::string& name) { return active() ? connection_->MakeSavepoint(name) : Over(); }

Status Transaction::RollbackTo(const std::string& name) { return active() ? connection_->RollbackTo(name) : Over(); }

Status Transaction::ReleaseSavepoint(const std::string& name) {
  return active() ? connection_->ReleaseSavepoint(name) : Over();
}

Status Transaction::Commit() {
  if (!active()) return Over();
  ended_ = true;
  return connection_->Commit();
}

Status Transaction::Rollback() {
  if (!active()) return Over();
  ended_ = true;
  return connection_->Rollback();
}

Result<std::unique_ptr<Transaction>> Database::Begin() { return Transaction::Begin(Connect()); }

namespace {

// A random time, so that those who met once do not meet again.
void BackOff(std::chrono::microseconds longest) {
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int64_t> wait(0, std::max<int64_t>(longest.count(), 0));
  std::this_thread::sleep_for(std::chrono::microseconds(wait(random)));
}

}  // namespace

Status Database::Run(const std::function<Status(Transaction&)>& body, const RunOptions& options) {
  const std::unique_ptr<Connection> connection = Connect();
  std::chrono::microseconds wait = options.first_wait;
  for (int attempt = 1;; ++attempt) {
    PARTON_ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction, Transaction::Begin(connection.get()));
    Status s = body(*transaction);
    if (s.ok() && transaction->active()) s = transaction->Commit();
    if (s.code() != StatusCode::kTransactionConflict || attempt >= options.max_attempts) return s;
    transaction.reset();
    BackOff(wait);
    wait = std::min(wait * 2, options.longest_wait);
  }
}

}  // namespace parton

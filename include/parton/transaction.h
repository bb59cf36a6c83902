// Interactive transactions: any mix of statements on any tables, all of it or nothing.
//
//   parton::Status moved = db->Run([](parton::Transaction& t) -> parton::Status {
//     PARTON_RETURN_IF_ERROR(t.Execute("UPDATE accounts SET sum = sum - 5 WHERE id = 'a'").status());
//     return t.Execute("UPDATE accounts SET sum = sum + 5 WHERE id = 'b'").status();
//   });                                    // committed, and run again as often as others were in its way
//
// All reads of a transaction see the database as it was at its start, and its own writes. Nobody is locked out:
// what the transaction read is validated when it commits, and if another one has changed any of it, Commit fails
// with kTransactionConflict, nothing is written, and it can be run again. So transactions are serialisable.
//
// Lifetime: results and statements of a transaction must not outlive it. A transaction whose connection or database is
// gone is over. Threads: one at a time.
#ifndef PARTON_TRANSACTION_H_
#define PARTON_TRANSACTION_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

class Connection;
class ResultSet;
class Statement;

class Transaction {
 public:
  // Starts one on a connection of the program's, which should outlive it; Database::Begin makes one with a connection
  // of its own. Errors: kValidation (the connection has one already), kReadOnly.
  static Result<std::unique_ptr<Transaction>> Begin(Connection* connection);
  static Result<std::unique_ptr<Transaction>> Begin(std::unique_ptr<Connection> connection);

  // Rolls back, unless it was committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // As Connection's. A statement that fails changes nothing and leaves the transaction open, except that a failed
  // check (EXISTS; in DynamoDB's dialect any failed write) makes Commit fail.
  Result<std::unique_ptr<ResultSet>> Execute(std::string_view text, std::vector<Value> parameters = {});
  Result<std::unique_ptr<Statement>> Prepare(std::string_view text);

  // Names may be used again: the newest of a name counts. Going back to a savepoint keeps it.
  Status Savepoint(const std::string& name);
  Status RollbackTo(const std::string& name);
  Status ReleaseSavepoint(const std::string& name);

  // Both end the transaction, whatever they return. Errors of Commit: kTransactionConflict (run it again);
  // kTransactionCanceled (a check failed; Status::reasons() has one entry for each statement); kIoError.
  Status Commit();
  Status Rollback();

  // Until Commit or Rollback.
  bool active() const;
  // For settings, progress, ChangeFeed::AcknowledgeIn. REQUIRES: it is there still.
  Connection& connection() { return *connection_; }

 private:
  Transaction(Connection* connection, std::unique_ptr<Connection> owned);

  std::unique_ptr<Connection> owned_;
  Connection* connection_;
  bool watched_ = false;  // connection_lives_ has a meaning
  std::weak_ptr<const void> connection_lives_;
  bool ended_ = false;
};

// How Database::Run goes about conflicts.
struct RunOptions {
  int max_attempts = 30;  // the last one's error is returned
  // Waits a random time up to this before the second attempt, up to twice as long before the third, and so on.
  std::chrono::microseconds first_wait{200};
  std::chrono::microseconds longest_wait{50'000};
};

}  // namespace parton

#endif  // PARTON_TRANSACTION_H_

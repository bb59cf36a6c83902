// One-shot transactions and batches, as DynamoDB's API has them: a list of operations on single items goes in, one
// answer comes back. They are member functions of Database (parton/database.h).
//
//   parton::TransactWriteRequest order;
//   order.operations.push_back(
//       parton::WriteOperation::Put("orders", order_item).If("attribute_not_exists(id)"));
//   order.operations.push_back(
//       parton::WriteOperation::Update("stock", key, "SET quantity = quantity - ?", {4}).If("quantity >= ?", {4}));
//   order.token = request_id;              // sent twice, it is done once
//   parton::Status done = db->TransactWrite(order).status();
//
// Conditions and updates are PartiQL: the condition of a WHERE, and the SET, REMOVE, ADD and DELETE clauses of an
// UPDATE, on the attributes of the operation's item; `?` are its parameters in their order, those of the update
// first. Or they are DynamoDB's expressions (parton/items.h), if `expressions` are given; not both. Two-valued logic,
// as in DynamoDB. Statements (ExecuteTransaction, BatchExecuteStatement) are of DynamoDB's dialect, whatever the
// connections of the program are set to.
//
// Threads: any; each call is on its own.
#ifndef PARTON_REQUESTS_H_
#define PARTON_REQUESTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/items.h"
#include "parton/status.h"
#include "parton/value.h"

namespace parton {

// One change of one item, or a check of it.
struct WriteOperation {
  enum class Kind : uint8_t {
    kPut,     // writes `item`; replaces an existing one
    kUpdate,  // changes the item of `key`; SET and ADD create an absent one
    kDelete,  // no error if there is none
    kCheck,   // only the condition
  };
  Kind kind = Kind::kPut;
  std::string table;
  Value item;  // kPut: a STRUCT
  Value key;   // the others: a STRUCT of the key attributes, no more and no less
  std::string update;
  std::string condition;  // on the old item, MISSING if there is none; empty: no condition
  std::vector<Value> parameters;
  bool return_old = false;       // TransactWrite: if the condition fails, CancellationReason::item is the item
  Expressions expressions = {};  // condition, and of an update also update
  // For a program that made `item` or `key` out of another form: what went wrong, reported where they are checked.
  Status item_error = {};

  static WriteOperation Put(std::string table, Value item);
  static WriteOperation Update(std::string table, Value key, std::string update, std::vector<Value> parameters = {});
  static WriteOperation Delete(std::string table, Value key);
  static WriteOperation Check(std::string table, Value key, std::string condition, std::vector<Value> parameters = {});
  // The same under a condition; its parameters follow those of the update.
  WriteOperation If(std::string condition, std::vector<Value> parameters = {}) &&;
  WriteOperation ReturningOld() &&;
};

// One read of one item.
struct ReadOperation {
  std::string table;
  Value key;                     // a STRUCT of the key attributes
  std::string projection;        // paths, "a, b.c, list[0]"; empty: the whole item
  Expressions expressions = {};  // or: projection
  Status key_error = {};         // as WriteOperation::item_error
};

// Reads of one table in a batch.
struct BatchGetTable {
  std::string table;
  std::vector<Value> keys;
  Status keys_error;  // as WriteOperation::item_error
  bool consistent = false;
  Expressions expressions;                 // projection
  std::optional<LegacyParameters> legacy;  // attributes_to_get
};

struct StatementOperation {
  std::string text;
  std::vector<Value> parameters;
  bool return_old = false;       // as WriteOperation's
  bool consistent = false;       // BatchExecute: only the price differs
  Status parameters_error = {};  // as WriteOperation::item_error
};

// Why a transaction was cancelled, one for each of its operations.
struct CancellationReason {
  std::string code;     // CancellationCode(): "None" for operations that did not cause it
  std::string message;  // empty for "None"
  std::string hint;     // which part of the condition was false, and what the item had
  Value item;           // the old item, where asked for; else MISSING
};

// DynamoDB's short name of an error, as in CancellationReason and in the answers to batches: "None" for OK,
// "ConditionalCheckFailed", "DuplicateItem", "ValidationError", "ResourceNotFound", "TransactionConflict", ...
std::string_view CancellationCode(const Status& status);

struct TransactWriteRequest {
  std::vector<WriteOperation> operations;  // 1 to 100, on different items
  // 1 to 36 characters, or empty: none. A transaction that succeeded under a token is not executed again within ten
  // minutes; a second call with the same token and operations succeeds. The token is stored in the database.
  std::string token;
  bool collection_metrics = false;
};

struct ExecuteTransactionRequest {
  // 1 to 100, on different items. All read (SELECT by the full key), or all write; among writes, EXISTS(SELECT ...)
  // of one item by its full key and a further condition is a check.
  std::vector<StatementOperation> statements;
  std::string token;  // as TransactWriteRequest's; tokens of the two are independent
};

struct TransactResult {
  // Reads: one for each, MISSING where there is no item. Writes: empty.
  std::vector<Value> items;
  bool replayed = false;  // a token's second call: nothing was done
  double read_units = 0;  // DynamoDB's capacity arithmetic
  double write_units = 0;
  std::vector<ConsumedCapacity> capacity;  // their parts, by table and index
  std::vector<ItemCollectionMetrics> collections;
};

// The outcome of one statement of a batch.
struct StatementResult {
  Status status;      // CancellationCode(status) is DynamoDB's code
  std::string table;  // empty if it was refused before its table was known
  Value item;         // a SELECT's, or what RETURNING gives; MISSING if there is none
};

struct BatchStatementResult {
  std::vector<StatementResult> statements;
  std::vector<ConsumedCapacity> capacity;
};

struct BatchGetResult {
  std::vector<Value> items;  // for each key in order, MISSING where there is no item
  // Positions of keys that were not read, because the answer had reached 16 MB or their table's provisioned
  // throughput was used up (Options::throttle). If no key was read for want of throughput, the call fails with
  // kThrottled.
  std::vector<size_t> unprocessed;
  double read_units = 0;
  std::vector<ConsumedCapacity> capacity;
};

struct BatchWriteResult {
  // Positions of operations that were not executed for want of throughput (Options::throttle). If none was
  // executed, the call fails with kThrottled. Without throttling a batch is executed in one step, or not at all.
  std::vector<size_t> unprocessed;
  double write_units = 0;
  std::vector<ConsumedCapacity> capacity;
  std::vector<ItemCollectionMetrics> collections;
};

}  // namespace parton

#endif  // PARTON_REQUESTS_H_

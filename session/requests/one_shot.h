// One-shot transactions and batches (parton/requests.h), outside of any connection.
#ifndef PARTON_SESSION_REQUESTS_ONE_SHOT_H_
#define PARTON_SESSION_REQUESTS_ONE_SHOT_H_

#include <vector>

#include "executor/capacity/capacity_meter.h"
#include "parton/requests.h"
#include "storage/table_store.h"

namespace parton {

struct DatabaseState;

// Database's functions of these names. Threads: any.
Result<TransactResult> TransactWrite(DatabaseState* db, const TransactWriteRequest& request,
                                     std::vector<CancellationReason>* reasons);
Result<TransactResult> TransactGet(DatabaseState* db, const std::vector<ReadOperation>& reads);
Result<TransactResult> ExecuteTransaction(DatabaseState* db, const ExecuteTransactionRequest& request,
                                          std::vector<CancellationReason>* reasons);
Result<BatchWriteResult> BatchWrite(DatabaseState* db, const std::vector<WriteOperation>& writes,
                                    bool collection_metrics);
Result<BatchGetResult> BatchGet(DatabaseState* db, const std::vector<ReadOperation>& reads);
Result<BatchGetResult> BatchGetItem(DatabaseState* db, const std::vector<BatchGetTable>& tables);
Result<BatchStatementResult> BatchExecute(DatabaseState* db, const std::vector<StatementOperation>& statements);

// "in operation 3", from 1, as part of the hint.
Status InOperation(const Status& s, size_t position);

// One read, resolved.
struct ItemRead {
  TablePtr table;
  Key key;
  std::vector<std::vector<PathStep>> projection;
  bool consistent = false;
};
// What can be told without tables: expressions and projections.
Status CheckReads(DatabaseState* db, const std::vector<ReadOperation>& reads, std::vector<ItemRead>* out);
// The rest. Errors reject the whole request; `duplicate` is the message for a key that occurs twice. *reason is that of
// the first read, *at, whose key does not fit its table.
Status ResolveReads(DatabaseState* db, const std::vector<ReadOperation>& reads, const char* duplicate,
                    std::vector<ItemRead>* out, Status* reason, size_t* at);
// The item, MISSING if there is none; *size is its whole size.
Result<Value> ReadOne(DatabaseState* db, ReadView& view, const ItemRead& read, size_t* size);
// The whole items of all reads, in their order: one request to the store for each table.
Status ReadTogether(DatabaseState* db, ReadView& view, const std::vector<ItemRead>& reads, std::vector<Value>* items);
// What the read asks for of its item.
Value ShowItem(const Value& item, const ItemRead& read);

// Counts what a request consumes, and throttles it if the database is opened so.
CapacityMeter RequestMeter(DatabaseState* db, bool in_transaction);
double ReadUnits(const CapacityMeter& meter);
double WriteUnits(const CapacityMeter& meter);
// Of the partitions that the operations changed something in.
std::vector<ItemCollectionMetrics> MetricsOfAll(DatabaseState* db, const std::vector<WriteOp>& ops) noexcept;
// A write of the store that is counted. `parameters`: values of the operations' parameters, where they have any.
Result<std::vector<WriteOutcome>> MeteredWrite(DatabaseState* db, const std::vector<WriteOp>& ops, WriteOptions options,
                                               CapacityMeter* meter, const std::vector<Value>* parameters = nullptr);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_ONE_SHOT_H_

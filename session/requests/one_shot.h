// One-shot transactions and batches (parton/requests.h), outside of any connection.
#ifndef PARTON_SESSION_REQUESTS_ONE_SHOT_H_
#define PARTON_SESSION_REQUESTS_ONE_SHOT_H_

#include <vector>

#include "parton/requests.h"

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

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_ONE_SHOT_H_

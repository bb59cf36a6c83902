// Snapshots and interactive transactions: what a store may have beside single reads and writes.
#ifndef PARTON_STORAGE_TRANSACTIONS_H_
#define PARTON_STORAGE_TRANSACTIONS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "parton/status.h"
#include "storage/record_store.h"
#include "storage/table_reader.h"
#include "storage/table_writer.h"

namespace parton {

// Threads: any.
class SnapshotReads {
 public:
  virtual ~SnapshotReads() = default;
  // A consistent state of all tables, cheap to take.
  virtual std::unique_ptr<ReadView> NewView() = 0;
};

// An interactive transaction: reads see one snapshot and the transaction's own writes; Commit validates what
// was read (keys and scanned ranges) and applies all writes in one batch, or gives kTransactionConflict.
// Threads: one at a time; its view's cursors may run on others.
class StoreTransaction {
 public:
  virtual ~StoreTransaction() = default;  // rolls back if not committed
  virtual ReadView& view() = 0;
  // Applies the operations to the transaction's own state. On error nothing of this call stays.
  virtual Result<std::vector<WriteOutcome>> Write(const std::vector<WriteOp>& ops, EvalContext& ctx,
                                                  const WriteOptions& options) = 0;
  virtual int Savepoint() = 0;
  virtual void RollbackTo(int savepoint) = 0;
  // Forgets the savepoint and those made after it; what was written since stays.
  virtual void Release(int savepoint) = 0;
  virtual Status Commit() = 0;
  // Adds to the records that go into the commit's batch; the last write of a record wins. RollbackTo takes them
  // back, too. A transaction that changes no item writes them as well.
  virtual void WriteRecords(const RecordWrites& writes) = 0;
  // The depth of the change records that the commit makes; 0 unless set.
  virtual void SetChangeDepth(uint32_t depth) = 0;
};

// Threads: any.
class InteractiveTransactions {
 public:
  virtual ~InteractiveTransactions() = default;
  virtual std::unique_ptr<StoreTransaction> Begin() = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_TRANSACTIONS_H_

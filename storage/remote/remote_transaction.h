// BEGIN ... COMMIT on a remote engine: what is read by key is kept, writes wait, and COMMIT is one TransactWriteItems
// that fails if something is not as it was read.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_TRANSACTION_H_
#define PARTON_STORAGE_REMOTE_REMOTE_TRANSACTION_H_

#include <memory>

#include "storage/remote/remote_writer.h"
#include "storage/transactions.h"

namespace parton::remote {

// Threads: one at a time; what it reads in parallel is serialized.
class TransactionView final : public ReadView {
 public:
  explicit TransactionView(ItemImages::Reader reader) : reader_(std::move(reader)) {}
  // The items as the transaction sees them.
  Status Read(const TablePtr& table, std::span<const Key> keys, std::vector<Value>* items);
  // Why a range cannot be read.
  static Status RangeRefused();

 private:
  friend class RemoteTransaction;
  const ItemImages::Reader reader_;
  Mutex mutex_;
  ItemImages images_ GUARDED_BY(mutex_);
};

// `writer` outlives it. `reader` reads consistently.
std::unique_ptr<StoreTransaction> BeginRemote(RemoteWriter* writer, ItemImages::Reader reader);

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_TRANSACTION_H_

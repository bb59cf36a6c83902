// A connection as change feeds see it: one that may have a transaction of a store open.
#ifndef PARTON_SESSION_FEED_STORE_TRANSACTION_SOURCE_H_
#define PARTON_SESSION_FEED_STORE_TRANSACTION_SOURCE_H_

#include "storage/table_store.h"

namespace parton {

class StoreTransactionSource {
 public:
  virtual ~StoreTransactionSource() = default;
  // Null: the database is closed.
  virtual const TableStore* transaction_store() const = 0;
  // Null: none is running.
  virtual StoreTransaction* transaction() = 0;
};

}  // namespace parton

#endif  // PARTON_SESSION_FEED_STORE_TRANSACTION_SOURCE_H_

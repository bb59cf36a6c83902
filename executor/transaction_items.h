// DynamoDB's limits for the writes of one transaction as a whole; for BEGIN ... COMMIT in its dialect, where the
// writes come one by one.
#ifndef PARTON_EXECUTOR_TRANSACTION_ITEMS_H_
#define PARTON_EXECUTOR_TRANSACTION_ITEMS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "storage/table_store.h"

namespace parton {

inline constexpr size_t kMostTransactionOperations = 100;
inline constexpr const char* kSameItemTwice = "Transaction request cannot include multiple operations on one item";

// DynamoDB's constraint on the number of members of a request.
Status CheckMemberCount(std::string_view member, size_t count, size_t most);

// Threads: one.
class TransactionItems {
 public:
  // One more operation. Error (kValidation): there are 100 already, or one on that item.
  Status Add(const WriteOp& op);
  size_t size() const { return items_.size(); }
  // Forgets all but the first `n`.
  void Shrink(size_t n) { items_.resize(n); }

 private:
  struct Item {
    uint32_t table_id = 0;
    Key key;
  };
  std::vector<Item> items_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_TRANSACTION_ITEMS_H_

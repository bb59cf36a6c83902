// Reads of single items by their keys, for transactions and batches: checked, resolved, read, projected.
#ifndef PARTON_SESSION_REQUESTS_REQUEST_READS_H_
#define PARTON_SESSION_REQUESTS_REQUEST_READS_H_

#include <cstddef>
#include <vector>

#include "parton/requests.h"
#include "storage/table_store.h"

namespace parton {

struct DatabaseState;

// "in operation 3", from 1, as part of the hint.
Status InOperation(const Status& s, size_t position);

// One read, resolved.
struct ItemRead {
  TablePtr table;
  Key key;
  std::vector<std::vector<PathStep>> projection;
  bool consistent = false;
};
// Fills *out with what needs no table: expressions and projections. Errors name the operation.
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

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_REQUEST_READS_H_

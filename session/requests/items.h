// Single items (parton/items.h), outside of any connection.
#ifndef PARTON_SESSION_REQUESTS_ITEMS_H_
#define PARTON_SESSION_REQUESTS_ITEMS_H_

#include <vector>

#include "parton/items.h"
#include "storage/table_store.h"
#include "types/item/document_path.h"

namespace parton {

struct DatabaseState;

// Database's functions of these names. Threads: any.
Result<GetItemResult> GetItem(DatabaseState* db, const GetItemRequest& request);
Result<WriteItemResult> PutItem(DatabaseState* db, const PutItemRequest& request, Value* existing);
Result<WriteItemResult> UpdateItem(DatabaseState* db, const UpdateItemRequest& request, Value* existing);
Result<WriteItemResult> DeleteItem(DatabaseState* db, const DeleteItemRequest& request, Value* existing);

// How large the items of that partition are together. nullopt: the table has no local indexes, so nothing limits them.
std::optional<ItemCollectionMetrics> MetricsOf(DatabaseState* db, const TableSchema& table, const Value& hash);

// A hash key of the item the operation is about. REQUIRES: the operation was carried out.
Value HashOf(const WriteOp& op);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_ITEMS_H_

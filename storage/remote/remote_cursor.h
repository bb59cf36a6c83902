// Query and Scan, page by page: the next page is on its way while this one is read.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_CURSOR_H_
#define PARTON_STORAGE_REMOTE_REMOTE_CURSOR_H_

#include <memory>

#include "storage/remote/remote_catalog.h"

namespace parton::remote {

// `client` and `catalog` outlive it; `ctx` as TableReader::OpenCursor has it.
Result<std::unique_ptr<ItemCursor>> OpenRemoteCursor(DynamoClient* client, RemoteCatalog* catalog,
                                                     const CursorSpec& spec, bool consistent, EvalContext* ctx,
                                                     int slot);

// ExclusiveStartKey of the item with these key attributes; empty: one is not there.
std::string PositionText(const TableSchema& table, const IndexSchema* index, const Value& item);

// Parts of a table as Split() gives them: "2/8".
std::vector<ScanSegment> CutScan(uint64_t bytes, int pieces);

// An error of a read: tables that are not as they were known are forgotten, so the next statement sees them anew.
Status ReadFailed(RemoteCatalog* catalog, const TableSchema& table, Status error);

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_CURSOR_H_

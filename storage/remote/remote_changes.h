// A table's stream: its shards, parents before children, read to their ends.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_CHANGES_H_
#define PARTON_STORAGE_REMOTE_REMOTE_CHANGES_H_

#include <memory>
#include <string>

#include "storage/change_reader.h"
#include "storage/remote/dynamo_client.h"

namespace parton::remote {

// As ChangeReader has it; `client` outlives the cursor.
Result<std::unique_ptr<ChangeCursor>> OpenRemoteChanges(DynamoClient* client, const TableSchema& table,
                                                        const std::string& position);

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_CHANGES_H_

// Schema changes: one at a time, crash-safe, while readers and writers go on.
//
// A change is one synced batch written while no writer is between looking at the catalog and finishing its
// commit (the gate), so a writer sees either the old schema entirely or the new one. The batch records long work,
// which is finished after it: ranges to delete (`doomed`: tombstoned ranges), an index in state kCreating or a TTL
// queue (`pending`) to fill. ResumeDdl finishes it after a crash.
#ifndef PARTON_STORAGE_LOCAL_DDL_H_
#define PARTON_STORAGE_LOCAL_DDL_H_

#include <functional>
#include <string>
#include <string_view>

#include "storage/local/engine.h"
#include "storage/local/key_progress.h"

namespace parton {

// A random one, of version 4.
std::string NewUuid();

// See TableStore.
Result<TablePtr> CreateTable(Engine* engine, TableSchema schema);
Status DropTable(Engine* engine, std::string_view name, const ProgressFn& progress);
Status TruncateTable(Engine* engine, std::string_view name, const ProgressFn& progress);
Status CreateIndex(Engine* engine, std::string_view table, IndexSchema index, const ProgressFn& progress);
// The two halves of CreateIndex. A filling that is cancelled can be done again.
struct NewIndex {
  uint32_t table_id = 0;
  uint32_t index_id = 0;
};
Result<NewIndex> StartIndex(Engine* engine, std::string_view table, IndexSchema index);
Status FillIndex(Engine* engine, const NewIndex& made, const ProgressFn& progress);
Status DropIndex(Engine* engine, std::string_view table, std::string_view index, const ProgressFn& progress);
Status AlterTable(Engine* engine, std::string_view table, const std::function<Status(TableSchema*)>& change);

// Empties and fills an index again from the items: for repair. Writers go on; readers do not use it meanwhile.
Status RebuildIndex(Engine* engine, std::string_view table, std::string_view index, const ProgressFn& progress);

// Empties a table's TTL queue and fills it again.
Status RebuildQueue(Engine* engine, std::string_view table, const ProgressFn& progress);

// Deletes keys that belong to nothing in the catalog: for repair.
Status DeleteStrayRange(Engine* engine, KeySpace space, uint32_t id, const ProgressFn& progress);

// Starts a new stream, as the older change records may not match the items: for repair, after a loss.
Status ForgetFeedHistory(Engine* engine, std::string_view table);

// Writes names and schemas again from memory, and deletes stored schemas that memory does not have: for repair.
Status RewriteCatalog(Engine* engine);

// Finishes doomed ranges and unfinished indexes and queues. Called once, by Open.
Status ResumeDdl(Engine* engine);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_DDL_H_

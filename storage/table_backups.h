// Backups of single tables that a store keeps beside its tables, and tables made again of them or of an earlier moment.
//
// Threads: any, everywhere.
#ifndef PARTON_STORAGE_TABLE_BACKUPS_H_
#define PARTON_STORAGE_TABLE_BACKUPS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "storage/table_store.h"
#include "types/schema/schema.h"

namespace parton {

struct StoredBackup {
  uint32_t id = 0;    // the store's
  std::string label;  // for users; unique
  std::string name;
  int64_t created_ms = 0;
  uint64_t size_bytes = 0;  // DynamoDB's size of the items
  uint64_t item_count = 0;
  TableSchema schema;  // of the table at that moment
};

class TableBackups {
 public:
  virtual ~TableBackups() = default;

  // Copies the items of a table as they are at one moment, while writers go on. A crash leaves nothing. Errors:
  // kNotFound, kCancelled.
  virtual Result<StoredBackup> Create(std::string_view table, const std::string& name,
                                      const StoreProgress& progress) = 0;
  virtual Result<std::vector<StoredBackup>> List() const = 0;  // oldest first
  // It is gone at once; `progress` is of giving back the space. kNotFound: it is gone already.
  virtual Status Drop(uint32_t id, const StoreProgress& progress) = 0;

  // Makes the table `schema` of a backup's items: it is there when its items and index entries are; a crash leaves
  // nothing. Ids are assigned. REQUIRES: its key is the backup's. Errors: kInUse (the name), kCancelled.
  virtual Result<TablePtr> Restore(const StoredBackup& backup, TableSchema schema, const StoreProgress& progress) = 0;
  // The same of what `table` held at `time_ms`. REQUIRES: the table has had point-in-time recovery since then.
  virtual Result<TablePtr> RestoreToTime(const TableSchema& table, int64_t time_ms, TableSchema schema,
                                         const StoreProgress& progress) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_TABLE_BACKUPS_H_

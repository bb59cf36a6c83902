// TableBackups on LevelDB: a backup is a copy of the table's range of items under a number of its own.
//
//   record := version(1 byte) text(label) text(name) signed(created ms) varint(size) varint(items) schema
//
// While ranges are being filled, for a backup or for a table that is made again, they are recorded as pending:
// ResumeDdl deletes what a crash left of them. The batch that makes the backup or the table takes these records away.
#ifndef PARTON_STORAGE_LOCAL_TABLE_BACKUPS_H_
#define PARTON_STORAGE_LOCAL_TABLE_BACKUPS_H_

#include <string>
#include <string_view>
#include <vector>

#include "storage/local/engine.h"
#include "storage/table_backups.h"

namespace parton {

// Of the key and the value of a record. Errors: kCorruption, kOpenFailed.
Result<StoredBackup> DecodeBackup(std::string_view key, std::string_view bytes);

class LocalBackups final : public TableBackups {
 public:
  explicit LocalBackups(Engine* engine) : engine_(engine) {}

  Result<StoredBackup> Create(std::string_view table, const std::string& name, const StoreProgress& progress) override;
  Result<std::vector<StoredBackup>> List() const override;
  Status Drop(uint32_t id, const StoreProgress& progress) override;
  Result<TablePtr> Restore(const StoredBackup& backup, TableSchema schema, const StoreProgress& progress) override;
  Result<TablePtr> RestoreToTime(const TableSchema& table, int64_t time_ms, TableSchema schema,
                                 const StoreProgress& progress) override;

 private:
  Engine* engine_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_TABLE_BACKUPS_H_

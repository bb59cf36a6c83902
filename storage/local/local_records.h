// Records in LevelDB, and their keys (key_layout.h).
#ifndef PARTON_STORAGE_LOCAL_LOCAL_RECORDS_H_
#define PARTON_STORAGE_LOCAL_LOCAL_RECORDS_H_

#include <leveldb/write_batch.h>

#include <string>
#include <vector>

#include "storage/record_store.h"

namespace parton {

class Engine;
struct CatalogState;

// The LevelDB key of a record.
std::string EncodeRecordKey(const RecordKey& key);
// Puts and deletes of all of them.
void AppendRecords(const RecordWrites& writes, leveldb::WriteBatch* batch);
// False: the table of one of them is not there any more.
bool TablesExist(const RecordWrites& writes, const CatalogState& catalog);

class LocalRecords final : public RecordStore {
 public:
  explicit LocalRecords(Engine* engine) : engine_(engine) {}

  Result<std::optional<std::string>> Get(const RecordKey& key) const override;
  Result<std::vector<StoredRecord>> List(const RecordKey& scope, size_t limit) const override;
  Status Write(const RecordWrites& writes) override;

 private:
  Engine* engine_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_LOCAL_RECORDS_H_

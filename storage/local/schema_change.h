// One schema change as a small transaction: the next catalog and one batch; see ddl.h.
#ifndef PARTON_STORAGE_LOCAL_SCHEMA_CHANGE_H_
#define PARTON_STORAGE_LOCAL_SCHEMA_CHANGE_H_

#include <leveldb/write_batch.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/local/bytes/key_layout.h"
#include "storage/local/engine.h"
#include "storage/local/key_progress.h"

namespace parton {

// "Requested resource not found: Table: t not found".
Status TableNotFound(std::string_view name);

// Edit the next state and the batch, then Commit. Holds the gate from the start: no writer is half way.
class SchemaChange {
 public:
  explicit SchemaChange(Engine* engine);

  const TableInfo* Find(std::string_view name) const {
    auto it = next_->by_name.find(name);
    return it == next_->by_name.end() ? nullptr : it->second.get();
  }
  // The catalog as it is, without the change.
  const CatalogState& catalog() const {
    engine_->gate().AssertHeld();
    return engine_->catalog_held();
  }
  leveldb::WriteBatch* batch() { return &batch_; }
  uint32_t NewId() { return engine_->NewId(&batch_); }

  TablePtr Put(StoredTable table);
  // The same for what concerns no writer: those that know the schema as it was go on.
  void PutSameVersion(StoredTable table);
  void Erase(const TableSchema& table);

  // The range (space, id) is to be deleted, after the change.
  void Doom(KeySpace space, uint32_t id);
  // All a table holds. Its change records stay while there are streams that can be read.
  void DoomTable(const StoredTable& table);
  // Remembers the stream of `table`, which is switched off by this change.
  void CloseStream(const TableSchema& table);

  // Synced. After an error nothing is changed.
  Status Commit();
  const std::vector<std::pair<KeySpace, uint32_t>>& doomed() const { return doomed_; }

 private:
  TablePtr Store(StoredTable table);

  Engine* engine_;
  std::unique_lock<Gate> lock_;
  std::shared_ptr<CatalogState> next_;
  leveldb::WriteBatch batch_;
  std::vector<std::pair<KeySpace, uint32_t>> doomed_;
  bool keeps_feed_ = false;
};

// Deletes the range and then the record that it is to be deleted. kCancelled: the rest of it is left.
Status DeleteDoomed(Engine* engine, KeySpace space, uint32_t id, KeyProgress* progress);
// The ranges that a committed change doomed. Nobody sees these keys any more: if it is cancelled, the statement is done
// all the same, and they go when the database is opened again.
Status DeleteDoomed(Engine* engine, const SchemaChange& change, const ProgressFn& fn);

// Whether streams of the table can be read that were switched off.
bool HasClosedStreams(const Engine& engine, uint32_t table_id);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_SCHEMA_CHANGE_H_

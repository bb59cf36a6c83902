// The upkeep of a store that keeps its data itself: counting, checking, repairing, copying.
//
// Threads: any, everywhere.
#ifndef PARTON_STORAGE_MAINTENANCE_H_
#define PARTON_STORAGE_MAINTENANCE_H_

#include <string>
#include <vector>

#include "parton/cache_metrics.h"
#include "parton/status.h"
#include "storage/table_catalog.h"
#include "storage/table_reader.h"

namespace parton {

class Maintenance {
 public:
  virtual ~Maintenance() = default;

  // Of the cache of items; all zero where there is none.
  virtual CacheCounts ItemCacheCounts() const { return {}; }
  // Gives it another size at once; 0 empties it for good.
  virtual void ResizeItemCache(size_t /*bytes*/) {}

  // Exact, by walking it. Error: kCancelled.
  virtual Result<TableStats> Measure(ReadView& view, const TableSchema& table, const IndexSchema* index,
                                     const StoreProgress& progress) = 0;
  // Keeps them durably, in the place of earlier ones. kNotFound: the table is gone.
  virtual Status SaveStatistics(const TableSchema& table, TableStatistics statistics) = 0;

  // Problems found by comparing indexes with items both ways, decoding everything, and the rules of docs/format.md, and
  // by reading every byte of the files; empty = sound. Error: kCancelled.
  virtual Result<std::vector<std::string>> Check(const StoreProgress& progress) = 0;
  // Takes out what cannot be read of the files, and makes the rest fit: rebuilds the indexes and TTL queues that
  // Check() finds wrong. Returns what it did and what was lost, line by line. Error: kCancelled; it can be run again.
  virtual Result<std::vector<std::string>> Repair(const StoreProgress& progress) = 0;

  // Syncs all that was committed before, whatever durability the commits asked for.
  virtual Status Sync() { return Status::Ok(); }

  // 32 random bytes, made at the first call and kept; by a read-only store, as long as it is open. Restore brings back
  // the backup's.
  virtual Result<std::string> Secret() = 0;

  // Copies a snapshot of everything into a new database at `directory`, while writers go on, and reads the copy
  // back. A copy that did not get to its end cannot be opened. Error (kOpenFailed): there is something already.
  virtual Status Backup(const std::string& directory, const StoreProgress& progress) = 0;
  // Takes over everything a backup holds. REQUIRES: no table here (kInUse). A crash leaves an empty database.
  virtual Status Restore(const std::string& directory, const StoreProgress& progress) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_MAINTENANCE_H_

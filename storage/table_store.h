// The seam between executor and storage: tables of items, read through views, changed by atomic writes.
//
// Every store has a catalog, a reader and a writer; filters, projections, conditions and update values cross as data.
// What else it can do it declares as capabilities: snapshots, interactive transactions, a change feed, named records,
// changes of the catalog, upkeep, bulk writes. A statement that needs what a store lacks is refused with an error that
// says so. LocalStore (storage/local/local_store.h), on LevelDB, has all of them but bulk writes.
//
// Threads: a TableStore may be used from any number of threads at once.
#ifndef PARTON_STORAGE_TABLE_STORE_H_
#define PARTON_STORAGE_TABLE_STORE_H_

#include <memory>
#include <string_view>

#include "parton/status.h"
#include "storage/maintenance.h"
#include "storage/record_store.h"
#include "storage/table_catalog.h"
#include "storage/table_reader.h"
#include "storage/table_writer.h"
#include "storage/transactions.h"

namespace parton {

class BulkWriter;    // storage/bulk_writer.h
class FeedStore;     // storage/feed.h
class TableBackups;  // storage/table_backups.h

// What a store can do beside reading and writing; null: it cannot. Owned by the store.
struct StoreCapabilities {
  CatalogAdmin* admin = nullptr;
  SnapshotReads* snapshots = nullptr;
  InteractiveTransactions* transactions = nullptr;
  FeedStore* feed = nullptr;
  RecordStore* records = nullptr;
  Maintenance* maintenance = nullptr;
  TableBackups* backups = nullptr;
  BulkWriter* bulk = nullptr;
};

class TableStore : public Catalog, public TableReader, public TableWriter {
 public:
  // The same at each call.
  virtual StoreCapabilities capabilities() const = 0;

  // A snapshot, where the store has them; else a view of the newest state at each read.
  std::unique_ptr<ReadView> NewView();
  // Error (kUnsupported): the store has no interactive transactions.
  Result<std::unique_ptr<StoreTransaction>> Begin();
  // The capability, or in its place one that refuses each call with kUnsupported (an empty feed that never grows).
  CatalogAdmin& admin() const;
  FeedStore& feed() const;
  RecordStore& records() const;
  Maintenance& maintenance() const;
  TableBackups& backups() const;
};

}  // namespace parton

#endif  // PARTON_STORAGE_TABLE_STORE_H_

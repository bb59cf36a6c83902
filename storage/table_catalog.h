// The tables of a store: looking them up, which every store can, and changing them.
//
// Threads: any, everywhere.
#ifndef PARTON_STORAGE_TABLE_CATALOG_H_
#define PARTON_STORAGE_TABLE_CATALOG_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "types/schema/schema.h"

namespace parton {

// Called now and then with the items done and how many they will be, 0: not known; false cancels.
using StoreProgress = std::function<bool(uint64_t done, uint64_t total)>;

class Catalog {
 public:
  virtual ~Catalog() = default;

  // kNotFound: "Requested resource not found: Table: t not found".
  virtual Result<TablePtr> GetTable(std::string_view name) const = 0;
  virtual std::vector<TablePtr> Tables() const = 0;  // by name
  // Grows with every change of any schema: prepared plans compare it at each execution.
  virtual uint64_t SchemaVersion() const = 0;
  // Whether tables of another database are among these, as NAME.TABLE.
  virtual bool HasDatabase(std::string_view /*name*/) const { return false; }
};

// All changes are durable when the call returns.
class CatalogAdmin {
 public:
  virtual ~CatalogAdmin() = default;

  // Ids, versions and times in `schema` are assigned here. kInUse if it exists.
  virtual Result<TablePtr> CreateTable(TableSchema schema) = 0;
  // Dropping (and truncating a table without a stream) is done at once; `progress` is of giving back the space. If it
  // is cancelled, that is put off to the next opening, and the result is OK. Truncating a table with a stream deletes
  // its items one after the other: kCancelled, some are left.
  virtual Status DropTable(std::string_view name, const StoreProgress& progress = {}) = 0;
  virtual Status TruncateTable(std::string_view name, const StoreProgress& progress = {}) = 0;
  // Fills the index from the existing items while writers go on; items whose key values are unusable are
  // left out. `progress(done, total)` returning false cancels (the index is then removed).
  virtual Status CreateIndex(std::string_view table, IndexSchema index, const StoreProgress& progress) = 0;
  // The same, but returns at once: the index is filled in the background, and is in state kCreating until then. If the
  // store is closed before, that goes on when it is opened.
  virtual Status StartIndex(std::string_view table, IndexSchema index) = 0;
  virtual Status DropIndex(std::string_view table, std::string_view index, const StoreProgress& progress = {}) = 0;
  // Changes everything but keys and indexes (throughput, stream, TTL, options): `change` edits a copy.
  virtual Status AlterTable(std::string_view table, const std::function<Status(TableSchema*)>& change) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_TABLE_CATALOG_H_

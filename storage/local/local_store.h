// The TableStore on LevelDB: a directory, or memory.
#ifndef PARTON_STORAGE_LOCAL_LOCAL_STORE_H_
#define PARTON_STORAGE_LOCAL_LOCAL_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "parton/status.h"
#include "storage/local/store_options.h"
#include "storage/table_store.h"

namespace parton {

// Has every capability. Threads: any.
class LocalStore : public TableStore,
                   public CatalogAdmin,
                   public SnapshotReads,
                   public InteractiveTransactions,
                   public Maintenance {
 public:
  // TableStore has these two for any store.
  using InteractiveTransactions::Begin;
  using SnapshotReads::NewView;

  // Without progress.
  using Maintenance::Check;
  std::vector<std::string> Check() { return Check(StoreProgress()).value(); }
};

// Errors: kLocked (another process holds it), kOpenFailed (no database and create_if_missing is off; a
// directory that holds something else; a newer format), kCorruption, kIoError; each says what to do.
Result<std::unique_ptr<LocalStore>> OpenLocalStore(const StoreOptions& options);

// Of databases that it makes (docs/format.md).
uint64_t LocalFormatVersion();

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_LOCAL_STORE_H_

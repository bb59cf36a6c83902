// Salvage: copies the readable part of a damaged database.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_SALVAGE_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_SALVAGE_H_

#include <string>
#include <vector>

#include "parton/status.h"

namespace parton {

// Copies the database's files from the directory `from` into the new directory `into`, and makes the copy one that
// OpenLocalStore takes: without the records of logs and the blocks of tables that cannot be read, with a MANIFEST made
// from the files. Indexes and queues may not match the items then: TableStore::Repair. `from` is not changed. Returns
// one line for each part that was left out. Errors: kLocked (it is in use), kOpenFailed, kIoError; `into` is removed.
Result<std::vector<std::string>> SalvageStore(const std::string& from, const std::string& into);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_SALVAGE_H_

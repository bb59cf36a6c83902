// BACKUP and RESTORE: copies of everything a database holds, key by key.
//
// A backup is a database of its own. Until it is whole it has a mark, a file beside it and a record in place of the
// format record, which comes last: an unfinished copy cannot be mistaken for one. It is as private as the database:
// its directory and files give no more rights than the original's. A restore only reads the
// backup. It writes its mark first and takes it away last; opening a database with the mark drops what it holds.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_BACKUP_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "parton/status.h"

namespace parton {

class Engine;

// In the directory of a backup that did not get to its end. It is there before anything else, and goes last.
inline constexpr char kUnfinishedBackupFile[] = "BACKUP-UNFINISHED";

// See TableStore.
Status BackupDatabase(Engine* engine, const std::string& directory,
                      const std::function<bool(uint64_t, uint64_t)>& progress);
Status RestoreDatabase(Engine* engine, const std::string& directory,
                       const std::function<bool(uint64_t, uint64_t)>& progress);

// Deletes every key but the format record; the mark of a restore last.
Status DropEverything(Engine* engine);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_BACKUP_H_

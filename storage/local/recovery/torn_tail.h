// Tells the torn ends that a crash leaves in LevelDB's files from damage.
//
// Each record of the MANIFEST, and with synced commits each record of a log, is on disk before the next one begins.
// So after a crash
//   * only the last record of the MANIFEST and of the last log may be bad, in any way: cut short, zeros, garbage,
//     some sectors new and some old. It was never acknowledged: it is cut off;
//   * a bad record with another one after it, or in a log with a later log, is damage. Dropping it
//     would lose acknowledged writes silently: opening fails, and names the place;
//   * a bad last record of the MANIFEST is damage if files are gone that are needed without it: it had taken effect.
// Zeros that were written ahead (zeroed_log_file.h) are no damage, in any log: they are cut off. Other zeros are where
// another log follows.
// With relaxed durability several records may be unsynced, and sectors reach the disk in any order: the log is then cut
// at its first bad record, wherever that is. Logs are synced before the next one begins even so (log_file_env.h).
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_TORN_TAIL_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_TORN_TAIL_H_

#include <leveldb/env.h>

#include <string>

#include "parton/status.h"

namespace parton {

// REQUIRES: the database is not open. Errors: kCorruption for damage, kIoError.
Status CutTornTails(leveldb::Env* env, const std::string& path, bool relaxed);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_TORN_TAIL_H_

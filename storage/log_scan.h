// Tells a log file cut off by a crash from one that was damaged.
//
// A crash may leave anything behind the last synced record; opening drops it. A bad record with good ones
// behind it is no crash: dropping it would lose acknowledged writes without a word.
#ifndef PARTON_STORAGE_LOG_SCAN_H_
#define PARTON_STORAGE_LOG_SCAN_H_

#include <leveldb/env.h>

#include <cstdint>
#include <string>

namespace parton {

struct LogDamage {
  bool inside = false;  // good records follow the bad one
  std::string file;     // the damaged file, if any
  uint64_t offset = 0;  // where the damage starts
};

// Looks through the log files of the LevelDB directory `path`.
LogDamage ScanLogs(leveldb::Env* env, const std::string& path);

}  // namespace parton

#endif  // PARTON_STORAGE_LOG_SCAN_H_

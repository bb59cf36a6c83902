// The files below an open database: CHECK reads every byte of them, and REPAIR takes out what cannot be read.
//
// A block of data that cannot be read is overwritten, where it stands, with a block of the same size that is empty, so
// LevelDB meets it no more, not even with the file open. A lost index, filter or footer is made again in a new file
// of the same size that takes the place of the old one.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_FILE_CHECK_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_FILE_CHECK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/local/engine.h"
#include "storage/local/key_progress.h"
#include "storage/local/recovery/manifest.h"
#include "storage/local/recovery/table_file.h"

namespace parton {

struct DamagedFile {
  std::string name;
  uint64_t size = 0;        // that LevelDB knows
  uint64_t bytes_read = 0;  // less if the file is too short
  TableFile table;
  ManifestFile bounds;  // keys are empty where the MANIFEST does not tell
};

struct FileDamage {
  std::vector<DamagedFile> tables;
  std::vector<std::string> logs;      // damaged logs: their content is in memory, too
  std::vector<std::string> manifest;  // with CURRENT and the MANIFEST: the database may not open again
  bool sound() const { return tables.empty() && logs.empty() && manifest.empty(); }
};

// The bytes of all table files, for progress.
uint64_t BytesOfTableFiles(const Engine& engine);

// Looks at all files of the database. `progress`: how much of them, 0 to 1; false cancels. Error: kCancelled.
Result<FileDamage> FindFileDamage(const Engine& engine, const std::function<bool(double)>& progress);

// A line for each thing that is wrong.
std::vector<std::string> DescribeDamage(const Engine& engine, const FileDamage& damage);

// A stretch of keys that REPAIR took out.
struct TakenOut {
  std::string low, high;  // both included; empty: open
  std::string what;       // in words
  bool lost = true;       // false: nothing was in it, or it could be made again
  bool replaced = false;  // the file is another one now; LevelDB may read the old one until it is closed
};

// Makes the files readable again, without what is lost. kIoError: a file cannot be written.
Result<std::vector<TakenOut>> MendFiles(Engine* engine, FileDamage damage);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_FILE_CHECK_H_

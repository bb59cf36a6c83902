// Reads the files of a database that LevelDB cannot open any more.
//
// Every block and every record is verified. For each key the newest entry counts, by LevelDB's own sequence numbers,
// over all files that the MANIFEST names. Without a MANIFEST that can be trusted all files are used.
//
// Where an entry is lost, an older one of its key may remain in another file, and looks current. So each lost range
// counts the entries that older files have in it.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_DAMAGED_DATABASE_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_DAMAGED_DATABASE_H_

#include <leveldb/env.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "storage/local/recovery/log_batches.h"
#include "storage/local/recovery/manifest.h"
#include "storage/local/recovery/table_file.h"

namespace parton {

// How new the entries of a file are, other than by their sequences: levels, and the numbers of files in level 0.
using FileRank = std::pair<int, uint64_t>;

struct LostRange {
  std::string what;  // "000012.ldb: 2 blocks (32 KB) cannot be read"
  std::string low;   // the keys that were lost lie between these, both included; empty: open
  std::string high;
  FileRank rank;
  uint64_t older_items = 0;    // of older files between them: they may be out of date
  uint64_t older_records = 0;  // the same for what is not an item
};

class DamagedDatabase {
 public:
  DamagedDatabase(leveldb::Env* env, std::string path) : env_(env), path_(std::move(path)) {}

  // Looks at all files. Errors: kOpenFailed (there is no database), kIoError.
  Status Inspect();

  // Calls fn(key, value) for the newest entry of each key, in their order, unless that is a deletion. Fills the counts
  // of lost(). REQUIRES: Inspect().
  Status ForEachNewest(const std::function<Status(std::string_view key, std::string_view value)>& fn);

  const std::vector<LostRange>& lost() const { return lost_; }
  // Other losses, which are not of certain keys: a line each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Table {
    uint64_t number = 0;
    std::string name;
    uint64_t size = 0;
    FileRank rank;
    std::vector<BlockSpan> blocks;
  };

  Status ListFiles();
  void ReadManifest();
  // False if it is not to be trusted.
  bool ReadManifest(const std::string& name);
  size_t MissingTables() const;
  bool HasUnnamedTables() const;
  Status InspectTable(uint64_t number, const std::string& name);
  void AddLost(const std::string& name, const std::vector<LostBlocks>& blocks, const ManifestFile& bounds,
               const FileRank& rank);
  void MissingTable(uint64_t number, const ManifestFile& file);
  Status ReadLogs();
  FileRank RankOf(uint64_t number) const;
  void CountOlder(std::string_view key, const FileRank& rank);

  leveldb::Env* env_;
  const std::string path_;
  std::map<uint64_t, std::string> table_names_, log_names_, manifest_names_;  // by number
  bool manifest_known_ = false;
  Manifest manifest_;
  std::vector<Table> tables_;
  std::vector<LogEntry> log_entries_;
  std::vector<LostRange> lost_;
  std::vector<std::string> notes_;
  // While keys are walked: the ranges of lost_ by their lows, how many of them are passed, and those that hold the
  // key.
  std::vector<LostRange*> by_low_, open_ranges_;
  size_t opened_ = 0;
};

// A file's bytes, at most `size` of them; zeros stand where the disk gives an error.
Result<std::string> ReadFileAsFarAsPossible(leveldb::Env* env, const std::string& path, uint64_t size = UINT64_MAX);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_DAMAGED_DATABASE_H_

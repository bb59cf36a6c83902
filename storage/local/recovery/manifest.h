// What a MANIFEST of LevelDB says (its version_edit.cc): which files make up the database.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_MANIFEST_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_MANIFEST_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace parton {

struct ManifestFile {
  uint32_t level = 0;
  uint64_t size = 0;
  // Internal keys (table_file.h): the first and the last one.
  std::string smallest;
  std::string largest;
};

struct Manifest {
  uint64_t log_number = 0;    // of the oldest log that is still needed: older ones are in table files
  uint64_t previous_log = 0;  // but this one is not; 0: none
  uint64_t last_sequence = 0;
  std::map<uint64_t, ManifestFile> tables;  // by file number
  // A MANIFEST begins with a record of tables alone; until it names a log, its tables are not all there were, and
  // LevelDB opens none that ends there.
  bool names_log = false;
  uint64_t highest_table = 0;  // the highest number of a table that it ever named; numbers grow

  // Adds one record. False if it cannot be read.
  bool Apply(std::string_view record);
};

// The file's number if it is called <number><suffix>, else 0.
uint64_t NumberOfFile(std::string_view name, std::string_view suffix);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_MANIFEST_H_

// Reads files in LevelDB's log format (the logs and the MANIFEST) record by record, and says where they stop being
// good. LevelDB's own reader skips zeros and takes a bad length near the end for the end, without a word.
#ifndef PARTON_STORAGE_LOG_SCAN_H_
#define PARTON_STORAGE_LOG_SCAN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parton {

struct LogScan {
  size_t good_bytes = 0;      // all records before this are good
  bool damaged = false;       // something else follows
  bool begins_again = false;  // behind the damage another record begins, and is good
  size_t records = 0;         // that begin in the good bytes
};

// If `contents` is given, whole records of the good part are added to it.
LogScan ScanLog(std::string_view log, std::vector<std::string>* contents = nullptr);

// A log with all whole records of `log`, also those behind damage. *gaps: the stretches that were left out.
std::string GoodRecords(std::string_view log, size_t* gaps);

}  // namespace parton

#endif  // PARTON_STORAGE_LOG_SCAN_H_

// Reads files in LevelDB's log format (the logs and the MANIFEST) record by record, and finds their first bad record.
// LevelDB's own reader skips zeros and takes a bad length near the end for the end, without a word.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_LOG_SCAN_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_LOG_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parton {

enum class LogKind : uint8_t { kCommits, kManifest };

struct LogScan {
  size_t good_bytes = 0;      // all records before this are good
  bool damaged = false;       // something else follows
  bool begins_again = false;  // a good record follows the damage
  bool zeros_ahead = false;   // the damage is just the zeros of a log that was not closed properly (zeroed_log_file.h)
  size_t records = 0;         // that begin in the good bytes
};

// If `contents` is given, whole records of the good part are added to it. A good record behind damage counts as one
// only where it cannot be part of what a user stored: outside of the bad record's content, and with numbers that fit.
LogScan ScanLog(std::string_view log, std::vector<std::string>* contents = nullptr, LogKind kind = LogKind::kCommits);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_LOG_SCAN_H_

// The commits in a log of LevelDB, also in a damaged one.
//
//   record := u64(sequence) u32(count) entry*
//   entry  := 01 varint(length) key varint(length) value | 00 varint(length) key
//
// Integers are little endian. The sequence of an entry is that of its record plus its position.
// Each record's sequence is the previous one plus the previous count. So a record after damage is known to belong to
// this log, and is not a value that looks like one; and a missing commit leaves a gap.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_LOG_BATCHES_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_LOG_BATCHES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parton {

struct LogEntry {
  std::string key;
  uint64_t sequence = 0;
  bool is_put = false;
  std::string value;
};

struct LogBatches {
  std::vector<LogEntry> entries;  // in the order of their commits
  uint64_t first_sequence = 0;    // of the first record; 0: none
  uint64_t next_sequence = 0;     // after the last one
  size_t gaps = 0;                // places where records are missing
  bool torn = false;              // the last record is not whole, which a crash may have done; not among the gaps
};

// `next_sequence`: the least that the first record must have, 0: not known.
LogBatches ReadLogBatches(std::string_view log, uint64_t next_sequence);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_LOG_BATCHES_H_

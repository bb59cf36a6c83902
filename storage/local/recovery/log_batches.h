// The commits in a log of LevelDB, also in a damaged one.
//
//   record := u64(sequence) u32(count) entry*        little endian; an entry's sequence is the record's plus its
//   position entry  := 01 varint(length) key varint(length) value | 00 varint(length) key
//
// Each record's sequence is the one before it plus its count. So what lies behind damage is known to be of this log,
// and not a value that looks like one, and a commit that is missing leaves a hole.
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
  uint64_t next_sequence = 0;     // behind the last one
  size_t gaps = 0;                // places where records are missing
  bool torn = false;              // the last record is not whole, which a crash may have done; not among the gaps
};

// `next_sequence`: the least that the first record must have, 0: not known.
LogBatches ReadLogBatches(std::string_view log, uint64_t next_sequence);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_LOG_BATCHES_H_

// LevelDB's log format (its doc/log_format.md), in which the logs and the MANIFEST are written.
//
//   log      := block*                       blocks of 32 KiB; the last one may be shorter
//   block    := fragment* zeros              zeros: where too few bytes for a header are left
//   fragment := u32(masked crc32c of type and data) u16(length of data) u8(type) data
//   record   := FULL | FIRST MIDDLE* LAST
//   batch    := u64(sequence of the first operation) u32(count) operation*      a record of a log
//
// Integers are little endian.
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_LOG_FORMAT_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_LOG_FORMAT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/local/bytes/crc32c.h"

namespace parton {

inline constexpr size_t kLogBlock = 32768;
inline constexpr size_t kLogHeader = 7;
inline constexpr size_t kBatchHeader = 12;

// REQUIRES: `bytes` has as many.
inline uint64_t ReadLittleEndian(std::string_view bytes, int count) {
  uint64_t v = 0;
  for (int i = 0; i < count; ++i) v |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << 8 * i;
  return v;
}

struct LogFragment {
  enum Type : uint8_t { kNone = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };
  Type type = kNone;  // kNone: there is no good fragment
  std::string_view data;

  bool begins() const { return type == kFull || type == kFirst; }
  bool ends() const { return type == kFull || type == kLast; }
  size_t size() const { return kLogHeader + data.size(); }
};

inline size_t LogBlockEnd(size_t at) { return (at / kLogBlock + 1) * kLogBlock; }

// The fragment that begins at `at`, if its checksum is right. Its data points into `log`. REQUIRES: at < log.size().
inline LogFragment LogFragmentAt(std::string_view log, size_t at) {
  const size_t block_end = std::min(log.size(), LogBlockEnd(at));
  if (block_end - at < kLogHeader) return {};
  const size_t length = ReadLittleEndian(log.substr(at + 4), 2);
  const auto type = static_cast<uint8_t>(log[at + 6]);
  if (type < LogFragment::kFull || type > LogFragment::kLast || at + kLogHeader + length > block_end) return {};
  if (MaskCrc(ExtendCrc(0, log.substr(at + 6, length + 1))) != ReadLittleEndian(log.substr(at), 4)) return {};
  return {static_cast<LogFragment::Type>(type), log.substr(at + kLogHeader, length)};
}

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_LOG_FORMAT_H_

#include "storage/log_scan.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace parton {

namespace {

// LevelDB's log format (its doc/log_format.md): blocks of 32 KiB; fragments of crc32c(masked) u32, length u16,
// type u8, data; a block's last bytes, too few for a header, are zeros.
constexpr size_t kBlock = 32768;
constexpr size_t kHeader = 7;
enum FragmentType : uint8_t { kNone = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int k = 0; k < 8; ++k) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    table[i] = crc;
  }
  return table;
}();

uint32_t MaskedCrc(std::string_view data) {
  uint32_t crc = 0xffffffffu;
  for (char c : data) crc = kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff] ^ (crc >> 8);
  crc ^= 0xffffffffu;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

uint32_t ReadLittle(std::string_view s, size_t at, int bytes) {
  uint32_t v = 0;
  for (int i = 0; i < bytes; ++i) v |= static_cast<uint32_t>(static_cast<uint8_t>(s[at + i])) << 8 * i;
  return v;
}

struct Fragment {
  FragmentType type = kNone;  // kNone: there is no good fragment
  std::string_view data;
};

Fragment FragmentAt(std::string_view log, size_t at) {
  const size_t block_end = std::min(log.size(), (at / kBlock + 1) * kBlock);
  if (block_end - at < kHeader) return {};
  const size_t length = ReadLittle(log, at + 4, 2);
  const auto type = static_cast<uint8_t>(log[at + 6]);
  if (type < kFull || type > kLast || at + kHeader + length > block_end) return {};
  if (MaskedCrc(log.substr(at + 6, length + 1)) != ReadLittle(log, at, 4)) return {};
  return {static_cast<FragmentType>(type), log.substr(at + kHeader, length)};
}

bool Begins(const Fragment& f) { return f.type == kFull || f.type == kFirst; }

// Where a record begins at or behind `at`, where lengths cannot be trusted any more; the end if none does.
size_t NextBegin(std::string_view log, size_t at) {
  while (at < log.size() && !Begins(FragmentAt(log, at))) ++at;
  return at;
}

void AppendLittle(uint32_t v, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(v >> 8 * i));
}

void AppendRecord(std::string_view record, std::string* log) {
  for (bool first = true; first || !record.empty(); first = false) {
    const size_t left = kBlock - log->size() % kBlock;
    if (left < kHeader) log->append(left, '\0');
    const size_t room = kBlock - log->size() % kBlock - kHeader;
    const std::string_view data = record.substr(0, room);
    record.remove_prefix(data.size());
    const FragmentType type = record.empty() ? (first ? kFull : kLast) : (first ? kFirst : kMiddle);
    std::string checked(1, static_cast<char>(type));
    checked += data;
    AppendLittle(MaskedCrc(checked), 4, log);
    AppendLittle(static_cast<uint32_t>(data.size()), 2, log);
    *log += checked;
  }
}

}  // namespace

LogScan ScanLog(std::string_view log, std::vector<std::string>* contents) {
  LogScan scan;
  std::string record;
  size_t at = 0;
  while (at < log.size()) {
    const size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    const Fragment f = FragmentAt(log, at);
    if (f.type == kNone) {
      scan.damaged = true;
      scan.begins_again = NextBegin(log, at + 1) < log.size();
      break;
    }
    if (Begins(f)) {
      ++scan.records;
      record.clear();
    }
    if (contents != nullptr) {
      record.append(f.data);
      if (f.type == kFull || f.type == kLast) contents->push_back(record);
    }
    at += kHeader + f.data.size();
  }
  scan.good_bytes = std::min(at, log.size());
  return scan;
}

std::string GoodRecords(std::string_view log, size_t* gaps) {
  std::string out, record;
  bool open = false;
  *gaps = 0;
  for (size_t at = 0; at < log.size();) {
    const size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    const Fragment f = FragmentAt(log, at);
    const bool fits = f.type != kNone && Begins(f) != open;
    if (!fits) {
      // Zeros up to the end are room for records that never came.
      if (!open && log.find_first_not_of('\0', at) == std::string_view::npos) break;
      ++*gaps;
      open = false;
      at = NextBegin(log, f.type == kNone ? at + 1 : at);
      continue;
    }
    if (!open) record.clear();
    record.append(f.data);
    open = f.type == kFirst || f.type == kMiddle;
    if (!open) AppendRecord(record, &out);
    at += kHeader + f.data.size();
  }
  if (open) ++*gaps;
  return out;
}

}  // namespace parton

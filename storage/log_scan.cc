#include "storage/log_scan.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace parton {

namespace {

// LevelDB's log format (its doc/log_format.md): blocks of 32 KiB; records of crc32c(masked) u32, length u16,
// type u8, data; a block's last bytes, too few for a header, are zeros.
constexpr size_t kBlock = 32768;
constexpr size_t kHeader = 7;

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

// Length of the good record at `at`, 0 if there is none.
size_t RecordAt(std::string_view log, size_t at) {
  const size_t block_end = std::min(log.size(), (at / kBlock + 1) * kBlock);
  if (block_end - at < kHeader) return 0;
  const size_t length = ReadLittle(log, at + 4, 2);
  const auto type = static_cast<uint8_t>(log[at + 6]);
  if (type < 1 || type > 4 || at + kHeader + length > block_end) return 0;
  if (MaskedCrc(log.substr(at + 6, length + 1)) != ReadLittle(log, at, 4)) return 0;
  return kHeader + length;
}

// False if the log is good up to its end.
bool FindDamage(std::string_view log, LogDamage* damage) {
  bool bad = false;
  size_t at = 0;
  while (at < log.size()) {
    const size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    if (size_t n = RecordAt(log, at); n != 0) {
      if (bad) {
        damage->inside = true;
        return true;
      }
      at += n;
      continue;
    }
    if (!bad) damage->offset = at;
    bad = true;
    // Lengths cannot be trusted any more: look at every byte.
    ++at;
  }
  return bad;
}

}  // namespace

LogDamage ScanLogs(leveldb::Env* env, const std::string& path) {
  std::vector<std::string> files;
  (void)env->GetChildren(path, &files);
  std::erase_if(files, [](const std::string& f) { return !f.ends_with(".log"); });
  std::sort(files.begin(), files.end());
  LogDamage damage;
  for (size_t i = 0; i < files.size(); ++i) {
    std::string log;
    if (!leveldb::ReadFileToString(env, path + "/" + files[i], &log).ok()) continue;
    LogDamage found;
    if (!FindDamage(log, &found)) continue;
    found.file = files[i];
    if (found.inside) return found;
    if (damage.file.empty()) damage = found;
  }
  return damage;
}

}  // namespace parton

#include "storage/local/bytes/crc32c.h"

#include <array>
#include <cstring>

namespace parton {

namespace {

constexpr std::array<uint32_t, 256> kTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int k = 0; k < 8; ++k) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    table[i] = crc;
  }
  return table;
}();

uint32_t ByTable(uint32_t state, std::string_view data) {
  for (char c : data) state = kTable[(state ^ static_cast<uint8_t>(c)) & 0xff] ^ (state >> 8);
  return state;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ByInstruction(uint32_t state, std::string_view data) {
  uint64_t wide = state;
  for (; data.size() >= 8; data.remove_prefix(8)) {
    uint64_t word;
    std::memcpy(&word, data.data(), 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  return ByTable(static_cast<uint32_t>(wide), data);
}
#endif

}  // namespace

uint32_t ExtendCrc(uint32_t crc, std::string_view data) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return ~ByInstruction(~crc, data);
#endif
  return ~ByTable(~crc, data);
}

uint32_t ExtendCrc(uint32_t crc, uint8_t byte) { return ~(kTable[(~crc ^ byte) & 0xff] ^ (~crc >> 8)); }

}  // namespace parton

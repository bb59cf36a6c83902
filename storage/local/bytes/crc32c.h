// The checksums in LevelDB's files.
#ifndef PARTON_STORAGE_LOCAL_BYTES_CRC32C_H_
#define PARTON_STORAGE_LOCAL_BYTES_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace parton {

// The CRC-32C of some bytes followed by `data`; `crc` is that of those bytes, 0 for none.
uint32_t ExtendCrc(uint32_t crc, std::string_view data);
// Adds one byte.
uint32_t ExtendCrc(uint32_t crc, uint8_t byte);

// The stored form, as LevelDB masks it: a checksum of bytes that contain checksums would be weak.
inline uint32_t MaskCrc(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_CRC32C_H_

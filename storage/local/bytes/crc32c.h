// The checksums in LevelDB's files.
#ifndef PARTON_STORAGE_LOCAL_BYTES_CRC32C_H_
#define PARTON_STORAGE_LOCAL_BYTES_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace parton {

// The CRC-32C of some bytes followed by `data`; `crc` is that of those bytes, 0 for none.
uint32_t ExtendCrc(uint32_t crc, std::string_view data);
// Adds one byte, for those who ask after each.
uint32_t ExtendCrc(uint32_t crc, uint8_t byte);

// As it is stored: a checksum of bytes that hold checksums would be weak.
inline uint32_t MaskCrc(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_CRC32C_H_

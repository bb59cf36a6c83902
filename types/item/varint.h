// Variable-length integers: seven bits a byte, low ones first, the high bit says "more follows".
#ifndef PARTON_TYPES_ITEM_VARINT_H_
#define PARTON_TYPES_ITEM_VARINT_H_

#include <cstdint>
#include <cstring>
#include <string>

namespace parton {

template <typename U>
inline void PutVarint(U v, std::string* out) {
  while (v >= 0x80) {
    out->push_back(static_cast<char>(static_cast<uint8_t>(v) | 0x80));
    v >>= 7;
  }
  out->push_back(static_cast<char>(v));
}

template <typename U>
const char* GetVarintSlow(const char* p, const char* end, U* out) {
  constexpr int kBits = static_cast<int>(sizeof(U)) * 8;
  U v = 0;
  for (int shift = 0; p < end && shift < kBits; shift += 7) {
    auto byte = static_cast<uint8_t>(*p++);
    if (shift + 7 > kBits && (byte >> (kBits - shift)) != 0) return nullptr;  // overflow
    v |= static_cast<U>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *out = v;
      return p;
    }
  }
  return nullptr;
}

// Reads one at `p`. Returns the position after it, or null if it is cut off or too long for U.
template <typename U>
inline const char* GetVarint(const char* p, const char* end, U* out) {
  if (p < end && static_cast<uint8_t>(*p) < 0x80) [[likely]] {
    *out = static_cast<uint8_t>(*p);
    return p + 1;
  }
  if (end - p >= 2 && static_cast<uint8_t>(p[1]) < 0x80) {
    *out = static_cast<U>((static_cast<uint8_t>(p[0]) & 0x7f) | static_cast<U>(p[1]) << 7);
    return p + 2;
  }
  return GetVarintSlow(p, end, out);
}

inline const char* SkipVarint(const char* p, const char* end) {
  if (end - p >= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    uint64_t last = ~word & 0x8080808080808080ULL;  // little endian: the lowest is the first end
    if (last != 0) [[likely]]
      return p + (__builtin_ctzll(last) >> 3) + 1;
    p += 8;
  }
  while (p < end) {
    if (static_cast<uint8_t>(*p++) < 0x80) return p;
  }
  return nullptr;
}

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_VARINT_H_

// Decimal digits of 128-bit integers: powers of ten, counting, trimming, printing. For the
// implementation of Number and its codecs; nothing here needs more than 128 bits.
#ifndef PARTON_TYPES_NUMBER_NUMBER_DIGITS_H_
#define PARTON_TYPES_NUMBER_NUMBER_DIGITS_H_

#include <array>
#include <cstdint>

#include "parton/number.h"

namespace parton::digits {

// 10^19 is the largest power of ten in 64 bits, 10^38 the largest in 128.
inline constexpr uint64_t kTen19 = 10'000'000'000'000'000'000ULL;

inline constexpr std::array<uint128_t, 39> kPow10 = [] {
  std::array<uint128_t, 39> powers{};
  uint128_t p = 1;
  for (auto& power : powers) {
    power = p;
    p *= 10;
  }
  return powers;
}();

inline uint128_t Magnitude(int128_t x) { return x < 0 ? -static_cast<uint128_t>(x) : static_cast<uint128_t>(x); }

inline int BitCount(uint128_t x) {
  const auto high = static_cast<uint64_t>(x >> 64);
  if (high != 0) return 128 - __builtin_clzll(high);
  const auto low = static_cast<uint64_t>(x);
  return low == 0 ? 0 : 64 - __builtin_clzll(low);
}

// Decimal digits of x < 10^38; 1 for zero.
inline int Count(uint128_t x) {
  // 1233 / 4096 is log10(2) closely enough for 128 bits.
  const int estimate = (BitCount(x | 1) * 1233) >> 12;
  return estimate + (x >= kPow10[estimate] ? 1 : 0) + (x == 0 ? 1 : 0);
}

// Divides x by ten while that is exact, at most `limit` times. Returns how many times.
// REQUIRES: x != 0, x < 10^38
inline int TrimZeros(uint128_t* x, int limit) {
  // Every factor of ten is a factor of two.
  if ((static_cast<uint64_t>(*x) & 1) != 0 || limit <= 0) return 0;
  int trimmed = 0;
  auto low = static_cast<uint64_t>(*x);
  if (low != *x) {
    const uint128_t quotient = *x / kTen19;
    low = static_cast<uint64_t>(*x - quotient * kTen19);
    if (low != 0 || limit < 19) {
      int zeros = 0;
      while (zeros < limit && low % 10 == 0) {
        low /= 10;
        ++zeros;
      }
      if (zeros > 0) *x /= kPow10[zeros];
      return zeros;
    }
    trimmed = 19;
    low = static_cast<uint64_t>(quotient);
  }
  while (trimmed < limit && low % 10 == 0) {
    low /= 10;
    ++trimmed;
  }
  *x = low;
  return trimmed;
}

// Writes the digits of x < 10^38 to `out` (room for 39 characters), without a terminator. Returns
// their number.
inline int Write(uint128_t x, char* out) {
  const int count = Count(x);
  char* end = out + count;
  auto low = static_cast<uint64_t>(x);
  if (low != x) {
    const uint128_t quotient = x / kTen19;
    low = static_cast<uint64_t>(x - quotient * kTen19);
    for (int i = 0; i < 19; ++i) {
      *--end = static_cast<char>('0' + low % 10);
      low /= 10;
    }
    low = static_cast<uint64_t>(quotient);
  }
  while (end > out) {
    *--end = static_cast<char>('0' + low % 10);
    low /= 10;
  }
  return count;
}

}  // namespace parton::digits

#endif  // PARTON_TYPES_NUMBER_NUMBER_DIGITS_H_

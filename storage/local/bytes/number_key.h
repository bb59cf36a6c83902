// Numbers as order-preserving key bytes.
//
// The order of the bytes (memcmp, shorter prefix first) is the order of the numbers; equal numbers
// (1, 1.0, 10E-1) have the same bytes; no encoding is a prefix of another, so anything may follow.
//
//   zero      0x80
//   positive  exponent digit...
//   negative  all bytes of the encoding of the magnitude, complemented
//
// The magnitude is 0.d1 d2 ... dn * 100^E in base 100, with d1 and dn not zero.
//   exponent  one byte 0x82 + (E + 61) for -61 <= E <= 61, which is 1E-123 .. 9.9E121;
//             0x81 and two bytes E + 0x8000, big endian, for smaller E; 0xfd and the same for
//             larger
//   digit     2 * d + 1 if more digits follow, 2 * d for the last one
//
// 7 takes 2 bytes, 1234 and 12.34 take 3, 38 digits 20 or 21. The first byte is never
// 0x00, 0x01, 0xfe or 0xff. Example: 1234 is E = 2: c1 19 44; -1234 is 3e e6 bb.
#ifndef PARTON_STORAGE_LOCAL_BYTES_NUMBER_KEY_H_
#define PARTON_STORAGE_LOCAL_BYTES_NUMBER_KEY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parton/number.h"

namespace parton {

// Appends the key bytes of `n` to `*out`.
void AppendNumberKey(const Number& n, std::string* out);
// The same for an integer, quicker.
void AppendIntegerKey(int64_t i, std::string* out);

// Reads a number (in normal form) from the front of `*in`, advancing it. False if the bytes are not
// what AppendNumberKey writes; `*in` and `*out` are unspecified then.
bool ParseNumberKey(std::string_view* in, Number* out);

// Advances `*in` past a number key. False if there is none.
bool SkipNumberKey(std::string_view* in);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_NUMBER_KEY_H_

// Numbers as bytes inside a stored item: compact and quick to read, not in numeric order (for that
// see storage/local/bytes/number_key.h). The scale is not kept: 1.50 reads back as 1.5, as DynamoDB has it.
//
//   kInteger:  varint(zigzag(value))                         integers within int64, 1 to 10 bytes
//   kDecimal:  varint(zigzag(exponent)) length coefficient   length: 1 byte, 1 to 16; coefficient:
//                                                            little endian two's complement,
//                                                            shortest
//
// The form is not part of the bytes: the caller keeps it in the tag of the attribute. Equal numbers
// have the same form and the same bytes.
#ifndef PARTON_TYPES_NUMBER_NUMBER_CODEC_H_
#define PARTON_TYPES_NUMBER_NUMBER_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parton/number.h"

namespace parton {

enum class NumberForm : uint8_t { kInteger, kDecimal };

inline NumberForm NumberFormOf(const Number& n) { return n.FitsInt64() ? NumberForm::kInteger : NumberForm::kDecimal; }

inline uint64_t ZigZag(int64_t i) { return (static_cast<uint64_t>(i) << 1) ^ static_cast<uint64_t>(i >> 63); }
inline int64_t UnZigZag(uint64_t u) { return static_cast<int64_t>(u >> 1) ^ -static_cast<int64_t>(u & 1); }

// The kInteger form.
void AppendIntegerValue(int64_t i, std::string* out);

// `n` in the form NumberFormOf(n).
void AppendNumberValue(const Number& n, std::string* out);

// Reads a varint of at most 64 bits from the front of `*in`. False (and `*in` unspecified) if the
// bytes are damaged.
inline bool ReadVarint64(std::string_view* in, uint64_t* out) {
  const auto* p = reinterpret_cast<const unsigned char*>(in->data());
  const size_t size = in->size();
  if (size > 0 && p[0] < 0x80) {
    *out = p[0];
    in->remove_prefix(1);
    return true;
  }
  uint64_t value = 0;
  for (size_t i = 0; i < size && i < 10; ++i) {
    const uint64_t byte = p[i];
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (i == 9 && byte > 1) return false;
      *out = value;
      in->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

// Reads the kInteger form from the front of `*in`, advancing it. False if the bytes are damaged.
inline bool ReadIntegerValue(std::string_view* in, int64_t* out) {
  uint64_t bits;
  if (!ReadVarint64(in, &bits)) return false;
  *out = UnZigZag(bits);
  return true;
}

// Reads either form from the front of `*in`, advancing it. False if the bytes are damaged.
bool ReadNumberValue(NumberForm form, std::string_view* in, Number* out);

// Advances `*in` past a number without reading it. False if the bytes are damaged.
bool SkipNumberValue(NumberForm form, std::string_view* in);

}  // namespace parton

#endif  // PARTON_TYPES_NUMBER_NUMBER_CODEC_H_

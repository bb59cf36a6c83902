// The bytes of single values inside an encoded item; the grammar is in item_codec.h.
#ifndef PARTON_TYPES_ITEM_RAW_VALUE_H_
#define PARTON_TYPES_ITEM_RAW_VALUE_H_

#include <cstdint>
#include <string_view>

#include "parton/value.h"
#include "types/item/item_codec.h"
#include "types/item/varint.h"
#include "types/number/number_codec.h"

namespace parton::raw {

// Behind the value at `p`; null if it is malformed.
[[gnu::always_inline]] inline const char* Skip(const char* p, const char* end) {
  static_assert(static_cast<int>(ItemTag::kBinarySet) == static_cast<int>(ItemTag::kString) + 6);
  if (p >= end) return nullptr;
  auto tag = static_cast<ItemTag>(*p++);
  if (tag >= ItemTag::kString && tag <= ItemTag::kBinarySet) [[likely]] {
    uint64_t n;
    p = GetVarint(p, end, &n);
    return p == nullptr || n > static_cast<uint64_t>(end - p) ? nullptr : p + n;
  }
  if (tag == ItemTag::kInt) return SkipVarint(p, end);
  if (tag == ItemTag::kNumber) {
    p = SkipVarint(p, end);
    if (p == nullptr || p >= end) return nullptr;
    uint64_t n = static_cast<uint8_t>(*p++);
    return n > static_cast<uint64_t>(end - p) ? nullptr : p + n;
  }
  return tag >= ItemTag::kNull && tag <= ItemTag::kFalse ? p : nullptr;
}

// REQUIRES for all below: p < end.
inline ItemTag TagAt(const char* p) { return static_cast<ItemTag>(*p); }

// The integer at `p`. REQUIRES: its tag is kInt. False: it is malformed.
inline bool IntAt(const char* p, const char* end, int64_t* out) {
  uint64_t bits;
  if (GetVarint(p + 1, end, &bits) == nullptr) return false;
  *out = UnZigZag(bits);
  return true;
}

// The string or binary at `p`. REQUIRES: its tag is one of those. False: it is malformed.
inline bool BytesAt(const char* p, const char* end, std::string_view* out) {
  uint64_t n;
  p = GetVarint(p + 1, end, &n);
  if (p == nullptr || n > static_cast<uint64_t>(end - p)) return false;
  *out = std::string_view(p, n);
  return true;
}

// The value at `p`, as ItemView::Get gives it: its bytes are borrowed; MISSING if it is malformed.
inline Value ValueAt(const char* p, const char* end) {
  if (TagAt(p) == ItemTag::kInt) {
    int64_t i;
    return IntAt(p, end, &i) ? Value::Int(i) : Value::Missing();
  }
  if (TagAt(p) == ItemTag::kString) {
    std::string_view s;
    return BytesAt(p, end, &s) ? Value::Borrowed(Type::kString, s) : Value::Missing();
  }
  return DecodeRaw(std::string_view(p, static_cast<size_t>(end - p)));
}

}  // namespace parton::raw

#endif  // PARTON_TYPES_ITEM_RAW_VALUE_H_

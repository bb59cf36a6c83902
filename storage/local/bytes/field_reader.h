// Reads the fields of a stored record from its start.
#ifndef PARTON_STORAGE_LOCAL_BYTES_FIELD_READER_H_
#define PARTON_STORAGE_LOCAL_BYTES_FIELD_READER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "types/item/varint.h"
#include "types/number/number_codec.h"

namespace parton {

inline void PutText(std::string_view text, std::string* out) {
  PutVarint(text.size(), out);
  out->append(text);
}
inline void PutSigned(int64_t v, std::string* out) { PutVarint(ZigZag(v), out); }

// Every function is false once a field does not fit, and leaves *out as it was.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : p_(bytes.data()), end_(p_ + bytes.size()) {}

  bool Number(uint64_t* out) {
    uint64_t v = 0;
    p_ = p_ == nullptr ? nullptr : GetVarint(p_, end_, &v);
    if (p_ != nullptr) *out = v;
    return p_ != nullptr;
  }
  bool Signed(int64_t* out) {
    uint64_t v = 0;
    if (!Number(&v)) return false;
    *out = UnZigZag(v);
    return true;
  }
  bool Byte(uint8_t* out) {
    if (p_ == nullptr || p_ == end_) {
      p_ = nullptr;
      return false;
    }
    *out = static_cast<uint8_t>(*p_++);
    return true;
  }
  bool Text(std::string* out) {
    uint64_t n = 0;
    if (!Number(&n) || n > static_cast<uint64_t>(end_ - p_)) {
      p_ = nullptr;
      return false;
    }
    out->assign(p_, n);
    p_ += n;
    return true;
  }
  // REQUIRES: everything before fitted.
  std::string Rest() const { return {p_, end_}; }
  bool AtEnd() const { return p_ == end_; }

 private:
  const char* p_;
  const char* end_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_BYTES_FIELD_READER_H_

// The bytes of a number inside a stored item; the grammar is in number_codec.h.
#include "types/number/number_codec.h"

#include "types/number/number_digits.h"

namespace parton {

namespace {

void AppendVarint64(uint64_t value, std::string* out) {
  char buffer[10];
  size_t n = 0;
  while (value >= 0x80) {
    buffer[n++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  buffer[n++] = static_cast<char>(value);
  out->append(buffer, n);
}

}  // namespace

void AppendIntegerValue(int64_t i, std::string* out) { AppendVarint64(ZigZag(i), out); }

void AppendNumberValue(const Number& n, std::string* out) {
  int64_t small;
  if (n.TryInt64(&small)) {
    AppendIntegerValue(small, out);
    return;
  }
  const Number normal = n.Normalized();
  AppendVarint64(ZigZag(normal.exponent()), out);
  const int128_t coefficient = normal.coefficient();
  char buffer[17];
  size_t length = 0;
  int128_t rest = coefficient;
  // As many bytes as leave the sign readable in the last one.
  bool complete = false;
  while (!complete) {
    const auto byte = static_cast<int8_t>(static_cast<uint8_t>(rest));
    buffer[++length] = static_cast<char>(byte);
    rest >>= 8;
    complete = rest == (byte < 0 ? -1 : 0);
  }
  buffer[0] = static_cast<char>(length);
  out->append(buffer, length + 1);
}

bool ReadNumberValue(NumberForm form, std::string_view* in, Number* out) {
  if (form == NumberForm::kInteger) {
    int64_t i;
    if (!ReadIntegerValue(in, &i)) return false;
    *out = Number(i);
    return true;
  }
  uint64_t bits;
  if (!ReadVarint64(in, &bits) || in->empty()) return false;
  const int64_t exponent = UnZigZag(bits);
  const auto length = static_cast<size_t>(static_cast<unsigned char>(in->front()));
  if (length == 0 || length > 16 || in->size() < length + 1) return false;
  const auto* p = reinterpret_cast<const unsigned char*>(in->data());
  auto value = static_cast<uint128_t>(static_cast<int128_t>(static_cast<int8_t>(p[length])));
  for (size_t i = length - 1; i > 0; --i) value = (value << 8) | p[i];
  in->remove_prefix(length + 1);
  const auto coefficient = static_cast<int128_t>(value);
  constexpr int64_t kLowest = -Number::kExponentLimit - Number::kMaxDigits;
  if (digits::Magnitude(coefficient) > static_cast<uint128_t>(Number::kMaxCoefficient) || exponent < kLowest ||
      exponent > Number::kExponentLimit) {
    return false;
  }
  const Number n = Number::FromParts(coefficient, static_cast<int32_t>(exponent));
  if (n.IsZero()) return false;  // always of the other form
  const int32_t first = n.AdjustedExponent();
  if (first > Number::kExponentLimit || first < -Number::kExponentLimit) return false;
  *out = n;
  return true;
}

bool SkipNumberValue(NumberForm form, std::string_view* in) {
  uint64_t ignored;
  if (!ReadVarint64(in, &ignored)) return false;
  if (form == NumberForm::kInteger) return true;
  if (in->empty()) return false;
  const size_t length = static_cast<unsigned char>(in->front());
  if (length == 0 || length > 16 || in->size() < length + 1) return false;
  in->remove_prefix(length + 1);
  return true;
}

}  // namespace parton

// Order-preserving bytes of numbers; the grammar is in number_key.h.
#include "storage/local/bytes/number_key.h"

#include <cstdint>

#include "types/number/number_digits.h"

namespace parton {

namespace {

using Byte = unsigned char;

constexpr Byte kZero = 0x80;
constexpr Byte kFarBelow = 0x81;
constexpr Byte kFirstNear = 0x82;
constexpr int kNear = 61;
constexpr Byte kFarAbove = kFirstNear + 2 * kNear + 1;
constexpr int kFarBias = 0x8000;
constexpr int kMaxBase100 = 20;  // 38 digits that begin in the middle of a pair

// Base-100 digits of a number other than zero, and how many there are.
struct Base100 {
  int exponent = 0;
  int count = 0;
  Byte digit[kMaxBase100];
};

int FloorHalf(int x) { return x >= 0 ? x / 2 : (x - 1) / 2; }

Base100 Split(const Number& n) {
  Base100 out;
  char text[40];
  uint128_t magnitude = digits::Magnitude(n.coefficient());
  const int32_t exponent = n.exponent() + digits::TrimZeros(&magnitude, Number::kMaxDigits);
  const int count = digits::Write(magnitude, text);
  const int first = exponent + count - 1;
  out.exponent = FloorHalf(first) + 1;
  const char* p = text;
  const char* end = text + count;
  // A pair has its first digit at an odd power of ten.
  if ((first & 1) == 0) out.digit[out.count++] = static_cast<Byte>(*p++ - '0');
  while (p < end) {
    const int high = *p++ - '0';
    const int low = p < end ? *p++ - '0' : 0;
    out.digit[out.count++] = static_cast<Byte>(high * 10 + low);
  }
  return out;
}

}  // namespace

void AppendNumberKey(const Number& n, std::string* out) {
  if (n.IsZero()) {
    out->push_back(static_cast<char>(kZero));
    return;
  }
  const Base100 number = Split(n);
  Byte bytes[3 + kMaxBase100];
  size_t size = 0;
  if (number.exponent >= -kNear && number.exponent <= kNear) {
    bytes[size++] = static_cast<Byte>(kFirstNear + kNear + number.exponent);
  } else {
    const int biased = number.exponent + kFarBias;
    bytes[size++] = number.exponent < 0 ? kFarBelow : kFarAbove;
    bytes[size++] = static_cast<Byte>(biased >> 8);
    bytes[size++] = static_cast<Byte>(biased & 0xff);
  }
  for (int i = 0; i < number.count; ++i) {
    bytes[size++] = static_cast<Byte>(2 * number.digit[i] + (i + 1 < number.count ? 1 : 0));
  }
  if (n.Sign() < 0) {
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<Byte>(~bytes[i]);
  }
  out->append(reinterpret_cast<const char*>(bytes), size);
}

void AppendIntegerKey(int64_t i, std::string* out) {
  if (i == 0) {
    out->push_back(static_cast<char>(kZero));
    return;
  }
  Byte bytes[1 + 10];
  Byte* p = bytes + sizeof(bytes);
  const Byte mask = i < 0 ? 0xff : 0x00;
  uint64_t rest = i < 0 ? -static_cast<uint64_t>(i) : static_cast<uint64_t>(i);
  int exponent = 0;
  bool last = true;  // the last digit that is not zero is still to come
  for (; rest != 0; rest /= 100, ++exponent) {
    const auto digit = static_cast<Byte>(rest % 100);
    if (last && digit == 0) continue;
    *--p = static_cast<Byte>((2 * digit + (last ? 0 : 1)) ^ mask);
    last = false;
  }
  *--p = static_cast<Byte>((kFirstNear + kNear + exponent) ^ mask);
  out->append(reinterpret_cast<const char*>(p), static_cast<size_t>(bytes + sizeof(bytes) - p));
}

bool ParseNumberKey(std::string_view* in, Number* out) {
  if (in->empty()) return false;
  const auto* p = reinterpret_cast<const Byte*>(in->data());
  const Byte* const begin = p;
  const Byte* const end = p + in->size();
  if (*p == kZero) {
    *out = Number();
    in->remove_prefix(1);
    return true;
  }
  const bool negative = *p < kZero;
  const Byte mask = negative ? 0xff : 0x00;
  const Byte head = *p++ ^ mask;
  int exponent;
  if (head >= kFirstNear && head < kFarAbove) {
    exponent = head - kFirstNear - kNear;
  } else if ((head == kFarBelow || head == kFarAbove) && end - p >= 2) {
    exponent = (((p[0] ^ mask) << 8) | (p[1] ^ mask)) - kFarBias;
    p += 2;
    if (head == kFarBelow ? exponent >= -kNear : exponent <= kNear) return false;
  } else {
    return false;
  }
  uint128_t magnitude = 0;
  int count = 0;  // of base-100 digits
  bool more = true;
  int first = 0;
  int last = 0;
  while (more) {
    if (p == end || count == kMaxBase100) return false;
    const Byte byte = *p++ ^ mask;
    last = byte >> 1;
    more = (byte & 1) != 0;
    if (last > 99) return false;
    if (count++ == 0) first = last;
    // The twentieth digit may be the half of one; see below.
    if (count == kMaxBase100) break;
    magnitude = magnitude * 100 + static_cast<unsigned>(last);
  }
  if (more || first == 0 || last == 0) return false;
  int places = 2 * (exponent - count);  // the power of ten of the last digit
  if (last % 10 == 0) {
    // The lower half of the last pair is no digit of the number.
    magnitude = count == kMaxBase100 ? magnitude * 10 + static_cast<unsigned>(last / 10) : magnitude / 10;
    ++places;
  } else if (count == kMaxBase100) {
    return false;  // 39 digits at least
  }
  if (count == kMaxBase100 && first >= 10) return false;
  if (magnitude > static_cast<uint128_t>(Number::kMaxCoefficient)) return false;
  const int leading = places + digits::Count(magnitude) - 1;
  if (leading > Number::kExponentLimit || leading < -Number::kExponentLimit) return false;
  const auto coefficient = static_cast<int128_t>(magnitude);
  *out = Number::FromParts(negative ? -coefficient : coefficient, places);
  in->remove_prefix(static_cast<size_t>(p - begin));
  return true;
}

bool SkipNumberKey(std::string_view* in) {
  Number ignored;
  return ParseNumberKey(in, &ignored);
}

}  // namespace parton

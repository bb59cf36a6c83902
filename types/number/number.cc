// Number: what needs neither text nor wide intermediates: normal form, order, hash, rounding,
// conversion to integers, DynamoDB's limits. See include/parton/number.h.
#include "parton/number.h"

#include <algorithm>

#include "types/number/number_digits.h"

namespace parton {

using digits::kPow10;
using digits::Magnitude;

namespace {

int128_t Signed(bool negative, uint128_t magnitude) {
  const auto value = static_cast<int128_t>(magnitude);
  return negative ? -value : value;
}

uint64_t Mix(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  x ^= x >> 32;
  return x;
}

// The integer next to quotient + remainder / divisor in the sense of `mode`, on magnitudes.
// `half` is the sign of the comparison of the remainder with half a divisor.
uint128_t RoundedMagnitude(uint128_t quotient, bool exact, int half, bool negative, RoundMode mode) {
  if (exact) return quotient;
  bool up = false;
  switch (mode) {
    case RoundMode::kHalfEven: up = half > 0 || (half == 0 && (quotient & 1) != 0); break;
    case RoundMode::kHalfUp: up = half >= 0; break;
    case RoundMode::kDown: break;
    case RoundMode::kUp: up = true; break;
    case RoundMode::kFloor: up = negative; break;
    case RoundMode::kCeiling: up = !negative; break;
  }
  return quotient + (up ? 1 : 0);
}

}  // namespace

Number Number::Normalized() const {
  if (coefficient_ == 0) return Number();
  uint128_t magnitude = Magnitude(coefficient_);
  const int zeros = digits::TrimZeros(&magnitude, kMaxDigits);
  if (zeros == 0) return *this;
  return Number(Signed(coefficient_ < 0, magnitude), exponent_ + zeros);
}

int Number::DigitCount() const { return digits::Count(Magnitude(coefficient_)); }

int Number::SignificantDigits() const { return coefficient_ == 0 ? 0 : Normalized().DigitCount(); }

bool Number::IsIntegral() const {
  if (exponent_ >= 0 || coefficient_ == 0) return true;
  const int places = -exponent_;
  if (places >= kMaxDigits) return false;
  const uint128_t magnitude = Magnitude(coefficient_);
  // A multiple of 10^n is a multiple of 2^n: the cheap test that nearly all fractions fail.
  if ((magnitude & ((static_cast<uint128_t>(1) << places) - 1)) != 0) return false;
  return magnitude % kPow10[places] == 0;
}

bool Number::ToInt64Slow(int64_t* out) const {
  if (coefficient_ == 0) {
    *out = 0;
    return true;
  }
  int128_t value = coefficient_;
  if (exponent_ > 0) {
    if (exponent_ > 18 || !CoefficientIsSmall()) return false;
    value *= static_cast<int128_t>(kPow10[exponent_]);  // < 2^63 * 10^18 < 2^127
  } else if (exponent_ < 0) {
    if (!IsIntegral()) return false;
    value /= static_cast<int128_t>(kPow10[-exponent_]);
  }
  *out = static_cast<int64_t>(value);
  return *out == value;
}

int Number::CompareSlow(const Number& a, const Number& b) {
  const int sign = a.Sign();
  if (sign != b.Sign()) return sign < b.Sign() ? -1 : 1;
  if (sign == 0) return 0;
  const int32_t first_a = a.AdjustedExponent();
  const int32_t first_b = b.AdjustedExponent();
  if (first_a != first_b) return first_a < first_b ? -sign : sign;
  // The first digits stand at the same power of ten, so both have at most 38 digits at the lower
  // exponent as well.
  int128_t x = a.coefficient_;
  int128_t y = b.coefficient_;
  if (a.exponent_ > b.exponent_) {
    x *= static_cast<int128_t>(kPow10[a.exponent_ - b.exponent_]);
  } else {
    y *= static_cast<int128_t>(kPow10[b.exponent_ - a.exponent_]);
  }
  return x < y ? -1 : x > y;
}

uint64_t Number::Hash() const {
  // Integers of 64 bits hash by value, all others by their normal form.
  int64_t small;
  if (TryInt64(&small)) return Mix(static_cast<uint64_t>(small) + 0x9e3779b97f4a7c15ULL);
  const Number n = Normalized();
  const auto bits = static_cast<uint128_t>(n.coefficient_);
  uint64_t h = Mix(static_cast<uint64_t>(bits) ^ 0x5851f42d4c957f2dULL);
  h = Mix(h + static_cast<uint64_t>(bits >> 64));
  return Mix(h + static_cast<uint64_t>(static_cast<int64_t>(n.exponent_)));
}

Number Number::Round(int32_t scale, RoundMode mode) const {
  scale = std::max(scale, -kExponentLimit);
  if (exponent_ >= -scale) return *this;
  const bool negative = coefficient_ < 0;
  const uint128_t magnitude = Magnitude(coefficient_);
  const int32_t dropped = -scale - exponent_;
  uint128_t quotient = 0;
  bool exact = magnitude == 0;
  int half = -1;  // beyond 38 digits nothing reaches half a unit
  if (dropped <= kMaxDigits) {
    const uint128_t unit = kPow10[dropped];
    quotient = magnitude / unit;
    const uint128_t remainder = magnitude - quotient * unit;
    exact = remainder == 0;
    const uint128_t middle = unit / 2;
    half = remainder < middle ? -1 : remainder > middle;
  }
  const uint128_t rounded = RoundedMagnitude(quotient, exact, half, negative, mode);
  if (rounded == 0) return Number(0, std::min(0, -scale));
  return Number(Signed(negative, rounded), -scale);
}

Result<Number> Number::Rescale(int32_t scale, RoundMode mode) const {
  const Number rounded = Round(scale, mode);
  if (rounded.exponent_ == -scale) return rounded;
  if (rounded.coefficient_ == 0) return Number(0, scale > kMaxDigits ? -kMaxDigits : -scale);
  const int64_t added = static_cast<int64_t>(rounded.exponent_) + scale;
  if (added < 0 || added + rounded.DigitCount() > kMaxDigits) {
    return Status::Validation("the number " + ToText() + " with " + std::to_string(scale) +
                              " digits after the point has more than 38 digits");
  }
  return Number(rounded.coefficient_ * static_cast<int128_t>(kPow10[added]), -scale);
}

Status Number::CheckDynamoRange() const {
  if (coefficient_ == 0 || ExponentIsEasy()) return Status();
  const int32_t first = AdjustedExponent();
  if (first > kDynamoMaxExponent) {
    return Status::Validation(
        "Number overflow. Attempting to store a number with magnitude larger than supported "
        "range");
  }
  if (first < kDynamoMinExponent) {
    return Status::Validation(
        "Number underflow. Attempting to store a number with magnitude smaller than supported "
        "range");
  }
  return Status();
}

int Number::DynamoSize() const {
  if (coefficient_ == 0) return 1;
  const Number n = Normalized();
  const int count = n.DigitCount();
  const int fraction = n.exponent_ >= 0 ? 0 : std::min(count, -n.exponent_);
  const int integer = count - fraction;
  return 1 + (integer + 1) / 2 + (fraction + 1) / 2 + (n.coefficient_ < 0 ? 1 : 0);
}

}  // namespace parton

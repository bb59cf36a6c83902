// Number's arithmetic beyond the inline cases. Everything works on magnitudes with an explicit
// sign; intermediates have 256 bits (77 digits), powers 512. A result that was cut off on the way
// carries a last digit 1 behind all kept ones ("sticky"), so that the one final rounding is
// correct.
#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "parton/number.h"
#include "types/number/number_digits.h"

namespace parton {

using digits::kPow10;
using digits::Magnitude;

namespace {

namespace mp = boost::multiprecision;
template <unsigned kBits>
using Unsigned = mp::number<mp::cpp_int_backend<kBits, kBits, mp::unsigned_magnitude, mp::unchecked, void>>;
using U256 = Unsigned<256>;
using U512 = Unsigned<512>;

// Digits that always fit: 10^77 < 2^256.
constexpr int kWideDigits = 77;
constexpr int kMaxDigits = Number::kMaxDigits;
constexpr auto kMaxMagnitude = static_cast<uint128_t>(Number::kMaxCoefficient);

template <typename Wide = U256>
Wide Widen(uint128_t x) {
  Wide wide = static_cast<uint64_t>(x >> 64);
  wide <<= 64;
  wide |= static_cast<uint64_t>(x);
  return wide;
}

// REQUIRES: x < 2^128
template <typename Wide>
uint128_t Narrow(const Wide& x) {
  static const Wide kLow = 0xffff'ffff'ffff'ffffULL;
  const auto low = static_cast<uint64_t>(Wide(x & kLow));
  const auto high = static_cast<uint64_t>(Wide(x >> 64));
  return (static_cast<uint128_t>(high) << 64) | low;
}

// 10^n. REQUIRES: 0 <= n, and the power fits.
template <typename Wide = U256>
const Wide& WidePow10(int n) {
  constexpr int kCount = std::is_same_v<Wide, U256> ? kWideDigits + 1 : 155;
  static const auto* const kPowers = [] {
    auto* powers = new std::array<Wide, kCount>();
    Wide p = 1;
    for (int i = 0; i < kCount; ++i) {
      (*powers)[static_cast<size_t>(i)] = p;
      if (i + 1 < kCount) p *= 10;
    }
    return powers;
  }();
  return (*kPowers)[static_cast<size_t>(n)];
}

// Decimal digits of x; 1 for zero.
template <typename Wide>
int WideDigitCount(const Wide& x) {
  if (x == 0) return 1;
  const int bits = static_cast<int>(mp::msb(x)) + 1;
  const int estimate = static_cast<int>(bits * 30103LL / 100000);
  return estimate + (x >= WidePow10<Wide>(estimate) ? 1 : 0);
}

int128_t Signed(bool negative, uint128_t magnitude) {
  const auto value = static_cast<int128_t>(magnitude);
  return negative ? -value : value;
}

Status OutOfLimits(bool overflow) {
  return Status::Validation(overflow ? "numeric overflow: the result is too large for a decimal"
                                     : "numeric underflow: the result is too small for a decimal");
}

Status DivisionByZero() { return Status::Validation("division by zero"); }

// The number of this sign, magnitude < 10^38 and exponent, after the checks that `r` asks for.
Result<Number> Checked(bool negative, uint128_t magnitude, int64_t exponent, Rounding r) {
  if (magnitude == 0) {
    const int64_t lowest = -(kMaxDigits - 1);
    return Number::FromParts(0, static_cast<int32_t>(std::clamp<int64_t>(exponent, lowest, 0)));
  }
  const int64_t first = exponent + digits::Count(magnitude) - 1;
  if (first > Number::kExponentLimit || first < -Number::kExponentLimit) {
    return OutOfLimits(first > 0);
  }
  const Number n = Number::FromParts(Signed(negative, magnitude), static_cast<int32_t>(exponent));
  if (r == Rounding::kExact) PARTON_RETURN_IF_ERROR(n.CheckDynamoRange());
  return n;
}

// The same for any magnitude: cut to 38 digits, half even or with an error as `r` says.
template <typename Wide>
Result<Number> Finish(bool negative, const Wide& magnitude, int64_t exponent, Rounding r) {
  const int dropped = WideDigitCount(magnitude) - kMaxDigits;
  if (dropped <= 0) return Checked(negative, Narrow(magnitude), exponent, r);
  Wide quotient;
  Wide remainder;
  const Wide& unit = WidePow10<Wide>(dropped);
  mp::divide_qr(magnitude, unit, quotient, remainder);
  uint128_t kept = Narrow(quotient);
  exponent += dropped;
  if (remainder != 0) {
    if (r == Rounding::kExact) {
      return Status::Validation("Attempting to store more than 38 significant digits in a Number");
    }
    remainder <<= 1;  // < 2 * 10^(77 - 38) here, or far below 2^512
    if (remainder > unit || (remainder == unit && (kept & 1) != 0)) ++kept;
    if (kept > kMaxMagnitude) {
      kept = kPow10[kMaxDigits - 1];
      ++exponent;
    }
  }
  return Checked(negative, kept, exponent, r);
}

// Brings the exponent as close to `preferred` as exactness and 38 digits allow.
void MoveExponent(uint128_t* magnitude, int64_t* exponent, int64_t preferred) {
  if (*magnitude == 0) {
    *exponent = preferred;
  } else if (*exponent < preferred) {
    const auto room = static_cast<int>(std::min<int64_t>(preferred - *exponent, kMaxDigits));
    *exponent += digits::TrimZeros(magnitude, room);
  } else if (*exponent > preferred) {
    const auto room =
        static_cast<int>(std::min<int64_t>(*exponent - preferred, kMaxDigits - digits::Count(*magnitude)));
    *magnitude *= kPow10[room];
    *exponent -= room;
  }
}

}  // namespace

Result<Number> Number::FromPartsChecked(int128_t coefficient, int64_t exponent) {
  const uint128_t magnitude = Magnitude(coefficient);
  if (magnitude <= kMaxMagnitude) {
    return Checked(coefficient < 0, magnitude, exponent, Rounding::kRound);
  }
  return Finish(coefficient < 0, Widen(magnitude), exponent, Rounding::kRound);
}

Result<Number> Number::AddSlow(const Number& a, const Number& b, Rounding r) {
  const Number& high = a.exponent_ >= b.exponent_ ? a : b;
  const Number& low = a.exponent_ >= b.exponent_ ? b : a;
  uint128_t x = Magnitude(high.coefficient_);
  uint128_t y = Magnitude(low.coefficient_);
  const bool x_negative = high.coefficient_ < 0;
  const bool y_negative = low.coefficient_ < 0;
  if (x == 0) return Checked(y_negative, y, low.exponent_, r);
  if (y == 0) {
    int64_t exponent = high.exponent_;
    MoveExponent(&x, &exponent, low.exponent_);
    return Checked(x_negative, x, exponent, r);
  }
  const int32_t distance = high.exponent_ - low.exponent_;
  const int reach = digits::Count(x) + distance;
  if (reach <= kMaxDigits) {
    x *= kPow10[distance];
    // Unsigned: two magnitudes below 10^38 add up to less than 2^128.
    const bool same = x_negative == y_negative;
    const bool x_larger = x >= y;
    const uint128_t sum = same ? x + y : (x_larger ? x - y : y - x);
    const bool negative = same || x_larger ? x_negative : y_negative;
    if (sum <= kMaxMagnitude) return Checked(negative, sum, low.exponent_, r);
    return Finish(negative, Widen(sum), low.exponent_, r);
  }
  int64_t exponent = low.exponent_;
  U256 wide = Widen(x);
  if (reach <= kWideDigits) {
    wide *= WidePow10(distance);
  } else {
    // y is too small to be added to 40 digits of x: it only decides to which side of them the sum
    // lies. For Rounding::kExact that is too many digits in any case.
    const int added = 40 - digits::Count(x);
    wide *= WidePow10(added);
    exponent = static_cast<int64_t>(high.exponent_) - added;
    y = 1;
  }
  // x, with 39 digits or more here, is the larger one; y has 38 at most.
  if (x_negative == y_negative) {
    wide += Widen(y);
  } else {
    wide -= Widen(y);
  }
  return Finish(x_negative, wide, exponent, r);
}

Result<Number> Number::MulSlow(const Number& a, const Number& b, Rounding r) {
  const bool negative = (a.coefficient_ < 0) != (b.coefficient_ < 0);
  const uint128_t x = Magnitude(a.coefficient_);
  const uint128_t y = Magnitude(b.coefficient_);
  const int64_t exponent = static_cast<int64_t>(a.exponent_) + b.exponent_;
  uint128_t product;
  if (!__builtin_mul_overflow(x, y, &product) && product <= kMaxMagnitude) {
    return Checked(negative, product, exponent, r);
  }
  return Finish(negative, U256(Widen(x) * Widen(y)), exponent, r);
}

Result<Number> Number::Div(const Number& a, const Number& b) {
  if (b.coefficient_ == 0) return DivisionByZero();
  const int64_t preferred = static_cast<int64_t>(a.exponent_) - b.exponent_;
  const bool negative = (a.coefficient_ < 0) != (b.coefficient_ < 0);
  const uint128_t x = Magnitude(a.coefficient_);
  const uint128_t y = Magnitude(b.coefficient_);
  if (x == 0) return Checked(false, 0, preferred, Rounding::kRound);
  if ((x >> 64) == 0 && (y >> 64) == 0) {
    const uint64_t quotient = static_cast<uint64_t>(x) / static_cast<uint64_t>(y);
    if (quotient * y == x) return Checked(negative, quotient, preferred, Rounding::kRound);
  }
  // Enough zeros for a quotient of 39 or 40 digits; the dividend then has at most 77.
  const int added = 39 + digits::Count(y) - digits::Count(x);
  int64_t exponent = preferred - added;
  U256 quotient;
  U256 remainder;
  mp::divide_qr(U256(Widen(x) * WidePow10(added)), Widen(y), quotient, remainder);
  if (remainder != 0) {
    quotient *= 10;
    quotient += 1;  // sticky
    return Finish(negative, quotient, exponent - 1, Rounding::kRound);
  }
  PARTON_ASSIGN_OR_RETURN(const Number exact, Finish(negative, quotient, exponent, Rounding::kRound));
  uint128_t magnitude = Magnitude(exact.coefficient_);
  exponent = exact.exponent_;
  // Adding zeros is no aim here: a quotient that was rounded stays as it is.
  if (exponent < preferred) MoveExponent(&magnitude, &exponent, preferred);
  return Checked(negative, magnitude, exponent, Rounding::kRound);
}

Result<Number> Number::DivTrunc(const Number& a, const Number& b) {
  if (b.coefficient_ == 0) return DivisionByZero();
  if (a.exponent_ == b.exponent_ && a.CoefficientIsSmall() && b.CoefficientIsSmall() && b.coefficient_ != -1) {
    return Number(static_cast<int64_t>(a.coefficient_) / static_cast<int64_t>(b.coefficient_));
  }
  const bool negative = (a.coefficient_ < 0) != (b.coefficient_ < 0);
  const uint128_t x = Magnitude(a.coefficient_);
  const uint128_t y = Magnitude(b.coefficient_);
  if (x == 0) return Number();
  const int32_t distance = a.exponent_ - b.exponent_;
  if (distance <= 0) {
    // b has more zeros; beyond 38 of them it is the larger one for certain.
    if (-distance > kMaxDigits) return Number();
    const U256 divisor = Widen(y) * WidePow10(-distance);
    const U256 quotient = Widen(x) / divisor;
    return Checked(negative, Narrow(quotient), 0, Rounding::kRound);
  }
  if (digits::Count(x) + distance <= kWideDigits) {
    const U256 quotient = U256(Widen(x) * WidePow10(distance)) / Widen(y);
    const int dropped = WideDigitCount(quotient) - kMaxDigits;
    if (dropped <= 0) return Checked(negative, Narrow(quotient), 0, Rounding::kRound);
    return Checked(negative, Narrow(U256(quotient / WidePow10(dropped))), dropped, Rounding::kRound);
  }
  // The quotient has more than 38 digits: the first 38 of them.
  const int added = 39 + digits::Count(y) - digits::Count(x);
  const U256 quotient = U256(Widen(x) * WidePow10(added)) / Widen(y);
  const int dropped = WideDigitCount(quotient) - kMaxDigits;
  return Checked(negative, Narrow(U256(quotient / WidePow10(dropped))),
                 static_cast<int64_t>(distance) - added + dropped, Rounding::kRound);
}

Result<Number> Number::Mod(const Number& a, const Number& b) {
  if (b.coefficient_ == 0) return DivisionByZero();
  const bool negative = a.coefficient_ < 0;
  uint128_t x = Magnitude(a.coefficient_);
  const uint128_t y = Magnitude(b.coefficient_);
  int32_t distance = a.exponent_ - b.exponent_;
  if (distance == 0) return Checked(negative, x % y, a.exponent_, Rounding::kRound);
  if (distance < 0) {
    if (-distance > kMaxDigits) return a;
    const U256 divisor = Widen(y) * WidePow10(-distance);
    if (Widen(x) < divisor) return a;
    return Checked(negative, x % Narrow(divisor), a.exponent_, Rounding::kRound);
  }
  // x * 10^distance mod y, the power by squaring modulo y.
  const U256 modulus = Widen(y);
  U256 result = Widen(x) % modulus;
  U256 power = 10;
  power %= modulus;
  for (; distance > 0; distance >>= 1) {
    if ((distance & 1) != 0) result = U256(result * power) % modulus;
    power = U256(power * power) % modulus;
  }
  return Checked(negative, Narrow(result), b.exponent_, Rounding::kRound);
}

Result<Number> Number::Sqrt(const Number& n) {
  if (n.coefficient_ < 0) return Status::Validation("square root of a negative number");
  const int32_t preferred = n.exponent_ >= 0 ? n.exponent_ / 2 : (n.exponent_ - 1) / 2;
  if (n.coefficient_ == 0) return Checked(false, 0, preferred, Rounding::kRound);
  const uint128_t x = Magnitude(n.coefficient_);
  // 76 or 77 digits with an even exponent have a root of 38 or 39 digits.
  int added = kWideDigits - digits::Count(x);
  if (((n.exponent_ - added) & 1) != 0) --added;
  const U256 scaled = Widen(x) * WidePow10(added);
  U256 remainder;
  U256 root = mp::sqrt(scaled, remainder);
  int64_t exponent = (static_cast<int64_t>(n.exponent_) - added) / 2;
  if (remainder != 0) {
    // Irrational, so never a tie; the remainder tells on which side of the middle it lies.
    root *= 100;
    root += remainder > U256(root / 100) ? 51 : 1;
    return Finish(false, root, exponent - 2, Rounding::kRound);
  }
  PARTON_ASSIGN_OR_RETURN(const Number exact, Finish(false, root, exponent, Rounding::kRound));
  uint128_t magnitude = Magnitude(exact.coefficient_);
  exponent = exact.exponent_;
  MoveExponent(&magnitude, &exponent, preferred);
  return Checked(false, magnitude, exponent, Rounding::kRound);
}

namespace {

// A power on the way: magnitude * 10^exponent, cut to 75 digits, so that squares fit in 512 bits.
constexpr int kPowerDigits = 75;

struct Wide {
  U512 magnitude;
  int64_t exponent;
};

Wide Multiply(const Wide& a, const Wide& b) {
  Wide product{a.magnitude * b.magnitude, a.exponent + b.exponent};
  const int dropped = WideDigitCount(product.magnitude) - kPowerDigits;
  if (dropped > 0) {
    const U512& unit = WidePow10<U512>(dropped);
    product.magnitude = (product.magnitude + unit / 2) / unit;
    product.exponent += dropped;
  }
  return product;
}

}  // namespace

Result<Number> Number::Power(const Number& base, int64_t exponent) {
  if (exponent == 0) return Number(1);
  if (base.coefficient_ == 0) {
    if (exponent < 0) return Status::Validation("zero raised to a negative power");
    return Number();
  }
  if (exponent == 1) return base;
  const Number n = base.Normalized();
  const bool negative = n.coefficient_ < 0 && (exponent & 1) != 0;
  uint64_t left = exponent < 0 ? -static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  // Of |n| = 1 the powers are known, and any other number leaves the limits in the end.
  if (n.exponent_ == 0 && Magnitude(n.coefficient_) == 1) return Number(negative ? -1 : 1);
  Wide result{U512(1), 0};
  Wide power{Widen<U512>(Magnitude(n.coefficient_)), n.exponent_};
  constexpr int64_t kFar = 4 * kExponentLimit;
  const auto first_digit = [](const Wide& w) { return w.exponent + WideDigitCount(w.magnitude) - 1; };
  while (true) {
    if ((left & 1) != 0) result = Multiply(result, power);
    left >>= 1;
    const int64_t first = first_digit(result);
    if (first > kFar || first < -kFar) return OutOfLimits((first > 0) == (exponent > 0));
    if (left == 0) break;
    power = Multiply(power, power);
    // The square is still to be multiplied in at least once.
    const int64_t next = first_digit(power);
    if (next > kFar || next < -kFar) return OutOfLimits((next > 0) == (exponent > 0));
  }
  if (exponent < 0) {
    const int added = kPowerDigits + WideDigitCount(result.magnitude);
    U512 quotient;
    U512 remainder;
    mp::divide_qr(WidePow10<U512>(added), result.magnitude, quotient, remainder);
    result = Wide{quotient * 10 + (remainder != 0 ? 1 : 0), -result.exponent - added - 1};
  }
  PARTON_ASSIGN_OR_RETURN(const Number rounded, Finish(negative, result.magnitude, result.exponent, Rounding::kRound));
  // As multiplication has it: 1.50^2 has four digits after the point, where they fit.
  uint128_t magnitude = Magnitude(rounded.coefficient_);
  int64_t exact = rounded.exponent_;
  const int64_t preferred = exponent > 0 && exponent <= 2 * kMaxDigits ? base.exponent_ * exponent : 0;
  if (exact < preferred || WideDigitCount(result.magnitude) <= kMaxDigits) {
    MoveExponent(&magnitude, &exact, preferred);
  }
  return Checked(negative, magnitude, exact, Rounding::kRound);
}

}  // namespace parton

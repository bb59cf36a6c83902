// Exact decimal numbers with up to 38 significant digits: DynamoDB's N, PartiQL's INT and DECIMAL.
//
// A Number is coefficient * 10^exponent. The scale is kept as written: 1.50 is 150 * 10^-2, equal
// to 1.5 but printed as "1.50". Invariants: |coefficient| < 10^38; the first digit of a number
// other than zero stands at a power of ten within [-kExponentLimit, kExponentLimit]. There is no
// negative zero, no NaN and no infinity. Numbers are plain values: copying is free of cost, any
// thread may use its own copy.
//
// Additions, comparisons and products of small numbers are inline and take a few nanoseconds; what
// needs more than 128 bits on the way is in types/number/number*.cc.
#ifndef PARTON_NUMBER_H_
#define PARTON_NUMBER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "parton/status.h"

namespace parton {

__extension__ typedef __int128 int128_t;
__extension__ typedef unsigned __int128 uint128_t;

// How arithmetic treats a result of more than 38 significant digits.
enum class Rounding : uint8_t {
  kRound,  // PartiQL expressions: half even at the 38th digit
  kExact,  // DynamoDB updates: an error, as is a result outside DynamoDB's range
};

// Where a value between two candidates goes.
enum class RoundMode : uint8_t {
  kHalfEven,  // nearest; a tie goes to the even digit
  kHalfUp,    // nearest; a tie goes away from zero
  kDown,      // towards zero
  kUp,        // away from zero
  kFloor,     // towards negative infinity
  kCeiling,   // towards positive infinity
};

class Number {
 public:
  static constexpr int kMaxDigits = 38;
  // Generous: far outside of what a table stores. See CheckDynamoRange for that.
  static constexpr int32_t kExponentLimit = 9999;
  // The powers of ten at which the first digit of a stored N may stand.
  static constexpr int32_t kDynamoMinExponent = -130;
  static constexpr int32_t kDynamoMaxExponent = 125;

  constexpr Number() : coefficient_(0), exponent_(0) {}
  // Implicit, so that integers are numbers wherever a number is wanted.
  template <typename I, std::enable_if_t<
                            std::is_integral_v<I> && !std::is_same_v<I, bool> && sizeof(I) <= sizeof(int64_t), int> = 0>
  constexpr Number(I i) : coefficient_(i), exponent_(0) {}  // NOLINT: implicit

  // REQUIRES: the invariants at the top of this file hold.
  static constexpr Number FromParts(int128_t coefficient, int32_t exponent) { return Number(coefficient, exponent); }
  // As FromParts for any input: rounds half even to 38 digits. Error: exponent out of limits.
  static Result<Number> FromPartsChecked(int128_t coefficient, int64_t exponent);

  // DynamoDB's reading of an N: 5 +5 -5 0042 .5 5. 1e5 1.E-5. Errors (Validation, DynamoDB's own
  // texts): not a number, more than 38 significant digits, overflow, underflow. Significant digits
  // are counted without leading and trailing zeros.
  static Result<Number> ParseStrict(std::string_view text);
  // PartiQL's reading of a literal: the same spellings, but rounds half even to 38 digits and takes
  // exponents up to kExponentLimit. Errors (Validation): not a number, exponent beyond the limit.
  static Result<Number> ParseRounding(std::string_view text);
  // As ParseRounding, but more than 38 significant digits are an error (Validation).
  static Result<Number> ParseExact(std::string_view text);
  // Whether `text` is spelled like a number; says nothing about its size.
  static bool IsNumberText(std::string_view text);

  // The number with the shortest decimal spelling that reads back as `d`: 0.1 gives 0.1.
  // Error (Validation): NaN, infinite.
  static Result<Number> FromDouble(double d);

  constexpr int128_t coefficient() const { return coefficient_; }
  constexpr int32_t exponent() const { return exponent_; }
  // Digits after the point as written: 2 for 1.50, 0 for 12 and for 1E5.
  constexpr int32_t Scale() const { return exponent_ < 0 ? -exponent_ : 0; }
  // -1, 0, 1.
  constexpr int Sign() const { return coefficient_ == 0 ? 0 : (coefficient_ < 0 ? -1 : 1); }
  constexpr bool IsZero() const { return coefficient_ == 0; }

  // The same value without trailing zeros in the coefficient; zero is 0 * 10^0.
  Number Normalized() const;
  // Decimal digits of the coefficient as it is; 1 for zero.
  int DigitCount() const;
  // Digits without leading and trailing zeros; 0 for zero.
  int SignificantDigits() const;
  // The power of ten at which the first digit stands: 2 for 123, -1 for 0.5. REQUIRES: not zero.
  int32_t AdjustedExponent() const { return exponent_ + DigitCount() - 1; }

  // Whether the value is an integer: true for 5, 5.00 and 1E30.
  bool IsIntegral() const;
  // Whether the value is an integer within int64; then ToInt64() is it.
  bool FitsInt64() const {
    if (exponent_ == 0) return CoefficientIsSmall();
    int64_t ignored;
    return ToInt64Slow(&ignored);
  }
  // Aborts unless FitsInt64().
  int64_t ToInt64() const {
    int64_t i = 0;
    PARTON_CHECK(TryInt64(&i));
    return i;
  }
  // Both at once: true and `*out` if the value is an integer within int64.
  bool TryInt64(int64_t* out) const {
    if (exponent_ != 0) return ToInt64Slow(out);
    *out = static_cast<int64_t>(coefficient_);
    return CoefficientIsSmall();
  }
  // The nearest double (ties to even); infinite beyond the range of doubles, zero below it.
  double ToDouble() const;

  // Plain decimal as DynamoDB prints an N: no exponent, no superfluous zeros. "1.5", "0.001".
  std::string ToString() const;
  // Keeps the scale: "1.50". Plain unless that takes more than 45 characters; then "1.5E+60".
  std::string ToText() const;

  // OK if DynamoDB can store it, otherwise Validation with DynamoDB's overflow or underflow text.
  Status CheckDynamoRange() const;
  // What DynamoDB counts for it in an item's size: 1 for zero, at most 21.
  int DynamoSize() const;

  // Negative, zero, positive. Exact for all exponents.
  static int Compare(const Number& a, const Number& b) {
    if (a.exponent_ == b.exponent_) {
      return a.coefficient_ < b.coefficient_ ? -1 : a.coefficient_ > b.coefficient_;
    }
    return CompareSlow(a, b);
  }
  // Equal values hash equally: 1, 1.0 and 10E-1.
  uint64_t Hash() const;

  // Sums and products. Errors (Validation): result beyond the exponent limits; with
  // Rounding::kExact also a result of more than 38 digits or outside DynamoDB's range.
  static Result<Number> Add(const Number& a, const Number& b, Rounding r = Rounding::kRound) {
    Number sum;
    if (TryAdd(a, b, &sum)) return sum;
    return AddSlow(a, b, r);
  }
  static Result<Number> Sub(const Number& a, const Number& b, Rounding r = Rounding::kRound) {
    return Add(a, b.Neg(), r);
  }
  static Result<Number> Mul(const Number& a, const Number& b, Rounding r = Rounding::kRound) {
    Number product;
    if (TryMul(a, b, &product)) return product;
    return MulSlow(a, b, r);
  }
  // The cheap cases alone: false (and `*out` unchanged) if the general function is needed. The
  // result is the one Add or Mul would give, in both roundings.
  static bool TryAdd(const Number& a, const Number& b, Number* out) {
    if (a.exponent_ != b.exponent_ || !a.ExponentIsEasy()) return false;
    int128_t sum;
    if (__builtin_add_overflow(a.coefficient_, b.coefficient_, &sum)) return false;
    if (sum > kMaxCoefficient || sum < -kMaxCoefficient) return false;
    *out = Number(sum, a.exponent_);
    return true;
  }
  static bool TryMul(const Number& a, const Number& b, Number* out) {
    if (!a.CoefficientIsSmall() || !b.CoefficientIsSmall()) return false;
    // 2^126 < 10^38: the product of two 64-bit coefficients always fits.
    Number product(static_cast<int128_t>(static_cast<int64_t>(a.coefficient_)) * static_cast<int64_t>(b.coefficient_),
                   a.exponent_ + b.exponent_);
    if (!product.ExponentIsEasy()) return false;
    *out = product;
    return true;
  }

  // The quotient to 38 significant digits, half even; an exact quotient has the scale of `a` less
  // that of `b` if it can (6.00 / 2 = 3.00). Error (Validation): b is zero, exponent limits.
  static Result<Number> Div(const Number& a, const Number& b);
  // The integral part of a / b, towards zero: INT / INT. A quotient of more than 38 digits keeps
  // the first 38. Error (Validation): b is zero, exponent limits.
  static Result<Number> DivTrunc(const Number& a, const Number& b);
  // a - b * DivTrunc(a, b), exact, with the sign of `a`. Error (Validation): b is zero.
  static Result<Number> Mod(const Number& a, const Number& b);

  constexpr Number Neg() const { return Number(-coefficient_, exponent_); }
  constexpr Number operator-() const { return Neg(); }
  constexpr Number Abs() const { return coefficient_ < 0 ? Neg() : *this; }

  // At most `scale` digits after the point (negative: zeros before it); never adds zeros.
  Number Round(int32_t scale, RoundMode mode = RoundMode::kHalfEven) const;
  Number Floor() const { return Round(0, RoundMode::kFloor); }
  Number Ceil() const { return Round(0, RoundMode::kCeiling); }
  Number Trunc() const { return Round(0, RoundMode::kDown); }
  // Exactly `scale` digits after the point, adding zeros too: CAST AS DECIMAL(p, s).
  // Error (Validation): more than 38 digits.
  Result<Number> Rescale(int32_t scale, RoundMode mode = RoundMode::kHalfEven) const;

  // base^exponent, exact where it fits in 38 digits, otherwise half even from a 75-digit
  // intermediate. 0^0 is 1. Error (Validation): zero to a negative power, exponent limits.
  static Result<Number> Power(const Number& base, int64_t exponent);
  // The square root to 38 significant digits, correctly rounded. Error (Validation): negative.
  static Result<Number> Sqrt(const Number& n);

  friend bool operator==(const Number& a, const Number& b) {
    return a.exponent_ == b.exponent_ ? a.coefficient_ == b.coefficient_ : CompareSlow(a, b) == 0;
  }
  friend bool operator!=(const Number& a, const Number& b) { return !(a == b); }
  friend bool operator<(const Number& a, const Number& b) { return Compare(a, b) < 0; }
  friend bool operator<=(const Number& a, const Number& b) { return Compare(a, b) <= 0; }
  friend bool operator>(const Number& a, const Number& b) { return Compare(a, b) > 0; }
  friend bool operator>=(const Number& a, const Number& b) { return Compare(a, b) >= 0; }

  // 10^38 - 1.
  static constexpr int128_t kMaxCoefficient =
      static_cast<int128_t>(10'000'000'000'000'000'000ULL) * 10'000'000'000'000'000'000ULL - 1;

 private:
  // Eight bytes aligned, so that a Number takes 24 bytes instead of 32.
  __extension__ typedef __int128 StoredInt __attribute__((aligned(8)));

  constexpr Number(int128_t coefficient, int32_t exponent) : coefficient_(coefficient), exponent_(exponent) {}

  constexpr bool CoefficientIsSmall() const { return static_cast<int64_t>(coefficient_) == coefficient_; }
  // Any coefficient is in DynamoDB's range with this exponent.
  constexpr bool ExponentIsEasy() const {
    return exponent_ >= kDynamoMinExponent && exponent_ <= kDynamoMaxExponent - (kMaxDigits - 1);
  }

  bool ToInt64Slow(int64_t* out) const;
  static int CompareSlow(const Number& a, const Number& b);
  static Result<Number> AddSlow(const Number& a, const Number& b, Rounding r);
  static Result<Number> MulSlow(const Number& a, const Number& b, Rounding r);

  StoredInt coefficient_;
  int32_t exponent_;
};

static_assert(std::is_trivially_copyable_v<Number> && sizeof(Number) == 24);

}  // namespace parton

template <>
struct std::hash<parton::Number> {
  size_t operator()(const parton::Number& n) const { return static_cast<size_t>(n.Hash()); }
};

#endif  // PARTON_NUMBER_H_

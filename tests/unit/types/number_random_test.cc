// Number's arithmetic and order against unbounded integers, on random and on awkward operands.
#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "parton/number.h"

namespace parton {
namespace {

using boost::multiprecision::cpp_int;

// coefficient * 10^exponent without limits.
struct Model {
  cpp_int coefficient;
  int exponent;
};

cpp_int Pow10(int n) { return boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(n)); }

cpp_int Big(int128_t x) {
  const bool negative = x < 0;
  const uint128_t m = negative ? -static_cast<uint128_t>(x) : static_cast<uint128_t>(x);
  cpp_int big = static_cast<uint64_t>(m >> 64);
  big <<= 64;
  big += static_cast<uint64_t>(m);
  return negative ? cpp_int(-big) : big;
}

Model Of(const Number& n) { return {Big(n.coefficient()), n.exponent()}; }

int Digits(const cpp_int& x) {
  return x == 0 ? 0 : static_cast<int>(cpp_int(boost::multiprecision::abs(x)).str().size());
}

// numerator / denominator * 10^exponent, half even to 38 digits.
Model Rounded(cpp_int numerator, cpp_int denominator, int exponent) {
  if (numerator == 0) return {0, 0};
  if (denominator < 0) {
    denominator = -denominator;
    numerator = -numerator;
  }
  const bool negative = numerator < 0;
  if (negative) numerator = -numerator;
  // Far more digits than needed, then exact comparison with the middle.
  int shift = 38 + Digits(denominator) - Digits(numerator);
  if (shift < 0) {
    denominator *= Pow10(-shift);
  } else {
    numerator *= Pow10(shift);
  }
  exponent -= shift;
  cpp_int q = numerator / denominator;
  if (Digits(q) > 38) {
    denominator *= 10;
    ++exponent;
    q = numerator / denominator;
  }
  const cpp_int twice = 2 * (numerator - q * denominator);
  if (twice > denominator || (twice == denominator && q % 2 != 0)) ++q;
  return {negative ? cpp_int(-q) : q, exponent};
}

bool Same(const Model& a, const Model& b) {
  const int low = std::min(a.exponent, b.exponent);
  return a.coefficient * Pow10(a.exponent - low) == b.coefficient * Pow10(b.exponent - low);
}

bool HasAtMost38Digits(Model m) {
  if (m.coefficient == 0) return true;
  while (m.coefficient % 10 == 0) m.coefficient /= 10;
  return Digits(m.coefficient) <= 38;
}

class Source {
 public:
  explicit Source(uint32_t seed) : random_(seed) {}

  Number Next(int exponent_range) {
    const int digits = Pick(3) == 0 ? 38 : Pick(39);
    std::string text;
    const int style = Pick(6);
    for (int i = 0; i < digits; ++i) {
      char c = static_cast<char>('0' + Pick(10));
      if (style == 1) c = '9';
      if (style == 2) c = i == 0 ? '1' : '0';
      if (style == 3) c = i + 1 == digits || i == 0 ? '5' : '0';
      if (style == 4 && i > digits / 2) c = '0';
      text += c;
    }
    if (text.empty()) text = "0";
    if (Pick(2) == 0) text.insert(0, "-");
    const int exponent = Pick(3) == 0 ? 0 : Pick(2 * exponent_range + 1) - exponent_range;
    return *Number::ParseRounding(text + "e" + std::to_string(exponent));
  }
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

 private:
  std::mt19937 random_;
};

std::string Show(const Number& a, const Number& b) { return a.ToText() + " and " + b.ToText(); }

TEST(NumberRandom, SumsProductsQuotients) {
  Source source(1);
  for (int i = 0; i < 20000; ++i) {
    const int range = i % 3 == 0 ? 5 : i % 3 == 1 ? 45 : 100;
    const Number a = source.Next(range);
    const Number b = source.Next(range);
    const Model x = Of(a);
    const Model y = Of(b);
    const int low = std::min(x.exponent, y.exponent);
    const cpp_int xs = x.coefficient * Pow10(x.exponent - low);
    const cpp_int ys = y.coefficient * Pow10(y.exponent - low);

    const Model sum{xs + ys, low};
    const Model product{x.coefficient * y.coefficient, x.exponent + y.exponent};
    ASSERT_TRUE(Same(Of(*Number::Add(a, b)), Rounded(sum.coefficient, 1, low))) << Show(a, b);
    ASSERT_TRUE(Same(Of(*Number::Sub(a, b)), Rounded(xs - ys, 1, low))) << Show(a, b);
    ASSERT_TRUE(Same(Of(*Number::Mul(a, b)), Rounded(product.coefficient, 1, product.exponent))) << Show(a, b);

    for (const auto& [exact, model] : {std::pair(Number::Add(a, b, Rounding::kExact), sum),
                                       std::pair(Number::Mul(a, b, Rounding::kExact), product)}) {
      if (exact.ok()) {
        ASSERT_TRUE(Same(Of(*exact), model)) << Show(a, b);
        ASSERT_TRUE(exact->CheckDynamoRange().ok());
      } else {
        const int first = model.exponent + Digits(model.coefficient) - 1;
        ASSERT_TRUE(!HasAtMost38Digits(model) || first > 125 || first < -130) << Show(a, b);
      }
    }

    ASSERT_EQ(Number::Compare(a, b), xs < ys ? -1 : xs > ys) << Show(a, b);
    if (xs == ys) {
      ASSERT_EQ(a.Hash(), b.Hash());
    }
    if (y.coefficient == 0) continue;
    ASSERT_TRUE(Same(Of(*Number::Div(a, b)), Rounded(x.coefficient, y.coefficient, x.exponent - y.exponent)))
        << Show(a, b) << " gives " << Number::Div(a, b)->ToText();
    ASSERT_TRUE(Same(Of(*Number::Mod(a, b)), Model{xs % ys, low})) << Show(a, b);
    const cpp_int whole = xs / ys;
    const Number trunc = *Number::DivTrunc(a, b);
    ASSERT_TRUE(trunc.IsIntegral());
    const int cut = std::max(0, Digits(whole) - 38);
    ASSERT_TRUE(Same(Of(trunc), Model{whole / Pow10(cut), cut})) << Show(a, b);
  }
}

TEST(NumberRandom, FastPathsAgreeWithTheGeneralOnes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 50000; ++i) {
    const int shift_a = static_cast<int>(random() % 64);
    const int shift_b = static_cast<int>(random() % 64);
    const auto x = static_cast<int64_t>(random()) >> shift_a;
    const auto y = static_cast<int64_t>(random()) >> shift_b;
    const Number a = Number::FromParts(x, -2);
    const Number b = Number::FromParts(y, -2);
    Number out;
    ASSERT_TRUE(Number::TryAdd(a, b, &out));
    ASSERT_TRUE(out.coefficient() == static_cast<int128_t>(x) + y && out.exponent() == -2);
    ASSERT_TRUE(Number::TryMul(a, b, &out));
    ASSERT_TRUE(out.coefficient() == static_cast<int128_t>(x) * y && out.exponent() == -4);
    if (y == 0) continue;
    ASSERT_TRUE(Number::DivTrunc(x, y)->coefficient() == static_cast<int128_t>(x) / y);
    ASSERT_TRUE(Number::Mod(x, y)->coefficient() == static_cast<int128_t>(x) % y);
  }
}

TEST(NumberRandom, RootsAndPowers) {
  Source source(3);
  for (int i = 0; i < 3000; ++i) {
    const Number a = source.Next(60).Abs();
    const Model x = Of(a);
    const Model root = Of(*Number::Sqrt(a));
    if (a.IsZero()) continue;
    // (root - half)^2 < a < (root + half)^2, with half a unit of the 38th digit.
    Model r = root;
    while (Digits(r.coefficient) < 39) {
      r.coefficient *= 10;
      --r.exponent;
    }
    const int low = std::min(2 * r.exponent, x.exponent);
    const cpp_int target = x.coefficient * Pow10(x.exponent - low);
    const auto square = [&](const cpp_int& c) { return cpp_int(c * c * Pow10(2 * r.exponent - low)); };
    ASSERT_LE(square(r.coefficient - 5), target) << a.ToText();
    ASSERT_GE(square(r.coefficient + 5), target) << a.ToText();
  }
  for (int i = 0; i < 1000; ++i) {
    const Number a = source.Next(20);
    if (a.IsZero()) continue;
    const int n = source.Pick(40) + 1;
    const Model x = Of(a);
    const cpp_int power = boost::multiprecision::pow(x.coefficient, static_cast<unsigned>(n));
    ASSERT_TRUE(Same(Of(*Number::Power(a, n)), Rounded(power, 1, x.exponent * n))) << a.ToText() << "^" << n;
    ASSERT_TRUE(Same(Of(*Number::Power(a, -n)), Rounded(1, power, -x.exponent * n))) << a.ToText() << "^-" << n;
  }
}

TEST(NumberRandom, TextAndDoubles) {
  Source source(5);
  std::mt19937_64 random(11);
  for (int i = 0; i < 20000; ++i) {
    const Number a = source.Next(85);
    const Number text = *Number::ParseRounding(a.ToText());
    ASSERT_EQ(text, a);
    ASSERT_EQ(text.ToText(), a.ToText());
    ASSERT_EQ(*Number::ParseStrict(a.ToString()), a);
    ASSERT_EQ(a.ToDouble(), std::strtod(a.ToText().c_str(), nullptr)) << a.ToText();
    const uint64_t bits = random();
    double d;
    static_assert(sizeof(d) == sizeof(bits));
    std::memcpy(&d, &bits, sizeof(d));
    if (!std::isfinite(d)) continue;
    ASSERT_EQ(Number::FromDouble(d)->ToDouble(), d);
  }
}

TEST(NumberRandom, RoundingAgainstIntegers) {
  Source source(9);
  for (int i = 0; i < 10000; ++i) {
    const Number a = source.Next(40);
    const int scale = source.Pick(80) - 40;
    const Model x = Of(a);
    if (x.exponent >= -scale) {
      ASSERT_EQ(a.Round(scale), a);
      continue;
    }
    const cpp_int unit = Pow10(-scale - x.exponent);
    const cpp_int down = x.coefficient / unit;  // towards zero
    const cpp_int rest = x.coefficient - down * unit;
    const cpp_int away = rest == 0 ? down : cpp_int(down + (x.coefficient < 0 ? -1 : 1));
    const cpp_int twice = 2 * boost::multiprecision::abs(rest);
    const auto is = [&](RoundMode mode, const cpp_int& expected) {
      return Same(Of(a.Round(scale, mode)), Model{expected, -scale});
    };
    ASSERT_TRUE(is(RoundMode::kDown, down)) << a.ToText() << " " << scale;
    ASSERT_TRUE(is(RoundMode::kUp, away)) << a.ToText() << " " << scale;
    ASSERT_TRUE(is(RoundMode::kFloor, x.coefficient < 0 ? away : down)) << a.ToText();
    ASSERT_TRUE(is(RoundMode::kCeiling, x.coefficient < 0 ? down : away)) << a.ToText();
    ASSERT_TRUE(is(RoundMode::kHalfUp, twice >= unit ? away : down)) << a.ToText();
    const bool even_up = twice > unit || (twice == unit && down % 2 != 0);
    ASSERT_TRUE(is(RoundMode::kHalfEven, even_up ? away : down)) << a.ToText();
  }
}

}  // namespace
}  // namespace parton

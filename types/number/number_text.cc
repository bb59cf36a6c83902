// Number from and to text, and from and to double, which goes through the shortest decimal text.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "parton/number.h"
#include "types/number/number_digits.h"

namespace parton {

using digits::kPow10;
using digits::Magnitude;

namespace {

// A longer plain form is printed with an exponent.
constexpr int kMaxPlainText = 45;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What a spelling says: (-1)^negative * 0.<digits> with the digits cut off after the 38th.
struct Scanned {
  bool negative = false;
  uint128_t coefficient = 0;   // the first 38 significant digits
  int64_t exponent = 0;        // of the last of them
  int64_t significant = 0;     // digits without leading and trailing zeros
  int next_digit = 0;          // the first digit cut off
  bool nonzero_after = false;  // whether a digit after that is not zero
};

// [+-] (digits [. [digits]] | . digits) [(e|E) [+-] digits], nothing before or after.
bool Scan(std::string_view text, Scanned* out) {
  const char* p = text.data();
  const char* end = p + text.size();
  Scanned s;
  if (p < end && (*p == '+' || *p == '-')) {
    s.negative = *p == '-';
    ++p;
  }
  // Digits are gathered in 64 bits, 18 at a time.
  uint64_t chunk = 0;
  int chunk_digits = 0;
  int64_t counted = 0;  // digits since the first that is not zero
  bool any = false;
  bool point = false;
  for (; p < end; ++p) {
    if (*p == '.') {
      if (point) return false;
      point = true;
      continue;
    }
    if (!IsDigit(*p)) break;
    any = true;
    const int digit = *p - '0';
    if (counted > 0 || digit != 0) {
      ++counted;
      if (digit != 0) s.significant = counted;
    }
    if (counted <= Number::kMaxDigits) {
      chunk = chunk * 10 + static_cast<unsigned>(digit);
      if (counted > 0 && ++chunk_digits == 18) {
        s.coefficient = s.coefficient * kPow10[18] + chunk;
        chunk = 0;
        chunk_digits = 0;
      }
      if (point) --s.exponent;
    } else {
      if (counted == Number::kMaxDigits + 1) {
        s.next_digit = digit;
      } else if (digit != 0) {
        s.nonzero_after = true;
      }
      if (!point) ++s.exponent;
    }
  }
  if (!any) return false;
  s.coefficient = s.coefficient * kPow10[chunk_digits] + chunk;
  if (p < end) {
    if (*p != 'e' && *p != 'E') return false;
    ++p;
    bool negative = false;
    if (p < end && (*p == '+' || *p == '-')) {
      negative = *p == '-';
      ++p;
    }
    if (p == end) return false;
    int64_t exponent = 0;
    for (; p < end; ++p) {
      if (!IsDigit(*p)) return false;
      // Far beyond every limit already; must only not overflow.
      if (exponent < 1'000'000'000'000'000) exponent = exponent * 10 + (*p - '0');
    }
    s.exponent += negative ? -exponent : exponent;
  }
  *out = s;
  return true;
}

Status NotANumber(std::string_view text) {
  std::string message = "The parameter cannot be converted to a numeric value";
  if (!text.empty()) {
    message += ": ";
    message += text;
  }
  return Status::Validation(std::move(message));
}

// Zero keeps the scale it was written with, within reason.
Number Zero(int64_t exponent) {
  return Number::FromParts(0, static_cast<int32_t>(std::clamp<int64_t>(exponent, -(Number::kMaxDigits - 1), 0)));
}

int128_t Signed(bool negative, uint128_t magnitude) {
  const auto value = static_cast<int128_t>(magnitude);
  return negative ? -value : value;
}

}  // namespace

bool Number::IsNumberText(std::string_view text) {
  Scanned ignored;
  return Scan(text, &ignored);
}

Result<Number> Number::ParseStrict(std::string_view text) {
  Scanned s;
  if (!Scan(text, &s)) return NotANumber(text);
  if (s.coefficient == 0) return Zero(s.exponent);
  const int64_t first = s.exponent + digits::Count(s.coefficient) - 1;
  // A stand-in with the same first digit, to have the texts in one place.
  if (first > kDynamoMaxExponent || first < kDynamoMinExponent) {
    return Number(1, first > 0 ? kDynamoMaxExponent + 1 : kDynamoMinExponent - 1).CheckDynamoRange();
  }
  if (s.significant > kMaxDigits) {
    return Status::Validation("Attempting to store more than 38 significant digits in a Number");
  }
  return Number(Signed(s.negative, s.coefficient), static_cast<int32_t>(s.exponent));
}

Result<Number> Number::ParseRounding(std::string_view text) {
  Scanned s;
  if (!Scan(text, &s)) return NotANumber(text);
  if (s.coefficient == 0) return Zero(s.exponent);
  const bool odd = (s.coefficient & 1) != 0;
  if (s.next_digit > 5 || (s.next_digit == 5 && (s.nonzero_after || odd))) {
    if (++s.coefficient == kPow10[kMaxDigits]) {
      s.coefficient = kPow10[kMaxDigits - 1];
      ++s.exponent;
    }
  }
  return FromPartsChecked(Signed(s.negative, s.coefficient), s.exponent);
}

Result<Number> Number::ParseExact(std::string_view text) {
  Scanned s;
  if (Scan(text, &s) && s.coefficient != 0 && s.significant > kMaxDigits) {
    constexpr size_t kShown = 60;
    std::string shown(text.substr(0, kShown));
    if (text.size() > kShown) shown += "...";
    return Status::Validation("The number " + shown + " has more than 38 significant digits");
  }
  return ParseRounding(text);
}

Result<Number> Number::FromDouble(double d) {
  if (!std::isfinite(d)) {
    return Status::Validation("a float that is not finite cannot be converted to a decimal");
  }
  constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
  if (std::fabs(d) <= kExactIntegers && d == std::trunc(d)) return Number(static_cast<int64_t>(d));
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), d, std::chars_format::scientific);
  return ParseRounding(std::string_view(buffer, static_cast<size_t>(result.ptr - buffer)));
}

double Number::ToDouble() const {
  static constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                            1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const uint128_t magnitude = Magnitude(coefficient_);
  // Both operands are exact, so the one operation rounds correctly.
  if (magnitude <= (static_cast<uint128_t>(1) << 53) && exponent_ >= -22 && exponent_ <= 22) {
    const auto d = static_cast<double>(static_cast<int64_t>(coefficient_));
    return exponent_ < 0 ? d / kExactPowers[-exponent_] : d * kExactPowers[exponent_];
  }
  if (magnitude == 0) return 0;
  char buffer[64];
  char* p = buffer;
  if (coefficient_ < 0) *p++ = '-';
  p += digits::Write(magnitude, p);
  *p++ = 'e';
  p = std::to_chars(p, buffer + sizeof(buffer), exponent_).ptr;
  double d = 0;
  const auto result = std::from_chars(buffer, p, d);
  if (result.ec == std::errc::result_out_of_range) {
    d = AdjustedExponent() > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    if (coefficient_ < 0) d = -d;
  }
  return d;
}

std::string Number::ToString() const {
  const Number n = Normalized();
  char buffer[40];
  const int count = digits::Write(Magnitude(n.coefficient_), buffer);
  std::string out;
  if (n.coefficient_ < 0) out += '-';
  if (n.exponent_ >= 0) {
    out.append(buffer, static_cast<size_t>(count));
    out.append(static_cast<size_t>(n.exponent_), '0');
  } else if (const int integer = count + n.exponent_; integer > 0) {
    out.append(buffer, static_cast<size_t>(integer));
    out += '.';
    out.append(buffer + integer, static_cast<size_t>(count - integer));
  } else {
    out += "0.";
    out.append(static_cast<size_t>(-integer), '0');
    out.append(buffer, static_cast<size_t>(count));
  }
  return out;
}

std::string Number::ToText() const {
  char buffer[40];
  const int count = digits::Write(Magnitude(coefficient_), buffer);
  std::string out;
  if (coefficient_ < 0) out += '-';
  if (exponent_ >= 0) {
    if (coefficient_ == 0) return "0";
    if (count + exponent_ <= kMaxPlainText) {
      out.append(buffer, static_cast<size_t>(count));
      out.append(static_cast<size_t>(exponent_), '0');
      return out;
    }
  } else if (const int integer = count + exponent_; integer > 0) {
    out.append(buffer, static_cast<size_t>(integer));
    out += '.';
    out.append(buffer + integer, static_cast<size_t>(count - integer));
    return out;
  } else if (2 - exponent_ <= kMaxPlainText) {
    out += "0.";
    out.append(static_cast<size_t>(-integer), '0');
    out.append(buffer, static_cast<size_t>(count));
    return out;
  }
  out += buffer[0];
  if (count > 1) {
    out += '.';
    out.append(buffer + 1, static_cast<size_t>(count - 1));
  }
  const int32_t first = exponent_ + count - 1;
  out += first < 0 ? "E-" : "E+";
  out += std::to_string(first < 0 ? -first : first);
  return out;
}

}  // namespace parton

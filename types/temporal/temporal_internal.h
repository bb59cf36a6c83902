// Calendar arithmetic shared by the temporal sources; not for use outside types/temporal/temporal*.cc.
#ifndef PARTON_TYPES_TEMPORAL_TEMPORAL_INTERNAL_H_
#define PARTON_TYPES_TEMPORAL_TEMPORAL_INTERNAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "parton/number.h"
#include "parton/status.h"
#include "parton/temporal.h"

namespace parton::temporal_internal {

inline constexpr int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr int64_t kNanosPerMinute = 60 * kNanosPerSecond;
inline constexpr int64_t kNanosPerHour = 60 * kNanosPerMinute;
inline constexpr int64_t kNanosPerDay = 24 * kNanosPerHour;
inline constexpr int64_t kSecondsPerDay = 86'400;
inline constexpr int kMaxLiteralYear = 9999;
inline constexpr int kMaxLiteralOffset = 18 * 60;
inline constexpr int kMaxIonOffset = 24 * 60 - 1;

inline constexpr int64_t kPowersOfTen[] = {1,       10,        100,        1'000,       10'000,
                                           100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

template <typename I>
constexpr I FloorDiv(I a, I b) {
  I q = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}

bool IsLeapYear(int64_t year);
// REQUIRES: 1 <= month <= 12
int DaysInMonth(int64_t year, int month);

// A point in time, UTC. For TIMEs, relative to an arbitrary day.
struct Instant {
  int64_t seconds = 0;
  int32_t nanos = 0;  // 0 to 999,999,999

  int128_t TotalNanos() const { return static_cast<int128_t>(seconds) * kNanosPerSecond + nanos; }
};
Instant ToInstant(const Time& t);
Instant ToInstant(const Timestamp& t);
int CompareInstants(const Instant& a, const Instant& b);

// Adds `months`, clipping the day. Error (Validation): year outside 1 to `max_year`.
Result<Date> AddMonths(const Date& d, int128_t months, int32_t max_year);
// Error (Validation): year outside 1 to `max_year`.
Result<Date> AddDays(const Date& d, int128_t days, int32_t max_year);
// Adds to the local date-time, keeping offset and precisions. Errors as AddDays.
Result<Timestamp> AddNanos(const Timestamp& t, int128_t nanos, int32_t max_year);
// Wraps at midnight.
Time AddNanos(const Time& t, int128_t nanos);

// The digits of a fraction that must be printed: at least `precision`, more if there are more.
int FractionDigits(int32_t nanos, int precision);
void AppendPadded(std::string* out, int64_t value, int width);

// Reads digits and single characters from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool AtEnd() const { return pos_ == text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[pos_]; }
  std::string_view Rest() const { return text_.substr(pos_); }
  void Skip(size_t n) { pos_ += n; }
  bool Char(char c) {
    if (AtEnd() || text_[pos_] != c) return false;
    ++pos_;
    return true;
  }
  // All digits at this position, possibly none.
  std::string_view DigitRun();
  // Exactly `width` digits, and no more taken.
  bool Fixed(int width, int* out);

 private:
  std::string_view text_;
  size_t pos_ = 0;
};

// (+|-)hh:mm within `max_offset` minutes.
bool ScanOffset(Scanner* in, int max_offset, int* minutes);

}  // namespace parton::temporal_internal

#endif  // PARTON_TYPES_TEMPORAL_TEMPORAL_INTERNAL_H_

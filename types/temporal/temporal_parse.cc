// Reads the texts of DATE, TIME, TIMESTAMP and INTERVAL literals and Ion timestamps. Every reader
// takes the whole text or fails; no white space is skipped.
#include <algorithm>
#include <charconv>

#include "parton/temporal.h"
#include "types/temporal/temporal_internal.h"

namespace parton {

using namespace temporal_internal;  // NOLINT: the sources of this type share it

namespace temporal_internal {

std::string_view Scanner::DigitRun() {
  size_t start = pos_;
  while (pos_ < text_.size() && text_[pos_] >= '0' && text_[pos_] <= '9') ++pos_;
  return text_.substr(start, pos_ - start);
}

bool Scanner::Fixed(int width, int* out) {
  if (text_.size() - pos_ < static_cast<size_t>(width)) return false;
  int value = 0;
  for (int i = 0; i < width; ++i) {
    char c = text_[pos_ + static_cast<size_t>(i)];
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  pos_ += static_cast<size_t>(width);
  *out = value;
  return true;
}

bool ScanOffset(Scanner* in, int max_offset, int* minutes) {
  bool negative = in->Peek() == '-';
  int h = 0;
  int m = 0;
  if (!(in->Char('+') || in->Char('-')) || !in->Fixed(2, &h) || !in->Char(':') || !in->Fixed(2, &m) || m > 59 ||
      h * 60 + m > max_offset) {
    return false;
  }
  *minutes = negative ? -(h * 60 + m) : h * 60 + m;
  return true;
}

}  // namespace temporal_internal

namespace {

Status Malformed(std::string_view what, std::string_view text, std::string_view form) {
  constexpr size_t kShown = 60;
  std::string shown(text.substr(0, kShown));
  if (text.size() > kShown) shown += "...";
  return Status::Validation("'" + shown + "' is not a " + std::string(what) + ": expected " + std::string(form));
}

constexpr std::string_view kDateForm = "yyyy-mm-dd, a day of the calendar";
constexpr std::string_view kTimeForm = "hh:mm:ss[.fraction][+hh:mm]";
constexpr std::string_view kTimestampForm = "yyyy-mm-dd hh:mm:ss[.fraction][+hh:mm]";
constexpr std::string_view kIonForm = "an Ion timestamp such as 2017T or 2017-01-02T03:04:05Z";

bool ScanDate(Scanner* in, Date* out) {
  int y = 0;
  int m = 0;
  int d = 0;
  if (!in->Fixed(4, &y) || !in->Char('-') || !in->Fixed(2, &m) || !in->Char('-') || !in->Fixed(2, &d) || m > 12 ||
      d > 31) {
    return false;
  }
  *out = Date{y, static_cast<uint8_t>(m), static_cast<uint8_t>(d)};
  return out->IsValid();
}

// The first nine digits as nanoseconds.
int32_t FractionNanos(std::string_view digits) {
  int32_t nanos = 0;
  for (size_t i = 0; i < 9; ++i) nanos = nanos * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return nanos;
}

bool ScanHourMinute(Scanner* in, int64_t* nanos) {
  int h = 0;
  int m = 0;
  if (!in->Fixed(2, &h) || !in->Char(':') || !in->Fixed(2, &m) || h > 23 || m > 59) return false;
  *nanos = h * kNanosPerHour + m * kNanosPerMinute;
  return true;
}

// :ss[.f...], adding to out->nanos.
bool ScanSeconds(Scanner* in, Time* out) {
  int s = 0;
  if (!in->Char(':') || !in->Fixed(2, &s) || s > 59) return false;
  out->nanos += s * kNanosPerSecond;
  if (in->Char('.')) {
    std::string_view digits = in->DigitRun();
    if (digits.empty()) return false;
    out->nanos += FractionNanos(digits);
    out->precision = static_cast<uint8_t>(std::min<size_t>(digits.size(), 9));
  }
  return true;
}

bool ScanTime(Scanner* in, Time* out) {
  *out = Time{};
  if (!ScanHourMinute(in, &out->nanos) || !ScanSeconds(in, out)) return false;
  if (!in->AtEnd()) {
    int minutes = 0;
    if (!ScanOffset(in, kMaxLiteralOffset, &minutes)) return false;
    out->offset = static_cast<int16_t>(minutes);
  }
  return in->AtEnd();
}

Status CheckZone(const Time& t, ZoneClause zone) {
  if (zone == ZoneClause::kWith && !t.offset) {
    return Status::Validation("WITH TIME ZONE needs a value with an offset such as +00:00");
  }
  if (zone == ZoneClause::kWithout && t.offset) {
    return Status::Validation("WITHOUT TIME ZONE takes no value with an offset");
  }
  return Status();
}

Status CheckPrecision(std::optional<int> precision) {
  if (precision && (*precision < 0 || *precision > 9)) {
    return Status::Validation("the precision of a time must be 0 to 9");
  }
  return Status();
}

// The natural range of a field that does not lead.
int64_t FieldLimit(DatePart p) {
  if (p == DatePart::kMonth) return 12;
  return p == DatePart::kHour ? 24 : 60;
}

int64_t SecondsPer(DatePart p) {
  switch (p) {
    case DatePart::kDay: return kSecondsPerDay;
    case DatePart::kHour: return 3600;
    case DatePart::kMinute: return 60;
    default: return 1;
  }
}

// What stands before a field that does not lead: 1-11, 1 2:30:45.
char SeparatorBefore(DatePart p) {
  if (p == DatePart::kMonth) return '-';
  return p == DatePart::kHour ? ' ' : ':';
}

std::string IntervalForm(const IntervalQualifier& q) {
  static constexpr std::string_view kFields[] = {"y", "m", "d", "h", "m", "s[.fraction]"};
  std::string form = "[+|-]";
  for (int p = static_cast<int>(q.leading); p <= static_cast<int>(q.trailing); ++p) {
    if (p != static_cast<int>(q.leading)) form += SeparatorBefore(static_cast<DatePart>(p));
    form += kFields[p];
  }
  return form;
}

}  // namespace

Result<Date> ParseDate(std::string_view text) {
  Scanner in(text);
  Date d;
  if (!ScanDate(&in, &d) || !in.AtEnd()) return Malformed("date", text, kDateForm);
  return d;
}

Result<Time> ParseTime(std::string_view text, ZoneClause zone, std::optional<int> precision) {
  PARTON_RETURN_IF_ERROR(CheckPrecision(precision));
  Scanner in(text);
  Time t;
  if (!ScanTime(&in, &t)) return Malformed("time", text, kTimeForm);
  PARTON_RETURN_IF_ERROR(CheckZone(t, zone));
  return precision ? Round(t, *precision) : t;
}

Result<Timestamp> ParseTimestamp(std::string_view text, ZoneClause zone, std::optional<int> precision) {
  PARTON_RETURN_IF_ERROR(CheckPrecision(precision));
  Scanner in(text);
  Timestamp t;
  if (!ScanDate(&in, &t.date) || !(in.Char(' ') || in.Char('T')) || !ScanTime(&in, &t.time)) {
    return Malformed("timestamp", text, kTimestampForm);
  }
  PARTON_RETURN_IF_ERROR(CheckZone(t.time, zone));
  if (precision) return Round(t, *precision);
  return t;
}

Result<Interval> ParseInterval(std::string_view text, const IntervalQualifier& q) {
  PARTON_RETURN_IF_ERROR(q.Validate());
  auto malformed = [&] { return Malformed("interval " + q.ToString(), text, IntervalForm(q)); };
  Scanner in(text);
  bool negative = in.Peek() == '-';
  if (negative || in.Peek() == '+') in.Skip(1);
  int64_t amount = 0;  // months or seconds
  int32_t nanos = 0;
  for (int i = static_cast<int>(q.leading); i <= static_cast<int>(q.trailing); ++i) {
    DatePart part = static_cast<DatePart>(i);
    if (part != q.leading && !in.Char(SeparatorBefore(part))) return malformed();
    std::string_view digits = in.DigitRun();
    if (digits.empty()) return malformed();
    while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
    size_t max_digits = part == q.leading ? q.leading_precision : 2u;
    if (digits.size() > max_digits) {
      return Status::Validation("interval " + std::string(DatePartName(part)) + " " +
                                std::string(digits.substr(0, 40)) + " has more than " + std::to_string(max_digits) +
                                " digits");
    }
    int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (part != q.leading && value >= FieldLimit(part)) {
      return Status::Validation("interval " + std::string(DatePartName(part)) + " " + std::string(digits) +
                                " is not below " + std::to_string(FieldLimit(part)));
    }
    if (q.is_year_month()) {
      amount += part == DatePart::kYear ? value * 12 : value;
    } else {
      amount += value * SecondsPer(part);
    }
    if (part == DatePart::kSecond && in.Char('.')) {
      std::string_view fraction = in.DigitRun();
      if (fraction.empty()) return malformed();
      if (fraction.size() > 9) {
        return Status::Validation("an interval has at most 9 digits of a second");
      }
      nanos = FractionNanos(fraction.substr(0, q.fraction_precision));
    }
  }
  if (!in.AtEnd()) return malformed();
  if (negative) {
    amount = -amount;
    nanos = -nanos;
  }
  return q.is_year_month() ? Interval::Months(amount, q) : Interval::Seconds(amount, nanos, q);
}

Result<Timestamp> ParseIonTimestamp(std::string_view text) {
  auto malformed = [&] { return Malformed("timestamp", text, kIonForm); };
  Scanner in(text);
  Timestamp t;
  int field = 0;
  if (!in.Fixed(4, &field)) return malformed();
  t.date = Date{field, 1, 1};
  t.precision = TimestampPrecision::kYear;
  if (in.Char('-')) {
    if (!in.Fixed(2, &field) || field < 1 || field > 12) return malformed();
    t.date.month = static_cast<uint8_t>(field);
    t.precision = TimestampPrecision::kMonth;
    if (in.Char('-')) {
      if (!in.Fixed(2, &field)) return malformed();
      t.date.day = static_cast<uint8_t>(field);
      t.precision = TimestampPrecision::kDay;
    }
  }
  if (!t.date.IsValid()) return malformed();
  if (in.AtEnd() && t.precision == TimestampPrecision::kDay) return t;
  if (!in.Char('T')) return malformed();
  if (in.AtEnd()) return t;
  if (t.precision != TimestampPrecision::kDay || !ScanHourMinute(&in, &t.time.nanos)) {
    return malformed();
  }
  t.precision = TimestampPrecision::kMinute;
  if (in.Peek() == ':') {
    if (!ScanSeconds(&in, &t.time)) return malformed();
    t.precision = TimestampPrecision::kSecond;
  }
  if (in.Rest() == "-00:00") return t;
  int minutes = 0;
  if (!in.Char('Z') && !ScanOffset(&in, kMaxIonOffset, &minutes)) return malformed();
  if (!in.AtEnd()) return malformed();
  t.time.offset = static_cast<int16_t>(minutes);
  return t;
}

}  // namespace parton

// TO_STRING and TO_TIMESTAMP: patterns of letters, each run of one letter a field.
//
// A pattern is compiled to a list of steps, then either walked to write a timestamp or checked for
// reading and walked over a text. Reading is greedy, except that a number of free width leaves what
// the fixed-width numbers directly behind it need.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "parton/temporal.h"
#include "types/temporal/temporal_internal.h"

namespace parton {

using namespace temporal_internal;  // NOLINT: the sources of this type share it

namespace {

constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};

constexpr size_t kMaxPatternBytes = 1000;

struct Step {
  char letter = 0;  // 0: literal text
  int count = 0;
  std::string text;
};

// The most letters in a row with a meaning; 'S' is a digit each.
int MaxCount(char letter) {
  switch (letter) {
    case 'y': return 4;
    case 'M':
    case 'X':
    case 'x': return 5;
    case 'd':
    case 'h':
    case 'H':
    case 'm':
    case 's': return 2;
    case 'S': return 9;
    case 'a':
    case 'n': return 1;
    default: return 0;
  }
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Status PatternError(std::string_view pattern, std::string_view why) {
  return Status::Validation("bad timestamp pattern '" + std::string(pattern.substr(0, kMaxPatternBytes)) +
                            "': " + std::string(why));
}

Result<std::vector<Step>> Compile(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) return PatternError(pattern, "too long");
  std::vector<Step> steps;
  auto add_text = [&steps](char c) {
    if (steps.empty() || steps.back().letter != 0) steps.push_back(Step{});
    steps.back().text += c;
  };
  for (size_t i = 0; i < pattern.size();) {
    char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        add_text('\'');
        i += 2;
        continue;
      }
      // Quoted text; a doubled quote inside stands for one.
      bool closed = false;
      for (++i; i < pattern.size() && !closed; ++i) {
        if (pattern[i] != '\'') {
          add_text(pattern[i]);
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          add_text('\'');
          ++i;
        } else {
          closed = true;
        }
      }
      if (!closed) return PatternError(pattern, "a quote is not closed");
    } else if (IsLetter(c)) {
      size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
      int count = static_cast<int>(end - i);
      if (count > MaxCount(c) || (c == 'y' && count == 3)) {
        return PatternError(pattern, "no field '" + std::string(pattern.substr(i, end - i)) + "'");
      }
      steps.push_back(Step{c, count, {}});
      i = end;
    } else {
      add_text(c);
      ++i;
    }
  }
  return steps;
}

// ---- Writing ----

int Hour12(int hour) { return hour % 12 == 0 ? 12 : hour % 12; }

void AppendMonth(std::string* out, int month, int count) {
  std::string_view name = kMonths[month - 1];
  if (count <= 2) {
    AppendPadded(out, month, count);
  } else if (count == 3) {
    *out += name.substr(0, 3);
  } else {
    *out += count == 4 ? name : name.substr(0, 1);
  }
}

// X writes Z for UTC. One letter: +hh, with minutes where there are any; 2 and 4: +hhmm; 3 and 5:
// +hh:mm.
void AppendZone(std::string* out, int offset, char letter, int count) {
  if (letter == 'X' && offset == 0) {
    *out += 'Z';
    return;
  }
  *out += offset < 0 ? '-' : '+';
  AppendPadded(out, std::abs(offset) / 60, 2);
  int minutes = std::abs(offset) % 60;
  if (count == 1 && minutes == 0) return;
  if (count == 3 || count == 5) *out += ':';
  AppendPadded(out, minutes, 2);
}

void AppendStep(std::string* out, const Step& s, const Timestamp& t) {
  switch (s.letter) {
    case 'y': AppendPadded(out, s.count == 2 ? t.date.year % 100 : t.date.year, s.count); break;
    case 'M': AppendMonth(out, t.date.month, s.count); break;
    case 'd': AppendPadded(out, t.date.day, s.count); break;
    case 'a': *out += t.time.hour() < 12 ? "AM" : "PM"; break;
    case 'h': AppendPadded(out, Hour12(t.time.hour()), s.count); break;
    case 'H': AppendPadded(out, t.time.hour(), s.count); break;
    case 'm': AppendPadded(out, t.time.minute(), s.count); break;
    case 's': AppendPadded(out, t.time.second(), s.count); break;
    case 'S': AppendPadded(out, t.time.fraction() / kPowersOfTen[9 - s.count], s.count); break;
    case 'n': AppendPadded(out, t.time.fraction(), 1); break;
    case 'X':
    case 'x': AppendZone(out, t.time.offset.value_or(0), s.letter, s.count); break;
    default: *out += s.text;
  }
}

// ---- Reading ----

// Whether the pattern is one that can be read: each field once, and with it all larger ones.
Status CheckReadable(std::string_view pattern, const std::vector<Step>& steps) {
  auto has = [&steps](std::string_view letters) {
    return std::any_of(steps.begin(), steps.end(), [letters](const Step& s) {
      return s.letter != 0 && letters.find(s.letter) != std::string_view::npos;
    });
  };
  for (std::string_view group : {"y", "M", "d", "a", "hH", "m", "s", "Sn", "Xx"}) {
    auto in_group = [group](const Step& s) { return s.letter != 0 && group.find(s.letter) != std::string_view::npos; };
    if (std::count_if(steps.begin(), steps.end(), in_group) > 1) {
      return PatternError(pattern, "a field is there twice");
    }
  }
  for (const Step& s : steps) {
    if (s.letter == 'M' && s.count == 5) {
      return PatternError(pattern, "MMMMM cannot be read: first letters of months are not unique");
    }
  }
  if (has("h") != has("a")) return PatternError(pattern, "h and a go together");
  // A field and the next larger one it needs.
  static constexpr std::string_view kNeeds[][2] = {{"Sn", "s"}, {"s", "m"}, {"m", "hH"}, {"Xx", "hH"},
                                                   {"hH", "d"}, {"d", "M"}, {"M", "y"}};
  for (const auto& need : kNeeds) {
    if (has(need[0]) && !has(need[1])) {
      return PatternError(pattern, "a field without the next larger one");
    }
  }
  if (!has("y")) return PatternError(pattern, "the year is missing");
  return Status();
}

// Digits a numeric field takes: exactly this many, or 0 = as many as there are. -1: no number.
int FixedWidth(const Step& s) {
  switch (s.letter) {
    case 'y': return s.count == 1 ? 0 : s.count;
    case 'M': return s.count > 2 ? -1 : (s.count == 2 ? 2 : 0);
    case 'd':
    case 'h':
    case 'H':
    case 'm':
    case 's': return s.count == 2 ? 2 : 0;
    case 'S': return s.count;
    case 'n': return 0;
    default: return -1;
  }
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                    [lower](char a, char b) { return lower(a) == lower(b); });
}

class PatternReader {
 public:
  PatternReader(std::string_view text, const std::vector<Step>& steps) : in_(text), steps_(steps) {}

  // False if the text does not match or says something impossible.
  bool Read(Timestamp* out) {
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (!ReadStep(i)) return false;
    }
    return in_.AtEnd() && Assemble(out);
  }

 private:
  bool ReadStep(size_t i) {
    const Step& s = steps_[i];
    if (s.letter == 0) {
      if (in_.Rest().substr(0, s.text.size()) != s.text) return false;
      in_.Skip(s.text.size());
      return true;
    }
    if (FixedWidth(s) >= 0) return ReadNumber(i);
    if (s.letter == 'M') return ReadMonthName(s.count == 3);
    if (s.letter == 'a') return ReadHalfDay();
    return ReadZone(s);
  }

  bool ReadNumber(size_t i) {
    const Step& s = steps_[i];
    size_t width = static_cast<size_t>(FixedWidth(s));
    size_t available = 0;
    std::string_view rest = in_.Rest();
    while (available < rest.size() && rest[available] >= '0' && rest[available] <= '9') ++available;
    if (width == 0) {
      size_t reserved = 0;
      for (size_t j = i + 1; j < steps_.size() && FixedWidth(steps_[j]) > 0; ++j) {
        reserved += static_cast<size_t>(FixedWidth(steps_[j]));
      }
      if (available <= reserved) return false;
      width = available - reserved;
    }
    if (width > available) return false;
    int64_t value = 0;
    for (size_t j = 0; j < width; ++j) {
      value = value * 10 + (rest[j] - '0');
      if (value > 999'999'999) return false;
    }
    in_.Skip(width);
    return Store(s, static_cast<int>(value));
  }

  bool Store(const Step& s, int value) {
    auto within = [value](int low, int high) { return value >= low && value <= high; };
    switch (s.letter) {
      case 'y':
        year_ = s.count == 2 ? value + (value < 70 ? 2000 : 1900) : value;
        return year_ >= 1 && year_ <= kMaxLiteralYear;
      case 'M':
        month_ = value;
        precision_ = std::max(precision_, TimestampPrecision::kMonth);
        return within(1, 12);
      case 'd':
        day_ = value;
        precision_ = std::max(precision_, TimestampPrecision::kDay);
        return within(1, 31);
      case 'h':
        hour_ = value % 12;
        precision_ = std::max(precision_, TimestampPrecision::kMinute);
        return within(1, 12);
      case 'H':
        hour_ = value;
        precision_ = std::max(precision_, TimestampPrecision::kMinute);
        return within(0, 23);
      case 'm': minute_ = value; return within(0, 59);
      case 's':
        second_ = value;
        precision_ = TimestampPrecision::kSecond;
        return within(0, 59);
      case 'S':
        fraction_ = static_cast<int32_t>(value * kPowersOfTen[9 - s.count]);
        digits_ = s.count;
        return true;
      default:  // 'n'
        fraction_ = value;
        return true;
    }
  }

  bool ReadMonthName(bool abbreviated) {
    for (int m = 1; m <= 12; ++m) {
      std::string_view name = kMonths[m - 1];
      if (abbreviated) name = name.substr(0, 3);
      if (!StartsWithIgnoringCase(in_.Rest(), name)) continue;
      in_.Skip(name.size());
      month_ = m;
      precision_ = std::max(precision_, TimestampPrecision::kMonth);
      return true;
    }
    return false;
  }

  bool ReadHalfDay() {
    afternoon_ = StartsWithIgnoringCase(in_.Rest(), "PM");
    if (!afternoon_ && !StartsWithIgnoringCase(in_.Rest(), "AM")) return false;
    in_.Skip(2);
    return true;
  }

  bool ReadZone(const Step& s) {
    if (s.letter == 'X' && in_.Char('Z')) {
      offset_ = 0;
      return true;
    }
    bool negative = in_.Peek() == '-';
    int h = 0;
    int m = 0;
    if (!(in_.Char('+') || in_.Char('-')) || !in_.Fixed(2, &h)) return false;
    if (s.count == 1) {
      in_.Fixed(2, &m);  // optional: the minutes X writes where there are any
    } else {
      if ((s.count == 3 || s.count == 5) && !in_.Char(':')) return false;
      if (!in_.Fixed(2, &m)) return false;
    }
    int minutes = h * 60 + m;
    if (m > 59 || minutes > kMaxLiteralOffset) return false;
    offset_ = static_cast<int16_t>(negative ? -minutes : minutes);
    return true;
  }

  bool Assemble(Timestamp* out) const {
    Timestamp t;
    t.date = Date{year_, static_cast<uint8_t>(month_), static_cast<uint8_t>(day_)};
    int hour = hour_ + (afternoon_ ? 12 : 0);
    t.time.nanos = hour * kNanosPerHour + minute_ * kNanosPerMinute + second_ * kNanosPerSecond + fraction_;
    t.time.offset = offset_;
    t.time.precision = static_cast<uint8_t>(FractionDigits(fraction_, digits_));
    t.precision = precision_;
    *out = t;
    return t.IsValid();
  }

  Scanner in_;
  const std::vector<Step>& steps_;
  int32_t year_ = 1;
  int month_ = 1;
  int day_ = 1;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  int32_t fraction_ = 0;
  int digits_ = 0;
  bool afternoon_ = false;
  std::optional<int16_t> offset_;
  TimestampPrecision precision_ = TimestampPrecision::kYear;
};

}  // namespace

Result<std::string> FormatTimestamp(const Timestamp& t, std::string_view pattern) {
  PARTON_ASSIGN_OR_RETURN(std::vector<Step> steps, Compile(pattern));
  std::string out;
  for (const Step& s : steps) AppendStep(&out, s, t);
  return out;
}

Result<Timestamp> ParseTimestampPattern(std::string_view text, std::string_view pattern) {
  PARTON_ASSIGN_OR_RETURN(std::vector<Step> steps, Compile(pattern));
  PARTON_RETURN_IF_ERROR(CheckReadable(pattern, steps));
  Timestamp t;
  if (!PatternReader(text, steps).Read(&t)) {
    constexpr size_t kShown = 60;
    return Status::Validation("'" + std::string(text.substr(0, kShown)) + "' is not a timestamp of the pattern '" +
                              std::string(pattern) + "'");
  }
  return t;
}

}  // namespace parton

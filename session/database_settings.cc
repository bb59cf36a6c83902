#include "session/database_settings.h"

#include <fmt/format.h>

#include <charconv>
#include <string>

#include "executor/capacity/clock.h"
#include "parton/database.h"
#include "parton/temporal.h"
#include "parton/text.h"
#include "session/feed/sweeper.h"
#include "session/feed/triggers.h"
#include "storage/maintenance.h"

namespace parton {

namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;
constexpr int64_t kLongest = kDay * 36500;

int64_t UnitMs(std::string_view unit) {
  if (unit.size() > 2 && unit.back() == 's' && unit != "ms") unit.remove_suffix(1);
  if (unit == "ms" || unit == "millisecond") return 1;
  if (unit == "s" || unit == "sec" || unit == "second") return 1000;
  if (unit == "min" || unit == "minute") return 60'000;
  if (unit == "h" || unit == "hour") return 3'600'000;
  if (unit == "d" || unit == "day") return kDay;
  if (unit == "week") return 7 * kDay;
  return 0;
}

std::string DurationText(int64_t ms) {
  if (ms % 3'600'000 == 0) return fmt::format("{} hours", ms / 3'600'000);
  if (ms % 1000 == 0) return fmt::format("{} seconds", ms / 1000);
  return fmt::format("{} ms", ms);
}

Status Bad(std::string_view name, const Value& v, const char* values) {
  return Status::Validation(fmt::format("{} cannot be {}", name, v.ToLiteral()), {},
                            fmt::format("{}: {}", name, values));
}

// Epoch milliseconds of a time as text (UTC unless it has a zone), a timestamp, or epoch seconds.
Result<int64_t> ParseTimeMs(const Value& v) {
  const Status bad = Status::Validation(fmt::format("clock cannot be {}", v.ToLiteral()), {},
                                        "clock: 'system', or a time: SET clock = '2026-01-31 12:00:00'");
  if (v.is_exact()) {
    if (!v.number().FitsInt64()) return bad;
    const int64_t s = v.number().ToInt64();
    if (s < -62'135'596'800 || s > 253'402'300'799) return bad;
    return s * 1000;
  }
  if (!v.is_text()) return bad;
  std::string text(v.bytes());
  for (char& c : text) c = c == 'T' || c == 't' ? ' ' : c;
  if (!text.empty() && (text.back() == 'Z' || text.back() == 'z')) text = text.substr(0, text.size() - 1) + "+00:00";
  Result<Timestamp> t = ParseTimestamp(text, ZoneClause::kNone);
  if (!t.ok()) t = ParseTimestamp(text, ZoneClause::kWith);
  if (!t.ok()) {
    Result<Date> d = ParseDate(text);
    if (!d.ok()) return bad;
    t = Timestamp::FromDate(*d);
  }
  const int64_t days = t->date.ToDays();
  int64_t ms = days * kDay + t->time.nanos / 1'000'000;
  if (t->time.offset) ms -= int64_t{*t->time.offset} * 60'000;
  return ms;
}

}  // namespace

Result<int64_t> ParseDuration(std::string_view text) {
  const Status bad = Status::Validation(fmt::format("'{}' is no length of time", text), {},
                                        "as in '25 hours', '1 day 30 minutes', '500 ms'");
  const std::string lower = AsciiLower(text);
  const char* p = lower.data();
  const char* end = p + lower.size();
  int64_t total = 0;
  bool any = false;
  for (;;) {
    while (p != end && *p == ' ') ++p;
    if (p == end) break;
    int64_t n = 0;
    auto [rest, error] = std::from_chars(p, end, n);
    if (error != std::errc() || n < 0) return bad;
    p = rest;
    while (p != end && *p == ' ') ++p;
    const char* word = p;
    while (p != end && *p >= 'a' && *p <= 'z') ++p;
    const int64_t unit = UnitMs(std::string_view(word, static_cast<size_t>(p - word)));
    if (unit == 0 || n > kLongest / unit) return bad;
    total += n * unit;
    if (total > kLongest) return bad;
    any = true;
  }
  if (!any) return bad;
  return total;
}

const std::vector<SettingInfo>& DatabaseSettings() {
  static const std::vector<SettingInfo> all = {
      {"clock", "'system', or a time", "The database's time; it stands still, but for ADVANCE CLOCK."},
      {"item_cache", "bytes, or text as in '64MB'; 0: none",
       "What the cache of items may take; a new size empties it."},
      {"stream_retention", "a length of time", "How long the records of change feeds are kept."},
      {"trigger_depth", "1 to 1000", "How often triggers may run on changes that triggers made."},
      {"ttl_interval", "a length of time", "How often expired items and old records of change feeds are deleted."},
  };
  return all;
}

bool IsDatabaseSetting(std::string_view name) {
  const std::string lower = AsciiLower(name);
  for (const SettingInfo& s : DatabaseSettings()) {
    if (s.name == lower) return true;
  }
  return false;
}

Status SetDatabaseSetting(std::string_view given, const Value& v, const DatabaseSettingTargets& targets) {
  const std::string name = AsciiLower(given);
  const bool reset = v.is_missing();
  if (name == "clock") {
    if (reset || (v.is_text() && (AsciiLower(v.bytes()) == "system" || AsciiLower(v.bytes()) == "default"))) {
      targets.clock.Reset();
      return Status::Ok();
    }
    PARTON_ASSIGN_OR_RETURN(int64_t ms, ParseTimeMs(v));
    targets.clock.StopAt(ms);
    return Status::Ok();
  }
  if (name == "item_cache") {
    const std::optional<uint64_t> bytes = reset ? Options().item_cache_bytes : ToBytes(v);
    if (!bytes) return Bad(name, v, "bytes, or text as in '64MB'; 0: none");
    targets.store.ResizeItemCache(static_cast<size_t>(*bytes));
    return Status::Ok();
  }
  if (name == "trigger_depth") {
    if (reset) {
      targets.triggers.SetDepth(Triggers::kDefaultDepth);
      return Status::Ok();
    }
    if (!v.is_small_int() || v.int_value() < 1 || v.int_value() > 1000) return Bad(name, v, "1 to 1000");
    targets.triggers.SetDepth(static_cast<uint32_t>(v.int_value()));
    return Status::Ok();
  }
  const bool retention = name == "stream_retention";
  int64_t ms = retention ? kDay : 60'000;
  if (!reset) {
    if (!v.is_text()) return Bad(name, v, "a length of time, as in '24 hours'");
    PARTON_ASSIGN_OR_RETURN(ms, ParseDuration(v.bytes()));
    if (!retention && ms < 10) return Bad(name, v, "at least '10 ms'");
  }
  if (retention) {
    targets.sweeper.SetRetention(ms);
  } else {
    targets.sweeper.SetInterval(ms);
  }
  return Status::Ok();
}

Result<Value> ReadDatabaseSetting(std::string_view given, const DatabaseSettingTargets& targets) {
  const std::string name = AsciiLower(given);
  if (name == "clock") {
    if (!targets.clock.stopped()) return Value::String("system");
    return Value::Of(Timestamp::FromEpochNanos(targets.clock.NowNanos(), 3));
  }
  if (name == "item_cache") return Value::Int(static_cast<int64_t>(targets.store.ItemCacheCounts().limit));
  if (name == "trigger_depth") return Value::Int(targets.triggers.depth());
  return Value::String(
      DurationText(name == "stream_retention" ? targets.sweeper.retention_ms() : targets.sweeper.interval_ms()));
}

}  // namespace parton

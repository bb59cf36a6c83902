// Functions on dates, times, timestamps and intervals; the rules are in parton/temporal.h.
#include "types/functions/registry.h"

namespace parton::functions {
namespace {

const char* const kGroup = "date and time";
constexpr ArgType kTemporal = ArgType::kTemporal;

const std::vector<std::string> kParts = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};
const std::vector<std::string> kAllParts = {"YEAR",   "MONTH",  "DAY",           "HOUR",
                                            "MINUTE", "SECOND", "TIMEZONE_HOUR", "TIMEZONE_MINUTE"};

std::optional<DatePart> Part(const Value& word, EvalContext& ctx) {
  const std::optional<DatePart> part = ParseDatePart(word.bytes());
  if (!part.has_value()) {
    (void)ctx.Fail(Status::Validation("there is no date part " + std::string(word.bytes())));
  }
  return part;
}

Value Extract(const Value* args, int, EvalContext& ctx) {
  const std::optional<DatePart> part = Part(args[0], ctx);
  if (!part.has_value()) return Value::Missing();
  const Result<Number> r = parton::Extract(*part, eval::ToTemporal(args[1]));
  if (!r.ok()) return eval::FromError(r.status(), ctx);
  return *part == DatePart::kSecond ? Value::Decimal(*r) : Value::Int(*r);
}

Value DateAdd(const Value* args, int, EvalContext& ctx) {
  const std::optional<DatePart> part = Part(args[0], ctx);
  int64_t n;
  if (!part.has_value() || !SmallInt(args[1], &n, ctx)) return Value::Missing();
  const Result<Temporal> r = parton::DateAdd(*part, n, eval::ToTemporal(args[2]));
  return r.ok() ? eval::FromTemporal(*r) : eval::FromError(r.status(), ctx);
}

Value DateDiff(const Value* args, int, EvalContext& ctx) {
  const std::optional<DatePart> part = Part(args[0], ctx);
  if (!part.has_value()) return Value::Missing();
  const Result<int64_t> r = parton::DateDiff(*part, eval::ToTemporal(args[1]), eval::ToTemporal(args[2]));
  return r.ok() ? Value::Int(*r) : eval::FromError(r.status(), ctx);
}

bool AsTimestamp(const Value& v, Timestamp* out) {
  if (v.type() == Type::kTimestamp) {
    *out = v.timestamp();
  } else if (v.type() == Type::kDate) {
    *out = Timestamp::FromDate(v.date());
  } else {
    return false;
  }
  return true;
}

Value ToText(const Value* args, int, EvalContext& ctx) {
  Timestamp t;
  if (!AsTimestamp(args[0], &t)) return ctx.Mismatch("TO_STRING takes a timestamp or a date");
  const Result<std::string> r = FormatTimestamp(t, args[1].bytes());
  return r.ok() ? Value::String(*r) : eval::FromError(r.status(), ctx);
}

Value ToTimestamp(const Value* args, int count, EvalContext& ctx) {
  const Result<Timestamp> r =
      count > 1 ? ParseTimestampPattern(args[0].bytes(), args[1].bytes()) : ParseIonTimestamp(args[0].bytes());
  return r.ok() ? Value::Of(*r) : eval::FromError(r.status(), ctx);
}

Value Overlaps(const Value* args, int, EvalContext& ctx) {
  Temporal pairs[2][2];
  for (int i = 0; i < 2; ++i) {
    if (args[i].Count() != 2) return ctx.Mismatch("OVERLAPS takes pairs of start and end");
    for (size_t j = 0; j < 2; ++j) {
      const Value& v = args[i].elements()[j];
      if (!v.is_absent() && !eval::IsTemporal(v.type())) {
        return ctx.Mismatch("OVERLAPS takes dates, times, timestamps and intervals");
      }
      pairs[i][j] = eval::ToTemporal(v);
    }
  }
  const Result<std::optional<bool>> r = parton::Overlaps(pairs[0], pairs[1]);
  if (!r.ok()) return eval::FromError(r.status(), ctx);
  return r->has_value() ? Value::Bool(**r) : Value::Null();
}

// Seconds since 1970, with a fraction if there is one.
Value UnixTimestamp(const Value* args, int count, EvalContext& ctx) {
  Timestamp t;
  if (count == 0) return Value::Int(ctx.now_nanos / 1'000'000'000);
  if (!AsTimestamp(args[0], &t)) return ctx.Mismatch("UNIX_TIMESTAMP takes a timestamp or a date");
  const int128_t seconds = static_cast<int128_t>(t.date.ToDays()) * 86'400 - t.time.offset.value_or(0) * 60;
  const int128_t nanos = seconds * 1'000'000'000 + t.time.nanos;
  const Number n = Number::FromParts(nanos, -9).Normalized();
  return n.IsIntegral() ? Value::Int(n) : Value::Decimal(n);
}

Value FromUnixtime(const Value* args, int, EvalContext& ctx) {
  // Years 1 to 9999.
  static const Number kLeast(-62135596800LL), kGreatest(253402300799LL);
  const Number seconds = args[0].number();
  if (seconds < kLeast || kGreatest < seconds) {
    return ctx.Fail(Status::Validation("FROM_UNIXTIME: the year is out of range"));
  }
  const Number nanos = Number::FromParts(seconds.coefficient(), seconds.exponent() + 9).Trunc();
  const int128_t day_nanos = static_cast<int128_t>(86'400) * 1'000'000'000;
  int128_t total = nanos.coefficient();
  for (int32_t e = nanos.exponent(); e > 0; --e) total *= 10;
  int128_t days = total / day_nanos;
  if (total % day_nanos < 0) --days;
  Timestamp t;
  t.date = Date::FromDays(static_cast<int64_t>(days));
  t.time.nanos = static_cast<int64_t>(total - days * day_nanos);
  t.time.offset = 0;
  int32_t fraction = t.time.fraction();
  t.time.precision = fraction == 0 ? 0 : 9;
  for (; t.time.precision > 0 && fraction % 10 == 0; fraction /= 10) --t.time.precision;
  return Value::Of(t);
}

Timestamp Now(EvalContext& ctx) {
  Timestamp t = Timestamp::FromEpochNanos(ctx.now_nanos);
  t.time.offset = 0;
  return t;
}

}  // namespace

void AddTemporalFunctions(Registry& r) {
  r.Add("EXTRACT(part FROM x TEMPORAL) -> NUMBER", kGroup,
        "A field of a date, time, timestamp or interval: YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, "
        "TIMEZONE_HOUR, TIMEZONE_MINUTE.",
        "EXTRACT('MONTH', DATE '2021-08-22') = 8", 2, 2, {kText, kTemporal}, Extract)
      .keywords = kAllParts;
  r.Add("DATE_ADD(part, n INT, x TEMPORAL) -> TEMPORAL", kGroup, "n more of a date part.",
        "DATE_ADD('DAY', 1, DATE '2021-08-31') = DATE '2021-09-01'", 3, 3, {kText, kInt, kTemporal}, DateAdd)
      .keywords = kParts;
  r.Add("DATE_DIFF(part, a TEMPORAL, b TEMPORAL) -> INT", kGroup, "How many whole date parts from a to b.",
        "DATE_DIFF('DAY', DATE '2021-08-22', DATE '2021-09-01') = 10", 3, 3, {kText, kTemporal, kTemporal}, DateDiff)
      .keywords = kParts;
  r.Add("TO_STRING(t TIMESTAMP, pattern STRING) -> STRING", kGroup,
        "A timestamp written by a pattern: y, M, d, a, h, H, m, s, S, n, X, x, as in Java.",
        "TO_STRING(TIMESTAMP '2021-08-22 01:02:03', 'd MMM y') = '22 Aug 2021'", 2, 2, {kTemporal, kText}, ToText);
  r.Add("TO_TIMESTAMP(s STRING [, pattern STRING]) -> TIMESTAMP", kGroup,
        "The timestamp that the text says, in Ion's form or by a pattern as TO_STRING's.",
        "TO_TIMESTAMP('22/8/2021', 'd/M/y') = DATE '2021-08-22'", 1, 2, {kText}, ToTimestamp);
  r.Add("OVERLAPS(a LIST, b LIST) -> BOOL", kGroup,
        "a OVERLAPS b: whether two periods, (start, end) or (start, interval), have a moment in common.",
        "OVERLAPS([DATE '2021-01-01', DATE '2021-01-09'], [DATE '2021-01-08', INTERVAL '3' DAY])", 2, 2, {kCollection},
        Overlaps);
  r.Add("UNIX_TIMESTAMP([t TIMESTAMP]) -> NUMBER", kGroup,
        "Seconds since 1970 of a timestamp, or of now: what a TTL attribute holds.",
        "UNIX_TIMESTAMP(TIMESTAMP '1970-01-02 00:00:00') = 86400", 0, 1, {kTemporal}, UnixTimestamp)
      .deterministic = false;
  r.Add("FROM_UNIXTIME(seconds NUMBER) -> TIMESTAMP", kGroup, "The timestamp, in UTC, that many seconds after 1970.",
        "FROM_UNIXTIME(86400) = DATE '1970-01-02'", 1, 1, {ArgType::kExact}, FromUnixtime);
  r.Add("CURRENT_TIMESTAMP() -> TIMESTAMP", kGroup, "The moment the statement began, in UTC. Also without parentheses.",
        "CURRENT_TIMESTAMP() >= TIMESTAMP '1970-01-01 00:00:00'", 0, 0, {},
        [](const Value*, int, EvalContext& ctx) { return Value::Of(Now(ctx)); })
      .deterministic = false;
  r.Alias("UTCNOW");
  r.Alias("NOW");
  r.Add("CURRENT_DATE() -> DATE", kGroup, "Today, in UTC. Also without parentheses.",
        "CURRENT_DATE() >= DATE '1970-01-01'", 0, 0, {},
        [](const Value*, int, EvalContext& ctx) { return Value::Of(Now(ctx).date); })
      .deterministic = false;
  r.Add("CURRENT_TIME() -> TIME", kGroup, "The time of day, in UTC. Also without parentheses.",
        "CURRENT_TIME() >= TIME '00:00:00'", 0, 0, {},
        [](const Value*, int, EvalContext& ctx) { return Value::Of(Now(ctx).time); })
      .deterministic = false;
}

}  // namespace parton::functions

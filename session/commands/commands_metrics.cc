// SHOW METRICS: what tables and indexes consumed and refused, minute by minute.
#include <fmt/format.h>

#include "executor/answer_cache.h"
#include "parton/temporal.h"
#include "session/commands/commands.h"

namespace parton::commands {

namespace {

constexpr int64_t kMinuteNanos = int64_t{60} * 1'000'000'000;

Value Units(double units) {
  Result<Number> n = Number::ParseRounding(fmt::format("{}", units));
  return n.ok() ? Value::FromStored(*n) : Value::Null();
}

Value Count(uint64_t n) { return Value::Int(static_cast<int64_t>(n)); }

void AddRows(const CapacityTarget& target, const ThroughputLedger& throughput, int64_t now_ms,
             std::vector<Value>* rows) {
  std::vector<CapacityMinute> minutes = throughput.Minutes(target, now_ms);
  // Something to see of everything there is.
  if (minutes.empty()) minutes.push_back(CapacityMinute{MinuteOf(now_ms), 0, 0, 0, 0});
  const std::optional<Throughput> limit = target.provisioned();
  for (const CapacityMinute& m : minutes) {
    rows->push_back(
        Value::Struct({{"table", Value::String(target.table->name)},
                       {"index", target.index == nullptr ? Value::Null() : Value::String(target.index->name)},
                       {"minute", Value::Of(Timestamp::FromEpochNanos(m.minute * kMinuteNanos, 0))},
                       {"consumed_read", Units(m.read_units)},
                       {"consumed_write", Units(m.write_units)},
                       {"provisioned_read", limit ? Value::Int(limit->read) : Value::Null()},
                       {"provisioned_write", limit ? Value::Int(limit->write) : Value::Null()},
                       {"throttled_reads", Count(m.throttled_reads)},
                       {"throttled_writes", Count(m.throttled_writes)}}));
  }
}

// By their names.
std::vector<std::pair<std::string, CacheCounts>> Caches(const TableStore& store, const AnswerCache& answers) {
  return {{"items", store.maintenance().ItemCacheCounts()},
          {"answers: items", answers.Items()},
          {"answers: queries", answers.Queries()}};
}

}  // namespace

Status ShowCaches(const CommandContext& context, const AnswerCache& answers) {
  std::vector<Value> rows;
  for (const auto& [name, counts] : Caches(context.store, answers)) {
    rows.push_back(Value::Struct({{"cache", Value::String(name)},
                                  {"hits", Count(counts.hits)},
                                  {"misses", Count(counts.misses)},
                                  {"evictions", Count(counts.evictions)},
                                  {"entries", Count(counts.entries)},
                                  {"bytes", Count(counts.bytes)},
                                  {"max_bytes", Count(counts.limit)}}));
  }
  context.result.SetRows(std::move(rows), {"cache", "hits", "misses", "evictions", "entries", "bytes", "max_bytes"},
                         true);
  return Status::Ok();
}

Status ShowMetrics(const ast::Show& s, const CommandContext& context, const DatabaseClock& clock,
                   const ThroughputLedger& throughput, const AnswerCache& answers) {
  PARTON_ASSIGN_OR_RETURN(const std::vector<TablePtr> tables, FindTables(s.target, context));
  std::vector<Value> rows;
  const int64_t now_ms = clock.NowMs();
  for (const TablePtr& table : tables) {
    AddRows({table.get(), nullptr}, throughput, now_ms, &rows);
    for (const IndexSchema& index : table->indexes) AddRows({table.get(), &index}, throughput, now_ms, &rows);
  }
  context.result.SetRows(std::move(rows),
                         {"table", "index", "minute", "consumed_read", "consumed_write", "provisioned_read",
                          "provisioned_write", "throttled_reads", "throttled_writes"},
                         true);
  if (!s.target) {
    for (const auto& [name, counts] : Caches(context.store, answers)) {
      if (counts.hits == 0) continue;
      context.result.AddNotice(fmt::format("cache of {}: {} hits, {} misses", name, counts.hits, counts.misses));
    }
  }
  if (!context.settings.capacity && !context.settings.throttle) {
    context.result.AddNotice(
        "this connection's statements are not counted: SET capacity = on or SET throttle = on counts them");
  }
  return Status::Ok();
}

}  // namespace parton::commands

// ANALYZE, DESCRIBE t ATTRIBUTES, SHOW STATISTICS.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "parton/text.h"
#include "session/commands/commands.h"
#include "session/commands/statistics_collector.h"
#include "session/plan_cache.h"
#include "types/schema/table_statistics.h"

namespace parton::commands {

namespace {

constexpr size_t kShownPartitions = 5;
constexpr size_t kBarWidth = 40;

std::string Bytes(uint64_t n) {
  const auto d = static_cast<double>(n);
  if (n < 1024) return fmt::format("{} B", n);
  if (n < 1024 * 1024) return fmt::format("{:.1f} KB", d / 1024);
  if (n < 1024 * 1024 * 1024) return fmt::format("{:.1f} MB", d / 1024 / 1024);
  return fmt::format("{:.1f} GB", d / 1024 / 1024 / 1024);
}

std::string Percent(uint64_t part, uint64_t whole) {
  return fmt::format("{:.0f} %", whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string Histogram(const TableStatistics& s) {
  size_t last = 0;
  uint64_t most = 1;
  for (size_t i = 0; i < s.sizes.size(); ++i) {
    if (s.sizes[i] != 0) last = i;
    most = std::max(most, s.sizes[i]);
  }
  std::string out = "  item size       items\n";
  for (size_t i = 0; i <= last; ++i) {
    const auto width = static_cast<size_t>(
        std::ceil(static_cast<double>(kBarWidth) * static_cast<double>(s.sizes[i]) / static_cast<double>(most)));
    out += fmt::format("  < {:<9} {:>9}{}{}\n", Bytes(SizeBucketLimit(i)), s.sizes[i], width == 0 ? "" : "  ",
                       std::string(width, '#'));
  }
  return out;
}

// "about 2100 (+- 200)", or just the number if it was counted.
std::string Estimated(uint64_t n, uint64_t error, bool counted) {
  if (counted) return fmt::format("{}", n);
  return error == 0 ? fmt::format("about {}", n) : fmt::format("about {} (+- {})", n, error);
}

std::string SourceText(const TableStatistics::Source& s, const KeySchema& key) {
  std::string names = key.hash.name;
  for (const KeyAttribute& a : key.more_hash) names += ", " + a.name;
  std::string out =
      fmt::format("  {} ({}): {} {}, {}{:.0f} partitions\n", s.name, names, Estimated(s.entries, s.error, s.counted),
                  s.id == 0 ? "items" : "entries", s.counted ? "" : "about ", s.partitions);
  if (!s.hottest.empty() && s.entries > 1 && s.hottest[0].items == 1) {
    return out + (s.counted ? "    each has one\n" : "    each that was met has one\n");
  }
  for (size_t i = 0; i < std::min(s.hottest.size(), kShownPartitions); ++i) {
    const TableStatistics::Partition& p = s.hottest[i];
    out += fmt::format("    {}: {} ({}), {}\n", p.key, Estimated(p.items, p.error, p.error == 0),
                       Percent(p.items, s.entries), Bytes(p.bytes));
  }
  return out;
}

const KeySchema& KeyOf(const TableSchema& table, uint32_t index_id) {
  for (const IndexSchema& index : table.indexes) {
    if (index.id == index_id) return index.key;
  }
  return table.key;
}

std::string Report(const TableSchema& table, const TableStatistics& s) {
  const bool counted = s.sources.empty() || s.sources[0].counted;
  std::string out =
      fmt::format("{}: {} items, {}", table.name, Estimated(s.items, s.items_error, counted), Bytes(s.bytes));
  out += s.complete ? "; all were read\n"
         : counted  ? fmt::format("; all were counted, and the attributes of {} read\n", s.read)
                    : fmt::format("; a sample of {} was read\n", s.read);
  if (s.items == 0) return out;
  out += Histogram(s) + "  hottest partitions\n";
  for (const TableStatistics::Source& source : s.sources) {
    std::string text = SourceText(source, KeyOf(table, source.id));
    for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) text.insert(at, "  ");
    out += text;
  }
  out += fmt::format("  {} attributes and paths in them{}: DESCRIBE {} ATTRIBUTES\n", s.attributes.size(),
                     s.paths_left_out ? " (rarer ones were left out)" : "", table.name);
  return out;
}

Result<TableStatistics> Collect(const TablePtr& table, const StatisticsLimits& limits, const CommandContext& context,
                                const DatabaseClock& clock) {
  std::unique_ptr<ReadView> view = context.store.NewView();
  PARTON_ASSIGN_OR_RETURN(TableStatistics s,
                          CollectStatistics(&context.store, view.get(), table, limits, ProgressOf(context)));
  s.analyzed_ms = clock.NowMs();
  return s;
}

Result<StatisticsLimits> ParseLimits(const std::vector<ast::Option>& options) {
  StatisticsLimits limits;
  for (const ast::Option& o : options) {
    const std::string name = AsciiLower(o.name.name);
    if (name != "sample") {
      return Status::Validation(fmt::format("ANALYZE has no option {}", o.name.name), o.span,
                                "(sample = n): how many items to read at most; (sample = ALL): every one");
    }
    if (o.value.is_text() && (o.value.bytes() == "ALL" || o.value.bytes() == "all")) {
      limits.sample = UINT64_MAX / 16;
    } else if (o.value.is_small_int() && o.value.int_value() > 0) {
      limits.sample = static_cast<uint64_t>(o.value.int_value());
      limits.counted = 0;
    } else {
      return Status::Validation("the option sample takes a number of items, or ALL", o.span);
    }
  }
  return limits;
}

// The statistics kept, or those of a sample taken now.
Result<std::shared_ptr<const TableStatistics>> KeptOrNew(const TablePtr& table, const CommandContext& context,
                                                         const DatabaseClock& clock) {
  TableStore& store = context.store;
  std::shared_ptr<const TableStatistics> kept = store.Statistics(*table);
  if (kept == nullptr) {
    PARTON_ASSIGN_OR_RETURN(TableStatistics s, Collect(table, StatisticsLimits{}, context, clock));
    if (!s.complete) {
      context.result.AddNotice(
          fmt::format("of a sample of {} items; ANALYZE {} keeps it for the planner", s.read, table->name));
    }
    return std::make_shared<const TableStatistics>(std::move(s));
  }
  const auto now = static_cast<double>(store.Stats(*table, nullptr).approximate_items);
  const auto then = static_cast<double>(kept->store_items);
  if (now > 2 * then + 100 || 2 * now + 100 < then) {
    context.result.AddNotice(
        fmt::format("the table has {} since: ANALYZE {} looks anew", now > then ? "grown" : "shrunk", table->name));
  }
  return kept;
}

}  // namespace

Status Analyze(const ast::Analyze& s, const CommandContext& context, const DatabaseClock& clock, PlanCache& plans) {
  PARTON_ASSIGN_OR_RETURN(StatisticsLimits limits, ParseLimits(s.options));
  std::vector<TablePtr> tables;
  if (s.table) {
    PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(*s.table, context));
    tables.push_back(std::move(table));
  } else {
    tables = context.store.Tables();
  }
  std::string text;
  for (const TablePtr& table : tables) {
    PARTON_ASSIGN_OR_RETURN(TableStatistics statistics, Collect(table, limits, context, clock));
    text += Report(*table, statistics);
    PARTON_RETURN_IF_ERROR(context.store.maintenance().SaveStatistics(*table, std::move(statistics)));
  }
  // Plans made before know less.
  plans.Clear();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  context.result.SetText(ResultKind::kText, text.empty() ? "there are no tables" : std::move(text));
  return Status::Ok();
}

Status DescribeAttributes(const ast::Describe& s, const CommandContext& context, const DatabaseClock& clock) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, context));
  PARTON_ASSIGN_OR_RETURN(auto statistics, KeptOrNew(table, context, clock));
  auto count = [](uint64_t n) { return Value::Int(static_cast<int64_t>(n)); };
  std::vector<Value> rows;
  for (const TableStatistics::Attribute& a : statistics->attributes) {
    std::vector<Field> types;
    for (const auto& [name, n] : a.types) types.push_back({name, count(n)});
    rows.push_back(Value::Struct({{"attribute", a.path},
                                  {"items", count(a.count)},
                                  {"percent", count(statistics->items == 0 ? 0 : 100 * a.count / statistics->items)},
                                  {"types", Value::Struct(std::move(types))},
                                  {"distinct", a.distinct == 0 ? Value::Null() : Value::Int(std::llround(a.distinct))},
                                  {"average_size", Value::Int(std::llround(a.average_size))},
                                  {"largest", count(a.largest)}}));
  }
  context.result.SetRows(std::move(rows),
                         {"attribute", "items", "percent", "types", "distinct", "average_size", "largest"}, true);
  return Status::Ok();
}

Status ShowStatistics(const ast::Show& s, const CommandContext& context) {
  PARTON_ASSIGN_OR_RETURN(const std::vector<TablePtr> tables, FindTables(s.target, context));
  std::vector<Value> rows;
  for (const TablePtr& table : tables) {
    std::shared_ptr<const TableStatistics> statistics = context.store.Statistics(*table);
    if (statistics == nullptr) continue;
    std::vector<Field> fields{{"table", table->name}};
    const Value rest = statistics->ToValue();
    for (const Field& f : rest.fields()) fields.push_back(f);
    rows.push_back(Value::Struct(std::move(fields)));
  }
  if (rows.empty()) {
    context.result.AddNotice(
        s.target ? fmt::format("no statistics of {}: ANALYZE {} makes them", tables[0]->name, tables[0]->name)
                 : std::string("no statistics: ANALYZE makes them"));
  }
  context.result.SetRows(std::move(rows), {}, true);
  return Status::Ok();
}

}  // namespace parton::commands

// SHOW, DESCRIBE, SET, CHECK.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <ctime>

#include "parton/temporal.h"
#include "session/commands/commands.h"
#include "session/database_settings.h"
#include "types/functions/functions.h"

namespace parton::commands {

namespace {

using Fields = std::vector<Field>;

Value Str(std::string_view s) { return Value::String(s); }

Value KeySchemaValue(const KeySchema& key) {
  auto element = [](const KeyAttribute& k, const char* kind) {
    return Value::Struct({{"AttributeName", Str(k.name)}, {"KeyType", Str(kind)}});
  };
  std::vector<Value> out = {element(key.hash, "HASH")};
  if (key.range) out.push_back(element(*key.range, "RANGE"));
  return Value::List(std::move(out));
}

Value ThroughputValue(const std::optional<Throughput>& t) {
  return Value::Struct({{"NumberOfDecreasesToday", Value::Int(0)},
                        {"ReadCapacityUnits", Value::Int(t ? t->read : 0)},
                        {"WriteCapacityUnits", Value::Int(t ? t->write : 0)}});
}

// "10 RCU, 20 WCU" as numbers.
Value UnitsValue(const std::string& text, const char* read, const char* write) {
  long long r = 0, w = 0;
  if (std::sscanf(text.c_str(), "%lld RCU, %lld WCU", &r, &w) != 2) return Str(text);
  return Value::Struct({{read, Value::Int(int64_t{r})}, {write, Value::Int(int64_t{w})}});
}

void AddUnits(const TableSchema& t, const std::string& prefix, Fields* out) {
  if (auto it = t.options.find(prefix + "maximum_throughput"); it != t.options.end()) {
    out->push_back({"OnDemandThroughput", UnitsValue(it->second, "MaxReadRequestUnits", "MaxWriteRequestUnits")});
  }
  if (auto it = t.options.find(prefix + "warm_throughput"); it != t.options.end()) {
    out->push_back({"WarmThroughput", UnitsValue(it->second, "ReadUnitsPerSecond", "WriteUnitsPerSecond")});
  }
}

Value ProjectionValue(const IndexSchema& i) {
  Fields f = {{"ProjectionType", Str(i.projection == Projection::kAll        ? "ALL"
                                     : i.projection == Projection::kKeysOnly ? "KEYS_ONLY"
                                                                             : "INCLUDE")}};
  if (!i.include.empty()) {
    std::vector<Value> names;
    for (const std::string& n : i.include) names.push_back(Str(n));
    f.push_back({"NonKeyAttributes", Value::List(std::move(names))});
  }
  return Value::Struct(std::move(f));
}

std::string TimeText(int64_t ms) {
  std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char buffer[40];
  std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return buffer;
}

std::string Arn(const TableSchema& t) { return "arn:parton:local:table/" + t.name; }

// How many items a table or an index has: counted, where that was asked for or costs little, or estimated.
class Counter {
 public:
  Counter(Execution* result, bool exact)
      : store_(result->connection().store()), view_(store_.NewView()), progress_(Progress(result)), exact_(exact) {}

  Result<TableStats> Count(const TableSchema& table, const IndexSchema* index) {
    const TableStats stats = store_.Stats(table, index);
    if (stats.exact) return stats;
    const bool countable = stats.approximate_items <= kCounted && store_.capabilities().maintenance != nullptr;
    if (exact_ || countable) return store_.maintenance().Measure(*view_, table, index, progress_);
    estimated_ = true;
    return stats;
  }
  bool estimated() const { return estimated_; }

 private:
  static constexpr uint64_t kCounted = 20'000;

  TableStore& store_;
  std::unique_ptr<ReadView> view_;
  StoreProgress progress_;
  const bool exact_;
  bool estimated_ = false;
};

Result<Value> IndexValue(const TableSchema& t, const IndexSchema& i, Counter* counter) {
  PARTON_ASSIGN_OR_RETURN(const TableStats stats, counter->Count(t, &i));
  Fields f = {{"IndexName", Str(i.name)}, {"KeySchema", KeySchemaValue(i.key)}, {"Projection", ProjectionValue(i)}};
  if (i.kind == IndexKind::kGlobal) {
    f.push_back({"IndexStatus", Str(i.state == IndexState::kActive ? "ACTIVE" : "CREATING")});
    f.push_back({"ProvisionedThroughput", ThroughputValue(i.provisioned)});
    AddUnits(t, "index:" + i.name + ":", &f);
  }
  f.push_back({"ItemCount", Value::Int(static_cast<int64_t>(stats.approximate_items))});
  f.push_back({"IndexSizeBytes", Value::Int(static_cast<int64_t>(stats.approximate_size))});
  f.push_back({"IndexArn", Str(Arn(t) + "/index/" + i.name)});
  return Value::Struct(std::move(f));
}

Value AttributeDefinitions(const TableSchema& t) {
  std::vector<Value> out;
  std::vector<std::string> seen;
  auto add = [&](const KeyAttribute& k) {
    for (const std::string& s : seen) {
      if (s == k.name) return;
    }
    seen.push_back(k.name);
    out.push_back(Value::Struct({{"AttributeName", Str(k.name)}, {"AttributeType", Str(KeyTypeCode(k.type))}}));
  };
  auto add_key = [&](const KeySchema& k) {
    add(k.hash);
    if (k.range) add(*k.range);
  };
  add_key(t.key);
  for (const IndexSchema& i : t.indexes) add_key(i.key);
  return Value::List(std::move(out));
}

std::string_view ViewTypeName(StreamView v) {
  switch (v) {
    case StreamView::kOff: return "";
    case StreamView::kKeysOnly: return "KEYS_ONLY";
    case StreamView::kNewImage: return "NEW_IMAGE";
    case StreamView::kOldImage: return "OLD_IMAGE";
    case StreamView::kBothImages: return "NEW_AND_OLD_IMAGES";
  }
  return "";
}

void AddOptions(const TableSchema& t, Fields* f) {
  std::vector<Value> tags;
  for (const auto& [name, value] : t.options) {
    if (name.starts_with("tag:")) {
      tags.push_back(Value::Struct({{"Key", Str(std::string_view(name).substr(4))}, {"Value", Str(value)}}));
    }
  }
  auto option = [&](const char* name, const char* shown) {
    if (auto it = t.options.find(name); it != t.options.end()) f->push_back({shown, Str(it->second)});
  };
  option("table_class", "TableClass");
  option("sse", "SSEDescription");
  option("pitr", "PointInTimeRecovery");
  option("tags", "TagText");
  if (!tags.empty()) f->push_back({"Tags", Value::List(std::move(tags))});
}

Result<Value> TableValue(const TableSchema& t, Counter* counter) {
  PARTON_ASSIGN_OR_RETURN(const TableStats stats, counter->Count(t, nullptr));
  Fields f = {
      {"TableName", Str(t.name)},
      {"TableStatus", Str("ACTIVE")},
      {"AttributeDefinitions", AttributeDefinitions(t)},
      {"KeySchema", KeySchemaValue(t.key)},
      {"BillingModeSummary", Value::Struct({{"BillingMode", Str(t.provisioned ? "PROVISIONED" : "PAY_PER_REQUEST")}})},
      {"ProvisionedThroughput", ThroughputValue(t.provisioned)}};
  AddUnits(t, "", &f);
  std::vector<Value> globals, locals;
  for (const IndexSchema& i : t.indexes) {
    PARTON_ASSIGN_OR_RETURN(Value v, IndexValue(t, i, counter));
    (i.kind == IndexKind::kGlobal ? globals : locals).push_back(std::move(v));
  }
  if (!globals.empty()) f.push_back({"GlobalSecondaryIndexes", Value::List(std::move(globals))});
  if (!locals.empty()) f.push_back({"LocalSecondaryIndexes", Value::List(std::move(locals))});
  if (t.stream != StreamView::kOff) {
    f.push_back({"StreamSpecification", Value::Struct({{"StreamEnabled", Value::Bool(true)},
                                                       {"StreamViewType", Str(ViewTypeName(t.stream))}})});
  }
  Fields ttl = {{"TimeToLiveStatus", Str(t.ttl_attribute.empty() ? "DISABLED" : "ENABLED")}};
  if (!t.ttl_attribute.empty()) ttl.push_back({"AttributeName", Str(t.ttl_attribute)});
  f.push_back({"TimeToLiveDescription", Value::Struct(std::move(ttl))});
  f.push_back({"DeletionProtectionEnabled", Value::Bool(t.options.contains("deletion_protection"))});
  AddOptions(t, &f);
  f.push_back({"CreationDateTime", Str(TimeText(t.created_ms))});
  f.push_back({"ItemCount", Value::Int(static_cast<int64_t>(stats.approximate_items))});
  f.push_back({"TableSizeBytes", Value::Int(static_cast<int64_t>(stats.approximate_size))});
  f.push_back({"TableId", Value::Int(static_cast<int64_t>(t.id))});
  f.push_back({"TableArn", Str(Arn(t))});
  return Value::Struct(std::move(f));
}

// The option of DESCRIBE.
Result<bool> IsExact(const std::vector<ast::Option>& options) {
  bool exact = false;
  for (const ast::Option& o : options) {
    std::string name = o.name.name;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (name != "exact") {
      return Status::Validation(fmt::format("DESCRIBE has no option {}", o.name.name), o.span,
                                "(exact = true): items are counted, however many there are");
    }
    if (!o.value.is_bool()) return Status::Validation("the option exact takes true or false", o.span);
    exact = o.value.bool_value();
  }
  return exact;
}

Status ShowTables(const ast::Show& s, Execution* result) {
  std::vector<Value> rows;
  for (const TablePtr& t : result->connection().store().Tables()) {
    if (s.like) {
      std::optional<bool> match = LikeMatches(t->name, *s.like, "");
      if (!match || !*match) continue;
    }
    rows.push_back(Value::Struct({{"name", Str(t->name)},
                                  {"status", Str("ACTIVE")},
                                  {"billing", Str(t->provisioned ? "PROVISIONED" : "PAY_PER_REQUEST")},
                                  {"indexes", Value::Int(static_cast<int64_t>(t->indexes.size()))}}));
  }
  result->SetRows(std::move(rows), {"name", "status", "billing", "indexes"}, true);
  return Status::Ok();
}

Value SettingRow(const SettingInfo& info, const Connection& connection) {
  Result<Value> v = connection.Get(info.name);
  return Value::Struct({{"name", Str(info.name)},
                        {"value", v.ok() ? *v : Value::Null()},
                        {"values", Str(info.values)},
                        {"description", Str(info.doc)}});
}

}  // namespace

Status Show(const ast::Show& s, Execution* result) {
  if (s.what == "TABLES") return ShowTables(s, result);
  if (s.what == "VERSION") {
    result->SetRows({Value::Struct({{"version", Str(Version())}})}, {"version"}, true);
    return Status::Ok();
  }
  if (s.what == "LIMITS") {
    result->SetRows({Value::Struct({{"AccountMaxReadCapacityUnits", Value::Int(80000)},
                                    {"AccountMaxWriteCapacityUnits", Value::Int(80000)},
                                    {"TableMaxReadCapacityUnits", Value::Int(40000)},
                                    {"TableMaxWriteCapacityUnits", Value::Int(40000)}})},
                    {}, true);
    return Status::Ok();
  }
  if (s.what == "ALL" || s.what == "SETTINGS") {
    std::vector<Value> rows;
    std::vector<SettingInfo> all = AllSettings();
    all.insert(all.end(), DatabaseSettings().begin(), DatabaseSettings().end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    rows.reserve(all.size());
    for (const SettingInfo& info : all) rows.push_back(SettingRow(info, result->connection()));
    result->SetRows(std::move(rows), {"name", "value", "values", "description"}, true);
    return Status::Ok();
  }
  if (s.what == "TRIGGERS" && !s.target) return ShowTriggers(result);
  if (s.what == "PARKED" && !s.target) return ShowParked(result);
  if (s.what == "STATISTICS") return ShowStatistics(s, result);
  if (s.what == "CONSUMERS" && !s.target) return ShowConsumers(result);
  if (s.what == "METRICS") return ShowMetrics(s, result);
  if (s.target) {
    return Status::Unsupported(fmt::format("SHOW {} is not supported", s.what), s.name.span);
  }
  Result<Value> v = result->connection().Get(s.name.name);
  if (!v.ok()) {
    std::string word;
    for (char c : s.name.name) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::string nearest =
        NearestName(word, {"tables", "limits", "version", "settings", "triggers", "parked", "consumers", "metrics"});
    Status unknown = Status::Validation(
        fmt::format("SHOW expects TABLES, CREATE TABLE, ALL or a setting, and there is no setting {}", s.name.name),
        s.name.span);
    // A misspelt setting has its hint already.
    return std::move(unknown).WithHint(nearest.empty() ? v.status().hint() : fmt::format("did you mean {}?", nearest));
  }
  result->SetRows({Value::Struct({{s.name.name, *v}})}, {s.name.name}, true);
  return Status::Ok();
}

Status ShowCreateTable(const ast::ShowCreateTable& s, Execution* result) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, result));
  std::string text = ToCreateStatement(*table);
  constexpr std::string_view kCreate = "CREATE TABLE ";
  if (s.if_not_exists && text.starts_with(kCreate)) text.insert(kCreate.size(), "IF NOT EXISTS ");
  result->SetText(ResultKind::kText, std::move(text));
  return Status::Ok();
}

Status Describe(const ast::Describe& s, Execution* result) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, result));
  if (s.attributes) return DescribeAttributes(table, result);
  PARTON_ASSIGN_OR_RETURN(const bool exact, IsExact(s.options));
  Counter counter(result, exact);
  PARTON_ASSIGN_OR_RETURN(Value v, TableValue(*table, &counter));
  if (counter.estimated()) {
    result->AddNotice(fmt::format("ItemCount and sizes are estimates; DESCRIBE {} (exact = true) counts", table->name));
  }
  result->SetRows({std::move(v)}, {}, true);
  return Status::Ok();
}

Status Set(const ast::SetOption& s, Execution* result) {
  Value value = s.value;
  if (value.is_missing() && !IsDatabaseSetting(s.name.name)) {
    // DEFAULT: what a new connection has.
    ConnectionImpl fresh(&result->connection().db());
    Result<Value> v = fresh.Get(s.name.name);
    if (!v.ok()) return std::move(v).status().At(s.name.span);
    value = std::move(*v);
  }
  Status done = result->connection().Set(s.name.name, value);
  if (!done.ok()) return std::move(done).At(s.name.span);
  result->SetText(ResultKind::kDone, "");
  return Status::Ok();
}

Status Check(Execution* result) {
  std::vector<Value> rows;
  PARTON_ASSIGN_OR_RETURN(const std::vector<std::string> problems,
                          CheckAll(&result->connection().db(), Progress(result)));
  for (const std::string& problem : problems) {
    rows.push_back(Value::Struct({{"problem", Str(problem)}}));
  }
  result->SetRows(std::move(rows), {"problem"}, true);
  return Status::Ok();
}

}  // namespace parton::commands

// SHOW, DESCRIBE, SET, CHECK.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <ctime>

#include "parton/temporal.h"
#include "parton/text.h"
#include "session/commands/commands.h"
#include "session/database_settings.h"
#include "session/options.h"
#include "session/tables/table_description.h"
#include "types/functions/functions.h"

namespace parton::commands {

namespace {

using Fields = std::vector<Field>;

Value Str(std::string_view s) { return Value::String(s); }

Value KeySchemaValue(const std::vector<KeyElement>& key) {
  std::vector<Value> out;
  for (const KeyElement& e : key) {
    out.push_back(Value::Struct(
        {{"AttributeName", Str(e.attribute)}, {"KeyType", Str(e.role == KeyElement::Role::kHash ? "HASH" : "RANGE")}}));
  }
  return Value::List(std::move(out));
}

Value ThroughputValue(const std::optional<Throughput>& t) {
  return Value::Struct({{"NumberOfDecreasesToday", Value::Int(0)},
                        {"ReadCapacityUnits", Value::Int(t ? t->read : 0)},
                        {"WriteCapacityUnits", Value::Int(t ? t->write : 0)}});
}

void AddUnits(const std::optional<Throughput>& maximum, const std::optional<Throughput>& warm, Fields* out) {
  const auto units = [](const Throughput& t, const char* read, const char* write) {
    return Value::Struct({{read, Value::Int(t.read)}, {write, Value::Int(t.write)}});
  };
  if (maximum) out->push_back({"OnDemandThroughput", units(*maximum, "MaxReadRequestUnits", "MaxWriteRequestUnits")});
  if (warm) out->push_back({"WarmThroughput", units(*warm, "ReadUnitsPerSecond", "WriteUnitsPerSecond")});
}

Value ProjectionValue(const IndexDefinition& i) {
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

std::string Arn(const std::string& table) { return "arn:parton:local:table/" + table; }

Value IndexValue(const std::string& table, const IndexDescription& i) {
  const IndexDefinition& d = i.definition;
  Fields f = {{"IndexName", Str(d.name)}, {"KeySchema", KeySchemaValue(d.key)}, {"Projection", ProjectionValue(d)}};
  if (d.kind == IndexKind::kGlobal) {
    f.push_back({"IndexStatus", Str(ResourceStatusName(i.status))});
    f.push_back({"ProvisionedThroughput", ThroughputValue(d.provisioned)});
    AddUnits(d.maximum, d.warm, &f);
  }
  f.push_back({"ItemCount", Value::Int(static_cast<int64_t>(i.item_count))});
  f.push_back({"IndexSizeBytes", Value::Int(static_cast<int64_t>(i.size_bytes))});
  f.push_back({"IndexArn", Str(Arn(table) + "/index/" + d.name)});
  return Value::Struct(std::move(f));
}

Value AttributeDefinitions(const std::vector<AttributeDefinition>& attributes) {
  std::vector<Value> out;
  for (const AttributeDefinition& a : attributes) {
    out.push_back(Value::Struct({{"AttributeName", Str(a.name)}, {"AttributeType", Str(KeyTypeCode(a.type))}}));
  }
  return Value::List(std::move(out));
}

// What is stored and shown.
void AddLabels(const TableSchema& t, Fields* f) {
  if (t.table_class) f->push_back({"TableClass", Str(TableClassName(*t.table_class))});
  if (t.encryption) f->push_back({"SSEDescription", Str(EncryptionText(*t.encryption))});
  if (t.point_in_time) f->push_back({"PointInTimeRecovery", Str("enabled")});
  if (const auto it = t.options.find("tags"); it != t.options.end()) f->push_back({"TagText", Str(it->second)});
  if (t.tags.empty()) return;
  std::vector<Value> tags;
  for (const auto& [key, value] : t.tags) tags.push_back(Value::Struct({{"Key", Str(key)}, {"Value", Str(value)}}));
  f->push_back({"Tags", Value::List(std::move(tags))});
}

Value TableValue(const TableSchema& t, const TableDescription& d) {
  Fields f = {
      {"TableName", Str(t.name)},
      {"TableStatus", Str(ResourceStatusName(d.status))},
      {"AttributeDefinitions", AttributeDefinitions(d.definition.attributes)},
      {"KeySchema", KeySchemaValue(d.definition.key)},
      {"BillingModeSummary", Value::Struct({{"BillingMode", Str(t.provisioned ? "PROVISIONED" : "PAY_PER_REQUEST")}})},
      {"ProvisionedThroughput", ThroughputValue(t.provisioned)}};
  AddUnits(t.maximum, t.warm, &f);
  std::vector<Value> globals, locals;
  for (const IndexDescription& i : d.indexes) {
    (i.definition.kind == IndexKind::kGlobal ? globals : locals).push_back(IndexValue(t.name, i));
  }
  if (!globals.empty()) f.push_back({"GlobalSecondaryIndexes", Value::List(std::move(globals))});
  if (!locals.empty()) f.push_back({"LocalSecondaryIndexes", Value::List(std::move(locals))});
  if (t.stream != StreamView::kOff) {
    f.push_back({"StreamSpecification", Value::Struct({{"StreamEnabled", Value::Bool(true)},
                                                       {"StreamViewType", Str(StreamViewType(t.stream))}})});
  }
  Fields ttl = {{"TimeToLiveStatus", Str(t.ttl_attribute.empty() ? "DISABLED" : "ENABLED")}};
  if (!t.ttl_attribute.empty()) ttl.push_back({"AttributeName", Str(t.ttl_attribute)});
  f.push_back({"TimeToLiveDescription", Value::Struct(std::move(ttl))});
  f.push_back({"DeletionProtectionEnabled", Value::Bool(t.deletion_protection)});
  AddLabels(t, &f);
  f.push_back({"CreationDateTime", Str(TimeText(t.created_ms))});
  f.push_back({"ItemCount", Value::Int(static_cast<int64_t>(d.item_count))});
  f.push_back({"TableSizeBytes", Value::Int(static_cast<int64_t>(d.size_bytes))});
  f.push_back({"TableId", Str(d.id)});
  f.push_back({"TableArn", Str(Arn(t.name))});
  return Value::Struct(std::move(f));
}

// The option of DESCRIBE.
Result<bool> IsExact(const std::vector<ast::Option>& options) {
  bool exact = false;
  for (const ast::Option& o : options) {
    const std::string name = AsciiLower(o.name.name);
    if (name != "exact") {
      return Status::Validation(fmt::format("DESCRIBE has no option {}", o.name.name), o.span,
                                "(exact = true): items are counted, however many there are");
    }
    if (!o.value.is_bool()) return Status::Validation("the option exact takes true or false", o.span);
    exact = o.value.bool_value();
  }
  return exact;
}

Status ShowTables(const ast::Show& s, const CommandContext& context) {
  std::vector<Value> rows;
  for (const TablePtr& t : context.store.Tables()) {
    if (s.like) {
      std::optional<bool> match = LikeMatches(t->name, *s.like, "");
      if (!match || !*match) continue;
    }
    rows.push_back(Value::Struct({{"name", Str(t->name)},
                                  {"status", Str("ACTIVE")},
                                  {"billing", Str(t->provisioned ? "PROVISIONED" : "PAY_PER_REQUEST")},
                                  {"indexes", Value::Int(static_cast<int64_t>(t->indexes.size()))}}));
  }
  context.result.SetRows(std::move(rows), {"name", "status", "billing", "indexes"}, true);
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

namespace {

void ShowVersion(const CommandContext& context) {
  context.result.SetRows({Value::Struct({{"version", Str(Version())}})}, {"version"}, true);
}

void ShowLimits(const CommandContext& context) {
  context.result.SetRows({Value::Struct({{"AccountMaxReadCapacityUnits", Value::Int(80000)},
                                         {"AccountMaxWriteCapacityUnits", Value::Int(80000)},
                                         {"TableMaxReadCapacityUnits", Value::Int(40000)},
                                         {"TableMaxWriteCapacityUnits", Value::Int(40000)}})},
                         {}, true);
}

void ShowAll(const CommandContext& context, const Connection& connection) {
  std::vector<Value> rows;
  std::vector<SettingInfo> all = AllSettings();
  all.insert(all.end(), DatabaseSettings().begin(), DatabaseSettings().end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  rows.reserve(all.size());
  for (const SettingInfo& info : all) rows.push_back(SettingRow(info, connection));
  context.result.SetRows(std::move(rows), {"name", "value", "values", "description"}, true);
}

Status ShowSetting(const ast::Show& s, const CommandContext& context, const Connection& connection) {
  Result<Value> v = connection.Get(s.name.name);
  if (!v.ok()) {
    const std::string word = AsciiLower(s.name.name);
    const std::string nearest = NearestName(
        word, {"tables", "limits", "version", "settings", "triggers", "parked", "consumers", "metrics", "caches"});
    Status unknown = Status::Validation(
        fmt::format("SHOW expects TABLES, CREATE TABLE, ALL or a setting, and there is no setting {}", s.name.name),
        s.name.span);
    // A misspelt setting has its hint already.
    return std::move(unknown).WithHint(nearest.empty() ? v.status().hint() : fmt::format("did you mean {}?", nearest));
  }
  context.result.SetRows({Value::Struct({{s.name.name, *v}})}, {s.name.name}, true);
  return Status::Ok();
}

}  // namespace

Status Show(const ast::Show& s, const CommandContext& context, const Connection& connection) {
  using What = ast::Show::What;
  switch (s.what) {
    case What::kTables: return ShowTables(s, context);
    case What::kVersion: ShowVersion(context); return Status::Ok();
    case What::kLimits: ShowLimits(context); return Status::Ok();
    case What::kAll: ShowAll(context, connection); return Status::Ok();
    case What::kStatistics:
    case What::kMetrics:
    case What::kCaches:
    case What::kTriggers:
    case What::kParked:
    case What::kConsumers:
    case What::kSetting: break;
  }
  if (s.target) {
    const std::string word = s.name.quoted ? s.name.name : AsciiUpper(s.name.name);
    return Status::Unsupported(fmt::format("SHOW {} is not supported", word), s.name.span);
  }
  return ShowSetting(s, context, connection);
}

Status ShowCreateTable(const ast::ShowCreateTable& s, const CommandContext& context) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, context));
  std::string text = ToCreateStatement(*table);
  constexpr std::string_view kCreate = "CREATE TABLE ";
  if (s.if_not_exists && text.starts_with(kCreate)) text.insert(kCreate.size(), "IF NOT EXISTS ");
  context.result.SetText(ResultKind::kText, std::move(text));
  return Status::Ok();
}

Status Describe(const ast::Describe& s, const CommandContext& context) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, FindTable(s.table, context));
  PARTON_ASSIGN_OR_RETURN(const bool exact, IsExact(s.options));
  PARTON_ASSIGN_OR_RETURN(const TableDescription d, DescribeTable(&context.store, *table, exact, ProgressOf(context)));
  Value v = TableValue(*table, d);
  if (!d.counted) {
    context.result.AddNotice(
        fmt::format("ItemCount and sizes are estimates; DESCRIBE {} (exact = true) counts", table->name));
  }
  context.result.SetRows({std::move(v)}, {}, true);
  return Status::Ok();
}

Status Set(const ast::SetOption& s, const CommandContext& context, const Options& options, Connection& connection) {
  Value value = s.value;
  if (value.is_missing() && !IsDatabaseSetting(s.name.name)) {
    // DEFAULT: what a new connection has.
    Result<Value> v = ReadSetting(s.name.name, InitialSettings(options));
    if (!v.ok()) return std::move(v).status().At(s.name.span);
    value = std::move(*v);
  }
  Status done = connection.Set(s.name.name, value);
  if (!done.ok()) return std::move(done).At(s.name.span);
  context.result.SetText(ResultKind::kDone, "");
  return Status::Ok();
}

Status Check(const CommandContext& context, Triggers& triggers) {
  std::vector<Value> rows;
  PARTON_ASSIGN_OR_RETURN(const std::vector<std::string> problems,
                          CheckAll(context.store, triggers, ProgressOf(context)));
  for (const std::string& problem : problems) {
    rows.push_back(Value::Struct({{"problem", Str(problem)}}));
  }
  context.result.SetRows(std::move(rows), {"problem"}, true);
  return Status::Ok();
}

}  // namespace parton::commands

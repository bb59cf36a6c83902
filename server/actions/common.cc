#include "server/actions/common.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

#include "server/attribute_values.h"

namespace parton::server {

namespace {

// In the order of LegacyOperator.
constexpr std::string_view kOperators[] = {
    "EQ", "NE", "LT", "LE", "GT", "GE", "NOT_NULL", "NULL", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN", "BETWEEN"};

std::optional<LegacyOperator> ReadOperator(const Input& input) {
  const auto* found = std::find(std::begin(kOperators), std::end(kOperators), input.text());
  if (!input.present() || found == std::end(kOperators)) return std::nullopt;
  return static_cast<LegacyOperator>(found - std::begin(kOperators));
}

std::optional<std::vector<LegacyCondition>> ReadConditions(const Input& map) {
  if (!map.present()) return std::nullopt;
  std::vector<LegacyCondition> conditions;
  for (size_t i = 0; i < map.Count(); ++i) {
    const Input given = map.MapValue(i);
    LegacyCondition condition;
    condition.attribute = map.Key(i);
    condition.comparison = ReadOperator(given["ComparisonOperator"]);
    if (given.Has("AttributeValueList"))
      condition.operands = ToValues(given["AttributeValueList"], &condition.values_error);
    if (given.Has("Value")) {
      Result<Value> value = ToValue(given["Value"].node());
      if (value.ok())
        condition.value = *value;
      else if (condition.values_error.ok())
        condition.values_error = value.status();
      if (!condition.value.has_value()) condition.value = Value();
    }
    if (given.Has("Exists")) condition.exists = given["Exists"].flag();
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::optional<std::vector<LegacyUpdate>> ReadUpdates(const Input& map) {
  if (!map.present()) return std::nullopt;
  std::vector<LegacyUpdate> updates;
  for (size_t i = 0; i < map.Count(); ++i) {
    const Input given = map.MapValue(i);
    LegacyUpdate update;
    update.attribute = map.Key(i);
    const std::string_view action = given["Action"].text();
    if (action == "PUT") update.action = LegacyUpdate::Action::kPut;
    if (action == "ADD") update.action = LegacyUpdate::Action::kAdd;
    if (action == "DELETE") update.action = LegacyUpdate::Action::kDelete;
    if (given.Has("Value")) {
      Result<Value> value = ToValue(given["Value"].node());
      update.value_error = value.status();
      update.value = value.ok() ? std::move(value).value() : Value();
    }
    updates.push_back(std::move(update));
  }
  return updates;
}

void WriteUnits(std::string_view name, double units, JsonWriter& out) {
  out.Key(name).BeginObject().Key("CapacityUnits").Double(units).EndObject();
}

void WriteIndexes(std::string_view member, const std::vector<const ConsumedCapacity*>& arms, bool local,
                  JsonWriter& out) {
  bool open = false;
  for (const ConsumedCapacity* arm : arms) {
    if (arm->index.empty() || arm->local_index != local) continue;
    if (!open) out.Key(member).BeginObject();
    open = true;
    WriteUnits(arm->index, arm->read_units + arm->write_units, out);
  }
  if (open) out.EndObject();
}

// `arms` are those of one table.
void WriteTable(Call& call, const std::vector<const ConsumedCapacity*>& arms, bool by_index, CapacityStyle style,
                JsonWriter& out) {
  double total = 0;
  double table = 0;
  for (const ConsumedCapacity* arm : arms) {
    const double units = arm->read_units + arm->write_units;
    total += units;
    if (arm->index.empty()) table += units;
    call.read_units += arm->read_units;
    call.write_units += arm->write_units;
  }
  out.BeginObject().Member("TableName", arms.front()->table).Key("CapacityUnits").Double(total);
  if (style == CapacityStyle::kTransactionRead) out.Key("ReadCapacityUnits").Double(total);
  if (style == CapacityStyle::kTransactionWrite) out.Key("WriteCapacityUnits").Double(total);
  if (by_index) {
    out.Key("Table").BeginObject().Key("CapacityUnits").Double(table);
    if (style == CapacityStyle::kTransactionRead) out.Key("ReadCapacityUnits").Double(table);
    if (style == CapacityStyle::kTransactionWrite) out.Key("WriteCapacityUnits").Double(table);
    out.EndObject();
    WriteIndexes("GlobalSecondaryIndexes", arms, false, out);
    WriteIndexes("LocalSecondaryIndexes", arms, true, out);
  }
  out.EndObject();
}

// The arms by table, tables in their order.
std::vector<std::vector<const ConsumedCapacity*>> ByTable(const std::vector<ConsumedCapacity>& capacity) {
  std::vector<std::vector<const ConsumedCapacity*>> tables;
  for (const ConsumedCapacity& arm : capacity) {
    const auto table =
        std::find_if(tables.begin(), tables.end(), [&](const auto& t) { return t.front()->table == arm.table; });
    if (table == tables.end())
      tables.push_back({&arm});
    else
      table->push_back(&arm);
  }
  return tables;
}

void Count(Call& call, const std::vector<ConsumedCapacity>& capacity) {
  for (const ConsumedCapacity& arm : capacity) {
    call.read_units += arm.read_units;
    call.write_units += arm.write_units;
  }
}

bool Wanted(const Input& input) {
  const std::string_view wanted = input["ReturnConsumedCapacity"].text();
  return wanted == "TOTAL" || wanted == "INDEXES";
}

}  // namespace

Expressions ReadExpressions(const Input& input) {
  Expressions e;
  e.key_condition = input["KeyConditionExpression"].OptionalText();
  e.filter = input["FilterExpression"].OptionalText();
  e.projection = input["ProjectionExpression"].OptionalText();
  e.condition = input["ConditionExpression"].OptionalText();
  e.update = input["UpdateExpression"].OptionalText();
  const Input names = input["ExpressionAttributeNames"];
  if (names.present()) {
    e.names.emplace();
    for (size_t i = 0; i < names.Count(); ++i) e.names->emplace_back(names.Key(i), names.MapValue(i).text());
  }
  const Input values = input["ExpressionAttributeValues"];
  if (values.present()) e.values = ToNamedValues(values, &e.values_error);
  return e;
}

std::optional<LegacyParameters> ReadLegacy(const Input& input) {
  static constexpr std::string_view kMembers[] = {"Expected",           "KeyConditions",    "QueryFilter",
                                                  "ScanFilter",         "AttributeUpdates", "AttributesToGet",
                                                  "ConditionalOperator"};
  if (std::none_of(std::begin(kMembers), std::end(kMembers), [&](std::string_view m) { return input.Has(m); }))
    return std::nullopt;
  LegacyParameters legacy;
  legacy.expected = ReadConditions(input["Expected"]);
  legacy.key_conditions = ReadConditions(input["KeyConditions"]);
  legacy.query_filter = ReadConditions(input["QueryFilter"]);
  legacy.scan_filter = ReadConditions(input["ScanFilter"]);
  legacy.attribute_updates = ReadUpdates(input["AttributeUpdates"]);
  const Input attributes = input["AttributesToGet"];
  if (attributes.present()) {
    legacy.attributes_to_get.emplace();
    for (size_t i = 0; i < attributes.Count(); ++i) legacy.attributes_to_get->push_back(attributes.Element(i).Text());
  }
  if (input.Has("ConditionalOperator")) legacy.any = input["ConditionalOperator"].text() == "OR";
  return legacy;
}

ReturnedItem ReadReturnValues(const Input& input) {
  const std::string_view wanted = input["ReturnValues"].text();
  if (wanted == "ALL_OLD") return ReturnedItem::kAllOld;
  if (wanted == "UPDATED_OLD") return ReturnedItem::kUpdatedOld;
  if (wanted == "ALL_NEW") return ReturnedItem::kAllNew;
  if (wanted == "UPDATED_NEW") return ReturnedItem::kUpdatedNew;
  return ReturnedItem::kNone;
}

bool ReturnsOldOnFailure(const Input& input) {
  return input["ReturnValuesOnConditionCheckFailure"].text() == "ALL_OLD";
}

void WriteCapacity(Call& call, const Input& input, const std::vector<ConsumedCapacity>& capacity, JsonWriter& out) {
  if (!Wanted(input) || capacity.empty()) return Count(call, capacity);
  const auto tables = ByTable(capacity);
  out.Key("ConsumedCapacity");
  WriteTable(call, tables.front(), input["ReturnConsumedCapacity"].text() == "INDEXES", CapacityStyle::kPlain, out);
}

void WriteCapacities(Call& call, const Input& input, const std::vector<ConsumedCapacity>& capacity, CapacityStyle style,
                     JsonWriter& out) {
  if (!Wanted(input)) return Count(call, capacity);
  out.Key("ConsumedCapacity").BeginArray();
  for (const auto& arms : ByTable(capacity))
    WriteTable(call, arms, input["ReturnConsumedCapacity"].text() == "INDEXES", style, out);
  out.EndArray();
}

bool AsksForCollections(const Input& input) { return input["ReturnItemCollectionMetrics"].text() == "SIZE"; }

Status WriteCollection(const ItemCollectionMetrics& metrics, JsonWriter& out) {
  out.BeginObject().Key("ItemCollectionKey");
  PARTON_RETURN_IF_ERROR(out.Item(metrics.key));
  out.Key("SizeEstimateRangeGB").BeginArray().Double(metrics.lower_gb).Double(metrics.upper_gb).EndArray().EndObject();
  return Status::Ok();
}

Status WriteCollections(const std::vector<ItemCollectionMetrics>& metrics, JsonWriter& out) {
  if (metrics.empty()) return Status::Ok();
  std::map<std::string_view, std::vector<const ItemCollectionMetrics*>> tables;
  for (const ItemCollectionMetrics& m : metrics) tables[m.table].push_back(&m);
  out.Key("ItemCollectionMetrics").BeginObject();
  for (const auto& [table, of_table] : tables) {
    out.Key(table).BeginArray();
    for (const ItemCollectionMetrics* m : of_table) PARTON_RETURN_IF_ERROR(WriteCollection(*m, out));
    out.EndArray();
  }
  out.EndObject();
  return Status::Ok();
}

Outcome WithItem(const Status& status, const Value& item) {
  ApiError error = FromStatus(status);
  if (status.code() == StatusCode::kConditionFailed && !item.is_missing()) {
    std::string json = "\"Item\":";
    const Status written = item.AppendDynamoItem(&json);
    if (!written.ok()) return written;
    error.more = std::move(json);
  }
  return error;
}

std::string TableNameOf(const Input& input) { return TableNameOf(input.text()); }

std::string TableNameOf(std::string_view text) {
  if (!text.starts_with("arn:")) return std::string(text);
  const size_t table = text.find(":table/");
  if (table == std::string_view::npos) return std::string(text);
  const std::string_view rest = text.substr(table + std::string_view(":table/").size());
  return std::string(rest.substr(0, rest.find('/')));
}

std::string TableArn(const Call& call, std::string_view table) {
  return "arn:aws:dynamodb:" + call.settings->region + ":" + call.settings->account + ":table/" + std::string(table);
}

}  // namespace parton::server

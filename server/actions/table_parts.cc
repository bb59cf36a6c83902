#include "server/actions/table_parts.h"

#include <fmt/format.h>

#include <utility>

namespace parton::server {

namespace {

constexpr std::string_view kTable = ":table/";

std::optional<Throughput> ReadUnits(const Input& input, std::string_view read, std::string_view write) {
  if (!input.present()) return std::nullopt;
  return Throughput{input[read].integer(-1), input[write].integer(-1)};
}

Outcome ReadProjection(const Input& input, IndexDefinition* index) {
  const std::string_view type = input["ProjectionType"].text();
  if (type.empty()) return Invalid("Unknown ProjectionType: null");
  const Input include = input["NonKeyAttributes"];
  for (size_t i = 0; i < include.Count(); ++i) index->include.push_back(include.Element(i).Text());
  index->projection = type == "ALL"       ? Projection::kAll
                      : type == "INCLUDE" ? Projection::kInclude
                                          : Projection::kKeysOnly;
  return {};
}

void WriteProvisioned(const std::optional<Throughput>& t, int64_t increased_ms, int64_t decreased_ms, JsonWriter& out) {
  out.Key("ProvisionedThroughput").BeginObject();
  if (increased_ms != 0) out.Key("LastIncreaseDateTime").Time(increased_ms);
  if (decreased_ms != 0) out.Key("LastDecreaseDateTime").Time(decreased_ms);
  out.Member("NumberOfDecreasesToday", int64_t{0});
  out.Member("ReadCapacityUnits", t ? t->read : 0).Member("WriteCapacityUnits", t ? t->write : 0).EndObject();
}

void WriteUnits(const std::optional<Throughput>& maximum, const std::optional<Throughput>& warm, JsonWriter& out) {
  if (maximum) {
    out.Key("OnDemandThroughput").BeginObject();
    out.Member("MaxReadRequestUnits", maximum->read).Member("MaxWriteRequestUnits", maximum->write).EndObject();
  }
  if (warm) {
    out.Key("WarmThroughput").BeginObject();
    out.Member("ReadUnitsPerSecond", warm->read).Member("WriteUnitsPerSecond", warm->write);
    out.Member("Status", "ACTIVE").EndObject();
  }
}

void WriteIndex(const Call& call, const TableDescription& table, const IndexDescription& index, JsonWriter& out) {
  const IndexDefinition& d = index.definition;
  out.BeginObject().Member("IndexName", d.name);
  WriteKeySchema(d.key, out);
  WriteProjection(d, out);
  if (d.kind == IndexKind::kGlobal) {
    out.Member("IndexStatus", ResourceStatusName(index.status));
    if (index.backfilling) out.Member("Backfilling", true);
    WriteProvisioned(d.provisioned, 0, 0, out);
    WriteUnits(d.maximum, d.warm, out);
  }
  out.Member("IndexSizeBytes", static_cast<int64_t>(index.size_bytes));
  out.Member("ItemCount", static_cast<int64_t>(index.item_count));
  out.Member("IndexArn", TableArn(call, table.definition.name) + "/index/" + d.name);
  out.EndObject();
}

void WriteIndexes(const Call& call, const TableDescription& table, IndexKind kind, std::string_view member,
                  JsonWriter& out) {
  bool open = false;
  for (const IndexDescription& index : table.indexes) {
    if (index.definition.kind != kind) continue;
    if (!open) out.Key(member).BeginArray();
    open = true;
    WriteIndex(call, table, index, out);
  }
  if (open) out.EndArray();
}

// A table that was provisioned from the start has none.
void WriteBilling(const TableDescription& table, JsonWriter& out) {
  const bool on_demand = !table.definition.provisioned;
  if (!on_demand && table.on_demand_since_ms == 0) return;
  out.Key("BillingModeSummary").BeginObject().Member("BillingMode", on_demand ? "PAY_PER_REQUEST" : "PROVISIONED");
  out.Key("LastUpdateToPayPerRequestDateTime")
      .Time(table.on_demand_since_ms != 0 ? table.on_demand_since_ms : table.created_ms);
  out.EndObject();
}

void WriteRestored(const Call& call, const TableDescription& table, JsonWriter& out) {
  if (table.restored_from.empty()) return;
  out.Key("RestoreSummary").BeginObject();
  if (!table.restored_backup.empty()) {
    out.Member("SourceBackupArn", BackupArn(call, table.restored_from, table.restored_backup));
  }
  out.Member("SourceTableArn", TableArn(call, table.restored_from));
  out.Key("RestoreDateTime").Time(table.restored_to_ms);
  out.Member("RestoreInProgress", false).EndObject();
}

}  // namespace

ApiError Invalid(std::string message) {
  return Validation("One or more parameter values were invalid: " + std::move(message));
}

std::vector<KeyElement> ReadKey(const Input& list) {
  std::vector<KeyElement> key;
  for (size_t i = 0; i < list.Count(); ++i) {
    const Input element = list.Element(i);
    key.push_back({element["AttributeName"].Text(),
                   element["KeyType"].text() == "HASH" ? KeyElement::Role::kHash : KeyElement::Role::kRange});
  }
  return key;
}

std::vector<AttributeDefinition> ReadAttributes(const Input& list) {
  std::vector<AttributeDefinition> attributes;
  for (size_t i = 0; i < list.Count(); ++i) {
    const Input element = list.Element(i);
    const std::string_view type = element["AttributeType"].text();
    attributes.push_back({element["AttributeName"].Text(), type == "S"   ? KeyType::kString
                                                           : type == "N" ? KeyType::kNumber
                                                                         : KeyType::kBinary});
  }
  return attributes;
}

std::optional<Throughput> ReadProvisioned(const Input& input) {
  return ReadUnits(input, "ReadCapacityUnits", "WriteCapacityUnits");
}
std::optional<Throughput> ReadMaximum(const Input& input) {
  return ReadUnits(input, "MaxReadRequestUnits", "MaxWriteRequestUnits");
}
std::optional<Throughput> ReadWarm(const Input& input) {
  return ReadUnits(input, "ReadUnitsPerSecond", "WriteUnitsPerSecond");
}

std::optional<Encryption> ReadEncryption(const Input& input) {
  if (!input.present()) return std::nullopt;
  Encryption e;
  e.enabled = input["Enabled"].flag();
  e.type = input["SSEType"].Text();
  e.key = input["KMSMasterKeyId"].Text();
  return e;
}

StreamView ReadView(std::string_view type) {
  for (const StreamView view :
       {StreamView::kKeysOnly, StreamView::kNewImage, StreamView::kOldImage, StreamView::kBothImages}) {
    if (type == StreamViewType(view)) return view;
  }
  return StreamView::kOff;
}

Tags ReadTags(const Input& list) {
  Tags tags;
  for (size_t i = 0; i < list.Count(); ++i) tags[list.Element(i)["Key"].Text()] = list.Element(i)["Value"].Text();
  return tags;
}

Outcome ReadIndex(const Input& input, IndexKind kind, IndexDefinition* index) {
  index->name = input["IndexName"].text();
  index->kind = kind;
  index->key = ReadKey(input["KeySchema"]);
  index->provisioned = ReadProvisioned(input["ProvisionedThroughput"]);
  index->maximum = ReadMaximum(input["OnDemandThroughput"]);
  index->warm = ReadWarm(input["WarmThroughput"]);
  return ReadProjection(input["Projection"], index);
}

Outcome ReadIndexes(const Input& list, IndexKind kind, std::vector<IndexDefinition>* indexes) {
  if (list.present() && list.Count() == 0) {
    return Invalid(fmt::format("List of {} is empty",
                               kind == IndexKind::kGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes"));
  }
  for (size_t i = 0; i < list.Count(); ++i) {
    Outcome read = ReadIndex(list.Element(i), kind, &indexes->emplace_back());
    if (!read.ok()) return read;
  }
  return {};
}

void WriteKeySchema(const std::vector<KeyElement>& key, JsonWriter& out) {
  out.Key("KeySchema").BeginArray();
  for (const KeyElement& e : key) {
    out.BeginObject().Member("AttributeName", e.attribute);
    out.Member("KeyType", e.role == KeyElement::Role::kHash ? "HASH" : "RANGE").EndObject();
  }
  out.EndArray();
}

void WriteProjection(const IndexDefinition& index, JsonWriter& out) {
  out.Key("Projection").BeginObject();
  out.Member("ProjectionType", index.projection == Projection::kAll        ? "ALL"
                               : index.projection == Projection::kKeysOnly ? "KEYS_ONLY"
                                                                           : "INCLUDE");
  if (!index.include.empty()) {
    out.Key("NonKeyAttributes").BeginArray();
    for (const std::string& name : index.include) out.String(name);
    out.EndArray();
  }
  out.EndObject();
}

void WriteStreamSpecification(StreamView view, JsonWriter& out) {
  out.BeginObject().Member("StreamEnabled", true).Member("StreamViewType", StreamViewType(view)).EndObject();
}

void WriteEncryption(const Call& call, const Encryption& encryption, JsonWriter& out) {
  if (!encryption.enabled) return;
  out.Key("SSEDescription").BeginObject().Member("Status", "ENABLED");
  out.Member("SSEType", encryption.type.empty() ? std::string("KMS") : encryption.type);
  if (!encryption.key.empty()) {
    out.Member("KMSMasterKeyArn", encryption.key.starts_with("arn:")
                                      ? encryption.key
                                      : fmt::format("arn:aws:kms:{}:{}:key/{}", call.settings->region,
                                                    call.settings->account, encryption.key));
  }
  out.EndObject();
}

void WriteTable(const Call& call, const TableDescription& table, JsonWriter& out) {
  const TableDefinition& d = table.definition;
  out.BeginObject();
  out.Key("AttributeDefinitions").BeginArray();
  for (const AttributeDefinition& a : d.attributes) {
    out.BeginObject().Member("AttributeName", a.name);
    out.Member("AttributeType", a.type == KeyType::kString ? "S" : a.type == KeyType::kNumber ? "N" : "B").EndObject();
  }
  out.EndArray();
  out.Member("TableName", d.name);
  WriteKeySchema(d.key, out);
  out.Member("TableStatus", ResourceStatusName(table.status));
  out.Key("CreationDateTime").Time(table.created_ms);
  WriteProvisioned(d.provisioned, table.throughput_increased_ms, table.throughput_decreased_ms, out);
  out.Member("TableSizeBytes", static_cast<int64_t>(table.size_bytes));
  out.Member("ItemCount", static_cast<int64_t>(table.item_count));
  out.Member("TableArn", TableArn(call, d.name)).Member("TableId", table.id);
  WriteBilling(table, out);
  WriteIndexes(call, table, IndexKind::kLocal, "LocalSecondaryIndexes", out);
  WriteIndexes(call, table, IndexKind::kGlobal, "GlobalSecondaryIndexes", out);
  if (d.stream != StreamView::kOff) {
    out.Key("StreamSpecification");
    WriteStreamSpecification(d.stream, out);
  }
  if (!table.stream_label.empty()) {
    out.Member("LatestStreamLabel", table.stream_label);
    out.Member("LatestStreamArn", StreamArn(call, {d.name, table.stream_label}));
  }
  if (d.encryption) WriteEncryption(call, *d.encryption, out);
  WriteRestored(call, table, out);
  if (d.table_class) {
    out.Key("TableClassSummary").BeginObject();
    out.Member("TableClass", *d.table_class == TableClass::kStandard ? "STANDARD" : "STANDARD_INFREQUENT_ACCESS");
    out.EndObject();
  }
  out.Member("DeletionProtectionEnabled", d.deletion_protection);
  WriteUnits(d.maximum, d.warm, out);
  out.EndObject();
}

std::string StreamArn(const Call& call, const StreamId& stream) {
  return TableArn(call, stream.table) + "/stream/" + stream.label;
}

std::optional<std::string> PartOf(std::string_view arn, std::string_view kind) {
  const size_t table = arn.find(kTable);
  if (!arn.starts_with("arn:") || table == std::string_view::npos) return std::nullopt;
  const std::string mark = fmt::format("/{}/", kind);
  const size_t part = arn.find(mark, table + kTable.size());
  if (part == std::string_view::npos || part + mark.size() == arn.size()) return std::nullopt;
  return std::string(arn.substr(part + mark.size()));
}

std::optional<StreamId> StreamOf(std::string_view arn) {
  std::optional<std::string> label = PartOf(arn, "stream");
  if (!label) return std::nullopt;
  return StreamId{TableNameOf(arn), std::move(*label)};
}

std::string BackupArn(const Call& call, std::string_view table, std::string_view backup) {
  return fmt::format("{}/backup/{}", TableArn(call, table), backup);
}

}  // namespace parton::server

// CreateBackup, DescribeBackup, DeleteBackup, ListBackups, RestoreTableFromBackup, RestoreTableToPointInTime,
// DescribeContinuousBackups, UpdateContinuousBackups.
#include "parton/backups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "server/actions/table_parts.h"

namespace parton::server {

namespace {

constexpr int64_t kMostBackups = 100;

Outcome BackupNotFound(const Input& arn) {
  return Exception("BackupNotFoundException", fmt::format("Backup not found: {}", arn.text()));
}

// Tables have an exception of their own here.
Outcome OfTable(const Status& status, const std::string& table) {
  if (status.code() != StatusCode::kNotFound) return status;
  return Exception("TableNotFoundException", fmt::format("Table not found: {}", table));
}

Outcome OfTarget(const Status& status) {
  if (status.code() != StatusCode::kInUse) return status;
  return Exception("TableAlreadyExistsException", status.message());
}

Outcome ReadBackupArn(const Input& arn, std::string* id) {
  std::optional<std::string> part = PartOf(arn.text(), "backup");
  if (!part) return Validation(fmt::format("Invalid BackupArn: {}", arn.text()));
  *id = std::move(*part);
  return {};
}

// The backup of an ARN, which must name its table: what a key may do goes by tables.
Outcome FindBackup(Call& call, const Input& arn, BackupDescription* backup) {
  std::string id;
  Outcome read = ReadBackupArn(arn, &id);
  if (!read.ok()) return read;
  Result<BackupDescription> found = call.db->backups().Describe(id);
  if (found.status().code() == StatusCode::kNotFound) return BackupNotFound(arn);
  if (!found.ok()) return found.status();
  if (found->table != TableNameOf(arn)) return BackupNotFound(arn);
  *backup = std::move(found).value();
  return {};
}

// Seconds with a fraction, as timestamps come.
int64_t Milliseconds(const Input& time) { return std::llround(std::min(time.number() * 1000.0, 9e17)); }

void WriteDetails(const Call& call, const BackupDescription& b, std::string_view status, JsonWriter& out) {
  out.Key("BackupDetails").BeginObject();
  out.Member("BackupArn", BackupArn(call, b.table, b.id)).Member("BackupName", b.name);
  out.Member("BackupSizeBytes", static_cast<int64_t>(b.size_bytes));
  out.Member("BackupStatus", status).Member("BackupType", "USER");
  out.Key("BackupCreationDateTime").Time(b.created_ms);
  out.EndObject();
}

void WriteSource(const Call& call, const BackupDescription& b, JsonWriter& out) {
  const TableDefinition& d = b.definition;
  out.Key("SourceTableDetails").BeginObject();
  out.Member("TableName", b.table).Member("TableId", b.table_id).Member("TableArn", TableArn(call, b.table));
  out.Member("TableSizeBytes", static_cast<int64_t>(b.size_bytes));
  WriteKeySchema(d.key, out);
  out.Key("TableCreationDateTime").Time(b.table_created_ms);
  out.Key("ProvisionedThroughput").BeginObject();
  out.Member("ReadCapacityUnits", d.provisioned ? d.provisioned->read : 0);
  out.Member("WriteCapacityUnits", d.provisioned ? d.provisioned->write : 0).EndObject();
  out.Member("ItemCount", static_cast<int64_t>(b.item_count));
  out.Member("BillingMode", d.provisioned ? "PROVISIONED" : "PAY_PER_REQUEST").EndObject();
}

void WriteIndexes(const TableDefinition& d, IndexKind kind, std::string_view member, JsonWriter& out) {
  bool open = false;
  for (const IndexDefinition& index : d.indexes) {
    if (index.kind != kind) continue;
    if (!open) out.Key(member).BeginArray();
    open = true;
    out.BeginObject().Member("IndexName", index.name);
    WriteKeySchema(index.key, out);
    WriteProjection(index, out);
    if (kind == IndexKind::kGlobal) {
      out.Key("ProvisionedThroughput").BeginObject();
      out.Member("ReadCapacityUnits", index.provisioned ? index.provisioned->read : 0);
      out.Member("WriteCapacityUnits", index.provisioned ? index.provisioned->write : 0).EndObject();
    }
    out.EndObject();
  }
  if (open) out.EndArray();
}

void WriteFeatures(const Call& call, const TableDefinition& d, JsonWriter& out) {
  out.Key("SourceTableFeatureDetails").BeginObject();
  WriteIndexes(d, IndexKind::kLocal, "LocalSecondaryIndexes", out);
  WriteIndexes(d, IndexKind::kGlobal, "GlobalSecondaryIndexes", out);
  if (d.stream != StreamView::kOff) {
    out.Key("StreamDescription");
    WriteStreamSpecification(d.stream, out);
  }
  if (!d.ttl_attribute.empty()) {
    out.Key("TimeToLiveDescription").BeginObject();
    out.Member("TimeToLiveStatus", "ENABLED").Member("AttributeName", d.ttl_attribute).EndObject();
  }
  if (d.encryption) WriteEncryption(call, *d.encryption, out);
  out.EndObject();
}

void WriteBackup(const Call& call, const BackupDescription& b, std::string_view status, JsonWriter& out) {
  out.Key("BackupDescription").BeginObject();
  WriteDetails(call, b, status, out);
  WriteSource(call, b, out);
  WriteFeatures(call, b.definition, out);
  out.EndObject();
}

void WriteSummary(const Call& call, const BackupDescription& b, JsonWriter& out) {
  out.BeginObject();
  out.Member("TableName", b.table).Member("TableId", b.table_id).Member("TableArn", TableArn(call, b.table));
  out.Member("BackupArn", BackupArn(call, b.table, b.id)).Member("BackupName", b.name);
  out.Key("BackupCreationDateTime").Time(b.created_ms);
  out.Member("BackupStatus", "AVAILABLE").Member("BackupType", "USER");
  out.Member("BackupSizeBytes", static_cast<int64_t>(b.size_bytes)).EndObject();
}

// `before`: the indexes the source has, where one of the two lists is not overridden.
Outcome ReadTarget(const Input& input, const std::vector<IndexDefinition>& before, RestoreTarget* target) {
  target->table = TableNameOf(input["TargetTableName"]);
  if (input.Has("BillingModeOverride")) {
    target->billing = input["BillingModeOverride"].text() == "PAY_PER_REQUEST" ? TableUpdate::Billing::kOnDemand
                                                                               : TableUpdate::Billing::kProvisioned;
  }
  target->provisioned = ReadProvisioned(input["ProvisionedThroughputOverride"]);
  target->encryption = ReadEncryption(input["SSESpecificationOverride"]);
  const Input global = input["GlobalSecondaryIndexOverride"], local = input["LocalSecondaryIndexOverride"];
  if (!global.present() && !local.present()) return {};
  std::vector<IndexDefinition> indexes;
  for (const IndexDefinition& index : before) {
    if (!(index.kind == IndexKind::kGlobal ? global : local).present()) indexes.push_back(index);
  }
  // An empty list is none of them.
  Outcome read;
  if (local.Count() != 0) read = ReadIndexes(local, IndexKind::kLocal, &indexes);
  if (read.ok() && global.Count() != 0) read = ReadIndexes(global, IndexKind::kGlobal, &indexes);
  target->indexes = std::move(indexes);
  return read;
}

void WriteContinuous(const ContinuousBackups& c, JsonWriter& out) {
  out.Key("ContinuousBackupsDescription").BeginObject().Member("ContinuousBackupsStatus", "ENABLED");
  out.Key("PointInTimeRecoveryDescription").BeginObject();
  out.Member("PointInTimeRecoveryStatus", c.enabled ? "ENABLED" : "DISABLED");
  if (c.enabled) {
    out.Member("RecoveryPeriodInDays", int64_t{c.days});
    out.Key("EarliestRestorableDateTime").Time(c.earliest_ms);
    out.Key("LatestRestorableDateTime").Time(c.latest_ms);
  }
  out.EndObject().EndObject();
}

}  // namespace

Outcome CreateBackup(Call& call, const Input& input, JsonWriter& out) {
  const std::string table = TableNameOf(input["TableName"]);
  const Result<BackupDescription> backup = call.db->backups().Create(table, input["BackupName"].Text());
  if (!backup.ok()) return OfTable(backup.status(), table);
  WriteDetails(call, *backup, "AVAILABLE", out);
  return {};
}

Outcome DescribeBackup(Call& call, const Input& input, JsonWriter& out) {
  BackupDescription backup;
  Outcome found = FindBackup(call, input["BackupArn"], &backup);
  if (!found.ok()) return found;
  WriteBackup(call, backup, "AVAILABLE", out);
  return {};
}

Outcome DeleteBackup(Call& call, const Input& input, JsonWriter& out) {
  BackupDescription backup;
  Outcome found = FindBackup(call, input["BackupArn"], &backup);
  if (!found.ok()) return found;
  const Status dropped = call.db->backups().Drop(backup.id).status();
  if (dropped.code() == StatusCode::kNotFound) return BackupNotFound(input["BackupArn"]);
  PARTON_RETURN_IF_ERROR(dropped);
  WriteBackup(call, backup, "DELETED", out);
  return {};
}

Outcome ListBackups(Call& call, const Input& input, JsonWriter& out) {
  BackupFilter filter;
  filter.table = TableNameOf(input["TableName"]);
  if (input.Has("TimeRangeLowerBound")) filter.from_ms = Milliseconds(input["TimeRangeLowerBound"]);
  if (input.Has("TimeRangeUpperBound")) filter.before_ms = Milliseconds(input["TimeRangeUpperBound"]);
  std::string after;
  if (input.Has("ExclusiveStartBackupArn")) {
    Outcome read = ReadBackupArn(input["ExclusiveStartBackupArn"], &after);
    if (!read.ok()) return read;
  }
  const std::string_view type = input["BackupType"].text();
  // All are made by users.
  const bool none = type == "SYSTEM" || type == "AWS_BACKUP";
  Backups::Page page;
  if (!none) {
    PARTON_ASSIGN_OR_RETURN(
        page, call.db->backups().List(filter, after, static_cast<size_t>(input["Limit"].integer(kMostBackups))));
  }
  out.Key("BackupSummaries").BeginArray();
  for (const BackupDescription& backup : page.backups) WriteSummary(call, backup, out);
  out.EndArray();
  if (page.last) out.Member("LastEvaluatedBackupArn", BackupArn(call, page.backups.back().table, *page.last));
  return {};
}

Outcome RestoreTableFromBackup(Call& call, const Input& input, JsonWriter& out) {
  BackupDescription backup;
  Outcome read = FindBackup(call, input["BackupArn"], &backup);
  RestoreTarget target;
  if (read.ok()) read = ReadTarget(input, backup.definition.indexes, &target);
  if (!read.ok()) return read;
  const Result<TableDescription> table = call.db->backups().Restore(backup.id, target);
  if (table.status().code() == StatusCode::kNotFound) return BackupNotFound(input["BackupArn"]);
  if (!table.ok()) return OfTarget(table.status());
  out.Key("TableDescription");
  WriteTable(call, *table, out);
  return {};
}

Outcome RestoreTableToPointInTime(Call& call, const Input& input, JsonWriter& out) {
  const Input source = input.Has("SourceTableName") ? input["SourceTableName"] : input["SourceTableArn"];
  if (!source.present()) return Invalid("Either SourceTableArn or SourceTableName must be specified");
  const std::string name = TableNameOf(source);
  const bool latest = input["UseLatestRestorableTime"].flag();
  if (latest == input.Has("RestoreDateTime")) {
    return Invalid("Either RestoreDateTime or UseLatestRestorableTime must be specified, and not both");
  }
  const Result<TableDescription> described = call.db->tables().DescribeSchema(name);
  if (!described.ok()) return OfTable(described.status(), name);
  const Result<ContinuousBackups> window = call.db->backups().DescribeContinuous(name);
  if (!window.ok()) return OfTable(window.status(), name);
  if (!window->enabled) {
    return Exception("PointInTimeRecoveryUnavailableException",
                     fmt::format("Point in time recovery is not enabled for table '{}'", name));
  }
  std::optional<int64_t> time;
  if (!latest) {
    time = Milliseconds(input["RestoreDateTime"]);
    if (*time < window->earliest_ms || *time > window->latest_ms) {
      return Exception("InvalidRestoreTimeException",
                       "The specified restore time is not between EarliestRestorableDateTime and "
                       "LatestRestorableDateTime");
    }
  }
  RestoreTarget target;
  Outcome read = ReadTarget(input, described->definition.indexes, &target);
  if (!read.ok()) return read;
  const Result<TableDescription> table = call.db->backups().RestoreToTime(name, time, target);
  if (!table.ok()) return OfTarget(table.status());
  out.Key("TableDescription");
  WriteTable(call, *table, out);
  return {};
}

Outcome DescribeContinuousBackups(Call& call, const Input& input, JsonWriter& out) {
  const std::string table = TableNameOf(input["TableName"]);
  const Result<ContinuousBackups> c = call.db->backups().DescribeContinuous(table);
  if (!c.ok()) return OfTable(c.status(), table);
  WriteContinuous(*c, out);
  return {};
}

Outcome UpdateContinuousBackups(Call& call, const Input& input, JsonWriter& out) {
  const std::string table = TableNameOf(input["TableName"]);
  const Input wanted = input["PointInTimeRecoverySpecification"];
  const Result<ContinuousBackups> c = call.db->backups().UpdateContinuous(
      table, wanted["PointInTimeRecoveryEnabled"].flag(), static_cast<int>(wanted["RecoveryPeriodInDays"].integer(35)));
  if (!c.ok()) return OfTable(c.status(), table);
  WriteContinuous(*c, out);
  return {};
}

}  // namespace parton::server

// CreateTable, DescribeTable, UpdateTable, DeleteTable, ListTables, DescribeLimits, DescribeEndpoints.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "server/actions/table_parts.h"

namespace parton::server {

namespace {

constexpr int64_t kMostNames = 100;
// An index over so few items is there when UpdateTable is answered; one over more is filled in the background.
constexpr uint64_t kFilledAtOnce = 2000;

std::optional<TableClass> ReadClass(const Input& input) {
  if (!input.present()) return std::nullopt;
  return input.text() == "STANDARD" ? TableClass::kStandard : TableClass::kInfrequentAccess;
}

Outcome CheckBilling(bool on_demand, const TableDefinition& d) {
  if (on_demand && d.provisioned) {
    return Invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
  }
  if (!on_demand && !d.provisioned) {
    return Invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
  }
  for (const IndexDefinition& index : d.indexes) {
    if (index.kind == IndexKind::kLocal || on_demand || index.provisioned) continue;
    return Invalid(fmt::format("ProvisionedThroughput is not specified for index: {}", index.name));
  }
  return {};
}

// `view`: nullopt if nothing was said.
Outcome ReadStream(const Input& input, std::optional<StreamView>* view) {
  if (!input.present()) return {};
  const Input type = input["StreamViewType"];
  const bool enabled = input["StreamEnabled"].flag();
  if (enabled && !type.present()) return Invalid("StreamViewType must be specified when StreamEnabled is true");
  if (!enabled && type.present()) return Invalid("StreamViewType must not be specified when StreamEnabled is false");
  *view = enabled ? ReadView(type.text()) : StreamView::kOff;
  return {};
}

}  // namespace

Outcome ReadDefinition(const Input& input, TableDefinition* d) {
  d->name = TableNameOf(input["TableName"]);
  d->attributes = ReadAttributes(input["AttributeDefinitions"]);
  d->key = ReadKey(input["KeySchema"]);
  d->provisioned = ReadProvisioned(input["ProvisionedThroughput"]);
  d->maximum = ReadMaximum(input["OnDemandThroughput"]);
  d->warm = ReadWarm(input["WarmThroughput"]);
  Outcome read = ReadIndexes(input["LocalSecondaryIndexes"], IndexKind::kLocal, &d->indexes);
  if (read.ok()) read = ReadIndexes(input["GlobalSecondaryIndexes"], IndexKind::kGlobal, &d->indexes);
  if (read.ok()) read = CheckBilling(input["BillingMode"].text() == "PAY_PER_REQUEST", *d);
  std::optional<StreamView> stream;
  if (read.ok()) read = ReadStream(input["StreamSpecification"], &stream);
  if (!read.ok()) return read;
  d->stream = stream.value_or(StreamView::kOff);
  d->deletion_protection = input["DeletionProtectionEnabled"].flag();
  d->table_class = ReadClass(input["TableClass"]);
  d->encryption = ReadEncryption(input["SSESpecification"]);
  d->tags = ReadTags(input["Tags"]);
  return {};
}

namespace {

Outcome OneIndexAtATime() {
  return Exception("LimitExceededException",
                   "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
}

Outcome ReadIndexUpdates(const Input& list, TableUpdate* update) {
  for (size_t i = 0; i < list.Count(); ++i) {
    const Input element = list.Element(i);
    const Input create = element["Create"], change = element["Update"], drop = element["Delete"];
    if (create.present() + change.present() + drop.present() != 1) {
      return Invalid("One of GlobalSecondaryIndexUpdate's members Create, Update, Delete must be specified");
    }
    if (change.present()) {
      TableUpdate::IndexUpdate& u = update->index_updates.emplace_back();
      u.name = change["IndexName"].text();
      u.provisioned = ReadProvisioned(change["ProvisionedThroughput"]);
      u.maximum = ReadMaximum(change["OnDemandThroughput"]);
      u.warm = ReadWarm(change["WarmThroughput"]);
      continue;
    }
    if (update->create_index || update->drop_index) return OneIndexAtATime();
    if (drop.present()) {
      update->drop_index = drop["IndexName"].text();
      continue;
    }
    IndexDefinition index;
    Outcome read = ReadIndex(create, IndexKind::kGlobal, &index);
    if (!read.ok()) return read;
    update->create_index = std::move(index);
  }
  return {};
}

Outcome ReadUpdate(const Input& input, TableUpdate* update) {
  for (const std::string_view member : {"ReplicaUpdates", "GlobalTableWitnessUpdates", "MultiRegionConsistency"}) {
    if (input.Has(member)) return Validation(fmt::format("{} is not supported: a table has no replicas here", member));
  }
  update->attributes = ReadAttributes(input["AttributeDefinitions"]);
  if (input.Has("BillingMode")) {
    update->billing = input["BillingMode"].text() == "PAY_PER_REQUEST" ? TableUpdate::Billing::kOnDemand
                                                                       : TableUpdate::Billing::kProvisioned;
  }
  update->provisioned = ReadProvisioned(input["ProvisionedThroughput"]);
  update->maximum = ReadMaximum(input["OnDemandThroughput"]);
  update->warm = ReadWarm(input["WarmThroughput"]);
  if (input.Has("DeletionProtectionEnabled")) update->deletion_protection = input["DeletionProtectionEnabled"].flag();
  update->table_class = ReadClass(input["TableClass"]);
  update->encryption = ReadEncryption(input["SSESpecification"]);
  Outcome read = ReadStream(input["StreamSpecification"], &update->stream);
  return read.ok() ? ReadIndexUpdates(input["GlobalSecondaryIndexUpdates"], update) : std::move(read);
}

Outcome WriteResult(const Call& call, const Result<TableDescription>& table, std::string_view member, JsonWriter& out) {
  if (!table.ok()) return table.status();
  out.Key(member);
  WriteTable(call, *table, out);
  return {};
}

}  // namespace

Outcome CreateTable(Call& call, const Input& input, JsonWriter& out) {
  TableDefinition definition;
  Outcome read = ReadDefinition(input, &definition);
  if (!read.ok()) return read;
  return WriteResult(call, call.db->tables().Create(definition), "TableDescription", out);
}

Outcome DescribeTable(Call& call, const Input& input, JsonWriter& out) {
  return WriteResult(call, call.db->tables().Describe(TableNameOf(input["TableName"])), "Table", out);
}

Outcome UpdateTable(Call& call, const Input& input, JsonWriter& out) {
  const std::string name = TableNameOf(input["TableName"]);
  TableUpdate update;
  Outcome read = ReadUpdate(input, &update);
  if (!read.ok()) return read;
  if (update.create_index) {
    const Result<TableDescription> table = call.db->tables().Describe(name);
    if (!table.ok()) return table.status();
    update.wait = table->item_count <= kFilledAtOnce;
  }
  return WriteResult(call, call.db->tables().Update(name, update), "TableDescription", out);
}

Outcome DeleteTable(Call& call, const Input& input, JsonWriter& out) {
  return WriteResult(call, call.db->tables().Drop(TableNameOf(input["TableName"])), "TableDescription", out);
}

Outcome ListTables(Call& call, const Input& input, JsonWriter& out) {
  const Result<Tables::Page> page = call.db->tables().List(input["ExclusiveStartTableName"].text(),
                                                           static_cast<size_t>(input["Limit"].integer(kMostNames)));
  if (!page.ok()) return page.status();
  out.Key("TableNames").BeginArray();
  for (const std::string& name : page->names) out.String(name);
  out.EndArray();
  if (page->last) out.Member("LastEvaluatedTableName", *page->last);
  return {};
}

Outcome DescribeLimits(Call& call, const Input& /*input*/, JsonWriter& out) {
  const ThroughputLimits limits = call.db->tables().Limits();
  out.Member("AccountMaxReadCapacityUnits", limits.account.read);
  out.Member("AccountMaxWriteCapacityUnits", limits.account.write);
  out.Member("TableMaxReadCapacityUnits", limits.table.read);
  out.Member("TableMaxWriteCapacityUnits", limits.table.write);
  return {};
}

Outcome DescribeEndpoints(Call& call, const Input& /*input*/, JsonWriter& out) {
  out.Key("Endpoints").BeginArray().BeginObject();
  out.Member("Address", call.host).Member("CachePeriodInMinutes", int64_t{1440}).EndObject().EndArray();
  return {};
}

}  // namespace parton::server

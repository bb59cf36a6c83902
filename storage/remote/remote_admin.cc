#include "storage/remote/remote_admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "storage/remote/requests.h"

namespace parton::remote {

namespace {

constexpr int64_t kFirstWaitMs = 20;
constexpr int64_t kLongestWaitMs = 5'000;

std::string KeySchemaJson(const KeySchema& key) {
  const auto part = [](const KeyAttribute& a, std::string_view role) {
    return JsonObject().AddText("AttributeName", a.name).AddText("KeyType", role).Text();
  };
  std::string out;
  for (size_t i = 0; i < key.parts(); ++i) {
    out += (out.empty() ? "" : ",") + part(key.part(i), i < key.hash_parts() ? "HASH" : "RANGE");
  }
  return "[" + out + "]";
}

std::string DefinitionsJson(const TableSchema& schema) {
  std::map<std::string, KeyType> types;
  const auto add = [&](const KeySchema& key) {
    for (size_t i = 0; i < key.parts(); ++i) types[key.part(i).name] = key.part(i).type;
  };
  add(schema.key);
  for (const IndexSchema& i : schema.indexes) add(i.key);
  std::string out;
  for (const auto& [name, type] : types) {
    out += (out.empty() ? "" : ",") +
           JsonObject().AddText("AttributeName", name).AddText("AttributeType", KeyTypeCode(type)).Text();
  }
  return "[" + out + "]";
}

std::string ThroughputJson(const Throughput& t) {
  return fmt::format("{{\"ReadCapacityUnits\":{},\"WriteCapacityUnits\":{}}}", t.read, t.write);
}

JsonObject IndexJson(const IndexSchema& index, const std::optional<Throughput>& table) {
  JsonObject projection;
  projection.AddText("ProjectionType", index.projection == Projection::kAll        ? "ALL"
                                       : index.projection == Projection::kKeysOnly ? "KEYS_ONLY"
                                                                                   : "INCLUDE");
  if (index.projection == Projection::kInclude) {
    std::string names;
    for (const std::string& n : index.include) names += (names.empty() ? "" : ",") + JsonText(n);
    projection.Add("NonKeyAttributes", "[" + names + "]");
  }
  JsonObject out;
  out.AddText("IndexName", index.name).Add("KeySchema", KeySchemaJson(index.key)).Add("Projection", projection.Text());
  const std::optional<Throughput> units = index.provisioned ? index.provisioned : table;
  if (index.kind == IndexKind::kGlobal && table && units) out.Add("ProvisionedThroughput", ThroughputJson(*units));
  return out;
}

void AddBilling(const std::optional<Throughput>& provisioned, JsonObject* body) {
  body->AddText("BillingMode", provisioned ? "PROVISIONED" : "PAY_PER_REQUEST");
  if (provisioned) body->Add("ProvisionedThroughput", ThroughputJson(*provisioned));
}

std::string StreamJson(StreamView view) {
  if (view == StreamView::kOff) return "{\"StreamEnabled\":false}";
  return JsonObject().Add("StreamEnabled", "true").AddText("StreamViewType", StreamViewType(view)).Text();
}

// What Parton keeps of a table that the engine has no place for.
Status CheckStorable(const TableSchema& schema) {
  const auto own =
      std::find_if(schema.options.begin(), schema.options.end(), [](const auto& o) { return !o.first.empty(); });
  if (own != schema.options.end()) {
    return Status::Unsupported(fmt::format("this store has no place for the option {} of a table", own->first));
  }
  return Status::Ok();
}

}  // namespace

Status RemoteAdmin::Do(std::string_view operation, const std::string& body, std::string_view table) {
  Answer answer = client_->Call(operation, body, Repeat::kUnsafe);
  catalog_->Forget(table);
  if (answer.status.code() == StatusCode::kNotFound) {
    return Status::NotFound(fmt::format("Requested resource not found: Table: {} not found", table));
  }
  return std::move(answer.status);
}

Status RemoteAdmin::WaitFor(std::string_view table, bool gone, const StoreProgress& progress) {
  for (int64_t wait = kFirstWaitMs;; wait = std::min(2 * wait, kLongestWaitMs)) {
    const Result<TableFacts> facts = catalog_->Describe(table);
    if (!facts.ok() && facts.status().code() != StatusCode::kNotFound) return facts.status();
    if (gone ? !facts.ok() : facts.ok() && facts->active) return Status::Ok();
    if (!gone && !facts.ok() && wait >= kLongestWaitMs) return facts.status();
    if (progress && !progress(0, 0)) {
      return Status(StatusCode::kCancelled,
                    fmt::format("nobody waits for table {} any more: the engine goes on", table));
    }
    DynamoClient::Sleep(wait);
  }
}

Result<TablePtr> RemoteAdmin::CreateTable(TableSchema schema) {
  PARTON_RETURN_IF_ERROR(CheckStorable(schema));
  JsonObject body;
  body.AddText("TableName", schema.name)
      .Add("AttributeDefinitions", DefinitionsJson(schema))
      .Add("KeySchema", KeySchemaJson(schema.key));
  AddBilling(schema.provisioned, &body);
  for (const auto& [kind, member] : {std::pair{IndexKind::kLocal, "LocalSecondaryIndexes"},
                                     std::pair{IndexKind::kGlobal, "GlobalSecondaryIndexes"}}) {
    std::string list;
    for (const IndexSchema& i : schema.indexes) {
      if (i.kind == kind) list += (list.empty() ? "" : ",") + IndexJson(i, schema.provisioned).Text();
    }
    if (!list.empty()) body.Add(member, "[" + list + "]");
  }
  if (schema.stream != StreamView::kOff) body.Add("StreamSpecification", StreamJson(schema.stream));
  if (schema.deletion_protection) body.Add("DeletionProtectionEnabled", "true");
  if (schema.table_class) body.AddText("TableClass", TableClassName(*schema.table_class));
  std::string tags;
  for (const auto& [name, value] : schema.tags) {
    tags += (tags.empty() ? "" : ",") + JsonObject().AddText("Key", name).AddText("Value", value).Text();
  }
  if (!tags.empty()) body.Add("Tags", "[" + tags + "]");
  PARTON_RETURN_IF_ERROR(Do("CreateTable", body.Text(), schema.name));
  PARTON_RETURN_IF_ERROR(WaitFor(schema.name, false, {}));
  if (!schema.ttl_attribute.empty()) {
    TableSchema before = schema;
    before.ttl_attribute.clear();
    PARTON_RETURN_IF_ERROR(UpdateExpiry(before, schema));
  }
  return catalog_->GetTable(schema.name);
}

Status RemoteAdmin::DropTable(std::string_view name, const StoreProgress& progress) {
  PARTON_RETURN_IF_ERROR(Do("DeleteTable", JsonObject().AddText("TableName", name).Text(), name));
  return WaitFor(name, true, progress);
}

Status RemoteAdmin::TruncateTable(std::string_view name, const StoreProgress&) {
  return Status::Unsupported(fmt::format("this store does not truncate table {}", name))
      .WithHint("DELETE FROM ... WITH (batch = 100), or drop it and create it again");
}

Status RemoteAdmin::StartIndex(std::string_view table, IndexSchema index) {
  if (index.kind == IndexKind::kLocal) {
    return Status::Validation("a local index is made with its table: it cannot be added");
  }
  PARTON_ASSIGN_OR_RETURN(const TableFacts facts, catalog_->Describe(table));
  TableSchema schema = *facts.schema;
  const std::string create = IndexJson(index, schema.provisioned).Text();
  schema.indexes.push_back(index);
  JsonObject body;
  body.AddText("TableName", table)
      .Add("AttributeDefinitions", DefinitionsJson(schema))
      .Add("GlobalSecondaryIndexUpdates", fmt::format("[{{\"Create\":{}}}]", create));
  return Do("UpdateTable", body.Text(), table);
}

Status RemoteAdmin::CreateIndex(std::string_view table, IndexSchema index, const StoreProgress& progress) {
  PARTON_RETURN_IF_ERROR(StartIndex(table, std::move(index)));
  return WaitFor(table, false, progress);
}

Status RemoteAdmin::DropIndex(std::string_view table, std::string_view index, const StoreProgress& progress) {
  JsonObject body;
  body.AddText("TableName", table)
      .Add("GlobalSecondaryIndexUpdates", fmt::format("[{{\"Delete\":{{\"IndexName\":{}}}}}]", JsonText(index)));
  PARTON_RETURN_IF_ERROR(Do("UpdateTable", body.Text(), table));
  for (int64_t wait = kFirstWaitMs;; wait = std::min(2 * wait, kLongestWaitMs)) {
    PARTON_RETURN_IF_ERROR(WaitFor(table, false, progress));
    PARTON_ASSIGN_OR_RETURN(const TablePtr now, catalog_->GetTable(table));
    if (now->FindIndex(index) == nullptr) return Status::Ok();
    DynamoClient::Sleep(wait);
    catalog_->Forget(table);
  }
}

Status RemoteAdmin::UpdateExpiry(const TableSchema& before, const TableSchema& after) {
  if (before.ttl_attribute == after.ttl_attribute) return Status::Ok();
  const bool on = !after.ttl_attribute.empty();
  JsonObject body;
  body.AddText("TableName", after.name)
      .Add("TimeToLiveSpecification", JsonObject()
                                          .Add("Enabled", on ? "true" : "false")
                                          .AddText("AttributeName", on ? after.ttl_attribute : before.ttl_attribute)
                                          .Text());
  return Do("UpdateTimeToLive", body.Text(), after.name);
}

Status RemoteAdmin::AlterTable(std::string_view name, const std::function<Status(TableSchema*)>& change) {
  PARTON_ASSIGN_OR_RETURN(const TableFacts facts, catalog_->Describe(name));
  const TableSchema before = *facts.schema;
  TableSchema after = before;
  PARTON_RETURN_IF_ERROR(change(&after));
  PARTON_RETURN_IF_ERROR(CheckStorable(after));
  if (before.tags != after.tags || after.point_in_time.has_value() != before.point_in_time.has_value()) {
    return Status::Unsupported("tags and point-in-time recovery of a remote table are not changed from here");
  }
  JsonObject body;
  body.AddText("TableName", name);
  bool any = false;
  if (before.provisioned != after.provisioned) {
    AddBilling(after.provisioned, &body);
    any = true;
  }
  if (before.stream != after.stream) {
    body.Add("StreamSpecification", StreamJson(after.stream));
    any = true;
  }
  if (before.deletion_protection != after.deletion_protection) {
    body.Add("DeletionProtectionEnabled", after.deletion_protection ? "true" : "false");
    any = true;
  }
  if (before.table_class != after.table_class && after.table_class) {
    body.AddText("TableClass", TableClassName(*after.table_class));
    any = true;
  }
  if (any) {
    PARTON_RETURN_IF_ERROR(Do("UpdateTable", body.Text(), name));
    PARTON_RETURN_IF_ERROR(WaitFor(name, false, {}));
  }
  return UpdateExpiry(before, after);
}

}  // namespace parton::remote

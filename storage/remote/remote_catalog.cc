#include "storage/remote/remote_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "types/status/bounds.h"

namespace parton::remote {

namespace {

constexpr std::chrono::seconds kFresh{60};  // a description
constexpr std::chrono::seconds kListed{5};  // the names of all tables
constexpr size_t kMaxTables = 10'000;       // that are looked at

std::string Text(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_text() ? std::string(found.bytes()) : std::string();
}

double Number(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_numeric() ? found.ToDouble() : 0;
}

uint64_t Count(const Value& v, std::string_view name) { return static_cast<uint64_t>(std::max(0.0, Number(v, name))); }

std::vector<Value> Elements(const Value& v, std::string_view name) {
  const Value found = v.Get(name);
  return found.is_collection() ? found.elements() : std::vector<Value>();
}

KeyType TypeOf(const Value& table, std::string_view attribute) {
  for (const Value& d : Elements(table, "AttributeDefinitions")) {
    if (Text(d, "AttributeName") != attribute) continue;
    const std::string code = Text(d, "AttributeType");
    return code == "N" ? KeyType::kNumber : code == "B" ? KeyType::kBinary : KeyType::kString;
  }
  return KeyType::kString;
}

KeySchema KeyOf(const Value& table, const Value& source) {
  KeySchema key;
  for (const Value& part : Elements(source, "KeySchema")) {
    const KeyAttribute attribute{Text(part, "AttributeName"), TypeOf(table, Text(part, "AttributeName"))};
    if (Text(part, "KeyType") == "HASH") {
      if (key.hash.name.empty()) {
        key.hash = attribute;
      } else {
        key.more_hash.push_back(attribute);
      }
    } else if (!key.range) {
      key.range = attribute;
    } else {
      key.more_range.push_back(attribute);
    }
  }
  return key;
}

std::optional<Throughput> ThroughputOf(const Value& source) {
  const Value given = source.Get("ProvisionedThroughput");
  const Throughput t{static_cast<int64_t>(Number(given, "ReadCapacityUnits")),
                     static_cast<int64_t>(Number(given, "WriteCapacityUnits"))};
  if (t.read <= 0 && t.write <= 0) return std::nullopt;
  return t;
}

StreamView StreamOf(const Value& table) {
  const Value stream = table.Get("StreamSpecification");
  const Value enabled = stream.Get("StreamEnabled");
  if (!enabled.is_bool() || !enabled.bool_value()) return StreamView::kOff;
  const std::string type = Text(stream, "StreamViewType");
  for (const StreamView v :
       {StreamView::kKeysOnly, StreamView::kNewImage, StreamView::kOldImage, StreamView::kBothImages}) {
    if (StreamViewType(v) == type) return v;
  }
  return StreamView::kOff;
}

IndexSchema IndexOf(const Value& table, const Value& source, IndexKind kind) {
  IndexSchema index;
  index.name = Text(source, "IndexName");
  index.kind = kind;
  index.key = KeyOf(table, source);
  const Value projection = source.Get("Projection");
  const std::string type = Text(projection, "ProjectionType");
  index.projection = type == "KEYS_ONLY" ? Projection::kKeysOnly
                     : type == "INCLUDE" ? Projection::kInclude
                                         : Projection::kAll;
  for (const Value& name : Elements(projection, "NonKeyAttributes")) {
    if (name.is_text()) index.include.emplace_back(name.bytes());
  }
  const std::string status = Text(source, "IndexStatus");
  index.state =
      status.empty() || status == "ACTIVE" || status == "UPDATING" ? IndexState::kActive : IndexState::kCreating;
  if (kind == IndexKind::kGlobal) index.provisioned = ThroughputOf(source);
  return index;
}

// What tells two states of a schema apart.
std::string Fingerprint(const TableSchema& schema) {
  std::string out = schema.uuid + "\n" + ToCreateStatement(schema);
  for (const IndexSchema& i : schema.indexes) out += fmt::format("\n{} {}", i.name, static_cast<int>(i.state));
  return out;
}

}  // namespace

Result<TableFacts> ReadTableDescription(const Value& table) {
  TableSchema schema;
  schema.name = Text(table, "TableName");
  schema.key = KeyOf(table, table);
  if (schema.name.empty() || schema.key.hash.name.empty()) {
    return Status::Corruption("the endpoint describes a table without a key");
  }
  schema.uuid = Text(table, "TableId");
  TableFacts facts;
  facts.items = Count(table, "ItemCount");
  facts.bytes = Count(table, "TableSizeBytes");
  const std::string status = Text(table, "TableStatus");
  facts.active = status.empty() || status == "ACTIVE";
  for (const auto& [member, kind] : {std::pair{"LocalSecondaryIndexes", IndexKind::kLocal},
                                     std::pair{"GlobalSecondaryIndexes", IndexKind::kGlobal}}) {
    for (const Value& i : Elements(table, member)) {
      IndexSchema index = IndexOf(table, i, kind);
      index.id = static_cast<uint32_t>(schema.indexes.size() + 1);
      // An item that an index left out has a key value that no condition on the index can name.
      index.complete = true;
      TableStats& stats = facts.indexes[index.name];
      stats.approximate_items = Count(i, "ItemCount");
      stats.approximate_bytes = stats.approximate_size = Count(i, "IndexSizeBytes");
      facts.active = facts.active && (Text(i, "IndexStatus").empty() || Text(i, "IndexStatus") == "ACTIVE");
      schema.indexes.push_back(std::move(index));
    }
  }
  schema.provisioned = ThroughputOf(table);
  schema.stream = StreamOf(table);
  schema.created_ms = static_cast<int64_t>(Number(table, "CreationDateTime") * 1000);
  const Value protection = table.Get("DeletionProtectionEnabled");
  schema.deletion_protection = protection.is_bool() && protection.bool_value();
  const std::string table_class = Text(table.Get("TableClassSummary"), "TableClass");
  if (table_class == "STANDARD_INFREQUENT_ACCESS") schema.table_class = TableClass::kInfrequentAccess;
  facts.schema = std::make_shared<const TableSchema>(std::move(schema));
  return facts;
}

Result<TableFacts> RemoteCatalog::Describe(std::string_view name) {
  const std::string request = fmt::format("{{\"TableName\":{}}}", Value::String(name).ToJson());
  const std::unique_ptr<PendingCall> described = client_->Start("DescribeTable", request, Repeat::kSafe);
  const std::unique_ptr<PendingCall> expiry = client_->Start("DescribeTimeToLive", request, Repeat::kSafe);
  Answer answer = described->Wait();
  if (!answer.status.ok()) {
    Forget(name);
    // A name that no table can have.
    if (answer.status.code() == StatusCode::kValidation || answer.status.code() == StatusCode::kNotFound) {
      return Status::NotFound(fmt::format("Requested resource not found: Table: {} not found", name));
    }
    return answer.status;
  }
  PARTON_ASSIGN_OR_RETURN(TableFacts facts, ReadTableDescription(answer.body.Get("Table")));
  auto schema = std::make_shared<TableSchema>(*facts.schema);
  const Value ttl = expiry->Wait().body.Get("TimeToLiveDescription");
  const std::string ttl_status = Text(ttl, "TimeToLiveStatus");
  if (ttl_status == "ENABLED" || ttl_status == "ENABLING") schema->ttl_attribute = Text(ttl, "AttributeName");

  const MutexLock lock(mutex_);
  const auto id = static_cast<uint32_t>(ids_.size() + 1);
  schema->id = ids_.try_emplace(schema->name + "\n" + schema->uuid, id).first->second;
  Known& known = tables_[schema->name];
  known.asked = Clock::now();
  if (known.facts.schema != nullptr && Fingerprint(*known.facts.schema) == Fingerprint(*schema)) {
    facts.schema = known.facts.schema;
  } else {
    schema->version = version_.fetch_add(1, std::memory_order_acq_rel) + 1;
    facts.schema = std::move(schema);
  }
  known.facts = facts;
  return facts;
}

Result<TablePtr> RemoteCatalog::GetTable(std::string_view name) {
  {
    const MutexLock lock(mutex_);
    const auto found = tables_.find(name);
    if (found != tables_.end() && Clock::now() - found->second.asked < kFresh) return found->second.facts.schema;
  }
  PARTON_ASSIGN_OR_RETURN(TableFacts facts, Describe(name));
  return facts.schema;
}

Result<std::vector<std::string>> RemoteCatalog::Names() {
  {
    const MutexLock lock(mutex_);
    if (!names_.empty() && Clock::now() - listed_ < kListed) return names_;
  }
  std::vector<std::string> names;
  std::string last;
  do {
    const std::string from =
        last.empty() ? "{}" : fmt::format("{{\"ExclusiveStartTableName\":{}}}", Value::String(last).ToJson());
    const Answer answer = client_->Call("ListTables", from);
    if (!answer.status.ok()) return answer.status;
    for (const Value& name : Elements(answer.body, "TableNames")) {
      if (name.is_text()) names.emplace_back(name.bytes());
    }
    last = Text(answer.body, "LastEvaluatedTableName");
  } while (!last.empty() && names.size() < kMaxTables);
  std::sort(names.begin(), names.end());
  const MutexLock lock(mutex_);
  names_ = names;
  listed_ = Clock::now();
  return names;
}

std::vector<TablePtr> RemoteCatalog::Tables() {
  std::vector<TablePtr> out;
  const Result<std::vector<std::string>> names = Names();
  if (!names.ok()) {
    // A statement is told; whoever completes a word is not.
    if (CurrentBounds() != nullptr) throw StatementError(names.status());
    return out;
  }
  for (const std::string& name : *names) {
    Result<TablePtr> table = GetTable(name);
    if (table.ok()) out.push_back(*std::move(table));
  }
  return out;
}

TableFacts RemoteCatalog::Facts(const TableSchema& table) {
  const MutexLock lock(mutex_);
  const auto found = tables_.find(table.name);
  return found == tables_.end() ? TableFacts() : found->second.facts;
}

void RemoteCatalog::Forget(std::string_view name) {
  const MutexLock lock(mutex_);
  const auto found = tables_.find(name);
  names_.clear();
  if (found == tables_.end()) return;
  tables_.erase(found);
  version_.fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace parton::remote

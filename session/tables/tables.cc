#include "session/tables/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "session/bounded_call.h"
#include "session/database_state.h"
#include "session/feed/triggers.h"
#include "session/tables/schema_builder.h"
#include "session/tables/table_description.h"

namespace parton {

namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

Status NotProvisioned() {
  return Status::Validation(fmt::format(
      "{}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
      kInvalid));
}

Status Unchanged(std::string_view what, const Throughput& now) {
  return Status::Validation(fmt::format(
      "The provisioned throughput for the {} will not change. The requested value equals the current value. Current "
      "ReadCapacityUnits provisioned for the {}: {}. Requested ReadCapacityUnits: {}. Current WriteCapacityUnits "
      "provisioned for the {}: {}. Requested WriteCapacityUnits: {}. Refer to the Amazon DynamoDB Developer Guide for "
      "current limits and how to request higher limits.",
      what, what, now.read, now.read, what, now.write, now.write));
}

Status IndexNotFound(const std::string& index) {
  return Status::NotFound(fmt::format("Requested resource not found: Index: {} not found", index));
}

bool AltersTable(const TableUpdate& u) {
  return u.billing || u.provisioned || u.maximum || u.warm || u.stream || u.deletion_protection || u.table_class ||
         u.encryption || !u.index_updates.empty();
}

Status ApplyBilling(const TableUpdate& u, TableSchema* schema) {
  const std::optional<Throughput> before = schema->provisioned;
  const bool provisioned =
      u.billing ? *u.billing == TableUpdate::Billing::kProvisioned : schema->provisioned.has_value();
  if (!provisioned) {
    if (u.provisioned) return NotProvisioned();
    schema->provisioned.reset();
  } else if (u.provisioned) {
    if (before == u.provisioned && u.index_updates.empty()) return Unchanged("table", *before);
    schema->provisioned = u.provisioned;
  } else if (!before) {
    return Status::Validation(fmt::format(
        "{}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED", kInvalid));
  }
  FollowBilling(before, schema);
  return Status::Ok();
}

Status ApplyIndexUpdate(const TableUpdate::IndexUpdate& u, TableSchema* schema) {
  for (IndexSchema& index : schema->indexes) {
    if (index.name != u.name || index.kind != IndexKind::kGlobal) continue;
    if (u.provisioned) {
      if (!schema->provisioned) return NotProvisioned();
      if (index.provisioned == u.provisioned) return Unchanged(fmt::format("index {}", u.name), *u.provisioned);
      index.provisioned = u.provisioned;
    }
    if (u.maximum) index.maximum = u.maximum;
    if (u.warm) index.warm = u.warm;
    return Status::Ok();
  }
  return IndexNotFound(u.name);
}

// Everything of an update but indexes that are made and dropped.
Status Apply(const TableUpdate& u, TableSchema* schema) {
  PARTON_RETURN_IF_ERROR(ApplyBilling(u, schema));
  for (const TableUpdate::IndexUpdate& index : u.index_updates) {
    PARTON_RETURN_IF_ERROR(ApplyIndexUpdate(index, schema));
  }
  if (u.maximum) schema->maximum = u.maximum;
  if (u.warm) schema->warm = u.warm;
  if (u.stream) {
    PARTON_RETURN_IF_ERROR(CheckStreamSwitch(*schema, *u.stream));
    schema->stream = *u.stream;
  }
  if (u.deletion_protection) schema->deletion_protection = *u.deletion_protection;
  if (u.table_class) schema->table_class = u.table_class;
  if (u.encryption) schema->encryption = u.encryption;
  return Status::Ok();
}

class TablesImpl final : public Tables {
 public:
  explicit TablesImpl(DatabaseState* db) : db_(db) {}

  Result<TableDescription> Create(const TableDefinition& definition) override {
    return Call([&]() -> Result<TableDescription> {
      PARTON_ASSIGN_OR_RETURN(TableSchema schema, MakeSchema(definition));
      PARTON_ASSIGN_OR_RETURN(const TablePtr table, store().admin().CreateTable(std::move(schema)));
      return parton::DescribeSchema(*table);
    });
  }

  Result<TableDescription> Update(std::string_view name, const TableUpdate& update) override {
    return Call([&]() -> Result<TableDescription> {
      if (!AltersTable(update) && !update.create_index && !update.drop_index) {
        return Status::Validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required");
      }
      if (update.create_index && update.drop_index) {
        return Status(StatusCode::kLimitExceeded,
                      "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per "
                      "table");
      }
      PARTON_ASSIGN_OR_RETURN(const TablePtr table, store().GetTable(name));
      // Everything is checked before anything is done.
      TableSchema changed = *table;
      PARTON_RETURN_IF_ERROR(Apply(update, &changed));
      std::optional<IndexSchema> index;
      if (update.create_index) {
        PARTON_ASSIGN_OR_RETURN(index, NewIndex(update, changed));
      }
      if (update.drop_index) PARTON_RETURN_IF_ERROR(CheckDrop(changed, *update.drop_index));
      if (AltersTable(update)) {
        PARTON_RETURN_IF_ERROR(
            store().admin().AlterTable(name, [&](TableSchema* schema) { return Apply(update, schema); }));
      }
      if (index) {
        PARTON_RETURN_IF_ERROR(update.wait ? store().admin().CreateIndex(name, std::move(*index), {})
                                           : store().admin().StartIndex(name, std::move(*index)));
      }
      if (update.drop_index) PARTON_RETURN_IF_ERROR(store().admin().DropIndex(name, *update.drop_index));
      return DescribeNow(name);
    });
  }

  Result<TableDescription> Drop(std::string_view name) override {
    return Call([&]() -> Result<TableDescription> {
      PARTON_ASSIGN_OR_RETURN(TableDescription d, DescribeNow(name));
      PARTON_RETURN_IF_ERROR(DropTable(*db_->store, *db_->triggers, name, {}));
      d.status = ResourceStatus::kDeleting;
      for (IndexDescription& index : d.indexes) index.status = ResourceStatus::kDeleting;
      return d;
    });
  }

  Result<TableDescription> Describe(std::string_view name) override {
    return Call([&] { return DescribeNow(name); });
  }
  Result<TableDescription> DescribeSchema(std::string_view name) override {
    return Call([&]() -> Result<TableDescription> {
      PARTON_ASSIGN_OR_RETURN(const TablePtr table, store().GetTable(name));
      return parton::DescribeSchema(*table);
    });
  }

  Result<Page> List(std::string_view after, size_t limit) override {
    return Call([&]() -> Result<Page> {
      Page page;
      for (const TablePtr& table : store().Tables()) {
        if (!after.empty() && table->name <= after) continue;
        if (page.names.size() == limit) {
          if (limit != 0) page.last = page.names.back();
          break;
        }
        page.names.push_back(table->name);
      }
      return page;
    });
  }

  Status UpdateTimeToLive(std::string_view name, bool enabled, const std::string& attribute) override {
    return Alter(name, [&](TableSchema* schema) -> Status {
      if (attribute.empty()) {
        return Status::Validation(
            "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1");
      }
      PARTON_RETURN_IF_ERROR(CheckExpirySwitch(*schema, enabled, attribute));
      schema->ttl_attribute = enabled ? attribute : std::string();
      return Status::Ok();
    });
  }
  Result<TimeToLive> DescribeTimeToLive(std::string_view name) override {
    return Call([&]() -> Result<TimeToLive> {
      PARTON_ASSIGN_OR_RETURN(const TablePtr table, store().GetTable(name));
      return TimeToLive{!table->ttl_attribute.empty(), table->ttl_attribute};
    });
  }

  Status Tag(std::string_view name, const Tags& tags) override {
    return Alter(name, [&](TableSchema* schema) {
      for (const auto& [key, value] : tags) schema->tags[key] = value;
      return Status::Ok();
    });
  }
  Status Untag(std::string_view name, const std::vector<std::string>& keys) override {
    return Alter(name, [&](TableSchema* schema) {
      for (const std::string& key : keys) schema->tags.erase(key);
      return Status::Ok();
    });
  }
  Result<Tags> ListTags(std::string_view name) override {
    return Call([&]() -> Result<Tags> {
      PARTON_ASSIGN_OR_RETURN(const TablePtr table, store().GetTable(name));
      return table->tags;
    });
  }

  ThroughputLimits Limits() override { return {}; }

 private:
  template <typename F>
  auto Call(F&& f) -> decltype(f()) {
    if (db_->store == nullptr) return DatabaseClosed();
    return BoundedCall(db_->options.memory_limit_bytes, std::forward<F>(f));
  }
  Status Alter(std::string_view name, const std::function<Status(TableSchema*)>& change) {
    return Call([&] { return store().admin().AlterTable(name, change); });
  }
  TableStore& store() { return *db_->store; }

  Result<TableDescription> DescribeNow(std::string_view name) {
    PARTON_ASSIGN_OR_RETURN(const TablePtr table, store().GetTable(name));
    return DescribeTable(&store(), *table, false, {});
  }

  static Result<IndexSchema> NewIndex(const TableUpdate& update, TableSchema table) {
    SchemaBuilder builder(&table);
    for (const AttributeDefinition& a : update.attributes) {
      PARTON_RETURN_IF_ERROR(builder.Declare(a.name, a.type, {}));
    }
    if (table.FindIndex(update.create_index->name) != nullptr) {
      return Status::Validation(fmt::format("{}Duplicate index name: {}", kInvalid, update.create_index->name));
    }
    PARTON_ASSIGN_OR_RETURN(IndexSchema index, MakeIndexSchema(*update.create_index, table, &builder));
    table.indexes.push_back(index);
    PARTON_RETURN_IF_ERROR(ValidateTableSchema(table, true));
    return index;
  }
  static Status CheckDrop(const TableSchema& table, const std::string& name) {
    const IndexSchema* index = table.FindIndex(name);
    return index == nullptr || index->kind == IndexKind::kLocal ? IndexNotFound(name) : Status::Ok();
  }

  DatabaseState* db_;
};

}  // namespace

std::unique_ptr<Tables> MakeTables(DatabaseState* db) { return std::make_unique<TablesImpl>(db); }

Status DropTable(TableStore& store, Triggers& triggers, std::string_view table, const StoreProgress& progress) {
  PARTON_RETURN_IF_ERROR(store.admin().DropTable(table, progress));
  return triggers.DropOfTable(std::string(table));
}

}  // namespace parton

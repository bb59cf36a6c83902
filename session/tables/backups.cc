#include "session/tables/backups.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "session/bounded_call.h"
#include "session/database_state.h"
#include "session/tables/schema_builder.h"
#include "session/tables/table_description.h"
#include "session/transfer/export_s3.h"
#include "session/transfer/import_files.h"
#include "session/transfer/import_records.h"
#include "storage/table_backups.h"
#include "types/sync/mutex.h"

namespace parton {

namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
constexpr int kMostDays = 35;

BackupDescription Described(const StoredBackup& backup) {
  BackupDescription d;
  d.id = backup.label;
  d.name = backup.name;
  d.created_ms = backup.created_ms;
  d.size_bytes = backup.size_bytes;
  d.item_count = backup.item_count;
  const TableDescription table = DescribeSchema(backup.schema);
  d.table = backup.schema.name;
  d.table_id = table.id;
  d.table_created_ms = table.created_ms;
  d.definition = table.definition;
  return d;
}

Status CheckName(const std::string& name) {
  const bool good = name.size() >= 3 && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                             c == '.' || c == '-';
                    });
  if (good) return Status::Ok();
  return Status::Validation(
      fmt::format("{}a backup's name has 3 to 255 letters, digits, and _ . -: {}", kInvalid, name));
}

// Whether a restored table may have the index: it is one of the source's, perhaps with other throughput.
const IndexSchema* Same(const IndexDefinition& wanted, const TableSchema& source) {
  for (const IndexDescription& index : DescribeSchema(source).indexes) {
    const IndexDefinition& d = index.definition;
    if (d.name == wanted.name && d.kind == wanted.kind && d.key == wanted.key && d.projection == wanted.projection &&
        d.include == wanted.include) {
      return source.FindIndex(wanted.name);
    }
  }
  return nullptr;
}

Status KeepIndexes(const std::vector<IndexDefinition>& wanted, TableSchema* schema) {
  std::vector<IndexSchema> kept;
  for (const IndexDefinition& d : wanted) {
    const IndexSchema* index = Same(d, *schema);
    if (index == nullptr) {
      return Status::Validation(fmt::format("{}the table that is restored had no such index: {}", kInvalid, d.name));
    }
    kept.push_back(*index);
    if (d.provisioned) kept.back().provisioned = d.provisioned;
    if (d.maximum) kept.back().maximum = d.maximum;
  }
  schema->indexes = std::move(kept);
  return Status::Ok();
}

// The schema of a table made again of `source`.
Result<TableSchema> TargetSchema(const TableSchema& source, const RestoreTarget& target, Restored restored) {
  TableSchema schema;
  schema.name = target.table;
  schema.key = source.key;
  schema.indexes = source.indexes;
  schema.provisioned = source.provisioned;
  schema.maximum = source.maximum;
  schema.table_class = source.table_class;
  schema.encryption = target.encryption ? target.encryption : source.encryption;
  schema.restored = std::move(restored);
  if (target.indexes) PARTON_RETURN_IF_ERROR(KeepIndexes(*target.indexes, &schema));
  const std::optional<Throughput> before = schema.provisioned;
  const bool on_demand = target.billing ? *target.billing == TableUpdate::Billing::kOnDemand : !before.has_value();
  if (on_demand && target.provisioned) {
    return Status::Validation(fmt::format(
        "{}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        kInvalid));
  }
  if (on_demand) {
    schema.provisioned.reset();
  } else if (target.provisioned) {
    schema.provisioned = target.provisioned;
  } else if (!before) {
    return Status::Validation(fmt::format(
        "{}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED", kInvalid));
  }
  FollowBilling(before, &schema);
  PARTON_RETURN_IF_ERROR(ValidateTableSchema(schema, true));
  return schema;
}

class BackupsImpl final : public Backups {
 public:
  explicit BackupsImpl(DatabaseState* db) : db_(db) {}

  Result<BackupDescription> Create(std::string_view table, const std::string& name) override {
    return Call([&]() -> Result<BackupDescription> {
      PARTON_RETURN_IF_ERROR(CheckName(name));
      PARTON_ASSIGN_OR_RETURN(const StoredBackup backup, stored().Create(table, name, {}));
      return Described(backup);
    });
  }
  Result<BackupDescription> Describe(std::string_view id) override {
    return Call([&]() -> Result<BackupDescription> {
      PARTON_ASSIGN_OR_RETURN(const StoredBackup backup, Find(id));
      return Described(backup);
    });
  }
  Result<BackupDescription> Drop(std::string_view id) override {
    return Call([&]() -> Result<BackupDescription> {
      PARTON_ASSIGN_OR_RETURN(const StoredBackup backup, Find(id));
      PARTON_RETURN_IF_ERROR(stored().Drop(backup.id, {}));
      return Described(backup);
    });
  }

  Result<Page> List(const BackupFilter& filter, std::string_view after, size_t limit) override {
    return Call([&]() -> Result<Page> {
      PARTON_ASSIGN_OR_RETURN(std::vector<StoredBackup> all, stored().List());
      // Labels begin with the time.
      std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
      Page page;
      for (const StoredBackup& backup : all) {
        if (backup.label <= after || (!filter.table.empty() && backup.schema.name != filter.table) ||
            (filter.from_ms && backup.created_ms < *filter.from_ms) ||
            (filter.before_ms && backup.created_ms >= *filter.before_ms)) {
          continue;
        }
        if (page.backups.size() == limit) {
          if (limit != 0) page.last = page.backups.back().id;
          break;
        }
        page.backups.push_back(Described(backup));
      }
      return page;
    });
  }

  Result<TableDescription> Restore(std::string_view id, const RestoreTarget& target) override {
    return Call([&]() -> Result<TableDescription> {
      PARTON_ASSIGN_OR_RETURN(const StoredBackup backup, Find(id));
      PARTON_ASSIGN_OR_RETURN(TableSchema schema, TargetSchema(backup.schema, target,
                                                               {backup.schema.name, backup.label, backup.created_ms}));
      PARTON_ASSIGN_OR_RETURN(const TablePtr table, stored().Restore(backup, std::move(schema), {}));
      return DescribeTable(db_->store.get(), *table, false, {});
    });
  }

  Result<ContinuousBackups> UpdateContinuous(std::string_view name, bool enabled, int days) override {
    return Call([&]() -> Result<ContinuousBackups> {
      if (days < 1 || days > kMostDays) {
        return Status::Validation(fmt::format("{}RecoveryPeriodInDays must be between 1 and {}", kInvalid, kMostDays));
      }
      PARTON_RETURN_IF_ERROR(db_->store->admin().AlterTable(name, [&](TableSchema* schema) {
        if (!enabled) {
          schema->point_in_time.reset();
        } else {
          if (!schema->point_in_time) schema->point_in_time.emplace();
          schema->point_in_time->days = days;
        }
        return Status::Ok();
      }));
      return Continuous(name);
    });
  }
  Result<ContinuousBackups> DescribeContinuous(std::string_view name) override {
    return Call([&] { return Continuous(name); });
  }

  Result<TableDescription> RestoreToTime(std::string_view name, std::optional<int64_t> time_ms,
                                         const RestoreTarget& target) override {
    return Call([&]() -> Result<TableDescription> {
      PARTON_ASSIGN_OR_RETURN(const TablePtr table, db_->store->GetTable(name));
      PARTON_ASSIGN_OR_RETURN(const ContinuousBackups window, Continuous(name));
      if (!window.enabled) {
        return Status::Validation(
            fmt::format("Point in time recovery is not enabled for table '{}'", name), {},
            fmt::format("switch it on: ALTER TABLE {} SET PITR ENABLED; changes from then on can be undone", name));
      }
      const int64_t moment = time_ms.value_or(window.latest_ms);
      if (moment < window.earliest_ms || moment > window.latest_ms) {
        return Status::Validation(
            fmt::format("The restore time is outside of the window: {} is not between {} and {} "
                        "(epoch milliseconds)",
                        moment, window.earliest_ms, window.latest_ms));
      }
      PARTON_ASSIGN_OR_RETURN(TableSchema schema, TargetSchema(*table, target, {table->name, "", moment}));
      PARTON_ASSIGN_OR_RETURN(const TablePtr made, stored().RestoreToTime(*table, moment, std::move(schema), {}));
      return DescribeTable(db_->store.get(), *made, false, {});
    });
  }

  Result<ExportDescription> Export(std::string_view table, const ExportOptions& options) override {
    return Call([&] { return ExportTable(*db_->store, *db_->clock, db_->options.files, table, options); });
  }
  Result<std::vector<ExportDescription>> Exports(const std::string& directory) override {
    return Call([&] { return FindExports(db_->options.files, directory); });
  }
  Result<ImportDescription> Import(const ImportRequest& request) override {
    return Call([&]() -> Result<ImportDescription> {
      PARTON_ASSIGN_OR_RETURN(ImportDescription done, ImportFiles(db_, request));
      // The items are there: that it cannot be noted is no failure of the import.
      if (!KeepImport(db_->store.get(), done, db_->clock->NowMs()).ok()) {
        const MutexLock lock(mutex_);
        imports_.push_back(done);
      }
      return done;
    });
  }
  std::vector<ImportDescription> Imports() override {
    std::vector<ImportDescription> out;
    if (db_->store != nullptr && db_->store->capabilities().records != nullptr) {
      if (auto kept = KeptImports(db_->store.get()); kept.ok()) out = *std::move(kept);
    }
    const MutexLock lock(mutex_);
    out.insert(out.end(), imports_.begin(), imports_.end());
    return out;
  }

 private:
  template <typename F>
  auto Call(F&& f) -> decltype(f()) {
    if (db_->store == nullptr) return DatabaseClosed();
    return BoundedCall(db_->options.memory_limit_bytes, std::forward<F>(f));
  }
  TableBackups& stored() { return db_->store->backups(); }

  Result<StoredBackup> Find(std::string_view id) {
    PARTON_ASSIGN_OR_RETURN(std::vector<StoredBackup> all, stored().List());
    for (StoredBackup& backup : all) {
      if (backup.label == id) return std::move(backup);
    }
    return Status::NotFound(fmt::format("Backup not found: {}", id));
  }

  Result<ContinuousBackups> Continuous(std::string_view name) {
    PARTON_ASSIGN_OR_RETURN(const TablePtr table, db_->store->GetTable(name));
    ContinuousBackups c;
    // Without a beginning nothing was kept yet.
    if (!table->point_in_time || table->point_in_time->since_ms == 0) return c;
    c.enabled = true;
    c.days = static_cast<int>(table->point_in_time->days);
    c.latest_ms = db_->clock->NowMs();
    c.earliest_ms = std::max(table->point_in_time->since_ms, c.latest_ms - table->point_in_time->days * kDayMs);
    return c;
  }

  DatabaseState* db_;
  Mutex mutex_;
  std::vector<ImportDescription> imports_ GUARDED_BY(mutex_);  // those that could not be kept
};

}  // namespace

std::unique_ptr<Backups> MakeBackups(DatabaseState* db) { return std::make_unique<BackupsImpl>(db); }

}  // namespace parton

// What stands in for the capabilities that a store lacks.
#include "storage/table_store.h"

#include "storage/feed.h"
#include "storage/table_backups.h"
#include "types/schema/table_statistics.h"

namespace parton {

namespace {

// `what` follows the words "the store of this database".
Status Lacks(std::string_view what) { return Status::Unsupported("the store of this database " + std::string(what)); }

class NoAdmin final : public CatalogAdmin {
 public:
  Result<TablePtr> CreateTable(TableSchema) override { return Refused(); }
  Status DropTable(std::string_view, const StoreProgress&) override { return Refused(); }
  Status TruncateTable(std::string_view, const StoreProgress&) override { return Refused(); }
  Status CreateIndex(std::string_view, IndexSchema, const StoreProgress&) override { return Refused(); }
  Status StartIndex(std::string_view, IndexSchema) override { return Refused(); }
  Status DropIndex(std::string_view, std::string_view, const StoreProgress&) override { return Refused(); }
  Status AlterTable(std::string_view, const std::function<Status(TableSchema*)>&) override { return Refused(); }

 private:
  static Status Refused() { return Lacks("does not create, change or drop tables"); }
};

class NoFeed final : public FeedStore {
 public:
  uint64_t FeedEnd() const override { return 0; }
  uint64_t WaitForFeed(uint64_t, std::chrono::steady_clock::time_point, const std::atomic<bool>*) const override {
    return 0;
  }
  void WakeFeed() override {}
  Status ReadFeed(uint32_t, uint64_t, uint64_t, size_t, size_t, std::vector<FeedEntry>*, uint64_t*) const override {
    return Refused();
  }
  Result<uint64_t> CountFeed(uint32_t, uint64_t, uint64_t) const override { return Refused(); }
  Result<std::string> ReadFeedBytes(uint32_t, uint64_t) const override { return Refused(); }
  Result<FeedEntry> DecodeFeed(uint64_t, std::string_view) const override { return Refused(); }
  Result<uint64_t> TrimmedUpTo(uint32_t) const override { return Refused(); }
  Result<uint64_t> TrimFeed(uint32_t, int64_t, uint64_t) override { return Refused(); }
  Result<uint64_t> TrimHistory(uint32_t, int64_t) override { return Refused(); }
  Result<std::vector<ClosedStream>> ClosedStreams() const override { return Refused(); }
  Status ForgetClosedStreams(int64_t) override { return Refused(); }
  Result<std::vector<Key>> ExpiredKeys(const TableSchema&, const Number&, const Number&, size_t,
                                       std::string*) const override {
    return Refused();
  }

 private:
  static Status Refused() { return Lacks("has no change feed"); }
};

class NoRecords final : public RecordStore {
 public:
  Result<std::optional<std::string>> Get(const RecordKey&) const override { return Refused(); }
  Result<std::vector<StoredRecord>> List(const RecordKey&, size_t) const override { return Refused(); }
  Status Write(const RecordWrites&) override { return Refused(); }

 private:
  static Status Refused() { return Lacks("keeps no positions, triggers or request tokens"); }
};

class NoMaintenance final : public Maintenance {
 public:
  Result<TableStats> Measure(ReadView&, const TableSchema&, const IndexSchema*, const StoreProgress&) override {
    return Refused();
  }
  Status SaveStatistics(const TableSchema&, TableStatistics) override { return Refused(); }
  Result<std::vector<std::string>> Check(const StoreProgress&) override { return Refused(); }
  Result<std::vector<std::string>> Repair(const StoreProgress&) override { return Refused(); }
  Result<std::string> Secret() override { return Refused(); }
  Status Backup(const std::string&, const StoreProgress&) override { return Refused(); }
  Status Restore(const std::string&, const StoreProgress&) override { return Refused(); }

 private:
  static Status Refused() { return Lacks("has no upkeep: ANALYZE, CHECK, REPAIR, BACKUP, RESTORE"); }
};

class NoBackups final : public TableBackups {
 public:
  Result<StoredBackup> Create(std::string_view, const std::string&, const StoreProgress&) override { return Refused(); }
  Result<std::vector<StoredBackup>> List() const override { return Refused(); }
  Status Drop(uint32_t, const StoreProgress&) override { return Refused(); }
  Result<TablePtr> Restore(const StoredBackup&, TableSchema, const StoreProgress&) override { return Refused(); }
  Result<TablePtr> RestoreToTime(const TableSchema&, int64_t, TableSchema, const StoreProgress&) override {
    return Refused();
  }

 private:
  static Status Refused() { return Lacks("keeps no backups of tables"); }
};

template <typename Capability, typename Missing>
Capability& OrMissing(Capability* capability) {
  static Missing missing;
  return capability != nullptr ? *capability : missing;
}

}  // namespace

std::unique_ptr<ReadView> TableStore::NewView() {
  SnapshotReads* snapshots = capabilities().snapshots;
  return snapshots != nullptr ? snapshots->NewView() : std::make_unique<ReadView>();
}

Result<std::unique_ptr<StoreTransaction>> TableStore::Begin() {
  InteractiveTransactions* transactions = capabilities().transactions;
  if (transactions != nullptr) return transactions->Begin();
  return Lacks("has no interactive transactions")
      .WithHint("each statement is atomic by itself, as far as the store can");
}

CatalogAdmin& TableStore::admin() const { return OrMissing<CatalogAdmin, NoAdmin>(capabilities().admin); }
FeedStore& TableStore::feed() const { return OrMissing<FeedStore, NoFeed>(capabilities().feed); }
RecordStore& TableStore::records() const { return OrMissing<RecordStore, NoRecords>(capabilities().records); }
Maintenance& TableStore::maintenance() const {
  return OrMissing<Maintenance, NoMaintenance>(capabilities().maintenance);
}

TableBackups& TableStore::backups() const { return OrMissing<TableBackups, NoBackups>(capabilities().backups); }

}  // namespace parton

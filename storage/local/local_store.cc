#include "storage/local/local_store.h"

#include <algorithm>
#include <optional>
#include <random>
#include <span>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/key_layout.h"
#include "storage/local/commit.h"
#include "storage/local/cursor.h"
#include "storage/local/ddl.h"
#include "storage/local/engine.h"
#include "storage/local/index_fillers.h"
#include "storage/local/key_progress.h"
#include "storage/local/left_out.h"
#include "storage/local/local_feed.h"
#include "storage/local/local_records.h"
#include "storage/local/recovery/backup.h"
#include "storage/local/recovery/check.h"
#include "storage/local/size_estimates.h"
#include "storage/local/split.h"
#include "storage/local/stored_statistics.h"
#include "storage/local/table_backups.h"
#include "storage/local/transaction.h"
#include "storage/local/views.h"
#include "types/item/item_codec.h"
#include "types/item/item_rules.h"
#include "types/status/bounds.h"
#include "types/sync/mutex.h"

namespace parton {

namespace {

// The newest items. The caller holds the latches of all keys it asks for.
class DbReader final : public ItemReader {
 public:
  DbReader(Engine* engine, const std::vector<PreparedOp>& ops) : engine_(engine) {
    if (ops.empty() || !IsLoad(ops)) return;
    table_id_ = ops[0].table->schema->id;
    bounded_ = ops.size() >= kMany && engine->HighestItemKey(table_id_, &highest_);
    loads_ = !bounded_;
  }
  Status Read(const PreparedOp& op, Value* item) override {
    if (bounded_ ? op.key > highest_ : loads_ && engine_->IsAboveItemKeys(table_id_, op.key)) {
      *item = Value::Missing();
      return Status::Ok();
    }
    return engine_->ReadCachedItem(nullptr, ItemCache::kNewest, op.key, op.hash, item);
  }

 private:
  static constexpr size_t kMany = 64;

  // New items of one table.
  static bool IsLoad(const std::vector<PreparedOp>& ops) {
    return std::all_of(ops.begin(), ops.end(), [&](const PreparedOp& p) {
      return p.table == ops[0].table && (p.op->kind == WriteOp::Kind::kInsert || p.op->kind == WriteOp::Kind::kPut);
    });
  }

  Engine* engine_;
  uint32_t table_id_ = 0;
  bool loads_ = false;    // new items of the table
  bool bounded_ = false;  // many of them, and highest_ is known
  std::string highest_;
};

class LevelDbStore final : public LocalStore {
 public:
  explicit LevelDbStore(const StoreOptions& options) : engine_(options), latest_view_(&engine_, false) {}
  Status Open() { return engine_.Open(); }

  Result<TablePtr> GetTable(std::string_view name) const override {
    CatalogPtr state = engine_.catalog();
    auto it = state->by_name.find(name);
    if (it == state->by_name.end()) {
      return Status::NotFound("Requested resource not found: Table: " + std::string(name) + " not found");
    }
    return it->second->schema;
  }
  std::vector<TablePtr> Tables() const override {
    std::vector<TablePtr> tables;
    for (const auto& [name, info] : engine_.catalog()->by_name) tables.push_back(info->schema);
    return tables;
  }
  uint64_t SchemaVersion() const override { return engine_.schema_version(); }
  Result<TablePtr> CreateTable(TableSchema schema) override { return parton::CreateTable(&engine_, std::move(schema)); }
  Status DropTable(std::string_view name, const StoreProgress& progress) override {
    return parton::DropTable(&engine_, name, progress);
  }
  Status TruncateTable(std::string_view name, const StoreProgress& progress) override {
    return parton::TruncateTable(&engine_, name, progress);
  }
  Status CreateIndex(std::string_view table, IndexSchema index, const StoreProgress& progress) override {
    return parton::CreateIndex(&engine_, table, std::move(index), progress);
  }
  Status StartIndex(std::string_view table, IndexSchema index) override {
    PARTON_ASSIGN_OR_RETURN(const NewIndex made, parton::StartIndex(&engine_, table, std::move(index)));
    fillers_.Start(made);
    return Status::Ok();
  }
  Status DropIndex(std::string_view table, std::string_view index, const StoreProgress& progress) override {
    return parton::DropIndex(&engine_, table, index, progress);
  }
  Status AlterTable(std::string_view table, const std::function<Status(TableSchema*)>& change) override {
    return parton::AlterTable(&engine_, table, change);
  }
  const NameTable* names() const override { return &engine_.names(); }
  StoreCapabilities capabilities() const override { return capabilities_; }

  std::unique_ptr<ReadView> NewView() override { return std::make_unique<LocalView>(&engine_, true); }
  ReadView& LatestView() override { return latest_view_; }

  Status Get(ReadView& view, const TableSchema& table, const Key& key, const AttributeList* /*attributes*/, Value* item,
             ReadStats* stats) override {
    auto& local = static_cast<LocalView&>(view);
    thread_local std::string key_bytes;
    if (!ItemKey(table, key, &key_bytes)) {
      // No item has a key of another type.
      *item = Value::Missing();
      return Status::Ok();
    }
    ItemCache& cache = engine_.item_cache();
    const bool cached = cache.on();
    if (TransactionReads* t = local.transaction()) {
      t->NoteKey(key_bytes, table.id);
      std::string bytes;
      bool found = false;
      if (t->ReadOwn(key_bytes, &bytes, &found)) {
        CountGet(key_bytes, found ? bytes.size() : kNoItem, stats);
        *item = Value::Missing();
        if (!found) return Status::Ok();
        internal::HeapItem* own = OwnedPayload(item);
        own->storage = std::move(bytes);
        own->bytes = own->storage;
        return Status::Ok();
      }
    }
    if (local.snapshot() == nullptr) engine_.AwaitTransactions(key_bytes);
    ItemCache::Ticket ticket;
    if (cached) {
      const ItemCache::Found found = cache.Find(key_bytes, local.cached_upto(), item, &ticket);
      if (found != ItemCache::Found::kUnknown) {
        if (found == ItemCache::Found::kNone) *item = Value::Missing();
        if (stats != nullptr) ++stats->cache_hits;
        CountGet(key_bytes, found == ItemCache::Found::kItem ? EncodedItem(*item)->bytes.size() : kNoItem, stats);
        return Status::Ok();
      }
      if (stats != nullptr) ++stats->cache_misses;
    }
    internal::HeapItem* heap = OwnedPayload(item);
    leveldb::Status s = engine_.db()->Get(engine_.ReadOptions(local.snapshot()), key_bytes, &heap->storage);
    const bool found = s.ok();
    if (!found && !s.IsNotFound()) return DamageIn(table, nullptr, key_bytes, s);
    CountGet(key_bytes, found ? heap->storage.size() : kNoItem, stats);
    heap->bytes = heap->storage;
    if (cached) {
      if (found && heap->storage.capacity() > 2 * heap->storage.size()) {
        heap->storage.shrink_to_fit();
        heap->bytes = heap->storage;
      }
      cache.Keep(ticket, key_bytes, found ? heap : nullptr);
    }
    if (!found) *item = Value::Missing();
    return Status::Ok();
  }

  Status BatchGet(ReadView& view, const TableSchema& table, std::span<const Key> keys, const AttributeList* attributes,
                  std::vector<Value>* items, ReadStats* stats) override {
    items->assign(keys.size(), Value());
    for (size_t i = 0; i < keys.size(); ++i) {
      CheckPoint();
      PARTON_RETURN_IF_ERROR(Get(view, table, keys[i], attributes, &(*items)[i], stats));
    }
    return Status::Ok();
  }

  Result<std::unique_ptr<ItemCursor>> OpenCursor(ReadView& view, const CursorSpec& spec, EvalContext* ctx,
                                                 int slot) override {
    PARTON_CHECK(spec.filter == nullptr || CanEvaluate(*spec.filter));
    return OpenLocalCursor(&engine_, static_cast<LocalView&>(view), spec, ctx, slot);
  }
  std::vector<ScanSegment> Split(const TableSchema& table, const IndexSchema* index, const KeyRange& range,
                                 int pieces) override {
    return SplitInterval(&engine_, RangeInterval(table, index, range), pieces);
  }
  std::string PositionOf(const TableSchema& table, const IndexSchema* index, const Value& attributes) const override {
    return PositionOfKey(table, index, attributes);
  }
  Value KeyAt(const TableSchema& table, const IndexSchema* index, std::string_view position) const override {
    return KeyAtPosition(table, index, position);
  }
  uint32_t SegmentOf(const TableSchema& table, const IndexSchema* index, std::string_view position,
                     uint32_t segments) const override {
    return HashSegment(index != nullptr ? index->key : table.key, position, segments);
  }
  uint64_t ApproximateBytes(const TableSchema& table, const IndexSchema* index, const KeyRange& range) override {
    const KeyInterval interval = RangeInterval(table, index, range);
    return engine_.ApproximateSize(interval.begin, interval.end);
  }
  TableStats Stats(const TableSchema& table, const IndexSchema* index) override {
    return estimates_.Get(index == nullptr ? table.id : index->id, RangeInterval(table, index, KeyRange()));
  }
  std::shared_ptr<const TableStatistics> Statistics(const TableSchema& table) const override {
    return statistics_.Find(table.id);
  }
  Status SaveStatistics(const TableSchema& table, TableStatistics statistics) override {
    return statistics_.Save(table.id, std::move(statistics));
  }
  Result<TableStats> Measure(ReadView& view, const TableSchema& table, const IndexSchema* index,
                             const StoreProgress& fn) override {
    auto& local = static_cast<LocalView&>(view);
    const KeyInterval range = RangeInterval(table, index, KeyRange());
    leveldb::ReadOptions options = engine_.ReadOptions(local.snapshot());
    options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> it(engine_.db()->NewIterator(options));
    std::shared_ptr<WalkedRange> walked;
    if (TransactionReads* t = local.transaction()) {
      if (const Overlay overlay = t->overlay(); !overlay.empty()) it = MakeMergeIterator(std::move(it), overlay);
      walked = t->NoteRange(range, false, table.id);
      walked->complete = true;
    }
    KeyProgress progress(engine_.db(), fn);
    progress.Plan(range.begin, range.end);
    progress.Next();
    TableStats stats;
    stats.exact = true;
    CheckPoints points;
    for (it->Seek(range.begin); it->Valid() && ToView(it->key()) < range.end; it->Next()) {
      points.Tick();
      ++stats.approximate_items;
      stats.approximate_bytes += it->key().size() + it->value().size();
      stats.approximate_size += ItemSizeEncoded(ToView(it->value()), engine_.names());
      if (!progress.Step(ToView(it->key()))) return Cancelled();
    }
    PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
    return stats;
  }
  bool CanEvaluate(const Expr& e) const override { return !HasSubquery(e); }

  Result<WriteOutcome> Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options) override {
    AppliedOps applied;
    PARTON_RETURN_IF_ERROR(WriteAll({&op, 1}, ctx, options, &applied));
    return std::move(applied.outcomes[0]);
  }
  Result<std::vector<WriteOutcome>> TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                  const WriteOptions& options) override {
    AppliedOps applied;
    PARTON_RETURN_IF_ERROR(WriteAll(ops, ctx, options, &applied));
    return std::move(applied.outcomes);
  }
  Status WriteAll(std::span<const WriteOp> ops, EvalContext& ctx, const WriteOptions& options, AppliedOps* applied) {
    std::vector<IndexOfTable> losing;
    Status written = TryWrite(ops, ctx, options, applied, &losing);
    if (losing.empty()) return written;
    // Consumed capacity has been counted; the outcomes say what it was.
    static const WriteMeter counted = [](auto&&...) { return Status::Ok(); };
    WriteOptions again = options;
    if (options.meter != nullptr) again.meter = &counted;
    while (!losing.empty()) {
      PARTON_RETURN_IF_ERROR(NoteLeftOut(&engine_, losing).status());
      *applied = AppliedOps();
      written = TryWrite(ops, ctx, again, applied, &losing);
    }
    return written;
  }
  // One try. Nothing is written if *losing gets indexes, of which the catalog has to say first that items are left out.
  Status TryWrite(std::span<const WriteOp> ops, EvalContext& ctx, const WriteOptions& options, AppliedOps* applied,
                  std::vector<IndexOfTable>* losing) {
    losing->clear();
    PARTON_RETURN_IF_ERROR(engine_.Writable());
    HeldItems held(&engine_);
    if (options.records != nullptr && !TablesExist(*options.records, held.catalog())) {
      return Status::NotFound("Requested resource not found: the table was dropped");
    }
    std::optional<DbReader> reader;
    auto lock = [&](const std::vector<PreparedOp>& prepared) -> ItemReader& {
      held.Latch(prepared);
      return reader.emplace(&engine_, prepared);
    };
    PARTON_RETURN_IF_ERROR(RunOps(held.catalog(), ops, &engine_.names(), ctx, options, lock, applied));
    CommitOptions commit;
    commit.records = options.records;
    bool leaves_out = false;
    commit.leaves_out = &leaves_out;
    PARTON_RETURN_IF_ERROR(CommitChanges(&engine_, &applied->changes, commit));
    if (leaves_out) *losing = IndexesThatLose(applied->changes, engine_.names());
    return Status::Ok();
  }
  std::unique_ptr<StoreTransaction> Begin() override { return std::make_unique<LocalTransaction>(&engine_); }
  Result<std::vector<std::string>> Check(const StoreProgress& progress) override {
    PARTON_ASSIGN_OR_RETURN(CheckResult found, CheckDatabase(&engine_, progress));
    return std::move(found.problems);
  }
  Result<std::vector<std::string>> Repair(const StoreProgress& progress) override {
    return RepairDatabase(&engine_, progress);
  }
  Status Sync() override {
    if (engine_.options().read_only) return Status::Ok();
    // A synced write syncs what the log has before it; this one changes nothing.
    leveldb::WriteBatch batch;
    batch.Delete(NamedKey(KeySpace::kSystem, "sync"));
    return engine_.WriteBatch(&batch, true);
  }
  Result<std::string> Secret() override {
    MutexLock lock(secret_mutex_);
    if (!secret_.empty()) return secret_;
    const std::string key = NamedKey(KeySpace::kSystem, kSecretName);
    std::string secret;
    bool found = false;
    PARTON_RETURN_IF_ERROR(engine_.ReadItem(nullptr, key, &secret, &found));
    if (!found || secret.size() != kSecretBytes) {
      secret.clear();
      std::random_device random;
      while (secret.size() < kSecretBytes) AppendU32(random(), &secret);
      if (!engine_.options().read_only) {
        leveldb::WriteBatch batch;
        batch.Put(key, secret);
        PARTON_RETURN_IF_ERROR(engine_.WriteBatch(&batch, true));
      }
    }
    secret_ = std::move(secret);
    return secret_;
  }
  Status Backup(const std::string& directory, const StoreProgress& progress) override {
    return BackupDatabase(&engine_, directory, progress);
  }
  Status Restore(const std::string& directory, const StoreProgress& progress) override {
    Status restored = RestoreDatabase(&engine_, directory, progress);
    statistics_.Forget();
    estimates_.Forget();
    // The backup has its own, or none.
    MutexLock lock(secret_mutex_);
    secret_.clear();
    return restored;
  }

  CacheCounts ItemCacheCounts() const override { return engine_.item_cache().Counts(); }
  void ResizeItemCache(size_t bytes) override {
    // No commit may begin without the cache and end with it.
    const GateLock gate(engine_.gate());
    engine_.item_cache().Resize(bytes);
  }

 private:
  // That of *item where nobody shares it, or a new one.
  internal::HeapItem* OwnedPayload(Value* item) const {
    internal::HeapItem* heap = EncodedItem(*item);
    if (heap != nullptr && heap->owned && heap->Unique() && heap->names == &engine_.names()) return heap;
    heap = new internal::HeapItem;
    heap->names = &engine_.names();
    heap->Keep();
    *item = FromEncodedItem(heap);
    return heap;
  }

  static constexpr size_t kNoItem = SIZE_MAX;
  static void CountGet(const std::string& key, size_t bytes, ReadStats* stats) {
    if (stats == nullptr) return;
    ++stats->seeks;
    if (bytes == kNoItem) return;
    ++stats->items_examined;
    stats->bytes_read += key.size() + bytes;
  }

  mutable Engine engine_;
  LocalView latest_view_;
  LocalFeed feed_{&engine_};
  LocalRecords records_{&engine_};
  LocalBackups backups_{&engine_};
  static constexpr size_t kSecretBytes = 32;
  Mutex secret_mutex_;
  std::string secret_ GUARDED_BY(secret_mutex_);
  IndexFillers fillers_{&engine_};  // last: they end first
  mutable StatisticsCache statistics_{&engine_};
  SizeEstimates estimates_{&engine_};
  const StoreCapabilities capabilities_{this, this, this, &feed_, &records_, this, &backups_};
};

}  // namespace

uint64_t LocalFormatVersion() { return kFormatVersion; }

Result<std::unique_ptr<LocalStore>> OpenLocalStore(const StoreOptions& options) {
  auto store = std::make_unique<LevelDbStore>(options);
  PARTON_RETURN_IF_ERROR(store->Open());
  return std::unique_ptr<LocalStore>(std::move(store));
}

}  // namespace parton

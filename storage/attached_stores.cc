#include "storage/attached_stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "types/schema/table_statistics.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

// Ids of attached tables: others than a store of its own gives, and others than any other attached database has.
constexpr uint32_t kAttachedIds = uint32_t{1} << 31;
constexpr uint32_t kIdsOfOne = uint32_t{1} << 20;
constexpr uint32_t kMostDatabases = kAttachedIds / kIdsOfOne;

std::atomic<uint32_t> databases_so_far{0};

}  // namespace

const std::string* EngineOf(const TableSchema& table) {
  const auto found = table.options.find(std::string(kEngineOption));
  return found == table.options.end() ? nullptr : &found->second;
}

struct AttachedStores::Database {
  std::string name;
  std::string engine;
  uint32_t first_id = 0;
  std::unique_ptr<TableStore> store;
  struct Entry {
    TablePtr there;
    TablePtr here;
  };
  std::map<uint32_t, Entry> tables;  // by our id
};

// Reads the newest state of attached tables; of the others that of Consistent(main).
struct AttachedStores::ConsistentView final : public ReadView {
  explicit ConsistentView(ReadView& view) : main(view) {}
  ReadView& main;
};

namespace {

// A transaction of the main store: attached tables are no part of it.
class MainTransaction final : public StoreTransaction {
 public:
  explicit MainTransaction(std::unique_ptr<StoreTransaction> main) : main_(std::move(main)) {}

  ReadView& view() override { return main_->view(); }
  Result<std::vector<WriteOutcome>> Write(const std::vector<WriteOp>& ops, EvalContext& ctx,
                                          const WriteOptions& options) override {
    for (const WriteOp& op : ops) {
      if (!AttachedStores::IsAttached(*op.table)) continue;
      return Status::Unsupported(fmt::format("{} is a table of an attached database: no transaction can hold both, as "
                                             "neither engine waits for the other's COMMIT",
                                             op.table->name),
                                 op.span)
          .WithHint("write to it before BEGIN or after COMMIT, as a statement of its own");
    }
    return main_->Write(ops, ctx, options);
  }
  int Savepoint() override { return main_->Savepoint(); }
  void RollbackTo(int savepoint) override { main_->RollbackTo(savepoint); }
  void Release(int savepoint) override { main_->Release(savepoint); }
  Status Commit() override { return main_->Commit(); }
  void WriteRecords(const RecordWrites& writes) override { main_->WriteRecords(writes); }
  void SetChangeDepth(uint32_t depth) override { main_->SetChangeDepth(depth); }

 private:
  const std::unique_ptr<StoreTransaction> main_;
};

}  // namespace

AttachedStores::AttachedStores(TableStore* main) : main_(*main) {}
AttachedStores::~AttachedStores() = default;

bool AttachedStores::IsAttached(const TableSchema& table) { return table.id >= kAttachedIds; }

Status AttachedStores::Attach(const std::string& name, const std::string& engine, std::unique_ptr<TableStore> store) {
  auto database = std::make_unique<Database>();
  database->name = name;
  database->engine = engine;
  database->first_id = kAttachedIds + (databases_so_far.fetch_add(1) % kMostDatabases) * kIdsOfOne;
  database->store = std::move(store);
  const MutexLock lock(mutex_);
  if (databases_.contains(name)) {
    return Status::Validation(fmt::format("a database is attached as {} already", name), {}, "DETACH it first");
  }
  databases_.emplace(name, std::move(database));
  ++changes_;
  return Status::Ok();
}

Status AttachedStores::Detach(const std::string& name) {
  const MutexLock lock(mutex_);
  const auto found = databases_.find(name);
  if (found == databases_.end()) {
    std::string known;
    for (const auto& [other, database] : databases_) known += (known.empty() ? "" : ", ") + other;
    Status s = Status::NotFound(fmt::format("no database is attached as {}", name));
    return known.empty() ? s : std::move(s).WithHint("attached are " + known);
  }
  retired_versions_ += found->second->store->SchemaVersion();
  databases_.erase(found);
  ++changes_;
  return Status::Ok();
}

std::vector<AttachedStores::Attached> AttachedStores::List() const {
  const MutexLock lock(mutex_);
  std::vector<Attached> out;
  for (const auto& [name, database] : databases_) out.push_back({name, database->engine});
  return out;
}

std::string AttachedStores::State() const {
  const MutexLock lock(mutex_);
  std::string out = fmt::format("@{}", changes_);
  for (const auto& [name, database] : databases_) out += fmt::format(",{}", database->first_id);
  return out;
}

std::pair<TableStore*, TablePtr> AttachedStores::OwnerOf(TableStore* store, const TablePtr& table) {
  auto* attached = dynamic_cast<AttachedStores*>(store);
  if (attached == nullptr) return {store, table};
  if (!IsAttached(*table)) return {&attached->main_, table};
  Result<Place> place = attached->PlaceOf(*table);
  if (!place.ok()) return {store, table};
  return {place->store, place->held};
}

StoreCapabilities AttachedStores::capabilities() const {
  StoreCapabilities has = main_.capabilities();
  if (has.transactions != nullptr) has.transactions = const_cast<AttachedStores*>(this);
  return has;
}

std::unique_ptr<StoreTransaction> AttachedStores::Begin() {
  return std::make_unique<MainTransaction>(main_.capabilities().transactions->Begin());
}

// ---- Catalog

bool AttachedStores::HasDatabase(std::string_view name) const {
  const MutexLock lock(mutex_);
  return databases_.find(name) != databases_.end();
}

// The table under its name here: the same one as long as it is the same there.
TablePtr AttachedStores::Known(Database* database, const TablePtr& table) const {
  const uint32_t id = database->first_id + table->id % kIdsOfOne;
  Database::Entry& entry = database->tables[id];
  if (entry.there != table) {
    auto here = std::make_shared<TableSchema>(*table);
    here->id = id;
    here->name = database->name + "." + table->name;
    here->options[std::string(kEngineOption)] = database->engine;
    entry = {table, std::move(here)};
  }
  return entry.here;
}

Result<TablePtr> AttachedStores::GetTable(std::string_view name) const {
  Result<TablePtr> own = main_.GetTable(name);
  if (own.ok() || own.status().code() != StatusCode::kNotFound) return own;
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return own;
  TableStore* store = nullptr;
  {
    const MutexLock lock(mutex_);
    const auto found = databases_.find(name.substr(0, dot));
    if (found == databases_.end()) return own;
    store = found->second->store.get();
  }
  PARTON_ASSIGN_OR_RETURN(const TablePtr there, store->GetTable(name.substr(dot + 1)));
  const MutexLock lock(mutex_);
  const auto found = databases_.find(name.substr(0, dot));
  if (found == databases_.end()) return own;
  return Known(found->second.get(), there);
}

std::vector<TablePtr> AttachedStores::Tables() const {
  std::vector<TablePtr> out = main_.Tables();
  std::vector<Database*> databases;
  {
    const MutexLock lock(mutex_);
    for (const auto& [name, database] : databases_) databases.push_back(database.get());
  }
  for (Database* database : databases) {
    std::vector<TablePtr> there;
    try {
      there = database->store->Tables();
    } catch (const StatementError&) {
      // An engine that does not answer hides no table of the others.
      CheckPoint();
    }
    const MutexLock lock(mutex_);
    for (const TablePtr& table : there) out.push_back(Known(database, table));
  }
  std::sort(out.begin(), out.end(), [](const TablePtr& a, const TablePtr& b) { return a->name < b->name; });
  return out;
}

uint64_t AttachedStores::SchemaVersion() const {
  uint64_t sum = main_.SchemaVersion();
  const MutexLock lock(mutex_);
  sum += retired_versions_ + changes_;
  for (const auto& [name, database] : databases_) sum += database->store->SchemaVersion();
  return sum;
}

Result<AttachedStores::Place> AttachedStores::PlaceOf(const TableSchema& table) const {
  if (!IsAttached(table)) return Place{&main_, &table, nullptr};
  const MutexLock lock(mutex_);
  for (const auto& [name, database] : databases_) {
    const auto found = database->tables.find(table.id);
    if (found == database->tables.end()) continue;
    return Place{database->store.get(), found->second.there.get(), found->second.there};
  }
  return Status::NotFound(fmt::format("Requested resource not found: Table: {} not found", table.name))
      .WithHint("its database is not attached any more");
}

// ---- TableReader

ReadView& AttachedStores::Consistent(ReadView& view) {
  const MutexLock lock(mutex_);
  std::unique_ptr<ConsistentView>& known = consistent_[&view];
  if (known == nullptr) known = std::make_unique<ConsistentView>(view);
  return *known;
}

ReadView& AttachedStores::ViewFor(const Place& place, ReadView& view) const {
  auto* consistent = dynamic_cast<ConsistentView*>(&view);
  if (place.store == &main_) return consistent == nullptr ? view : main_.Consistent(consistent->main);
  ReadView& latest = place.store->LatestView();
  return consistent == nullptr ? latest : place.store->Consistent(latest);
}

namespace {

const IndexSchema* IndexThere(const TableSchema& table, const IndexSchema* index) {
  return index == nullptr ? nullptr : table.FindIndex(index->name);
}

}  // namespace

Status AttachedStores::Get(ReadView& view, const TableSchema& table, const Key& key, const AttributeList* attributes,
                           Value* item, ReadStats* stats) {
  PARTON_ASSIGN_OR_RETURN(const Place place, PlaceOf(table));
  return place.store->Get(ViewFor(place, view), *place.table, key, attributes, item, stats);
}

Status AttachedStores::BatchGet(ReadView& view, const TableSchema& table, std::span<const Key> keys,
                                const AttributeList* attributes, std::vector<Value>* items, ReadStats* stats) {
  PARTON_ASSIGN_OR_RETURN(const Place place, PlaceOf(table));
  return place.store->BatchGet(ViewFor(place, view), *place.table, keys, attributes, items, stats);
}

size_t AttachedStores::KeysAhead(const TableSchema& table) const {
  const Result<Place> place = PlaceOf(table);
  return place.ok() ? place->store->KeysAhead(*place->table) : 1;
}

Result<std::unique_ptr<ItemCursor>> AttachedStores::OpenCursor(ReadView& view, const CursorSpec& spec, EvalContext* ctx,
                                                               int slot) {
  PARTON_ASSIGN_OR_RETURN(const Place place, PlaceOf(*spec.table));
  if (place.store == &main_) return main_.OpenCursor(ViewFor(place, view), spec, ctx, slot);
  CursorSpec there = spec;
  there.table = place.held;
  there.index = IndexThere(*place.table, spec.index);
  if (spec.index != nullptr && there.index == nullptr) {
    return Status::NotFound(fmt::format("{} has no index {} any more", spec.table->name, spec.index->name));
  }
  return place.store->OpenCursor(ViewFor(place, view), there, ctx, slot);
}

std::vector<ScanSegment> AttachedStores::Split(const TableSchema& table, const IndexSchema* index,
                                               const KeyRange& range, int pieces) {
  const Result<Place> place = PlaceOf(table);
  if (!place.ok()) return std::vector<ScanSegment>(1);
  if (place->store == &main_) return main_.Split(table, index, range, pieces);
  return place->store->Split(*place->table, IndexThere(*place->table, index), range, pieces);
}

std::string AttachedStores::PositionOf(const TableSchema& table, const IndexSchema* index,
                                       const Value& attributes) const {
  const Result<Place> place = PlaceOf(table);
  return place.ok() ? place->store->PositionOf(*place->table, index, attributes) : "";
}

Value AttachedStores::KeyAt(const TableSchema& table, const IndexSchema* index, std::string_view position) const {
  const Result<Place> place = PlaceOf(table);
  return place.ok() ? place->store->KeyAt(*place->table, index, position) : Value::Missing();
}

uint32_t AttachedStores::SegmentOf(const TableSchema& table, const IndexSchema* index, std::string_view position,
                                   uint32_t segments) const {
  const Result<Place> place = PlaceOf(table);
  return place.ok() ? place->store->SegmentOf(*place->table, index, position, segments) : 0;
}

bool AttachedStores::ScansInOrder(const TableSchema& table) const {
  const Result<Place> place = PlaceOf(table);
  return place.ok() && place->store->ScansInOrder(*place->table);
}

uint64_t AttachedStores::ApproximateBytes(const TableSchema& table, const IndexSchema* index, const KeyRange& range) {
  const Result<Place> place = PlaceOf(table);
  return place.ok() ? place->store->ApproximateBytes(*place->table, index, range) : 0;
}

TableStats AttachedStores::Stats(const TableSchema& table, const IndexSchema* index) {
  const Result<Place> place = PlaceOf(table);
  return place.ok() ? place->store->Stats(*place->table, index) : TableStats();
}

std::shared_ptr<const TableStatistics> AttachedStores::Statistics(const TableSchema& table) const {
  const Result<Place> place = PlaceOf(table);
  return place.ok() ? place->store->Statistics(*place->table) : nullptr;
}

// ---- TableWriter

Result<WriteOutcome> AttachedStores::Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options) {
  PARTON_ASSIGN_OR_RETURN(const Place place, PlaceOf(*op.table));
  if (place.store == &main_) return main_.Write(op, ctx, options);
  WriteOp there = op;
  there.table = place.held;
  return place.store->Write(there, ctx, options);
}

Result<std::vector<WriteOutcome>> AttachedStores::TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                                const WriteOptions& options) {
  const bool any = std::any_of(ops.begin(), ops.end(), [](const WriteOp& op) { return IsAttached(*op.table); });
  if (!any) return main_.TransactWrite(ops, ctx, options);
  std::vector<WriteOp> there(ops.begin(), ops.end());
  TableStore* store = nullptr;
  for (WriteOp& op : there) {
    PARTON_ASSIGN_OR_RETURN(const Place place, PlaceOf(*op.table));
    if (store != nullptr && store != place.store) {
      return Status::Unsupported("one statement cannot write to two databases", op.span);
    }
    store = place.store;
    op.table = place.held;
  }
  return store->TransactWrite(there, ctx, options);
}

}  // namespace parton

// Tables of other databases beside a store's own, as NAME.TABLE: one plan reads both.
//
// A table of the store's own goes before one that is attached. Attached tables are seen as they are at each read,
// whatever view is given; a write is to one database, and none is part of the store's transactions.
#ifndef PARTON_STORAGE_ATTACHED_STORES_H_
#define PARTON_STORAGE_ATTACHED_STORES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/table_store.h"
#include "types/sync/mutex.h"

namespace parton {

// Names what holds a table in TableSchema::options: of attached tables only.
inline constexpr std::string_view kEngineOption = ".engine";

// Where an attached table is; null: it is the store's own.
const std::string* EngineOf(const TableSchema& table);

// Threads: any; what reads an attached table must end before that is detached.
class AttachedStores final : public TableStore, public InteractiveTransactions {
 public:
  // `main` outlives it.
  explicit AttachedStores(TableStore* main);
  ~AttachedStores() override;

  // `engine`: what EXPLAIN says of its tables. Error (kValidation): there is one of that name.
  Status Attach(const std::string& name, const std::string& engine, std::unique_ptr<TableStore> store);
  // Error (kNotFound): there is none.
  Status Detach(const std::string& name);
  struct Attached {
    std::string name;
    std::string engine;
  };
  std::vector<Attached> List() const;
  // A text that is another one after each change.
  std::string State() const;

  // The store that holds a table of `store`, and the table as it is known there.
  static std::pair<TableStore*, TablePtr> OwnerOf(TableStore* store, const TablePtr& table);

  StoreCapabilities capabilities() const override;
  std::unique_ptr<StoreTransaction> Begin() override;
  using TableStore::Begin;

  // ---- Catalog
  Result<TablePtr> GetTable(std::string_view name) const override;
  std::vector<TablePtr> Tables() const override;
  uint64_t SchemaVersion() const override;
  bool HasDatabase(std::string_view name) const override;

  // ---- TableReader
  ReadView& LatestView() override { return main_.LatestView(); }
  ReadView& Consistent(ReadView& view) override;
  Status Get(ReadView& view, const TableSchema& table, const Key& key, const AttributeList* attributes, Value* item,
             ReadStats* stats) override;
  Status BatchGet(ReadView& view, const TableSchema& table, std::span<const Key> keys, const AttributeList* attributes,
                  std::vector<Value>* items, ReadStats* stats) override;
  size_t KeysAhead(const TableSchema& table) const override;
  Result<std::unique_ptr<ItemCursor>> OpenCursor(ReadView& view, const CursorSpec& spec, EvalContext* ctx,
                                                 int slot) override;
  std::vector<ScanSegment> Split(const TableSchema& table, const IndexSchema* index, const KeyRange& range,
                                 int pieces) override;
  std::string PositionOf(const TableSchema& table, const IndexSchema* index, const Value& attributes) const override;
  Value KeyAt(const TableSchema& table, const IndexSchema* index, std::string_view position) const override;
  uint32_t SegmentOf(const TableSchema& table, const IndexSchema* index, std::string_view position,
                     uint32_t segments) const override;
  bool ScansInOrder(const TableSchema& table) const override;
  uint64_t ApproximateBytes(const TableSchema& table, const IndexSchema* index, const KeyRange& range) override;
  bool CanEvaluate(const Expr& e) const override { return main_.CanEvaluate(e); }
  TableStats Stats(const TableSchema& table, const IndexSchema* index) override;
  std::shared_ptr<const TableStatistics> Statistics(const TableSchema& table) const override;
  const NameTable* names() const override { return main_.names(); }

  // ---- TableWriter
  Result<WriteOutcome> Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options) override;
  Result<std::vector<WriteOutcome>> TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                  const WriteOptions& options) override;

  // Whether it is a table of an attached database.
  static bool IsAttached(const TableSchema& table);

 private:
  struct Database;
  struct ConsistentView;
  // Where a table is: `table` as it is known there.
  struct Place {
    TableStore* store = nullptr;
    const TableSchema* table = nullptr;
    TablePtr held;  // keeps `table`
  };

  // Error (kNotFound): it is not attached any more.
  Result<Place> PlaceOf(const TableSchema& table) const;
  ReadView& ViewFor(const Place& place, ReadView& view) const;
  TablePtr Known(Database* database, const TablePtr& table) const REQUIRES(mutex_);

  TableStore& main_;
  mutable Mutex mutex_;
  std::map<std::string, std::unique_ptr<Database>, std::less<>> databases_ GUARDED_BY(mutex_);
  uint64_t retired_versions_ GUARDED_BY(mutex_) = 0;
  uint64_t changes_ GUARDED_BY(mutex_) = 0;
  mutable std::map<ReadView*, std::unique_ptr<ConsistentView>> consistent_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_STORAGE_ATTACHED_STORES_H_

// The one path on which items change: put, insert, update, delete and check, in three steps.
//
//   PrepareOps   everything that needs no item: schemas, keys, values, sizes, paths
//   ApplyOps     reads the old items (the caller holds their latches, or reads a snapshot), evaluates
//                conditions and values, makes the new items; writes nothing
//   AppendChange turns one changed item into the keys to write: item, index entries, TTL queue
//
// RunOps does the first two. commit.h writes the changes of a store's Write in one batch, transaction.cc keeps them
// until Commit.
#ifndef PARTON_STORAGE_LOCAL_RMW_H_
#define PARTON_STORAGE_LOCAL_RMW_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/local/catalog.h"
#include "storage/local/hashed_key.h"
#include "storage/local/key_writes.h"
#include "storage/table_writer.h"
#include "types/item/item_codec.h"

namespace parton {

struct PreparedOp {
  const WriteOp* op = nullptr;
  const TableInfo* table = nullptr;
  std::string key;        // LevelDB key of the item
  uint64_t hash = 0;      // its HashOfKey()
  std::string new_bytes;  // kPut, kInsert
};

// The current items.
class ItemReader {
 public:
  virtual ~ItemReader() = default;
  // *item: an encoded item, or MISSING.
  virtual Status Read(const PreparedOp& op, Value* item) = 0;
};

// An encoded item that owns its bytes; not counted as a value of the statement.
Value StoredItemOf(std::string bytes, const NameTable* names);

struct ItemChange {
  const TableInfo* table = nullptr;
  std::string key;
  uint64_t hash = 0;  // its HashOfKey()
  bool had = false;   // before, after
  bool has = false;
  bool by_ttl = false;
  std::string_view old_bytes;  // in old_item, or kept by whoever made the change
  std::string new_bytes;
  Value old_item;
  size_t op = 0;  // the (first) operation it comes from

  // `item`: as ItemReader gives it.
  void SetOld(Value item) {
    const internal::HeapItem* encoded = EncodedItem(item);
    had = encoded != nullptr;
    old_bytes = had ? encoded->bytes : std::string_view();
    old_item = std::move(item);
  }

  bool changed() const { return had != has || (has && old_bytes != new_bytes); }
};

// Errors: kNotFound (a table is gone), kValidation; with options.collect_reasons kTransactionCanceled.
Status PrepareOps(const CatalogState& catalog, std::span<const WriteOp> ops, NameTable* names,
                  const WriteOptions& options, std::vector<PreparedOp>* out);

// One outcome per operation and one change per item, in the order of first mention. Takes keys and bytes out of
// `ops`.
Status ApplyOps(std::vector<PreparedOp>& ops, ItemReader& reader, NameTable* names, EvalContext& ctx,
                const WriteOptions& options, std::vector<ItemChange>* changes, std::vector<WriteOutcome>* outcomes);

// Reports the outcome of ApplyOps to options.meter, if there is one. Returns its error, or `applied`.
Status MeterOps(const WriteOptions& options, Status applied, const std::vector<ItemChange>& changes,
                const NameTable& names, std::vector<WriteOutcome>* outcomes);

// What the steps leave. A thread keeps the memory of the last one, as most writes are of one item.
struct AppliedOps {
  AppliedOps();
  ~AppliedOps();
  AppliedOps(AppliedOps&&) = default;
  AppliedOps& operator=(AppliedOps&&) = default;

  std::vector<PreparedOp> prepared;
  std::vector<ItemChange> changes;
  std::vector<WriteOutcome> outcomes;
};

// All of it. `lock` is called with the prepared operations; it gives the reader of their items, which stay as they are
// until the changes are written. REQUIRES: *done is new.
template <typename Lock>
Status RunOps(const CatalogState& catalog, std::span<const WriteOp> ops, NameTable* names, EvalContext& ctx,
              const WriteOptions& options, Lock lock, AppliedOps* done) {
  PARTON_RETURN_IF_ERROR(PrepareOps(catalog, ops, names, options, &done->prepared));
  ItemReader& reader = lock(done->prepared);
  Status applied = ApplyOps(done->prepared, reader, names, ctx, options, &done->changes, &done->outcomes);
  return MeterOps(options, std::move(applied), done->changes, *names, &done->outcomes);
}

// Adds what the change writes, which points into it; index units go to *outcome if given. REQUIRES:
// change.changed().
void AppendChange(const ItemChange& change, const NameTable& names, KeyWrites* writes, WriteOutcome* outcome,
                  bool* leaves_out = nullptr);

// The key of the item's entry in its table's TTL queue. False if it has none: no TTL, or the attribute is
// no number.
bool ExpiryKey(const TableInfo& table, const NameTable& names, std::string_view item, std::string_view item_key,
               std::string* out);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RMW_H_

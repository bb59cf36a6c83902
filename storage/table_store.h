// The seam between executor and storage: tables of items, read through views, changed by atomic writes.
//
// Conditions and update values cross the seam as bound expressions without subqueries (types/expr/expr.h), so a store
// evaluates them where the bytes are, under latches, without reading anything else. LocalStore
// (storage/local/local_store.h) is the implementation on LevelDB.
//
// Threads: a TableStore may be used from any number of threads at once; a view, a cursor or a transaction
// from one at a time (different cursors of one view may run on different threads).
#ifndef PARTON_STORAGE_TABLE_STORE_H_
#define PARTON_STORAGE_TABLE_STORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "storage/record_store.h"
#include "types/expr/evaluate.h"
#include "types/expr/expr.h"
#include "types/schema/schema.h"

namespace parton {

// A consistent state of all tables: a snapshot, plus a transaction's own writes where it belongs to one.
// Cursors and values read through it must not outlive it (values that were Own()ed may).
class ReadView {
 public:
  virtual ~ReadView() = default;
};

struct KeyBound {
  Value value;
  bool inclusive = true;
};

// One contiguous stretch of a table's or index's key order; everything given is intersected.
struct KeyRange {
  std::optional<Value> hash;  // partition key = this
  // On the sort key if `hash` is given, else on the partition key (tables only).
  std::optional<KeyBound> low;
  std::optional<KeyBound> high;
  std::optional<Value> prefix;  // begins_with; string or binary keys
};

// Encoded key boundaries [begin, end) inside a source, as Split() cut them; empty = open.
struct ScanSegment {
  std::string begin;
  std::string end;
};

struct CursorSpec {
  TablePtr table;
  const IndexSchema* index = nullptr;  // null: the table. Points into *table.
  KeyRange range;
  bool backward = false;
  const ScanSegment* segment = nullptr;  // narrows the range further; must outlive the cursor
  // Only items whose partition key is of that segment (TableStore::SegmentOf); others are stepped over, not examined.
  uint32_t hash_segment = 0;
  uint32_t hash_segments = 0;  // 0: all items
  // Read ahead without filling the block cache: for scans of more than the cache holds.
  bool fill_cache = true;
  // Only items for which it is true are returned. Evaluated on ctx.frame[slot] = item. REQUIRES: CanEvaluate.
  ExprPtr filter;
  // Where the continuation of an earlier read starts (exclusive), as ItemCursor::Position gave it.
  std::string after;
  // Fill ReadStats::bytes_examined: costs a walk over each item, so only where it is asked for.
  bool measure = false;
  // Stop after this many items examined, or (with `measure`) once this many of their bytes are; 0 = no limit.
  uint64_t examine_items = 0;
  uint64_t examine_bytes = 0;
};

struct ReadStats {
  uint64_t items_examined = 0;  // before the filter
  uint64_t bytes_examined = 0;  // DynamoDB sizes of them; cursors: only with CursorSpec::measure
  uint64_t bytes_read = 0;      // stored bytes: keys and values
  uint64_t seeks = 0;           // LevelDB point gets and iterator seeks
  double units = 0;             // of consumed capacity, where that is counted
  void Add(const ReadStats& o) {
    items_examined += o.items_examined;
    bytes_examined += o.bytes_examined;
    bytes_read += o.bytes_read;
    seeks += o.seeks;
    units += o.units;
  }
};

class ItemCursor {
 public:
  virtual ~ItemCursor() = default;
  // Moves to the next item that passes the filter and stores it (a lazily decoded STRUCT, borrowed: valid
  // until the next call) in *item. False at the end and on error; status() tells which.
  virtual bool Next(Value* item) = 0;
  virtual Status status() const = 0;
  // Opaque position of the last item *examined*; CursorSpec::after resumes behind it.
  virtual std::string Position() const = 0;
  virtual const ReadStats& stats() const = 0;
  // True if the last Next() gave false because of CursorSpec::examine_*: there may be more behind Position().
  virtual bool stopped_at_limit() const = 0;
};

struct UpdateAction {
  enum class Kind : uint8_t { kSet, kRemove, kAdd, kDelete } kind;
  std::vector<PathStep> path;
  ExprPtr value;  // null for kRemove; reads the old item in WriteOp::slot
  TextSpan span;
};

enum class ReturnValues : uint8_t { kNone, kAllOld, kAllNew, kModifiedOld, kModifiedNew };

// What a value or a condition of an operation was computed from before the write.
struct WritePremise {
  std::string attribute;  // a top-level one; empty: the item as a whole
  Value value;            // MISSING: there was none
};
// Whether the item (MISSING if absent) still has these values.
bool PremisesHold(const std::vector<WritePremise>& premises, const Value& item);

struct WriteOp {
  enum class Kind : uint8_t {
    kPut,     // write `item` whatever was there
    kInsert,  // write `item`; an existing key is handled by if_exists
    kUpdate,  // apply `actions` to the item of `key`; an absent one is handled by if_absent
    kDelete,  // remove the item of `key`; an absent one is no error
    kCheck,   // only evaluate `condition` on the item of `key`
  };
  enum class Otherwise : uint8_t { kFail, kSkip, kProceed };

  Kind kind = Kind::kPut;
  TablePtr table;
  Value item;  // kPut, kInsert: any STRUCT; made storable and validated here
  Key key;     // the others
  // Null: none. Reads the old item (MISSING if absent) in frame[slot]. REQUIRES of it and the values of `actions`:
  // CanEvaluate; else the write is an error.
  ExprPtr condition;
  std::vector<UpdateAction> actions;
  // If one does not hold for the old item, the write fails with kTransactionConflict.
  std::vector<WritePremise> premises;
  int slot = 0;
  Otherwise if_false = Otherwise::kFail;  // condition not true: kFail = ConditionFailed; kSkip
  // kInsert: kFail = DuplicateItem, kSkip, kProceed = replace.
  Otherwise if_exists = Otherwise::kFail;
  // kUpdate: kFail = ConditionFailed, kSkip, kProceed = create (upsert).
  // kDelete: kProceed = the condition sees MISSING and may fail; else an absent item is simply skipped.
  Otherwise if_absent = Otherwise::kFail;
  ReturnValues returning = ReturnValues::kNone;
  // Marks the change as made by the TTL sweeper (userIdentity in the change feed).
  bool by_ttl = false;
  TextSpan span;
};

struct WriteOutcome {
  bool applied = false;  // false: skipped (condition false, absent, existing)
  bool changed = false;  // false also if the new item equals the old one
  bool existed = false;  // there was an item
  Value returned;        // as WriteOp::returning asks; MISSING if there is nothing to show

  // The rest only for WriteOptions::meter.
  bool judged = false;    // its item was read and its condition evaluated
  uint64_t old_size = 0;  // DynamoDB sizes; 0 = absent
  uint64_t new_size = 0;  // also of what a condition kept from being put
  // Write units of each index entry changed, by index id.
  std::vector<std::pair<uint32_t, uint64_t>> index_units;
};

// Told what a write consumes before anything of it is written: `error` is OK or why nothing will be. Refuses the
// write with an error of its own.
using WriteMeter = std::function<Status(const std::vector<WriteOutcome>& outcomes, const Status& error)>;

struct WriteOptions {
  // Before conditions are evaluated, all operations are validated; with `collect_reasons` every failing one
  // is reported by position (Status::reasons), else the first failure ends it.
  bool collect_reasons = false;
  // Several operations may name one item; each sees what those before it did. Off: that is an error.
  bool sequential = false;
  // Where given, gets the old item (or MISSING) of each operation whose condition failed, by position.
  std::vector<Value>* failed_items = nullptr;
  // Go into the same batch, also when no item changes. Not in transactions: StoreTransaction::WriteRecords.
  const RecordWrites* records = nullptr;
  // Where given, sizes and index units are measured, which costs a walk over each item.
  const WriteMeter* meter = nullptr;
};

// An interactive transaction: reads see one snapshot and the transaction's own writes; Commit validates what
// was read (keys and scanned ranges) and applies all writes in one batch, or gives kTransactionConflict.
class StoreTransaction {
 public:
  virtual ~StoreTransaction() = default;  // rolls back if not committed
  virtual ReadView& view() = 0;
  // Applies the operations to the transaction's own state. On error nothing of this call stays.
  virtual Result<std::vector<WriteOutcome>> Write(const std::vector<WriteOp>& ops, EvalContext& ctx,
                                                  const WriteOptions& options) = 0;
  virtual int Savepoint() = 0;
  virtual void RollbackTo(int savepoint) = 0;
  virtual Status Commit() = 0;
  // Adds to the records that go into the commit's batch; the last write of a record wins. RollbackTo takes them
  // back, too. A transaction that changes no item writes them as well.
  virtual void WriteRecords(const RecordWrites& writes) = 0;
  // The depth of the change records that the commit makes; 0 unless set.
  virtual void SetChangeDepth(uint32_t depth) = 0;
};

struct TableStats {
  uint64_t approximate_bytes = 0;  // stored: keys and values
  uint64_t approximate_items = 0;
  uint64_t approximate_size = 0;  // DynamoDB sizes of the items
  bool exact = false;             // all of them were looked at
};

// Called now and then with the items done and how many they will be, 0: not known; false cancels.
using StoreProgress = std::function<bool(uint64_t done, uint64_t total)>;

class FeedStore;         // storage/feed.h
class TableBackups;      // storage/table_backups.h
struct TableStatistics;  // types/schema/table_statistics.h

class TableStore {
 public:
  virtual ~TableStore() = default;

  // Catalog. All changes are durable when the call returns.
  // kNotFound: "Requested resource not found: Table: t not found".
  virtual Result<TablePtr> GetTable(std::string_view name) const = 0;
  virtual std::vector<TablePtr> Tables() const = 0;  // by name
  // Grows with every change of any schema: prepared plans compare it.
  virtual uint64_t SchemaVersion() const = 0;
  // Ids, versions, name ids and times in `schema` are assigned here. kInUse if it exists.
  virtual Result<TablePtr> CreateTable(TableSchema schema) = 0;
  // Dropping (and truncating a table without a stream) is done at once; `progress` is of giving back the space. If it
  // is cancelled, that is put off to the next opening, and the result is OK. Truncating a table with a stream deletes
  // its items one after the other: kCancelled, some are left.
  virtual Status DropTable(std::string_view name, const StoreProgress& progress = {}) = 0;
  virtual Status TruncateTable(std::string_view name, const StoreProgress& progress = {}) = 0;
  // Fills the index from the existing items while writers go on; items whose key values are unusable are
  // left out. `progress(done, total)` returning false cancels (the index is then removed).
  virtual Status CreateIndex(std::string_view table, IndexSchema index, const StoreProgress& progress) = 0;
  // The same, but returns at once: the index is filled in the background, and is in state kCreating until then. If the
  // store is closed before, that goes on when it is opened.
  virtual Status StartIndex(std::string_view table, IndexSchema index) = 0;
  virtual Status DropIndex(std::string_view table, std::string_view index, const StoreProgress& progress = {}) = 0;
  // Changes everything but keys and indexes (throughput, stream, TTL, options): `change` edits a copy.
  virtual Status AlterTable(std::string_view table, const std::function<Status(TableSchema*)>& change) = 0;

  virtual const NameTable& names() const = 0;

  // Reading.
  virtual std::unique_ptr<ReadView> NewView() = 0;
  // The newest committed state at each single read, for statements that read one item: costs nothing.
  // Owned by the store; any thread.
  virtual ReadView& LatestView() = 0;
  // The item of `key`, MISSING if there is none. *item is a lazily decoded STRUCT that owns its bytes; a
  // Value whose payload nobody shares is reused without allocating.
  virtual Status Get(ReadView& view, const TableSchema& table, const Key& key, Value* item, ReadStats* stats) = 0;
  // `ctx` must outlive the cursor; the filter uses its frame, with the item in frame[slot].
  virtual Result<std::unique_ptr<ItemCursor>> OpenCursor(ReadView& view, const CursorSpec& spec, EvalContext* ctx,
                                                         int slot) = 0;
  // Cuts the source's range into at most `pieces` segments of about equal size, in key order.
  virtual std::vector<ScanSegment> Split(const TableSchema& table, const IndexSchema* index, const KeyRange& range,
                                         int pieces) = 0;
  // ItemCursor::Position of the item with these key attributes, whether there is one or not: in an index those of the
  // index and of the table. Empty: they are not there, or of other types.
  virtual std::string PositionOf(const TableSchema& table, const IndexSchema* index, const Value& attributes) const = 0;
  // The same back: a STRUCT. MISSING: it is no position of a single item.
  virtual Value KeyAt(const TableSchema& table, const IndexSchema* index, std::string_view position) const = 0;
  // Which of `segments` parts of the partition keys a position is in; a function of the partition key alone.
  virtual uint32_t SegmentOf(const TableSchema& table, const IndexSchema* index, std::string_view position,
                             uint32_t segments) const = 0;
  // Stored bytes of a range, roughly.
  virtual uint64_t ApproximateBytes(const TableSchema& table, const IndexSchema* index,
                                    const KeyRange& range) const = 0;
  virtual TableStats Stats(const TableSchema& table, const IndexSchema* index) = 0;
  // What ANALYZE saw last; null: nothing yet. It may be long out of date.
  virtual std::shared_ptr<const TableStatistics> Statistics(const TableSchema& table) const = 0;
  // Keeps them durably, in the place of earlier ones. kNotFound: the table is gone.
  virtual Status SaveStatistics(const TableSchema& table, TableStatistics statistics) = 0;
  // Exact, by walking it. Error: kCancelled.
  virtual Result<TableStats> Measure(ReadView& view, const TableSchema& table, const IndexSchema* index,
                                     const StoreProgress& progress) = 0;
  // False for expressions only the executor can evaluate (subqueries).
  virtual bool CanEvaluate(const Expr& e) const = 0;

  // Writing: all operations or none, one batch, durable on return unless the store is relaxed. At most one
  // operation per item (checked) unless options.sequential.
  virtual Result<std::vector<WriteOutcome>> Write(const std::vector<WriteOp>& ops, EvalContext& ctx,
                                                  const WriteOptions& options) = 0;
  virtual std::unique_ptr<StoreTransaction> Begin() = 0;

  // Problems found by comparing indexes with items both ways, decoding everything, and the rules of docs/format.md, and
  // by reading every byte of the files; empty = sound. Error: kCancelled.
  virtual Result<std::vector<std::string>> Check(const StoreProgress& progress) = 0;
  std::vector<std::string> Check() { return Check(StoreProgress()).value(); }
  // Takes out what cannot be read of the files, and makes the rest fit: rebuilds the indexes and TTL queues that
  // Check() finds wrong. Returns what it did and what was lost, line by line. Error: kCancelled; it can be run again.
  virtual Result<std::vector<std::string>> Repair(const StoreProgress& progress) = 0;

  // Owned by the store.
  virtual FeedStore& feed() = 0;
  virtual RecordStore& records() = 0;
  virtual TableBackups& backups() = 0;

  // 32 random bytes that are made at the first call and kept; of a store that takes no writes, as long as it is open.
  virtual Result<std::string> Secret() = 0;

  // Copies a snapshot of everything into a new database at `directory`, while writers go on, and reads the copy
  // back. A copy that did not get to its end cannot be opened. Error (kOpenFailed): there is something already.
  virtual Status Backup(const std::string& directory, const StoreProgress& progress) = 0;
  // Takes over everything a backup holds. REQUIRES: no table here (kInUse). A crash leaves an empty database.
  virtual Status Restore(const std::string& directory, const StoreProgress& progress) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_TABLE_STORE_H_

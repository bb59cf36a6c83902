// Reading items: by key, several keys at once, and by cursors over ranges of keys, with filter and projection.
//
// Threads: a TableReader may be used from any number of threads at once; a view or a cursor from one at a time
// (different cursors of one view may run on different threads).
#ifndef PARTON_STORAGE_TABLE_READER_H_
#define PARTON_STORAGE_TABLE_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/expr/evaluate.h"
#include "types/expr/expr.h"
#include "types/schema/schema.h"

namespace parton {

class ItemFilter;        // types/expr/item_filter.h
class NameTable;         // types/item/name_table.h
struct TableStatistics;  // types/schema/table_statistics.h

// A state of all tables: a consistent snapshot where the store has them (SnapshotReads), plus a transaction's own
// writes where it belongs to one; else the newest state at each read.
// Cursors and values read through it must not outlive it (values that were Own()ed may).
class ReadView {
 public:
  virtual ~ReadView() = default;
};

struct KeyBound {
  Value value;
  bool inclusive = true;
  // Values of the components that follow, as many as are bounded: the bound is on rows (value, more[0], ...), and
  // inclusive means with all keys that begin so. An index's keys are followed by those of the table.
  std::vector<Value> more = {};
};

// One contiguous stretch of a table's or index's key order; everything given is intersected. Numbers are exact.
struct KeyRange {
  std::optional<Value> hash;  // partition key = this
  // On the sort key if `hash` is given, else on the partition key. Of an index without a sort key: on the table's key.
  std::optional<KeyBound> low;
  std::optional<KeyBound> high;
  std::optional<Value> prefix;  // begins_with; string or binary keys
};

// A part of a source, as Split() cut it: key boundaries [begin, end) in the store's own form; empty = open.
struct ScanSegment {
  std::string begin;
  std::string end;
};

// Projection: the top-level attributes that are read. The attributes of the key come in any case, and a store may give
// more: callers must not rely on other attributes.
using AttributeList = std::vector<std::string>;

// Called with the number of items that the filter left out since the last call, every few hundred of them; false ends
// the cursor.
using SkippedItems = std::function<bool(uint64_t count)>;

struct CursorSpec {
  TablePtr table;
  const IndexSchema* index = nullptr;  // null: the table. Points into *table.
  // The index is read as if it held every item of the table that has its partition key (IndexSchema::none_left_out).
  // Where it does not in this view, opening is refused (kInUse).
  bool stands_for_table = false;
  KeyRange range;
  bool backward = false;
  bool consistent = false;               // the newest state, where the view might give an older one
  const ScanSegment* segment = nullptr;  // narrows the range further; must outlive the cursor
  // Only items whose partition key is of that segment (TableReader::SegmentOf); others are stepped over, not examined.
  uint32_t hash_segment = 0;
  uint32_t hash_segments = 0;  // 0: all items
  // Read ahead without filling the block cache: for scans of more than the cache holds.
  bool fill_cache = true;
  // Only items for which it is true are returned. Evaluated on ctx.frame[slot] = item. REQUIRES: CanEvaluate.
  ExprPtr filter;
  // The same filter made ready for the bytes of items, for stores whose items come encoded: they ask it first, and
  // evaluate `filter` where it cannot tell. Null: `filter` alone. Must outlive the cursor; used by its thread.
  ItemFilter* encoded_filter = nullptr;
  const SkippedItems* skipped = nullptr;      // must outlive the cursor
  const AttributeList* attributes = nullptr;  // null: whole items; must outlive the cursor
  // Where the continuation of an earlier read of this range starts (exclusive), as ItemCursor::Position gave it, in
  // either direction.
  std::string after;
  // Fill ReadStats::bytes_examined: costs a walk over each item, so only where it is asked for.
  bool measure = false;
  // Stop after this many items examined, or (with `measure`) once this many of their bytes are; 0 = no limit.
  uint64_t examine_items = 0;
  uint64_t examine_bytes = 0;
  // About how many items the caller will read at most; 0: not known. It may read more.
  uint64_t expected = 0;
};

struct ReadStats {
  uint64_t items_examined = 0;  // before the filter
  uint64_t bytes_examined = 0;  // DynamoDB sizes of them; cursors: only with CursorSpec::measure
  uint64_t bytes_read = 0;      // stored bytes: keys and values
  uint64_t seeks = 0;           // round trips to the stored data: point gets and iterator seeks
  uint64_t cache_hits = 0;      // gets that a cache of the store's answered, among the above
  uint64_t cache_misses = 0;    // gets that it could have answered
  uint64_t answer_hits = 0;     // reads answered without the store, by what was kept of earlier ones
  uint64_t answer_misses = 0;
  double units = 0;  // of consumed capacity, where that is counted
  void Add(const ReadStats& o) {
    items_examined += o.items_examined;
    bytes_examined += o.bytes_examined;
    bytes_read += o.bytes_read;
    seeks += o.seeks;
    cache_hits += o.cache_hits;
    cache_misses += o.cache_misses;
    answer_hits += o.answer_hits;
    answer_misses += o.answer_misses;
    units += o.units;
  }
};

class ItemCursor {
 public:
  virtual ~ItemCursor() = default;
  // Moves to the next item that passes the filter and stores it (borrowed: valid until the next call) in *item. False
  // at the end and on error; status() tells which.
  virtual bool Next(Value* item) = 0;
  virtual Status status() const = 0;
  // Opaque position of the last item *examined*; CursorSpec::after resumes after it.
  virtual std::string Position() const = 0;
  virtual const ReadStats& stats() const = 0;
  // True if the last Next() gave false because of CursorSpec::examine_*: there may be more after Position().
  virtual bool stopped_at_limit() const = 0;
};

struct TableStats {
  uint64_t approximate_bytes = 0;  // stored: keys and values
  uint64_t approximate_items = 0;
  uint64_t approximate_size = 0;  // DynamoDB sizes of the items
  bool exact = false;             // all of them were looked at
};

class TableReader {
 public:
  virtual ~TableReader() = default;

  // The newest committed state at each single read, for statements that read one item: costs nothing.
  // Owned by the store; any thread.
  virtual ReadView& LatestView() = 0;
  // `view`, or one by which reads of single keys see the newest state where `view` might give an older one.
  virtual ReadView& Consistent(ReadView& view) { return view; }
  // The item of `key`, MISSING if there is none. *item owns its bytes; a Value whose payload nobody shares may be
  // reused without allocating. `attributes` null: the whole item. `stats` may be null.
  virtual Status Get(ReadView& view, const TableSchema& table, const Key& key, const AttributeList* attributes,
                     Value* item, ReadStats* stats) = 0;
  // The items of `keys`, each as Get gives it, in their order. On error *items is of no use.
  virtual Status BatchGet(ReadView& view, const TableSchema& table, std::span<const Key> keys,
                          const AttributeList* attributes, std::vector<Value>* items, ReadStats* stats) = 0;
  // For how many keys one BatchGet is to be made where the rows after the first may not be wanted. 1: single gets cost
  // no more.
  virtual size_t KeysAhead(const TableSchema& /*table*/) const { return 1; }
  // `ctx` must outlive the cursor; the filter uses its frame, with the item in frame[slot].
  virtual Result<std::unique_ptr<ItemCursor>> OpenCursor(ReadView& view, const CursorSpec& spec, EvalContext* ctx,
                                                         int slot) = 0;
  // Cuts the source's range into at most `pieces` segments of about equal size, in key order.
  virtual std::vector<ScanSegment> Split(const TableSchema& /*table*/, const IndexSchema* /*index*/,
                                         const KeyRange& /*range*/, int /*pieces*/) {
    return std::vector<ScanSegment>(1);
  }
  // ItemCursor::Position of the item with these key attributes, whether there is one or not: in an index those of the
  // index and of the table. Empty: they are not there, or of other types.
  virtual std::string PositionOf(const TableSchema& /*table*/, const IndexSchema* /*index*/,
                                 const Value& /*attributes*/) const {
    return "";
  }
  // The same back: a STRUCT. MISSING: it is no position of a single item.
  virtual Value KeyAt(const TableSchema& /*table*/, const IndexSchema* /*index*/, std::string_view /*position*/) const {
    return Value::Missing();
  }
  // Which of `segments` parts of the partition keys a position is in; a function of the partition key alone.
  virtual uint32_t SegmentOf(const TableSchema& /*table*/, const IndexSchema* /*index*/, std::string_view /*position*/,
                             uint32_t /*segments*/) const {
    return 0;
  }
  // Whether the items of a scan come in key order, and entries of one index key in the order of the table's key.
  virtual bool ScansInOrder(const TableSchema& /*table*/) const { return true; }
  // Stored bytes of a range, roughly.
  virtual uint64_t ApproximateBytes(const TableSchema& table, const IndexSchema* index, const KeyRange& /*range*/) {
    return Stats(table, index).approximate_bytes;
  }
  // Whether a filter, a condition or a value of a write may cross into the store. False for subqueries, always.
  virtual bool CanEvaluate(const Expr& e) const = 0;

  // What the planner goes by: quick, maybe far from the truth.
  virtual TableStats Stats(const TableSchema& table, const IndexSchema* index) = 0;
  // What ANALYZE saw last; null: nothing yet. It may be long out of date.
  virtual std::shared_ptr<const TableStatistics> Statistics(const TableSchema& /*table*/) const { return nullptr; }
  // The dictionary of the items it gives, if they come encoded (types/item/item_codec.h); null: they are plain values.
  virtual const NameTable* names() const { return nullptr; }
};

}  // namespace parton

#endif  // PARTON_STORAGE_TABLE_READER_H_

// Writing items: operations with conditions, alone or several as one.
//
// Conditions and values cross the seam as bound expressions without subqueries (types/expr/expr.h), so a store
// evaluates them where the bytes are, under latches, without reading anything else.
#ifndef PARTON_STORAGE_TABLE_WRITER_H_
#define PARTON_STORAGE_TABLE_WRITER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "storage/record_store.h"
#include "types/expr/evaluate.h"
#include "types/expr/expr.h"
#include "types/item/update_actions.h"
#include "types/schema/schema.h"

namespace parton {

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
  Value item;  // kPut, kInsert: any STRUCT; made storable and validated by the store
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

// Called with what a write consumes before anything of it is written; `error` is OK or why nothing will be. An error
// that it returns refuses the write. A store that learns the consumption only afterwards calls it then.
using WriteMeter = std::function<Status(const std::vector<WriteOutcome>& outcomes, const Status& error)>;

struct WriteOptions {
  // Before conditions are evaluated, all operations are validated; with `collect_reasons` every failing one
  // is reported by position (Status::reasons), else the first failure ends it.
  bool collect_reasons = false;
  // Several operations may name one item; each sees what those before it did. Off: that is an error.
  bool sequential = false;
  // Where given, gets the old item (or MISSING) of each operation whose condition failed, by position.
  std::vector<Value>* failed_items = nullptr;
  // Go into the same batch, also when no item changes; only for stores with Records. Not in transactions:
  // StoreTransaction::WriteRecords.
  const RecordWrites* records = nullptr;
  // Where given, sizes and index units are measured, which costs a walk over each item.
  const WriteMeter* meter = nullptr;
};

// Durable on return unless the store is relaxed. Threads: any.
class TableWriter {
 public:
  virtual ~TableWriter() = default;

  // One operation on one item.
  virtual Result<WriteOutcome> Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options) = 0;
  // All operations or none, one outcome each. At most one operation per item (checked) unless options.sequential. More
  // operations than the store can do as one are an error.
  virtual Result<std::vector<WriteOutcome>> TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                          const WriteOptions& options) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_TABLE_WRITER_H_

// What an operation does to an item, whatever store the item is in: whether it is applied, what it gives back, and the
// error of one whose condition is not true.
#ifndef PARTON_STORAGE_WRITE_RULES_H_
#define PARTON_STORAGE_WRITE_RULES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "storage/table_writer.h"
#include "types/expr/evaluate.h"
#include "types/item/update_actions.h"

namespace parton {

// Puts the item into frame[slot] for its lifetime, and restores the earlier value. The context may have no frame.
class ItemInSlot {
 public:
  ItemInSlot(EvalContext& ctx, int slot, const Value& item);
  ~ItemInSlot();
  ItemInSlot(const ItemInSlot&) = delete;
  ItemInSlot& operator=(const ItemInSlot&) = delete;

 private:
  EvalContext& ctx_;
  const size_t slot_;
  Frame* const outer_frame_;
  Frame own_;
  Value saved_;
};

// The context's error, which it no longer has then.
Status TakeError(EvalContext& ctx);

enum class WriteVerdict : uint8_t { kGo, kSkip };

// By the operation's premises, its condition, and whether there is the item. REQUIRES: an operation with a condition
// has `old_item` (MISSING: there is none) in frame[op.slot]. Errors: kTransactionConflict, kDuplicateItem,
// kConditionFailed, and those of the condition.
Result<WriteVerdict> JudgeWrite(const WriteOp& op, bool exists, const Value& old_item, EvalContext& ctx);

// DynamoDB's message; the hint says which term was not true and what the item had. REQUIRES: as of JudgeWrite.
Status ConditionFailed(const WriteOp& op, bool exists, EvalContext& ctx);

// Whether an update makes an item that is not there: if it puts something into it, or does nothing at all.
bool CreatesItem(const std::vector<UpdateAction>& actions);

// What an applied operation gives back. `has`: whether there is an item now; now() is it.
Value ValueReturned(const WriteOp& op, const Value& old_item, bool has, const UpdatedAttributes& updated,
                    const std::function<Value()>& now);

// DynamoDB's word: "NONE", "ALL_OLD", "UPDATED_NEW", ...
std::string_view ReturnValuesName(ReturnValues values);

}  // namespace parton

#endif  // PARTON_STORAGE_WRITE_RULES_H_

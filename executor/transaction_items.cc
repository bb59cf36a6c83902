#include "executor/transaction_items.h"

#include "executor/one_shot.h"
#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton {

Status TransactionItems::Add(const WriteOp& op) {
  Key key = op.key;
  if (op.kind == WriteOp::Kind::kPut || op.kind == WriteOp::Kind::kInsert) {
    PARTON_ASSIGN_OR_RETURN(Value item, ToStorableItem(op.item));
    PARTON_ASSIGN_OR_RETURN(key, ExtractKey(op.table->key, item));
    key = {std::move(key.hash).Own(), std::move(key.range).Own()};
  }
  PARTON_RETURN_IF_ERROR(CheckMemberCount("transactStatements", items_.size() + 1, kMostTransactionOperations));
  for (const Item& item : items_) {
    if (item.table_id == op.table->id && DeepEqual(item.key.hash, key.hash) && DeepEqual(item.key.range, key.range)) {
      return Status::Validation(kSameItemTwice);
    }
  }
  items_.push_back({op.table->id, std::move(key)});
  return Status::Ok();
}

}  // namespace parton

#include "executor/transaction_items.h"

#include <fmt/format.h>

#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton {

Status CheckMemberCount(std::string_view member, size_t count, size_t most) {
  if (count >= 1 && count <= most) return Status::Ok();
  return Status::Validation(
      fmt::format("1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have length {} "
                  "than or equal to {}",
                  member, count == 0 ? "greater" : "less", count == 0 ? 1 : most));
}

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

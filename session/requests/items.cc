#include "session/requests/items.h"

#include <algorithm>
#include <utility>

#include "session/database_state.h"
#include "session/requests/request_binding.h"
#include "session/requests/request_expressions.h"
#include "session/requests/request_metering.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

const LegacyParameters* LegacyOf(const std::optional<LegacyParameters>& legacy) { return legacy ? &*legacy : nullptr; }

ReturnValues StoreReturn(ReturnedItem returning) {
  switch (returning) {
    case ReturnedItem::kNone: return ReturnValues::kNone;
    case ReturnedItem::kAllOld: return ReturnValues::kAllOld;
    case ReturnedItem::kUpdatedOld: return ReturnValues::kModifiedOld;
    case ReturnedItem::kAllNew: return ReturnValues::kAllNew;
    case ReturnedItem::kUpdatedNew: return ReturnValues::kModifiedNew;
  }
  return ReturnValues::kNone;
}

// One write on its way: what DynamoDB checks, in its order.
class ItemWrite {
 public:
  ItemWrite(DatabaseState* db, OperationKind kind, const WriteItemRequest& request)
      : db_(db),
        kind_(kind),
        request_(request),
        expressions_(&db->expressions, kind, request.expressions, LegacyOf(request.legacy)) {}

  // Up to the table. `value_error`: what was wrong with the item or key; `item`: of a put.
  Status Prepare(const Status& value_error, const Value* item) {
    PARTON_RETURN_IF_ERROR(expressions_.CheckParameters());
    PARTON_RETURN_IF_ERROR(value_error);
    const bool only_old = request_.returning == ReturnedItem::kNone || request_.returning == ReturnedItem::kAllOld;
    if (kind_ != OperationKind::kUpdate && !only_old) {
      return Status::Validation("ReturnValues can only be ALL_OLD or NONE");
    }
    PARTON_RETURN_IF_ERROR(CheckedItem(expressions_.Compile(), item));
    Result<TablePtr> table = FindRequestTable(db_, request_.table);
    PARTON_RETURN_IF_ERROR(CheckedItem(table.status(), item));
    op_.table = std::move(*table);
    return Status::Ok();
  }

  WriteOp& op() { return op_; }

  Result<WriteItemResult> Run(Value* existing) {
    op_.condition = expressions_.condition();
    op_.actions = expressions_.actions();
    op_.returning = StoreReturn(request_.returning);
    // As in DynamoDB's API: an update makes the item, and a condition on no item is evaluated.
    op_.if_absent = WriteOp::Otherwise::kProceed;
    const std::vector<WriteOp> ops{std::move(op_)};
    WriteOptions options;
    std::vector<Value> failed;
    if (existing != nullptr) options.failed_items = &failed;
    CapacityMeter meter = RequestMeter(db_, false);
    Result<std::vector<WriteOutcome>> outcomes = MeteredWrite(db_, ops, options, &meter, &expressions_.parameters());
    if (!outcomes.ok()) {
      if (existing != nullptr && outcomes.status().code() == StatusCode::kConditionFailed && !failed.empty()) {
        *existing = std::move(failed[0]);
      }
      return std::move(outcomes).status();
    }
    WriteItemResult result;
    result.attributes = std::move((*outcomes)[0].returned);
    result.capacity = meter.TakeConsumed();
    if (!request_.collection_metrics) return result;
    std::vector<ItemCollectionMetrics> metrics = MetricsOfAll(db_, ops);
    if (!metrics.empty()) result.collection = std::move(metrics[0]);
    return result;
  }

 private:
  // The item is checked when it is written. An error that DynamoDB would find after those of the item gives way to
  // them.
  Status CheckedItem(Status s, const Value* item) {
    if (s.ok() || item == nullptr) return s;
    PARTON_RETURN_IF_ERROR(ToStorableItem(*item).status());
    return s;
  }

  DatabaseState* db_;
  const OperationKind kind_;
  const WriteItemRequest& request_;
  RequestExpressions expressions_;
  WriteOp op_;
};

}  // namespace

Result<GetItemResult> GetItem(DatabaseState* db, const GetItemRequest& request) {
  RequestExpressions expressions(&db->expressions, OperationKind::kGet, request.expressions, LegacyOf(request.legacy));
  PARTON_RETURN_IF_ERROR(expressions.CheckParameters());
  PARTON_RETURN_IF_ERROR(request.key_error);
  PARTON_RETURN_IF_ERROR(expressions.Compile());
  PARTON_ASSIGN_OR_RETURN(const TablePtr table, FindRequestTable(db, request.table));
  PARTON_ASSIGN_OR_RETURN(const Key key, ToRequestKey(*table, request.key));
  CapacityMeter meter = RequestMeter(db, false);
  PARTON_RETURN_IF_ERROR(meter.AdmitItem(*table, request.consistent));
  GetItemResult result;
  PARTON_RETURN_IF_ERROR(db->store->Get(db->store->LatestView(), *table, key, nullptr, &result.item, nullptr));
  meter.ReadItem(*table, MeteredBytes(result.item), request.consistent);
  if (!result.item.is_missing()) result.item = Project(result.item, expressions.paths());
  result.capacity = meter.TakeConsumed();
  return result;
}

Result<WriteItemResult> PutItem(DatabaseState* db, const PutItemRequest& request, Value* existing) {
  ItemWrite write(db, OperationKind::kPut, request);
  PARTON_RETURN_IF_ERROR(write.Prepare(request.item_error, &request.item));
  write.op().kind = WriteOp::Kind::kPut;
  write.op().item = request.item;
  return write.Run(existing);
}

Result<WriteItemResult> UpdateItem(DatabaseState* db, const UpdateItemRequest& request, Value* existing) {
  ItemWrite write(db, OperationKind::kUpdate, request);
  PARTON_RETURN_IF_ERROR(write.Prepare(request.key_error, nullptr));
  write.op().kind = WriteOp::Kind::kUpdate;
  PARTON_ASSIGN_OR_RETURN(write.op().key, ToRequestKey(*write.op().table, request.key));
  Result<WriteItemResult> result = write.Run(existing);
  const bool legacy = request.legacy && request.legacy->attribute_updates;
  if (!legacy || result.ok() || result.status().message() != kBadUpdateOperand) return result;
  return Status::Validation("Type mismatch for attribute to update", {}, result.status().hint());
}

Result<WriteItemResult> DeleteItem(DatabaseState* db, const DeleteItemRequest& request, Value* existing) {
  ItemWrite write(db, OperationKind::kDelete, request);
  PARTON_RETURN_IF_ERROR(write.Prepare(request.key_error, nullptr));
  write.op().kind = WriteOp::Kind::kDelete;
  PARTON_ASSIGN_OR_RETURN(write.op().key, ToRequestKey(*write.op().table, request.key));
  return write.Run(existing);
}

Value HashOf(const WriteOp& op) {
  const bool has_item = op.kind == WriteOp::Kind::kPut || op.kind == WriteOp::Kind::kInsert;
  return has_item ? op.item.Get(op.table->key.hash.name) : op.key.hash;
}

std::optional<ItemCollectionMetrics> MetricsOf(DatabaseState* db, const TableSchema& table, const Value& hash) {
  uint64_t bytes = 0;
  bool local = false;
  KeyRange range;
  range.hash = hash;
  for (const IndexSchema& index : table.indexes) {
    if (index.kind != IndexKind::kLocal) continue;
    local = true;
    bytes += db->store->ApproximateBytes(table, &index, range);
  }
  if (!local) return std::nullopt;
  bytes += db->store->ApproximateBytes(table, nullptr, range);
  ItemCollectionMetrics metrics;
  metrics.table = table.name;
  metrics.key = Value::Struct({{table.key.hash.name, hash}});
  metrics.lower_gb = static_cast<double>(bytes >> 30);
  metrics.upper_gb = metrics.lower_gb + 1;
  return metrics;
}

}  // namespace parton

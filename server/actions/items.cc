// GetItem, PutItem, UpdateItem, DeleteItem.
#include "server/actions/common.h"
#include "server/attribute_values.h"

namespace parton::server {

namespace {

void ReadWrite(const Input& input, WriteItemRequest* request) {
  request->table = TableNameOf(input["TableName"]);
  request->expressions = ReadExpressions(input);
  request->legacy = ReadLegacy(input);
  request->returning = ReadReturnValues(input);
  request->collection_metrics = AsksForCollections(input);
}

Outcome WriteResult(Call& call, const Input& input, const WriteItemResult& result, JsonWriter& out) {
  if (!result.attributes.is_missing()) {
    out.Key("Attributes");
    PARTON_RETURN_IF_ERROR(out.Item(result.attributes));
  }
  WriteCapacity(call, input, result.capacity, out);
  if (result.collection.has_value()) {
    out.Key("ItemCollectionMetrics");
    PARTON_RETURN_IF_ERROR(WriteCollection(*result.collection, out));
  }
  return {};
}

// Runs one of the three writes, and tells its result or its error.
template <typename Request>
Outcome RunWrite(Call& call, const Input& input, const Request& request,
                 Result<WriteItemResult> (Database::*write)(const Request&, Value*), JsonWriter& out) {
  Value existing;
  const Result<WriteItemResult> result = (call.db->*write)(request, ReturnsOldOnFailure(input) ? &existing : nullptr);
  if (!result.ok()) return WithItem(result.status(), existing);
  return WriteResult(call, input, *result, out);
}

}  // namespace

Outcome GetItem(Call& call, const Input& input, JsonWriter& out) {
  GetItemRequest request;
  request.table = TableNameOf(input["TableName"]);
  request.key = ToItem(input["Key"], &request.key_error);
  request.consistent = input["ConsistentRead"].flag();
  request.expressions = ReadExpressions(input);
  request.legacy = ReadLegacy(input);
  const Result<GetItemResult> result = call.db->GetItem(request);
  if (!result.ok()) return result.status();
  if (!result->item.is_missing()) {
    out.Key("Item");
    PARTON_RETURN_IF_ERROR(out.Item(result->item));
  }
  WriteCapacity(call, input, result->capacity, out);
  return {};
}

Outcome PutItem(Call& call, const Input& input, JsonWriter& out) {
  PutItemRequest request;
  ReadWrite(input, &request);
  request.item = ToItem(input["Item"], &request.item_error);
  return RunWrite(call, input, request, &Database::PutItem, out);
}

Outcome UpdateItem(Call& call, const Input& input, JsonWriter& out) {
  UpdateItemRequest request;
  ReadWrite(input, &request);
  request.key = ToItem(input["Key"], &request.key_error);
  return RunWrite(call, input, request, &Database::UpdateItem, out);
}

Outcome DeleteItem(Call& call, const Input& input, JsonWriter& out) {
  DeleteItemRequest request;
  ReadWrite(input, &request);
  request.key = ToItem(input["Key"], &request.key_error);
  return RunWrite(call, input, request, &Database::DeleteItem, out);
}

}  // namespace parton::server

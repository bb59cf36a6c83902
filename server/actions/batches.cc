// BatchGetItem and BatchWriteItem.
#include <unordered_set>

#include "server/actions/common.h"
#include "server/attribute_values.h"

namespace parton::server {

namespace {

BatchGetTable ReadTable(std::string_view name, const Input& given) {
  BatchGetTable table;
  table.table = name;
  const Input keys = given["Keys"];
  for (size_t i = 0; i < keys.Count(); ++i) {
    Status error;
    table.keys.push_back(ToItem(keys.Element(i), &error));
    if (table.keys_error.ok()) table.keys_error = std::move(error);
  }
  table.consistent = given["ConsistentRead"].flag();
  table.expressions = ReadExpressions(given);
  table.legacy = ReadLegacy(given);
  return table;
}

// What of `given` says how to read, for the keys that are left.
void WriteReadOptions(const Input& given, JsonWriter& out) {
  if (given.Has("ConsistentRead")) out.Member("ConsistentRead", given["ConsistentRead"].flag());
  if (given.Has("ProjectionExpression")) out.Member("ProjectionExpression", given["ProjectionExpression"].text());
  const Input names = given["ExpressionAttributeNames"];
  if (names.present()) {
    out.Key("ExpressionAttributeNames").BeginObject();
    for (size_t i = 0; i < names.Count(); ++i) out.Member(names.Key(i), names.MapValue(i).text());
    out.EndObject();
  }
  const Input attributes = given["AttributesToGet"];
  if (attributes.present()) {
    out.Key("AttributesToGet").BeginArray();
    for (size_t i = 0; i < attributes.Count(); ++i) out.String(attributes.Element(i).text());
    out.EndArray();
  }
}

Status WriteUnprocessedKeys(const Input& tables, const std::vector<BatchGetTable>& read,
                            const std::vector<size_t>& unprocessed, JsonWriter& out) {
  const std::unordered_set<size_t> left(unprocessed.begin(), unprocessed.end());
  out.Key("UnprocessedKeys").BeginObject();
  size_t position = 0;
  for (size_t t = 0; t < read.size(); ++t) {
    bool open = false;
    for (const Value& key : read[t].keys) {
      if (!left.contains(position++)) continue;
      if (!open) out.Key(tables.Key(t)).BeginObject().Key("Keys").BeginArray();
      open = true;
      PARTON_RETURN_IF_ERROR(out.Item(key));
    }
    if (!open) continue;
    out.EndArray();
    WriteReadOptions(tables.MapValue(t), out);
    out.EndObject();
  }
  out.EndObject();
  return Status::Ok();
}

Status WriteUnprocessedItems(const Input& tables, const std::vector<WriteOperation>& writes,
                             const std::vector<size_t>& unprocessed, JsonWriter& out) {
  const std::unordered_set<size_t> left(unprocessed.begin(), unprocessed.end());
  out.Key("UnprocessedItems").BeginObject();
  size_t position = 0;
  for (size_t t = 0; t < tables.Count(); ++t) {
    bool open = false;
    for (size_t i = 0; i < tables.MapValue(t).Count(); ++i, ++position) {
      if (!left.contains(position)) continue;
      const WriteOperation& write = writes[position];
      const bool put = write.kind == WriteOperation::Kind::kPut;
      if (!open) out.Key(tables.Key(t)).BeginArray();
      open = true;
      out.BeginObject().Key(put ? "PutRequest" : "DeleteRequest").BeginObject().Key(put ? "Item" : "Key");
      PARTON_RETURN_IF_ERROR(out.Item(put ? write.item : write.key));
      out.EndObject().EndObject();
    }
    if (open) out.EndArray();
  }
  out.EndObject();
  return Status::Ok();
}

}  // namespace

Outcome BatchGetItem(Call& call, const Input& input, JsonWriter& out) {
  const Input requests = input["RequestItems"];
  std::vector<BatchGetTable> tables;
  for (size_t i = 0; i < requests.Count(); ++i) {
    tables.push_back(ReadTable(requests.Key(i), requests.MapValue(i)));
    tables.back().table = TableNameOf(requests.Key(i));
  }
  const Result<BatchGetResult> result = call.db->BatchGetItem(tables);
  if (!result.ok()) return result.status();
  out.Key("Responses").BeginObject();
  size_t position = 0;
  for (size_t t = 0; t < tables.size(); ++t) {
    out.Key(requests.Key(t)).BeginArray();
    for (size_t i = 0; i < tables[t].keys.size(); ++i, ++position) {
      if (position < result->items.size() && !result->items[position].is_missing())
        PARTON_RETURN_IF_ERROR(out.Item(result->items[position]));
    }
    out.EndArray();
  }
  out.EndObject();
  PARTON_RETURN_IF_ERROR(WriteUnprocessedKeys(requests, tables, result->unprocessed, out));
  WriteCapacities(call, input, result->capacity, CapacityStyle::kPlain, out);
  return {};
}

Outcome BatchWriteItem(Call& call, const Input& input, JsonWriter& out) {
  const Input requests = input["RequestItems"];
  std::vector<WriteOperation> writes;
  for (size_t t = 0; t < requests.Count(); ++t) {
    const Input of_table = requests.MapValue(t);
    for (size_t i = 0; i < of_table.Count(); ++i) {
      const Input put = of_table.Element(i)["PutRequest"];
      const Input erase = of_table.Element(i)["DeleteRequest"];
      if (put.present() && erase.present())
        return Validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes");
      if (!put.present() && !erase.present())
        return Validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
      WriteOperation write;
      write.kind = put.present() ? WriteOperation::Kind::kPut : WriteOperation::Kind::kDelete;
      write.table = TableNameOf(requests.Key(t));
      (put.present() ? write.item : write.key) = ToItem(put.present() ? put["Item"] : erase["Key"], &write.item_error);
      writes.push_back(std::move(write));
    }
  }
  const Result<BatchWriteResult> result = call.db->BatchWrite(writes, AsksForCollections(input));
  if (!result.ok()) return result.status();
  PARTON_RETURN_IF_ERROR(WriteUnprocessedItems(requests, writes, result->unprocessed, out));
  PARTON_RETURN_IF_ERROR(WriteCollections(result->collections, out));
  WriteCapacities(call, input, result->capacity, CapacityStyle::kPlain, out);
  return {};
}

}  // namespace parton::server

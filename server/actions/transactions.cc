// TransactGetItems and TransactWriteItems.
#include <algorithm>

#include "server/actions/cancelled.h"
#include "server/actions/common.h"
#include "server/attribute_values.h"

namespace parton::server {

namespace {

struct KindName {
  std::string_view member;
  WriteOperation::Kind kind;
};
constexpr KindName kKinds[] = {
    {"ConditionCheck", WriteOperation::Kind::kCheck},
    {"Put", WriteOperation::Kind::kPut},
    {"Delete", WriteOperation::Kind::kDelete},
    {"Update", WriteOperation::Kind::kUpdate},
};

Outcome ReadOperations(const Input& items, std::vector<WriteOperation>* operations) {
  for (size_t i = 0; i < items.Count(); ++i) {
    const Input item = items.Element(i);
    const KindName* chosen = nullptr;
    for (const KindName& k : kKinds) {
      if (!item.Has(k.member)) continue;
      if (chosen != nullptr) return Validation("TransactItems can only contain one of Check, Put, Update or Delete");
      chosen = &k;
    }
    if (chosen == nullptr)
      return Validation("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request");
    const Input given = item[chosen->member];
    WriteOperation operation;
    operation.kind = chosen->kind;
    operation.table = TableNameOf(given["TableName"]);
    operation.expressions = ReadExpressions(given);
    operation.return_old = ReturnsOldOnFailure(given);
    const bool put = chosen->kind == WriteOperation::Kind::kPut;
    (put ? operation.item : operation.key) = ToItem(given[put ? "Item" : "Key"], &operation.item_error);
    operations->push_back(std::move(operation));
  }
  return {};
}

}  // namespace

Outcome Cancelled(const Status& status, const std::vector<CancellationReason>& reasons) {
  if (status.code() != StatusCode::kTransactionCanceled) return status;
  std::vector<CancellationReason> told = reasons;
  if (told.empty()) {
    for (const Status& s : status.reasons())
      told.push_back({std::string(CancellationCode(s)), s.message(), s.hint(), Value()});
  }
  ApiError error = FromStatus(status);
  std::string codes;
  std::string json = "\"CancellationReasons\":";
  JsonWriter out(&json);
  out.BeginArray();
  for (const CancellationReason& r : told) {
    codes += (codes.empty() ? "" : ", ") + r.code;
    out.BeginObject().Member("Code", r.code);
    if (!r.message.empty()) out.Member("Message", r.message);
    if (!r.item.is_missing()) {
      out.Key("Item");
      PARTON_RETURN_IF_ERROR(out.Item(r.item));
    }
    out.EndObject();
  }
  out.EndArray();
  error.message = "Transaction cancelled, please refer cancellation reasons for specific reasons [" + codes + "]";
  error.more = std::move(json);
  return error;
}

Status WriteResponses(const std::vector<Value>& items, JsonWriter& out) {
  out.Key("Responses").BeginArray();
  for (const Value& item : items) {
    out.BeginObject();
    if (!item.is_missing()) {
      out.Key("Item");
      PARTON_RETURN_IF_ERROR(out.Item(item));
    }
    out.EndObject();
  }
  out.EndArray();
  return Status::Ok();
}

Outcome TransactGetItems(Call& call, const Input& input, JsonWriter& out) {
  const Input items = input["TransactItems"];
  std::vector<ReadOperation> reads;
  for (size_t i = 0; i < items.Count(); ++i) {
    const Input get = items.Element(i)["Get"];
    ReadOperation read;
    read.table = TableNameOf(get["TableName"]);
    read.key = ToItem(get["Key"], &read.key_error);
    read.expressions = ReadExpressions(get);
    reads.push_back(std::move(read));
  }
  const Result<TransactResult> result = call.db->TransactGet(reads);
  if (!result.ok()) return Cancelled(result.status(), {});
  PARTON_RETURN_IF_ERROR(WriteResponses(result->items, out));
  WriteCapacities(call, input, result->capacity, CapacityStyle::kTransactionRead, out);
  return {};
}

Outcome TransactWriteItems(Call& call, const Input& input, JsonWriter& out) {
  TransactWriteRequest request;
  Outcome read = ReadOperations(input["TransactItems"], &request.operations);
  if (!read.ok()) return read;
  request.token = input["ClientRequestToken"].text();
  request.collection_metrics = AsksForCollections(input);
  std::vector<CancellationReason> reasons;
  const Result<TransactResult> result = call.db->TransactWrite(request, &reasons);
  if (!result.ok()) return Cancelled(result.status(), reasons);
  WriteCapacities(call, input, result->capacity,
                  result->replayed ? CapacityStyle::kTransactionRead : CapacityStyle::kTransactionWrite, out);
  PARTON_RETURN_IF_ERROR(WriteCollections(result->collections, out));
  return {};
}

}  // namespace parton::server

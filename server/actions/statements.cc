// ExecuteStatement, BatchExecuteStatement, ExecuteTransaction.
#include "server/actions/cancelled.h"
#include "server/actions/common.h"
#include "server/attribute_values.h"

namespace parton::server {

namespace {

// Rows of the extended dialect may be anything; the wire knows objects only.
Status WriteRow(const Value& row, JsonWriter& out) {
  return out.Item(row.is_struct() ? row : Value::Struct({{"_1", row}}));
}

std::vector<StatementOperation> ReadStatements(const Input& list) {
  std::vector<StatementOperation> statements;
  for (size_t i = 0; i < list.Count(); ++i) {
    const Input given = list.Element(i);
    StatementOperation statement;
    statement.text = given["Statement"].text();
    statement.parameters = ToValues(given["Parameters"], &statement.parameters_error);
    statement.return_old = ReturnsOldOnFailure(given);
    statement.consistent = given["ConsistentRead"].flag();
    statements.push_back(std::move(statement));
  }
  return statements;
}

Status WriteStatementResult(const StatementResult& result, JsonWriter& out) {
  out.BeginObject();
  if (!result.status.ok()) {
    out.Key("Error").BeginObject();
    out.Member("Code", CancellationCode(result.status)).Member("Message", result.status.message());
    out.EndObject();
  }
  if (!result.table.empty()) out.Member("TableName", result.table);
  if (!result.item.is_missing()) {
    out.Key("Item");
    PARTON_RETURN_IF_ERROR(out.Item(result.item));
  }
  out.EndObject();
  return Status::Ok();
}

}  // namespace

Outcome ExecuteStatement(Call& call, const Input& input, JsonWriter& out) {
  ExecuteStatementRequest request;
  request.text = input["Statement"].text();
  request.parameters = ToValues(input["Parameters"], &request.parameters_error);
  request.consistent = input["ConsistentRead"].flag();
  if (input.Has("Limit")) request.limit = input["Limit"].integer();
  request.next_token = input["NextToken"].OptionalText();
  request.extended = call.extended;
  Value existing;
  const Result<StatementPage> page =
      call.db->ExecuteStatement(request, ReturnsOldOnFailure(input) ? &existing : nullptr);
  if (!page.ok()) return WithItem(page.status(), existing);
  out.Key("Items").BeginArray();
  for (const Value& item : page->items) PARTON_RETURN_IF_ERROR(WriteRow(item, out));
  out.EndArray();
  if (!page->next_token.empty()) out.Member("NextToken", page->next_token);
  if (!page->last_key.is_missing()) {
    out.Key("LastEvaluatedKey");
    PARTON_RETURN_IF_ERROR(out.Item(page->last_key));
  }
  WriteCapacity(call, input, page->capacity, out);
  return {};
}

Outcome BatchExecuteStatement(Call& call, const Input& input, JsonWriter& out) {
  const Result<BatchStatementResult> result = call.db->BatchExecute(ReadStatements(input["Statements"]));
  if (!result.ok()) return result.status();
  out.Key("Responses").BeginArray();
  for (const StatementResult& r : result->statements) PARTON_RETURN_IF_ERROR(WriteStatementResult(r, out));
  out.EndArray();
  WriteCapacities(call, input, result->capacity, CapacityStyle::kPlain, out);
  return {};
}

Outcome ExecuteTransaction(Call& call, const Input& input, JsonWriter& out) {
  ExecuteTransactionRequest request;
  request.statements = ReadStatements(input["TransactStatements"]);
  request.token = input["ClientRequestToken"].text();
  std::vector<CancellationReason> reasons;
  const Result<TransactResult> result = call.db->ExecuteTransaction(request, &reasons);
  if (!result.ok()) return Cancelled(result.status(), reasons);
  PARTON_RETURN_IF_ERROR(WriteResponses(result->items, out));
  const bool wrote = result->write_units > 0 && !result->replayed;
  WriteCapacities(call, input, result->capacity,
                  wrote ? CapacityStyle::kTransactionWrite : CapacityStyle::kTransactionRead, out);
  return {};
}

}  // namespace parton::server

#include "session/requests/one_shot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "executor/transaction_items.h"
#include "session/database_state.h"
#include "session/requests/items.h"
#include "session/requests/request_binding.h"
#include "session/requests/request_metering.h"
#include "session/requests/request_reads.h"
#include "session/requests/request_statement.h"
#include "session/requests/request_token.h"
#include "types/item/item_rules.h"
#include "types/status/cancellation.h"

namespace parton {

namespace {

constexpr size_t kMostOperations = kMostTransactionOperations;
constexpr size_t kMostBytes = size_t{4} << 20;
constexpr const char* kSameItem = kSameItemTwice;

// Only the operation at `at` is in the way.
Status CancelledBy(size_t count, size_t at, Status s) {
  std::vector<Status> reasons(count);
  reasons[at] = std::move(s);
  return TransactionCancelled(std::move(reasons));
}

// The operations on that table are in the way.
Status CancelledByTable(const std::vector<WriteOp>& ops, const TableSchema* table, const Status& s) {
  std::vector<Status> reasons(ops.size());
  for (size_t i = 0; i < ops.size(); ++i) {
    if (ops[i].table.get() == table) reasons[i] = s;
  }
  return TransactionCancelled(std::move(reasons));
}

// `items`: the old items by position, empty if there are none; `wanted(i)`: the caller asked for that one.
template <typename Wanted>
void Explain(const Status& cancelled, const std::vector<Value>& items, Wanted wanted,
             std::vector<CancellationReason>* out) {
  if (out == nullptr) return;
  out->clear();
  for (size_t i = 0; i < cancelled.reasons().size(); ++i) {
    const Status& s = cancelled.reasons()[i];
    CancellationReason reason{std::string(CancellationCode(s)), s.message(), s.hint(), Value()};
    const bool has_item = s.code() == StatusCode::kConditionFailed && i < items.size() && wanted(i);
    if (has_item) reason.item = items[i].Materialize();
    out->push_back(std::move(reason));
  }
}

// The order of placeholders means nothing.
template <typename List>
void AddPlaceholders(const std::optional<List>& list, RequestFingerprint* f) {
  f->AddNumber(list ? list->size() : 0);
  if (!list) return;
  std::map<std::string_view, const typename List::value_type*> sorted;
  for (const auto& pair : *list) sorted.emplace(pair.first, &pair);
  for (const auto& [placeholder, pair] : sorted) {
    f->Add(placeholder);
    if constexpr (std::is_same_v<List, Expressions::Names>) {
      f->Add(std::string_view(pair->second));
    } else {
      f->Add(pair->second);
    }
  }
}

void AddExpressions(const Expressions& e, RequestFingerprint* f) {
  for (const auto* text : {&e.condition, &e.update}) {
    f->AddNumber(text->has_value() ? 1 : 0);
    if (*text) f->Add(std::string_view(**text));
  }
  AddPlaceholders(e.names, f);
  AddPlaceholders(e.values, f);
}

RequestFingerprint FingerprintOf(const TransactWriteRequest& request) {
  RequestFingerprint f;
  for (const WriteOperation& o : request.operations) {
    f.AddNumber(static_cast<uint64_t>(o.kind));
    f.AddNumber(o.return_old ? 1 : 0);
    f.Add(std::string_view(o.table));
    f.Add(o.item);
    f.Add(o.key);
    f.Add(std::string_view(o.update));
    f.Add(std::string_view(o.condition));
    f.AddNumber(o.parameters.size());
    for (const Value& v : o.parameters) f.Add(v);
    AddExpressions(o.expressions, &f);
  }
  return f;
}

RequestFingerprint FingerprintOf(const ExecuteTransactionRequest& request) {
  RequestFingerprint f;
  for (const StatementOperation& o : request.statements) {
    f.AddNumber(o.return_old ? 1 : 0);
    f.Add(std::string_view(o.text));
    f.AddNumber(o.parameters.size());
    for (const Value& v : o.parameters) f.Add(v);
  }
  return f;
}

size_t BytesOf(const WriteOperation& o) {
  size_t n = o.update.size() + o.condition.size();
  if (o.item.is_struct()) n += ItemSize(o.item);
  if (o.key.is_struct()) n += ItemSize(o.key);
  for (const Value& v : o.parameters) n += StoredSize(v);
  if (o.expressions.condition) n += o.expressions.condition->size();
  if (o.expressions.update) n += o.expressions.update->size();
  if (o.expressions.values) {
    for (const auto& value : *o.expressions.values) n += StoredSize(value.second);
  }
  return n;
}

// A transaction's writes under its token: replayed, or done with the token noted in the same commit.
class TokenedWrite {
 public:
  TokenedWrite(DatabaseState* db, TokenKind kind, const std::string& token) : db_(db), kind_(kind), token_(token) {}

  // True: it was done before.
  Result<bool> Start(const RequestFingerprint& fingerprint) {
    if (token_.empty()) return false;
    fingerprint_ = fingerprint.Finish();
    held_ = db_->tokens->Hold(kind_, token_);
    now_ms_ = db_->clock->NowMs();
    return db_->tokens->WasDone(kind_, token_, fingerprint_, now_ms_);
  }

  Result<TransactResult> Write(const std::vector<WriteOp>& ops, std::vector<Value>* old_items) {
    RecordWrites records;
    if (!token_.empty()) RequestTokens::Note(kind_, token_, fingerprint_, now_ms_, &records);
    WriteOptions options;
    options.collect_reasons = true;
    options.failed_items = old_items;
    if (!token_.empty()) options.records = &records;
    CapacityMeter meter = RequestMeter(db_, true);
    Status written = MeteredWrite(db_, ops, options, &meter).status();
    if (written.code() == StatusCode::kThrottled) return CancelledByTable(ops, meter.short_table(), written);
    PARTON_RETURN_IF_ERROR(std::move(written));
    TransactResult result;
    result.write_units = WriteUnits(meter);
    result.capacity = meter.TakeConsumed();
    return result;
  }

  // What a replay costs: reading the items, as a transaction does.
  Result<TransactResult> Replay(const std::vector<WriteOp>& ops) {
    TransactResult result;
    result.replayed = true;
    CapacityMeter meter = RequestMeter(db_, true);
    for (const WriteOp& op : ops) {
      Key key = op.key;
      if (op.kind == WriteOp::Kind::kPut || op.kind == WriteOp::Kind::kInsert) {
        Value item = op.item;
        PARTON_ASSIGN_OR_RETURN(key, MakeStorable(op.table->key, &item));
      }
      Value now;
      PARTON_RETURN_IF_ERROR(db_->store->Get(db_->store->LatestView(), *op.table, key, nullptr, &now, nullptr));
      meter.ReadItem(*op.table, MeteredBytes(now), true);
    }
    result.read_units = ReadUnits(meter);
    result.capacity = meter.TakeConsumed();
    return result;
  }

 private:
  DatabaseState* db_;
  const TokenKind kind_;
  const std::string& token_;
  std::string fingerprint_;
  std::unique_lock<Mutex> held_;
  int64_t now_ms_ = 0;
};

// The operations as the store's. An error is of the whole request; *reason (and *at) is that of one operation whose
// key does not fit its table.
Status BindOperations(DatabaseState* db, const std::vector<WriteOperation>& operations, std::vector<WriteOp>* ops,
                      Status* reason, size_t* at) {
  std::vector<OperationBinding> bindings;
  bindings.reserve(operations.size());
  for (size_t i = 0; i < operations.size(); ++i) {
    const Status checked = bindings.emplace_back(db, operations[i]).CheckRequest();
    if (!checked.ok()) return InOperation(checked, i);
  }
  size_t bytes = 0;
  DistinctItems items;
  bool twice = false;
  for (size_t i = 0; i < operations.size(); ++i) {
    PARTON_ASSIGN_OR_RETURN(TablePtr table, FindRequestTable(db, operations[i].table));
    Status wrong;
    Result<WriteOp> op = bindings[i].Bind(table, &wrong);
    if (!wrong.ok()) return InOperation(wrong, i);
    bytes += BytesOf(operations[i]);
    Result<Key> key = Key();
    if (op.ok() && op->kind == WriteOp::Kind::kPut) {
      key = MakeStorable(table->key, &op->item);
    } else if (op.ok()) {
      key = op->key;
    }
    const Status& unfit = op.ok() ? key.status() : op.status();
    if (!unfit.ok()) {
      if (reason->ok()) {
        *reason = unfit;
        *at = i;
      }
      continue;
    }
    twice = twice || !items.Insert(*table, *key);
    ops->push_back(std::move(*op));
  }
  if (twice) return Status::Validation(kSameItem);
  if (bytes > kMostBytes) {
    return Status::Validation(
        fmt::format("The request is {} bytes long, more than the {} that a transaction may "
                    "have",
                    bytes, kMostBytes));
  }
  return Status::Ok();
}

}  // namespace

Result<TransactResult> TransactWrite(DatabaseState* db, const TransactWriteRequest& request,
                                     std::vector<CancellationReason>* reasons) {
  const std::vector<WriteOperation>& operations = request.operations;
  if (reasons != nullptr) reasons->clear();
  PARTON_RETURN_IF_ERROR(CheckMemberCount("transactItems", operations.size(), kMostOperations));
  PARTON_RETURN_IF_ERROR(CheckToken(request.token));
  std::vector<WriteOp> ops;
  Status reason;
  size_t at = 0;
  PARTON_RETURN_IF_ERROR(BindOperations(db, operations, &ops, &reason, &at));

  std::vector<Value> old_items;
  Result<TransactResult> result = Status();
  if (!reason.ok()) {
    result = CancelledBy(operations.size(), at, std::move(reason));
  } else {
    TokenedWrite write(db, TokenKind::kOperations, request.token);
    PARTON_ASSIGN_OR_RETURN(bool done, write.Start(FingerprintOf(request)));
    result = done ? write.Replay(ops) : write.Write(ops, &old_items);
  }
  if (!result.ok())
    Explain(
        result.status(), old_items, [&](size_t i) { return operations[i].return_old; }, reasons);
  if (result.ok() && request.collection_metrics) result->collections = MetricsOfAll(db, ops);
  return result;
}

Result<TransactResult> TransactGet(DatabaseState* db, const std::vector<ReadOperation>& reads) {
  PARTON_RETURN_IF_ERROR(CheckMemberCount("transactItems", reads.size(), kMostOperations));
  std::vector<ItemRead> resolved;
  PARTON_RETURN_IF_ERROR(CheckReads(db, reads, &resolved));
  Status reason;
  size_t at = 0;
  PARTON_RETURN_IF_ERROR(ResolveReads(db, reads, kSameItem, &resolved, &reason, &at));
  if (!reason.ok()) return CancelledBy(reads.size(), at, std::move(reason));
  TransactResult result;
  size_t bytes = 0;
  CapacityMeter meter = RequestMeter(db, true);
  const std::unique_ptr<ReadView> view = db->store->NewView();
  for (size_t i = 0; i < resolved.size(); ++i) {
    const ItemRead& read = resolved[i];
    if (Status s = meter.AdmitItem(*read.table, true); !s.ok()) return CancelledBy(reads.size(), i, std::move(s));
    size_t size = 0;
    PARTON_ASSIGN_OR_RETURN(Value item, ReadOne(db, *view, read, &size));
    meter.ReadItem(*read.table, size, true);
    bytes += size;
    // As in DynamoDB: an item that has none of the projected attributes is reported as absent.
    const bool nothing = item.is_struct() && !read.projection.empty() && item.fields().empty();
    result.items.push_back(nothing ? Value() : std::move(item));
  }
  result.read_units = ReadUnits(meter);
  result.capacity = meter.TakeConsumed();
  if (bytes > kMostBytes) {
    return Status::Validation(
        fmt::format("The items are {} bytes long together, more than the {} that a transaction "
                    "may read",
                    bytes, kMostBytes));
  }
  return result;
}

namespace {

// Plans all of them. An error is of the whole request; else *reason and *at say which one cannot be done.
Status PrepareStatements(std::vector<RequestStatement>* statements, Status* reason, size_t* at) {
  for (size_t i = 0; i < statements->size(); ++i) {
    RequestStatement& s = (*statements)[i];
    Status prepared = s.Prepare();
    if (prepared.ok()) continue;
    if (!s.failed_by_schema()) return InOperation(prepared, i);
    if (reason->ok()) {
      *reason = std::move(prepared);
      *at = i;
    }
  }
  return Status::Ok();
}

// DynamoDB's limits for the statements of a transaction as a whole. `ready`: those that could be prepared.
Status CheckTogether(const std::vector<RequestStatement*>& ready) {
  DistinctItems items;
  for (size_t i = 0; i < ready.size(); ++i) {
    const RequestStatement& s = *ready[i];
    if (s.reads() != ready[0]->reads()) {
      return Status::Validation(
          "ExecuteTransaction API does not support both read and write operations in the same "
          "request.");
    }
    if (s.returning()) return Status::Validation("RETURNING clause is not supported in ExecuteTransaction.");
    if (s.checks() && !s.has_condition()) {
      return Status::Validation(
          fmt::format("Validation failed in TransactStatements[{}]: EXISTS() must contain a "
                      "single item read with additional condition",
                      i));
    }
  }
  for (const RequestStatement* s : ready) {
    if (!items.Insert(*s->table(), s->key())) return Status::Validation(kSameItem);
  }
  return Status::Ok();
}

Result<TransactResult> ReadAll(DatabaseState* db, const std::vector<RequestStatement>& statements) {
  TransactResult result;
  CapacityMeter meter = RequestMeter(db, true);
  const std::unique_ptr<ReadView> view = db->store->NewView();
  for (size_t i = 0; i < statements.size(); ++i) {
    const RequestStatement& s = statements[i];
    Status admitted = meter.AdmitItem(*s.table(), true);
    if (!admitted.ok()) return CancelledBy(statements.size(), i, std::move(admitted));
    size_t size = 0;
    PARTON_ASSIGN_OR_RETURN(Value row, s.Read(*view, &size));
    meter.ReadItem(*s.table(), size, true);
    result.items.push_back(std::move(row));
  }
  result.read_units = ReadUnits(meter);
  result.capacity = meter.TakeConsumed();
  return result;
}

}  // namespace

Result<TransactResult> ExecuteTransaction(DatabaseState* db, const ExecuteTransactionRequest& request,
                                          std::vector<CancellationReason>* reasons) {
  const std::vector<StatementOperation>& operations = request.statements;
  if (reasons != nullptr) reasons->clear();
  PARTON_RETURN_IF_ERROR(CheckMemberCount("transactStatements", operations.size(), kMostOperations));
  PARTON_RETURN_IF_ERROR(CheckToken(request.token));
  std::vector<RequestStatement> statements;
  statements.reserve(operations.size());
  for (const StatementOperation& o : operations) statements.emplace_back(db, o);
  Status reason;
  size_t at = 0;
  PARTON_RETURN_IF_ERROR(PrepareStatements(&statements, &reason, &at));
  std::vector<RequestStatement*> ready;
  for (RequestStatement& s : statements) {
    if (!s.failed_by_schema()) ready.push_back(&s);
  }
  PARTON_RETURN_IF_ERROR(CheckTogether(ready));

  std::vector<Value> old_items;
  Result<TransactResult> result = Status();
  if (!reason.ok()) {
    result = CancelledBy(operations.size(), at, std::move(reason));
  } else if (statements[0].reads()) {
    result = ReadAll(db, statements);
  } else {
    std::vector<WriteOp> ops;
    ops.reserve(statements.size());
    for (const RequestStatement& s : statements) ops.push_back(s.ToWriteOp());
    TokenedWrite write(db, TokenKind::kStatements, request.token);
    PARTON_ASSIGN_OR_RETURN(bool done, write.Start(FingerprintOf(request)));
    result = done ? write.Replay(ops) : write.Write(ops, &old_items);
  }
  if (!result.ok())
    Explain(
        result.status(), old_items, [&](size_t i) { return operations[i].return_old; }, reasons);
  return result;
}

}  // namespace parton

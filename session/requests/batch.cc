// Batches: BatchWrite, BatchGet, BatchExecuteStatement, and the makers of their operations.
#include <string>
#include <utility>

#include "executor/transaction_items.h"
#include "session/database_state.h"
#include "session/requests/one_shot.h"
#include "session/requests/request_binding.h"
#include "session/requests/request_metering.h"
#include "session/requests/request_reads.h"
#include "session/requests/request_statement.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

constexpr size_t kMostWrites = 25;
constexpr size_t kMostReads = 100;
constexpr size_t kMostStatements = 25;
constexpr size_t kMostAnswerBytes = size_t{16} << 20;
constexpr const char* kDuplicates = "Provided list of item keys contains duplicates";

Status CheckBatched(const WriteOperation& o) {
  if (o.kind != WriteOperation::Kind::kPut && o.kind != WriteOperation::Kind::kDelete) {
    return Status::Validation("a batch only puts and deletes items");
  }
  if (!o.condition.empty() || o.expressions.condition) {
    return Status::Validation("a batch has no conditions", {}, "TransactWrite has");
  }
  return Status::Ok();
}

// Each operation on its own, as far as throughput goes. Error: there was room for none.
Status WriteWhatFits(DatabaseState* db, const std::vector<WriteOp>& ops, CapacityMeter* meter,
                     std::vector<size_t>* unprocessed) {
  for (size_t i = 0; i < ops.size(); ++i) {
    Status s = MeteredWrite(db, {ops[i]}, WriteOptions(), meter).status();
    if (s.code() == StatusCode::kThrottled) {
      unprocessed->push_back(i);
      if (unprocessed->size() == ops.size()) return s;
    } else {
      PARTON_RETURN_IF_ERROR(std::move(s));
    }
  }
  return Status::Ok();
}

}  // namespace

WriteOperation WriteOperation::Put(std::string table, Value item) {
  WriteOperation o;
  o.kind = Kind::kPut;
  o.table = std::move(table);
  o.item = std::move(item).Own();
  return o;
}

WriteOperation WriteOperation::Update(std::string table, Value key, std::string update, std::vector<Value> parameters) {
  WriteOperation o;
  o.kind = Kind::kUpdate;
  o.table = std::move(table);
  o.key = std::move(key).Own();
  o.update = std::move(update);
  o.parameters = std::move(parameters);
  return o;
}

WriteOperation WriteOperation::Delete(std::string table, Value key) {
  WriteOperation o;
  o.kind = Kind::kDelete;
  o.table = std::move(table);
  o.key = std::move(key).Own();
  return o;
}

WriteOperation WriteOperation::Check(std::string table, Value key, std::string condition,
                                     std::vector<Value> parameters) {
  WriteOperation o;
  o.kind = Kind::kCheck;
  o.table = std::move(table);
  o.key = std::move(key).Own();
  return std::move(o).If(std::move(condition), std::move(parameters));
}

WriteOperation WriteOperation::If(std::string text, std::vector<Value> values) && {
  condition = std::move(text);
  for (Value& v : values) parameters.push_back(std::move(v));
  return std::move(*this);
}

WriteOperation WriteOperation::ReturningOld() && {
  return_old = true;
  return std::move(*this);
}

Result<BatchWriteResult> BatchWrite(DatabaseState* db, const std::vector<WriteOperation>& writes,
                                    bool collection_metrics) {
  PARTON_RETURN_IF_ERROR(CheckMemberCount("requestItems", writes.size(), kMostWrites));
  std::vector<OperationBinding> bindings;
  bindings.reserve(writes.size());
  for (size_t i = 0; i < writes.size(); ++i) {
    Status s = CheckBatched(writes[i]);
    if (s.ok()) s = bindings.emplace_back(db, writes[i]).CheckRequest();
    if (!s.ok()) return InOperation(s, i);
  }
  std::vector<WriteOp> ops;
  DistinctItems items;
  for (size_t i = 0; i < writes.size(); ++i) {
    PARTON_ASSIGN_OR_RETURN(TablePtr table, FindRequestTable(db, writes[i].table));
    Status wrong;
    Result<WriteOp> op = bindings[i].Bind(table, &wrong);
    if (!wrong.ok() || !op.ok()) return InOperation(wrong.ok() ? op.status() : wrong, i);
    Key key = op->key;
    if (op->kind == WriteOp::Kind::kPut) {
      Result<Key> extracted = MakeStorable(table->key, &op->item);
      if (!extracted.ok()) return InOperation(extracted.status(), i);
      key = *extracted;
    }
    if (!items.Insert(*table, key)) return Status::Validation(kDuplicates);
    ops.push_back(std::move(*op));
  }
  BatchWriteResult result;
  CapacityMeter meter = RequestMeter(db, false);
  if (db->options.throttle) {
    PARTON_RETURN_IF_ERROR(WriteWhatFits(db, ops, &meter, &result.unprocessed));
  } else {
    PARTON_RETURN_IF_ERROR(MeteredWrite(db, ops, WriteOptions(), &meter).status());
  }
  result.write_units = WriteUnits(meter);
  result.capacity = meter.TakeConsumed();
  if (collection_metrics) result.collections = MetricsOfAll(db, ops);
  return result;
}

namespace {

Status CheckReadCount(size_t count) {
  if (count > kMostReads) return Status::Validation("Too many items requested for the BatchGetItem call");
  return CheckMemberCount("requestItems", count, kMostReads);
}

Result<BatchGetResult> ReadBatch(DatabaseState* db, const std::vector<ItemRead>& resolved) {
  BatchGetResult result;
  result.items.resize(resolved.size());
  size_t bytes = 0;
  Status throttled;
  CapacityMeter meter = RequestMeter(db, false);
  const std::unique_ptr<ReadView> view = db->store->NewView();
  // Under throttling each item is admitted when the one before it has been paid.
  const bool together = !db->options.throttle;
  std::vector<Value> items;
  if (together) PARTON_RETURN_IF_ERROR(ReadTogether(db, *view, resolved, &items));
  for (size_t i = 0; i < resolved.size(); ++i) {
    if (Status s = meter.AdmitItem(*resolved[i].table, resolved[i].consistent); !s.ok()) {
      throttled = std::move(s);
      result.unprocessed.push_back(i);
      continue;
    }
    Value item;
    size_t size = 0;
    if (together) {
      size = MeteredBytes(items[i]);
      item = ShowItem(items[i], resolved[i]);
    } else {
      PARTON_ASSIGN_OR_RETURN(item, ReadOne(db, *view, resolved[i], &size));
    }
    if (bytes + size > kMostAnswerBytes) {
      result.unprocessed.push_back(i);
      continue;
    }
    bytes += size;
    meter.ReadItem(*resolved[i].table, size, resolved[i].consistent);
    result.items[i] = std::move(item);
  }
  if (!throttled.ok() && result.unprocessed.size() == resolved.size()) return throttled;
  result.read_units = ReadUnits(meter);
  result.capacity = meter.TakeConsumed();
  return result;
}

}  // namespace

Result<BatchGetResult> BatchGet(DatabaseState* db, const std::vector<ReadOperation>& reads) {
  PARTON_RETURN_IF_ERROR(CheckReadCount(reads.size()));
  std::vector<ItemRead> resolved;
  PARTON_RETURN_IF_ERROR(CheckReads(db, reads, &resolved));
  Status reason;
  size_t at = 0;
  PARTON_RETURN_IF_ERROR(ResolveReads(db, reads, kDuplicates, &resolved, &reason, &at));
  if (!reason.ok()) return InOperation(reason, at);
  return ReadBatch(db, resolved);
}

Result<BatchGetResult> BatchGetItem(DatabaseState* db, const std::vector<BatchGetTable>& tables) {
  size_t count = 0;
  std::vector<std::vector<DocumentPath>> projections;
  for (const BatchGetTable& t : tables) {
    RequestExpressions expressions(&db->expressions, OperationKind::kGet, t.expressions,
                                   t.legacy ? &*t.legacy : nullptr);
    PARTON_RETURN_IF_ERROR(expressions.CheckParameters());
    PARTON_RETURN_IF_ERROR(t.keys_error);
    PARTON_RETURN_IF_ERROR(expressions.Compile());
    projections.push_back(expressions.paths());
    count += t.keys.size();
  }
  PARTON_RETURN_IF_ERROR(CheckReadCount(count));
  std::vector<ItemRead> resolved;
  DistinctItems items;
  for (size_t i = 0; i < tables.size(); ++i) {
    PARTON_ASSIGN_OR_RETURN(const TablePtr table, FindRequestTable(db, tables[i].table));
    for (const Value& key : tables[i].keys) {
      ItemRead& read = resolved.emplace_back();
      read.table = table;
      PARTON_ASSIGN_OR_RETURN(read.key, ToRequestKey(*table, key));
      read.projection = projections[i];
      read.consistent = tables[i].consistent;
      if (!items.Insert(*table, read.key)) return Status::Validation(kDuplicates);
    }
  }
  return ReadBatch(db, resolved);
}

namespace {

// DynamoDB's limits for the statements of a batch as a whole; statements that failed already do not count.
Status CheckTogether(const std::vector<RequestStatement>& statements, const std::vector<StatementResult>& results) {
  DistinctItems items;
  const RequestStatement* first = nullptr;
  for (size_t i = 0; i < statements.size(); ++i) {
    if (!results[i].status.ok()) continue;
    const RequestStatement& s = statements[i];
    if (first == nullptr) first = &s;
    if (s.reads() != first->reads()) {
      return Status::Validation("Read and write requests together in the same batch is not supported.");
    }
    if (!items.Insert(*s.table(), s.key())) return Status::Validation(kDuplicates);
  }
  return Status::Ok();
}

Status PrepareMember(RequestStatement* s) {
  Status prepared = s->Prepare();
  if (s->reads() && (prepared.ok() ? !s->only_key() : prepared.code() == StatusCode::kValidation)) {
    return Status::Validation(
        "Select statements within BatchExecuteStatement must specify the primary key in the "
        "where clause.");
  }
  if (prepared.ok() && s->checks()) {
    return Status::Validation("EXISTS can only be used in ExecuteTransaction write requests.");
  }
  return prepared;
}

void WriteMember(DatabaseState* db, const RequestStatement& s, CapacityMeter* meter, StatementResult* result) {
  std::string table = s.table()->name;
  Result<std::vector<WriteOutcome>> outcomes = MeteredWrite(db, {s.ToWriteOp()}, WriteOptions(), meter);
  result->status = outcomes.status();
  const StatusCode code = result->status.code();
  const bool ran = outcomes.ok() || code == StatusCode::kConditionFailed || code == StatusCode::kDuplicateItem;
  if (ran) result->table = std::move(table);
  if (!outcomes.ok()) return;
  // It is written: without memory the item stays as it is stored.
  result->item = std::move((*outcomes)[0].returned);
  try {
    result->item = result->item.Materialize();
  } catch (const std::bad_alloc&) {
  }
}

Status ReadMember(const RequestStatement& s, ReadView& view, bool consistent, CapacityMeter* meter,
                  StatementResult* result) {
  PARTON_RETURN_IF_ERROR(meter->AdmitItem(*s.table(), consistent));
  size_t size = 0;
  PARTON_ASSIGN_OR_RETURN(Value row, s.Read(view, &size));
  meter->ReadItem(*s.table(), size, consistent);
  result->table = s.table()->name;
  result->item = std::move(row);
  return Status::Ok();
}

}  // namespace

Result<BatchStatementResult> BatchExecute(DatabaseState* db, const std::vector<StatementOperation>& operations) {
  PARTON_RETURN_IF_ERROR(CheckMemberCount("statements", operations.size(), kMostStatements));
  std::vector<RequestStatement> statements;
  BatchStatementResult batch;
  std::vector<StatementResult>& results = batch.statements;
  results.resize(operations.size());
  for (size_t i = 0; i < operations.size(); ++i) {
    results[i].status = PrepareMember(&statements.emplace_back(db, operations[i]));
  }
  PARTON_RETURN_IF_ERROR(CheckTogether(statements, results));
  CapacityMeter meter = RequestMeter(db, false);
  const std::unique_ptr<ReadView> view = db->store->NewView();
  for (size_t i = 0; i < statements.size(); ++i) {
    StatementResult& result = results[i];
    if (!result.status.ok()) continue;
    // One that fails is no reason to fail those that are done.
    Status s = Guarded([&]() -> Status {
      if (statements[i].reads()) return ReadMember(statements[i], *view, operations[i].consistent, &meter, &result);
      WriteMember(db, statements[i], &meter, &result);
      return result.status;
    });
    result.status = std::move(s);
  }
  batch.capacity = meter.TakeConsumed();
  return batch;
}

}  // namespace parton

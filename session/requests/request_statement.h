// One statement of ExecuteTransaction or BatchExecuteStatement. It reads, changes or checks one item; its WHERE names
// the full key.
#ifndef PARTON_SESSION_REQUESTS_REQUEST_STATEMENT_H_
#define PARTON_SESSION_REQUESTS_REQUEST_STATEMENT_H_

#include <atomic>
#include <memory>
#include <vector>

#include "executor/execution.h"
#include "parton/requests.h"
#include "session/plan_cache.h"
#include "storage/table_store.h"

namespace parton {

struct DatabaseState;

class RequestStatement {
 public:
  // Both must outlive it.
  RequestStatement(DatabaseState* db, const StatementOperation& operation) : db_(db), operation_(&operation) {}

  // Plans it and finds its item. Errors: those of the text, of the schema, of the key.
  Status Prepare();
  // True if Prepare failed because of the schema (a missing table, a key that does not match), not of the text.
  bool failed_by_schema() const { return failed_by_schema_; }

  // Known also after some failures of Prepare.
  bool reads() const { return query_ != nullptr; }
  // REQUIRES: Prepare succeeded, here and below.
  bool checks() const { return write_ != nullptr && write_->kind == WritePlan::Kind::kExistsCheck; }
  bool returning() const { return write_ != nullptr && write_->returning != ReturnValues::kNone; }
  // A SELECT whose WHERE is the key and nothing else.
  bool only_key() const;
  // EXISTS with a condition beside the key.
  bool has_condition() const;
  const TablePtr& table() const { return table_; }
  const Key& key() const { return key_; }

  // A write as the store has it.
  WriteOp ToWriteOp() const;
  // A read: the row, MISSING if there is none; *size is that of the item.
  Result<Value> Read(ReadView& view, size_t* size) const;

 private:
  // The context of operators outside of a connection.
  struct Scope {
    Scope(const RequestStatement& s, ReadView* view) : context(Share(s, view), s.plan_->slot_count) {}
    ExecutionShared* Share(const RequestStatement& s, ReadView* view);
    StatementBounds bounds;
    ExecutionShared shared;
    ExecutionContext context;
  };

  Status FindItem();
  Status FindInsertedItem();
  Status FindByKey();

  DatabaseState* db_;
  const StatementOperation* operation_;
  PlannedPtr plan_;
  const Query* query_ = nullptr;  // one of them is set
  const WritePlan* write_ = nullptr;
  const Plan::Access* access_ = nullptr;
  bool failed_by_schema_ = false;
  TablePtr table_;
  Key key_;
  Value item_;  // of INSERT
};

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_REQUEST_STATEMENT_H_

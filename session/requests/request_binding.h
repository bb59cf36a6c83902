// From the operations of a request (parton/requests.h) to those of the store: keys, conditions and updates become
// bound expressions, in which the parameters are literals, so that operations with parameters of their own can go
// into one write.
#ifndef PARTON_SESSION_REQUESTS_REQUEST_BINDING_H_
#define PARTON_SESSION_REQUESTS_REQUEST_BINDING_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parton/requests.h"
#include "planner/settings.h"
#include "session/plan_cache.h"
#include "session/requests/request_expressions.h"
#include "storage/table_store.h"

namespace parton {

struct DatabaseState;

// The table of that name. Error: kNotFound, "Requested resource not found", which applications match on.
Result<TablePtr> FindRequestTable(DatabaseState* db, std::string_view name);

// `key` must hold the key attributes and nothing else: "The provided key element does not match the schema".
Result<Key> ToRequestKey(const TableSchema& table, const Value& key);

// DynamoDB's dialect, all else as it is by default; and the plan of a text under it.
const Settings& DynamoSettings();
Result<PlannedPtr> PlanDynamo(DatabaseState* db, std::string_view text, bool* key_condition_failed = nullptr);

// A copy of `e` with literals for its parameters. REQUIRES: as many values as it has parameters.
ExprPtr WithParameters(const ExprPtr& e, const std::vector<Value>& parameters);

// One operation of TransactWrite or BatchWrite on its way to the store.
class OperationBinding {
 public:
  // Both must outlive it.
  OperationBinding(DatabaseState* db, const WriteOperation& operation);

  // What can be told without the table: shape, item or key, expressions.
  Status CheckRequest();
  // As the store has it. Errors in PartiQL texts and their parameters go to *request_error; a key that does not fit the
  // table is the result's error. REQUIRES: CheckRequest passed.
  Result<WriteOp> Bind(const TablePtr& table, Status* request_error);

 private:
  Status BindTexts(WriteOp* op);

  DatabaseState* db_;
  const WriteOperation& operation_;
  const bool has_expressions_;
  RequestExpressions expressions_;
};

// The items of one request, to see that each is named once.
class DistinctItems {
 public:
  // False: it is there already.
  bool Insert(const TableSchema& table, const Key& key);

 private:
  std::set<std::string> items_;  // fingerprints
};

// A list of paths: "a, b.c, list[0]".
Result<std::vector<std::vector<PathStep>>> ParseProjection(std::string_view text);
// What of the item is at the paths, nested as it is there; no more than {} if there is nothing.
Value Project(const Value& item, const std::vector<std::vector<PathStep>>& paths);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_REQUEST_BINDING_H_

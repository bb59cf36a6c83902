// The operations: each takes its input from the request and writes the members of its answer.
#ifndef PARTON_SERVER_ACTIONS_H_
#define PARTON_SERVER_ACTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "parton/database.h"
#include "parton/items.h"
#include "server/api_error.h"
#include "server/json_input.h"
#include "server/json_writer.h"

namespace parton::server {

// What all calls share.
struct ServiceSettings {
  std::string region = "us-east-1";  // of ARNs
  std::string account = "000000000000";
  std::string bucket_directory;  // stands for S3 in exports and imports; empty: there is none
  bool extended = false;         // statements are of the whole language
};

// One call. Its members outlive the action.
struct Call {
  Database* db = nullptr;
  const ServiceSettings* settings = nullptr;
  std::string_view host;  // the Host header: DescribeEndpoints tells it
  bool extended = false;  // the dialect of this call's statements
  // For the metrics: filled in by AppendCapacity.
  double read_units = 0;
  double write_units = 0;
};

// REQUIRES: `input` has passed CheckModel. The writer is inside the answer's object. After an error what was written is
// thrown away. An action that answers with no body at all writes nothing: see `empty_body` in the table of actions.cc.
using Action = Outcome (*)(Call& call, const Input& input, JsonWriter& out);

struct ActionInfo {
  std::string_view operation;
  bool streams;  // of DynamoDBStreams
  Action action;
  bool writes;              // a key that is read_only may not
  bool empty_body = false;  // 200 without a body
  // What it takes: a read or write of one item, of several, or anything up to minutes.
  enum class Weight : uint8_t { kAny, kRead, kWrite, kSeveral } weight = Weight::kAny;
};
// By the position of the operation in AllOperations(); null if the server does not have it.
const ActionInfo* ActionAt(int operation);

// The name of the table that `input` (a name, or an ARN of a table, index or stream) means.
std::string TableNameOf(const Input& input);
std::string TableNameOf(std::string_view name_or_arn);
std::string TableArn(const Call& call, std::string_view table);

// items.cc, queries.cc
Outcome GetItem(Call& call, const Input& input, JsonWriter& out);
Outcome PutItem(Call& call, const Input& input, JsonWriter& out);
Outcome UpdateItem(Call& call, const Input& input, JsonWriter& out);
Outcome DeleteItem(Call& call, const Input& input, JsonWriter& out);
Outcome Query(Call& call, const Input& input, JsonWriter& out);
Outcome Scan(Call& call, const Input& input, JsonWriter& out);
// batches.cc
Outcome BatchGetItem(Call& call, const Input& input, JsonWriter& out);
Outcome BatchWriteItem(Call& call, const Input& input, JsonWriter& out);
// transactions.cc
Outcome TransactGetItems(Call& call, const Input& input, JsonWriter& out);
Outcome TransactWriteItems(Call& call, const Input& input, JsonWriter& out);
// statements.cc
Outcome ExecuteStatement(Call& call, const Input& input, JsonWriter& out);
Outcome BatchExecuteStatement(Call& call, const Input& input, JsonWriter& out);
Outcome ExecuteTransaction(Call& call, const Input& input, JsonWriter& out);
// tables.cc
Outcome CreateTable(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeTable(Call& call, const Input& input, JsonWriter& out);
Outcome UpdateTable(Call& call, const Input& input, JsonWriter& out);
Outcome DeleteTable(Call& call, const Input& input, JsonWriter& out);
Outcome ListTables(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeLimits(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeEndpoints(Call& call, const Input& input, JsonWriter& out);
// table_settings.cc
Outcome UpdateTimeToLive(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeTimeToLive(Call& call, const Input& input, JsonWriter& out);
Outcome TagResource(Call& call, const Input& input, JsonWriter& out);
Outcome UntagResource(Call& call, const Input& input, JsonWriter& out);
Outcome ListTagsOfResource(Call& call, const Input& input, JsonWriter& out);
// streams.cc
Outcome ListStreams(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeStream(Call& call, const Input& input, JsonWriter& out);
Outcome GetShardIterator(Call& call, const Input& input, JsonWriter& out);
Outcome GetRecords(Call& call, const Input& input, JsonWriter& out);
// backups.cc
Outcome CreateBackup(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeBackup(Call& call, const Input& input, JsonWriter& out);
Outcome DeleteBackup(Call& call, const Input& input, JsonWriter& out);
Outcome ListBackups(Call& call, const Input& input, JsonWriter& out);
Outcome RestoreTableFromBackup(Call& call, const Input& input, JsonWriter& out);
Outcome RestoreTableToPointInTime(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeContinuousBackups(Call& call, const Input& input, JsonWriter& out);
Outcome UpdateContinuousBackups(Call& call, const Input& input, JsonWriter& out);
Outcome ExportTableToPointInTime(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeExport(Call& call, const Input& input, JsonWriter& out);
Outcome ListExports(Call& call, const Input& input, JsonWriter& out);
Outcome ImportTable(Call& call, const Input& input, JsonWriter& out);
Outcome DescribeImport(Call& call, const Input& input, JsonWriter& out);
Outcome ListImports(Call& call, const Input& input, JsonWriter& out);

}  // namespace parton::server

#endif  // PARTON_SERVER_ACTIONS_H_

// Which operations there are.
#include "server/actions.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace parton::server {

namespace {

using Weight = ActionInfo::Weight;

constexpr ActionInfo kActions[] = {
    // items, pages
    {"GetItem", false, GetItem, false, false, Weight::kRead},
    {"PutItem", false, PutItem, true, false, Weight::kWrite},
    {"UpdateItem", false, UpdateItem, true, false, Weight::kWrite},
    {"DeleteItem", false, DeleteItem, true, false, Weight::kWrite},
    {"Query", false, Query, false, false, Weight::kSeveral},
    {"Scan", false, Scan, false, false, Weight::kSeveral},
    // several items
    {"BatchGetItem", false, BatchGetItem, false, false, Weight::kSeveral},
    {"BatchWriteItem", false, BatchWriteItem, true, false, Weight::kSeveral},
    {"TransactGetItems", false, TransactGetItems, false, false, Weight::kSeveral},
    {"TransactWriteItems", false, TransactWriteItems, true, false, Weight::kSeveral},
    // statements: whether they write is theirs to say
    {"ExecuteStatement", false, ExecuteStatement, false},
    {"BatchExecuteStatement", false, BatchExecuteStatement, false},
    {"ExecuteTransaction", false, ExecuteTransaction, false},
    // tables
    {"CreateTable", false, CreateTable, true},
    {"DescribeTable", false, DescribeTable, false},
    {"UpdateTable", false, UpdateTable, true},
    {"DeleteTable", false, DeleteTable, true},
    {"ListTables", false, ListTables, false},
    {"DescribeLimits", false, DescribeLimits, false},
    {"DescribeEndpoints", false, DescribeEndpoints, false},
    {"UpdateTimeToLive", false, UpdateTimeToLive, true},
    {"DescribeTimeToLive", false, DescribeTimeToLive, false},
    {"TagResource", false, TagResource, true, true},
    {"UntagResource", false, UntagResource, true, true},
    {"ListTagsOfResource", false, ListTagsOfResource, false},
    // backups
    {"CreateBackup", false, CreateBackup, true},
    {"DescribeBackup", false, DescribeBackup, false},
    {"DeleteBackup", false, DeleteBackup, true},
    {"ListBackups", false, ListBackups, false},
    {"RestoreTableFromBackup", false, RestoreTableFromBackup, true},
    {"RestoreTableToPointInTime", false, RestoreTableToPointInTime, true},
    {"DescribeContinuousBackups", false, DescribeContinuousBackups, false},
    {"UpdateContinuousBackups", false, UpdateContinuousBackups, true},
    // a directory that stands for S3
    {"ExportTableToPointInTime", false, ExportTableToPointInTime, true},
    {"DescribeExport", false, DescribeExport, false},
    {"ListExports", false, ListExports, false},
    {"ImportTable", false, ImportTable, true},
    {"DescribeImport", false, DescribeImport, false},
    {"ListImports", false, ListImports, false},
    // streams
    {"ListStreams", true, ListStreams, false},
    {"DescribeStream", true, DescribeStream, false},
    {"GetShardIterator", true, GetShardIterator, false},
    {"GetRecords", true, GetRecords, false},
};

std::vector<const ActionInfo*> ByOperation() {
  std::vector<const ActionInfo*> actions;
  for (const Operation& o : AllOperations()) {
    const auto* found = std::find_if(std::begin(kActions), std::end(kActions), [&](const ActionInfo& a) {
      return a.operation == o.name && a.streams == o.streams;
    });
    actions.push_back(found == std::end(kActions) ? nullptr : found);
  }
  return actions;
}

}  // namespace

const ActionInfo* ActionAt(int operation) {
  static const std::vector<const ActionInfo*> kByOperation = ByOperation();
  return kByOperation[static_cast<size_t>(operation)];
}

}  // namespace parton::server

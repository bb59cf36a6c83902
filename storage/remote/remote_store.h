// A store behind DynamoDB's protocol: Amazon DynamoDB, ScyllaDB Alternator, `parton serve` and their like.
//
// It has no snapshots: each page is a moment of its own. Scans have no order. Values come as plain values.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_STORE_H_
#define PARTON_STORAGE_REMOTE_REMOTE_STORE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "storage/table_store.h"

namespace parton {

// Whether a path names an endpoint: http://, https:// or dynamodb://.
bool IsRemotePath(std::string_view path);

// The same path with another value of one of its parameters: profile, region, endpoint.
std::string WithRemoteParameter(std::string_view path, std::string_view name, std::string_view value);

struct RemoteOptions {
  bool read_only = false;
  std::function<int64_t()> clock_ms;  // null: the system's
};

// `path`: dynamodb://REGION, or the URL of an endpoint, either with ?profile=P&region=R&endpoint=URL&consistent=on.
// Nothing is asked of the endpoint but its tables. Errors: kValidation (the path), kOpenFailed (no keys, no region),
// kIoError (it does not answer).
Result<std::unique_ptr<TableStore>> OpenRemoteStore(const std::string& path, const RemoteOptions& options);

}  // namespace parton

#endif  // PARTON_STORAGE_REMOTE_REMOTE_STORE_H_

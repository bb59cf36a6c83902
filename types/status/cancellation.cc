#include "types/status/cancellation.h"

#include <string>
#include <utility>

namespace parton {

std::string_view CancellationCode(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk: return "None";
    case StatusCode::kConditionFailed: return "ConditionalCheckFailed";
    case StatusCode::kDuplicateItem: return "DuplicateItem";
    case StatusCode::kNotFound: return "ResourceNotFound";
    case StatusCode::kTransactionConflict: return "TransactionConflict";
    case StatusCode::kThrottled: return "ProvisionedThroughputExceeded";
    case StatusCode::kLimitExceeded: return "RequestLimitExceeded";
    case StatusCode::kScanDenied:
    case StatusCode::kReadOnly: return "AccessDenied";
    case StatusCode::kCorruption:
    case StatusCode::kIoError:
    case StatusCode::kOutOfMemory:
    case StatusCode::kInternal: return "InternalServerError";
    default: return "ValidationError";
  }
}

Status TransactionCancelled(std::vector<Status> reasons) {
  std::string message = "Transaction cancelled, please refer cancellation reasons for specific reasons [";
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (i != 0) message += ", ";
    message += CancellationCode(reasons[i]);
  }
  return Status(StatusCode::kTransactionCanceled, message + "]").WithReasons(std::move(reasons));
}

}  // namespace parton

// The error of a cancelled transaction: one reason for each of its operations.
#ifndef PARTON_TYPES_STATUS_CANCELLATION_H_
#define PARTON_TYPES_STATUS_CANCELLATION_H_

#include <vector>

#include "parton/requests.h"
#include "parton/status.h"

namespace parton {

// kTransactionCanceled with these reasons, whose codes are in the message.
Status TransactionCancelled(std::vector<Status> reasons);

}  // namespace parton

#endif  // PARTON_TYPES_STATUS_CANCELLATION_H_

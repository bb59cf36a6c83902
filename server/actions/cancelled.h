// What requests of several operations answer: transactions of items and of statements.
#ifndef PARTON_SERVER_ACTIONS_CANCELLED_H_
#define PARTON_SERVER_ACTIONS_CANCELLED_H_

#include <vector>

#include "parton/requests.h"
#include "server/api_error.h"
#include "server/json_writer.h"

namespace parton::server {

// The error of a transaction: with CancellationReasons, if it was cancelled. Without `reasons` those of the status.
Outcome Cancelled(const Status& status, const std::vector<CancellationReason>& reasons);

// The member Responses: an object for each item, empty where there is none.
Status WriteResponses(const std::vector<Value>& items, JsonWriter& out);

}  // namespace parton::server

#endif  // PARTON_SERVER_ACTIONS_CANCELLED_H_

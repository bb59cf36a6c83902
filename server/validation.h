// The checks that the service model asks for, told as the service tells them.
#ifndef PARTON_SERVER_VALIDATION_H_
#define PARTON_SERVER_VALIDATION_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/api_error.h"
#include "server/json_input.h"

namespace parton::server {

// "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: ..."; several are joined, at most
// ten.
Outcome CheckModel(const Operation& operation, const Input& input);

// Some messages of what the engine checks have "1 validation error detected: " in front, for writes of single items.
void WordAsServiceDoes(const Operation& operation, ApiError* error);

}  // namespace parton::server

#endif  // PARTON_SERVER_VALIDATION_H_

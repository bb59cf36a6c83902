// What a caller may do: reads only, some tables only.
#ifndef PARTON_SERVER_ACCESS_H_
#define PARTON_SERVER_ACCESS_H_

#include "server/actions.h"
#include "server/api_error.h"
#include "server/credentials.h"
#include "server/json_input.h"

namespace parton::server {

// Nothing, or AccessDeniedException. REQUIRES: `input` has passed CheckModel.
Outcome CheckAccess(const Caller& caller, const ActionInfo& action, Call& call, const Input& input);

}  // namespace parton::server

#endif  // PARTON_SERVER_ACCESS_H_

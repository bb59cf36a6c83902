#include "session/database_state.h"

#include "session/feed/sweeper.h"
#include "session/feed/triggers.h"
#include "session/requests/request_token.h"

namespace parton {

Status DatabaseClosed() { return Status::Validation("the database of this connection is closed"); }

// Here, where its parts are known.
DatabaseState::DatabaseState() = default;
DatabaseState::~DatabaseState() = default;

}  // namespace parton

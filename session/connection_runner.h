// Statements of triggers, run on a connection of their own.
#ifndef PARTON_SESSION_CONNECTION_RUNNER_H_
#define PARTON_SESSION_CONNECTION_RUNNER_H_

#include <memory>

#include "parton/status.h"
#include "session/feed/statement_runner.h"

namespace parton {

struct DatabaseState;

// `db` must outlive it.
Result<std::unique_ptr<StatementRunner>> MakeConnectionRunner(DatabaseState* db, const RunnerModes& modes);

}  // namespace parton

#endif  // PARTON_SESSION_CONNECTION_RUNNER_H_

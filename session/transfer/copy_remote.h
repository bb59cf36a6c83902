// COPY between a database and a table of a remote engine: pulling and pushing.
#ifndef PARTON_SESSION_TRANSFER_COPY_REMOTE_H_
#define PARTON_SESSION_TRANSFER_COPY_REMOTE_H_

#include "parser/ast.h"
#include "parton/status.h"
#include "session/commands/command_context.h"
#include "session/plan_cache.h"
#include "session/running_plan.h"

namespace parton::commands {

// The context with another store.
CommandContext OnStore(const CommandContext& context, TableStore* store);
// Error (kUnsupported): the connection is in a transaction, and `store` is another database's.
Status CheckOneDatabase(const CommandContext& context, const TableStore& store, RunningPlan& run);

// COPY t FROM and COPY t TO, where the path is that of a table of an engine. How far they came is noted in the
// database that is not the engine's.
Status PullTable(const ast::CopyFrom& s, const CommandContext& context, RunningPlan& run);
Status PushTable(const ast::CopyTo& s, const ast::Statement& statement, const CommandContext& context,
                 RunningPlan& run);

// The plan of COPY's query, or of all items of its table.
Result<PlannedPtr> PlanOf(const ast::CopyTo& s, const ast::Statement& statement, const CommandContext& context);

}  // namespace parton::commands

#endif  // PARTON_SESSION_TRANSFER_COPY_REMOTE_H_

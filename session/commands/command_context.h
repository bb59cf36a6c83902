// What every command may use, and where its answer goes. What else one may touch, its parameters say (commands.h).
#ifndef PARTON_SESSION_COMMANDS_COMMAND_CONTEXT_H_
#define PARTON_SESSION_COMMANDS_COMMAND_CONTEXT_H_

#include <optional>
#include <vector>

#include "parser/ast.h"
#include "parton/database.h"
#include "parton/status.h"
#include "planner/settings.h"
#include "session/result_buffer.h"
#include "storage/table_store.h"
#include "types/status/bounds.h"

namespace parton {

class ProgramFunctions;  // types/functions/program_functions.h

// Valid while the command runs.
struct CommandContext {
  TableStore& store;
  const Settings& settings;  // as they are when it starts
  const FileAccess& files;
  bool read_only;                    // the database was opened so
  const ProgressCallback& progress;  // the program's; may be empty
  const StatementBounds& bounds;     // cancelled or not
  ResultBuffer& result;
  const ProgramFunctions* functions;  // of the database; may be null
};

// Error (kReadOnly): the database was opened so.
Status CheckWritable(const CommandContext& context);

// For work of the store that takes long: tells the program how far it is, and ends it when it is cancelled. Of work
// that begins again from nothing the items add up. Valid as long as the context.
StoreProgress ProgressOf(const CommandContext& context);

// The table a name means. Error (kNotFound): there is none; the nearest name is the hint.
Result<TablePtr> FindTable(const ast::QualifiedName& name, const CommandContext& context);
Result<TablePtr> FindTable(const ast::Identifier& name, const CommandContext& context);
// The table that a statement names, or all of them.
Result<std::vector<TablePtr>> FindTables(const std::optional<ast::QualifiedName>& name, const CommandContext& context);

}  // namespace parton

#endif  // PARTON_SESSION_COMMANDS_COMMAND_CONTEXT_H_

// From a statement's text to the plan that runs.
#ifndef PARTON_SESSION_COMPILE_H_
#define PARTON_SESSION_COMPILE_H_

#include <functional>
#include <string>
#include <string_view>

#include "parser/ast.h"
#include "parton/status.h"
#include "planner/planner.h"
#include "planner/settings.h"
#include "session/plan_cache.h"
#include "storage/table_store.h"

namespace parton {

// Parses and plans. `functions` and `key_condition_failed` are PlannerInput's. Errors: the parser's, in DynamoDB's
// words in its dialect; the planner's.
Result<PlannedPtr> Compile(std::string_view text, const Settings& settings, TableStore* store,
                           const ProgramFunctions* functions, bool* key_condition_failed = nullptr);

// Compiles and keeps what `parse` gives, under `key`, as CompileCached does for a text. No text starts like the key.
Result<PlannedPtr> CompileParsed(std::string_view key, const std::function<Result<ast::Statement>()>& parse,
                                 const Settings& settings, TableStore* store, const ProgramFunctions* functions,
                                 PlanCache* cache);

// The plan that is kept of the text under these settings, or one compiled now, which is kept then unless it is that of
// a command. `settings_key` is settings.PlanKey(); *buffer is scratch. Threads: any.
Result<PlannedPtr> CompileCached(std::string_view text, const Settings& settings, std::string_view settings_key,
                                 TableStore* store, const ProgramFunctions* functions, PlanCache* cache,
                                 std::string* buffer, bool* key_condition_failed = nullptr);

}  // namespace parton

#endif  // PARTON_SESSION_COMPILE_H_

// Statements that are carried out from their syntax: DDL, SHOW, SET, transactions, COPY; and EXPLAIN.
#ifndef PARTON_SESSION_COMMANDS_COMMANDS_H_
#define PARTON_SESSION_COMMANDS_COMMANDS_H_

#include <string>

#include "executor/capacity/clock.h"
#include "executor/capacity/throughput.h"
#include "parser/ast.h"
#include "parton/status.h"
#include "planner/planner.h"
#include "session/commands/command_context.h"

namespace parton {

class AnswerCache;
class ConnectionImpl;
class PlanCache;
class RunningPlan;
class Sweeper;
class Triggers;

// What they do goes into the result.
Status RunCommand(const ast::Statement& statement, ConnectionImpl* connection, RunningPlan* run, ResultBuffer* result);
Status RunExplain(const ExplainPlan& explain, ConnectionImpl* connection, RunningPlan* run, ResultBuffer* result);

// Everything that is wrong with what a database stores, triggers included. Error: kCancelled.
Result<std::vector<std::string>> CheckAll(TableStore& store, Triggers& triggers, const StoreProgress& progress);

namespace commands {

// `import_mark`: of the import that makes the table (unfinished_import.h).
Status CreateTable(const ast::CreateTable& s, const CommandContext& context, const std::string& import_mark = {});
Status DropTable(const ast::DropTable& s, const CommandContext& context, Triggers& triggers);
Status TruncateTable(const ast::TruncateTable& s, const CommandContext& context);
Status CreateIndex(const ast::CreateIndex& s, const CommandContext& context);
Status DropIndex(const ast::DropIndex& s, const CommandContext& context);
Status AlterTable(const ast::AlterTable& s, const CommandContext& context);

// What has no function of its own below: tables, settings, version, limits.
Status Show(const ast::Show& s, const CommandContext& context, const Connection& connection);
Status ShowCreateTable(const ast::ShowCreateTable& s, const CommandContext& context);
Status Describe(const ast::Describe& s, const CommandContext& context);
// `options`: they have the defaults.
Status Set(const ast::SetOption& s, const CommandContext& context, const Options& options, Connection& connection);
Status Check(const CommandContext& context, Triggers& triggers);

Status Analyze(const ast::Analyze& s, const CommandContext& context, const DatabaseClock& clock, PlanCache& plans);
Status DescribeAttributes(const ast::Describe& s, const CommandContext& context, const DatabaseClock& clock);
Status ShowStatistics(const ast::Show& s, const CommandContext& context);
Status ShowMetrics(const ast::Show& s, const CommandContext& context, const DatabaseClock& clock,
                   const ThroughputLedger& throughput, const AnswerCache& answers);
Status ShowCaches(const CommandContext& context, const AnswerCache& answers);

Status CreateTrigger(const ast::CreateTrigger& s, const CommandContext& context, const DatabaseClock& clock,
                     Triggers& triggers);
Status AlterTrigger(const ast::AlterTrigger& s, const CommandContext& context, Triggers& triggers);
Status DropTrigger(const ast::DropTrigger& s, const CommandContext& context, Triggers& triggers);
Status ShowTriggers(const CommandContext& context, Triggers& triggers);
Status ShowParked(const CommandContext& context, Triggers& triggers);
Status ShowConsumers(const CommandContext& context);

Status AdvanceClock(const ast::AdvanceClock& s, const CommandContext& context, DatabaseClock& clock, Sweeper& sweeper,
                    Triggers& triggers);
Status BackupTo(const ast::BackupTo& s, const CommandContext& context);
Status RestoreFrom(const ast::RestoreFrom& s, const CommandContext& context, Triggers& triggers);
Status Repair(const CommandContext& context, Triggers& triggers);

// ATTACH and DETACH of the databases of other engines.
Status Attach(const ast::Attach& s, const CommandContext& context, ConnectionImpl& connection);
Status Detach(const ast::Detach& s, const CommandContext& context, ConnectionImpl& connection);

// These run plans, in the connection's transaction if there is one.
Status CopyFrom(const ast::CopyFrom& s, const CommandContext& context, RunningPlan& run);
Status CopyTo(const ast::CopyTo& s, const ast::Statement& statement, const CommandContext& context, RunningPlan& run);
Status Import(const ast::Import& s, const CommandContext& context, RunningPlan& run);
Status Advise(const ast::Advise& s, const CommandContext& context, RunningPlan& run);
Status Explain(const ExplainPlan& explain, const CommandContext& context, RunningPlan& run);

}  // namespace commands

}  // namespace parton

#endif  // PARTON_SESSION_COMMANDS_COMMANDS_H_

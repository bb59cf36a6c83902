// Statements that are carried out from their syntax: DDL, SHOW, SET, transactions, COPY.
#ifndef PARTON_SESSION_COMMANDS_COMMANDS_H_
#define PARTON_SESSION_COMMANDS_COMMANDS_H_

#include <string>

#include "parser/ast.h"
#include "parton/status.h"
#include "session/connection.h"

namespace parton::commands {

// `import_mark`: of the import that makes the table (unfinished_import.h).
Status CreateTable(const ast::CreateTable& s, Execution* result, const std::string& import_mark = {});
Status DropTable(const ast::DropTable& s, Execution* result);
Status TruncateTable(const ast::TruncateTable& s, Execution* result);
Status CreateIndex(const ast::CreateIndex& s, Execution* result);
Status DropIndex(const ast::DropIndex& s, Execution* result);
Status AlterTable(const ast::AlterTable& s, Execution* result);

Status Show(const ast::Show& s, Execution* result);
Status ShowCreateTable(const ast::ShowCreateTable& s, Execution* result);
Status Describe(const ast::Describe& s, Execution* result);
Status Set(const ast::SetOption& s, Execution* result);
Status Analyze(const ast::Analyze& s, Execution* result);
Status Advise(const ast::Advise& s, Execution* result);
Status DescribeAttributes(const TablePtr& table, Execution* result);
Status ShowStatistics(const ast::Show& s, Execution* result);
Status Check(Execution* result);

Status CreateTrigger(const ast::CreateTrigger& s, Execution* result);
Status AlterTrigger(const ast::AlterTrigger& s, Execution* result);
Status DropTrigger(const ast::DropTrigger& s, Execution* result);
Status ShowTriggers(Execution* result);
Status ShowParked(Execution* result);
Status ShowConsumers(Execution* result);
Status ShowMetrics(const ast::Show& s, Execution* result);
Status AdvanceClock(const ast::AdvanceClock& s, Execution* result);
Status BackupTo(const ast::BackupTo& s, Execution* result);
Status RestoreFrom(const ast::RestoreFrom& s, Execution* result);
Status Repair(Execution* result);

Status CopyFrom(const ast::CopyFrom& s, Execution* result);
Status Import(const ast::Import& s, Execution* result);
Status CopyTo(const ast::CopyTo& s, const ast::Statement& statement, Execution* result);

// For work of the store that takes long: tells the connection how far it is, and ends it when it is cancelled. Of work
// that begins again from nothing the items add up.
StoreProgress Progress(Execution* result);

// The table a name means. Error (kNotFound): there is none; the nearest name is the hint.
Result<TablePtr> FindTable(const ast::QualifiedName& name, Execution* result);
Result<TablePtr> FindTable(const ast::Identifier& name, Execution* result);

}  // namespace parton::commands

#endif  // PARTON_SESSION_COMMANDS_COMMANDS_H_

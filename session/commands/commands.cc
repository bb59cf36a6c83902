#include "session/commands/commands.h"

#include <string>
#include <type_traits>
#include <utility>

#include "types/functions/functions.h"

namespace parton {

namespace commands {

namespace {

Result<TablePtr> Find(const std::string& name, TextSpan span, Execution* result) {
  TableStore& store = result->connection().store();
  Result<TablePtr> table = store.GetTable(name);
  if (table.ok()) return table;
  Status s = std::move(table).status().At(span);
  if (s.code() != StatusCode::kNotFound) return s;
  std::vector<std::string> known;
  for (const TablePtr& t : store.Tables()) known.push_back(t->name);
  std::string nearest = NearestName(name, known);
  return nearest.empty() ? s : std::move(s).WithHint("did you mean " + nearest + "?");
}

}  // namespace

Result<TablePtr> FindTable(const ast::Identifier& name, Execution* result) {
  return Find(name.name, name.span, result);
}

Result<TablePtr> FindTable(const ast::QualifiedName& name, Execution* result) {
  if (name.parts.size() != 1) {
    return Status::Validation("the name of a table is wanted here, without an index", name.span);
  }
  return Find(name.parts[0].name, name.span, result);
}

}  // namespace commands

namespace {

template <typename T>
constexpr bool kIsDdl =
    std::is_same_v<T, ast::CreateTable> || std::is_same_v<T, ast::DropTable> || std::is_same_v<T, ast::TruncateTable> ||
    std::is_same_v<T, ast::CreateIndex> || std::is_same_v<T, ast::DropIndex> || std::is_same_v<T, ast::AlterTable> ||
    std::is_same_v<T, ast::CreateTrigger> || std::is_same_v<T, ast::AlterTrigger> ||
    std::is_same_v<T, ast::DropTrigger> || std::is_same_v<T, ast::RestoreFrom> || std::is_same_v<T, ast::Repair>;

// What was done must not fail afterwards: the text is made before.
template <typename F>
Status Done(Execution* result, std::string text, F&& act) {
  Status s = std::forward<F>(act)();
  if (s.ok()) result->SetText(ResultKind::kDone, std::move(text));
  return s;
}

struct Runner {
  const ast::Statement& statement;
  Execution* result;

  ConnectionImpl& connection() { return result->connection(); }

  Status operator()(const ast::CreateTable& s) { return commands::CreateTable(s, result); }
  Status operator()(const ast::DropTable& s) { return commands::DropTable(s, result); }
  Status operator()(const ast::TruncateTable& s) { return commands::TruncateTable(s, result); }
  Status operator()(const ast::CreateIndex& s) { return commands::CreateIndex(s, result); }
  Status operator()(const ast::DropIndex& s) { return commands::DropIndex(s, result); }
  Status operator()(const ast::AlterTable& s) { return commands::AlterTable(s, result); }
  Status operator()(const ast::Show& s) { return commands::Show(s, result); }
  Status operator()(const ast::ShowCreateTable& s) { return commands::ShowCreateTable(s, result); }
  Status operator()(const ast::Describe& s) { return commands::Describe(s, result); }
  Status operator()(const ast::SetOption& s) { return commands::Set(s, result); }
  Status operator()(const ast::Analyze& s) { return commands::Analyze(s, result); }
  Status operator()(const ast::Advise& s) { return commands::Advise(s, result); }
  Status operator()(const ast::CheckDatabase&) { return commands::Check(result); }
  Status operator()(const ast::CreateTrigger& s) { return commands::CreateTrigger(s, result); }
  Status operator()(const ast::AlterTrigger& s) { return commands::AlterTrigger(s, result); }
  Status operator()(const ast::DropTrigger& s) { return commands::DropTrigger(s, result); }
  Status operator()(const ast::AdvanceClock& s) { return commands::AdvanceClock(s, result); }
  Status operator()(const ast::BackupTo& s) { return commands::BackupTo(s, result); }
  Status operator()(const ast::RestoreFrom& s) { return commands::RestoreFrom(s, result); }
  Status operator()(const ast::Repair&) { return commands::Repair(result); }
  Status operator()(const ast::CopyFrom& s) { return commands::CopyFrom(s, result); }
  Status operator()(const ast::Import& s) { return commands::Import(s, result); }
  Status operator()(const ast::CopyTo& s) { return commands::CopyTo(s, statement, result); }
  Status operator()(const ast::Begin&) {
    return Done(result, "transaction started", [&] { return connection().Begin(); });
  }
  Status operator()(const ast::Commit&) {
    return Done(result, "transaction committed", [&] { return connection().Commit(); });
  }
  Status operator()(const ast::Rollback& s) {
    if (s.savepoint.empty()) {
      return Done(result, "transaction rolled back", [&] { return connection().Rollback(); });
    }
    return Done(result, "rolled back to the savepoint", [&] { return connection().RollbackTo(s.savepoint.name); });
  }
  Status operator()(const ast::Savepoint& s) {
    return Done(result, "savepoint made", [&] { return connection().MakeSavepoint(s.name.name); });
  }
  Status operator()(const ast::ReleaseSavepoint& s) {
    return Done(result, "savepoint released", [&] { return connection().ReleaseSavepoint(s.name.name); });
  }
  template <typename T>
  Status operator()(const T&) {
    return Status::Unsupported("this statement is not supported yet", statement.span);
  }
};

}  // namespace

Status RunCommand(const ast::Statement& statement, const std::vector<Value>&, Execution* result) {
  return std::visit(
      [&](const auto& s) -> Status {
        using T = std::decay_t<decltype(s)>;
        if constexpr (kIsDdl<T>) {
          if (result->connection().in_transaction()) {
            return Status::Validation("tables, indexes and triggers cannot be changed inside a transaction",
                                      statement.span, "COMMIT or ROLLBACK first");
          }
        }
        return Runner{statement, result}(s);
      },
      statement.node);
}

}  // namespace parton

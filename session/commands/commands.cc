#include "session/commands/commands.h"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "session/connection.h"
#include "session/database_state.h"
#include "session/feed/sweeper.h"
#include "session/feed/triggers.h"
#include "session/running_plan.h"

namespace parton {

namespace {

template <typename T>
constexpr bool kIsDdl =
    std::is_same_v<T, ast::CreateTable> || std::is_same_v<T, ast::DropTable> || std::is_same_v<T, ast::TruncateTable> ||
    std::is_same_v<T, ast::CreateIndex> || std::is_same_v<T, ast::DropIndex> || std::is_same_v<T, ast::AlterTable> ||
    std::is_same_v<T, ast::CreateTrigger> || std::is_same_v<T, ast::AlterTrigger> ||
    std::is_same_v<T, ast::DropTrigger> || std::is_same_v<T, ast::RestoreFrom> || std::is_same_v<T, ast::Repair>;

CommandContext ContextOf(ConnectionImpl* connection, const Settings& settings, ResultBuffer* result) {
  const Options& options = connection->db().options;
  return CommandContext{connection->store(),
                        settings,
                        options.files,
                        options.read_only,
                        *connection->progress(),
                        *connection->bounds(),
                        *result,
                        &connection->db().functions};
}

// Gives each command what it works on, and nothing else.
struct Runner {
  const ast::Statement& statement;
  ConnectionImpl& connection;
  RunningPlan& run;
  const CommandContext& context;

  DatabaseState& db() { return connection.db(); }
  Triggers& triggers() { return *db().triggers; }
  DatabaseClock& clock() { return *db().clock; }

  // What was done must not fail afterwards: the text is made before.
  template <typename F>
  Status Done(std::string text, F&& act) {
    Status s = std::forward<F>(act)();
    if (s.ok()) context.result.SetText(ResultKind::kDone, std::move(text));
    return s;
  }

  Status operator()(const ast::CreateTable& s) { return commands::CreateTable(s, context); }
  Status operator()(const ast::DropTable& s) { return commands::DropTable(s, context, triggers()); }
  Status operator()(const ast::TruncateTable& s) { return commands::TruncateTable(s, context); }
  Status operator()(const ast::CreateIndex& s) { return commands::CreateIndex(s, context); }
  Status operator()(const ast::DropIndex& s) { return commands::DropIndex(s, context); }
  Status operator()(const ast::AlterTable& s) { return commands::AlterTable(s, context); }
  Status operator()(const ast::Show& s) {
    using What = ast::Show::What;
    switch (s.what) {
      case What::kStatistics: return commands::ShowStatistics(s, context);
      case What::kMetrics: return commands::ShowMetrics(s, context, clock(), db().throughput, *db().answers);
      case What::kCaches:
        if (!s.target) return commands::ShowCaches(context, *db().answers);
        break;
      case What::kTriggers:
        if (!s.target) return commands::ShowTriggers(context, triggers());
        break;
      case What::kParked:
        if (!s.target) return commands::ShowParked(context, triggers());
        break;
      case What::kConsumers:
        if (!s.target) return commands::ShowConsumers(context);
        break;
      default: break;
    }
    return commands::Show(s, context, connection);
  }
  Status operator()(const ast::ShowCreateTable& s) { return commands::ShowCreateTable(s, context); }
  Status operator()(const ast::Describe& s) {
    return s.attributes ? commands::DescribeAttributes(s, context, clock()) : commands::Describe(s, context);
  }
  Status operator()(const ast::SetOption& s) { return commands::Set(s, context, db().options, connection); }
  Status operator()(const ast::Analyze& s) { return commands::Analyze(s, context, clock(), db().plans); }
  Status operator()(const ast::Advise& s) { return commands::Advise(s, context, run); }
  Status operator()(const ast::CheckDatabase&) { return commands::Check(context, triggers()); }
  Status operator()(const ast::CreateTrigger& s) { return commands::CreateTrigger(s, context, clock(), triggers()); }
  Status operator()(const ast::AlterTrigger& s) { return commands::AlterTrigger(s, context, triggers()); }
  Status operator()(const ast::DropTrigger& s) { return commands::DropTrigger(s, context, triggers()); }
  Status operator()(const ast::AdvanceClock& s) {
    return commands::AdvanceClock(s, context, clock(), *db().sweeper, triggers());
  }
  Status operator()(const ast::Attach& s) { return commands::Attach(s, context, connection); }
  Status operator()(const ast::Detach& s) { return commands::Detach(s, context, connection); }
  Status operator()(const ast::BackupTo& s) { return commands::BackupTo(s, context); }
  Status operator()(const ast::RestoreFrom& s) { return commands::RestoreFrom(s, context, triggers()); }
  Status operator()(const ast::Repair&) { return commands::Repair(context, triggers()); }
  Status operator()(const ast::CopyFrom& s) { return commands::CopyFrom(s, context, run); }
  Status operator()(const ast::Import& s) { return commands::Import(s, context, run); }
  Status operator()(const ast::CopyTo& s) { return commands::CopyTo(s, statement, context, run); }
  Status operator()(const ast::Begin&) {
    return Done("transaction started", [&] { return connection.Begin(); });
  }
  Status operator()(const ast::Commit&) {
    return Done("transaction committed", [&] { return connection.Commit(); });
  }
  Status operator()(const ast::Rollback& s) {
    if (s.savepoint.empty()) {
      return Done("transaction rolled back", [&] { return connection.Rollback(); });
    }
    return Done("rolled back to the savepoint", [&] { return connection.RollbackTo(s.savepoint.name); });
  }
  Status operator()(const ast::Savepoint& s) {
    return Done("savepoint made", [&] { return connection.MakeSavepoint(s.name.name); });
  }
  Status operator()(const ast::ReleaseSavepoint& s) {
    return Done("savepoint released", [&] { return connection.ReleaseSavepoint(s.name.name); });
  }
  template <typename T>
  Status operator()(const T&) {
    return Status::Unsupported("this statement is not supported yet", statement.span);
  }
};

}  // namespace

Status RunCommand(const ast::Statement& statement, ConnectionImpl* connection, RunningPlan* run, ResultBuffer* result) {
  const std::shared_ptr<const Settings> settings = connection->settings();  // SET makes new ones
  const CommandContext context = ContextOf(connection, *settings, result);
  return std::visit(
      [&](const auto& s) -> Status {
        using T = std::decay_t<decltype(s)>;
        if constexpr (kIsDdl<T>) {
          if (connection->in_transaction()) {
            return Status::Validation("tables, indexes and triggers cannot be changed inside a transaction",
                                      statement.span, "COMMIT or ROLLBACK first");
          }
        }
        return Runner{statement, *connection, *run, context}(s);
      },
      statement.node);
}

Status RunExplain(const ExplainPlan& explain, ConnectionImpl* connection, RunningPlan* run, ResultBuffer* result) {
  const std::shared_ptr<const Settings> settings = connection->settings();
  return commands::Explain(explain, ContextOf(connection, *settings, result), *run);
}

Result<std::vector<std::string>> CheckAll(TableStore& store, Triggers& triggers, const StoreProgress& progress) {
  PARTON_ASSIGN_OR_RETURN(std::vector<std::string> problems, store.maintenance().Check(progress));
  for (std::string& problem : triggers.Problems()) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace parton

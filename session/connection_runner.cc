#include "session/connection_runner.h"

#include <utility>

#include "planner/planner.h"
#include "session/connection.h"
#include "session/database_state.h"
#include "session/result_set.h"

namespace parton {

namespace {

class ConnectionRunner final : public StatementRunner {
 public:
  explicit ConnectionRunner(DatabaseState* db) : connection_(db) {}

  Status SetUp(const RunnerModes& modes) {
    if (modes.dynamo) PARTON_RETURN_IF_ERROR(connection_.Set("dialect", Value::String("dynamodb")));
    if (modes.strict) PARTON_RETURN_IF_ERROR(connection_.Set("typing", Value::String("strict")));
    // A trigger does what a statement that was admitted asks of it.
    return connection_.Set("throttle", Value::Bool(false));
  }

  Status Check(const std::shared_ptr<const ast::Statement>& statement, const Globals& globals) override {
    return Plan(statement, globals).status();
  }

  Status Run(const std::shared_ptr<const ast::Statement>& statement, const Globals& globals,
             const BeforeCommit& before_commit) override {
    const StatementEntry entry(&connection_);
    if (connection_.in_transaction()) (void)connection_.Rollback();  // an exception ended the run before
    PARTON_ASSIGN_OR_RETURN(PlannedPtr plan, Plan(statement, globals));
    PARTON_RETURN_IF_ERROR(connection_.Begin());
    uint64_t changed = 0;
    if (Status s = RunToEnd(std::move(plan), &changed); !s.ok()) {
      (void)connection_.Rollback();
      return s;
    }
    before_commit(changed, connection_.transaction());
    return connection_.Commit();
  }

 private:
  Result<PlannedPtr> Plan(const std::shared_ptr<const ast::Statement>& statement, const Globals& globals) {
    PlannerInput input;
    input.store = &connection_.store();
    input.settings = connection_.settings().get();
    input.functions = &connection_.db().functions;
    input.globals = &globals;
    return PlanStatement(statement, input);
  }

  Status RunToEnd(PlannedPtr plan, uint64_t* changed) {
    ResultSetImpl result(&connection_, connection_.TakeIdle(plan));
    PARTON_RETURN_IF_ERROR(result.Start(std::move(plan)));
    while (result.Next()) {
    }
    *changed = result.affected();
    return result.status();
  }

  ConnectionImpl connection_;
};

}  // namespace

Result<std::unique_ptr<StatementRunner>> MakeConnectionRunner(DatabaseState* db, const RunnerModes& modes) {
  auto runner = std::make_unique<ConnectionRunner>(db);
  PARTON_RETURN_IF_ERROR(runner->SetUp(modes));
  return std::unique_ptr<StatementRunner>(std::move(runner));
}

}  // namespace parton

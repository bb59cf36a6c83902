// What triggers run their statements with. Threads: one at a time.
#ifndef PARTON_SESSION_FEED_STATEMENT_RUNNER_H_
#define PARTON_SESSION_FEED_STATEMENT_RUNNER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "parser/ast.h"
#include "parton/status.h"
#include "parton/value.h"
#include "storage/table_store.h"

namespace parton {

class StatementRunner {
 public:
  using Globals = std::map<std::string, Value>;  // names the statement may use beside its own
  // Called before the commit, with the number of items the statement changed: adds to what is committed.
  using BeforeCommit = std::function<void(uint64_t changed, StoreTransaction* transaction)>;

  virtual ~StatementRunner() = default;

  // Error: the statement cannot run, whatever the values of `globals`.
  virtual Status Check(const std::shared_ptr<const ast::Statement>& statement, const Globals& globals) = 0;
  // Runs it to its end in a transaction of its own. On error nothing is written.
  virtual Status Run(const std::shared_ptr<const ast::Statement>& statement, const Globals& globals,
                     const BeforeCommit& before_commit) = 0;
};

// The dialect and typing a statement runs under.
struct RunnerModes {
  bool dynamo = false;
  bool strict = false;
};
using MakeStatementRunner = std::function<Result<std::unique_ptr<StatementRunner>>(const RunnerModes& modes)>;

}  // namespace parton

#endif  // PARTON_SESSION_FEED_STATEMENT_RUNNER_H_

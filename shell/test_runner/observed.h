// The complete outcome of a statement, and its comparison with the expectations of a script.
#ifndef PARTON_SHELL_TEST_RUNNER_OBSERVED_H_
#define PARTON_SHELL_TEST_RUNNER_OBSERVED_H_

#include <optional>
#include <string>
#include <vector>

#include "parton/database.h"
#include "shell/test_runner/test_script.h"

namespace parton::shell {

struct Observed {
  Status status;
  ResultKind kind = ResultKind::kDone;
  bool ordered = false;
  std::vector<Value> rows;  // the one value of kValue as well
  uint64_t affected = 0;
  std::string text;
  std::vector<std::string> notices;
  ExecutionStats stats;
  std::string plan;  // filled in only where a plan is asked for: "Query t.index, Scan u"
};

Observed Observe(Connection* connection, const std::string& statement);

// The access paths of a statement, from EXPLAIN (FORMAT JSON), in the order of the tree.
Result<std::string> ObservePlan(Connection* connection, const std::string& statement);

// Values of literals, by a database of their own. Not for several threads at once.
class LiteralReader {
 public:
  LiteralReader();
  ~LiteralReader();
  Result<Value> Read(const std::string& literal);

 private:
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

// Empty if all is as expected, else a description with a diff.
std::string Compare(const Observed& observed, const Expectations& expected, LiteralReader* reader);

// The comment lines that expect exactly what was observed, of the kinds that `expected` has.
std::vector<std::string> ExpectationLines(const Observed& observed, const Expectations& expected);

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_OBSERVED_H_

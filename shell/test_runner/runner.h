// Runs test scripts: each on a fresh database, its directory's setup.sql before and teardown.sql
// after it, and a check of the stored data at the end.
#ifndef PARTON_SHELL_TEST_RUNNER_RUNNER_H_
#define PARTON_SHELL_TEST_RUNNER_RUNNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "parton/status.h"

namespace parton::shell {

struct TestResult {
  std::string name;  // "line 12"; "check" for the check at the end
  uint32_t line = 0;
  std::string failure;  // empty: passed
  double milliseconds = 0;
};

struct FileResult {
  std::string path;
  std::string skipped;  // why; empty: it was run
  std::vector<TestResult> tests;
  size_t failed() const;
};

struct RunnerOptions {
  bool update = false;  // write what came into the scripts instead of comparing
  int jobs = 1;
};

// The .sql files among `paths` and below their directories, sorted; without setup.sql and
// teardown.sql. Error: a path that does not exist, or no script at all.
Result<std::vector<std::string>> FindTestFiles(const std::vector<std::string>& paths);

// One script. Independent of others: may run on several threads at once.
FileResult RunTestFile(const std::string& path, const RunnerOptions& options);

// All of them, on options.jobs threads; results in the order of `files`.
std::vector<FileResult> RunTestFiles(const std::vector<std::string>& files,
                                     const RunnerOptions& options);

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_RUNNER_H_

// Runs test scripts: each on a fresh database, the setup.sql of its directory and of those above before and
// teardown.sql after it, and a check of the stored data at the end.
#ifndef PARTON_SHELL_TEST_RUNNER_RUNNER_H_
#define PARTON_SHELL_TEST_RUNNER_RUNNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "parton/status.h"

namespace parton::shell {

struct TestResult {
  // "line 12", or "adds a song, line 12" below `-- @test adds a song`; "check" for the check at the end.
  std::string name;
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
  bool fail_fast = false;  // nothing is started after a failure
  double timeout = 0;      // seconds for a statement; 0: none
  // Only tests whose "path: name" contains it count; statements before them run all the same.
  std::string filter;
  // A remote engine without tables, in place of a database in memory; what a script makes is dropped after it.
  // Statements that its store cannot run do not count.
  std::string endpoint;
  bool safe = false;  // files only in the script's directory, to read, and in ${TMP}
};

// A script to run.
struct TestFile {
  std::string path;
  std::string top;    // setup.sql of directories above this one do not count
  uint32_t line = 0;  // only the statement there counts; 0: all of them
};

// The .sql files among `paths` and below their directories, sorted; without setup.sql and teardown.sql. A path may
// end in `:LINE`. Error: a path that does not exist, or no script at all.
Result<std::vector<TestFile>> FindTestFiles(const std::vector<std::string>& paths);

// The directories whose setup.sql is run before the script, the topmost first: its own, and those above it up to the
// one with `.git`, or, if there is none, up to file.top.
std::vector<std::string> SetupDirectories(const TestFile& file);

// One script. Independent of others: may run on several threads at once.
FileResult RunTestFile(const TestFile& file, const RunnerOptions& options);

// All of them, on options.jobs threads; results in the order of `files`.
std::vector<FileResult> RunTestFiles(const std::vector<TestFile>& files, const RunnerOptions& options);

}  // namespace parton::shell

#endif  // PARTON_SHELL_TEST_RUNNER_RUNNER_H_

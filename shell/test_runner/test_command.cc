#include "shell/test_runner/test_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "shell/session.h"
#include "shell/test_runner/report.h"
#include "shell/test_runner/runner.h"

namespace parton::shell {

int RunTestCommand(int argc, char** argv) {
  CLI::App app{"Runs .sql scripts, whose comments say what is expected, as tests", "parton test"};
  std::vector<std::string> paths;
  RunnerOptions options;
  std::string format = "plain";
  app.add_option("DIR_OR_FILE", paths, "scripts, or directories of scripts")
      ->required()
      ->option_text("...");
  app.add_flag("--update", options.update,
               "write what came into the scripts, in place of comparing");
  app.add_option("--jobs", options.jobs, "scripts to run at the same time")
      ->option_text("N")
      ->check(CLI::Range(1, 256));
  app.add_option("--format", format, "plain|tap|junit")
      ->option_text("NAME")
      ->check(CLI::IsMember({"plain", "tap", "junit"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    app.exit(success, std::cout, std::cerr);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "parton test: {}\nparton test --help shows the usage\n", error.what());
    return kExitUsage;
  }
  const Result<std::vector<std::string>> files = FindTestFiles(paths);
  if (!files.ok()) {
    fmt::print(stderr, "parton test: {}\n", files.status().message());
    return kExitUsage;
  }
  const std::vector<FileResult> results = RunTestFiles(*files, options);
  const std::string report = Report(results, format == "tap"     ? ReportFormat::kTap
                                             : format == "junit" ? ReportFormat::kJunit
                                                                 : ReportFormat::kPlain);
  std::fwrite(report.data(), 1, report.size(), stdout);
  const bool written = std::fflush(stdout) == 0;
  for (const FileResult& r : results) {
    if (r.failed() > 0) return kExitStatementError;
  }
  return written ? kExitOk : kExitStatementError;
}

}  // namespace parton::shell

#include "shell/test_runner/test_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <thread>

#include "shell/session.h"
#include "shell/test_runner/report.h"
#include "shell/test_runner/runner.h"

namespace parton::shell {

namespace {

struct TestArguments {
  std::vector<std::string> paths;
  RunnerOptions runner;
  std::string format = "plain";
  std::string color = "auto";
  bool watch = false;
};

void AddOptions(CLI::App* app, TestArguments* a) {
  std::map<std::string_view, CLI::Option*> options = {
      {"--update", app->add_flag("--update", a->runner.update)},
      {"--safe", app->add_flag("--safe", a->runner.safe)},
      {"--endpoint", app->add_option("--endpoint", a->runner.endpoint)},
      {"--filter", app->add_option("--filter", a->runner.filter)},
      {"--fail-fast", app->add_flag("--fail-fast", a->runner.fail_fast)},
      {"--timeout", app->add_option("--timeout", a->runner.timeout)->check(CLI::PositiveNumber)},
      {"--watch", app->add_flag("--watch", a->watch)},
      {"--jobs", app->add_option("--jobs", a->runner.jobs)->check(CLI::Range(1, 256))},
      {"--format", app->add_option("--format", a->format)->check(CLI::IsMember({"plain", "tap", "junit"}))},
      {"--color", app->add_option("--color", a->color)->check(CLI::IsMember({"auto", "always", "never"}))},
  };
  app->add_option("DIR_OR_FILE", a->paths, "scripts, or directories of scripts; FILE:LINE is the statement there")
      ->required()
      ->option_text("...");
  for (const OptionInfo& info : TestOptionTable()) {
    CLI::Option* option = options.at(info.name);
    option->description(std::string(info.help));
    if (!info.argument.empty()) option->option_text(std::string(info.argument));
  }
}

bool UsesColor(const TestArguments& a) {
  if (a.color != "auto") return a.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == 0);
}

int RunOnce(const TestArguments& a, const std::vector<TestFile>& files) {
  const std::vector<FileResult> results = RunTestFiles(files, a.runner);
  size_t tests = 0;
  bool failed = false;
  for (const FileResult& r : results) {
    tests += r.tests.size() + (r.skipped.empty() ? 0 : 1);
    failed = failed || r.failed() > 0;
  }
  const StyledText report = Report(results, a.format == "tap"     ? ReportFormat::kTap
                                            : a.format == "junit" ? ReportFormat::kJunit
                                                                  : ReportFormat::kPlain);
  const bool color = UsesColor(a);
  const std::string text = color || isatty(STDOUT_FILENO) != 0 ? ForTerminal(report, color) : Plain(report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  const bool written = std::fflush(stdout) == 0;
  if (!a.runner.filter.empty() && tests == 0) {
    WriteMessage(fmt::format("parton test: no test has {} in its path or name\n", a.runner.filter));
    return kExitUsage;
  }
  return failed || !written ? kExitStatementError : kExitOk;
}

// When the scripts, and what runs before and after them, were last changed.
std::map<std::string, std::filesystem::file_time_type> ChangeTimes(const std::vector<TestFile>& files) {
  std::map<std::string, std::filesystem::file_time_type> times;
  auto add = [&times](const std::filesystem::path& path) {
    std::error_code error;
    const auto time = std::filesystem::last_write_time(path, error);
    if (!error) times[path.string()] = time;
  };
  for (const TestFile& file : files) {
    add(file.path);
    for (const std::string& folder : SetupDirectories(file)) {
      add(std::filesystem::path(folder) / "setup.sql");
      add(std::filesystem::path(folder) / "teardown.sql");
    }
  }
  return times;
}

int Watch(const TestArguments& a) {
  constexpr auto kInterval = std::chrono::milliseconds(200);
  std::map<std::string, std::filesystem::file_time_type> seen;
  for (bool first = true;; std::this_thread::sleep_for(kInterval)) {
    const Result<std::vector<TestFile>> files = FindTestFiles(a.paths);
    if (!files.ok() && first) {
      WriteMessage(fmt::format("parton test: {}\n", files.status().message()));
      return kExitUsage;
    }
    if (!files.ok()) continue;
    auto now = ChangeTimes(*files);
    if (!first && now == seen) continue;
    // An update writes the scripts itself.
    if (!first && UsesColor(a)) fmt::print("\x1b[2J\x1b[H");
    (void)RunOnce(a, *files);
    seen = a.runner.update ? ChangeTimes(*files) : std::move(now);
    first = false;
    fmt::print("watching {} scripts; Ctrl-C ends it\n", files->size());
    std::fflush(stdout);
  }
}

}  // namespace

const std::vector<OptionInfo>& TestOptionTable() {
  static const std::vector<OptionInfo> kOptions = {
      {"--update", "", "write what came into the scripts, in place of comparing"},
      {"--safe", "", "for scripts that are not trusted: files only in the script's directory, to read, and in ${TMP}"},
      {"--endpoint", "URL",
       "run them on this engine, one after the other: it must hold no table, and holds none afterwards"},
      {"--filter", "TEXT", "only tests whose \"path: name\" contains TEXT"},
      {"--fail-fast", "", "stop at the first failure"},
      {"--timeout", "SECONDS", "seconds that a statement may take"},
      {"--watch", "", "run again whenever a script changes, until Ctrl-C"},
      {"--jobs", "N", "scripts to run at the same time"},
      {"--format", "NAME", "plain|tap|junit"},
      {"--color", "WHEN", "auto|always|never"},
  };
  return kOptions;
}

int RunTestCommand(int argc, char** argv) {
  CLI::App app{"Runs .sql scripts, whose comments say what is expected, as tests", "parton test"};
  TestArguments arguments;
  AddOptions(&app, &arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    app.exit(success, std::cout, std::cerr);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    WriteMessage(fmt::format("parton test: {}\nparton test --help shows the usage\n", error.what()));
    return kExitUsage;
  }
  if (!arguments.runner.endpoint.empty()) arguments.runner.jobs = 1;
  if (arguments.watch) return Watch(arguments);
  const Result<std::vector<TestFile>> files = FindTestFiles(arguments.paths);
  if (!files.ok()) {
    WriteMessage(fmt::format("parton test: {}\n", files.status().message()));
    return kExitUsage;
  }
  return RunOnce(arguments, *files);
}

}  // namespace parton::shell

#include "shell/command_line.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "parton/database.h"
#include "shell/session.h"

namespace parton::shell {

namespace {

constexpr const char* kFooter = R"(
parton test DIR_OR_FILE... runs .sql scripts as tests: parton test --help.

DB is a directory, made if absent, or :memory: (the default). An argument that ends in .sql or is a
regular file is a script. Without -c, -f and scripts, statements come from the prompt or from
standard input.

Results go to standard output: a table on a terminal, JSON lines otherwise. Errors go to standard
error as file:line:column. The first error stops, unless --keep-going.

Exit status: 0 fine, 1 a statement failed, 2 wrong usage, 3 the database cannot be opened,
128 + n ended by signal n.

Environment: NO_COLOR, PARTON_HISTORY (file), PARTON_INIT (script run before the prompt),
PARTON_PAGER or PAGER.)";

bool IsScript(const std::string& argument) {
  struct stat info {};
  const bool exists = ::stat(argument.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return false;
  return argument.ends_with(".sql") || argument == "-" || (exists && S_ISREG(info.st_mode));
}

std::string ModeNames() {
  std::string names;
  for (const ModeInfo& m : AllModes()) names += (names.empty() ? "" : "|") + std::string(m.name);
  return names;
}

int UsageError(const std::string& message) {
  fmt::print(stderr, "parton: {}\nparton --help shows the usage\n", message);
  return kExitUsage;
}

}  // namespace

std::optional<CommandLine> ParseCommandLine(int argc, char** argv, int* exit_status) {
  CommandLine result;
  *exit_status = kExitOk;
  CLI::App app{"Parton: PartiQL on an embedded database", "parton"};
  app.footer(kFooter);
  app.set_version_flag("--version", "parton " + std::string(Version()));

  std::vector<std::string> positionals;
  std::vector<std::string> commands;
  std::vector<std::string> files;
  std::vector<std::string> settings;
  std::string mode;
  app.add_option("ARGUMENTS", positionals, "[DB] [SCRIPT...]")->option_text(" ");
  CLI::Option* command = app.add_option("-c", commands, "run these statements")
                             ->option_text("STATEMENT")
                             ->allow_extra_args(false);
  CLI::Option* file = app.add_option("-f", files, "run a script; - is standard input")
                          ->option_text("FILE")
                          ->allow_extra_args(false);
  app.add_option("--mode", mode, ModeNames())->option_text("NAME");
  app.add_option("--set", settings, "a setting, as SET name = value")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--keep-going", result.keep_going, "go on after errors");
  app.add_flag("--read-only", result.read_only, "refuse all changes");
  app.add_flag("--json-errors", result.json_errors, "errors as JSON, one object a line");
  app.add_flag("--single-transaction", result.single_transaction, "all statements or none");
  app.add_flag("--no-init", result.no_init, "do not run the init script");
  app.add_flag("--sample", result.sample, "an in-memory database with a small sample");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success, std::cout, std::cerr);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    *exit_status = UsageError(error.what());
    return std::nullopt;
  }

  // -c and -f run in the order in which they were given.
  size_t next_command = 0;
  size_t next_file = 0;
  for (const CLI::Option* option : app.parse_order()) {
    if (option == command) result.inputs.push_back({false, commands[next_command++]});
    if (option == file) result.inputs.push_back({true, files[next_file++]});
  }
  bool first = true;
  for (const std::string& p : positionals) {
    if (first && !IsScript(p))
      result.database = p;
    else
      result.inputs.push_back({true, p});
    first = false;
  }
  if (!mode.empty()) {
    const ModeInfo* found = FindMode(mode);
    if (found == nullptr) {
      *exit_status = UsageError(fmt::format("no mode {}; there are {}", mode, ModeNames()));
      return std::nullopt;
    }
    result.mode = found->mode;
  }
  for (const std::string& s : settings) {
    const size_t equals = s.find('=');
    if (equals == std::string::npos || equals == 0) {
      *exit_status = UsageError(fmt::format("--set takes NAME=VALUE, not {}", s));
      return std::nullopt;
    }
    result.settings.emplace_back(s.substr(0, equals), s.substr(equals + 1));
  }
  if (result.sample && result.database != ":memory:") {
    *exit_status = UsageError("--sample goes into an in-memory database");
    return std::nullopt;
  }
  return result;
}

}  // namespace parton::shell

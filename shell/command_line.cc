#include "shell/command_line.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "parton/build.h"
#include "shell/commands/dot_commands.h"
#include "shell/completion.h"
#include "shell/session.h"

namespace parton::shell {

namespace {

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
  WriteMessage(fmt::format("parton: {}\nparton --help shows the usage\n", message));
  return kExitUsage;
}

// What the parser fills in, as text.
struct Raw {
  std::vector<std::string> positionals;
  std::map<std::string, std::vector<std::string>> values;  // by option
  std::map<std::string, bool> flags;
  std::vector<std::string> order;  // of -c and -f
};

void Declare(CLI::App* app, Raw* raw) {
  app->set_help_flag();
  app->add_option("ARGUMENTS", raw->positionals);
  for (const OptionInfo& o : AllOptions()) {
    const std::string name(o.name);
    if (o.argument.empty())
      app->add_flag(name == "--help" ? "-h,--help" : name, raw->flags[name]);
    else
      app->add_option(name, raw->values[name])->allow_extra_args(false);
  }
}

// A value of the path's query: what separates its parts is written as %XX.
std::string Encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool separates = c == '%' || c == '&' || c == '#' || c == ' ' || c == '?';
    out += separates ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

// Adds what the options say of a remote engine to the database's path. The result: why they make no sense; or empty.
std::string NameRemote(Raw& raw, std::string* database) {
  static constexpr std::pair<const char*, const char*> kParameters[] = {
      {"--endpoint-url", "endpoint"}, {"--region", "region"}, {"--profile", "profile"}};
  for (const auto& [option, name] : kParameters) {
    if (raw.values[option].empty()) continue;
    if (*database == ":memory:") *database = "dynamodb://";
    if (database->find("://") == std::string::npos) return fmt::format("{} is for a remote database", option);
    *database += database->find('?') == std::string::npos ? "?" : "&";
    *database += fmt::format("{}={}", name, Encoded(raw.values[option].back()));
  }
  return "";
}

// -c and -f run in the order in which they were given.
std::vector<Input> InputsOf(const CLI::App& app, const Raw& raw) {
  std::vector<Input> inputs;
  std::map<std::string, size_t> next;
  for (const CLI::Option* option : app.parse_order()) {
    const std::string name = option->get_name();
    if (name != "-c" && name != "-f") continue;
    inputs.push_back({name == "-f", raw.values.at(name)[next[name]++]});
  }
  return inputs;
}

std::string VersionText() {
  const BuildInfo& info = GetBuildInfo();
  return fmt::format("parton {}\ncommit {}\nbuilt by {}\nwith {}\ndatabase format {}\n", info.version, info.commit,
                     info.compiler, info.libraries, info.format_version);
}

}  // namespace

const std::vector<OptionInfo>& AllOptions() {
  static const std::string kModes = "how results look: " + ModeNames();
  static const std::vector<OptionInfo> kOptions = {
      {"-c", "STATEMENT", "run these statements; may be repeated"},
      {"-f", "FILE", "run a script, - is standard input; may be repeated"},
      {"--mode", "NAME", kModes},
      {"--set", "NAME=VALUE", "a setting, as by SET NAME = VALUE; may be repeated"},
      {"--single-transaction", "", "all statements or none"},
      {"--keep-going", "", "go on after errors; the exit status is still 1"},
      {"--read-only", "", "only look: nothing is written, also if another process has the database open"},
      {"--safe", "", "for scripts that are not trusted: no files, commands and other databases"},
      {"--safe-files", "DIR", "--safe, but files in this directory may be read and written; may be repeated"},
      {"--endpoint-url", "URL", "the remote engine to work on: DB is dynamodb://REGION, or left out"},
      {"--region", "NAME", "its region, where DB does not say it"},
      {"--profile", "NAME", "whose keys of ~/.aws to sign requests with"},
      {"--json-errors", "", "errors as JSON, one object a line"},
      {"--salvage", "NEW", "save what can be read of the damaged database DB into a new one"},
      {"--sample", "", "an in-memory database with a small sample"},
      {"--no-init", "", "do not run the init script before the prompt"},
      {"--completion", "SHELL", "print what completes these words in a shell: bash|zsh|fish"},
      {"--version", "", "print the version, and what it was built from"},
      {"--help", "", "print this text"},
  };
  return kOptions;
}

const std::vector<ExitStatusInfo>& AllExitStatuses() {
  static const std::vector<ExitStatusInfo> kStatuses = {
      {"0", "fine"},
      {"1", "a statement failed, a script cannot be read, results cannot be written"},
      {"2", "wrong usage"},
      {"3",
       "the database cannot be opened: locked by another process, no database, of a newer "
       "format"},
      {"130, 143",
       "ended by SIGINT, SIGTERM: the running statement was cancelled; what had been "
       "committed stays"},
      {"141", "nobody reads the results any more (parton ... | head)"},
      {"N", ".quit N"},
  };
  return kStatuses;
}

const std::vector<VariableInfo>& AllEnvironmentVariables() {
  static const std::vector<VariableInfo> kVariables = {
      {"PARTON_HISTORY", "the file of the history; ~/.parton_history if not set, none if empty"},
      {"PARTON_HISTORY_SIZE", "how many statements it keeps; 2000 if not set"},
      {"PARTON_INIT", "a script that runs before the prompt; ~/.partonrc if not set, none if empty"},
      {"PARTON_PAGER, PAGER", "the pager; less -SRFX or more if neither is set"},
      {"VISUAL, EDITOR", "the editor of .edit and Ctrl-X Ctrl-E; vi if neither is set"},
      {"NO_COLOR", "if not empty: no colours"},
  };
  return kVariables;
}

std::string HelpText() {
  std::string out =
      "usage: parton [DB] [SCRIPT...] [OPTIONS]\n"
      "       parton test DIR_OR_FILE...      runs .sql scripts as tests: parton test --help\n"
      "       parton serve [DB]               serves DynamoDB's protocol: parton serve --help\n"
      "       parton healthcheck [URL]        whether a server answers\n\n"
      "DB is a directory, made if absent, or :memory: (the default), or a remote engine:\n"
      "dynamodb://REGION, http://HOST:PORT (parton serve, ...). An argument that ends in "
      ".sql\n"
      "or is a regular file is a script. Without -c, -f and scripts, statements come from the "
      "prompt\n"
      "or from standard input. Results go to standard output: a table on a terminal, JSON lines\n"
      "otherwise. Errors go to standard error as file:line:column. The first error stops.\n\n"
      "Options:\n";
  for (const OptionInfo& o : AllOptions()) {
    out += fmt::format("  {:<24}{}\n", fmt::format("{} {}", o.name, o.argument), o.help);
  }
  out += "\nCommands, on a line of their own between statements:\n";
  for (const DotCommand& c : AllDotCommands()) {
    out += fmt::format("  {:<32}{}\n", fmt::format(".{} {}", c.name, c.arguments), c.help);
  }
  out += "\nExit status:\n";
  for (const ExitStatusInfo& s : AllExitStatuses()) {
    out += fmt::format("  {:<10}{}\n", s.status, s.meaning);
  }
  out += "\nEnvironment:\n";
  for (const VariableInfo& v : AllEnvironmentVariables()) {
    out += fmt::format("  {:<22}{}\n", v.name, v.meaning);
  }
  return out;
}

std::optional<CommandLine> ParseCommandLine(int argc, char** argv, int* exit_status) {
  CommandLine result;
  *exit_status = kExitOk;
  CLI::App app;
  Raw raw;
  Declare(&app, &raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_status = UsageError(error.what());
    return std::nullopt;
  }
  if (raw.flags["--help"]) {
    fmt::print("{}", HelpText());
    return std::nullopt;
  }
  if (raw.flags["--version"]) {
    fmt::print("{}", VersionText());
    return std::nullopt;
  }
  if (!raw.values["--completion"].empty()) {
    const std::string& command_shell = raw.values["--completion"].back();
    if (const std::optional<std::string> script = CompletionScript(command_shell)) {
      fmt::print("{}", *script);
    } else {
      *exit_status = UsageError(fmt::format("no completion for {}; there are bash, zsh and fish", command_shell));
    }
    return std::nullopt;
  }
  result.keep_going = raw.flags["--keep-going"];
  result.read_only = raw.flags["--read-only"];
  result.json_errors = raw.flags["--json-errors"];
  result.single_transaction = raw.flags["--single-transaction"];
  result.no_init = raw.flags["--no-init"];
  result.sample = raw.flags["--sample"];
  result.safe_files = raw.values["--safe-files"];
  result.safe = raw.flags["--safe"] || !result.safe_files.empty();
  result.inputs = InputsOf(app, raw);

  bool first = true;
  for (const std::string& p : raw.positionals) {
    if (first && !IsScript(p))
      result.database = p;
    else
      result.inputs.push_back({true, p});
    first = false;
  }
  if (std::string problem = NameRemote(raw, &result.database); !problem.empty()) {
    *exit_status = UsageError(problem);
    return std::nullopt;
  }
  if (!raw.values["--mode"].empty()) {
    const std::string& mode = raw.values["--mode"].back();
    const ModeInfo* found = FindMode(mode);
    if (found == nullptr) {
      *exit_status = UsageError(fmt::format("no mode {}; there are {}", mode, ModeNames()));
      return std::nullopt;
    }
    result.mode = found->mode;
  }
  if (!raw.values["--salvage"].empty()) {
    result.salvage_into = raw.values["--salvage"].back();
    if (result.database == ":memory:" || !result.inputs.empty()) {
      *exit_status = UsageError("--salvage takes a database and the new directory: parton DB --salvage NEW");
      return std::nullopt;
    }
  }
  for (const std::string& s : raw.values["--set"]) {
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

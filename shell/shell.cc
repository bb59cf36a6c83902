#include "shell/shell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shell/command_line.h"
#include "shell/commands/sample.h"
#include "shell/editor/prompt.h"
#include "shell/interrupt.h"
#include "shell/render/error_text.h"
#include "shell/serve_command.h"
#include "shell/session.h"
#include "shell/test_runner/test_command.h"

namespace parton::shell {

namespace {

// A database must never get descriptor 0, 1 or 2, or results would be written into it.
void OpenStandardDescriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) == -1) (void)!::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
  }
}

bool WantsColor() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == 0) && term != nullptr && std::string_view(term) != "dumb" &&
         isatty(1) != 0;
}

Value SettingValue(const std::string& text) {
  if (text == "true") return Value::Bool(true);
  if (text == "false") return Value::Bool(false);
  char* end = nullptr;
  const long long n = std::strtoll(text.c_str(), &end, 10);
  if (!text.empty() && *end == 0) return Value::Int(static_cast<int64_t>(n));
  return Value::String(text);
}

SourceStatement Origin(std::string source) {
  SourceStatement s;
  s.source = std::move(source);
  return s;
}

bool RunInputs(const CommandLine& line, Session* session) {
  bool good = true;
  for (const Input& input : line.inputs) {
    if (session->done()) break;
    bool this_one = false;
    if (input.is_file) {
      SourceStatement origin;
      origin.source = "";
      this_one = session->RunFile(input.text, origin);
    } else {
      ScriptReader reader(input.text, "-c");
      this_one = session->RunScript(&reader);
    }
    good = good && this_one;
    if (!this_one && (!line.keep_going || Interrupted())) return false;
  }
  return good;
}

bool RunTransactionWord(const char* word, Session* session) {
  SourceStatement s = Origin("--single-transaction");
  s.text = word;
  return session->Run(s);
}

void RunInitScript(Session* session) {
  const char* path = std::getenv("PARTON_INIT");
  std::string file = path != nullptr ? path : "";
  if (path == nullptr) {
    const char* home = std::getenv("HOME");
    if (home == nullptr) return;
    file = std::string(home) + "/.partonrc";
    if (::access(file.c_str(), F_OK) != 0) return;
  }
  if (!file.empty()) (void)session->RunFile(file, Origin("PARTON_INIT"));
}

int Salvage(const CommandLine& line) {
  const Result<std::vector<std::string>> lost = Database::Salvage(line.database, line.salvage_into);
  if (!lost.ok()) {
    const SourceStatement none;
    WriteMessage(line.json_errors ? FormatErrorJson(lost.status(), none) : Plain(FormatError(lost.status(), none, 0)));
    return kExitCannotOpen;
  }
  Output out;
  for (const std::string& l : *lost) out.Write(l + "\n");
  out.Write(fmt::format("What can be read of {} is in {}{}.\n", line.database, line.salvage_into,
                        lost->empty() ? "; nothing was lost" : "; the lines above say what cannot"));
  return kExitOk;
}

}  // namespace

int RunShell(int argc, char** argv) {
  OpenStandardDescriptors();
  std::setlocale(LC_CTYPE, "");
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "test") return RunTestCommand(argc - 1, argv + 1);
  if (command == "serve") return RunServeCommand(argc - 1, argv + 1);
  if (command == "healthcheck") return RunHealthcheckCommand(argc - 1, argv + 1);

  int exit_status = kExitOk;
  const std::optional<CommandLine> line = ParseCommandLine(argc, argv, &exit_status);
  if (!line.has_value()) return exit_status;
  StartSignalThread();

  if (!line->salvage_into.empty()) return Salvage(*line);
  SessionOptions options;
  const bool terminal = isatty(0) != 0 && isatty(1) != 0;
  options.interactive = line->inputs.empty() && terminal;
  options.mode = line->mode.value_or(isatty(1) != 0 ? Mode::kTable : Mode::kJsonl);
  options.keep_going = line->keep_going;
  options.json_errors = line->json_errors;
  options.read_only = line->read_only;
  options.safe = line->safe;
  options.safe_files = line->safe_files;
  options.color = WantsColor();
  for (const auto& [name, value] : line->settings) {
    options.settings.emplace_back(name, SettingValue(value));
  }
  Session session(options);
  if (Status opened = session.Open(line->database); !opened.ok()) {
    session.ReportError(opened, Origin(session.is_open() ? "--set" : ""));
    return session.is_open() ? kExitUsage : kExitCannotOpen;
  }
  if (line->sample) {
    if (!session.LoadSample()) return kExitStatementError;
  }
  if (options.interactive) {
    fmt::print("Parton {}. Statements end with a semicolon; .help lists the commands.\n", Version());
    if (line->sample) fmt::print("{}", SampleGreeting());
    std::fflush(stdout);
    if (session.made_database()) session.Note(NewDatabaseNote(line->database));
    if (!line->no_init) RunInitScript(&session);
    RunPrompt(&session);
    return session.exit_status();
  }

  CommandLine run = *line;
  if (run.inputs.empty()) run.inputs.push_back({true, "-"});
  if (!run.single_transaction) {
    (void)RunInputs(run, &session);
  } else if (RunTransactionWord("BEGIN", &session)) {
    const bool good = RunInputs(run, &session);
    if (session.connection()->in_transaction()) {
      (void)RunTransactionWord(good && !session.done() ? "COMMIT" : "ROLLBACK", &session);
    }
  }
  return session.exit_status();
}

}  // namespace parton::shell

#include "shell/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "shell/dot_commands.h"
#include "shell/error_text.h"
#include "shell/interrupt.h"
#include "shell/progress.h"

namespace parton::shell {

namespace {

constexpr int kMaxReadDepth = 16;
constexpr int kExitBrokenPipe = 128 + 13;
constexpr int kExitInterrupted = 128 + 2;

using Clock = std::chrono::steady_clock;

std::string Plural(uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

bool IsUtf8Terminal() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == 0) continue;
    const std::string_view v = value;
    return v.find("UTF-8") != v.npos || v.find("utf8") != v.npos || v.find("UTF8") != v.npos;
  }
  return false;
}

bool HasColumns(Mode mode) {
  return mode == Mode::kTable || mode == Mode::kVertical || mode == Mode::kCsv ||
         mode == Mode::kMarkdown;
}

}  // namespace

Session::Session(const SessionOptions& options) : options_(options) { timer = options.interactive; }

Session::~Session() {
  connection_.reset();
  database_.reset();
}

Status Session::Open(const std::string& path) {
  Options options;
  options.read_only = options_.read_only;
  Result<std::unique_ptr<Database>> opened = Database::Open(path, options);
  if (!opened.ok()) return opened.status();
  connection_.reset();
  database_ = std::move(*opened);
  connection_ = database_->Connect();
  PARTON_RETURN_IF_ERROR(connection_->Set("lint", Value::Bool(true)));
  for (const auto& [name, value] : options_.settings) {
    PARTON_RETURN_IF_ERROR(connection_->Set(name, value));
  }
  return Status::Ok();
}

bool Session::done() const {
  return quit_.has_value() || output_.reader_gone() || TerminationSignal() != 0;
}

int Session::exit_status() const {
  if (TerminationSignal() != 0) return 128 + TerminationSignal();
  if (quit_.has_value()) return *quit_;
  if (output_.reader_gone()) return kExitBrokenPipe;
  if (options_.interactive) return kExitOk;
  if (Interrupted()) return kExitInterrupted;
  return failed_ ? kExitStatementError : kExitOk;
}

void Session::Note(std::string_view text) {
  fmt::print(stderr, "{}\n", text);
  std::fflush(stderr);
}

void Session::ReportError(const Status& error, const SourceStatement& statement) {
  failed_ = true;
  output_.Flush();
  const bool terminal = isatty(2) != 0;
  std::string text;
  if (options_.json_errors) {
    text = FormatErrorJson(error, statement);
  } else {
    SourceStatement shown = statement;
    if (options_.interactive && statement.source == "stdin") shown.source.clear();
    text = FormatError(error, shown, terminal ? GetTerminalSize().columns : 0,
                       terminal && options_.color);
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

Look Session::CurrentLook() const {
  Look look;
  look.max_cell = max_cell;
  if (!output_.is_terminal()) return look;
  look.width = GetTerminalSize().columns;
  look.color = options_.color;
  look.unicode = IsUtf8Terminal();
  return look;
}

Result<std::unique_ptr<ResultSet>> Session::Execute(const std::string& text) {
  if (variables.empty() || text.find(':') == std::string::npos) return connection_->Execute(text);
  Result<std::unique_ptr<Statement>> prepared = connection_->Prepare(text);
  if (!prepared.ok()) return prepared.status();
  std::vector<std::pair<std::string, Value>> bound;
  for (const std::string& name : (*prepared)->parameter_names()) {
    const auto found = variables.find(name);
    if (found != variables.end()) bound.emplace_back(name, found->second);
  }
  return bound.empty() ? connection_->Execute(text) : connection_->ExecuteNamed(text, bound);
}

// Prints rows as they come. The error is the statement's own or the renderer's.
Status Session::PrintResult(ResultSet* result, uint64_t* rows) {
  const ResultKind kind = result->kind();
  const std::unique_ptr<Renderer> renderer = MakeRenderer(options_.mode, &output_, CurrentLook());
  if (kind == ResultKind::kText || kind == ResultKind::kDone) {
    const bool tabular = options_.mode == Mode::kTable || options_.mode == Mode::kVertical;
    const std::string& text = result->text();
    if (options_.mode != Mode::kQuiet && !text.empty() && (kind == ResultKind::kText || tabular)) {
      output_.Write(text);
      if (text.back() != '\n') output_.Write("\n");
    }
    return result->status();
  }
  if (kind == ResultKind::kValue) return renderer->Single(result->value());

  RowsInfo info;
  const bool expanding = !expand.empty() && HasColumns(options_.mode);
  if (!expanding) info.columns = result->columns();
  info.ordered = result->ordered();
  bool begun = kind == ResultKind::kRows;
  if (begun) renderer->Begin(info);
  auto flushed = Clock::now();
  Status shown;
  while (shown.ok() && result->Next()) {
    if (!begun) renderer->Begin(info);
    begun = true;
    ++*rows;
    shown = renderer->Row(expanding ? Expanded(result->row(), expand) : result->row());
    // A slow query shows its rows as they come.
    if (*rows % 16 == 0) {
      const auto now = Clock::now();
      if (now - flushed > std::chrono::milliseconds(200)) {
        output_.Flush();
        flushed = now;
      }
    }
    if (output_.reader_gone() || !output_.error().ok()) {
      connection_->Cancel();
      break;
    }
  }
  if (begun) renderer->End();
  if (!shown.ok()) return shown;
  return output_.reader_gone() || !output_.error().ok() ? Status::Ok() : result->status();
}

void Session::PrintFooter(const ResultSet& result, uint64_t rows, double milliseconds) {
  const bool for_people = options_.mode == Mode::kTable || options_.mode == Mode::kVertical ||
                          options_.mode == Mode::kChart;
  if (!footer || !for_people) return;
  std::string line;
  if (result.kind() == ResultKind::kRows) line = Plural(rows, "row", "rows");
  if (result.kind() == ResultKind::kChanged) {
    line = Plural(result.affected(), "item changed", "items changed");
  }
  if (line.empty() && !(timer && output_.is_terminal())) return;
  // What changes from run to run is for people only: a script's output stays the same.
  if (output_.is_terminal()) {
    const ExecutionStats& stats = result.stats();
    if (timer) line += fmt::format("{}{:.1f} ms", line.empty() ? "" : "  ", milliseconds);
    if (!stats.access_path.empty()) line += "  " + stats.access_path;
    if (stats.items_examined > rows) {
      line += fmt::format("  {} examined", stats.items_examined);
    }
    if (stats.read_units > 0) line += fmt::format("  {:g} RCU", stats.read_units);
    if (stats.write_units > 0) line += fmt::format("  {:g} WCU", stats.write_units);
  }
  if (output_.is_terminal() && options_.color) line = "\033[2m" + line + "\033[0m";
  output_.Write("(" + line + ")\n");
}

// Before the error of a cancelled statement: how far it came.
void Session::NotePartial(uint64_t rows, uint64_t examined) {
  if (rows > 0 || examined > 0) {
    Note(fmt::format("note: {} shown and {} examined before it was cancelled",
                     Plural(rows, "row", "rows"), Plural(examined, "item", "items")));
  }
}

void Session::ExplainFirst(const SourceStatement& statement) {
  Result<std::unique_ptr<ResultSet>> plan = connection_->Execute("EXPLAIN " + statement.text);
  if (plan.ok() && (*plan)->kind() == ResultKind::kText) {
    output_.Write((*plan)->text());
    if (!(*plan)->text().ends_with("\n")) output_.Write("\n");
  }
}

bool Session::RunStatement(const SourceStatement& statement) {
  if (!is_open()) {
    ReportError(Status(StatusCode::kOpenFailed, "no database is open", {}, "try .open PATH"),
                statement);
    return false;
  }
  last_statement = statement.text;
  if (explain_auto) ExplainFirst(statement);
  const bool paging = interactive() && pager && output_.is_terminal() && isatty(0) != 0;
  if (paging) {
    const char* command = std::getenv("PARTON_PAGER");
    if (command == nullptr) command = std::getenv("PAGER");
    output_.BeginPaging(GetTerminalSize(),
                        command != nullptr && *command != 0 ? command : "less -SRFX");
  }
  const auto start = Clock::now();
  Status status;
  uint64_t rows = 0;
  uint64_t examined = 0;
  {
    Progress progress(isatty(2) != 0 && interactive());
    connection_->SetProgress([&progress](uint64_t done, uint64_t total) {
      progress.Update(done, total);
      return true;
    });
    Result<std::unique_ptr<ResultSet>> result = [&] {
      const OnInterrupt cancel([this] { connection_->Cancel(); });
      Result<std::unique_ptr<ResultSet>> executed = Execute(statement.text);
      if (executed.ok()) status = PrintResult(executed->get(), &rows);
      return executed;
    }();
    connection_->SetProgress(nullptr);
    progress.Clear();
    examined = progress.done();
    if (result.ok()) examined = std::max(examined, (*result)->stats().items_examined);
    if (!result.ok()) {
      status = result.status();
    } else if (status.ok() && !output_.reader_gone()) {
      const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
      PrintFooter(**result, rows, ms);
      output_.EndPaging();
      output_.Flush();
      for (const std::string& n : (*result)->notices()) Note("note: " + n);
    }
  }
  output_.EndPaging();
  if (!status.ok()) {
    output_.Flush();
    if (status.code() == StatusCode::kCancelled || status.code() == StatusCode::kTimedOut) NotePartial(rows, examined);
    ReportError(status, statement);
    FinishOutput(statement);
    return false;
  }
  return FinishOutput(statement);
}

// Ends a `.once`, flushes, and reports what could not be written.
bool Session::FinishOutput(const SourceStatement& statement) {
  Status status;
  if (once_) {
    once_ = false;
    status = output_.Close();
  } else {
    output_.Flush();
    status = output_.error();
  }
  if (status.ok()) return true;
  ReportError(status, statement);
  // Standard output stays broken: the rest must not run unseen.
  if (!output_.redirected() && !output_.error().ok()) quit_ = kExitStatementError;
  return false;
}

bool Session::RunDotCommand(const SourceStatement& statement) {
  Status status = shell::RunDotCommand(this, statement);
  output_.Flush();
  if (status.ok()) return true;
  ReportError(status, statement);
  return false;
}

bool Session::Run(const SourceStatement& statement) {
  if (interactive()) ClearInterrupt();
  return statement.dot_command ? RunDotCommand(statement) : RunStatement(statement);
}

bool Session::RunScript(ScriptReader* reader) {
  bool all_good = true;
  SourceStatement statement;
  while (!done()) {
    Result<bool> more = reader->Next(&statement);
    if (!more.ok()) {
      SourceStatement place;
      place.line = reader->line();
      place.column = reader->column();
      place.source = reader->source();
      ReportError(more.status(), place);
      return false;
    }
    if (!*more) break;
    if (!Run(statement)) {
      all_good = false;
      if (!options_.keep_going || Interrupted()) break;
    }
  }
  return all_good;
}

bool Session::RunFile(const std::string& path, const SourceStatement& origin) {
  if (path == "-") {
    ScriptReader reader(0, "stdin");
    return RunScript(&reader);
  }
  struct stat info {};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  Status status;
  if (fd < 0 || fstat(fd, &info) != 0) {
    status = Status::IoError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  } else if (S_ISDIR(info.st_mode)) {
    status = Status::IoError(fmt::format("cannot read {}: it is a directory, not a script", path));
  } else if (depth_ >= kMaxReadDepth) {
    status =
        Status::Validation(fmt::format("scripts read each other more than {} deep", kMaxReadDepth));
  }
  bool good = false;
  if (status.ok()) {
    ++depth_;
    ScriptReader reader(fd, path);
    good = RunScript(&reader);
    --depth_;
  } else {
    ReportError(status, origin);
  }
  if (fd >= 0) ::close(fd);
  return good;
}

Status Session::SetOutputOnce(const std::string& target) {
  PARTON_RETURN_IF_ERROR(SetOutput(target));
  once_ = true;
  return Status::Ok();
}

Status Session::SetOutput(const std::string& target) {
  once_ = false;
  if (target.empty() || target == "stdout") return output_.Close();
  if (target.front() == '|') return output_.OpenCommand(target.substr(1));
  return output_.OpenFile(target);
}

}  // namespace parton::shell

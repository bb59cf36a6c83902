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

#include "parton/files.h"
#include "shell/commands/dot_commands.h"
#include "shell/commands/sample.h"
#include "shell/commands/statement_names.h"
#include "shell/interrupt.h"
#include "shell/progress.h"
#include "shell/render/error_text.h"
#include "shell/render/terminal_text.h"

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

Result<bool> OnOff(const Value& value) {
  if (value.is_bool()) return value.bool_value();
  if (value.is_text() && (value.bytes() == "on" || value.bytes() == "off")) return value.bytes() == "on";
  return Status::Validation("the setting durable takes on or off");
}

// The bytes [begin, end) of `text`.
TextSpan SpanOf(std::string_view text, size_t begin, size_t end) {
  TextSpan span{static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin), 1, 1};
  for (size_t i = 0; i < begin;) {
    const bool line_break = text[i] == '\n';
    NextCodePoint(text, &i);
    span.column = line_break ? 1 : span.column + 1;
    if (line_break) ++span.line;
  }
  return span;
}

// ":nope" is not set: with its place in the statement.
Status UnknownVariable(const std::string& name, const std::string& text,
                       const std::map<std::string, Value>& variables) {
  std::vector<std::string> names;
  for (const auto& [known, value] : variables) names.push_back(known);
  const std::string nearest = Nearest(name, names);
  TextSpan span;
  const std::vector<Token> tokens = Tokenize(text);
  for (size_t i = 1; i < tokens.size() && span.length == 0; ++i) {
    if (!IsSymbol(text, tokens[i - 1], ":") || NameOf(text, tokens[i]) != name) continue;
    span = SpanOf(text, tokens[i - 1].begin, tokens[i].end);
  }
  return Status(
      StatusCode::kValidation, fmt::format("there is no variable :{}", name), span,
      nearest.empty() ? fmt::format(".set {} EXPRESSION makes it", name) : fmt::format("did you mean :{}?", nearest));
}

// The word for the items that a statement counts.
std::string_view WhatWasDone(const std::string& statement) {
  bool copy = false;
  for (const Token& token : Tokenize(statement)) {
    if (token.kind == Token::Kind::kComment) continue;
    const auto is = [&](std::string_view word) { return IsKeyword(statement, token, word); };
    if (copy && is("TO")) return "written";
    if (copy && is("FROM")) return "loaded";
    if (copy) continue;
    if (is("INSERT")) return "inserted";
    if (is("UPDATE")) return "changed";
    if (is("DELETE")) return "deleted";
    if (is("REPLACE") || is("UPSERT")) return "written";
    if (is("IMPORT")) return "loaded";
    copy = is("COPY");
    if (!copy) break;
  }
  return "changed";
}

bool HasColumns(Mode mode) {
  return mode == Mode::kTable || mode == Mode::kVertical || mode == Mode::kCsv || mode == Mode::kMarkdown;
}

}  // namespace

Session::Session(const SessionOptions& options) : options_(options) {
  timer = options.interactive;
  files_.all = !options.safe;
  files_.writable = options.safe_files;
}

Session::~Session() {
  connection_.reset();
  database_.reset();
}

Status Session::Open(const std::string& path) {
  const bool in_memory = path == ":memory:";
  Options options;
  options.read_only = options_.read_only && !in_memory;
  options.files = files_;
  for (const auto& [name, value] : options_.settings) {
    if (name != "durable") continue;
    PARTON_ASSIGN_OR_RETURN(options.durable, OnOff(value));
  }
  const bool remote = path.find("://") != std::string::npos;
  const bool absent = !in_memory && !remote && ::access(path.c_str(), F_OK) != 0;
  Result<std::unique_ptr<Database>> opened = Database::Open(path, options);
  if (!opened.ok()) return opened.status();
  made_database_ = absent;
  only_reads_ = options_.read_only && in_memory;
  connection_.reset();
  database_ = std::move(*opened);
  connection_ = database_->Connect();
  PARTON_RETURN_IF_ERROR(connection_->Set("lint", Value::Bool(true)));
  for (const auto& [name, value] : options_.settings) {
    if (name != "durable") PARTON_RETURN_IF_ERROR(connection_->Set(name, value));
  }
  return Status::Ok();
}

bool Session::LoadSample() {
  const std::unique_ptr<Connection> plain = database_->Connect();
  const Status loaded = plain->ExecuteScript(SampleScript());
  if (loaded.ok()) return true;
  SourceStatement origin;
  origin.source = "sample";
  ReportError(loaded, origin);
  return false;
}

Status Session::Refuse(std::string_view what) const {
  if (!options_.safe) return Status::Ok();
  return Status(StatusCode::kUnsupported, fmt::format("{} is refused: the shell runs with --safe", what));
}

bool Session::done() const { return quit_.has_value() || output_.reader_gone() || TerminationSignal() != 0; }

int Session::exit_status() const {
  if (TerminationSignal() != 0) return 128 + TerminationSignal();
  if (quit_.has_value()) return *quit_;
  if (output_.reader_gone()) return kExitBrokenPipe;
  if (options_.interactive) return kExitOk;
  if (Interrupted()) return kExitInterrupted;
  return failed_ ? kExitStatementError : kExitOk;
}

void Session::Note(std::string_view text) { WriteMessage(std::string(text) + "\n"); }

void Session::ReportError(const Status& error, const SourceStatement& statement) {
  failed_ = true;
  output_.Flush();
  if (options_.json_errors) {
    WriteMessage(FormatErrorJson(error, statement));
    return;
  }
  SourceStatement shown = statement;
  if (options_.interactive && statement.source == "stdin") shown.source.clear();
  const int width = MessagesOnTerminal() ? GetTerminalSize().columns : 0;
  WriteMessage(FormatError(error, shown, width), options_.color);
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

namespace {

// Whether a colon in it may stand before a variable's name. One behind a quote is a tuple's or in a string, and no name
// begins with a digit.
bool MayHaveVariables(const std::string& text) {
  for (size_t i = text.find(':'); i != std::string::npos; i = text.find(':', i + 1)) {
    if (i > 0 && text[i - 1] == '\'') continue;
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (next < '0' || next > '9') return true;
  }
  return false;
}

}  // namespace

Result<std::shared_ptr<ResultSet>> Session::Execute(const std::string& text) {
  if (!MayHaveVariables(text) && !only_reads_) return ExecutePlain(text);
  PARTON_ASSIGN_OR_RETURN(std::shared_ptr<Statement> statement, connection_->Prepare(text));
  PARTON_RETURN_IF_ERROR(CheckReadOnly(*statement));
  const std::vector<std::string>& names = statement->parameter_names();
  // No value can be given to a `?`: the error says so.
  if (std::find(names.begin(), names.end(), "") != names.end()) return ExecutePlain(text);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = variables.find(names[i]);
    if (found == variables.end()) return UnknownVariable(names[i], text, variables);
    PARTON_RETURN_IF_ERROR(statement->Bind(static_cast<int>(i) + 1, found->second));
  }
  PARTON_ASSIGN_OR_RETURN(ResultSet * result, statement->Execute());
  return std::shared_ptr<ResultSet>(std::move(statement), result);  // it lives in the statement
}

Result<std::shared_ptr<ResultSet>> Session::ExecutePlain(const std::string& text) {
  PARTON_ASSIGN_OR_RETURN(std::shared_ptr<ResultSet> result, connection_->Execute(text));
  return result;
}

Status Session::CheckReadOnly(const Statement& statement) const {
  if (!only_reads_ || statement.is_read_only()) return Status::Ok();
  return Status(StatusCode::kReadOnly, "the database was opened for reading only");
}

Status Session::SetVariable(const std::string& name, const std::string& expression) {
  PARTON_ASSIGN_OR_RETURN(const std::shared_ptr<ResultSet> result, Execute(expression));
  for (const std::string& n : result->notices()) Note("note: " + n);
  if (result->kind() == ResultKind::kValue) {
    variables[name] = result->value().Own();
    return Status::Ok();
  }
  if (result->kind() != ResultKind::kRows) {
    return Status::Validation("a variable's value is an expression or a query");
  }
  const bool ordered = result->ordered();
  const std::vector<std::string> columns = result->columns();
  PARTON_ASSIGN_OR_RETURN(std::vector<Value> rows, result->All());
  // One row of one column is its value, as a subquery is where a value is wanted.
  if (rows.size() == 1 && columns.size() == 1 && rows[0].is_struct()) {
    variables[name] = rows[0].Get(columns[0]).Own();
  } else {
    variables[name] = ordered ? Value::List(std::move(rows)) : Value::Bag(std::move(rows));
  }
  return Status::Ok();
}

// The keys of the tables that a statement names.
std::vector<std::string> Session::KeyColumns(const std::string& statement) const {
  std::vector<std::string> keys;
  const std::vector<std::string> tables = database_->TableNames();
  for (const Token& token : Tokenize(statement)) {
    if (!IsName(token)) continue;
    const std::string name = NameOf(statement, token);
    if (std::find(tables.begin(), tables.end(), name) == tables.end()) continue;
    for (std::string& key : database_->KeyAttributes(name)) keys.push_back(std::move(key));
  }
  return keys;
}

// Prints rows as they come. The error is the statement's own or the renderer's.
Status Session::PrintResult(const std::string& statement, ResultSet* result, uint64_t* rows) {
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
  if (options_.mode == Mode::kTable) info.keys = KeyColumns(statement);
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

void Session::PrintFooter(const std::string& statement, const ResultSet& result, uint64_t rows, double milliseconds) {
  const bool for_people =
      options_.mode == Mode::kTable || options_.mode == Mode::kVertical || options_.mode == Mode::kChart;
  if (!footer || !for_people) return;
  std::string line;
  if (result.kind() == ResultKind::kRows) line = Plural(rows, "row", "rows");
  if (result.kind() == ResultKind::kChanged) {
    line = Plural(result.affected(), "item", "items") + " " + std::string(WhatWasDone(statement));
  }
  if (line.empty() && !(timer && output_.is_terminal())) return;
  // Figures that change from run to run are for people only: a script's output stays the same.
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
  output_.Write("(");
  output_.Write(line, options_.color ? Style::kDim : Style::kPlain);
  output_.Write(")\n");
}

// Before the error of a cancelled statement: how far it came.
void Session::NotePartial(uint64_t rows, uint64_t examined) {
  if (rows > 0 || examined > 0) {
    Note(fmt::format("note: {} shown and {} examined before it was cancelled", Plural(rows, "row", "rows"),
                     Plural(examined, "item", "items")));
  }
}

void Session::ExplainFirst(const SourceStatement& statement) {
  Result<std::unique_ptr<ResultSet>> plan = connection_->Execute("EXPLAIN " + statement.text);
  if (plan.ok() && (*plan)->kind() == ResultKind::kText) {
    output_.Write((*plan)->text());
    if (!(*plan)->text().ends_with("\n")) output_.Write("\n");
  }
}

void Session::BeginPaging() {
  if (!interactive() || !pager || options_.safe || !output_.is_terminal() || isatty(0) == 0) return;
  const std::string command = PagerCommand();
  if (!command.empty()) output_.BeginPaging(GetTerminalSize(), command);
}

bool Session::RunStatement(const SourceStatement& statement) {
  if (!is_open()) {
    ReportError(Status(StatusCode::kOpenFailed, "no database is open", {}, "try .open PATH"), statement);
    return false;
  }
  last_statement = statement.text;
  if (explain_auto) ExplainFirst(statement);
  BeginPaging();
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
    Result<std::shared_ptr<ResultSet>> result = [&] {
      const OnInterrupt cancel([this] { connection_->Cancel(); });
      Result<std::shared_ptr<ResultSet>> executed = Execute(statement.text);
      if (executed.ok()) status = PrintResult(statement.text, executed->get(), &rows);
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
      PrintFooter(statement.text, **result, rows, ms);
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
  Status status = CheckFileUse(path, FileUse::kRead);
  const int fd = status.ok() ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
  if (!status.ok()) {
    // Not opened.
  } else if (fd < 0 || fstat(fd, &info) != 0) {
    status = Status::IoError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  } else if (S_ISDIR(info.st_mode)) {
    status = Status::IoError(fmt::format("cannot read {}: it is a directory, not a script", path));
  } else if (depth_ >= kMaxReadDepth) {
    status = Status::Validation(fmt::format("scripts read each other more than {} deep", kMaxReadDepth));
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
  if (target.front() == '|') {
    PARTON_RETURN_IF_ERROR(Refuse("a command"));
    return output_.OpenCommand(target.substr(1));
  }
  PARTON_RETURN_IF_ERROR(files_.MayWrite(target));
  return output_.OpenFile(target);
}

}  // namespace parton::shell

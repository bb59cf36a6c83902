#include "shell/dot_commands.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "parton/language.h"
#include "shell/editor/line_editor.h"
#include "shell/interrupt.h"
#include "shell/session.h"

namespace parton::shell {

namespace {

using Args = std::vector<std::string>;

SourceStatement Generated(std::string text) {
  SourceStatement s;
  s.text = std::move(text);
  return s;
}

std::string QuoteName(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

Status NeedDatabase(Session* s) {
  if (s->is_open()) return Status::Ok();
  return Status(StatusCode::kOpenFailed, "no database is open", {}, "try .open PATH");
}

Result<bool> OnOff(const std::string& text) {
  if (text == "on" || text == "true" || text == "1") return true;
  if (text == "off" || text == "false" || text == "0") return false;
  return Status::Validation(fmt::format("expected on or off, not {}", text));
}

Status Toggle(Session* s, const Args& args, std::string_view name, bool* value) {
  if (!args.empty()) {
    PARTON_ASSIGN_OR_RETURN(*value, OnOff(args[0]));
  }
  s->output()->Write(fmt::format("{} is {}\n", name, *value ? "on" : "off"));
  return Status::Ok();
}

Status Check(Session* s, const Args&) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  const std::vector<std::string> problems = s->database()->Check();
  for (const std::string& p : problems) s->output()->Write(p + "\n");
  if (problems.empty()) {
    s->output()->Write("sound\n");
    return Status::Ok();
  }
  return Status::Corruption(fmt::format("{} problems found", problems.size()));
}

std::vector<std::string> SortedTables(Session* s) {
  std::vector<std::string> names = s->database()->TableNames();
  std::sort(names.begin(), names.end());
  return names;
}

// The text a statement answers with, however the engine shapes it.
Result<std::string> AnswerText(Session* s, const std::string& statement) {
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> result,
                          s->connection()->Execute(statement));
  if (result->kind() == ResultKind::kText || result->kind() == ResultKind::kDone) {
    return result->text();
  }
  std::string text;
  if (result->kind() == ResultKind::kValue) {
    text = result->value().is_text() ? std::string(result->value().bytes())
                                     : result->value().ToLiteral();
    return text;
  }
  while (result->Next()) {
    const Value row = result->row().Materialize();
    if (row.is_struct()) {
      for (const Field& f : row.fields()) {
        if (f.value.is_text()) text += std::string(f.value.bytes()) + "\n";
      }
    } else {
      text += (row.is_text() ? std::string(row.bytes()) : row.ToLiteral()) + "\n";
    }
  }
  PARTON_RETURN_IF_ERROR(result->status());
  return text;
}

Result<std::string> CreateText(Session* s, const std::string& table) {
  PARTON_ASSIGN_OR_RETURN(std::string text, AnswerText(s, "SHOW CREATE TABLE " + QuoteName(table)));
  while (!text.empty() && (text.back() == '\n' || text.back() == ';')) text.pop_back();
  return text + ";\n";
}

Status Dump(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  // Statements stay well below the longest text there may be.
  constexpr size_t kRowsPerInsert = 100;
  constexpr size_t kBytesPerInsert = 1 << 20;
  for (const std::string& table : args.empty() ? SortedTables(s) : args) {
    PARTON_ASSIGN_OR_RETURN(const std::string create, CreateText(s, table));
    s->output()->Write(create);
    PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> rows,
                            s->connection()->Execute("SELECT * FROM " + QuoteName(table)));
    size_t n = 0, bytes = 0;
    bool open = false;
    while (rows->Next()) {
      if (open && (n == kRowsPerInsert || bytes > kBytesPerInsert)) {
        s->output()->Write("\n>>;\n");
        open = false;
      }
      if (!open) n = bytes = 0;
      s->output()->Write(open ? ",\n  " : fmt::format("INSERT INTO {} <<\n  ", QuoteName(table)));
      open = true;
      const std::string item = rows->row().ToLiteral();
      s->output()->Write(item);
      ++n;
      bytes += item.size();
      if (s->output()->reader_gone() || !s->output()->error().ok()) return Status::Ok();
    }
    if (open) s->output()->Write("\n>>;\n");
    PARTON_RETURN_IF_ERROR(rows->status());
  }
  // Behind all tables and items: they may write to any, and must not run on what the dump itself inserts.
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> triggers, s->connection()->Execute("SHOW TRIGGERS"));
  while (triggers->Next()) {
    const Value row = triggers->row().Materialize();
    auto text = [&](std::string_view name) -> std::string {
      for (const Field& f : row.fields()) {
        if (f.name == name) return f.value.is_text() ? std::string(f.value.bytes()) : f.value.ToLiteral();
      }
      return "";
    };
    const std::string table = text("table");
    if (!args.empty() && std::find(args.begin(), args.end(), table) == args.end()) continue;
    s->output()->Write(fmt::format("CREATE TRIGGER {} ON {} BATCH {} AS {};\n", QuoteName(text("name")),
                                   QuoteName(table), text("batch"), text("statement")));
  }
  return triggers->status();
}

Status Edit(Session* s, const Args&) {
  if (!s->interactive()) return Status::Validation(".edit needs a terminal");
  PARTON_ASSIGN_OR_RETURN(const std::string text, EditText(s->last_statement));
  s->output()->Write(text + "\n");
  s->output()->Flush();
  ScriptReader reader(text, "edit");
  s->RunScript(&reader);
  return Status::Ok();
}

Status Expand(Session* s, const Args& args) {
  if (!args.empty()) s->expand = args[0] == "off" ? Args() : args;
  std::string paths;
  for (const std::string& p : s->expand) paths += (paths.empty() ? "" : ", ") + p;
  s->output()->Write(paths.empty() ? "nothing is expanded\n"
                                   : fmt::format("expanded: {}\n", paths));
  return Status::Ok();
}

Status Explain(Session* s, const Args& args) {
  if (args.empty() || args[0] == "auto") {
    if (args.size() < 2)
      s->explain_auto = args.empty() ? s->explain_auto : true;
    else {
      PARTON_ASSIGN_OR_RETURN(s->explain_auto, OnOff(args[1]));
    }
  } else {
    PARTON_ASSIGN_OR_RETURN(s->explain_auto, OnOff(args[0]));
  }
  s->output()->Write(fmt::format("explain is {}\n", s->explain_auto ? "auto" : "off"));
  return Status::Ok();
}

Status Footer(Session* s, const Args& args) { return Toggle(s, args, "footer", &s->footer); }

std::string CommandList() {
  std::string out =
      "Statements end with a semicolon. Commands of the shell stand on a line of their own:\n";
  for (const DotCommand& c : AllDotCommands()) {
    out += fmt::format("  {:<32}{}\n", fmt::format(".{} {}", c.name, c.arguments), c.help);
  }
  return out + "More: .help COMMAND, .help keys, modes, settings, functions, or the name of one.\n";
}

// What `.help TOPIC` prints; empty if there is nothing on it.
std::string HelpOn(std::string topic) {
  if (topic.front() == '.') topic.erase(0, 1);
  std::string out;
  if (topic == "keys") {
    for (const KeyBinding& k : LineEditor::Keys()) {
      if (!k.help.empty()) out += fmt::format("  {:<14}{}\n", k.keys, k.help);
    }
    return "C- is Ctrl, M- is Alt (or Escape before the key).\n" + out;
  }
  if (topic == "modes") {
    for (const ModeInfo& m : AllModes()) out += fmt::format("  {:<10}{}\n", m.name, m.help);
    return out;
  }
  const bool settings = topic == "settings";
  for (const SettingDescription& s : SettingList()) {
    if (settings ? s.name.starts_with("rule_") : s.name != topic) continue;
    out += fmt::format("  SET {} = {}\n      {}\n", s.name, s.values, s.doc);
  }
  if (settings || !out.empty()) return out;
  if (const DotCommand* c = FindDotCommand(topic); c != nullptr) {
    out = fmt::format(".{} {}\n  {}\n", c->name, c->arguments, c->help);
    return c->details.empty() ? out : out + fmt::format("  {}\n", c->details);
  }
  for (char& c : topic) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const FunctionInfo& f : FunctionList()) {
    if (topic == "FUNCTIONS")
      out += fmt::format("  {}\n", f.signature);
    else if (f.name == topic)
      out += fmt::format("{}\n  {}\n", f.signature, f.doc);
  }
  return out;
}

Status Help(Session* s, const Args& args) {
  const std::string text = args.empty() ? CommandList() : HelpOn(args[0]);
  if (!text.empty()) {
    s->output()->Write(text);
    return Status::Ok();
  }
  std::vector<std::string> topics = {"keys", "modes", "settings", "functions"};
  for (const DotCommand& c : AllDotCommands()) topics.emplace_back(c.name);
  for (const FunctionInfo& f : FunctionList()) topics.push_back(f.name);
  const std::string nearest = Nearest(args[0], topics);
  return Status::NotFound(fmt::format("no help on {}", args[0]), {},
                          nearest.empty() ? ".help lists the commands"
                                          : fmt::format("did you mean .help {}?", nearest));
}

Status ShowHistory(Session* s, const Args& args) {
  size_t count = 20;
  if (!args.empty()) count = static_cast<size_t>(std::max(0, std::atoi(args[0].c_str())));
  const size_t size = s->history.size();
  for (size_t i = size > count ? size - count : 0; i < size; ++i) {
    s->output()->Write(s->history[i] + "\n");
  }
  return Status::Ok();
}

Status Indexes(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  for (const std::string& table : args.empty() ? SortedTables(s) : args) {
    for (const std::string& index : s->database()->IndexNames(table)) {
      s->output()->Write(fmt::format("{}.{}\n", table, index));
    }
  }
  return Status::Ok();
}

Status Last(Session* s, const Args& args) {
  if (s->last_statement.empty()) return Status::NotFound("nothing has been run yet");
  const Mode before = s->options().mode;
  if (!args.empty()) {
    const ModeInfo* mode = FindMode(args[0]);
    if (mode == nullptr) return Status::NotFound(fmt::format("no mode {}", args[0]));
    s->options().mode = mode->mode;
  }
  (void)s->Run(Generated(s->last_statement));
  s->options().mode = before;
  return Status::Ok();
}

Status SetMode(Session* s, const Args& args) {
  if (args.empty()) {
    for (const ModeInfo& m : AllModes()) {
      s->output()->Write(
          fmt::format("{} {:<10}{}\n", m.mode == s->options().mode ? "*" : " ", m.name, m.help));
    }
    return Status::Ok();
  }
  const ModeInfo* mode = FindMode(args[0]);
  if (mode == nullptr) {
    return Status::NotFound(fmt::format("no mode {}", args[0]), {}, ".mode lists the modes");
  }
  s->options().mode = mode->mode;
  return Status::Ok();
}

std::string Joined(const Args& args) {
  std::string all;
  for (const std::string& a : args) all += (all.empty() ? "" : " ") + a;
  return all;
}

Status Once(Session* s, const Args& args) { return s->SetOutputOnce(Joined(args)); }
Status SetOutput(Session* s, const Args& args) { return s->SetOutput(Joined(args)); }
Status OpenDatabase(Session* s, const Args& args) { return s->Open(args[0]); }
Status Pager(Session* s, const Args& args) { return Toggle(s, args, "pager", &s->pager); }

Status Quit(Session* s, const Args& args) {
  int status = 0;
  if (!args.empty()) {
    char* end = nullptr;
    const long n = std::strtol(args[0].c_str(), &end, 10);
    if (*end != 0 || n < 0 || n > 255) {
      return Status::Validation("an exit status is a number from 0 to 255");
    }
    status = static_cast<int>(n);
  }
  s->Quit(status);
  return Status::Ok();
}

Status Schema(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  for (const std::string& table : args.empty() ? SortedTables(s) : args) {
    PARTON_ASSIGN_OR_RETURN(const std::string text, CreateText(s, table));
    s->output()->Write(text);
  }
  return Status::Ok();
}

Status SetVariable(Session* s, const Args& args) {
  if (args.empty()) {
    for (const auto& [name, value] : s->variables) {
      s->output()->Write(fmt::format(":{} = {}\n", name, value.ToLiteral()));
    }
    return Status::Ok();
  }
  std::string name = args[0];
  if (name.front() == ':') name.erase(0, 1);
  if (args.size() == 1) {
    s->variables.erase(name);
    return Status::Ok();
  }
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  std::string text;
  for (size_t i = 1; i < args.size(); ++i) text += (i > 1 ? " " : "") + args[i];
  PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ResultSet> result, s->connection()->Execute(text));
  if (result->kind() == ResultKind::kValue) {
    s->variables[name] = result->value().Own();
  } else if (result->kind() == ResultKind::kRows) {
    const bool ordered = result->ordered();
    PARTON_ASSIGN_OR_RETURN(std::vector<Value> rows, result->All());
    s->variables[name] = ordered ? Value::List(std::move(rows)) : Value::Bag(std::move(rows));
  } else {
    return Status::Validation("a variable's value is an expression or a query");
  }
  return Status::Ok();
}

Status Tables(Session* s, const Args&) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  for (const std::string& t : SortedTables(s)) s->output()->Write(t + "\n");
  return Status::Ok();
}

Status Timer(Session* s, const Args& args) { return Toggle(s, args, "timer", &s->timer); }

Status Read(Session* s, const Args& args) {
  SourceStatement origin;
  origin.source = args[0];
  if (s->RunFile(args[0], origin) || s->done() || s->options().keep_going) return Status::Ok();
  return Status(StatusCode::kCancelled, fmt::format("{} stopped at its first error", args[0]));
}

std::string QuoteText(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

Status RunGenerated(Session* s, const std::string& statement, std::string_view what) {
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  if (s->Run(Generated(statement)) || s->options().keep_going) return Status::Ok();
  return Status(StatusCode::kCancelled, fmt::format("{} failed", what));
}

Status Import(Session* s, const Args& args) {
  std::string statement = fmt::format("COPY {} FROM {}", QuoteName(args[1]), QuoteText(args[0]));
  std::string options;
  for (size_t i = 2; i < args.size(); ++i) options += (i == 2 ? "" : " ") + args[i];
  if (!options.empty()) statement += options.front() == '(' ? " " + options : " (" + options + ")";
  return RunGenerated(s, statement, "the import");
}

Status Advise(Session* s, const Args& args) {
  return RunGenerated(s, "ADVISE FROM " + QuoteText(args[0]), "the advice");
}

Status Watch(Session* s, const Args& args) {
  const double seconds = args.empty() ? 2 : std::atof(args[0].c_str());
  if (!(seconds >= 0.1) || seconds > 86400)
    return Status::Validation("seconds between 0.1 and 86400");
  const std::string statement = s->last_statement;
  if (statement.empty()) return Status::NotFound("nothing has been run yet");
  ClearInterrupt();
  const bool paged = s->pager;
  s->pager = false;
  while (!s->done() && !Interrupted()) {
    if (s->output()->is_terminal()) s->output()->Write("\033[H\033[2J");
    if (!s->Run(Generated(statement))) break;
    for (int i = 0; i < static_cast<int>(seconds * 10) && !Interrupted() && !s->done(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  s->pager = paged;
  return Status::Ok();
}

Status Width(Session* s, const Args& args) {
  if (!args.empty()) {
    const int n = std::atoi(args[0].c_str());
    if (n < 0 || (n == 0 && args[0] != "0")) return Status::Validation("a number of columns, or 0");
    s->max_cell = n;
  }
  s->output()->Write(s->max_cell == 0
                         ? "cells fit the terminal\n"
                         : fmt::format("cells have at most {} columns\n", s->max_cell));
  return Status::Ok();
}

Status UnknownCommand(std::string_view name) {
  std::vector<std::string> names;
  std::string beginnings;
  for (const DotCommand& c : AllDotCommands()) {
    names.emplace_back(c.name);
    if (!name.empty() && c.name.starts_with(name)) {
      beginnings += fmt::format("{}.{}", beginnings.empty() ? "" : ", ", c.name);
    }
  }
  if (!beginnings.empty()) {
    return Status::Syntax(fmt::format("ambiguous command .{}", name), {}, "there are " + beginnings);
  }
  const std::string nearest = Nearest(name, names);
  return Status::Syntax(fmt::format("unknown command .{}", name), {},
                        nearest.empty() ? ".help lists the commands"
                                        : fmt::format("did you mean .{}?", nearest));
}

}  // namespace

Result<std::string> EditText(const std::string& text) {
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr || *editor == 0) editor = std::getenv("EDITOR");
  if (editor == nullptr || *editor == 0) editor = "vi";
  const char* tmp = std::getenv("TMPDIR");
  std::string path =
      fmt::format("{}/parton-XXXXXX.sql", tmp != nullptr && *tmp != 0 ? tmp : "/tmp");
  const int fd = mkstemps(path.data(), 4);
  if (fd < 0) return Status::IoError("cannot make a temporary file");
  ::close(fd);
  std::ofstream(path) << text << "\n";
  const int status = std::system(fmt::format("{} '{}'", editor, path).c_str());
  std::ifstream in(path);
  std::stringstream edited;
  edited << in.rdbuf();
  ::unlink(path.c_str());
  if (status != 0) return Status::IoError(fmt::format("{} failed; nothing was run", editor));
  std::string out = edited.str();
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

const std::vector<DotCommand>& AllDotCommands() {
  static const std::vector<DotCommand> kCommands = {
      {"advise", "FILE", "indexes that would serve the statements of a script", "", 1, 1, Advise, Argument::kFile},
      {"check", "", "verify the stored data: indexes match items", "", 0, 0, Check},
      {"dump", "[TABLE...]", "the tables as statements that make them again", "", 0, 64, Dump, Argument::kTable},
      {"edit", "", "the last statement in $VISUAL or $EDITOR; runs it afterwards", "", 0, 0, Edit},
      {"expand", "[PATH... | off]", "nested values at these paths as columns of their own",
       "Works in the modes table, vertical, csv and markdown. What is expanded may be expanded "
       "further:\n  .expand credits credits[0]",
       0, 64, Expand, Argument::kPath},
      {"explain", "auto|off", "print the plan before each result", "", 0, 2, Explain, Argument::kOnOff},
      {"footer", "[on|off]", "rows, time, access path and capacity below a result", "", 0, 1,
       Footer, Argument::kOnOff},
      {"help", "[TOPIC]", "this list, or more about a command, keys, modes, settings, functions", "", 0, 1, Help, Argument::kCommand},
      {"history", "[N]", "the last N statements typed", "", 0, 1, ShowHistory},
      {"import", "FILE TABLE [OPTION...]", "load a csv, json, jsonl or ddbjson file into a table",
       "Options are those of COPY FROM: .import people.csv people ON CONFLICT SKIP, ERRORS 'bad.jsonl'", 2, 64,
       Import, Argument::kFile},
      {"indexes", "[TABLE...]", "names of indexes", "", 0, 64, Indexes, Argument::kTable},
      {"last", "[MODE]", "run the last statement again, in another mode if given", "", 0, 1, Last, Argument::kMode},
      {"mode", "[NAME]", "how results look; without a name: the list", "", 0, 1, SetMode, Argument::kMode},
      {"once", "FILE | '|COMMAND'", "where the next result goes", "", 1, 64, Once, Argument::kFile},
      {"open", "PATH", "open another database: a directory or :memory:", "", 1, 1, OpenDatabase, Argument::kFile},
      {"output", "[FILE | '|COMMAND']", "where results go from now on; none: standard output", "",
       0, 64, SetOutput, Argument::kFile},
      {"pager", "[on|off]", "show what is longer than the screen with $PARTON_PAGER or $PAGER", "",
       0, 1, Pager, Argument::kOnOff},
      {"quit", "[STATUS]", "leave", "", 0, 1, Quit},
      {"read", "FILE", "run a script", "", 1, 1, Read, Argument::kFile},
      {"schema", "[TABLE...]", "CREATE TABLE statements", "", 0, 64, Schema, Argument::kTable},
      {"set", "[NAME [EXPRESSION]]", "a variable, bound to :NAME in statements",
       "Without an expression the variable is removed; without a name all are listed. Variables "
       "are\n"
       "  bound as values, never pasted into the text. Settings are changed by SET name = value;",
       0, 4096, SetVariable, Argument::kVariable},
      {"tables", "", "names of tables", "", 0, 0, Tables},
      {"timer", "[on|off]", "show how long statements take", "", 0, 1, Timer, Argument::kOnOff},
      {"watch", "[SECONDS]", "repeat the last statement until Ctrl-C", "", 0, 1, Watch},
      {"width", "[COLUMNS]", "at most that many columns a cell; 0: fit the terminal", "", 0, 1,
       Width},
  };
  return kCommands;
}

const DotCommand* FindDotCommand(std::string_view name) {
  const DotCommand* found = nullptr;
  for (const DotCommand& c : AllDotCommands()) {
    if (c.name == name) return &c;
    if (name.empty() || !c.name.starts_with(name)) continue;
    if (found != nullptr) return nullptr;
    found = &c;
  }
  return found;
}

Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  size_t i = 0;
  while (i < line.size()) {
    if (line[i] == ' ' || line[i] == '\t') {
      ++i;
      continue;
    }
    std::string word;
    if (line[i] == '\'' || line[i] == '"') {
      const char quote = line[i];
      const size_t close = line.find(quote, i + 1);
      if (close == std::string_view::npos) {
        return Status::Syntax(fmt::format("the {} is not closed", quote));
      }
      word = line.substr(i + 1, close - i - 1);
      i = close + 1;
    } else {
      const size_t end = std::min(line.find_first_of(" \t", i), line.size());
      word = line.substr(i, end - i);
      i = end;
    }
    words.push_back(std::move(word));
  }
  return words;
}

Status RunDotCommand(Session* session, const SourceStatement& statement) {
  const TextSpan span{0, static_cast<uint32_t>(statement.text.size()), 1, 1};
  std::string_view line = std::string_view(statement.text).substr(1);
  while (!line.empty() && (line.back() == ';' || line.back() == ' ')) line.remove_suffix(1);
  const std::string_view name = line.substr(0, line.find_first_of(" \t"));
  const DotCommand* found = FindDotCommand(name);
  if (found == nullptr) return UnknownCommand(name).At(span);
  Args args;
  const std::string_view rest = line.substr(name.size());
  if (found->run == SetVariable) {
    // The expression keeps its quotes.
    const size_t start = rest.find_first_not_of(" \t");
    if (start != std::string_view::npos) {
      const size_t end = std::min(rest.find_first_of(" \t=", start), rest.size());
      args.emplace_back(rest.substr(start, end - start));
      const size_t value = rest.find_first_not_of(" \t=", end);
      if (value != std::string_view::npos) args.emplace_back(rest.substr(value));
    }
  } else {
    Result<Args> words = SplitWords(rest);
    if (!words.ok()) return std::move(words).status().At(span);
    args = std::move(*words);
  }
  if (args.size() < found->min_args || args.size() > found->max_args) {
    return Status::Syntax(fmt::format("usage: .{} {}", found->name, found->arguments), span);
  }
  return found->run(session, args).At(span);
}

}  // namespace parton::shell

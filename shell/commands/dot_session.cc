// Dot commands about the session: help, history, running things again, leaving.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "parton/language.h"
#include "parton/text.h"
#include "shell/commands/dot_actions.h"
#include "shell/commands/dot_commands.h"
#include "shell/commands/statement_help.h"
#include "shell/commands/statement_names.h"
#include "shell/editor/line_editor.h"
#include "shell/editor/prompt.h"
#include "shell/interrupt.h"
#include "shell/session.h"

namespace parton::shell::actions {

namespace {

SourceStatement Generated(std::string text) {
  SourceStatement s;
  s.text = std::move(text);
  return s;
}

std::string CommandList() {
  std::string out = "Statements end with a semicolon. Commands of the shell stand on a line of their own:\n";
  for (const DotCommand& c : AllDotCommands()) {
    out += fmt::format("  {:<32}{}\n", fmt::format(".{} {}", c.name, c.arguments), c.help);
  }
  return out +
         "More: .help COMMAND, .help statements, keys, modes, settings, functions, or the name of one: .help SELECT.\n";
}

std::string HelpOnCommand(std::string_view name) {
  const DotCommand* c = FindDotCommand(name);
  if (c == nullptr) return "";
  const std::string out = fmt::format(".{} {}\n  {}\n", c->name, c->arguments, c->help);
  return c->details.empty() ? out : out + fmt::format("  {}\n", c->details);
}

std::string HelpOnFunctions(std::string_view topic) {
  std::string out;
  for (const FunctionInfo& f : FunctionList()) {
    if (EqualsIgnoreCase(topic, "functions"))
      out += fmt::format("  {}\n", f.signature);
    else if (EqualsIgnoreCase(f.name, topic))
      out += fmt::format("{}\n  {}\n", f.signature, f.doc);
  }
  return out;
}

// What `.help TOPIC` prints; empty if there is nothing on it. A word may be a command, a statement and a function.
std::string HelpOn(const std::string& topic) {
  if (topic.front() == '.') return HelpOnCommand(std::string_view(topic).substr(1));
  std::string out;
  if (topic == "statements") {
    for (const StatementHelp& s : AllStatements()) out += fmt::format("  {:<16}{}\n", s.name, s.help);
    return out + "  .help NAME has the syntax.\n";
  }
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
  for (const std::string& part : {HelpOnCommand(topic), HelpOnStatement(topic), HelpOnFunctions(topic)}) {
    if (!part.empty()) out += (out.empty() ? "" : "\n") + part;
  }
  return out;
}

}  // namespace

Status Edit(Session* s, const Args&) {
  PARTON_RETURN_IF_ERROR(s->Refuse("an editor"));
  if (!s->interactive()) return Status::Validation(".edit needs a terminal");
  PARTON_ASSIGN_OR_RETURN(const std::string text, EditText(s->last_statement));
  s->output()->Write(text + "\n");
  s->output()->Flush();
  ScriptReader reader(text, "edit");
  s->RunScript(&reader);
  return Status::Ok();
}

Status Help(Session* s, const Args& args) {
  std::string topic;
  for (const std::string& word : args) topic += (topic.empty() ? "" : " ") + word;
  const std::string text = topic.empty() ? CommandList() : HelpOn(topic);
  if (!text.empty()) {
    s->output()->Write(text);
    return Status::Ok();
  }
  std::vector<std::string> topics = {"keys", "modes", "settings", "functions", "statements"};
  for (const StatementHelp& st : AllStatements()) topics.emplace_back(st.name);
  for (const DotCommand& c : AllDotCommands()) topics.emplace_back(c.name);
  for (const FunctionInfo& f : FunctionList()) topics.push_back(f.name);
  const std::string nearest = Nearest(topic, topics);
  return Status::NotFound(
      fmt::format("no help on {}", topic), {},
      nearest.empty() ? ".help lists the commands" : fmt::format("did you mean .help {}?", nearest));
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

Status OpenDatabase(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(s->Refuse("another database"));
  PARTON_RETURN_IF_ERROR(s->Open(args[0]));
  if (s->interactive() && s->made_database()) s->Note(NewDatabaseNote(args[0]));
  return Status::Ok();
}

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

Status Read(Session* s, const Args& args) {
  PARTON_RETURN_IF_ERROR(s->files().MayRead(args[0]));
  SourceStatement origin;
  origin.source = args[0];
  if (s->RunFile(args[0], origin) || s->done() || s->options().keep_going) return Status::Ok();
  return Status(StatusCode::kCancelled, fmt::format("{} stopped at its first error", args[0]));
}

Status Watch(Session* s, const Args& args) {
  const double seconds = args.empty() ? 2 : std::atof(args[0].c_str());
  if (!(seconds >= 0.1) || seconds > 86400) return Status::Validation("seconds between 0.1 and 86400");
  const std::string statement = s->last_statement;
  if (statement.empty()) return Status::NotFound("nothing has been run yet");
  ClearInterrupt();
  const bool paged = s->pager;
  s->pager = false;
  while (!s->done() && !Interrupted()) {
    s->output()->ClearScreen();
    if (!s->Run(Generated(statement))) break;
    for (int i = 0; i < static_cast<int>(seconds * 10) && !Interrupted() && !s->done(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  s->pager = paged;
  return Status::Ok();
}

}  // namespace parton::shell::actions

namespace parton::shell {

Result<std::string> EditText(const std::string& text) {
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr || *editor == 0) editor = std::getenv("EDITOR");
  if (editor == nullptr || *editor == 0) editor = "vi";
  const char* tmp = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/parton-XXXXXX.sql", tmp != nullptr && *tmp != 0 ? tmp : "/tmp");
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

}  // namespace parton::shell

#include "shell/commands/dot_commands.h"

#include <fmt/format.h>

#include "parton/language.h"
#include "shell/commands/dot_actions.h"
#include "shell/session.h"

namespace parton::shell {

namespace {

// The table below names all of them.
using namespace actions;  // NOLINT(google-build-using-namespace)

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
                        nearest.empty() ? ".help lists the commands" : fmt::format("did you mean .{}?", nearest));
}

}  // namespace

const std::vector<DotCommand>& AllDotCommands() {
  static const std::vector<DotCommand> kCommands = {
      {"advise", "FILE", "indexes that would serve the statements of a script", "", 1, 1, Advise, Argument::kFile},
      {"check", "", "verify the stored data: indexes match items", "", 0, 0, Check},
      {"dump", "[TABLE...]", "the tables as statements that make them again", "", 0, 64, Dump, Argument::kTable},
      {"edit", "", "the last statement in $VISUAL or $EDITOR; runs it afterwards", "", 0, 0, Edit},
      {"exit", "[STATUS]", "leave, as .quit", "", 0, 1, Quit},
      {"expand", "[PATH... | off]", "nested values at these paths as columns of their own",
       "Works in the modes table, vertical, csv and markdown. What is expanded may be expanded "
       "further:\n  .expand credits credits[0]",
       0, 64, Expand, Argument::kPath},
      {"explain", "auto|off", "print the plan before each result", "", 0, 2, Explain, Argument::kOnOff},
      {"footer", "[on|off]", "rows, time, access path and capacity below a result", "", 0, 1, Footer, Argument::kOnOff},
      {"help", "[TOPIC]", "this list, or more on a statement, command, function, keys, modes, settings", "", 0, 4, Help,
       Argument::kCommand},
      {"history", "[N]", "the last N statements typed", "", 0, 1, ShowHistory},
      {"import", "FILE TABLE [OPTION...]", "load a csv, json, jsonl or ddbjson file into a table",
       "Options are those of COPY FROM:\n"
       "  .import people.csv people ON CONFLICT SKIP, ERRORS 'bad.jsonl'",
       2, 64, Import, Argument::kFile},
      {"indexes", "[TABLE...]", "names of indexes", "", 0, 64, Indexes, Argument::kTable},
      {"last", "[MODE]", "run the last statement again, in another mode if given", "", 0, 1, Last, Argument::kMode},
      {"mode", "[NAME]", "how results look; without a name: the list", "", 0, 1, SetMode, Argument::kMode},
      {"once", "FILE | '|COMMAND'", "where the next result goes", "", 1, 64, Once, Argument::kFile},
      {"open", "PATH", "open another database: a directory or :memory:", "", 1, 1, OpenDatabase, Argument::kFile},
      {"output", "[FILE | '|COMMAND']", "where results go from now on; none: standard output", "", 0, 64, SetOutput,
       Argument::kFile},
      {"pager", "[on|off]", "show what is longer than the screen with $PARTON_PAGER or $PAGER", "", 0, 1, Pager,
       Argument::kOnOff},
      {"quit", "[STATUS]", "leave", "", 0, 1, Quit},
      {"read", "FILE", "run a script", "", 1, 1, Read, Argument::kFile},
      {"schema", "[TABLE...]", "CREATE TABLE statements", "", 0, 64, Schema, Argument::kTable},
      {"set", "[NAME [EXPRESSION]]", "a variable, bound to :NAME in statements",
       "Without an expression the variable is removed; without a name all are listed.\n"
       "  Variables are bound as values, never pasted into the text. Settings are changed by\n"
       "  SET name = value;",
       0, 4096, SetVariable, Argument::kVariable},
      {"tables", "", "names of tables", "", 0, 0, Tables},
      {"timer", "[on|off]", "show how long statements take", "", 0, 1, Timer, Argument::kOnOff},
      {"watch", "[SECONDS]", "repeat the last statement until Ctrl-C", "", 0, 1, Watch},
      {"width", "[COLUMNS]", "at most that many columns a cell; 0: fit the terminal", "", 0, 1, Width},
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

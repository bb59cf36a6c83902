// docs/parton.1, the manual page, from the shell's tables of options, commands, modes and keys:
// manual_page FILE checks that the file is current, --write makes it so.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "parton/database.h"
#include "parton/language.h"
#include "shell/command_line.h"
#include "shell/commands/dot_commands.h"
#include "shell/editor/line_editor.h"
#include "shell/render/render.h"
#include "shell/serve_command.h"
#include "tests/docs/generated_page.h"

namespace {

using namespace parton::shell;

std::string Escaped(std::string_view text) {
  std::string out;
  bool starts = true;  // a line; a dot or quote there would be a request
  for (const char c : text) {
    if (starts && c == ' ') continue;  // lines of a help text are indented; the page does that itself
    if (starts && (c == '.' || c == '\'')) out += "\\&";
    starts = c == '\n';
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '\n': out += "\n.br\n"; break;
      default: out += c;
    }
  }
  return out;
}

std::string Item(std::string_view term, std::string_view argument, std::string_view text) {
  const std::string italic = argument.empty() ? "" : fmt::format(" \\fI{}\\fR", Escaped(argument));
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", Escaped(term), italic, Escaped(text));
}

std::string Commands() {
  std::string out =
      ".SH COMMANDS\nA command stands on a line of its own, between statements; it starts with a "
      "dot and takes no semicolon. The beginning of a name will do where it is unambiguous.\n";
  for (const DotCommand& c : AllDotCommands()) {
    out += Item(fmt::format(".{}", c.name), c.arguments,
                c.details.empty() ? std::string(c.help) : fmt::format("{}\n{}", c.help, c.details));
  }
  return out;
}

std::string Keys() {
  std::string out =
      ".SH KEYS\nC\\- is Ctrl, M\\- is Alt (or Escape before the key). A statement may have any "
      "number of lines; the cursor moves in all of them.\n";
  for (const KeyBinding& k : LineEditor::Keys()) {
    if (!k.help.empty()) out += Item(k.keys, "", k.help);
  }
  return out;
}

std::string Settings() {
  std::string out =
      ".SH SETTINGS\nChanged by\n.B SET\nname = value, or\n.BR \\-\\-set ;\n.B SHOW ALL\nlists "
      "them.\n";
  for (const parton::SettingDescription& s : parton::SettingList()) {
    if (!s.name.starts_with("rule_")) out += Item(s.name, s.values, s.doc);
  }
  return out;
}

std::string Page() {
  std::string out = fmt::format(
      ".\\\" Made from the tables of the shell by tests/docs/manual_page.cc.\n"
      ".TH PARTON 1 \"\" \"Parton {}\" \"User Commands\"\n"
      ".SH NAME\nparton \\- PartiQL on an embedded database\n"
      ".SH SYNOPSIS\n.B parton\n[\\fIDB\\fR] [\\fISCRIPT\\fR...] [\\fIOPTIONS\\fR]\n.br\n"
      ".B parton test\n\\fIDIR_OR_FILE\\fR... [\\fB\\-\\-update\\fR] [\\fB\\-\\-jobs\\fR "
      "\\fIN\\fR] "
      "[\\fB\\-\\-format\\fR plain|tap|junit]\n"
      ".br\n.B parton serve\n[\\fIDB\\fR] [\\fIOPTIONS\\fR]\n.br\n.B parton healthcheck\n[\\fIURL\\fR]\n"
      ".SH DESCRIPTION\n\\fIDB\\fR is a directory, made if absent, or :memory:, which is the "
      "default. An argument that ends in .sql or is a regular file is a script. Without "
      "\\fB\\-c\\fR, \\fB\\-f\\fR and scripts, statements come from the prompt, or from standard "
      "input if that is no terminal. Statements end with a semicolon.\n.PP\nResults go to standard "
      "output: a table on a terminal, JSON lines otherwise. Errors go to standard error as "
      "file:line:column. The first error stops.\n.PP\n\\fBparton test\\fR runs .sql scripts, whose "
      "comments say what is expected, as tests; docs/testing.md describes it.\n"
      ".SH OPTIONS\n",
      parton::Version());
  for (const OptionInfo& o : AllOptions()) out += Item(o.name, o.argument, o.help);
  out +=
      ".SH SERVING\n\\fBparton serve\\fR answers DynamoDB's own protocol for every SDK and tool that takes an "
      "endpoint. It "
      "prints its URL when it accepts connections; SIGTERM ends it when what runs is finished, a second one at once. "
      "docs/serve.md describes it. \\fBparton healthcheck\\fR exits with 0 if a server answers at the URL, "
      "http://127.0.0.1:8000 if not given. Options of \\fBparton serve\\fR:\n";
  for (const OptionInfo& o : ServeOptionTable()) out += Item(o.name, o.argument, o.help);
  out += Commands();
  out += ".SH MODES\n";
  for (const ModeInfo& m : AllModes()) out += Item(m.name, "", m.help);
  out += Keys() + Settings();
  out += ".SH EXIT STATUS\n";
  for (const ExitStatusInfo& s : AllExitStatuses()) out += Item(s.status, "", s.meaning);
  out += ".SH ENVIRONMENT\n";
  for (const VariableInfo& v : AllEnvironmentVariables()) out += Item(v.name, "", v.meaning);
  return out +
         ".SH EXAMPLES\n.nf\nparton music.db\nparton music.db \\-c \"SELECT * FROM songs\" "
         "\\-\\-mode "
         "csv > songs.csv\nparton music.db schema.sql data.sql \\-\\-single\\-transaction\nparton "
         "test "
         "tests \\-\\-jobs 4 \\-\\-format junit > report.xml\n.fi\n";
}

}  // namespace

int main(int argc, char** argv) {
  return parton::CheckOrWritePage(argc, argv, "manual_page", "the shell's tables say", Page());
}

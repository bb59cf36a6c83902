// docs/settings.md from the tables of settings: settings_doc FILE checks that the file is current, --write makes it so.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "planner/settings.h"
#include "session/database_settings.h"
#include "tests/docs/generated_page.h"

namespace {

using parton::Cell;

std::string Default(const std::string& name) {
  const parton::Result<parton::Value> value = parton::ReadSetting(name, parton::Settings{});
  if (!value.ok()) return {};
  return value->is_text() ? std::string(value->bytes()) : value->ToLiteral();
}

std::string Page() {
  std::string out =
      "# Settings\n\n"
      "Made from the tables in `planner/settings.cc` and `session/database_settings.cc`, which `SET`, `SHOW`, "
      "completion, "
      "`.help settings` and this page read.\n\n"
      "`SET name = value` changes a setting, `SHOW name` reads it, `SHOW ALL` lists all. In a program: "
      "`Connection::Set` and `Get`; for the shell: `--set name=value`. An unknown name or value is an error that names "
      "the "
      "nearest one.\n";
  std::string own;
  std::string rules;
  for (const parton::SettingInfo& s : parton::AllSettings()) {
    std::string& to = s.name.starts_with("rule_") ? rules : own;
    to += fmt::format("| `{}` | {} | {} | {} |\n", s.name, Cell(s.values), Cell(Default(s.name)), Cell(s.doc));
  }
  out += "\n## Of a connection\n\n| setting | values | default | meaning |\n| --- | --- | --- | --- |\n" + own;
  out +=
      "\n## Of the database\n\nThey hold for all connections, as long as the database is open.\n\n"
      "| setting | values | meaning |\n| --- | --- | --- |\n";
  for (const parton::SettingInfo& s : parton::DatabaseSettings()) {
    out += fmt::format("| `{}` | {} | {} |\n", s.name, Cell(s.values), Cell(s.doc));
  }
  out +=
      "\n## Rules of the planner\n\nEach can be switched off. Answers never change by it, only the way to them.\n\n"
      "| setting | values | default | meaning |\n| --- | --- | --- | --- |\n" +
      rules;
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  return parton::CheckOrWritePage(argc, argv, "settings_doc", "the settings say", Page());
}

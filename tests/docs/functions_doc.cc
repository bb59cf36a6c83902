// docs/functions.md from the registry: functions_doc FILE checks that the file is current, --write makes it so.
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "tests/docs/generated_page.h"
#include "types/functions/functions.h"

namespace {

using parton::Cell;

std::string Row(const std::string& signature, const std::string& doc, const std::string& example) {
  return fmt::format("| `{}` | {} | `{}` |\n", Cell(signature), Cell(doc), Cell(example));
}

std::string Page() {
  std::string out =
      "# Functions\n\n"
      "Made from the table in `types/functions/`, which the binder, the evaluator, completion and this page read. "
      "Names are case-insensitive. An argument that is MISSING gives MISSING, else one that is NULL gives NULL, unless "
      "the text says otherwise; a value of a type the function does not take gives MISSING in permissive typing and an "
      "error in strict typing. Each example is a test.\n";
  std::map<std::string, std::string> groups;
  for (const parton::ScalarFunction* f : parton::AllScalarFunctions()) {
    groups[f->group] += Row(f->signature, f->doc, f->example);
  }
  for (const auto& [group, rows] : groups) {
    out += fmt::format("\n## {}{}\n\n| function | what it gives | example |\n| --- | --- | --- |\n{}",
                       static_cast<char>(std::toupper(static_cast<unsigned char>(group[0]))), group.substr(1), rows);
  }
  out +=
      "\n## Aggregates\n\nThey skip NULL and MISSING. All take DISTINCT and `FILTER (WHERE ...)`, and may be used with "
      "`OVER (...)`.\n\n| function | what it gives | example |\n| --- | --- | --- |\n";
  for (const parton::AggregateFunction* f : parton::AllAggregateFunctions()) {
    out += Row(f->signature, f->doc, f->example);
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  return parton::CheckOrWritePage(argc, argv, "functions_doc", "the registry says", Page());
}

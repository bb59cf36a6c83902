// conformance DIR_OR_FILE... : the PartiQL conformance suite on Parton's parser, planner and
// executor.
//
// Prints passed and failed cases per source file, totals, and `N passed, M failed`. Cases that
// contradict the rest of the suite (disputed.tsv, hard) are run but not counted. Exit code: 0 if
// all counted cases pass, or with --known if exactly the listed ones fail; 1 otherwise; 2 for a
// wrong call or bad files.
#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cases.h"
#include "planner/rules/rules.h"
#include "runner.h"

namespace parton::conformance {
namespace {

struct Count {
  int passed = 0;
  int failed = 0;
  void Add(bool ok) { ++(ok ? passed : failed); }
  std::string Percent() const {
    int all = passed + failed;
    return all == 0 ? "" : fmt::format("{:6.2f} %", 100.0 * passed / all);
  }
};

enum class Part { kCore, kGraph, kExtended, kDisputed };

Part PartOf(const Suite& suite, const Case& c) {
  if (suite.disputed.contains(c.id)) return Part::kDisputed;
  if (c.graph()) return Part::kGraph;
  return c.extended() ? Part::kExtended : Part::kCore;
}

void List(const Suite& suite, const std::vector<Outcome>& outcomes, bool all) {
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Case& c = suite.cases[i];
    bool disputed = PartOf(suite, c) == Part::kDisputed;
    if (!all && (outcomes[i].passed || disputed)) continue;
    fmt::print("{} {} [{}] {}\n", outcomes[i].passed ? "pass" : disputed ? "disp" : "FAIL", c.id, c.file, c.name);
    if (outcomes[i].passed) continue;
    for (const std::string& s : c.statements) fmt::print("     statement: {}\n", s);
    fmt::print("     {}\n", outcomes[i].message);
  }
}

bool WriteJson(const Suite& suite, const std::vector<Outcome>& outcomes, const std::string& path) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> out(buffer);
  auto text = [&](const char* key, const std::string& value) {
    out.Key(key);
    out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  out.StartArray();
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Case& c = suite.cases[i];
    out.StartObject();
    text("id", c.id);
    text("file", c.file);
    text("name", c.name);
    out.Key("counted");
    out.Bool(PartOf(suite, c) != Part::kDisputed);
    out.Key("passed");
    out.Bool(outcomes[i].passed);
    if (!outcomes[i].passed) text("message", outcomes[i].message);
    out.EndObject();
  }
  out.EndArray();
  std::ofstream file(path);
  file << buffer.GetString() << "\n";
  return file.good();
}

// Lines `id <tab> name <tab> reason`; # starts a comment.
std::map<std::string, std::string> ReadKnown(std::istream& in) {
  std::map<std::string, std::string> known;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    size_t tab = line.find('\t');
    known[line.substr(0, tab)] = tab == std::string::npos ? "" : line.substr(tab + 1);
  }
  return known;
}

// Whether exactly the known cases fail; says what is not so.
bool MatchesKnown(const Suite& suite, const std::vector<Outcome>& outcomes,
                  const std::map<std::string, std::string>& known) {
  bool fine = true;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Case& c = suite.cases[i];
    if (PartOf(suite, c) == Part::kDisputed) {
      if (!known.contains(c.id)) continue;
      fmt::print("listed as a known failure, but disputed: {} {}\n", c.id, c.name);
      fine = false;
    } else if (outcomes[i].passed == known.contains(c.id)) {
      fmt::print("{}: {} {}\n",
                 outcomes[i].passed ? "listed as a known failure, but passes (take it from the list)"
                                    : "fails, and is not a known failure",
                 c.id, c.name);
      fine = false;
    }
  }
  for (const auto& [id, rest] : known) {
    if (rest.find('\t') == std::string::npos || rest.ends_with('\t')) {
      fmt::print("a known failure without a reason: {}\n", id);
      fine = false;
    }
  }
  return fine;
}

int Main(int argc, char** argv) {
  std::vector<std::string> paths;
  std::string list, json, known_path;
  int seconds = 20;
  bool no_rules = false;
  CLI::App app("Runs PartiQL conformance cases");
  app.add_option("path", paths, "directories, or *.jsonl files, of cases")->required();
  app.add_option("--list", list, "list cases: failures, or all")->check(CLI::IsMember({"failures", "all"}));
  app.add_option("--json", json, "write the outcome of every case to this file");
  app.add_option("--known", known_path, "file of known failures: exactly these must fail");
  app.add_option("--timeout", seconds, "seconds a case may take")->check(CLI::PositiveNumber);
  app.add_flag("--no-rules", no_rules, "switch the planner's rules off: no answer may change");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  std::map<std::string, std::string> known;
  if (!known_path.empty()) {
    std::ifstream in(known_path);
    if (!in) {
      fmt::print(stderr, "conformance: cannot read {}\n", known_path);
      return 2;
    }
    known = ReadKnown(in);
  }
  Result<Suite> loaded = LoadSuite(paths);
  if (!loaded.ok()) {
    fmt::print(stderr, "conformance: {}\n", loaded.status().message());
    return 2;
  }
  const Suite& suite = *loaded;
  Settings settings;
  settings.threads = 1;
  if (no_rules) {
    for (const RuleInfo& rule : AllRules()) settings.disabled_rules.insert(rule.name);
  }
  std::vector<Outcome> outcomes = RunCases(suite, settings, seconds);

  if (!list.empty()) List(suite, outcomes, list == "all");
  if (!json.empty() && !WriteJson(suite, outcomes, json)) {
    fmt::print(stderr, "conformance: cannot write {}\n", json);
    return 2;
  }
  std::map<std::string, Count> files;
  std::map<Part, Count> parts;
  Count total;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Case& c = suite.cases[i];
    Part part = PartOf(suite, c);
    parts[part].Add(outcomes[i].passed);
    if (part == Part::kDisputed) continue;
    files[c.file].Add(outcomes[i].passed);
    total.Add(outcomes[i].passed);
  }
  fmt::print("{:>7} {:>7}  file\n", "passed", "failed");
  for (const auto& [file, n] : files) fmt::print("{:>7} {:>7}  {}\n", n.passed, n.failed, file);
  auto print = [](const char* name, const Count& n) {
    fmt::print("{:<34} {:>6} passed {:>6} failed {}\n", name, n.passed, n.failed, n.Percent());
  };
  print("core without graph matching", parts[Part::kCore]);
  print("core, graph matching", parts[Part::kGraph]);
  print("extended", parts[Part::kExtended]);
  print("disputed (not counted)", parts[Part::kDisputed]);
  bool fine = known_path.empty() ? total.failed == 0 : MatchesKnown(suite, outcomes, known);
  fmt::print("{} passed, {} failed\n", total.passed, total.failed);
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace parton::conformance

int main(int argc, char** argv) { return parton::conformance::Main(argc, argv); }

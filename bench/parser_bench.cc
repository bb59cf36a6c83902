// parser_bench: what it takes to turn statement text into a tree: median and 99th percentile per statement, cold
// (the first parse of the process) and warm, beside the scanner alone that the plan cache needs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/parser.h"
#include "parser/scanner.h"

namespace parton::bench {

namespace {

struct Named {
  const char* name;
  const char* text;
};

constexpr Named kStatements[] = {
    {"point select", "SELECT * FROM logs WHERE requestid = 4711"},
    {"insert value", "INSERT INTO songs VALUE {'artist': 'Nina', 'title': 'Sinnerman', 'year': 1965}"},
    {"update", "UPDATE songs SET plays = plays + 1 WHERE artist = 'Nina' AND title = 'Sinnerman'"},
    {"delete", "DELETE FROM songs WHERE artist = 'Nina' AND title = 'Sinnerman'"},
    {"index query",
     "SELECT url, bytessent FROM logs WHERE shard = 3 AND code_and_time BETWEEN '404#' AND '404$' "
     "ORDER BY code_and_time DESC LIMIT 20"},
    {"group by",
     "SELECT responsecode, COUNT(*) AS n, SUM(bytessent) AS s FROM logs WHERE hourofday >= 7 GROUP BY "
     "responsecode HAVING COUNT(*) > 10 ORDER BY n DESC"},
    {"unnest",
     "SELECT o.id, i.name, i.price * i.quantity AS total FROM orders AS o, o.items AS i WHERE i.price > 10.5"},
    {"join",
     "SELECT c.name, o.total FROM customers AS c LEFT JOIN orders AS o ON c.id = o.customer AND o.total > 100 "
     "WHERE c.country IN ('de', 'fr', 'it') AND c.email IS NOT MISSING"},
    {"case and cast",
     "SELECT CASE WHEN x.a > 1 THEN 'many' WHEN x.a = 1 THEN 'one' ELSE CAST(x.a AS STRING) END AS t, "
     "(x.b + 2) * 3 - x.c / 4 AS u FROM t AS x WHERE NOT (x.d LIKE 'a%' OR x.e BETWEEN 1 AND 9)"},
    {"subquery",
     "SELECT VALUE a.name FROM artists AS a WHERE EXISTS (SELECT 1 FROM songs AS s WHERE s.artist = "
     "a.name AND s.year > (SELECT VALUE MAX(year) - 10 FROM songs))"},
    {"create table",
     "CREATE TABLE logs (requestid NUMBER, shard NUMBER, code_and_time STRING, PRIMARY KEY "
     "(requestid), GLOBAL INDEX x (shard, code_and_time) PROJECT KEYS ONLY)"},
};

double Microseconds(const std::function<void()>& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

struct Figures {
  double median, p99;
};

Figures Measure(int rounds, const std::function<void()>& f) {
  std::vector<double> times;
  times.reserve(static_cast<size_t>(rounds));
  for (int i = 0; i < rounds; ++i) times.push_back(Microseconds(f));
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

int Main(int argc, char** argv) {
  int rounds = 2000;
  CLI::App app{"Parsing of statements: microseconds, cold and warm."};
  app.add_option("--rounds", rounds, "warm parses of each statement")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  bool good = true;
  fmt::print("{:<16}{:>7}{:>12}{:>12}{:>12}{:>14}{:>12}\n", "microseconds", "bytes", "first", "median", "p99",
             "lift median", "lift p99");
  for (const Named& s : kStatements) {
    auto parse = [&] {
      auto parsed = ParseStatement(s.text);
      if (!parsed.ok()) {
        if (good) fmt::print(stderr, "{}: {}\n", s.name, parsed.status().ToString());
        good = false;
      }
    };
    const double first = Microseconds(parse);
    const Figures warm = Measure(rounds, parse);
    LiftedText lifted;
    const Figures lift = Measure(rounds, [&] { (void)LiftLiterals(s.text, &lifted); });
    fmt::print("{:<16}{:>7}{:>12.1f}{:>12.1f}{:>12.1f}{:>14.2f}{:>12.2f}\n", s.name, std::string_view(s.text).size(),
               first, warm.median, warm.p99, lift.median, lift.p99);
  }
  return good ? 0 : 1;
}

}  // namespace

}  // namespace parton::bench

// A benchmark may die of an exception.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) { return parton::bench::Main(argc, argv); }

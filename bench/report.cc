#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace parton::bench {

namespace {

using Sides = std::map<std::string, BySide>;

std::optional<double> Ratio(const Sides& sides, const std::string& side, bool wall) {
  const auto of = sides.find(side), parton = sides.find("parton");
  if (of == sides.end() || parton == sides.end()) return std::nullopt;
  const double to = wall ? parton->second.seconds : parton->second.processor;
  return to > 0 ? std::optional((wall ? of->second.seconds : of->second.processor) / to) : std::nullopt;
}

std::string Cell(const Sides& sides, const std::string& side, bool wall) {
  const auto found = sides.find(side);
  if (found == sides.end()) return "-";
  return fmt::format("{:.4g}", 1000 * (wall ? found->second.seconds : found->second.processor));
}

std::string Cell(std::optional<double> ratio) { return ratio ? fmt::format("{:.2f}", *ratio) : "-"; }

size_t Rounds(const std::vector<Measured>& works) {
  size_t most = 0;
  for (const Measured& m : works) {
    for (const auto& [side, costs] : m.costs) most = std::max(most, costs.size());
  }
  return most;
}

void PrintHeader(const char* what, const std::vector<Measured>& works, int64_t rows, const std::string& load) {
  fmt::print("\n{}: {} rows, medians of up to {} rounds\nbefore: {}\nafter:  {}\n", what, rows, Rounds(works), load,
             LoadAverage());
  fmt::print("Milliseconds. Ratios above 1: Parton is faster. Bars are of processor time, unless \"wall\".\n\n");
}

}  // namespace

Sides Medians(const Measured& m) {
  Sides sides;
  for (const auto& [side, costs] : m.costs) {
    std::vector<double> seconds, processor;
    for (const Cost& c : costs) {
      seconds.push_back(c.seconds);
      processor.push_back(c.processor);
    }
    sides[side] = {Median(seconds), Median(processor), costs.size()};
  }
  return sides;
}

std::string BarsMet(const Measured& m) {
  const Sides sides = Medians(m);
  std::string text;
  for (const Bar& bar : m.bars) {
    const std::optional<double> ratio = Ratio(sides, bar.side, bar.wall);
    if (!ratio) continue;
    text += fmt::format("{}{:.2f} {}{}: {:.2f} {}", text.empty() ? "" : ", ", bar.ratio, bar.side,
                        bar.wall ? " wall" : "", *ratio, *ratio >= bar.ratio ? "yes" : "NO");
  }
  return text;
}

void PrintWorks(const std::vector<Measured>& works, int64_t rows, const std::string& load) {
  PrintHeader("Works", works, rows, load);
  fmt::print("{:<30}{:<6}{:>10}{:>10}{:>10}{:>12} |{:>8}{:>8}{:>8} |{:>8}{:>8}  {}\n", "", "", "leveldb", "parton",
             "sqlite", "sqlite-json", "leveldb", "sqlite", "json", "leveldb", "sqlite", "bar: ratio met");
  fmt::print("{:<30}{:<6}{:>42} |{:>24} |{:>16}\n", "work", "pass", "processor time", "ratios of it", "by the clock");
  for (const Measured& m : works) {
    const Sides s = Medians(m);
    fmt::print("{:<30}{:<6}{:>10}{:>10}{:>10}{:>12} |{:>8}{:>8}{:>8} |{:>8}{:>8}  {}\n", m.work, m.pass,
               Cell(s, "leveldb", false), Cell(s, "parton", false), Cell(s, "sqlite", false),
               Cell(s, "sqlite-json", false), Cell(Ratio(s, "leveldb", false)), Cell(Ratio(s, "sqlite", false)),
               Cell(Ratio(s, "sqlite-json", false)), Cell(Ratio(s, "leveldb", true)), Cell(Ratio(s, "sqlite", true)),
               BarsMet(m));
  }
}

void PrintAnalytic(const std::vector<Measured>& queries, int64_t rows, const std::string& load) {
  PrintHeader("Analytic queries, 1 thread", queries, rows, load);
  fmt::print("{:<32}{:>10}{:>10}{:>10} |{:>8}{:>8}  {}\n", "processor time", "parton", "sqlite", "duckdb", "sqlite",
             "duckdb", "bar: ratio met");
  double logarithms = 0;
  int counted = 0;
  for (const Measured& m : queries) {
    const Sides s = Medians(m);
    const std::optional<double> ratio = Ratio(s, "sqlite", false);
    if (ratio) {
      logarithms += std::log(*ratio);
      ++counted;
    }
    fmt::print("{:<32}{:>10}{:>10}{:>10} |{:>8}{:>8}  {}\n", m.work, Cell(s, "parton", false), Cell(s, "sqlite", false),
               Cell(s, "duckdb", false), Cell(ratio), Cell(Ratio(s, "duckdb", false)), BarsMet(m));
  }
  if (counted == 0) return;
  const double mean = std::exp(logarithms / counted);
  fmt::print("{:<32}{:>30} |{:>8.2f}{:>8}  1.50 sqlite: {:.2f} {}\n", "geometric mean", "", mean, "", mean,
             mean >= 1.5 ? "yes" : "NO");
}

std::string ToJson(const std::vector<Measured>& works) {
  std::string json;
  for (const Measured& m : works) {
    json += fmt::format("{}{{\"work\": \"{}\", \"pass\": \"{}\"", json.empty() ? "" : ", ", m.work, m.pass);
    for (const auto& [side, s] : Medians(m)) {
      json += fmt::format(", \"{0}\": {1:.6f}, \"{0} processor\": {2:.6f}", side, s.seconds, s.processor);
    }
    json += "}";
  }
  return json;
}

}  // namespace parton::bench

// parton_bench: Parton, LevelDB by hand and SQLite on the same rows, in one process, interleaved; medians and
// ratios. Ratios are to LevelDB by hand (to SQLite where LevelDB has no counterpart): above 1 is faster.
//
// Beside the time that passes it counts the processor time of all threads, with what a side goes on doing in the
// background (compactions) after its work: the next side starts when that is over.
#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "bench/side.h"
#include "bench/write_pairs.h"

namespace parton::bench {

namespace {

struct Work {
  std::string name;
  // Runs the work once in round `round`; nullopt where the side has no counterpart.
  std::function<std::optional<uint64_t>(Side&, int round)> run;
  bool once = false;  // too long for several rounds
};

struct Cost {
  double seconds = 0;
  double processor = 0;
};

struct Measured {
  std::map<std::string, std::vector<double>> seconds;    // by side
  std::map<std::string, std::vector<double>> processor;  // by side
  bool agree = true;
};

double Median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

double ProcessorSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

void WaitForBackground() {
  constexpr auto kPause = std::chrono::milliseconds(20);
  int quiet = 0;
  for (double last = ProcessorSeconds(); quiet < 3;) {
    std::this_thread::sleep_for(kPause);
    const double now = ProcessorSeconds();
    quiet = now - last < 0.001 ? quiet + 1 : 0;
    last = now;
  }
}

Cost CostOf(const std::function<void()>& f) {
  const double processor = ProcessorSeconds();
  const auto start = std::chrono::steady_clock::now();
  f();
  Cost cost;
  cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  WaitForBackground();
  cost.processor = ProcessorSeconds() - processor;
  return cost;
}

int Main(int argc, char** argv) {
  int64_t rows = 1000000;
  int rounds = 5;
  std::string only, json_file, dir, only_side;
  bool verbose = false;
  CLI::App app{"Parton beside LevelDB by hand and SQLite: the same rows, the same work, one process."};
  app.add_option("--rows", rows, "rows of the log table")->capture_default_str();
  app.add_option("--rounds", rounds, "interleaved rounds; the median counts")->capture_default_str();
  app.add_option("--only", only, "only works whose name contains this");
  app.add_option("--side", only_side, "only this side, for profiles: leveldb, parton, sqlite, sqlite-json");
  app.add_option("--json", json_file, "write the figures to this file as JSON");
  app.add_option("--dir", dir, "where the databases are made (and removed)");
  app.add_flag("--verbose", verbose, "say on stderr what each run took");
  CLI11_PARSE(app, argc, argv);
  if (dir.empty()) dir = (std::filesystem::temp_directory_path() / "parton_bench").string();
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);

  std::vector<std::unique_ptr<Side>> sides;
  sides.push_back(MakeRawSide(dir));
  sides.push_back(MakePartonSide(dir));
  sides.push_back(MakeSqliteSide(dir, false));
  sides.push_back(MakeSqliteSide(dir, true));

  std::erase_if(sides, [&](const auto& s) { return !only_side.empty() && s->name() != only_side; });
  if (sides.empty()) {
    fmt::print(stderr, "parton_bench: there is no side {}\n", only_side);
    return 2;
  }

  const int64_t points = std::min<int64_t>(rows, 100000);
  const int64_t durable = std::min<int64_t>(rows / 10, 5000);
  std::vector<Work> works = {
      {"load", [&](Side& s, int r) { return s.Load(fmt::format("plain{}", r), rows, false); }, true},
      {"load with index", [&](Side& s, int) { return s.Load("main", rows, true); }, true},
      {"GetItem", [&](Side& s, int) { return s.PointReads(points); }},
      {"index query", [&](Side& s, int) { return s.IndexQuery(); }},
      {"pages by index", [&](Side& s, int) { return s.IndexPages(100); }},
      {"scan, SUM, 1 thread", [&](Side& s, int) { return s.ScanSum(1); }},
      {"scan, SUM, 2 threads", [&](Side& s, int) { return s.ScanSum(2); }},
      {"GROUP BY", [&](Side& s, int) { return s.GroupBy(); }},
      {"statement text", [&](Side& s, int) { return s.TextReads(points / 5); }},
      {"durable insert, 1 thread", [&](Side& s, int r) { return s.DurableInserts(durable, 1, r); }},
      {"durable insert, 8 threads", [&](Side& s, int r) { return s.DurableInserts(durable, 8, r); }},
      {"conditional update", [&](Side& s, int r) { return s.ConditionalUpdates(points / 5, r); }},
  };

  std::vector<std::pair<std::string, Measured>> results;
  for (const Work& work : works) {
    const bool setup = work.name == "load with index";
    if (!only.empty() && work.name.find(only) == std::string::npos && !setup) continue;
    Measured m;
    for (int round = 0; round < (work.once ? 1 : rounds); ++round) {
      std::optional<uint64_t> expected;
      // The order turns with the rounds, so that no side always comes after the same one.
      for (size_t i = 0; i < sides.size(); ++i) {
        Side& side = *sides[(i + static_cast<size_t>(round)) % sides.size()];
        std::optional<uint64_t> sum;
        const Cost cost = CostOf([&] { sum = work.run(side, round); });
        if (!sum) continue;
        if (verbose) {
          fmt::print(stderr, "{}: {} {:.4f} s, {:.4f} s of processors\n", work.name, side.name(), cost.seconds,
                     cost.processor);
        }
        m.seconds[side.name()].push_back(cost.seconds);
        m.processor[side.name()].push_back(cost.processor);
        if (expected && *expected != *sum) {
          m.agree = false;
          fmt::print(stderr, "{}: {} gives {}, another side {}\n", work.name, side.name(), *sum, *expected);
        }
        expected = sum;
      }
    }
    if (setup) {
      for (auto& side : sides) side->Use("main", rows);
    }
    results.emplace_back(work.name, std::move(m));
  }

  bool agree = true;
  fmt::print("{:<26}{:>11}{:>11}{:>11}{:>13}{:>12}{:>9}{:>14}{:>9}\n", "work (seconds)", "leveldb", "parton", "sqlite",
             "sqlite-json", "to leveldb", "to json", "cpu:leveldb", "to json");
  std::string json = fmt::format("{{\"rows\": {}, \"rounds\": {}, \"works\": [", rows, rounds);
  bool first = true;
  for (auto& [name, m] : results) {
    agree = agree && m.agree;
    std::map<std::string, double> median, processor;
    for (auto& [side, seconds] : m.seconds) median[side] = Median(seconds);
    for (auto& [side, seconds] : m.processor) processor[side] = Median(seconds);
    auto cell = [&](const char* side) {
      return median.contains(side) ? fmt::format("{:.4f}", median[side]) : std::string("-");
    };
    auto ratio = [](std::map<std::string, double>& of, const char* side) {
      return of.contains(side) && of.contains("parton") ? fmt::format("{:.2f}", of[side] / of["parton"])
                                                        : std::string("-");
    };
    fmt::print("{:<26}{:>11}{:>11}{:>11}{:>13}{:>12}{:>9}{:>14}{:>9}\n", name, cell("leveldb"), cell("parton"),
               cell("sqlite"), cell("sqlite-json"), ratio(median, "leveldb"), ratio(median, "sqlite-json"),
               ratio(processor, "leveldb"), ratio(processor, "sqlite-json"));
    json += fmt::format("{}{{\"work\": \"{}\"", first ? "" : ", ", name);
    for (auto& [side, seconds] : median) {
      json += fmt::format(", \"{}\": {:.6f}, \"{} processor\": {:.6f}", side, seconds, side, processor[side]);
    }
    json += "}";
    first = false;
  }
  json += "], \"pairs\": [";
  std::vector<PairFigure> pairs;
  if (only_side.empty() || only_side == "parton") pairs = RunWritePairs(dir, points / 5, rounds, only);
  if (!pairs.empty()) {
    fmt::print("\n{:<46}{:>10}{:>10}{:>9}{:>10}  {}\n", "parton beside itself (seconds)", "plain", "with", "ratio",
               "cpu ratio", "bar");
  }
  for (const PairFigure& p : pairs) {
    fmt::print("{:<46}{:>10.4f}{:>10.4f}{:>9.2f}{:>10.2f}  {}\n", p.work, p.plain, p.with, p.ratio, p.processor_ratio,
               p.bar);
    json += fmt::format(
        "{}{{\"work\": \"{}\", \"plain\": {:.6f}, \"with\": {:.6f}, \"ratio\": {:.4f}, "
        "\"processor ratio\": {:.4f}}}",
        &p == pairs.data() ? "" : ", ", p.work, p.plain, p.with, p.ratio, p.processor_ratio);
  }
  json += "]}\n";
  if (!json_file.empty()) std::ofstream(json_file) << json;
  sides.clear();
  std::filesystem::remove_all(dir);
  return agree ? 0 : 1;
}

}  // namespace

}  // namespace parton::bench

// A benchmark may die of an exception.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) { return parton::bench::Main(argc, argv); }

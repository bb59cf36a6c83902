// parton_bench: Parton, LevelDB by hand and SQLite on the same rows, in one process, in interleaved rounds. Rows are
// made beforehand; a cold pass comes right after the databases are opened, warm ones after a pass that is not counted.
// Ends with 1 if the sides do not give the same answers.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/analytic.h"
#include "bench/measure.h"
#include "bench/report.h"
#include "bench/side.h"
#include "bench/write_pairs.h"

namespace parton::bench {

namespace {

struct Flags {
  std::vector<int64_t> rows = {200000, 1200000};
  int rounds = 5;
  std::string only, side, json_file, dir;
  bool verbose = false, no_durable = false;
};

struct Work {
  std::string name;
  // Runs the work once in round `round`; nullopt where the side has no counterpart.
  std::function<std::optional<uint64_t>(Side&, int round)> run;
  std::vector<Bar> bars;                             // of the warm pass, or of the only one
  bool reads = true;                                 // has a cold pass and warm ones
  std::function<void(int round)> prepare = nullptr;  // before the clock runs
};

// All works on a table of one size.
class Bench {
 public:
  Bench(const Flags& flags, int64_t n) : flags_(flags), n_(n), rows_(MakeRows(1, n)) {
    for (auto& make :
         {+[](const std::string& d) { return MakeRawSide(d); }, +[](const std::string& d) { return MakePartonSide(d); },
          +[](const std::string& d) { return MakeSqliteSide(d, false); },
          +[](const std::string& d) { return MakeSqliteSide(d, true); }}) {
      auto side = make(flags.dir);
      if (flags.side.empty() || side->name() == flags.side) sides_.push_back(std::move(side));
    }
  }

  bool Run() {
    Loads();
    Analytic();  // before updates: DuckDB has the rows as they were made
    load_ = LoadAverage();
    for (const Work& work : Works()) {
      if (!Wanted(work.name)) continue;
      if (work.reads) {
        RunReads(work, kCacheBytes);
      } else {
        Rounds(work, work.bars, "", flags_.rounds);
      }
    }
    const size_t small = static_cast<size_t>(n_) * kBytesOfARow / 10;
    const Work outgrown{
        "GetItem, 10 times the cache", [&](Side& s, int) { return s.PointReads(points_); }, {{"leveldb", 0.9}}};
    if (Wanted(outgrown.name)) RunReads(outgrown, small);
    PrintWorks(works_, n_, load_);
    return agree_;
  }

  std::string Json() const {
    return fmt::format("{{\"rows\": {}, \"works\": [{}], \"analytic\": [{}]}}", n_, ToJson(works_), ToJson(analytic_));
  }
  const std::vector<std::unique_ptr<Side>>& sides() const { return sides_; }

 private:
  static constexpr size_t kBytesOfARow = 300;
  static constexpr const char* kTwoThreads = "scan, filter, SUM, 2 threads";

  bool Wanted(const std::string& name) const {
    return flags_.only.empty() || name.find(flags_.only) != std::string::npos;
  }

  std::vector<Work> Works() {
    std::vector<Work> works = {
        {"GetItem, prepared", [&](Side& s, int) { return s.PointReads(points_); }, {{"leveldb", 2.0}, {"sqlite", 1.5}}},
        {"covered index query", [&](Side& s, int) { return s.IndexQuery(); }, {{"sqlite", 0.8}}},
        {"pages from the first entry", [&](Side& s, int) { return s.IndexPages(100, false); }, {{"sqlite", 1.2}}},
        {"pages after a row", [&](Side& s, int) { return s.IndexPages(100, true); }, {{"sqlite", 1.2}}},
        {"covered pages after a row", [&](Side& s, int) { return s.CoveredPages(100); }, {{"sqlite", 0.8}}},
        {"scan, filter, SUM", [&](Side& s, int) { return s.ScanSum(1); }, {{"leveldb", 1.3}, {"sqlite", 0.9}}},
        {kTwoThreads, [&](Side& s, int) { return s.ScanSum(2); }, {{"1 thread", 1.8, true}}},
        {"GROUP BY", [&](Side& s, int) { return s.GroupBy(); }, {{"sqlite", 1.5}}},
        {"statement text", [&](Side& s, int) { return s.TextReads(points_ / 5); }, {{"sqlite", 4.0}}},
        {"conditional update",
         [&](Side& s, int) { return s.ConditionalUpdates(points_ / 5); },
         {{"leveldb", 1.0}, {"sqlite", 2.0}}},
    };
    const auto durable = [&](const char* name, int threads, size_t per_commit) {
      works.push_back({name,
                       [this, threads, per_commit](Side& s, int round) {
                         return s.DurableInserts(NewRows(threads, per_commit, round), threads, per_commit);
                       },
                       {{"leveldb", 1.0, true}},
                       false,
                       [this, threads, per_commit](int round) { (void)NewRows(threads, per_commit, round); }});
    };
    if (!flags_.no_durable) {
      durable("durable insert, 1 thread", 1, 1);
      durable("durable insert, 8 threads", 8, 1);
      durable("durable, 25 rows a commit", 1, 25);
    }
    return works;
  }

  // The same ones for all sides in a round, and in no other.
  const LogRows& NewRows(int threads, size_t per_commit, int round) {
    const int key = (round * 64 + threads) * 64 + static_cast<int>(per_commit);
    if (new_rows_.first != key) {
      const int64_t n = std::min<int64_t>(std::max<int64_t>(n_ / 10, 200), 5000);
      new_rows_ = {key, MakeRows(int64_t{1000000} * key, n)};
    }
    return new_rows_.second;
  }

  void Loads() {
    static constexpr std::pair<const char*, int> kLoads[] = {
        {"load", 0}, {"load with three indexes", 3}, {"load with an index", 1}};
    for (const auto& [name, indexes] : kLoads) {
      const bool main = indexes == 1;  // the table of the works after it
      if (!Wanted(name) && !main) continue;
      const int rounds = Wanted(name) ? std::min(flags_.rounds, 3) : 1;
      const auto which = [&, last = rounds - 1](int round) {
        return main && round == last ? std::string("main") : fmt::format("load{}_{}", indexes, round);
      };
      const Work work{
          name, [&, count = indexes](Side& s, int round) { return s.Load(which(round), rows_, count); }, {}};
      Rounds(work, {{"leveldb", indexes == 0 ? 0.85 : 0.9}}, "", rounds, [&](Side& s, int round) {
        if (which(round) != "main") s.Drop(which(round));
      });
    }
  }

  void RunReads(const Work& work, size_t cache_bytes) {
    const auto open = [&] {
      for (auto& side : sides_) side->Use("main", rows_, cache_bytes);
      WaitForBackground();
    };
    for (int round = 0; round < flags_.rounds; ++round) {
      open();
      Rounds(work, {}, "cold", 1);
    }
    for (auto& side : sides_) work.run(*side, 0);
    WaitForBackground();
    Rounds(work, work.bars, "warm", flags_.rounds);
    if (work.name == kTwoThreads) {
      // Beside itself with one, in the same minutes.
      for (int round = 0; round < flags_.rounds; ++round) {
        for (auto& side : sides_) {
          if (side->name() == "parton") works_.back().costs["1 thread"].push_back(CostOf([&] { side->ScanSum(1); }));
        }
      }
    }
  }

  // Adds what the rounds take to the work's pass. `after` is not counted.
  void Rounds(const Work& work, const std::vector<Bar>& bars, const char* pass, int rounds,
              const std::function<void(Side&, int)>& after = nullptr) {
    if (works_.empty() || works_.back().work != work.name || works_.back().pass != pass) {
      works_.push_back({work.name, pass, bars, {}});
    }
    Measured& m = works_.back();
    const size_t turn = m.costs.empty() ? 0 : m.costs.begin()->second.size();
    for (int round = 0; round < rounds; ++round) {
      std::optional<uint64_t> expected;
      // The order turns with the rounds, so that no side always comes after the same one.
      for (size_t i = 0; i < sides_.size(); ++i) {
        Side& side = *sides_[(i + turn + static_cast<size_t>(round)) % sides_.size()];
        std::optional<uint64_t> sum;
        if (work.prepare) work.prepare(round);
        const Cost cost = CostOf([&] { sum = work.run(side, round); });
        if (after) after(side, round);
        if (!sum) continue;
        Say(work.name, side.name(), cost);
        m.costs[side.name()].push_back(cost);
        if (expected && *expected != *sum) {
          agree_ = false;
          fmt::print(stderr, "{}: {} gives {}, another side {}\n", work.name, side.name(), *sum, *expected);
        }
        expected = sum;
      }
    }
  }

  void Analytic() {
    std::vector<Side*> asked;
    if (!Wanted("analytic")) return;
    const std::string load = LoadAverage();
    for (auto& side : sides_) {
      side->Use("main", rows_, kCacheBytes);
      if (side->AddDimensions()) asked.push_back(side.get());
    }
    if (asked.empty()) return;
    const std::vector<OutsideAnswer> duckdb = AskDuckDb(rows_, flags_.rounds, flags_.dir);
    for (size_t q = 0; q < AnalyticQueries().size(); ++q) {
      const AnalyticQuery& query = AnalyticQueries()[q];
      Measured m{query.name, "warm", {{"sqlite", 0.9}}, {}};
      const std::vector<std::string> expected = asked[0]->Query(query.text);
      const auto agrees = [&](const std::string& side, const std::vector<std::string>& rows) {
        if (rows == expected) return;
        agree_ = false;
        fmt::print(stderr, "{}: {} gives another answer than {}\n", query.name, side, asked[0]->name());
      };
      for (size_t i = 1; i < asked.size(); ++i) agrees(asked[i]->name(), asked[i]->Query(query.text));
      for (size_t round = 0; round < static_cast<size_t>(flags_.rounds); ++round) {
        for (size_t i = 0; i < asked.size(); ++i) {
          Side& side = *asked[(i + round) % asked.size()];
          m.costs[side.name()].push_back(CostOf([&] { side.Query(query.text); }));
          Say(query.name, side.name(), m.costs[side.name()].back());
        }
      }
      if (q < duckdb.size()) {
        m.costs["duckdb"] = duckdb[q].costs;
        agrees("duckdb", duckdb[q].rows);
      }
      analytic_.push_back(std::move(m));
    }
    PrintAnalytic(analytic_, n_, load);
  }

  void Say(const std::string& work, const std::string& side, const Cost& cost) const {
    if (!flags_.verbose) return;
    fmt::print(stderr, "{}: {} {:.4f} s, {:.4f} s of processors\n", work, side, cost.seconds, cost.processor);
  }

  const Flags& flags_;
  const int64_t n_;
  const int64_t points_ = std::min<int64_t>(n_, 100000);
  const LogRows rows_;
  std::pair<int, LogRows> new_rows_{-1, {}};
  std::vector<std::unique_ptr<Side>> sides_;
  std::vector<Measured> works_, analytic_;
  std::string load_;
  bool agree_ = true;
};

std::string Pairs(const Flags& flags) {
  if (!flags.side.empty() && flags.side != "parton") return "";
  const int64_t count = std::min<int64_t>(flags.rows[0], 100000) / 5;
  const std::vector<PairFigure> pairs = RunWritePairs(flags.dir, count, flags.rounds, flags.only);
  if (pairs.empty()) return "";
  fmt::print("\n{}\n{:<46}{:>10}{:>10}{:>9}{:>10}  {}\n", LoadAverage(), "parton beside itself (seconds)", "plain",
             "with", "ratio", "cpu ratio", "bar");
  std::string json;
  for (const PairFigure& p : pairs) {
    fmt::print("{:<46}{:>10.4f}{:>10.4f}{:>9.2f}{:>10.2f}  {}\n", p.work, p.plain, p.with, p.ratio, p.processor_ratio,
               p.bar);
    json += fmt::format(
        "{}{{\"work\": \"{}\", \"plain\": {:.6f}, \"with\": {:.6f}, \"ratio\": {:.4f}, \"processor ratio\": {:.4f}}}",
        json.empty() ? "" : ", ", p.work, p.plain, p.with, p.ratio, p.processor_ratio);
  }
  return json;
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Parton beside LevelDB by hand and SQLite: the same rows, the same work, one process."};
  app.add_option("--rows", flags.rows, "sizes of the log table, as in 200000,1200000")
      ->delimiter(',')
      ->check(CLI::Range(int64_t{100}, int64_t{100000000}))
      ->capture_default_str();
  app.add_option("--rounds", flags.rounds, "interleaved rounds, an odd number; the median counts")
      ->check(CLI::Range(1, 999))
      ->capture_default_str();
  app.add_option("--only", flags.only, "only works whose name contains this (\"analytic\": the ten queries)");
  app.add_option("--side", flags.side, "only this side, for profiles: leveldb, parton, sqlite, sqlite-json");
  app.add_option("--json", flags.json_file, "write the figures to this file as JSON");
  app.add_option("--dir", flags.dir, "where the databases are made (and removed)");
  app.add_flag("--no-durable", flags.no_durable, "leave out the works that sync");
  app.add_flag("--verbose", flags.verbose, "say on stderr what each run took");
  CLI11_PARSE(app, argc, argv);
  if (flags.rounds % 2 == 0) {
    fmt::print(stderr, "parton_bench: --rounds must be odd, for a true median\n");
    return 2;
  }
  if (flags.dir.empty()) flags.dir = (std::filesystem::temp_directory_path() / "parton_bench").string();

  bool agree = true;
  std::string sizes;
  for (const int64_t n : flags.rows) {
    std::filesystem::remove_all(flags.dir);
    std::filesystem::create_directories(flags.dir);
    Bench bench(flags, n);
    if (bench.sides().empty()) {
      fmt::print(stderr, "parton_bench: there is no side {}\n", flags.side);
      return 2;
    }
    agree = bench.Run() && agree;
    sizes += (sizes.empty() ? "" : ", ") + bench.Json();
  }
  std::string pairs;
  if (!flags.no_durable) pairs = Pairs(flags);
  if (!flags.json_file.empty()) {
    std::ofstream(flags.json_file) << fmt::format("{{\"rounds\": {}, \"sizes\": [{}], \"pairs\": [{}]}}\n",
                                                  flags.rounds, sizes, pairs);
  }
  std::filesystem::remove_all(flags.dir);
  return agree ? 0 : 1;
}

}  // namespace

}  // namespace parton::bench

// A benchmark may die of an exception.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) { return parton::bench::Main(argc, argv); }

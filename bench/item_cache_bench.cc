// What the cache of items brings: the same works with it and without, in one process, in turns.
//
//   item_cache_bench [ROWS] [ROUNDS] [on|off]    100000 rows, 5 rounds of each; the last word: only that side, for
//                                                callgrind
//
// Prints nanoseconds of processor time an operation (medians), and how often the cache is faster.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/log_rows.h"
#include "bench/parton_items.h"
#include "parton/database.h"

namespace parton::bench {
namespace {

double ProcessorNanos() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

struct Work {
  const char* name;
  int operations;
  std::function<void(int)> run;  // so many
};

double Median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

int Main(int argc, char** argv) {
  const int rows = argc > 1 ? std::atoi(argv[1]) : 100000;
  const int rounds = (argc > 2 ? std::atoi(argv[2]) : 5) | 1;
  const std::string only = argc > 3 ? argv[3] : "";
  Options options;
  options.durable = false;
  options.threads = 1;
  options.background = false;
  const auto db = Need(Database::Open(":memory:", options));
  const auto c = db->Connect();
  Check(
      c->ExecuteScript("CREATE TABLE log (requestid NUMBER, shard NUMBER, PRIMARY KEY (requestid), "
                       "GLOBAL INDEX by_shard (shard, requestid) PROJECT KEYS ONLY)"));
  for (int i = 1; i <= rows;) {
    std::vector<Value> items;
    for (int k = 0; k < 1000 && i <= rows; ++k, ++i) items.push_back(ToItem(MakeRow(i)));
    Finish(Need(c->Execute("INSERT INTO log SELECT VALUE r FROM ? AS r", {Value::Bag(std::move(items))})).get());
  }
  // Else the pages may be read by the primary key, which needs no items of their own.
  Finish(Need(c->Execute("ANALYZE log")).get());

  std::minstd_rand random(1);
  const auto get = Need(c->Prepare("SELECT * FROM log WHERE requestid = ?"));
  const auto text = [&](int id) { return "SELECT * FROM log WHERE requestid = " + std::to_string(id); };
  const auto update = Need(c->Prepare("UPDATE log SET bytessent = ? WHERE requestid = ? AND bytessent >= 0"));
  const auto page =
      Need(c->Prepare("SELECT * FROM log WHERE shard = ? AND requestid > ? ORDER BY requestid LIMIT 100"));
  const auto any = [&] { return static_cast<int64_t>(random() % static_cast<unsigned>(rows)) + 1; };
  const Work works[] = {
      {"GetItem, prepared", 20000,
       [&](int n) {
         while (n-- > 0) Finish(Need(get->Execute({any()})));
       }},
      {"GetItem, text", 5000,
       [&](int n) {
         while (n-- > 0) Finish(Need(c->Execute(text(static_cast<int>(any())))).get());
       }},
      {"page of 100 by index", 200,
       [&](int n) {
         while (n-- > 0) Finish(Need(page->Execute({any() % 10 + 1, any()})));
       }},
      {"conditional update", 5000,
       [&](int n) {
         while (n-- > 0) Finish(Need(update->Execute({any(), any()})));
       }},
  };
  std::printf("%d rows, %d rounds\n%-24s %10s %10s %7s\n", rows, rounds, "", "without", "with", "ratio");
  for (const Work& work : works) {
    std::vector<double> times[2];
    for (int round = 0; round < rounds; ++round) {
      for (const bool on : {false, true}) {
        if (!only.empty() && on != (only == "on")) continue;
        Check(c->Set("item_cache", Value::String(on ? "256MB" : "0")));
        // Every item is read once, so that it is there.
        for (int64_t id = 1; on && id <= rows; ++id) Finish(Need(get->Execute({id})));
        const double start = ProcessorNanos();
        work.run(work.operations);
        times[on ? 1 : 0].push_back((ProcessorNanos() - start) / work.operations);
      }
    }
    if (!only.empty()) {
      std::printf("%-24s %10.0f\n", work.name, Median(times[only == "on" ? 1 : 0]));
      continue;
    }
    const double without = Median(times[0]), with = Median(times[1]);
    std::printf("%-24s %10.0f %10.0f %7.2f\n", work.name, without, with, without / with);
  }
  return 0;
}

}  // namespace
}  // namespace parton::bench

int main(int argc, char** argv) { return parton::bench::Main(argc, argv); }

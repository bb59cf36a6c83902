// What was measured, as tables with the bars, and as JSON.
#ifndef PARTON_BENCH_REPORT_H_
#define PARTON_BENCH_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "bench/measure.h"

namespace parton::bench {

// What is asked of a work: a side's time over Parton's. Of processor time, unless `wall`.
struct Bar {
  std::string side;
  double ratio = 0;
  bool wall = false;
};

struct Measured {
  std::string work;
  std::string pass;  // "cold", "warm" or nothing
  std::vector<Bar> bars;
  std::map<std::string, std::vector<Cost>> costs;  // by side
};

struct BySide {
  double seconds = 0;  // medians
  double processor = 0;
  size_t rounds = 0;
};
std::map<std::string, BySide> Medians(const Measured& m);

// "2.0 leveldb: 1.93 no, 1.5 sqlite: 1.61 yes".
std::string BarsMet(const Measured& m);

// A table of all works on `rows` rows; `load`: the load average when they began.
void PrintWorks(const std::vector<Measured>& works, int64_t rows, const std::string& load);
// The same of the analytic queries, with the geometric mean.
void PrintAnalytic(const std::vector<Measured>& queries, int64_t rows, const std::string& load);

// {"work": ..., "pass": ..., "parton": seconds, "parton processor": seconds, ...}, with commas between.
std::string ToJson(const std::vector<Measured>& works);

}  // namespace parton::bench

#endif  // PARTON_BENCH_REPORT_H_

// Works that compare Parton with itself: what a transaction, a change feed and a trigger add to a plain write.
#ifndef PARTON_BENCH_WRITE_PAIRS_H_
#define PARTON_BENCH_WRITE_PAIRS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace parton::bench {

struct PairFigure {
  std::string work;
  std::string bar;   // "at most 1.30"
  double plain = 0;  // seconds, median over the rounds
  double with = 0;
  double ratio = 0;            // as the bar has it
  double processor_ratio = 0;  // the same of processor time, which other programs disturb less
};

// Interleaved rounds of `count` writes each on a table of `count` rows, in databases under `directory`. `only`: works
// whose name contains it.
std::vector<PairFigure> RunWritePairs(const std::string& directory, int64_t count, int rounds, const std::string& only);

}  // namespace parton::bench

#endif  // PARTON_BENCH_WRITE_PAIRS_H_

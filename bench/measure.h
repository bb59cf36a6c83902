// What a piece of work takes: by the clock, and of the processors.
#ifndef PARTON_BENCH_MEASURE_H_
#define PARTON_BENCH_MEASURE_H_

#include <functional>
#include <string>
#include <vector>

namespace parton::bench {

struct Cost {
  double seconds = 0;
  double processor = 0;  // seconds of all threads, with what goes on in the background after the work
};

// Processor time of all threads so far.
double ProcessorSeconds();
// Until no thread has anything to do.
void WaitForBackground();
// What `f` takes. Ends when the background is quiet.
Cost CostOf(const std::function<void()>& f);

// Of an even number the mean of the two in the middle; of none 0.
double Median(std::vector<double> v);

// "load average 0.52 (1 min), 0.48 (5 min)": how far times by the clock can be trusted.
std::string LoadAverage();

}  // namespace parton::bench

#endif  // PARTON_BENCH_MEASURE_H_

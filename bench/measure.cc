#include "bench/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <thread>

namespace parton::bench {

double ProcessorSeconds() {
  timespec t{};
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

double Median(std::vector<double> v) {
  if (v.empty()) return 0;
  std::sort(v.begin(), v.end());
  const size_t half = v.size() / 2;
  return v.size() % 2 == 1 ? v[half] : (v[half - 1] + v[half]) / 2;
}

std::string LoadAverage() {
  double load[2] = {};
  if (getloadavg(load, 2) != 2) return "load average unknown";
  return fmt::format("load average {:.2f} (1 min), {:.2f} (5 min)", load[0], load[1]);
}

}  // namespace parton::bench

// Keeps work at a rate: so many units of capacity a second.
#ifndef PARTON_STORAGE_PACE_H_
#define PARTON_STORAGE_PACE_H_

#include <chrono>

namespace parton {

// Threads: one.
class Pace {
 public:
  explicit Pace(double units_per_second) : rate_(units_per_second) {}

  // Says what was consumed, and waits until the rate allows to go on. One second's worth may be consumed at once.
  // Throws StatementError if the statement is cancelled meanwhile.
  void Spend(double units);
  double rate() const { return rate_; }

 private:
  using Clock = std::chrono::steady_clock;

  const double rate_;
  Clock::time_point due_;  // when all that was consumed is allowed
};

}  // namespace parton

#endif  // PARTON_STORAGE_PACE_H_

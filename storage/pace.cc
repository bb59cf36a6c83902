#include "storage/pace.h"

#include <algorithm>
#include <thread>

#include "types/status/bounds.h"

namespace parton {

void Pace::Spend(double units) {
  if (rate_ <= 0 || units <= 0) return;
  const Clock::time_point now = Clock::now();
  const auto takes = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(units / rate_));
  due_ = std::max(due_, now - std::chrono::seconds(1)) + takes;
  for (;;) {
    CheckPoint();
    const auto left = due_ - Clock::now();
    if (left <= Clock::duration::zero()) return;
    std::this_thread::sleep_for(std::min<Clock::duration>(left, std::chrono::milliseconds(20)));
  }
}

}  // namespace parton

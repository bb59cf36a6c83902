#include "shell/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "shell/render/output.h"
#include "shell/render/terminal_text.h"

namespace parton::shell {

namespace {

std::string Short(double n) {
  if (n >= 1e9) return fmt::format("{:.1f}G", n / 1e9);
  if (n >= 1e6) return fmt::format("{:.1f}M", n / 1e6);
  if (n >= 1e4) return fmt::format("{:.0f}k", n / 1e3);
  return fmt::format("{:.0f}", n);
}

}  // namespace

std::string ProgressText(uint64_t done, uint64_t total, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const std::string counts = fmt::format("{} items, {}/s", Short(static_cast<double>(done)), Short(rate));
  // The total is an estimate: when there was more, it says nothing any more.
  if (total == 0 || done > total) return counts;
  const double part = static_cast<double>(done) / static_cast<double>(total);
  const std::string left =
      rate > 0 && done < total ? fmt::format(", {:.0f} s left", static_cast<double>(total - done) / rate) : "";
  return fmt::format("{:3.0f} %  {}{}", part * 100, counts, left);
}

void Progress::Update(uint64_t done, uint64_t total) {
  done_ = done;
  if (!enabled_) return;
  const auto now = Clock::now();
  const MutexLock lock(mutex_);
  if (now - start_ < std::chrono::seconds(1) || now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string line = ProgressText(done, total, seconds) + "  (Ctrl-C cancels)";
  fmt::print(stderr, "\r\033[K{}", Truncate(Printable(line), std::max(1, GetTerminalSize().columns - 1)));
  std::fflush(stderr);
  visible_ = true;
}

void Progress::Clear() {
  const MutexLock lock(mutex_);
  if (!visible_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace parton::shell

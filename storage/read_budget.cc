#include "storage/read_budget.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <optional>
#include <utility>

#include "parton/status.h"
#include "types/status/bounds.h"
#include "types/sync/mutex.h"

namespace parton {

namespace {

struct Account {
  const ReadBudget* owner = nullptr;
  double most = 0;
  double spent = 0;
};

struct Accounts {
  Mutex mutex;
  std::map<const StatementBounds*, Account> of GUARDED_BY(mutex);
  // Most statements have none, which is to cost nothing.
  std::atomic<size_t> count{0};
};

Accounts& All() {
  static auto* all = new Accounts;
  return *all;
}

std::string Hint() { return "SET max_read_units = n allows more, 0 any number; EXPLAIN shows what a statement reads"; }

}  // namespace

ReadBudget::ReadBudget(const StatementBounds* bounds, double units) : bounds_(bounds) {
  Accounts& all = All();
  const MutexLock lock(all.mutex);
  all.of[bounds] = Account{this, units, 0};
  all.count.store(all.of.size(), std::memory_order_relaxed);
}

ReadBudget::~ReadBudget() {
  Accounts& all = All();
  const MutexLock lock(all.mutex);
  const auto found = all.of.find(bounds_);
  if (found != all.of.end() && found->second.owner == this) all.of.erase(found);
  all.count.store(all.of.size(), std::memory_order_relaxed);
}

void ReadBudget::Spend(double units) {
  Accounts& all = All();
  if (units <= 0 || all.count.load(std::memory_order_relaxed) == 0) return;
  double most = 0, spent = 0;
  {
    const MutexLock lock(all.mutex);
    const auto found = all.of.find(CurrentBounds());
    if (found == all.of.end()) return;
    most = found->second.most;
    spent = found->second.spent += units;
  }
  if (spent <= most) return;
  throw StatementError(Status(StatusCode::kLimitExceeded,
                              fmt::format("the statement has consumed {} read units, and may consume {}", spent, most))
                           .WithHint(Hint()));
}

void ReadBudget::Expect(double units, const std::string& what) {
  Accounts& all = All();
  if (all.count.load(std::memory_order_relaxed) == 0) return;
  double left = 0;
  {
    const MutexLock lock(all.mutex);
    const auto found = all.of.find(CurrentBounds());
    if (found == all.of.end()) return;
    left = found->second.most - found->second.spent;
  }
  if (units <= left) return;
  throw StatementError(
      Status(StatusCode::kLimitExceeded,
             fmt::format("{} is likely to consume {:.0f} read units, and the statement may consume {} more", what,
                         units, left))
          .WithHint(Hint()));
}

}  // namespace parton

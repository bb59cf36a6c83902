// SET max_read_units: what a statement may read from an engine that counts units. The store adds what its answers say;
// the statement is known by its bounds, so all of its threads draw on the same budget.
#ifndef PARTON_STORAGE_READ_BUDGET_H_
#define PARTON_STORAGE_READ_BUDGET_H_

#include <string>

namespace parton {

class StatementBounds;

// In force while it lives. Threads: any, but for the two ends of its life.
class ReadBudget {
 public:
  // For what runs in these bounds; the newest one of several counts.
  ReadBudget(const StatementBounds* bounds, double units);
  ~ReadBudget();
  ReadBudget(const ReadBudget&) = delete;
  ReadBudget& operator=(const ReadBudget&) = delete;

  // For stores, on a thread of the statement. Throws StatementError (kLimitExceeded) if that was more than is left.
  static void Spend(double units);
  // The same before a read that is likely to take `units`: throws if that is too much, but takes nothing.
  static void Expect(double units, const std::string& what);

 private:
  const StatementBounds* const bounds_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_READ_BUDGET_H_

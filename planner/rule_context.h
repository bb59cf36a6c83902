// What is known while one plan is made.
#ifndef PARTON_PLANNER_RULE_CONTEXT_H_
#define PARTON_PLANNER_RULE_CONTEXT_H_

#include <string>
#include <vector>

#include "planner/settings.h"
#include "storage/table_store.h"

namespace parton {

// Outlived by what it points to. Threads: of the thread that plans.
struct RuleContext {
  TableStore* store = nullptr;  // null: no tables
  const Settings* settings = nullptr;
  // Slots of enclosing queries and rows, which the plan may read.
  std::vector<int> outer_slots;
  // Slots whose values are the result: all of an item in one of them is needed.
  std::vector<int> result_slots;
  // False inside of the expressions of another plan.
  bool outermost = true;
  // False inside correlated subqueries, which run once per row.
  bool parallel = true;
  // The slots of the statement, for rules that need new ones; null: they do without.
  int* slot_count = nullptr;
  // Set where a parameter's value would have decided something; null: nobody asks.
  bool* depends_on_values = nullptr;
  // Filled by the rules: "scans the whole table t", ...
  std::vector<std::string>* notices = nullptr;
};

}  // namespace parton

#endif  // PARTON_PLANNER_RULE_CONTEXT_H_

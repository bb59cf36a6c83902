// The order of ORDER BY.
#ifndef PARTON_EXECUTOR_OPERATORS_SORT_ORDER_H_
#define PARTON_EXECUTOR_OPERATORS_SORT_ORDER_H_

#include <vector>

#include "parton/value.h"
#include "planner/plan/plan.h"
#include "types/value/value_compare.h"

namespace parton {

// Negative, zero, positive. `a` and `b` hold a value per key. PartiQL's total order (specification section
// 12.2), reversed by DESC; absent values go where NULLS says.
inline int CompareSortKeys(const std::vector<SortKey>& keys, const Value* a, const Value* b) {
  for (size_t i = 0; i < keys.size(); ++i) {
    const bool a_absent = a[i].is_absent(), b_absent = b[i].is_absent();
    if (a_absent || b_absent) {
      if (a_absent && b_absent) continue;
      return a_absent == keys[i].nulls_first ? -1 : 1;
    }
    const int c = TotalOrder(a[i], b[i]);
    if (c != 0) return keys[i].descending ? -c : c;
  }
  return 0;
}

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_SORT_ORDER_H_

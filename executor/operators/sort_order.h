// The order of ORDER BY.
#ifndef PARTON_EXECUTOR_OPERATORS_SORT_ORDER_H_
#define PARTON_EXECUTOR_OPERATORS_SORT_ORDER_H_

#include <vector>

#include "parton/value.h"
#include "planner/plan/plan.h"
#include "types/value/value_compare.h"

namespace parton {

// Negative, zero, positive. PartiQL's total order (specification section 12.2), reversed by DESC; absent values go
// where NULLS says.
inline int CompareSortKey(const SortKey& key, const Value& a, const Value& b) {
  const bool a_absent = a.is_absent(), b_absent = b.is_absent();
  if (a_absent || b_absent) {
    if (a_absent && b_absent) return 0;
    return a_absent == key.nulls_first ? -1 : 1;
  }
  const int c = TotalOrder(a, b);
  return key.descending ? -c : c;
}

// The same for rows of keys, a value per key.
inline int CompareSortKeys(const std::vector<SortKey>& keys, const Value* a, const Value* b) {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (const int c = CompareSortKey(keys[i], a[i], b[i]); c != 0) return c;
  }
  return 0;
}

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_SORT_ORDER_H_

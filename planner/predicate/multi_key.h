// What the terms of a filter say about an index whose partition or sort key has several attributes.
#ifndef PARTON_PLANNER_PREDICATE_MULTI_KEY_H_
#define PARTON_PLANNER_PREDICATE_MULTI_KEY_H_

#include <cstddef>
#include <vector>

#include "planner/plan/plan.h"
#include "planner/settings.h"
#include "types/schema/schema.h"

namespace parton {

struct MultiKeyReading {
  bool never = false;  // no item meets the conjunction
  // A range for each combination of the values; the first value is its `hash`, the others are fixed values of bounds on
  // rows. Empty: not every attribute of the partition key has values that are known.
  std::vector<AccessRange> ranges;
  std::vector<ExprPtr> proven;  // terms that the ranges show
  size_t fixed = 0;             // so many attributes have one value in each range
  AccessRange bounds;           // on the attribute behind them
};

// `key`: of several attributes in a part. From left to right: values, then bounds on the first sort attribute without
// them. At most `most` combinations of values.
MultiKeyReading ReadMultiKey(const std::vector<ExprPtr>& terms, int slot, const KeySchema& key,
                             const Settings& settings, size_t most);

// The same of a disjunction among the terms whose every branch fixes the partition key: the union of the branches'
// ranges.
MultiKeyReading ReadMultiKeyBranches(const std::vector<ExprPtr>& terms, int slot, const KeySchema& key,
                                     const Settings& settings, size_t most);

}  // namespace parton

#endif  // PARTON_PLANNER_PREDICATE_MULTI_KEY_H_

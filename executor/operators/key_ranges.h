// Key bounds of an access at run time: expressions become values, values become intervals of the key order.
#ifndef PARTON_EXECUTOR_OPERATORS_KEY_RANGES_H_
#define PARTON_EXECUTOR_OPERATORS_KEY_RANGES_H_

#include <optional>
#include <vector>

#include "executor/execution.h"
#include "planner/plan/plan.h"
#include "storage/table_store.h"

namespace parton {

// `v` as a key of that type that `=` finds; nullopt if no stored key can equal it (absent, of another type, NaN,
// out of a stored number's range, an empty string).
std::optional<Value> ToKeyValue(const Value& v, KeyType type);

// Negative, zero, positive: the key order of two key values of one type.
int CompareKeys(const Value& a, const Value& b);

// The smallest string or binary greater than all that begin with `prefix`; nullopt if there is none.
std::optional<Value> PrefixEnd(const Value& prefix);

// The ranges of kScan, kRangeScan and kQuery: in the order of their rows (key order, or its reverse), disjoint, so
// that each item comes once. May be empty. False: failed.
bool ResolveRanges(const Plan::Access& node, ExecutionContext& ctx, std::vector<KeyRange>* out);

// The keys of kGetItem and kBatchGet, distinct, in key order or its reverse.
bool ResolveKeys(const Plan::Access& node, ExecutionContext& ctx, std::vector<Key>* out);

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_KEY_RANGES_H_

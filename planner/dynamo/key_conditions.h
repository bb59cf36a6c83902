// What the dynamodb dialect asks of key conditions and ORDER BY: these need the schema, and the syntax is checked
// before.
#ifndef PARTON_PLANNER_DYNAMO_KEY_CONDITIONS_H_
#define PARTON_PLANNER_DYNAMO_KEY_CONDITIONS_H_

#include <vector>

#include "parton/status.h"
#include "planner/plan/plan.h"

namespace parton {

// Conditions on `key` of the items in `slot`. Errors: a constant of another type than the key's, too many reads, or
// reads that overlap.
// *wrong_type, unless null, is set where it is the first.
Status CheckDynamoKeys(const Expr& predicate, int slot, const KeySchema& key, bool* wrong_type);
// The same for the rows of a query, if they are a filtered table or index.
Status CheckDynamoRead(const PlanPtr& rows, bool* wrong_type);
// Error: an order that no Query can give.
Status CheckDynamoOrder(const std::vector<SortKey>& keys, const PlanPtr& rows);

}  // namespace parton

#endif  // PARTON_PLANNER_DYNAMO_KEY_CONDITIONS_H_

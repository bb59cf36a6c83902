// DynamoDB's parameters from before expressions (Expected, AttributeUpdates, KeyConditions, QueryFilter, ScanFilter) as
// the same bound expressions.
#ifndef PARTON_PLANNER_DYNAMO_LEGACY_CONDITIONS_H_
#define PARTON_PLANNER_DYNAMO_LEGACY_CONDITIONS_H_

#include <vector>

#include "parton/items.h"
#include "planner/dynamo/expression_binder.h"

namespace parton {

// What DynamoDB asks of conditions before it looks at the table: operands in number and type.
Status CheckLegacyConditions(const std::vector<LegacyCondition>& conditions, bool expected);
Status CheckLegacyUpdates(const std::vector<LegacyUpdate>& updates);

// REQUIRES of the following: the checks above passed.

// All of them, or with `any` at least one. Null: there is none.
ExprPtr BindLegacyConditions(const std::vector<LegacyCondition>& conditions, bool any);
std::vector<UpdateAction> BindLegacyUpdates(const std::vector<LegacyUpdate>& updates);
// Errors: more than two conditions, or operators that no key can be searched by.
Result<std::vector<KeyCondition>> BindLegacyKeyConditions(const std::vector<LegacyCondition>& conditions);

}  // namespace parton

#endif  // PARTON_PLANNER_DYNAMO_LEGACY_CONDITIONS_H_

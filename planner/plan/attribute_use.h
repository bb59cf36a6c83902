// Which attributes of a table's items a plan reads: what an index must hold to take the table's place.
#ifndef PARTON_PLANNER_PLAN_ATTRIBUTE_USE_H_
#define PARTON_PLANNER_PLAN_ATTRIBUTE_USE_H_

#include <map>
#include <set>
#include <string>

#include "planner/plan/plan.h"

namespace parton {

struct AttributeUse {
  bool whole = false;           // the item itself is used
  std::set<std::string> names;  // top-level attributes read by name
};

// By slot: how the plan, with the queries inside its expressions, uses the values in its slots.
std::map<int, AttributeUse> CollectAttributeUses(const Plan& plan);

}  // namespace parton

#endif  // PARTON_PLANNER_PLAN_ATTRIBUTE_USE_H_

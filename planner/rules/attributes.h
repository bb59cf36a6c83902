// Which attributes of a table's items a query reads: what an index must hold to take the table's
// place.
#ifndef PARTON_PLANNER_RULES_ATTRIBUTES_H_
#define PARTON_PLANNER_RULES_ATTRIBUTES_H_

#include <set>
#include <string>

#include "planner/plan/plan.h"

namespace parton {

struct AttributeUse {
  bool whole = false;           // the item itself is used
  std::set<std::string> names;  // top-level attributes read by name
};

// How the plan, with the queries inside its expressions, uses the items in `slot`.
AttributeUse CollectAttributes(const Plan& plan, int slot);

// The query with `attributes` and `whole_item` of every Access in it set, subqueries included.
QueryPtr WithAttributes(const QueryPtr& query);
// The same for a plan whose rows are used as a whole in `slot` (-1: in none).
PlanPtr WithAttributes(const PlanPtr& plan, int slot);

}  // namespace parton

#endif  // PARTON_PLANNER_RULES_ATTRIBUTES_H_

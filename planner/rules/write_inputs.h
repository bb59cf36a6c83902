// What a write needs of other tables, and of queries in its expressions, is computed before it is written.
#ifndef PARTON_PLANNER_RULES_WRITE_INPUTS_H_
#define PARTON_PLANNER_RULES_WRITE_INPUTS_H_

#include "planner/plan/plan.h"

namespace parton {

// Moves the subqueries of an UPDATE's or DELETE's values and WHERE out of `condition` and `actions` into `target` and
// `again`: fills WritePlan::inputs, premises and again. Before the rules, which then see all of them. New slots are
// counted in *slot_count.
void MoveSubqueries(WritePlan* write, int* slot_count);

}  // namespace parton

#endif  // PARTON_PLANNER_RULES_WRITE_INPUTS_H_

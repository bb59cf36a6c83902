// Names to slots: an ast::Statement becomes a logical plan.
//
// The plan reads tables by whole scans with filters above them; the rules (planner/rules/rules.h) turn
// those into key and index accesses. Subqueries share the statement's frame: every slot number is
// given out once.
#ifndef PARTON_PLANNER_BINDER_BINDER_H_
#define PARTON_PLANNER_BINDER_BINDER_H_

#include <memory>
#include <string>
#include <vector>

#include "parser/ast.h"
#include "parton/status.h"
#include "planner/planner.h"

namespace parton {

// Errors: as PlanStatement's, but for those that need an access path (SET scan = deny).
Result<PlannedStatement> BindStatement(const std::shared_ptr<const ast::Statement>& statement,
                                       const PlannerInput& input);

// A query of a statement that is no query itself: COPY (query) TO. `statement` owns `query`.
Result<PlannedStatement> BindQuery(const ast::Query& query, const ast::Statement& statement, const PlannerInput& input);

// Functions that stand in FROM only: csv, json, ...; lower case.
const std::vector<std::string>& TableFunctions();

}  // namespace parton

#endif  // PARTON_PLANNER_BINDER_BINDER_H_

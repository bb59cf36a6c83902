// SET dialect = dynamodb: what ExecuteStatement does not have is refused, in DynamoDB's words.
#ifndef PARTON_PLANNER_DYNAMO_DIALECT_H_
#define PARTON_PLANNER_DYNAMO_DIALECT_H_

#include "parser/ast.h"
#include "parton/status.h"

namespace parton {

// Decided from the syntax alone, before any table is looked up. Statements that are no data
// manipulation (DDL, SET, SHOW, transactions) are Parton's own and pass.
Status CheckDynamoDialect(const ast::Statement& statement);

}  // namespace parton

#endif  // PARTON_PLANNER_DYNAMO_DIALECT_H_

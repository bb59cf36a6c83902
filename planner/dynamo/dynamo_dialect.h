// SET dialect = dynamodb: refuses statements that ExecuteStatement does not take, in DynamoDB's words.
#ifndef PARTON_PLANNER_DYNAMO_DYNAMO_DIALECT_H_
#define PARTON_PLANNER_DYNAMO_DYNAMO_DIALECT_H_

#include <string_view>

#include "parser/ast.h"
#include "parton/status.h"

namespace parton {

// Decided from the syntax alone, before any table is looked up. Statements that are no data
// manipulation (DDL, SET, SHOW, transactions) are Parton's own and pass.
Status CheckDynamoDialect(const ast::Statement& statement);

// A syntax error of `text` in DynamoDB's words; our own message goes into the hint. Errors in Parton's own statements
// stay as they are.
Status InDynamoWords(Status error, std::string_view text);

}  // namespace parton

#endif  // PARTON_PLANNER_DYNAMO_DYNAMO_DIALECT_H_

// DynamoDB's expressions, checked (planner/dynamo/expression_check.h), as what plans and writes are made of.
#ifndef PARTON_PLANNER_DYNAMO_EXPRESSION_BINDER_H_
#define PARTON_PLANNER_DYNAMO_EXPRESSION_BINDER_H_

#include <string>
#include <vector>

#include "planner/dynamo/expression_check.h"
#include "storage/table_store.h"
#include "types/expr/expr.h"

namespace parton {

// A condition on one key attribute: what a key condition expression is made of.
struct KeyCondition {
  enum class Operator : uint8_t { kEq, kLt, kLe, kGt, kGe, kBetween, kBeginsWith };
  std::string attribute;
  Operator op = Operator::kEq;
  std::vector<ExprPtr> operands;  // fixed for one request; two for kBetween
};

struct BoundExpression {
  ExprPtr condition;                  // conditions and filters; reads the item in slot 0
  std::vector<UpdateAction> actions;  // updates; values read the old item in slot 0
  std::vector<DocumentPath> paths;    // projections
  std::vector<KeyCondition> key_conditions;
};

// Values are parameters by their position among those given. REQUIRES: CheckDynamoExpression passed. Errors: what a key
// condition may not have ("Invalid operator used in KeyConditionExpression: OR").
Result<BoundExpression> BindDynamoExpression(const dynamo::Expression& expression, Placeholders* placeholders);

// item.path for an item in slot 0.
ExprPtr ItemPath(DocumentPath path, TextSpan span = {});
// A call of a built-in function. REQUIRES: there is one of that name.
ExprPtr CallOf(std::string_view function, std::vector<ExprPtr> args, TextSpan span = {});

}  // namespace parton

#endif  // PARTON_PLANNER_DYNAMO_EXPRESSION_BINDER_H_

// What DynamoDB takes as operands of conditions and of SET, told from the syntax alone.
#ifndef PARTON_PLANNER_DYNAMO_DYNAMO_OPERANDS_H_
#define PARTON_PLANNER_DYNAMO_DYNAMO_OPERANDS_H_

#include <string>
#include <string_view>

#include "parser/ast.h"
#include "parton/status.h"

namespace parton::dynamo {

enum class Context : uint8_t { kCondition, kAssignment };

struct FunctionRule {
  std::string_view name;
  size_t args;
  bool path_first;
  bool condition;  // yields a boolean
};

// "Statement wasn't well formed, can't be processed: ..."
Status Malformed(std::string_view detail, TextSpan span);
// line:column:length, as messages have it.
std::string Place(TextSpan span);
// A document path of names and positions.
bool IsPath(const ast::Expr& e);
// Error: an attribute is compared with itself.
Status CheckDistinct(std::string_view op, const ast::Expr& a, const ast::Expr& b);
Status CheckBounds(const ast::Between& between, TextSpan span);
// Error: a constant that has no order.
Status CheckOrdered(std::string_view op, const ast::Expr& e);
Status CheckConstant(const ast::Expr& e, const std::string& where, bool nested);
// *found: the function's rule.
Status CheckCall(const ast::Call& call, TextSpan span, Context place, const ast::Expr* target,
                 const FunctionRule** found);
// `target`: what an assignment assigns to; null in a condition.
Status CheckOperand(const ast::Expr& e, Context place, const ast::Expr* target);

}  // namespace parton::dynamo

#endif  // PARTON_PLANNER_DYNAMO_DYNAMO_OPERANDS_H_

// What DynamoDB asks of an expression before it looks at any table: placeholders that are defined, functions with the
// right operands, constants of the right types, paths that do not overlap.
#ifndef PARTON_PLANNER_DYNAMO_EXPRESSION_CHECK_H_
#define PARTON_PLANNER_DYNAMO_EXPRESSION_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "parser/dynamo_expression.h"
#include "parton/items.h"
#include "types/item/document_path.h"

namespace parton {

// The placeholders of one operation; notes which of them its expressions use.
class Placeholders {
 public:
  // `given` must outlive it.
  explicit Placeholders(const Expressions& given);

  // Null: not defined. Both note the use.
  const std::string* FindName(std::string_view placeholder);
  const Value* FindValue(std::string_view placeholder);
  // The position of the value among those given, -1 if it is not defined.
  int PositionOfValue(std::string_view placeholder) const;

  // By position: what was used so far.
  const std::vector<bool>& used_names() const { return used_names_; }
  const std::vector<bool>& used_values() const { return used_values_; }
  void AddUsed(const std::vector<bool>& names, const std::vector<bool>& values);

  // "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"
  Status CheckAllUsed() const;

 private:
  const Expressions::Names* names_;    // null: none
  const Expressions::Values* values_;  // null: none
  std::vector<bool> used_names_;
  std::vector<bool> used_values_;
};

// The first of an expression's errors in DynamoDB's order, which is by kind of error: "Invalid ConditionExpression:
// ...".
Status CheckDynamoExpression(const dynamo::Expression& expression, Placeholders* placeholders);

// The path with its placeholders replaced. REQUIRES: they are defined.
DocumentPath ResolvePath(const dynamo::Node& path, Placeholders* placeholders);

}  // namespace parton

#endif  // PARTON_PLANNER_DYNAMO_EXPRESSION_CHECK_H_

// Bound expressions as DynamoDB's own expressions, with placeholders for names and values, as far as DynamoDB can
// express the same.
#ifndef PARTON_TYPES_DYNAMO_DYNAMO_EXPRESSION_H_
#define PARTON_TYPES_DYNAMO_DYNAMO_EXPRESSION_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/value.h"
#include "types/expr/evaluate.h"
#include "types/expr/expr.h"
#include "types/item/update_actions.h"

namespace parton {

// `text` in parentheses, unless it has some: DynamoDB refuses two around the same.
std::string InParentheses(std::string text);

// The expressions of one request share their placeholders.
class DynamoExpressions {
 public:
  // `slot`: the item that the request is about. `ctx` gives parameters their values. Values of other rows are
  // unknown here: they are shown as {"S":"<x.a>"}; with `sent`, for requests that are not only shown, they have no
  // text.
  DynamoExpressions(int slot, Logic logic, EvalContext* ctx, bool sent = false)
      : slot_(slot), logic_(logic), ctx_(ctx), sent_(sent) {}

  // "#status", for use in an expression: a name given must be used.
  std::string Name(std::string_view attribute);
  // ":v1"
  std::string PlaceValue(const std::string& dynamo_json);
  // The condition, or nullopt if DynamoDB's language has nothing that is true for the same items, or `fits` is not
  // content with the text. Then no placeholders are left behind.
  std::optional<std::string> Condition(const Expr& e, const std::function<bool(const std::string&)>& fits);
  // SET a = ..., REMOVE b, ...: all of them, or nullopt.
  std::optional<std::string> Update(const std::vector<UpdateAction>& actions);
  // A path of the item: #a.#b[0].
  std::optional<std::string> Path(const Expr& e);

  // {"#status": "status"} and {":v1": {"S": "x"}}; empty if there are none.
  std::string NamesJson() const;
  std::string ValuesJson() const;

 private:
  template <typename Fn>
  std::optional<std::string> OrUndo(Fn translate);
  std::optional<std::string> ConditionOf(const Expr& e);
  std::optional<std::string> UpdateOf(const std::vector<UpdateAction>& actions);
  // A value to compare with. `wanted`: the types that DynamoDB takes there, "S,N,B"; empty: all.
  std::optional<std::string> Constant(const Expr& e, std::string_view wanted = {});
  std::optional<std::string> ConstantOf(const Value& v, std::string_view wanted);
  // What `place` makes of the value of `e`; the value of another row gets a placeholder. Nullopt also if `e` reads the
  // item or fails.
  template <typename Fn>
  std::optional<std::string> PlaceConstant(const Expr& e, std::string_view wanted, Fn place);
  // A value to store, of a type that DynamoDB takes there; empty: of any.
  std::optional<std::string> Stored(const Expr& e, std::string_view wanted);
  bool ReadsItem(const Expr& e) const;
  std::optional<std::string> Operand(const Expr& e, std::string_view wanted);
  std::optional<std::string> Compare(const Expr::Compare& c);
  std::optional<std::string> Call(const Expr::Call& c);
  std::optional<std::string> Is(const Expr::Is& is);
  std::optional<std::string> Between(const Expr::Between& b);
  std::optional<std::string> In(const Expr::In& in);
  std::optional<std::string> Not(const Expr::Not& n);
  std::optional<std::string> Join(const std::vector<ExprPtr>& terms, std::string_view word);
  std::optional<std::string> UpdateOperand(const Expr& e, std::string_view wanted = {});
  std::string PathText(const std::vector<PathStep>& steps);

  const int slot_;
  const Logic logic_;
  EvalContext* ctx_;
  const bool sent_;
  std::vector<std::pair<std::string, std::string>> names_;   // placeholder, attribute
  std::vector<std::pair<std::string, std::string>> values_;  // placeholder, DynamoDB-JSON
};

}  // namespace parton

#endif  // PARTON_TYPES_DYNAMO_DYNAMO_EXPRESSION_H_

// DynamoDB's expression language: conditions, filters, key conditions, projections and updates, as syntax trees.
//
//   condition := condition OR condition | condition AND condition | NOT condition | ( condition )
//              | operand (= <> < <= > >=) operand | operand BETWEEN operand AND operand
//              | operand IN ( operand, ... ) | function
//   operand   := path | :value | function | ( operand )
//   function  := name ( operand, ... )
//   path      := step (. step | [ number ])*            step: a name or #placeholder
//   update    := (SET path = sum, ... | REMOVE path, ... | ADD path :value, ... | DELETE path :value, ...)*
//   sum       := operand + operand | operand - operand | operand
//
// The tree has what was written. What names and values mean, and what is allowed where, is the planner's business
// (planner/dynamo/expression_check.h).
#ifndef PARTON_PARSER_DYNAMO_EXPRESSION_H_
#define PARTON_PARSER_DYNAMO_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "types/expr/expr.h"

namespace parton {

inline constexpr size_t kMaxExpressionBytes = 4096;

enum class ExpressionKind : uint8_t { kUpdate, kCondition, kKeyCondition, kFilter, kProjection };
// "ConditionExpression", ...
std::string_view ExpressionName(ExpressionKind kind);

// Whether DynamoDB reserves the word, in any case: as a name it needs a placeholder.
bool IsReservedByDynamo(std::string_view word);

namespace dynamo {

struct Step {
  std::string name;    // with its #
  int64_t index = -1;  // of a list element; then there is no name
  TextSpan span = {};
};

struct Node {
  enum class Kind : uint8_t {
    kPath,
    kValue,
    kCall,  // operands
    kAdd,
    kSubtract,  // of two
    kCompare,
    kBetween,
    kIn,
    kAnd,
    kOr,
    kNot,  // conditions
  };
  Kind kind = Kind::kPath;
  CompareOp op = CompareOp::kEq;  // kCompare
  bool parenthesized = false;
  std::string text;        // kValue: with its colon; kCall: the function's name
  std::vector<Step> path;  // kPath
  std::vector<Node> args;  // kIn: the needle first; kAnd, kOr: two or more
  TextSpan span;
};

enum class UpdateSection : uint8_t { kSet, kRemove, kAdd, kDelete };

struct UpdateClause {
  UpdateSection section = UpdateSection::kSet;
  Node path;
  std::optional<Node> value;  // none for kRemove
};

struct Expression {
  ExpressionKind kind = ExpressionKind::kCondition;
  Node root;                          // conditions
  std::vector<Node> paths;            // projections
  std::vector<UpdateClause> clauses;  // updates
  bool redundant_parentheses = false;
  std::string_view repeated_section;  // "SET": there are two; empty: none is repeated
  uint32_t operators = 0;
};

}  // namespace dynamo

// Errors (kValidation), as DynamoDB words them: the text is empty, too long, or
// `Invalid ConditionExpression: Syntax error; token: "x", near: "a x b"`.
Result<dynamo::Expression> ParseDynamoExpression(ExpressionKind kind, std::string_view text);

}  // namespace parton

#endif  // PARTON_PARSER_DYNAMO_EXPRESSION_H_

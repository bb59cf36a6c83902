#include "planner/dynamo/expression_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parton/text.h"
#include "types/functions/functions.h"

namespace parton {

namespace {

using dynamo::Expression;
using dynamo::Node;
using dynamo::UpdateClause;
using Kind = Node::Kind;

class Binder {
 public:
  explicit Binder(Placeholders* placeholders) : placeholders_(placeholders) {}

  ExprPtr Bind(const Node& n) {
    switch (n.kind) {
      case Kind::kPath: return ItemPath(ResolvePath(n, placeholders_), n.span);
      case Kind::kValue: return MakeExpr(Expr::Parameter{placeholders_->PositionOfValue(n.text)}, n.span);
      case Kind::kCall: return CallOf(AsciiUpper(n.text), All(n.args), n.span);
      case Kind::kAdd: return Sum(BinaryOp::kAdd, n);
      case Kind::kSubtract: return Sum(BinaryOp::kSub, n);
      case Kind::kCompare: return MakeExpr(Expr::Compare{n.op, Bind(n.args[0]), Bind(n.args[1])}, n.span);
      case Kind::kBetween: return MakeExpr(Expr::Between{Bind(n.args[0]), Bind(n.args[1]), Bind(n.args[2])}, n.span);
      case Kind::kIn: {
        std::vector<ExprPtr> operands = All(n.args);
        ExprPtr needle = std::move(operands[0]);
        operands.erase(operands.begin());
        return MakeExpr(Expr::In{std::move(needle), MakeExpr(Expr::MakeCollection{Type::kList, std::move(operands)})},
                        n.span);
      }
      case Kind::kAnd: return MakeExpr(Expr::And{All(n.args)}, n.span);
      case Kind::kOr: return MakeExpr(Expr::Or{All(n.args)}, n.span);
      case Kind::kNot: return MakeExpr(Expr::Not{Bind(n.args[0])}, n.span);
    }
    return nullptr;
  }

  UpdateAction Bind(const UpdateClause& clause) {
    static constexpr UpdateAction::Kind kKinds[] = {UpdateAction::Kind::kSet, UpdateAction::Kind::kRemove,
                                                    UpdateAction::Kind::kAdd, UpdateAction::Kind::kDelete};
    UpdateAction action;
    action.kind = kKinds[static_cast<size_t>(clause.section)];
    action.path = ResolvePath(clause.path, placeholders_);
    if (clause.value) action.value = Bind(*clause.value);
    return action;
  }

  // Terms of a key condition: all of them, joined by AND.
  Status AddKeyConditions(const Node& n, std::vector<KeyCondition>* out) {
    if (n.kind == Kind::kAnd) {
      for (const Node& term : n.args) PARTON_RETURN_IF_ERROR(AddKeyConditions(term, out));
      return Status::Ok();
    }
    PARTON_ASSIGN_OR_RETURN(KeyCondition condition, ToKeyCondition(n));
    const auto same = [&](const KeyCondition& c) { return c.attribute == condition.attribute; };
    if (std::any_of(out->begin(), out->end(), same)) {
      return Status::Validation("KeyConditionExpressions must only contain one condition per key", n.span);
    }
    out->push_back(std::move(condition));
    return Status::Ok();
  }

 private:
  std::vector<ExprPtr> All(const std::vector<Node>& nodes) {
    std::vector<ExprPtr> out;
    out.reserve(nodes.size());
    for (const Node& n : nodes) out.push_back(Bind(n));
    return out;
  }

  ExprPtr Sum(BinaryOp op, const Node& n) {
    return MakeExpr(Expr::Binary{op, Bind(n.args[0]), Bind(n.args[1])}, n.span);
  }

  static Status BadOperator(std::string_view name, TextSpan span) {
    return Status::Validation(fmt::format("Invalid operator used in KeyConditionExpression: {}", name), span);
  }

  Result<KeyCondition> ToKeyCondition(const Node& n) {
    using Operator = KeyCondition::Operator;
    switch (n.kind) {
      case Kind::kOr: return BadOperator("OR", n.span);
      case Kind::kNot: return BadOperator("NOT", n.span);
      case Kind::kIn: return BadOperator("IN", n.span);
      case Kind::kCall:
        if (n.text != "begins_with") return BadOperator(n.text, n.span);
        return OnAttribute(n, Operator::kBeginsWith, 0);
      case Kind::kBetween: return OnAttribute(n, Operator::kBetween, 0);
      case Kind::kCompare: break;
      default: return BadOperator(n.text, n.span);
    }
    if (n.op == CompareOp::kNe) return BadOperator("<>", n.span);
    // `:v < sk` is `sk > :v`.
    const bool mirrored = n.args[0].kind != Kind::kPath && n.args[1].kind == Kind::kPath;
    switch (mirrored ? Mirrored(n.op) : n.op) {
      case CompareOp::kLt: return OnAttribute(n, Operator::kLt, mirrored ? 1 : 0);
      case CompareOp::kLe: return OnAttribute(n, Operator::kLe, mirrored ? 1 : 0);
      case CompareOp::kGt: return OnAttribute(n, Operator::kGt, mirrored ? 1 : 0);
      case CompareOp::kGe: return OnAttribute(n, Operator::kGe, mirrored ? 1 : 0);
      default: return OnAttribute(n, Operator::kEq, mirrored ? 1 : 0);
    }
  }

  // The attribute is operand `at`; the others are its values.
  Result<KeyCondition> OnAttribute(const Node& n, KeyCondition::Operator op, size_t at) {
    KeyCondition out;
    out.op = op;
    for (size_t i = 0; i < n.args.size(); ++i) {
      const Node& arg = n.args[i];
      if (arg.kind == Kind::kCall) {
        return Status::Validation("KeyConditionExpressions cannot contain nested operations", arg.span);
      }
      if (i == at) {
        if (arg.kind != Kind::kPath) {
          return Status::Validation(at == 0 && n.kind != Kind::kCompare
                                        ? fmt::format("Invalid condition in KeyConditionExpression: {} operator must "
                                                      "have the key attribute as its first operand",
                                                      n.kind == Kind::kBetween ? "BETWEEN" : n.text)
                                        : "Invalid condition in KeyConditionExpression: No key attribute specified",
                                    arg.span);
        }
        if (arg.path.size() > 1) {
          return Status::Validation("KeyConditionExpressions cannot have conditions on nested attributes", arg.span);
        }
        out.attribute = ResolvePath(arg, placeholders_)[0].name;
      } else if (arg.kind == Kind::kPath) {
        return Status::Validation(
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition", arg.span);
      } else {
        out.operands.push_back(Bind(arg));
      }
    }
    return out;
  }

  Placeholders* placeholders_;
};

}  // namespace

ExprPtr ItemPath(DocumentPath path, TextSpan span) {
  static const ExprPtr item = MakeExpr(Expr::Slot{0, "item"});
  Expr::Path out;
  out.base = item;
  out.ignore_case.assign(path.size(), false);
  out.steps = std::move(path);
  return MakeExpr(std::move(out), span);
}

ExprPtr CallOf(std::string_view function, std::vector<ExprPtr> args, TextSpan span) {
  const ScalarFunction* f = FindScalarFunction(function);
  PARTON_CHECK(f != nullptr);
  return MakeExpr(Expr::Call{f, std::move(args)}, span);
}

Result<BoundExpression> BindDynamoExpression(const Expression& expression, Placeholders* placeholders) {
  Binder binder(placeholders);
  BoundExpression out;
  switch (expression.kind) {
    case ExpressionKind::kProjection:
      for (const Node& n : expression.paths) out.paths.push_back(ResolvePath(n, placeholders));
      break;
    case ExpressionKind::kUpdate:
      for (const UpdateClause& c : expression.clauses) out.actions.push_back(binder.Bind(c));
      break;
    case ExpressionKind::kKeyCondition:
      PARTON_RETURN_IF_ERROR(binder.AddKeyConditions(expression.root, &out.key_conditions));
      break;
    default: out.condition = binder.Bind(expression.root); break;
  }
  return out;
}

}  // namespace parton

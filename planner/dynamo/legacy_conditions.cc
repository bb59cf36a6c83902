#include "planner/dynamo/legacy_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

using Operator = LegacyOperator;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

std::string_view Name(Operator op) {
  static constexpr std::string_view kNames[] = {"EQ",          "NE",       "LT",     "LE",       "GT",
                                                "GE",          "NOT_NULL", "NULL",   "CONTAINS", "NOT_CONTAINS",
                                                "BEGINS_WITH", "IN",       "BETWEEN"};
  return kNames[static_cast<size_t>(op)];
}

bool CountFits(Operator op, size_t count) {
  switch (op) {
    case Operator::kNotNull:
    case Operator::kNull: return count == 0;
    case Operator::kIn: return count >= 1;
    case Operator::kBetween: return count == 2;
    default: return count == 1;
  }
}

bool TypeFits(Operator op, std::string_view type) {
  const bool ordered = type == "S" || type == "N" || type == "B";
  switch (op) {
    case Operator::kLt:
    case Operator::kLe:
    case Operator::kGt:
    case Operator::kGe:
    case Operator::kBetween:
    case Operator::kIn: return ordered;
    case Operator::kContains:
    case Operator::kNotContains: return ordered || type == "BOOL" || type == "NULL";
    case Operator::kBeginsWith: return type == "S" || type == "B";
    default: return true;
  }
}

Status CheckOperands(const LegacyCondition& c, const std::vector<Value>& operands) {
  const Operator op = *c.comparison;
  if (!CountFits(op, operands.size())) {
    return Status::Validation(
        fmt::format("{}Invalid number of argument(s) for the {} ComparisonOperator", kInvalid, Name(op)));
  }
  std::string_view first;
  for (const Value& v : operands) {
    const std::string_view type = DynamoTypeCode(v);
    if (!TypeFits(op, type)) {
      return Status::Validation(
          fmt::format("{}ComparisonOperator {} is not valid for {} AttributeValue type", kInvalid, Name(op), type));
    }
    if (!first.empty() && type != first) {
      return Status::Validation(
          fmt::format("{}AttributeValues inside AttributeValueList must be of same type", kInvalid));
    }
    first = type;
  }
  if (op == Operator::kBetween && TotalOrder(operands[0], operands[1]) > 0) {
    return Status::Validation(
        "The BETWEEN condition was provided a range where the lower bound is greater than the "
        "upper bound");
  }
  return Status::Ok();
}

// Expected's forms: Value and Exists, or a comparison.
Status CheckExpectedForm(const LegacyCondition& c) {
  const auto wrong = [&](std::string_view what) {
    return Status::Validation(fmt::format("{}{} for Attribute: {}", kInvalid, what, c.attribute));
  };
  if (c.comparison) {
    if (c.exists) return wrong("Exists and ComparisonOperator cannot be used together");
    if (c.value && c.operands) return wrong("Value and AttributeValueList cannot be used together");
    const bool none = !c.value && !c.operands;
    if (none && *c.comparison != Operator::kNull && *c.comparison != Operator::kNotNull) {
      return wrong(
          fmt::format("Value or AttributeValueList must be used with ComparisonOperator: {}", Name(*c.comparison)));
    }
    return Status::Ok();
  }
  if (c.operands) return wrong("AttributeValueList can only be used with a ComparisonOperator");
  const bool exists = c.exists.value_or(true);
  if (exists && !c.value) {
    return wrong(fmt::format("Value must be provided when Exists is {}", c.exists ? "true" : "null"));
  }
  if (!exists && c.value) return wrong("Value cannot be used when Exists is false");
  return Status::Ok();
}

std::vector<Value> OperandsOf(const LegacyCondition& c) {
  if (c.operands) return *c.operands;
  if (c.value) return {*c.value};
  return {};
}

ExprPtr Literal(const Value& v) { return MakeExpr(Expr::Literal{v.Own()}); }

ExprPtr Exists(ExprPtr path) { return CallOf("ATTRIBUTE_EXISTS", {std::move(path)}); }

ExprPtr Bind(const LegacyCondition& c) {
  const ExprPtr path = ItemPath({PathStep{c.attribute, -1}});
  std::vector<ExprPtr> operands;
  for (const Value& v : OperandsOf(c)) operands.push_back(Literal(v));
  const auto compare = [&](CompareOp op) { return MakeExpr(Expr::Compare{op, path, operands[0]}); };
  if (!c.comparison) return c.exists.value_or(true) ? compare(CompareOp::kEq) : CallOf("ATTRIBUTE_NOT_EXISTS", {path});
  switch (*c.comparison) {
    case Operator::kEq: return compare(CompareOp::kEq);
    case Operator::kNe: return compare(CompareOp::kNe);
    case Operator::kLt: return compare(CompareOp::kLt);
    case Operator::kLe: return compare(CompareOp::kLe);
    case Operator::kGt: return compare(CompareOp::kGt);
    case Operator::kGe: return compare(CompareOp::kGe);
    case Operator::kNotNull: return Exists(path);
    case Operator::kNull: return CallOf("ATTRIBUTE_NOT_EXISTS", {path});
    case Operator::kContains: return CallOf("CONTAINS", {path, operands[0]});
    case Operator::kNotContains:
      return MakeExpr(Expr::And{{Exists(path), MakeExpr(Expr::Not{CallOf("CONTAINS", {path, operands[0]})})}});
    case Operator::kBeginsWith: return CallOf("BEGINS_WITH", {path, operands[0]});
    case Operator::kIn: return MakeExpr(Expr::In{path, MakeExpr(Expr::MakeCollection{Type::kList, operands})});
    case Operator::kBetween: return MakeExpr(Expr::Between{path, operands[0], operands[1]});
  }
  return nullptr;
}

}  // namespace

Status CheckLegacyConditions(const std::vector<LegacyCondition>& conditions, bool expected) {
  for (const LegacyCondition& c : conditions) {
    PARTON_RETURN_IF_ERROR(c.values_error);
    if (expected) PARTON_RETURN_IF_ERROR(CheckExpectedForm(c));
    if (c.comparison) PARTON_RETURN_IF_ERROR(CheckOperands(c, OperandsOf(c)));
  }
  return Status::Ok();
}

Status CheckLegacyUpdates(const std::vector<LegacyUpdate>& updates) {
  using Action = LegacyUpdate::Action;
  for (const LegacyUpdate& u : updates) {
    PARTON_RETURN_IF_ERROR(u.value_error);
    const Action action = u.action.value_or(Action::kPut);
    if (!u.value) {
      if (action == Action::kDelete) continue;
      return Status::Validation(
          fmt::format("{}Only DELETE action is allowed when no attribute value is specified", kInvalid));
    }
    const std::string_view type = DynamoTypeCode(*u.value);
    const bool set = type.size() == 2 && type[1] == 'S';
    if (action == Action::kDelete && !set) {
      return Status::Validation(
          fmt::format("{}DELETE action with value is not supported for the type {}", kInvalid, type));
    }
    if (action == Action::kAdd && !set && type != "N" && type != "L") {
      return Status::Validation(fmt::format("{}ADD action is not supported for the type {}", kInvalid, type));
    }
  }
  return Status::Ok();
}

ExprPtr BindLegacyConditions(const std::vector<LegacyCondition>& conditions, bool any) {
  std::vector<ExprPtr> terms;
  for (const LegacyCondition& c : conditions) terms.push_back(Bind(c));
  if (terms.empty()) return nullptr;
  if (terms.size() == 1) return terms[0];
  return any ? MakeExpr(Expr::Or{std::move(terms)}) : MakeExpr(Expr::And{std::move(terms)});
}

std::vector<UpdateAction> BindLegacyUpdates(const std::vector<LegacyUpdate>& updates) {
  using Action = LegacyUpdate::Action;
  std::vector<UpdateAction> out;
  for (const LegacyUpdate& u : updates) {
    const Action action = u.action.value_or(Action::kPut);
    UpdateAction a;
    a.path = {PathStep{u.attribute, -1}};
    if (!u.value) {
      a.kind = UpdateAction::Kind::kRemove;
    } else {
      a.kind = action == Action::kPut   ? UpdateAction::Kind::kSet
               : action == Action::kAdd ? UpdateAction::Kind::kAdd
                                        : UpdateAction::Kind::kDelete;
      a.value = Literal(*u.value);
      // Unlike ADD of an expression, this appends to a list.
      if (action == Action::kAdd && u.value->type() == Type::kList) {
        a.kind = UpdateAction::Kind::kSet;
        const ExprPtr old = CallOf("IF_NOT_EXISTS", {ItemPath(a.path), Literal(Value::List({}))});
        a.value = CallOf("LIST_APPEND", {old, a.value});
      }
    }
    out.push_back(std::move(a));
  }
  return out;
}

Result<std::vector<KeyCondition>> BindLegacyKeyConditions(const std::vector<LegacyCondition>& conditions) {
  using Op = KeyCondition::Operator;
  if (conditions.empty()) return Status::Validation("Conditions can be of length 1 or 2 only");
  std::vector<KeyCondition> out;
  for (const LegacyCondition& c : conditions) {
    KeyCondition k;
    k.attribute = c.attribute;
    for (const Value& v : OperandsOf(c)) k.operands.push_back(Literal(v));
    switch (c.comparison.value_or(Operator::kEq)) {
      case Operator::kEq: k.op = Op::kEq; break;
      case Operator::kLt: k.op = Op::kLt; break;
      case Operator::kLe: k.op = Op::kLe; break;
      case Operator::kGt: k.op = Op::kGt; break;
      case Operator::kGe: k.op = Op::kGe; break;
      case Operator::kBetween: k.op = Op::kBetween; break;
      case Operator::kBeginsWith: k.op = Op::kBeginsWith; break;
      default: return Status::Validation("Attempted conditional constraint is not an indexable operation");
    }
    out.push_back(std::move(k));
  }
  return out;
}

}  // namespace parton

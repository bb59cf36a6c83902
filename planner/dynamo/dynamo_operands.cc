#include "planner/dynamo/dynamo_operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parton/text.h"
#include "types/value/value_compare.h"

namespace parton::dynamo {

Status Malformed(std::string_view detail, TextSpan span) {
  return Status::Validation(fmt::format("Statement wasn't well formed, can't be processed: {}", detail), span);
}

std::string Place(TextSpan span) { return fmt::format("{}:{}:{}", span.line, span.column, span.length); }

bool IsPath(const ast::Expr& e) {
  if (const auto* v = e.As<ast::Variable>()) return !v->local;
  const auto* path = e.As<ast::Path>();
  if (path == nullptr || path->root->As<ast::Variable>() == nullptr) return false;
  return std::all_of(path->steps.begin(), path->steps.end(), [](const ast::PathStep& step) {
    if (step.kind == ast::PathStep::Kind::kName) return true;
    if (step.kind != ast::PathStep::Kind::kIndex) return false;
    const auto* index = step.index->As<ast::Literal>();
    return index != nullptr && (index->value.is_small_int() || index->value.is_text());
  });
}

namespace {

bool SamePath(const ast::Expr& a, const ast::Expr& b) {
  const auto* va = a.As<ast::Variable>();
  const auto* vb = b.As<ast::Variable>();
  if (va != nullptr || vb != nullptr) return va != nullptr && vb != nullptr && va->name.name == vb->name.name;
  const auto* pa = a.As<ast::Path>();
  const auto* pb = b.As<ast::Path>();
  if (pa == nullptr || pb == nullptr || pa->steps.size() != pb->steps.size()) return false;
  if (!SamePath(*pa->root, *pb->root)) return false;
  for (size_t i = 0; i < pa->steps.size(); ++i) {
    const ast::PathStep& x = pa->steps[i];
    const ast::PathStep& y = pb->steps[i];
    if (x.kind != y.kind || x.name.name != y.name.name) return false;
    if (x.index == nullptr) continue;
    const auto* lx = x.index->As<ast::Literal>();
    const auto* ly = y.index->As<ast::Literal>();
    if (lx == nullptr || ly == nullptr || lx->value.ToLiteral() != ly->value.ToLiteral()) return false;
  }
  return true;
}

// DynamoDB's code of a constant's type; empty for parameters and paths.

std::string_view ConstantType(const ast::Expr& e) {
  if (e.As<ast::Array>() != nullptr) return "L";
  if (e.As<ast::Tuple>() != nullptr) return "M";
  if (const auto* bag = e.As<ast::Bag>()) {
    const auto* first = bag->elements.empty() ? nullptr : bag->elements[0]->As<ast::Literal>();
    return first != nullptr && first->value.is_text() ? "SS" : "NS";
  }
  const auto* literal = e.As<ast::Literal>();
  if (literal == nullptr) return "";
  switch (literal->kind) {
    case ast::Literal::Kind::kNull: return "NULL";
    case ast::Literal::Kind::kBool: return "BOOL";
    case ast::Literal::Kind::kString: return "S";
    case ast::Literal::Kind::kInt:
    case ast::Literal::Kind::kDecimal:
    case ast::Literal::Kind::kFloat: return "N";
    case ast::Literal::Kind::kBinary: return "B";
    default: return "";
  }
}

Status IncorrectOperand(std::string_view op, std::string_view type, TextSpan span) {
  return Status::Validation(fmt::format("Incorrect operand type for operator or function; operator or function: "
                                        "{}, operand type: {}",
                                        op, type),
                            span);
}

std::string PathText(const ast::Expr& e) {
  if (const auto* v = e.As<ast::Variable>()) return v->name.name;
  const auto& path = *e.As<ast::Path>();
  std::string text = PathText(*path.root);
  for (const ast::PathStep& step : path.steps) {
    text += step.kind == ast::PathStep::Kind::kName ? ", " + step.name.name
                                                    : ", [" + step.index->As<ast::Literal>()->value.ToLiteral() + "]";
  }
  return text;
}

// An attribute compared with itself says nothing.

}  // namespace

Status CheckDistinct(std::string_view op, const ast::Expr& a, const ast::Expr& b) {
  if (!IsPath(a) || !IsPath(b) || !SamePath(a, b)) return Status::Ok();
  return Status::Validation(
      fmt::format("The first operand must be distinct from the remaining operands for this operator or function; "
                  "operator: {}, first operand: [{}]",
                  op, PathText(a)),
      a.span);
}

Status CheckBounds(const ast::Between& between, TextSpan span) {
  std::string_view low_type = ConstantType(*between.low);
  std::string_view high_type = ConstantType(*between.high);
  if (low_type.empty() || high_type.empty()) return Status::Ok();
  if (low_type != high_type) {
    return Status::Validation(fmt::format("The BETWEEN operator requires same data type for lower and upper bounds; "
                                          "lower bound operand type: {}, upper bound operand type: {}",
                                          low_type, high_type),
                              span);
  }
  const Value& low = between.low->As<ast::Literal>()->value;
  const Value& high = between.high->As<ast::Literal>()->value;
  if (CompareScalars(low, high).value_or(0) <= 0) return Status::Ok();
  return Status::Validation(
      fmt::format("The BETWEEN operator requires upper bound to be greater than or equal to lower "
                  "bound; lower bound operand: AttributeValue: {{{0}:{1}}}, upper bound operand: "
                  "AttributeValue: {{{0}:{2}}}",
                  low_type, low.ToLiteral(), high.ToLiteral()),
      span);
}

namespace {

// Only strings, numbers and binaries have an order.

}  // namespace

Status CheckOrdered(std::string_view op, const ast::Expr& e) {
  std::string_view type = ConstantType(e);
  if (type.empty() || type == "S" || type == "N" || type == "B") return Status::Ok();
  return IncorrectOperand(op, type, e.span);
}

namespace {

Status CheckLiteral(const ast::Literal& literal, const std::string& where, TextSpan span) {
  using Kind = ast::Literal::Kind;
  if (literal.kind == Kind::kInt || literal.kind == Kind::kDecimal || literal.kind == Kind::kFloat) {
    // A number that cannot be stored, with the place of the value: root.a[0].
    const Status s = Number::ParseStrict(literal.text).status();
    if (!s.ok()) return Status::Validation(s.message() + " under " + where, span, s.hint());
  }
  if (!literal.error.ok()) return Status(literal.error).At(span);
  switch (literal.kind) {
    case ast::Literal::Kind::kNull:
    case ast::Literal::Kind::kBool:
    case ast::Literal::Kind::kString:
    case ast::Literal::Kind::kInt:
    case ast::Literal::Kind::kDecimal:
    case ast::Literal::Kind::kFloat: return Status::Ok();
    default: return Malformed("Unexpected term", span);
  }
}

// Literals with literals inside. `where` is DynamoDB's path of the value: root.a[0].

}  // namespace

Status CheckConstant(const ast::Expr& e, const std::string& where, bool nested) {
  if (const auto* literal = e.As<ast::Literal>()) return CheckLiteral(*literal, where, e.span);
  if (e.As<ast::Parameter>() != nullptr) {
    if (!nested) return Status::Ok();
    return Status::Validation(fmt::format("Unsupported data type: Parameter under key {} at {}", where, Place(e.span)),
                              e.span);
  }
  if (const auto* list = e.As<ast::Array>()) {
    for (size_t i = 0; i < list->elements.size(); ++i) {
      PARTON_RETURN_IF_ERROR(CheckConstant(*list->elements[i], fmt::format("{}[{}]", where, i), true));
    }
    return Status::Ok();
  }
  if (const auto* bag = e.As<ast::Bag>()) {
    if (bag->elements.empty()) return Status::Validation("Empty bags are not supported", e.span);
    std::string_view first;
    for (size_t i = 0; i < bag->elements.size(); ++i) {
      const ast::Expr& element = *bag->elements[i];
      if (element.As<ast::Parameter>() != nullptr) {
        return CheckConstant(element, fmt::format("{}[{}]", where, i), true);
      }
      std::string_view type = ConstantType(element);
      if ((type != "S" && type != "N") || (i > 0 && type != first)) {
        return Status::Validation(
            "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in "
            "bags",
            element.span);
      }
      first = type;
    }
    return Status::Ok();
  }
  if (const auto* tuple = e.As<ast::Tuple>()) {
    for (const auto& [name, value] : tuple->pairs) {
      const auto* key = name->As<ast::Literal>();
      if (key == nullptr || !key->value.is_text()) {
        return Malformed("Expected identifier for simple path", name->span);
      }
      PARTON_RETURN_IF_ERROR(CheckConstant(*value, fmt::format("{}.{}", where, key->value.bytes()), true));
    }
    return Status::Ok();
  }
  return Malformed("Unexpected term", e.span);
}

namespace {

constexpr std::array kConditionFunctions = {
    FunctionRule{"begins_with", 2, false, true},         FunctionRule{"contains", 2, false, true},
    FunctionRule{"attribute_type", 2, true, true},       FunctionRule{"attribute_exists", 1, true, true},
    FunctionRule{"attribute_not_exists", 1, true, true}, FunctionRule{"size", 1, false, false},
};

constexpr std::array kUpdateFunctions = {
    FunctionRule{"list_append", 2, false, false},
    FunctionRule{"set_add", 2, true, false},
    FunctionRule{"set_delete", 2, true, false},
    FunctionRule{"if_not_exists", 2, true, false},
};

}  // namespace

Status CheckCall(const ast::Call& call, TextSpan span, Context place, const ast::Expr* target,
                 const FunctionRule** found) {
  std::string name = AsciiLower(call.name.name);
  const FunctionRule* rule = nullptr;
  for (const FunctionRule& f : kConditionFunctions) {
    if (f.name == name && place == Context::kCondition) rule = &f;
  }
  for (const FunctionRule& f : kUpdateFunctions) {
    if (f.name == name && place == Context::kAssignment) rule = &f;
  }
  if (rule == nullptr || call.over != nullptr || call.star || call.filter != nullptr ||
      call.quantifier != ast::SetQuantifier::kNone) {
    return Status::Validation(fmt::format("Unrecognized function: {} at {}", AsciiUpper(name), Place(call.name.span)),
                              call.name.span);
  }
  if (name == "set_add" || name == "set_delete") {
    if (call.args.size() != 2) {
      return Status::Validation(fmt::format("{} must have exactly two arguments at {}", AsciiUpper(name), Place(span)),
                                span);
    }
    if (target == nullptr || !SamePath(*call.args[0], *target)) {
      return Status::Validation(fmt::format("The first argument to {} must equal the assignment value at {}",
                                            AsciiUpper(name), Place(call.args[0]->span)),
                                call.args[0]->span);
    }
    const ast::Expr& set = *call.args[1];
    if (set.As<ast::Bag>() == nullptr && set.As<ast::Parameter>() == nullptr) {
      return Status::Validation(fmt::format("The second argument to {} must be a value with type SET at {}",
                                            AsciiUpper(name), Place(set.span)),
                                set.span);
    }
  }
  if (call.args.size() != rule->args) {
    return Status::Validation(fmt::format("Incorrect number of operands for operator or function; operator or "
                                          "function: {}, number of operands: {}",
                                          name, call.args.size()),
                              span);
  }
  if (rule->path_first && !IsPath(*call.args[0])) {
    return Status::Validation(
        fmt::format("Operator or function requires a document path; operator or function: {}", name),
        call.args[0]->span);
  }
  for (const ast::ExprPtr& arg : call.args) PARTON_RETURN_IF_ERROR(CheckOperand(*arg, place, target));
  if (name == "begins_with" || name == "contains") {
    PARTON_RETURN_IF_ERROR(CheckDistinct(name, *call.args[0], *call.args[1]));
  }
  if (name == "begins_with") {
    for (const ast::ExprPtr& arg : call.args) {
      std::string_view type = ConstantType(*arg);
      if (!type.empty() && type != "S" && type != "B") return IncorrectOperand(name, type, arg->span);
    }
  }
  if (name == "size") {
    std::string_view type = ConstantType(*call.args[0]);
    if (type == "N" || type == "BOOL" || type == "NULL") return IncorrectOperand(name, type, span);
  }
  if (name == "attribute_type") {
    static constexpr std::array<std::string_view, 10> kTypes = {"N", "BS", "L",  "B",  "NULL",
                                                                "M", "S",  "SS", "NS", "BOOL"};
    const auto* type = call.args[1]->As<ast::Literal>();
    if (type != nullptr && !type->value.is_text()) {
      return IncorrectOperand(name, ConstantType(*call.args[1]), call.args[1]->span);
    }
    if (type != nullptr && std::find(kTypes.begin(), kTypes.end(), type->value.bytes()) == kTypes.end()) {
      return Status::Validation(fmt::format("Invalid attribute type name found; type: {}, valid types: "
                                            "{{N,BS,L,B,NULL,M,S,SS,NS,BOOL}}",
                                            type->value.bytes()),
                                call.args[1]->span);
    }
  }
  *found = rule;
  return Status::Ok();
}

Status CheckOperand(const ast::Expr& e, Context place, const ast::Expr* target) {
  if (IsPath(e)) return Status::Ok();
  if (e.As<ast::Literal>() != nullptr || e.As<ast::Parameter>() != nullptr || e.As<ast::Array>() != nullptr ||
      e.As<ast::Bag>() != nullptr || e.As<ast::Tuple>() != nullptr) {
    return CheckConstant(e, "root", false);
  }
  if (e.As<ast::Path>() != nullptr || e.As<ast::Variable>() != nullptr) {
    return Malformed("Expected identifier for simple path", e.span);
  }
  if (const auto* binary = e.As<ast::Binary>()) {
    if (binary->op != BinaryOp::kAdd && binary->op != BinaryOp::kSub) {
      return Malformed("Unexpected operator", e.span);
    }
    PARTON_RETURN_IF_ERROR(CheckOperand(*binary->left, place, target));
    PARTON_RETURN_IF_ERROR(CheckOperand(*binary->right, place, target));
    for (const ast::ExprPtr* side : {&binary->left, &binary->right}) {
      const std::string_view type = ConstantType(**side);
      if (type.empty() || type == "N") continue;
      return IncorrectOperand(binary->op == BinaryOp::kAdd ? "+" : "-", type, (*side)->span);
    }
    return Status::Ok();
  }
  if (const auto* call = e.As<ast::Call>()) {
    const FunctionRule* rule = nullptr;
    PARTON_RETURN_IF_ERROR(CheckCall(*call, e.span, place, target, &rule));
    return Status::Ok();
  }
  if (e.As<ast::Unary>() != nullptr) return Malformed("Unexpected operator", e.span);
  if (e.As<ast::Case>() != nullptr || e.As<ast::Cast>() != nullptr || e.As<ast::Extract>() != nullptr ||
      e.As<ast::Trim>() != nullptr) {
    return Malformed("Unexpected keyword", e.span);
  }
  return Malformed("Unexpected term", e.span);
}

}  // namespace parton::dynamo

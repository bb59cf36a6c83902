// The grammar and the checks of the developer guide's "PartiQL reference for DynamoDB", over our
// wider syntax.
#include "planner/dynamo/dynamo_dialect.h"

#include <fmt/format.h>

#include <string_view>

#include "planner/dynamo/dynamo_operands.h"

namespace parton {

namespace dynamo {

namespace {

constexpr size_t kMaxInOperands = 100;

bool IsBoolean(const ast::Expr& e) {
  const auto* literal = e.As<ast::Literal>();
  return literal != nullptr && literal->kind == ast::Literal::Kind::kBool;
}

Status CheckCondition(const ast::Expr& e) {
  constexpr Context place = Context::kCondition;
  if (const auto* all = e.As<ast::And>()) {
    for (const ast::ExprPtr& term : all->terms) PARTON_RETURN_IF_ERROR(CheckCondition(*term));
    return Status::Ok();
  }
  if (const auto* any = e.As<ast::Or>()) {
    for (const ast::ExprPtr& term : any->terms) PARTON_RETURN_IF_ERROR(CheckCondition(*term));
    return Status::Ok();
  }
  if (const auto* negated = e.As<ast::Not>()) return CheckCondition(*negated->operand);
  if (const auto* compare = e.As<ast::Comparison>()) {
    if (compare->quantifier != ast::Comparison::Quantifier::kNone) return Malformed("Unexpected keyword", e.span);
    PARTON_RETURN_IF_ERROR(CheckOperand(*compare->left, place, nullptr));
    PARTON_RETURN_IF_ERROR(CheckOperand(*compare->right, place, nullptr));
    PARTON_RETURN_IF_ERROR(CheckDistinct(CompareOpText(compare->op), *compare->left, *compare->right));
    // A function that yields a boolean may be compared with one.
    if (IsBoolean(*compare->left) || IsBoolean(*compare->right)) {
      if (compare->left->As<ast::Call>() != nullptr || compare->right->As<ast::Call>() != nullptr) {
        return Status::Ok();
      }
    }
    if (compare->op != CompareOp::kEq && compare->op != CompareOp::kNe) {
      PARTON_RETURN_IF_ERROR(CheckOrdered(CompareOpText(compare->op), *compare->left));
      PARTON_RETURN_IF_ERROR(CheckOrdered(CompareOpText(compare->op), *compare->right));
    }
    return Status::Ok();
  }
  if (const auto* between = e.As<ast::Between>()) {
    for (const ast::Expr* operand : {between->value.get(), between->low.get(), between->high.get()}) {
      PARTON_RETURN_IF_ERROR(CheckOperand(*operand, place, nullptr));
      PARTON_RETURN_IF_ERROR(CheckOrdered("BETWEEN", *operand));
    }
    return CheckBounds(*between, e.span);
  }
  if (const auto* in = e.As<ast::In>()) {
    PARTON_RETURN_IF_ERROR(CheckOperand(*in->needle, place, nullptr));
    const auto* list = in->haystack->As<ast::Array>();
    if (list == nullptr) return Malformed("Unexpected term", in->haystack->span);
    if (list->elements.size() > kMaxInOperands) {
      return Status::Validation(fmt::format("The IN operator is provided with too many operands; number of "
                                            "operands: {}",
                                            list->elements.size()),
                                in->haystack->span);
    }
    for (const ast::ExprPtr& operand : list->elements) {
      PARTON_RETURN_IF_ERROR(CheckOperand(*operand, place, nullptr));
    }
    return Status::Ok();
  }
  if (const auto* is = e.As<ast::Is>()) {
    if (!IsPath(*is->operand)) return Malformed("Expected identifier for simple path", is->operand->span);
    if (is->test == ast::Is::Test::kTrue || is->test == ast::Is::Test::kFalse || is->test == ast::Is::Test::kUnknown) {
      return Malformed("Expected type name", e.span);
    }
    if (is->type.kind == TypeSpec::Kind::kNamed || !is->type.parts.empty())
      return Malformed("Expected type name", is->type_span);
    return Status::Ok();
  }
  if (const auto* call = e.As<ast::Call>()) {
    const FunctionRule* rule = nullptr;
    PARTON_RETURN_IF_ERROR(CheckCall(*call, e.span, place, nullptr, &rule));
    if (rule->condition) return Status::Ok();
    return Status::Validation(
        fmt::format("The function is not allowed to be used this way in an expression; function: {}", rule->name),
        e.span);
  }
  if (e.As<ast::Like>() != nullptr || e.As<ast::Overlaps>() != nullptr || e.As<ast::DistinctFrom>() != nullptr) {
    return Malformed("Unexpected operator", e.span);
  }
  PARTON_RETURN_IF_ERROR(CheckOperand(e, place, nullptr));
  return Malformed("Unexpected term", e.span);
}

Status CheckTail(const ast::StatementTail& tail, bool returning, TextSpan span) {
  if (tail.returning.has_value() && !returning) {
    return Malformed("Unexpected token after expression", tail.returning->span);
  }
  if (tail.capacity != ast::ReturnCapacity::kNone || tail.rate_read.has_value() || tail.rate_write.has_value()) {
    return Malformed("Unexpected token after expression", span);
  }
  if (!tail.options.empty()) return Malformed("Unexpected token after expression", tail.options[0].span);
  return Status::Ok();
}

Status CheckFrom(const ast::Select& select, TextSpan span) {
  if (select.from.empty()) return Malformed("Unexpected token after expression", span);
  if (select.from.size() > 1) return Malformed("Unexpected token after expression", select.from[1]->span);
  const auto* source = std::get_if<ast::FromSource>(&select.from[0]->node);
  if (source == nullptr || source->unpivot || source->lateral) {
    return Malformed("Unexpected keyword", select.from[0]->span);
  }
  for (const ast::Identifier* alias : {&source->as, &source->at, &source->by}) {
    if (!alias->empty()) return Status::Validation("Aliasing is not supported", alias->span);
  }
  const ast::Expr& e = *source->expr;
  if (e.As<ast::Variable>() != nullptr) {
    return e.As<ast::Variable>()->local ? Malformed("Unexpected term", e.span) : Status::Ok();
  }
  const auto* path = e.As<ast::Path>();
  if (path == nullptr || path->root->As<ast::Variable>() == nullptr) return Malformed("Unexpected term", e.span);
  for (const ast::PathStep& step : path->steps) {
    if (step.kind != ast::PathStep::Kind::kName) return Malformed("Invalid path dot component", step.span);
    if (step.name.name.empty()) return Status::Validation("Path component cannot be an empty string", step.span);
  }
  if (path->steps.size() > 1) {
    return Status::Validation("A path may contain at most 2 components in the FROM clause", e.span);
  }
  return Status::Ok();
}

Status CheckQuery(const ast::Query& query) {
  if (!query.with.empty()) return Malformed("Expected data manipulation", query.span);
  if (const auto* inner = query.BodyAs<ast::QueryPtr>(); inner != nullptr && !query.HasTail()) {
    return CheckQuery(**inner);
  }
  const auto* select = query.BodyAs<ast::Select>();
  if (select == nullptr) {
    bool set = query.BodyAs<ast::SetOperation>() != nullptr;
    return Malformed(set ? "Unexpected token after expression" : "Expected data manipulation", query.span);
  }
  if (select->quantifier == ast::SetQuantifier::kDistinct || select->consistent ||
      select->kind == ast::Select::Kind::kValue || select->kind == ast::Select::Kind::kPivot) {
    return Malformed("Unexpected keyword", query.span);
  }
  for (const ast::SelectItem& item : select->items) {
    if (!item.as.empty()) return Status::Validation("Aliasing is not supported", item.as.span);
    if (item.kind != ast::SelectItem::Kind::kExpr || !IsPath(*item.expr)) {
      // The service points at the name of a function, not at all of the call.
      const auto* call = item.kind == ast::SelectItem::Kind::kExpr ? item.expr->As<ast::Call>() : nullptr;
      const TextSpan span = call != nullptr ? call->name.span : item.span;
      return Status::Validation(fmt::format("Unexpected path component at {}", Place(span)), span);
    }
  }
  PARTON_RETURN_IF_ERROR(CheckFrom(*select, query.span));
  if (!select->let.empty() || select->group_by != nullptr || select->having != nullptr || select->qualify != nullptr ||
      !select->windows.empty() || !select->exclude.empty() || query.limit != nullptr || query.offset != nullptr) {
    const ast::Expr* at = query.limit != nullptr ? query.limit.get() : query.offset.get();
    return Malformed("Unexpected token after expression", at != nullptr ? at->span : query.span);
  }
  if (select->where != nullptr) PARTON_RETURN_IF_ERROR(CheckCondition(*select->where));
  for (const ast::OrderItem& item : query.order_by) {
    if (!IsPath(*item.expr)) return Malformed("Expected identifier for simple path", item.expr->span);
    if (item.nulls_first.has_value()) return Malformed("Unexpected token after expression", item.expr->span);
  }
  if (!query.order_by.empty() && select->where == nullptr) {
    return Status::Validation("Must have WHERE clause in the statement when using ORDER BY clause.",
                              query.order_by[0].expr->span);
  }
  return Status::Ok();
}

Status CheckInsert(const ast::Insert& insert) {
  if (insert.verb != ast::Insert::Verb::kInsert) {
    return Malformed("Expected data manipulation", insert.table.span);
  }
  if (insert.table.parts.size() > 1) {
    return Status::Validation("FROM clause may only contain a single table name", insert.table.span);
  }
  if (!insert.as.empty()) return Malformed("Unexpected token after expression", insert.as.span);
  if (insert.value == nullptr || !insert.columns.empty() || insert.on_conflict != ast::Insert::OnConflict::kError) {
    return Malformed("Unexpected token after expression", insert.table.span);
  }
  PARTON_RETURN_IF_ERROR(CheckTail(insert.tail, false, insert.table.span));
  const auto* tuple = insert.value->As<ast::Tuple>();
  if (tuple == nullptr) {
    // The whole item may not be a parameter.
    return Malformed("Unexpected term", insert.value->span);
  }
  for (const auto& [name, value] : tuple->pairs) {
    const auto* key = name->As<ast::Literal>();
    if (key == nullptr || !key->value.is_text()) {
      return Malformed("Expected identifier for simple path", name->span);
    }
    PARTON_RETURN_IF_ERROR(CheckConstant(*value, fmt::format("root.{}", key->value.bytes()), false));
  }
  return Status::Ok();
}

Status CheckUpdate(const ast::Update& update) {
  if (update.upsert) return Malformed("Expected data manipulation", update.table.span);
  if (!update.as.empty()) return Status::Validation("Aliasing is not supported", update.as.span);
  PARTON_RETURN_IF_ERROR(CheckTail(update.tail, true, update.table.span));
  for (const ast::UpdateAction& action : update.actions) {
    if (action.kind == ast::UpdateAction::Kind::kAdd || action.kind == ast::UpdateAction::Kind::kDelete) {
      return Malformed("Unexpected keyword", action.span);
    }
    if (!IsPath(*action.path)) return Malformed("Expected identifier for simple path", action.path->span);
    if (action.value != nullptr) {
      PARTON_RETURN_IF_ERROR(CheckOperand(*action.value, Context::kAssignment, action.path.get()));
    }
  }
  return update.where == nullptr ? Status::Ok() : CheckCondition(*update.where);
}

Status CheckDelete(const ast::Delete& del) {
  if (!del.as.empty()) return Status::Validation("Aliasing is not supported", del.as.span);
  PARTON_RETURN_IF_ERROR(CheckTail(del.tail, true, del.table.span));
  return del.where == nullptr ? Status::Ok() : CheckCondition(*del.where);
}

}  // namespace

}  // namespace dynamo

Status CheckDynamoDialect(const ast::Statement& statement) {
  using namespace dynamo;
  if (const auto* query = statement.As<ast::QueryStatement>()) {
    PARTON_RETURN_IF_ERROR(CheckQuery(*query->query));
    return CheckTail(query->tail, false, statement.span);
  }
  if (const auto* exists = statement.As<ast::ExistsStatement>()) {
    if (exists->negated) return Malformed("Expected data manipulation", statement.span);
    return CheckQuery(*exists->query);
  }
  if (const auto* insert = statement.As<ast::Insert>()) return CheckInsert(*insert);
  if (const auto* update = statement.As<ast::Update>()) return CheckUpdate(*update);
  if (const auto* del = statement.As<ast::Delete>()) return CheckDelete(*del);
  return Status::Ok();
}

}  // namespace parton

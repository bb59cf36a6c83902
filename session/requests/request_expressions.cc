#include "session/requests/request_expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "planner/dynamo/legacy_conditions.h"

namespace parton {

namespace {

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

constexpr size_t kMaxPlaceholderBytes = 255;

bool IsPlaceholder(std::string_view s, char mark) {
  return s.size() >= 2 && s.size() <= kMaxPlaceholderBytes && s[0] == mark &&
         std::all_of(s.begin() + 1, s.end(), IsWordByte);
}

template <typename List>
std::string JoinGiven(const List& list) {
  std::string out;
  for (const auto& n : list) {
    if (n.given) out += fmt::format("{}{}", out.empty() ? "" : ", ", n.name);
  }
  return out;
}

}  // namespace

// The expressions that the operation has, in the order in which DynamoDB names them.
std::vector<RequestExpressions::Named> RequestExpressions::TextsOf() const {
  const Named projection{"ProjectionExpression", given_.projection.has_value()};
  const Named filter{"FilterExpression", given_.filter.has_value()};
  const Named condition{"ConditionExpression", given_.condition.has_value()};
  switch (kind_) {
    case OperationKind::kGet: return {projection};
    case OperationKind::kPut:
    case OperationKind::kDelete:
    case OperationKind::kCheck: return {condition};
    case OperationKind::kUpdate: return {{"UpdateExpression", given_.update.has_value()}, condition};
    case OperationKind::kQuery:
      return {projection, filter, {"KeyConditionExpression", given_.key_condition.has_value()}};
    case OperationKind::kScan: return {projection, filter};
  }
  return {};
}

bool RequestExpressions::HasText(bool projection) const {
  const bool projects = projection && given_.projection.has_value();
  switch (kind_) {
    case OperationKind::kGet: return projects;
    case OperationKind::kPut:
    case OperationKind::kDelete:
    case OperationKind::kCheck: return given_.condition.has_value();
    case OperationKind::kUpdate: return given_.update.has_value() || given_.condition.has_value();
    case OperationKind::kQuery: return projects || given_.filter.has_value() || given_.key_condition.has_value();
    case OperationKind::kScan: return projects || given_.filter.has_value();
  }
  return false;
}

std::vector<RequestExpressions::Named> RequestExpressions::LegacyOf() const {
  if (legacy_ == nullptr) return {};
  const Named to_get{"AttributesToGet", legacy_->attributes_to_get.has_value()};
  const Named expected{"Expected", legacy_->expected.has_value()};
  const Named any{"ConditionalOperator", legacy_->any.has_value()};
  switch (kind_) {
    case OperationKind::kGet: return {to_get};
    case OperationKind::kPut:
    case OperationKind::kDelete:
    case OperationKind::kCheck: return {expected, any};
    case OperationKind::kUpdate: return {{"AttributeUpdates", legacy_->attribute_updates.has_value()}, expected, any};
    case OperationKind::kQuery: {
      // KeyConditions go with a FilterExpression, for instance.
      const bool keys = legacy_->key_conditions.has_value() && given_.key_condition.has_value();
      return {to_get, {"QueryFilter", legacy_->query_filter.has_value()}, any, {"KeyConditions", keys}};
    }
    case OperationKind::kScan: return {to_get, {"ScanFilter", legacy_->scan_filter.has_value()}, any};
  }
  return {};
}

Status RequestExpressions::CheckMixture() const {
  const bool strange_read = (kind_ == OperationKind::kGet || kind_ >= OperationKind::kQuery) &&
                            (given_.condition.has_value() || given_.update.has_value());
  const bool strange_write = kind_ != OperationKind::kGet && kind_ < OperationKind::kQuery &&
                             (given_.projection.has_value() || given_.filter.has_value());
  const bool strange_update = kind_ != OperationKind::kUpdate && given_.update.has_value();
  const bool strange_key = kind_ != OperationKind::kQuery && given_.key_condition.has_value();
  if (strange_read || strange_write || strange_update || strange_key) {
    return Status::Validation("The operation does not have such an expression");
  }
  if (legacy_ == nullptr || !HasText(true)) return Status::Ok();
  const std::string expressions = JoinGiven(TextsOf());
  const std::string legacy = JoinGiven(LegacyOf());
  if (legacy.empty()) return Status::Ok();
  return Status::Validation(
      fmt::format("Can not use both expression and non-expression parameters in the same request: Non-expression "
                  "parameters: {{{}}} Expression parameters: {{{}}}",
                  legacy, expressions));
}

Status RequestExpressions::CheckNames() const {
  if (!given_.names) return Status::Ok();
  if (!HasText(true)) {
    return Status::Validation("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (given_.names->empty()) return Status::Validation("ExpressionAttributeNames must not be empty");
  for (const auto& name : *given_.names) {
    if (IsPlaceholder(name.first, '#')) continue;
    return Status::Validation(
        fmt::format("ExpressionAttributeNames contains invalid key: Syntax error; key: \"{}\"", name.first));
  }
  return Status::Ok();
}

Status RequestExpressions::ValuesWithoutText() const {
  std::string absent;
  size_t count = 0;
  for (const Named& n : TextsOf()) {
    if (n.name == "ProjectionExpression") continue;
    absent += fmt::format("{}{}", absent.empty() ? "" : " and ", n.name);
    ++count;
  }
  if (count == 0) return Status::Validation("ExpressionAttributeValues can only be specified when using expressions");
  return Status::Validation(
      fmt::format("ExpressionAttributeValues can only be specified when using expressions: {} {} null", absent,
                  count == 1 ? "is" : "are"));
}

Status RequestExpressions::CheckValues() const {
  if (!given_.values && given_.values_error.ok()) return Status::Ok();
  if (!HasText(false)) return ValuesWithoutText();
  if (given_.values && given_.values->empty()) return Status::Validation("ExpressionAttributeValues must not be empty");
  if (given_.values) {
    for (const auto& value : *given_.values) {
      if (IsPlaceholder(value.first, ':')) continue;
      return Status::Validation(
          fmt::format("ExpressionAttributeValues contains invalid key: Syntax error; key: \"{}\"", value.first));
    }
  }
  if (given_.values_error.ok()) return Status::Ok();
  return Status::Validation(fmt::format("ExpressionAttributeValues contains invalid value: {} for key {}",
                                        given_.values_error.message(), given_.values_error.hint()));
}

Status RequestExpressions::CheckParameters() const {
  // Most requests have nothing of this.
  const bool legacy = legacy_ != nullptr;
  const bool expressions = given_.projection || given_.filter || given_.condition || given_.update ||
                           given_.key_condition || given_.names || given_.values;
  if (!legacy && !expressions && given_.values_error.ok()) return Status::Ok();
  PARTON_RETURN_IF_ERROR(CheckMixture());
  PARTON_RETURN_IF_ERROR(CheckNames());
  return CheckValues();
}

Status RequestExpressions::CheckOperator(const std::vector<LegacyCondition>* conditions) const {
  if (!legacy_->any) return Status::Ok();
  if (conditions == nullptr) return Status::Validation("ConditionalOperator cannot be used without Filter or Expected");
  if (conditions->size() > 1) return Status::Ok();
  return Status::Validation("ConditionalOperator can only be used when Filter or Expected has more than one element");
}

Status RequestExpressions::CompileLegacy() {
  const auto pointer = [](const auto& list) { return list ? &*list : nullptr; };
  const std::vector<LegacyCondition>* conditions = nullptr;
  const bool reads = kind_ == OperationKind::kQuery || kind_ == OperationKind::kScan;
  if (kind_ == OperationKind::kQuery) conditions = pointer(legacy_->query_filter);
  if (kind_ == OperationKind::kScan) conditions = pointer(legacy_->scan_filter);
  if (!reads) conditions = pointer(legacy_->expected);
  const bool any = legacy_->any.value_or(false);
  PARTON_RETURN_IF_ERROR(CheckOperator(conditions));
  if (conditions != nullptr) {
    PARTON_RETURN_IF_ERROR(CheckLegacyConditions(*conditions, !reads));
    (reads ? filter_ : condition_) = BindLegacyConditions(*conditions, any);
  }
  if (legacy_->attribute_updates) {
    PARTON_RETURN_IF_ERROR(CheckLegacyUpdates(*legacy_->attribute_updates));
    own_actions_ = BindLegacyUpdates(*legacy_->attribute_updates);
  }
  if (legacy_->key_conditions && kind_ == OperationKind::kQuery) {
    PARTON_RETURN_IF_ERROR(CheckLegacyConditions(*legacy_->key_conditions, false));
    PARTON_ASSIGN_OR_RETURN(own_key_conditions_, BindLegacyKeyConditions(*legacy_->key_conditions));
  }
  if (legacy_->attributes_to_get) {
    for (const std::string& name : *legacy_->attributes_to_get) {
      DocumentPath path{PathStep{name, -1}};
      if (std::find(own_paths_.begin(), own_paths_.end(), path) != own_paths_.end()) {
        return Status::Validation(
            fmt::format("One or more parameter values were invalid: Duplicate value in attribute name: {}", name));
      }
      own_paths_.push_back(std::move(path));
    }
  }
  return Status::Ok();
}

Status RequestExpressions::CompileOne(ExpressionKind kind, const std::optional<std::string>& text) {
  if (!text) return Status::Ok();
  CompiledPtr& compiled = compiled_[static_cast<size_t>(kind)];
  PARTON_ASSIGN_OR_RETURN(compiled, cache_.Compile(kind, *text, given_, &placeholders_));
  const BoundExpression& bound = compiled->bound;
  switch (kind) {
    case ExpressionKind::kUpdate: actions_ = &bound.actions; break;
    case ExpressionKind::kCondition: condition_ = bound.condition; break;
    case ExpressionKind::kKeyCondition: key_conditions_ = &bound.key_conditions; break;
    case ExpressionKind::kFilter: filter_ = bound.condition; break;
    case ExpressionKind::kProjection: paths_ = &bound.paths; break;
  }
  return Status::Ok();
}

Status RequestExpressions::Compile() {
  if (legacy_ != nullptr) PARTON_RETURN_IF_ERROR(CompileLegacy());
  PARTON_RETURN_IF_ERROR(CompileOne(ExpressionKind::kUpdate, given_.update));
  PARTON_RETURN_IF_ERROR(CompileOne(ExpressionKind::kCondition, given_.condition));
  PARTON_RETURN_IF_ERROR(CompileOne(ExpressionKind::kKeyCondition, given_.key_condition));
  PARTON_RETURN_IF_ERROR(CompileOne(ExpressionKind::kFilter, given_.filter));
  PARTON_RETURN_IF_ERROR(CompileOne(ExpressionKind::kProjection, given_.projection));
  if (given_.values) {
    parameters_.reserve(given_.values->size());
    for (const auto& value : *given_.values) parameters_.push_back(value.second);
  }
  return placeholders_.CheckAllUsed();
}

}  // namespace parton

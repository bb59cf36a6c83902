#include "session/statement.h"

#include <fmt/format.h>

#include <utility>

#include "session/connection.h"

namespace parton {

Result<ResultSet*> Statement::Execute(std::vector<Value> parameters) {
  if (static_cast<int>(parameters.size()) != parameter_count()) {
    return Status::Validation("the statement has " + std::to_string(parameter_count()) + " parameters, but " +
                              std::to_string(parameters.size()) + " values were given");
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    PARTON_RETURN_IF_ERROR(Bind(static_cast<int>(i) + 1, std::move(parameters[i])));
  }
  return Execute();
}

StatementImpl::StatementImpl(ConnectionImpl* connection, std::string text, PlannedPtr plan)
    : connection_(connection),
      text_(std::move(text)),
      plan_(std::move(plan)),
      settings_version_(connection->settings_version()),
      bound_(static_cast<size_t>(plan_->parameter_count), false),
      planned_at_(std::chrono::steady_clock::now()),
      result_(connection, std::make_unique<RunningPlan>(connection)) {
  result_.parameters().resize(bound_.size());
  if (connection->settings()->lint) result_.SetTexts("", text_);
}

Status StatementImpl::Bind(int position, Value value) {
  if (position < 1 || position > plan_->parameter_count) {
    return Status::Validation(
        fmt::format("there is no parameter {}: the statement has {}", position, plan_->parameter_count));
  }
  const size_t i = static_cast<size_t>(position - 1);
  // A running result may still look at the old value.
  if (result_.running()) result_.End(Status());
  result_.parameters()[i] = std::move(value).Own();
  bound_[i] = true;
  return Status();
}

Status StatementImpl::Bind(std::string_view name, Value value) {
  if (!name.empty() && name[0] == ':') name.remove_prefix(1);
  for (size_t i = 0; i < plan_->parameter_names.size(); ++i) {
    if (!name.empty() && plan_->parameter_names[i] == name) {
      return Bind(static_cast<int>(i) + 1, std::move(value));
    }
  }
  return Status::Validation(fmt::format("the statement has no parameter :{}", name));
}

Result<ResultSet*> StatementImpl::Execute() {
  if (result_.detached()) return result_.Start(nullptr);
  return connection_->Call([&] { return ExecuteNow(); });
}

Result<ResultSet*> StatementImpl::ExecuteNow() {
  for (size_t i = 0; i < bound_.size(); ++i) {
    if (!bound_[i]) return Status::Validation(fmt::format("parameter {} has no value", i + 1));
  }
  if (plan_->schema_version != connection_->store().SchemaVersion() ||
      settings_version_ != connection_->settings_version() || Stale()) {
    result_.End(Status());
    PARTON_ASSIGN_OR_RETURN(plan_, connection_->Plan(text_));
    settings_version_ = connection_->settings_version();
    planned_at_ = std::chrono::steady_clock::now();
  }
  Status started = result_.Start(plan_);
  while (!started.ok() && result_.stale()) {
    PARTON_ASSIGN_OR_RETURN(plan_, connection_->Plan(text_));
    planned_at_ = std::chrono::steady_clock::now();
    started = result_.Start(plan_);
  }
  PARTON_RETURN_IF_ERROR(started);
  return static_cast<ResultSet*>(&result_);
}

}  // namespace parton

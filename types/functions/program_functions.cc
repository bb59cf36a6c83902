#include "types/functions/program_functions.h"

#include <fmt/format.h>

#include <utility>

#include "parton/text.h"

namespace parton {

Status ProgramFunctions::CheckFree(const std::string& name) const {
  if (!scalars_.contains(name) && !aggregates_.contains(name) && parton::FindScalarFunction(name) == nullptr &&
      parton::FindAggregateFunction(name) == nullptr) {
    return Status::Ok();
  }
  return Status::Validation(fmt::format("there is a function {} already", name));
}

Status ProgramFunctions::Add(ScalarFunction f) {
  WriterLock lock(mutex_);
  PARTON_RETURN_IF_ERROR(CheckFree(f.name));
  scalar_storage_.push_back(std::move(f));
  scalars_.emplace(scalar_storage_.back().name, &scalar_storage_.back());
  return Status::Ok();
}

Status ProgramFunctions::Add(AggregateFunction f) {
  WriterLock lock(mutex_);
  PARTON_RETURN_IF_ERROR(CheckFree(f.name));
  aggregate_storage_.push_back(std::move(f));
  aggregates_.emplace(aggregate_storage_.back().name, &aggregate_storage_.back());
  return Status::Ok();
}

Status ProgramFunctions::Remove(std::string_view name) {
  const std::string upper = AsciiUpper(name);
  WriterLock lock(mutex_);
  if (scalars_.erase(upper) + aggregates_.erase(upper) > 0) return Status::Ok();
  return Status::NotFound(fmt::format("no function {} was added to this database", upper));
}

const ScalarFunction* ProgramFunctions::FindScalar(std::string_view name) const {
  ReaderLock lock(mutex_);
  const auto it = scalars_.find(AsciiUpper(name));
  return it == scalars_.end() ? nullptr : it->second;
}

const AggregateFunction* ProgramFunctions::FindAggregate(std::string_view name) const {
  ReaderLock lock(mutex_);
  const auto it = aggregates_.find(AsciiUpper(name));
  return it == aggregates_.end() ? nullptr : it->second;
}

std::vector<std::string> ProgramFunctions::Names() const {
  ReaderLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, f] : scalars_) names.push_back(name);
  for (const auto& [name, f] : aggregates_) names.push_back(name);
  return names;
}

const ScalarFunction* FindScalarFunction(const ProgramFunctions* own, std::string_view name) {
  const ScalarFunction* f = own == nullptr ? nullptr : own->FindScalar(name);
  return f != nullptr ? f : FindScalarFunction(name);
}

const AggregateFunction* FindAggregateFunction(const ProgramFunctions* own, std::string_view name) {
  const AggregateFunction* f = own == nullptr ? nullptr : own->FindAggregate(name);
  return f != nullptr ? f : FindAggregateFunction(name);
}

std::string NearestFunction(const ProgramFunctions* own, std::string_view name) {
  if (own != nullptr) {
    std::string nearest = NearestName(name, own->Names());
    if (!nearest.empty()) return nearest;
  }
  return NearestFunction(name);
}

}  // namespace parton

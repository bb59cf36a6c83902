// The lists of include/parton/language.h, from the tables of functions and settings.
#include "parton/language.h"

#include <algorithm>

#include "planner/binder/binder.h"
#include "planner/plan/plan.h"
#include "planner/settings.h"
#include "session/database_settings.h"
#include "types/functions/functions.h"

namespace parton {

std::vector<FunctionInfo> FunctionList() {
  std::vector<FunctionInfo> list;
  for (const ScalarFunction* f : AllScalarFunctions()) {
    list.push_back({f->name, f->signature, f->doc});
  }
  for (const AggregateFunction* f : AllAggregateFunctions()) {
    list.push_back({f->name, f->signature, f->doc});
  }
  std::sort(list.begin(), list.end(), [](const FunctionInfo& a, const FunctionInfo& b) { return a.name < b.name; });
  return list;
}

std::vector<std::string> TableFunctionNames() {
  std::vector<std::string> names = TableFunctions();
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> AccessPathNames() {
  std::vector<std::string> names;
  for (AccessKind kind : kAccessKinds) names.emplace_back(AccessKindName(kind));
  return names;
}

std::vector<SettingDescription> SettingList() {
  std::vector<SettingDescription> list;
  for (const SettingInfo& s : AllSettings()) list.push_back({s.name, s.values, s.doc});
  for (const SettingInfo& s : DatabaseSettings()) list.push_back({s.name, s.values, s.doc});
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return list;
}

std::string Nearest(std::string_view name, const std::vector<std::string>& candidates) {
  return NearestName(name, candidates);
}

}  // namespace parton

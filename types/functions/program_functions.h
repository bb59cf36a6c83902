// The functions that the program added to one database, beside those that all have.
#ifndef PARTON_TYPES_FUNCTIONS_PROGRAM_FUNCTIONS_H_
#define PARTON_TYPES_FUNCTIONS_PROGRAM_FUNCTIONS_H_

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "types/functions/functions.h"
#include "types/sync/mutex.h"

namespace parton {

// Threads: any. Every function stays at its address until this ends, also when it was removed: expressions point at it.
class ProgramFunctions {
 public:
  // Errors (kValidation): the name, upper case, is that of a function of these or of all databases.
  Status Add(ScalarFunction f);
  Status Add(AggregateFunction f);
  // Error (kNotFound): none of these has that name. Any case.
  Status Remove(std::string_view name);

  // By name, any case; null if there is none.
  const ScalarFunction* FindScalar(std::string_view name) const;
  const AggregateFunction* FindAggregate(std::string_view name) const;
  std::vector<std::string> Names() const;

 private:
  Status CheckFree(const std::string& name) const REQUIRES(mutex_);

  mutable SharedMutex mutex_;
  std::deque<ScalarFunction> scalar_storage_ GUARDED_BY(mutex_);
  std::deque<AggregateFunction> aggregate_storage_ GUARDED_BY(mutex_);
  std::map<std::string, const ScalarFunction*, std::less<>> scalars_ GUARDED_BY(mutex_);
  std::map<std::string, const AggregateFunction*, std::less<>> aggregates_ GUARDED_BY(mutex_);
};

// The function of that name out of `own`, which may be null, or of those that all databases have; null if neither.
const ScalarFunction* FindScalarFunction(const ProgramFunctions* own, std::string_view name);
const AggregateFunction* FindAggregateFunction(const ProgramFunctions* own, std::string_view name);
std::string NearestFunction(const ProgramFunctions* own, std::string_view name);

}  // namespace parton

#endif  // PARTON_TYPES_FUNCTIONS_PROGRAM_FUNCTIONS_H_

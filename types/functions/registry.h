// Collects the families of functions for the registry. Not for use outside types/functions.
#ifndef PARTON_TYPES_FUNCTIONS_REGISTRY_H_
#define PARTON_TYPES_FUNCTIONS_REGISTRY_H_

#include <string>
#include <utility>
#include <vector>

#include "types/expr/evaluate_internal.h"
#include "types/functions/functions.h"

namespace parton::functions {

class Registry {
 public:
  // A function and its properties; change rare ones on the result.
  ScalarFunction& Add(std::string signature, std::string group, std::string doc, std::string example, int min_args,
                      int max_args, std::vector<ArgType> args,
                      std::function<Value(const Value*, int, EvalContext&)> call);
  // A second name of the function added last.
  void Alias(std::string name);
  void Add(AggregateFunction f) { aggregates.push_back(std::move(f)); }

  std::vector<ScalarFunction> scalars;
  std::vector<AggregateFunction> aggregates;
};

void AddStringFunctions(Registry& r);
void AddRegexFunctions(Registry& r);
void AddNumericFunctions(Registry& r);
void AddTemporalFunctions(Registry& r);
void AddCollectionFunctions(Registry& r);
void AddConditionalFunctions(Registry& r);
void AddConversionFunctions(Registry& r);
void AddDynamoFunctions(Registry& r);
void AddGraphFunctions(Registry& r);
void AddAggregates(Registry& r);

// The integer in `v`. False (after a mismatch or failure) if it has more than 64 bits.
// REQUIRES: v is INT.
inline bool SmallInt(const Value& v, int64_t* out, EvalContext& ctx) {
  if (v.is_small_int()) {
    *out = v.int_value();
    return true;
  }
  if (v.number().TryInt64(out)) return true;
  (void)ctx.Fail(Status::Validation("the integer is too big here"));
  return false;
}

inline constexpr ArgType kAny = ArgType::kAny, kInt = ArgType::kInt, kNumeric = ArgType::kNumeric,
                         kText = ArgType::kText, kCollection = ArgType::kCollection;

// Longest string a function builds out of others.
inline constexpr int64_t kMaxBuiltText = 16 << 20;
// False if a string of `bytes` is too long: the call then has failed, with an error that names the function.
inline bool MayBuild(const char* function, size_t bytes, EvalContext& ctx) {
  if (bytes <= static_cast<size_t>(kMaxBuiltText)) return true;
  (void)ctx.Fail(Status(StatusCode::kLimitExceeded, std::string(function) + ": the result is longer than " +
                                                        std::to_string(kMaxBuiltText >> 20) + " MB"));
  return false;
}

}  // namespace parton::functions

#endif  // PARTON_TYPES_FUNCTIONS_REGISTRY_H_

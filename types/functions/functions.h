// The one table of functions: the binder, the evaluator, --help, completion and docs/functions.md read it.
#ifndef PARTON_TYPES_FUNCTIONS_FUNCTIONS_H_
#define PARTON_TYPES_FUNCTIONS_FUNCTIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parton/value.h"
#include "types/expr/evaluate.h"

namespace parton {

// What an argument may be. A present value of another type is a mismatch (before NULL is considered:
// overloads are resolved on types first).
enum class ArgType : uint8_t {
  kAny,
  kBool,
  kInt,
  kExact,
  kNumeric,
  kText,
  kLob,
  kTextOrLob,
  kTemporal,
  kInterval,
  kCollection,
  kStruct,
  kSized
};

enum class AbsentRule : uint8_t {
  kPropagate,  // any MISSING argument: MISSING; else any NULL: NULL
  kCustom,     // the function sees absent arguments itself
};

struct ScalarFunction {
  std::string name;       // upper case
  std::string signature;  // "SUBSTRING(text STRING, start INT [, length INT]) -> STRING"
  std::string group;      // "string", "numeric", "date and time", "collection", "DynamoDB", "conversion", ...
  std::string doc;        // one sentence
  std::string example;    // "SUBSTRING('parton', 1, 4) = 'part'"; checked by a test
  int min_args = 0;
  int max_args = 0;           // -1: any number
  std::vector<ArgType> args;  // the last one repeats
  AbsentRule absent = AbsentRule::kPropagate;
  bool deterministic = true;
  // COALESCE: evaluates the arguments in order up to the first present one, and returns it. `call` is not used.
  bool first_present = false;
  // For functions like attribute_exists, which test for presence: a failed look-up in an argument is no type error,
  // even in strict typing.
  bool probes = false;
  // Yields FALSE in DynamoDB's logic where it would be absent: begins_with and its like.
  bool predicate = false;
  // If not empty, the first argument of two or more must be one of these words, any case: EXTRACT's field.
  std::vector<std::string> keywords = {};
  // Called with arguments that fit `args`. Errors through ctx.
  std::function<Value(const Value* args, int count, EvalContext& ctx)> call;
};

// One running aggregate. Merge() joins partial aggregates of scan workers.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  // REQUIRES: `v` is present (absent values are skipped by the caller unless the function takes them).
  virtual void Add(const Value& v, EvalContext& ctx) = 0;
  virtual void Merge(Accumulator& other, EvalContext& ctx) = 0;
  // The aggregate of what was added so far; may be called again after more Add().
  virtual Value Finish(EvalContext& ctx) = 0;
  // Back to nothing added.
  virtual void Reset() = 0;
  // Bytes held beyond the object itself, roughly; more or equal after each Add().
  virtual size_t MemoryUsed() const { return 0; }
};

struct AggregateFunction {
  std::string name;  // "SUM"
  std::string signature;
  std::string doc;
  std::string example;
  bool takes_absent = false;  // ARRAY_AGG keeps NULL
  bool grows = false;         // it holds what was added: memory is watched by MemoryUsed()
  int max_args = 1;           // STRING_AGG(x, separator): 2; the second must be constant per group
  // `constant_args`: the arguments after the first.
  std::function<std::unique_ptr<Accumulator>(const std::vector<Value>& constant_args)> make;
};

// Lookup by name, any case; null if there is none. Threads: any (registration happens before use).
const ScalarFunction* FindScalarFunction(std::string_view name);
const AggregateFunction* FindAggregateFunction(std::string_view name);
// Sorted by name; for documentation and completion.
std::vector<const ScalarFunction*> AllScalarFunctions();
std::vector<const AggregateFunction*> AllAggregateFunctions();
// Adds a user's function. Error: the name is taken by a built-in.
Status RegisterScalarFunction(ScalarFunction f);
Status RegisterAggregateFunction(AggregateFunction f);
// Errors of a call that do not depend on rows (partiql-spec, static checks): a wrong number of arguments, or a
// present literal of a type that the function never takes. For binding in
// strict typing, or with `counts_only` in permissive typing. Span: that of the argument.
Status CheckCallStatically(const ScalarFunction& f, const std::vector<ExprPtr>& args, bool counts_only = false);
// The same for the operators `||` and LIKE.
Status CheckOperatorStatically(const Expr& e);

// Whether a present value of `type` is taken where `arg` is asked for.
bool Accepts(ArgType arg, Type type);
// "a string", "an integer", ...: for messages.
std::string_view ArgTypeName(ArgType arg);

// The closest known name, or empty.
std::string NearestFunction(std::string_view name);

// Edit-distance suggestion out of candidates; empty if none is near. For all "did you mean" hints.
std::string NearestName(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace parton

#endif  // PARTON_TYPES_FUNCTIONS_FUNCTIONS_H_

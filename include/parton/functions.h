// Functions of the embedding program, for use in statements.
//
//   parton::Status registered = parton::RegisterFunction({.name = "DOUBLE_IT", .min_args = 1, .max_args = 1,
//       .call = [](std::span<const parton::Value> args) -> parton::Result<parton::Value> {
//         PARTON_ASSIGN_OR_RETURN(const parton::Number n, args[0].AsNumber());  // else kTypeMismatch
//         PARTON_ASSIGN_OR_RETURN(const parton::Number twice, parton::Number::Add(n, n));
//         return parton::Value(twice);
//       }});
//
// Registration is for the whole process, comes before the first statement that names the function, and stays.
// Database::AddFunction and AddAggregate (parton/database.h) are for one database, at any time, and can be taken back.
// Threads: register from one thread; registered functions are called from any, several at once.
#ifndef PARTON_FUNCTIONS_H_
#define PARTON_FUNCTIONS_H_

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

struct Function {
  std::string name;  // any case; a letter or _, then letters, digits, _
  int min_args = 0;
  int max_args = 0;  // -1: any number
  // False: a MISSING argument gives MISSING, else a NULL gives NULL, and `call` never sees either.
  bool takes_absent = false;
  // True if the same arguments always give the same result: it may then be computed ahead.
  bool deterministic = true;
  std::string doc = {};  // one sentence, for help
  // kTypeMismatch gives MISSING in permissive typing and fails in strict; any other error fails the statement.
  std::function<Result<Value>(std::span<const Value> args)> call;
};

// One running aggregate.
class Aggregate {
 public:
  virtual ~Aggregate() = default;
  // REQUIRES: `v` is neither NULL nor MISSING.
  virtual Status Add(const Value& v) = 0;
  // Adds the values of another aggregate of the same function, which is used up: scans aggregate in several
  // workers.
  virtual Status Merge(Aggregate& other) = 0;
  // The aggregate of the values added so far. More Add() may follow.
  virtual Result<Value> Finish() = 0;
  // Back to nothing added.
  virtual void Reset() = 0;
  // Bytes held beyond the object itself, roughly, for an aggregate that keeps its values. They count against the
  // statement's memory limit. Add() must not make it smaller.
  virtual size_t MemoryUsed() const { return 0; }
};

struct AggregateDefinition {
  std::string name;
  std::string doc;
  std::function<std::unique_ptr<Aggregate>()> make;
};

// Errors: a name that is taken or malformed; no function; argument counts that make no sense.
Status RegisterFunction(Function function);
Status RegisterAggregate(AggregateDefinition aggregate);

}  // namespace parton

#endif  // PARTON_FUNCTIONS_H_

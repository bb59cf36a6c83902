// Many integers at once, for an accumulator that can take them so.
#ifndef PARTON_TYPES_FUNCTIONS_INTEGER_TALLY_H_
#define PARTON_TYPES_FUNCTIONS_INTEGER_TALLY_H_

#include <cstdint>

#include "types/expr/evaluate.h"

namespace parton {

// What SUM and AVG are beside Accumulator (types/functions/functions.h).
class IntegerTally {
 public:
  virtual ~IntegerTally() = default;
  // As Add() of `count` integers whose sum this is.
  virtual void AddIntegers(int64_t sum, int64_t count, EvalContext& ctx) = 0;
};

}  // namespace parton

#endif  // PARTON_TYPES_FUNCTIONS_INTEGER_TALLY_H_

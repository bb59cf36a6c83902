// A string or binary value that is set again and again, as the row a result shows.
#ifndef PARTON_TYPES_VALUE_KEPT_BYTES_H_
#define PARTON_TYPES_VALUE_KEPT_BYTES_H_

#include "parton/value.h"

namespace parton {

// Makes `kept` an independent copy of the string or binary `from`. The memory of `kept` is used again if it suffices
// and nobody has a copy of that Value. Throws std::bad_alloc.
void KeepBytes(const Value& from, Value* kept);

}  // namespace parton

#endif  // PARTON_TYPES_VALUE_KEPT_BYTES_H_

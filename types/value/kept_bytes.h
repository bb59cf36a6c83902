// A string or binary value whose memory is reused: the row that a result shows.
#ifndef PARTON_TYPES_VALUE_KEPT_BYTES_H_
#define PARTON_TYPES_VALUE_KEPT_BYTES_H_

#include "parton/value.h"

namespace parton {

// Makes `kept` an independent copy of the string or binary `from`. Reuses the memory of `kept` if it suffices and no
// other Value shares it. Throws std::bad_alloc.
void KeepBytes(const Value& from, Value* kept);

}  // namespace parton

#endif  // PARTON_TYPES_VALUE_KEPT_BYTES_H_

// Turns exceptions of the embedding program's callbacks into errors: they must not pass through the engine.
#ifndef PARTON_SESSION_THROWN_H_
#define PARTON_SESSION_THROWN_H_

#include <string>
#include <string_view>

#include "parton/status.h"

namespace parton {

// REQUIRES: called in a handler (catch). `who`: "the function F". kOutOfMemory for std::bad_alloc, else kInternal.
Status ThrownBy(std::string_view who);

}  // namespace parton

#endif  // PARTON_SESSION_THROWN_H_

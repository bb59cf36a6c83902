// What every function of the database does around its work.
#ifndef PARTON_SESSION_BOUNDED_CALL_H_
#define PARTON_SESSION_BOUNDED_CALL_H_

#include <cstddef>
#include <utility>

#include "types/status/bounds.h"

namespace parton {

// A request: bound as a statement is (Options::memory_limit_bytes); what it throws is an error.
template <typename F>
auto BoundedCall(size_t memory_limit_bytes, F&& f) -> decltype(f()) {
  StatementBounds bounds;
  bounds.Start(memory_limit_bytes, nullptr);
  const BoundsScope scope(&bounds);
  return Guarded(std::forward<F>(f));
}

}  // namespace parton

#endif  // PARTON_SESSION_BOUNDED_CALL_H_

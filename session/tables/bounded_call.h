// What every function of the database does around its work.
#ifndef PARTON_SESSION_TABLES_BOUNDED_CALL_H_
#define PARTON_SESSION_TABLES_BOUNDED_CALL_H_

#include <utility>

#include "session/database_state.h"
#include "types/status/bounds.h"

namespace parton {

// A request: bound as a statement is; what it throws is an error.
template <typename F>
auto BoundedCall(const DatabaseState& db, F&& f) -> decltype(f()) {
  StatementBounds bounds;
  bounds.Start(db.options.memory_limit_bytes, nullptr);
  const BoundsScope scope(&bounds);
  return Guarded(std::forward<F>(f));
}

}  // namespace parton

#endif  // PARTON_SESSION_TABLES_BOUNDED_CALL_H_

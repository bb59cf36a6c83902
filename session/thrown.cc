#include "session/thrown.h"

#include <exception>
#include <new>

#include "types/status/bounds.h"

namespace parton {

Status ThrownBy(std::string_view who) {
  try {
    throw;
  } catch (const StatementError&) {
    return StatusOfException();  // the engine's own: cancelled, or out of time, inside of the callback
  } catch (const MemoryLimitReached&) {
    return StatusOfException();
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kOutOfMemory, std::string(who) + " found no memory");
  } catch (const std::exception& e) {
    return Status(StatusCode::kInternal, std::string(who) + " threw an exception: " + e.what());
  } catch (...) {
    return Status(StatusCode::kInternal, std::string(who) + " threw something that is no std::exception");
  }
}

}  // namespace parton

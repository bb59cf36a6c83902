// Statuses as Python's exceptions (parton/errors.py), and back.
#ifndef PARTON_PYTHON_ERRORS_H_
#define PARTON_PYTHON_ERRORS_H_

#include <pybind11/pybind11.h>

#include <string>

#include "parton/status.h"

namespace parton::python {

// Throws the exception of an error; the interpreter's lock is held. A KeyboardInterrupt that stopped the statement, or
// what a callback in Python raised, comes in place of the status.
[[noreturn]] void Raise(const Status& status);
inline void RaiseIfError(const Status& status) {
  if (!status.ok()) [[unlikely]]
    Raise(status);
}
template <typename T>
T ValueOf(Result<T> result) {
  if (!result.ok()) [[unlikely]]
    Raise(result.status());
  return std::move(result).value();
}

// Throws one of parton's exceptions by its name: "ProgrammingError", ...
[[noreturn]] void RaiseNamed(const char* name, const std::string& message);

// The Python exception that is being handled, as a status. It is kept for Raise on the same thread. REQUIRES: the
// interpreter's lock.
Status StatusOfPython(pybind11::error_already_set& error);
// Drops what StatusOfPython kept of an earlier call.
void ForgetRaised();

}  // namespace parton::python

#endif  // PARTON_PYTHON_ERRORS_H_

#include "errors.h"

#include <optional>

namespace py = pybind11;

namespace parton::python {
namespace {

// What a callback raised on this thread, until the statement that called it has ended. Never destroyed with something
// in it: Raise takes it.
thread_local PyObject* raised = nullptr;

py::object MakeError(const Status& status) {
  py::list reasons;
  for (const Status& reason : status.reasons()) {
    reasons.append(reason.ok() ? py::object(py::none()) : MakeError(reason));
  }
  const TextSpan span = status.span();
  py::object position = py::none();
  if (span.line != 0) position = py::make_tuple(span.line, span.column, span.offset, span.length);
  return py::module_::import("parton.errors")
      .attr("from_status")(static_cast<int>(status.code()), std::string(status.ExceptionName()), status.message(),
                           status.hint(), position, reasons, status.IsRetryable());
}

}  // namespace

void Raise(const Status& status) {
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  if (raised != nullptr) {
    PyObject* error = raised;
    raised = nullptr;
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error)), error);
    Py_DECREF(error);
    throw py::error_already_set();
  }
  const py::object error = MakeError(status);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw py::error_already_set();
}

void RaiseNamed(const char* name, const std::string& message) {
  const py::object type = py::module_::import("parton.errors").attr(name);
  PyErr_SetString(type.ptr(), message.c_str());
  throw py::error_already_set();
}

Status StatusOfPython(py::error_already_set& error) {
  const std::string message = error.what();
  Py_XDECREF(raised);
  raised = error.value().inc_ref().ptr();
  return Status::Validation(message.substr(0, message.find('\n')));
}

void ForgetRaised() {
  if (raised != nullptr) Py_CLEAR(raised);
}

}  // namespace parton::python

// The module parton._parton: what the package's Python files are made of.
#include <pybind11/pybind11.h>

#include <string>

#include "convert.h"
#include "cursor.h"
#include "feed.h"
#include "functions.h"
#include "link.h"
#include "parton/database.h"

namespace py = pybind11;

PYBIND11_MODULE(_parton, module) {
  module.doc() = "Parton's engine. Use the package parton.";
  module.attr("version") = std::string(parton::Version());
  parton::python::InitConvert(module);
  parton::python::DefineLink(module);
  parton::python::DefineCursor(module);
  parton::python::DefineFeed(module);
  parton::python::DefineFunctions(module);
  module.def("to_literal", [](const py::object& value) {
    return parton::python::FromPython(value.ptr(), parton::python::Numbers::kPython).ToLiteral();
  });
}

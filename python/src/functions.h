#ifndef PARTON_PYTHON_FUNCTIONS_H_
#define PARTON_PYTHON_FUNCTIONS_H_

#include <pybind11/pybind11.h>

namespace parton::python {

// Functions and aggregates in Python for the statements of one database.
void DefineFunctions(pybind11::module_& module);

}  // namespace parton::python

#endif  // PARTON_PYTHON_FUNCTIONS_H_

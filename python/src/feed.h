#ifndef PARTON_PYTHON_FEED_H_
#define PARTON_PYTHON_FEED_H_

#include <pybind11/pybind11.h>

namespace parton::python {

void DefineFeed(pybind11::module_& module);

}  // namespace parton::python

#endif  // PARTON_PYTHON_FEED_H_

// Values as Python objects, and back.
//
//   NULL None · MISSING parton.MISSING · BOOL bool · INT int · DECIMAL decimal.Decimal · FLOAT float · STRING str ·
//   BLOB bytes · DATE, TIME, TIMESTAMP datetime's (to microseconds) · INTERVAL timedelta, or parton.Months ·
//   LIST, BAG list · sets set · STRUCT dict
//
// All functions: the interpreter's lock is held.
#ifndef PARTON_PYTHON_CONVERT_H_
#define PARTON_PYTHON_CONVERT_H_

#include <pybind11/pybind11.h>

#include <string_view>
#include <utility>
#include <vector>

#include "parton/value.h"

namespace parton::python {

// How numbers are read and taken.
enum class Numbers : uint8_t {
  kPython,  // INT int, DECIMAL Decimal, FLOAT float
  kBoto3,   // every number is a Decimal, and a float is refused, as boto3 has it
};

// Imports what conversions need. Once, when the module is made.
void InitConvert(pybind11::module_& module);

// A new reference; throws error_already_set.
PyObject* ToPython(const Value& value, Numbers numbers);
inline pybind11::object ToObject(const Value& value, Numbers numbers) {
  return pybind11::reinterpret_steal<pybind11::object>(ToPython(value, numbers));
}

// Throws error_already_set: TypeError for an object that is no value, parton.DataError for one out of range.
Value FromPython(PyObject* object, Numbers numbers);

// A sequence that is no text, as parameters.
std::vector<Value> Positional(PyObject* sequence, Numbers numbers);
std::vector<std::pair<std::string, Value>> Named(PyObject* mapping, Numbers numbers);

// The text of a str. Throws for another type. Valid as long as the object.
std::string_view Text(PyObject* object, const char* what);

}  // namespace parton::python

#endif  // PARTON_PYTHON_CONVERT_H_

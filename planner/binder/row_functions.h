// Functions that only the binder writes into plans: they have no name in the language.
#ifndef PARTON_PLANNER_BINDER_ROW_FUNCTIONS_H_
#define PARTON_PLANNER_BINDER_ROW_FUNCTIONS_H_

#include "types/functions/functions.h"

namespace parton {

// (row, from, to): the row with its columns `from` named `to`. `from` NULL: the fields of a tuple
// by position, or the elements of an array. A column that the row does not have is left out. A row
// with more fields than names, where they go by position, is an error; so is what is neither tuple
// nor array, unless there is one name for it.
const ScalarFunction& RenameColumnsFunction();

// (row, columns): an array of the row's columns, MISSING where it has none. `columns` NULL: all its
// fields.
const ScalarFunction& RowArrayFunction();

// (value, paths): the value without the parts at the paths (EXCLUDE). A path is a list of steps: ['n', name, exact],
// ['i', position], ['w'] for every element, ['u'] for every field.
const ScalarFunction& ExcludeFunction();

}  // namespace parton

#endif  // PARTON_PLANNER_BINDER_ROW_FUNCTIONS_H_

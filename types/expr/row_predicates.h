// Predicates that have no name as a function: the binder writes them into plans as calls.
#ifndef PARTON_TYPES_EXPR_ROW_PREDICATES_H_
#define PARTON_TYPES_EXPR_ROW_PREDICATES_H_

#include "types/expr/expr.h"
#include "types/functions/functions.h"

namespace parton {

// (value, collection): value <op> ANY (collection), or ALL. SQL's logic: an element that compares as
// unknown makes the result unknown unless another one decides. `rows`: values are rows, (a, b).
const ScalarFunction& QuantifiedFunction(CompareOp op, bool all, bool rows);

// a IS DISTINCT FROM b; `negated`: IS NOT DISTINCT FROM. Written as [a] <> [b] and [a] = [b]: inside a
// list NULL and MISSING equal each other, so the result is never absent, and [a] = [b] may be a join's key.
ExprPtr DistinctFrom(ExprPtr a, ExprPtr b, bool negated, TextSpan span);
// Whether `c` is such a comparison; then *a and *b are its operands.
bool IsDistinctFrom(const Expr::Compare& c, ExprPtr* a, ExprPtr* b);

// Whether `f` is printed between its arguments: x >= ALL (...).
bool IsInfix(const ScalarFunction& f);

}  // namespace parton

#endif  // PARTON_TYPES_EXPR_ROW_PREDICATES_H_

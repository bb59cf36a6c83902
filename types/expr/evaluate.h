// Evaluation of bound expressions over a Frame.
//
// A type error is data: permissive typing yields MISSING; strict typing keeps the first one in EvalContext::error,
// and the statement fails. Hard errors (partiql-spec: those that fail in both modes) are kept there in both. The
// caller checks `ctx.error` at the end of each row.
#ifndef PARTON_TYPES_EXPR_EVALUATE_H_
#define PARTON_TYPES_EXPR_EVALUATE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "parton/status.h"
#include "parton/text.h"
#include "parton/value.h"
#include "types/expr/expr.h"

namespace parton {

enum class Typing : uint8_t { kPermissive, kStrict };
// Three-valued PartiQL logic, or DynamoDB's two-valued one (dialect.md, "Two logics").
enum class Logic : uint8_t { kPartiql, kDynamo };

using Frame = std::vector<Value>;

struct EvalContext;
namespace eval {
class ListSets;  // types/expr/list_sets.h
}  // namespace eval

// Runs subqueries for the evaluator; the executor implements it.
class SubqueryRunner {
 public:
  virtual ~SubqueryRunner() = default;
  // The value of the subquery on ctx.frame. Errors go to ctx.error.
  virtual Value Run(const Expr::Subquery& subquery, EvalContext& ctx) = 0;
};

struct EvalContext {
  Frame* frame = nullptr;
  const std::vector<Value>* parameters = nullptr;
  SubqueryRunner* subqueries = nullptr;
  Typing typing = Typing::kPermissive;
  Logic logic = Logic::kPartiql;
  int64_t now_nanos = 0;  // statement's clock, ns since the epoch, UTC
  Status error;           // the first one
  // What IN has hashed of long lists. To be dropped where parameters get other values.
  std::shared_ptr<eval::ListSets> lists;

  bool failed() const { return !error.ok(); }
  // Values of wrong types that gave MISSING in permissive typing. Attributes that are not there do not count.
  struct Mismatches {
    uint64_t count = 0;
    Status first;
  };
  Mismatches mismatches;

  // A type mismatch: MISSING; an error as well in strict typing.
  Value Mismatch(const char* what, const Expr* where = nullptr);
  // True if Mismatch uses `what`.
  bool WantsReason() const { return typing == Typing::kStrict || mismatches.count == 0; }
  // The same for an attribute or element that is absent.
  Value Absent(const char* what, const Expr* where);
  // Fails in both modes; returns MISSING.
  Value Fail(Status status);
};

// The value of `e`. The reference is to a literal, a parameter, a slot, or *scratch; it is valid until any
// of them changes. The value may be borrowed from a slot's row.
const Value& Evaluate(const Expr& e, EvalContext& ctx, Value* scratch);

// As a value of its own (still possibly borrowed from the current row).
Value EvaluateValue(const Expr& e, EvalContext& ctx);

// True if the predicate is TRUE: WHERE, HAVING, ON, FILTER, conditions.
bool EvaluatePredicate(const Expr& e, EvalContext& ctx);

// The value of a constant expression (no slots), folded at planning time; nullptr-like MISSING with
// ctx.error set if it fails. REQUIRES: IsConstant(e).
Value EvaluateConstant(const Expr& e, EvalContext& ctx);

// CAST as PartiQL defines it (strict/permissive by ctx).
Value CastValue(const Value& v, const TypeSpec& type, EvalContext& ctx);
// v IS type.
bool IsOfType(const Value& v, const TypeSpec& type, EvalContext& ctx);

}  // namespace parton

#endif  // PARTON_TYPES_EXPR_EVALUATE_H_

// Predicates on encoded items, evaluated on their bytes.
#ifndef PARTON_TYPES_EXPR_ITEM_FILTER_H_
#define PARTON_TYPES_EXPR_ITEM_FILTER_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "types/expr/evaluate.h"
#include "types/expr/expr.h"

namespace parton {

// A filter on one item, compiled to comparisons of bytes: of its terms those that compare attributes with literals,
// parameters or one another. Where it cannot tell (another kind of term, a value that a comparison does not take, an
// attribute that strict typing asks for in vain) it says so, and the filter is to be evaluated: it gives what
// EvaluatePredicate gives, with the same errors, or nothing.
//
// Threads: one.
class ItemFilter {
 public:
  enum class Verdict : uint8_t { kNo, kYes, kUnknown };

  // `filter` reads the item in `slot`. All outlive the ItemFilter; the parameters of `ctx` keep their values, its
  // typing and logic stay.
  ItemFilter(ExprPtr filter, int slot, const EvalContext* ctx);
  ~ItemFilter();
  ItemFilter(const ItemFilter&) = delete;
  ItemFilter& operator=(const ItemFilter&) = delete;

  Verdict Test(std::string_view item, const NameTable* names);

 private:
  struct Compiled;
  // Compiling costs as much as evaluating it a few times.
  static constexpr int kEvaluatedBefore = 8;

  const ExprPtr filter_;
  const int slot_;
  const EvalContext* const ctx_;
  int asked_ = 0;
  bool useless_ = false;  // it can never tell
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace parton

#endif  // PARTON_TYPES_EXPR_ITEM_FILTER_H_

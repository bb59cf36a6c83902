#include "types/expr/item_filter.h"

#include <utility>

#include "types/expr/byte_terms.h"

namespace parton {

struct ItemFilter::Compiled {
  Compiled(const Expr& filter, int slot, const EvalContext& ctx)
      : terms(slot, ctx, &walk), root(terms.Compile(filter)) {}

  AttributeWalk walk;
  eval::ByteTerms terms;
  eval::ByteTerm root;
};

ItemFilter::ItemFilter(ExprPtr filter, int slot, const EvalContext* ctx)
    : filter_(std::move(filter)), slot_(slot), ctx_(ctx) {}
ItemFilter::~ItemFilter() = default;

ItemFilter::Verdict ItemFilter::Test(std::string_view item, const NameTable* names) {
  if (compiled_ == nullptr) [[unlikely]] {
    if (useless_ || ++asked_ <= kEvaluatedBefore) return Verdict::kUnknown;
    auto compiled = std::make_unique<Compiled>(*filter_, slot_, *ctx_);
    useless_ = !eval::ByteTerms::Useful(compiled->root);
    if (useless_) return Verdict::kUnknown;
    compiled_ = std::move(compiled);
  }
  if (!compiled_->walk.Start(item, names)) return Verdict::kUnknown;
  const eval::ByteTruth truth = compiled_->terms.EvaluateFilter(compiled_->root);
  if (truth == eval::ByteTruth::kUnknown) return Verdict::kUnknown;
  return truth == eval::ByteTruth::kTrue ? Verdict::kYes : Verdict::kNo;
}

}  // namespace parton

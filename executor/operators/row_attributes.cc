#include "executor/operators/row_attributes.h"

namespace parton {

size_t RowAttributes::Add(const Expr& e) {
  const auto* path = e.As<Expr::Path>();
  if (path == nullptr || path->steps.size() != 1 || path->steps[0].index >= 0) return kNone;
  const auto* slot = path->base->As<Expr::Slot>();
  if (slot == nullptr) return kNone;
  Source& source = SourceOf(slot->index);
  const Place place = {&source, source.walk.Add(path->steps[0].name)};
  places_.push_back(place);
  return places_.size() - 1;
}

}  // namespace parton

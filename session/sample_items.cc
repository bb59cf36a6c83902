#include "session/sample_items.h"

#include "types/expr/evaluate.h"

namespace parton {

void SampleItems(TableStore& store, ReadView& view, const TablePtr& table, const ScanSegment* segment,
                 const SampleLimits& limits, const std::function<void(const Value& item)>& each) {
  CursorSpec spec;
  spec.table = table;
  spec.segment = segment;
  spec.measure = true;
  spec.examine_items = limits.items;
  spec.examine_bytes = limits.bytes;
  Frame frame(1);
  EvalContext context;
  context.frame = &frame;
  auto cursor = store.OpenCursor(view, spec, &context, 0);
  if (!cursor.ok()) return;
  for (Value item; (*cursor)->Next(&item);) each(item.Materialize());
}

}  // namespace parton

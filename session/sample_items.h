// A few items of a table, read without further ado: for guesses about attributes.
#ifndef PARTON_SESSION_SAMPLE_ITEMS_H_
#define PARTON_SESSION_SAMPLE_ITEMS_H_

#include <cstdint>
#include <functional>

#include "parton/value.h"
#include "storage/table_store.h"

namespace parton {

struct SampleLimits {
  uint64_t items = 0;
  uint64_t bytes = 0;  // DynamoDB sizes
};

// Calls `each` with the first items, whole, of a segment of the table; null: of the table. What cannot be read is left
// out.
void SampleItems(TableStore& store, ReadView& view, const TablePtr& table, const ScanSegment* segment,
                 const SampleLimits& limits, const std::function<void(const Value& item)>& each);

}  // namespace parton

#endif  // PARTON_SESSION_SAMPLE_ITEMS_H_

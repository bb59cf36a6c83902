// Checking and encoding in one pass what most writes bring: items of simple attributes.
#ifndef PARTON_TYPES_ITEM_FLAT_ITEM_H_
#define PARTON_TYPES_ITEM_FLAT_ITEM_H_

#include <string>

#include "parton/value.h"
#include "types/item/name_table.h"

namespace parton {

// Appends to *out what EncodeItem gives for ToStorableItem(item). False, and nothing appended, if the item must take
// that longer way: it is not flat (strings, binaries, 64-bit integers, booleans, nulls), has a name that `names` does
// not know yet, is no struct of decoded fields, is large, or is not storable at all.
bool EncodeFlatItem(const Value& item, const NameTable& names, std::string* out);

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_FLAT_ITEM_H_

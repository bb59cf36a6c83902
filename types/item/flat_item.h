// Checks and encodes items of simple attributes, the common case of writes, in one pass.
#ifndef PARTON_TYPES_ITEM_FLAT_ITEM_H_
#define PARTON_TYPES_ITEM_FLAT_ITEM_H_

#include <string>

#include "parton/value.h"
#include "types/item/name_table.h"

namespace parton {

// Appends to *out the bytes of EncodeItem(ToStorableItem(item)). Returns false, and appends nothing, if the item
// needs those two functions: it is not flat (strings, binaries, 64-bit integers, booleans, nulls), has a name that
// `names` does not know yet, is no struct of decoded fields, is large, or cannot be stored.
bool EncodeFlatItem(const Value& item, const NameTable& names, std::string* out);

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_FLAT_ITEM_H_

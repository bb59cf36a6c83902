// The usual way of an item into bytes, for tests of the quicker ones.
#ifndef PARTON_TESTS_UNIT_TYPES_LONG_WAY_H_
#define PARTON_TESTS_UNIT_TYPES_LONG_WAY_H_

#include <string>

#include "types/item/item_codec.h"
#include "types/item/item_rules.h"

namespace parton {

// Empty: the item is not storable.
inline std::string TheLongWay(const Value& item, NameTable* names) {
  Result<Value> storable = ToStorableItem(item);
  if (!storable.ok()) return "";
  std::string bytes;
  EncodeItem(*storable, names, &bytes);
  return bytes;
}

}  // namespace parton

#endif  // PARTON_TESTS_UNIT_TYPES_LONG_WAY_H_

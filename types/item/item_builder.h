// Encodes an item attribute by attribute, without a decoded Value: readers of files use it.
#ifndef PARTON_TYPES_ITEM_ITEM_BUILDER_H_
#define PARTON_TYPES_ITEM_ITEM_BUILDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/value.h"
#include "types/item/name_table.h"

namespace parton {

// Each step returns false if it could not be done. The caller then makes the item as a Value, which also reports its
// errors. Not thread-safe.
class ItemBuilder {
 public:
  // `names` must outlive the builder and the items.
  explicit ItemBuilder(const NameTable* names) : names_(names) {}

  // Starts an item; drops an unfinished one.
  void Clear();
  // Starts an attribute; exactly one Put follows. False: `names` does not know the name yet.
  bool Name(std::string_view name);
  // REQUIRES: UTF-8
  void PutString(std::string_view s);
  // False: not storable, as ToStorable has it.
  bool Put(const Value& v);
  // The item, as EncodeItem(ToStorableItem(...)) makes it of the same attributes. False: a name occurs twice, or
  // the item is so large that its size must be computed.
  bool Finish(Value* item);

 private:
  struct Attribute {
    uint32_t id;
    uint32_t begin;
  };

  const NameTable* names_;
  std::string bytes_;
  std::vector<Attribute> attributes_;
  // Consecutive items mostly have the same names in the same order: a right guess saves the look-up.
  std::vector<uint32_t> guesses_;
  size_t name_bytes_ = 0;
  bool ascending_ = true;
};

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_ITEM_BUILDER_H_

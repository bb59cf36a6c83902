// An encoded item made attribute by attribute, without a decoded one first: what readers of files give the writer.
#ifndef PARTON_TYPES_ITEM_ITEM_BUILDER_H_
#define PARTON_TYPES_ITEM_ITEM_BUILDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parton/value.h"
#include "types/item/name_table.h"

namespace parton {

// Each step tells whether it went well. If not, the item must be made the usual way, as a Value, which also finds out
// what is wrong with it, if anything is. Not thread-safe.
class ItemBuilder {
 public:
  // `names` must outlive the builder and the items.
  explicit ItemBuilder(const NameTable* names) : names_(names) {}

  // Starts an item; what was begun is forgotten.
  void Clear();
  // Starts an attribute; exactly one Put follows. False: `names` does not know the name yet.
  bool Name(std::string_view name);
  // REQUIRES: UTF-8
  void PutString(std::string_view s);
  // False: not storable, as ToStorable has it.
  bool Put(const Value& v);
  // The item: what EncodeItem gives for ToStorableItem of the same attributes. False: a name stands there twice, or
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
  // Items in a row tend to have the same names in the same order: a guess spares the look-up.
  std::vector<uint32_t> guesses_;
  size_t name_bytes_ = 0;
  bool ascending_ = true;
};

}  // namespace parton

#endif  // PARTON_TYPES_ITEM_ITEM_BUILDER_H_

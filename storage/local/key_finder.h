// The key of a table whose definition is lost, found in its items: a key's bytes are those of one or two attributes.
#ifndef PARTON_STORAGE_LOCAL_KEY_FINDER_H_
#define PARTON_STORAGE_LOCAL_KEY_FINDER_H_

#include <optional>
#include <string_view>
#include <vector>

#include "types/item/name_table.h"
#include "types/schema/schema.h"

namespace parton {

class KeyFinder {
 public:
  // `names` outlives it.
  explicit KeyFinder(NameTable* names) : names_(names) {}

  // An item, and its LevelDB key without the prefix.
  void Add(std::string_view components, std::string_view item);

  // A key that fits all items; none if there is no such, or no item. If several do, attributes that come first in
  // names.
  std::optional<KeySchema> Find() const;

 private:
  void Begin(std::string_view components, const Value& item);

  NameTable* names_;
  bool begun_ = false;
  std::vector<KeySchema> candidates_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_KEY_FINDER_H_

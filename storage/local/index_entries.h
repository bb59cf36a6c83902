// Index entries. An item has at most one entry in an index, and the entry depends on the item alone.
//
// An entry's key is `index keys, table keys`; its value is the item cut down to the projected
// attributes, in the item's own encoding. An item without every key attribute of the index, each of
// the declared type, not empty and not too long, has no entry (sparse). So the difference of an item's
// entries before and after a change is all an index needs.
#ifndef PARTON_STORAGE_LOCAL_INDEX_ENTRIES_H_
#define PARTON_STORAGE_LOCAL_INDEX_ENTRIES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/item/item_codec.h"
#include "types/schema/schema.h"

namespace parton {

// An index schema prepared for making entries. The schema must outlive it.
struct IndexPlan {
  // Names that have no id yet get one.
  IndexPlan(const TableSchema& table, const IndexSchema& index, NameTable* names);

  const IndexSchema* schema;
  std::string prefix;  // of all its keys
  bool all;            // the whole item is projected
  uint32_t hash_id;    // name ids of the key's attributes
  uint32_t range_id = NameTable::kNone;
  std::vector<uint32_t> part_ids;       // of all its attributes, where a part has several; else empty
  std::vector<uint32_t> ids;            // projected attributes, ascending
  std::vector<std::string> full_names;  // those that have no id
};

// Makes the entry of `item`, whose key's components are `key_bytes`. False if it has none.
bool MakeEntry(const IndexPlan& plan, const ItemView& item, std::string_view key_bytes, std::string* key,
               std::string* value);

// An item that has no entry although it has all key attributes of the index: their values could not be a key.
bool LeftOut(const IndexPlan& index, const ItemView& item);

// Whether the item has the attribute of the index's partition key, whatever its value.
bool HasPartitionKey(const IndexPlan& index, const ItemView& item);

// Appends the attributes of `item` (encoded) that are among `ids` (ascending) or `full_names`.
void ProjectItem(std::string_view item, const std::vector<uint32_t>& ids, const std::vector<std::string>& full_names,
                 std::string* out);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_INDEX_ENTRIES_H_

// Indexes that have every item with their partition key (IndexSchema::none_left_out), up to the first that has no
// entry.
//
// The catalog says so before such an item is written: a writer that is about to leave one out gives up its locks, has
// the catalog changed, and starts anew. It happens once in the life of an index. So a view taken while the catalog says
// that nothing is left out has nothing that is, and plans made under it are found out of date by the schema's version.
#ifndef PARTON_STORAGE_LOCAL_LEFT_OUT_H_
#define PARTON_STORAGE_LOCAL_LEFT_OUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "storage/local/engine.h"
#include "storage/local/rmw.h"

namespace parton {

struct IndexOfTable {
  uint32_t table_id = 0;
  uint32_t index_id = 0;
};

// The indexes that have had all items until these changes.
std::vector<IndexOfTable> IndexesThatLose(const std::vector<ItemChange>& changes, const NameTable& names);

// Changes the catalog; gives those that it said otherwise of. REQUIRES: the caller does not hold the gate.
Result<std::vector<IndexOfTable>> NoteLeftOut(Engine* engine, const std::vector<IndexOfTable>& indexes);

// What a transaction notes that relies on such an index; NoteLeftOut counts as a write of it.
std::string LeftOutMark(const IndexOfTable& index);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_LEFT_OUT_H_

// The tables of a database: one immutable state, which each schema change replaces.
#ifndef PARTON_STORAGE_LOCAL_CATALOG_H_
#define PARTON_STORAGE_LOCAL_CATALOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/local/bytes/schema_codec.h"
#include "storage/local/index_entries.h"
#include "types/item/name_table.h"
#include "types/schema/schema.h"

namespace parton {

// A schema, prepared for writers.
struct TableInfo {
  // Names that have no id yet get one.
  TableInfo(StoredTable table, NameTable* names);

  // To be changed and stored again.
  StoredTable Stored() const { return {*schema, ttl_id}; }

  TablePtr schema;
  uint32_t ttl_id = 0;  // of the queue of expiring items
  std::vector<IndexPlan> indexes;
  // The key's attributes, for change records: as IndexPlan has them.
  std::vector<uint32_t> key_ids;
  std::vector<std::string> key_names;
  uint32_t ttl_name_id = NameTable::kNone;
};

using TableInfoPtr = std::shared_ptr<const TableInfo>;

struct CatalogState {
  uint64_t version = 0;
  std::map<std::string, TableInfoPtr, std::less<>> by_name;
  std::unordered_map<uint32_t, TableInfoPtr> by_id;

  const TableInfo* Find(uint32_t id) const {
    auto it = by_id.find(id);
    return it == by_id.end() ? nullptr : it->second.get();
  }
  // The current schema of a table that a statement was planned with: the same id, or (truncated since) the
  // same name and key. Null: it is gone.
  const TableInfo* Current(const TableSchema& planned) const;

  void Put(TableInfoPtr info);
  void Erase(const TableSchema& schema);
};

using CatalogPtr = std::shared_ptr<const CatalogState>;

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_CATALOG_H_

#include "storage/local/catalog.h"

#include <algorithm>

namespace parton {

TableInfo::TableInfo(StoredTable table, NameTable* names)
    : schema(std::make_shared<const TableSchema>(std::move(table.schema))), ttl_id(table.ttl_id) {
  auto add = [&](const KeyAttribute& a) {
    const uint32_t id = names->FindOrAdd(a.name);
    if (id != NameTable::kNone) {
      key_ids.push_back(id);
    } else {
      key_names.push_back(a.name);
    }
  };
  add(schema->key.hash);
  if (schema->key.range) add(*schema->key.range);
  std::sort(key_ids.begin(), key_ids.end());
  for (const IndexSchema& index : schema->indexes) indexes.emplace_back(*schema, index, names);
  if (!schema->ttl_attribute.empty()) ttl_name_id = names->FindOrAdd(schema->ttl_attribute);
}

const TableInfo* CatalogState::Current(const TableSchema& planned) const {
  if (const TableInfo* info = Find(planned.id)) return info;
  auto it = by_name.find(planned.name);
  if (it == by_name.end()) return nullptr;
  auto same = [](const KeyAttribute& a, const KeyAttribute& b) { return a.name == b.name && a.type == b.type; };
  const KeySchema& now = it->second->schema->key;
  const KeySchema& then = planned.key;
  if (!same(now.hash, then.hash) || now.range.has_value() != then.range.has_value() ||
      (now.range && !same(*now.range, *then.range))) {
    return nullptr;
  }
  return it->second.get();
}

void CatalogState::Put(TableInfoPtr info) {
  by_id[info->schema->id] = info;
  by_name[info->schema->name] = std::move(info);
}

void CatalogState::Erase(const TableSchema& schema) {
  by_id.erase(schema.id);
  by_name.erase(schema.name);
}

}  // namespace parton

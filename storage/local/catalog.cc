#include "storage/local/catalog.h"

#include <algorithm>

namespace parton {

TableInfo::TableInfo(TablePtr table, const NameTable& names) : schema(std::move(table)) {
  for (const IndexSchema& index : schema->indexes) indexes.emplace_back(*schema, index);
  auto add = [&](const KeyAttribute& a) {
    if (a.name_id != NameTable::kNone) {
      key_ids.push_back(a.name_id);
    } else {
      key_names.push_back(a.name);
    }
  };
  add(schema->key.hash);
  if (schema->key.range) add(*schema->key.range);
  std::sort(key_ids.begin(), key_ids.end());
  if (!schema->ttl_attribute.empty()) ttl_name_id = names.Find(schema->ttl_attribute);
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

void ResolveNames(TableSchema* schema, NameTable* names) {
  auto resolve = [&](KeySchema* key) {
    key->hash.name_id = names->FindOrAdd(key->hash.name);
    if (key->range) key->range->name_id = names->FindOrAdd(key->range->name);
  };
  resolve(&schema->key);
  for (IndexSchema& index : schema->indexes) {
    resolve(&index.key);
    index.include_ids.clear();
    for (const std::string& a : index.include) index.include_ids.push_back(names->FindOrAdd(a));
  }
  if (!schema->ttl_attribute.empty()) names->FindOrAdd(schema->ttl_attribute);
}

}  // namespace parton

#include "storage/local/index_entries.h"

#include <algorithm>

#include "storage/local/bytes/key_codec.h"
#include "types/item/item_rules.h"
#include "types/item/varint.h"

namespace parton {

namespace {

bool AppendIndexKey(const KeyAttribute& attribute, uint32_t id, size_t limit, const ItemView& item, std::string* out) {
  Value v = item.Get(id, attribute.name);
  if (!MatchesKeyType(v, attribute.type)) return false;
  if (attribute.type != KeyType::kNumber && (v.bytes().empty() || v.bytes().size() > limit)) {
    return false;
  }
  return AppendComponent(attribute.type, v, out);
}

}  // namespace

IndexPlan::IndexPlan(const TableSchema& table, const IndexSchema& index, NameTable* names)
    : schema(&index),
      prefix(IdPrefix(KeySpace::kEntry, index.id)),
      all(index.projection == Projection::kAll),
      hash_id(names->FindOrAdd(index.key.hash.name)) {
  if (index.key.range) range_id = names->FindOrAdd(index.key.range->name);
  for (size_t i = 0; index.key.multi() && i < index.key.parts(); ++i) {
    part_ids.push_back(names->FindOrAdd(index.key.part(i).name));
  }
  auto add = [&](const std::string& name) {
    const uint32_t id = names->FindOrAdd(name);
    if (all) return;
    if (id != NameTable::kNone) {
      ids.push_back(id);
    } else {
      full_names.push_back(name);
    }
  };
  for (const KeySchema* key : {&table.key, &index.key}) {
    for (size_t i = 0; i < key->parts(); ++i) add(key->part(i).name);
  }
  for (const std::string& name : index.include) add(name);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool LeftOut(const IndexPlan& index, const ItemView& item) {
  const KeySchema& key = index.schema->key;
  const auto present = [&](uint32_t id, const KeyAttribute& a) { return !item.Get(id, a.name).is_missing(); };
  for (size_t i = 0; i < index.part_ids.size(); ++i) {
    if (!present(index.part_ids[i], key.part(i))) return false;
  }
  if (!index.part_ids.empty()) return true;
  return present(index.hash_id, key.hash) && (!key.range || present(index.range_id, *key.range));
}

bool HasPartitionKey(const IndexPlan& index, const ItemView& item) {
  const KeySchema& key = index.schema->key;
  for (size_t i = 1; i <= key.more_hash.size(); ++i) {
    if (item.Get(index.part_ids[i], key.part(i).name).is_missing()) return false;
  }
  return !item.Get(index.hash_id, key.hash.name).is_missing();
}

void ProjectItem(std::string_view item, const std::vector<uint32_t>& ids, const std::vector<std::string>& full_names,
                 std::string* out) {
  out->push_back(kItemVersion);
  if (item.empty()) return;
  const char* p = item.data() + 1;
  const char* end = item.data() + item.size();
  size_t next = 0;
  while (p < end) {
    const char* start = p;
    uint32_t mark = 0;
    p = GetVarint(p, end, &mark);
    if (p == nullptr) return;
    bool keep = false;
    if (mark != 0) {
      while (next < ids.size() && ids[next] + 1 < mark) ++next;
      if (next == ids.size() && full_names.empty()) return;
      keep = next < ids.size() && ids[next] + 1 == mark;
    } else {
      uint64_t n = 0;
      p = GetVarint(p, end, &n);
      if (p == nullptr || n > static_cast<uint64_t>(end - p)) return;
      keep = std::find(full_names.begin(), full_names.end(), std::string_view(p, n)) != full_names.end();
      p += n;
    }
    p = SkipValue(p, end);
    if (p == nullptr) return;
    if (keep) out->append(start, p - start);
  }
}

bool MakeEntry(const IndexPlan& plan, const ItemView& item, std::string_view key_bytes, std::string* key,
               std::string* value) {
  value->clear();
  if (!plan.all) ProjectItem(item.bytes(), plan.ids, plan.full_names, value);
  // The attributes of the key are among the projected ones, and quicker to find there.
  const ItemView source = plan.all ? item : ItemView(*value, item.names());
  key->assign(plan.prefix);
  const KeySchema& schema = plan.schema->key;
  for (size_t i = 0; i < plan.part_ids.size(); ++i) {
    const size_t limit = i < schema.hash_parts() ? kMaxHashKeyBytes : kMaxRangeKeyBytes;
    if (!AppendIndexKey(schema.part(i), plan.part_ids[i], limit, source, key)) return false;
  }
  if (plan.part_ids.empty()) {
    if (!AppendIndexKey(schema.hash, plan.hash_id, kMaxHashKeyBytes, source, key)) return false;
    if (schema.range && !AppendIndexKey(*schema.range, plan.range_id, kMaxRangeKeyBytes, source, key)) return false;
  }
  key->append(key_bytes);
  if (plan.all) value->append(item.bytes());
  return true;
}

}  // namespace parton

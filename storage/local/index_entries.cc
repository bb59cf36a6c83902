#include "storage/local/index_entries.h"

#include <algorithm>

#include "storage/local/bytes/key_codec.h"
#include "types/item/item_rules.h"
#include "types/item/varint.h"

namespace parton {

namespace {

bool AppendIndexKey(const KeyAttribute& attribute, size_t limit, const ItemView& item, std::string* out) {
  Value v = item.Get(attribute.name_id, attribute.name);
  if (!MatchesKeyType(v, attribute.type)) return false;
  if (attribute.type != KeyType::kNumber && (v.bytes().empty() || v.bytes().size() > limit)) {
    return false;
  }
  return AppendComponent(attribute.type, v, out);
}

}  // namespace

IndexPlan::IndexPlan(const TableSchema& table, const IndexSchema& index)
    : schema(&index), prefix(IdPrefix(KeySpace::kEntry, index.id)), all(index.projection == Projection::kAll) {
  if (all) return;
  auto add = [&](const KeyAttribute& a) {
    if (a.name_id != NameTable::kNone) {
      ids.push_back(a.name_id);
    } else {
      full_names.push_back(a.name);
    }
  };
  for (const KeySchema* key : {&table.key, &index.key}) {
    add(key->hash);
    if (key->range) add(*key->range);
  }
  if (index.projection == Projection::kInclude) {
    for (size_t i = 0; i < index.include.size(); ++i) {
      KeyAttribute a;
      a.name = index.include[i];
      a.name_id = i < index.include_ids.size() ? index.include_ids[i] : NameTable::kNone;
      add(a);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool LeftOut(const IndexSchema& index, const ItemView& item) {
  const auto present = [&](const KeyAttribute& a) { return !item.Get(a.name_id, a.name).is_missing(); };
  return present(index.key.hash) && (!index.key.range || present(*index.key.range));
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
  if (!AppendIndexKey(schema.hash, kMaxHashKeyBytes, source, key)) return false;
  if (schema.range && !AppendIndexKey(*schema.range, kMaxRangeKeyBytes, source, key)) return false;
  key->append(key_bytes);
  if (plan.all) value->append(item.bytes());
  return true;
}

}  // namespace parton

#include "storage/local/left_out.h"

#include <algorithm>
#include <map>

#include "storage/local/schema_change.h"

namespace parton {

std::vector<IndexOfTable> IndexesThatLose(const std::vector<ItemChange>& changes, const NameTable& names) {
  std::vector<IndexOfTable> out;
  std::string key, value;
  for (const ItemChange& c : changes) {
    if (!c.has || !c.changed()) continue;
    const ItemView item(c.new_bytes, &names);
    for (const IndexPlan& index : c.table->indexes) {
      if (!index.schema->none_left_out || !HasPartitionKey(index, item)) continue;
      if (MakeEntry(index, item, std::string_view(c.key).substr(kPrefixBytes), &key, &value)) continue;
      const IndexOfTable found{c.table->schema->id, index.schema->id};
      const auto same = [&](const IndexOfTable& i) { return i.index_id == found.index_id; };
      if (std::none_of(out.begin(), out.end(), same)) out.push_back(found);
    }
  }
  return out;
}

Result<std::vector<IndexOfTable>> NoteLeftOut(Engine* engine, const std::vector<IndexOfTable>& indexes) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  SchemaChange change(engine);
  std::map<uint32_t, StoredTable> tables;
  std::vector<IndexOfTable> noted;
  RecentWrites::Keys marks;
  for (const IndexOfTable& i : indexes) {
    const TableInfo* info = change.catalog().Find(i.table_id);
    if (info == nullptr) continue;
    StoredTable& table = tables.try_emplace(i.table_id, info->Stored()).first->second;
    for (IndexSchema& index : table.schema.indexes) {
      if (index.id != i.index_id || !index.none_left_out) continue;
      index.none_left_out = false;
      noted.push_back(i);
      marks.push_back(LeftOutMark(i));
    }
  }
  if (noted.empty()) return noted;
  for (auto& [id, table] : tables) change.PutSameVersion(std::move(table));
  const uint64_t ticket = engine->recent().Enter(std::move(marks));
  const Status changed = change.Commit();
  engine->recent().Leave(ticket, changed.ok());
  if (!changed.ok()) return changed;
  return noted;
}

std::string LeftOutMark(const IndexOfTable& index) {
  std::string mark = IdPrefix(KeySpace::kTable, index.table_id);
  AppendU32(index.index_id, &mark);
  return mark;
}

}  // namespace parton

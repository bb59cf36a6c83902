#include "storage/local/ddl.h"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <set>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/commit.h"
#include "storage/local/schema_change.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kChunk = 1000;

bool IsBeingFilled(const TableSchema& table) {
  return std::any_of(table.indexes.begin(), table.indexes.end(),
                     [](const IndexSchema& i) { return i.state == IndexState::kCreating; });
}

Status InUse(std::string_view table) {
  return Status(StatusCode::kInUse, "Attempt to change a resource which is still in use: Table: " + std::string(table) +
                                        ": an index is being created");
}

// The next keys below `end`, and *position beyond them; none at the end.
Result<std::vector<std::string>> NextKeys(Engine* engine, const leveldb::ReadOptions& options, std::string_view end,
                                          std::string* position) {
  std::vector<std::string> keys;
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(options));
  for (it->Seek(*position); it->Valid() && ToView(it->key()) < end && keys.size() < kChunk; it->Next()) {
    keys.push_back(it->key().ToString());
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  if (!keys.empty()) *position = keys.back() + '\0';
  return keys;
}

// Visits every item that was there when it started, in chunks: `visit(info, key, bytes, batch)` adds what follows from
// it, and says whether that is something or nothing was to follow. *complete: it always did. Writers that commit
// meanwhile maintain the target themselves, so a chunk's batch is good only if nothing changed since the walk through
// the chunk began; else its items are read again under their latches.
template <typename Visit>
class ItemFiller {
 public:
  ItemFiller(Engine* engine, uint32_t table_id, Visit visit)
      : engine_(engine),
        table_id_(table_id),
        visit_(std::move(visit)),
        position_(IdPrefix(KeySpace::kItem, table_id)),
        end_(PrefixSuccessor(position_)),
        options_(engine->ReadOptions(nullptr)) {
    options_.fill_cache = false;
  }

  Status Run(const ProgressFn& fn, bool* complete) {
    KeyProgress progress(engine_->db(), fn);
    progress.Plan(position_, end_);
    progress.Next();
    while (true) {
      const uint64_t changes = engine_->changes();
      const CatalogPtr catalog = engine_->catalog();
      const TableInfo* info = catalog->Find(table_id_);
      if (info == nullptr) return Gone();
      PARTON_RETURN_IF_ERROR(Walk(*info, &progress));
      if (keys_.empty()) return Status::Ok();
      HeldItems held(engine_);
      held.Latch(keys_);
      const TableInfo* now = held.catalog().Find(table_id_);
      if (now == nullptr) return Gone();
      const bool changed = now != info || engine_->changes() != changes;
      if (changed) PARTON_RETURN_IF_ERROR(WalkAgain(*now));
      if (!complete_) *complete = false;
      most_ = changed ? kChunk : kQuietChunk;
      PARTON_RETURN_IF_ERROR(engine_->WriteBatch(&batch_, engine_->options().durable));
    }
  }

 private:
  static constexpr size_t kQuietChunk = 4 * kChunk;  // writers wait for a chunk
  static constexpr size_t kMostBytes = size_t{4} << 20;

  static Status Gone() { return Status::NotFound("the table was dropped while it was being worked on"); }

  void Fill(const TableInfo& info, const leveldb::Iterator& it) {
    if (!visit_(info, ToView(it.key()), ToView(it.value()), &batch_)) complete_ = false;
  }

  Status Walk(const TableInfo& info, KeyProgress* progress) {
    Restart();
    keys_.clear();
    std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(options_));
    for (it->Seek(position_); it->Valid() && ToView(it->key()) < end_; it->Next()) {
      if (keys_.size() == most_ || batch_.ApproximateSize() > kMostBytes) break;
      keys_.push_back(it->key().ToString());
      Fill(info, *it);
      if (!progress->Step(keys_.back())) return Cancelled();
    }
    if (!keys_.empty()) position_ = keys_.back() + '\0';
    return FromLevelDb(it->status());
  }

  Status WalkAgain(const TableInfo& info) {
    Restart();
    std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(options_));
    it->Seek(keys_.front());
    for (const std::string& key : keys_) {
      // Items that came between are their writers' business.
      while (it->Valid() && ToView(it->key()) < key) it->Next();
      if (!it->Valid()) break;
      if (ToView(it->key()) == key) Fill(info, *it);
    }
    return FromLevelDb(it->status());
  }

  void Restart() {
    batch_.Clear();
    complete_ = true;
  }

  Engine* const engine_;
  const uint32_t table_id_;
  Visit visit_;
  std::string position_;
  const std::string end_;
  leveldb::ReadOptions options_;
  size_t most_ = kQuietChunk;
  std::vector<std::string> keys_;  // of the chunk
  leveldb::WriteBatch batch_;
  bool complete_ = true;  // of the chunk
};

const IndexPlan* FindPlan(const TableInfo& info, uint32_t index_id) {
  for (const IndexPlan& plan : info.indexes) {
    if (plan.schema->id == index_id) return &plan;
  }
  return nullptr;
}

}  // namespace

Status FillIndex(Engine* engine, const NewIndex& made, const ProgressFn& progress) {
  const uint32_t table_id = made.table_id, index_id = made.index_id;
  bool complete = true, none_left_out = true, found = false;
  ItemFiller filler(
      engine, table_id,
      [&, entry_key = std::string(), entry_value = std::string()](
          const TableInfo& info, std::string_view key, std::string_view bytes, leveldb::WriteBatch* batch) mutable {
        const IndexPlan* plan = FindPlan(info, index_id);
        if (plan == nullptr) return true;
        const ItemView item(bytes, &engine->names());
        if (!MakeEntry(*plan, item, key.substr(kPrefixBytes), &entry_key, &entry_value)) {
          none_left_out = none_left_out && !HasPartitionKey(*plan, item);
          return !LeftOut(*plan, item);
        }
        batch->Put(entry_key, entry_value);
        return true;
      });
  PARTON_RETURN_IF_ERROR(filler.Run(progress, &complete));
  SchemaChange change(engine);
  const TableInfo* info = change.catalog().Find(table_id);
  if (info == nullptr) return Status::NotFound("the table was dropped while it was being worked on");
  StoredTable table = info->Stored();
  for (IndexSchema& index : table.schema.indexes) {
    if (index.id != index_id) continue;
    index.state = IndexState::kActive;
    index.complete = complete;
    // A writer may have left one out meanwhile.
    index.none_left_out = index.none_left_out && none_left_out;
    found = true;
  }
  if (!found) return Status::NotFound("the index was dropped while it was being filled");
  change.Put(std::move(table));
  return change.Commit();
}

namespace {

Status FillQueue(Engine* engine, uint32_t table_id, uint32_t ttl_id, const ProgressFn& progress) {
  ItemFiller filler(engine, table_id,
                    [&, queue_key = std::string()](const TableInfo& info, std::string_view key, std::string_view bytes,
                                                   leveldb::WriteBatch* batch) mutable {
                      if (info.ttl_id == ttl_id && ExpiryKey(info, engine->names(), bytes, key, &queue_key)) {
                        batch->Put(queue_key, "");
                      }
                      return true;
                    });
  bool complete = true;
  PARTON_RETURN_IF_ERROR(filler.Run(progress, &complete));
  leveldb::WriteBatch batch;
  batch.Delete(RangeRecordKey(KeySpace::kPending, KeySpace::kExpiry, ttl_id));
  return engine->WriteBatch(&batch, true);
}

Status RemoveIndex(Engine* engine, const TableInfo& info, uint32_t index_id, SchemaChange* change,
                   const ProgressFn& progress) {
  StoredTable table = info.Stored();
  std::erase_if(table.schema.indexes, [&](const IndexSchema& i) { return i.id == index_id; });
  change->Put(std::move(table));
  change->Doom(KeySpace::kEntry, index_id);
  PARTON_RETURN_IF_ERROR(change->Commit());
  return DeleteDoomed(engine, *change, progress);
}

// When billing and throughput changed last.
void NoteBilling(const TableSchema& old, int64_t now, TableSchema* schema) {
  schema->on_demand_since_ms = old.provisioned && !schema->provisioned ? now : old.on_demand_since_ms;
  schema->throughput_increased_ms = old.throughput_increased_ms;
  schema->throughput_decreased_ms = old.throughput_decreased_ms;
  if (!old.provisioned || !schema->provisioned) return;
  const Throughput& was = *old.provisioned;
  const Throughput& is = *schema->provisioned;
  if (is.read > was.read || is.write > was.write) schema->throughput_increased_ms = now;
  if (is.read < was.read || is.write < was.write) schema->throughput_decreased_ms = now;
}

// Deletes every item the way DELETE does, so that the change feed has it.
Status DeleteItems(Engine* engine, uint32_t table_id, const ProgressFn& fn) {
  const std::string prefix = IdPrefix(KeySpace::kItem, table_id);
  const std::string end = PrefixSuccessor(prefix);
  KeyProgress progress(engine->db(), fn);
  progress.Plan(prefix, end);
  progress.Next();
  uint64_t deleted = 0;
  std::string position = prefix;
  while (true) {
    PARTON_ASSIGN_OR_RETURN(const std::vector<std::string> keys,
                            NextKeys(engine, engine->ReadOptions(nullptr), end, &position));
    if (keys.empty()) return Status::Ok();
    HeldItems held(engine);
    const TableInfo* info = held.catalog().Find(table_id);
    if (info == nullptr) return Status::Ok();
    held.Latch(keys);
    std::vector<ItemChange> changes;
    for (const std::string& key : keys) {
      ItemChange c;
      c.table = info;
      c.key = key;
      c.hash = HashOfKey(key);
      std::string bytes;
      bool found = false;
      PARTON_RETURN_IF_ERROR(engine->ReadItem(nullptr, key, &bytes, &found));
      if (!found) continue;
      c.SetOld(StoredItemOf(std::move(bytes), &engine->names()));
      changes.push_back(std::move(c));
    }
    PARTON_RETURN_IF_ERROR(CommitChanges(engine, &changes));
    deleted += changes.size();
    bool go_on = true;
    for (const std::string& key : keys) go_on = progress.Step(key) && go_on;
    if (!go_on) {
      return Status(StatusCode::kCancelled, "the statement was cancelled: " + std::to_string(deleted) +
                                                " items were deleted, the others are there");
    }
  }
}

}  // namespace

std::string NewUuid() {
  std::random_device random;
  uint32_t word[4];
  for (uint32_t& w : word) w = random();
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%04x%08x", word[0], word[1] >> 16, word[1] & 0xfff,
                0x8000 | (word[2] >> 16 & 0x3fff), word[2] & 0xffff, word[3]);
  return text;
}

Result<TablePtr> CreateTable(Engine* engine, TableSchema schema) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  PARTON_RETURN_IF_ERROR(ValidateTableSchema(schema));
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  if (change.Find(schema.name) != nullptr) {
    return Status(StatusCode::kInUse, "Table already exists: " + schema.name);
  }
  schema.id = change.NewId();
  schema.uuid = NewUuid();
  for (IndexSchema& index : schema.indexes) {
    index.id = change.NewId();
    index.state = IndexState::kActive;
    index.none_left_out = true;
  }
  const uint32_t ttl_id = schema.ttl_attribute.empty() ? 0 : change.NewId();
  schema.created_ms = engine->NowMs();
  schema.stream_created_ms = schema.stream == StreamView::kOff ? 0 : schema.created_ms;
  if (schema.stream != StreamView::kOff) schema.stream_start = engine->feed().Visible() + 1;
  if (schema.point_in_time) schema.point_in_time->since_ms = schema.created_ms;
  TablePtr table = change.Put({std::move(schema), ttl_id});
  PARTON_RETURN_IF_ERROR(change.Commit());
  return table;
}

Status DropTable(Engine* engine, std::string_view name, const ProgressFn& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  const TableInfo* info = change.Find(name);
  if (info == nullptr) return TableNotFound(name);
  const StoredTable stored = info->Stored();
  const TableSchema* table = &stored.schema;
  if (IsBeingFilled(*table)) return InUse(name);
  if (table->deletion_protection) {
    return Status::Validation(
        "Resource cannot be deleted as it is currently protected against "
        "deletion. Disable deletion protection first.");
  }
  change.Erase(*table);
  if (table->stream != StreamView::kOff) change.CloseStream(*table);
  change.DoomTable(stored);
  PARTON_RETURN_IF_ERROR(change.Commit());
  return DeleteDoomed(engine, change, progress);
}

Status TruncateTable(Engine* engine, std::string_view name, const ProgressFn& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  {
    CatalogPtr state = engine->catalog();
    auto it = state->by_name.find(name);
    if (it == state->by_name.end()) return TableNotFound(name);
    // Each deletion is recorded.
    const TableSchema& now = *it->second->schema;
    if (now.stream != StreamView::kOff || now.point_in_time) {
      return DeleteItems(engine, it->second->schema->id, progress);
    }
  }
  // New ids: the table is empty at once, and what the old ones hold is deleted behind.
  SchemaChange change(engine);
  StoredTable table = change.Find(name)->Stored();
  if (IsBeingFilled(table.schema)) return InUse(name);
  change.Erase(table.schema);
  change.DoomTable(table);
  table.schema.id = change.NewId();
  for (IndexSchema& index : table.schema.indexes) {
    index.id = change.NewId();
    index.none_left_out = true;
  }
  if (!table.schema.ttl_attribute.empty()) table.ttl_id = change.NewId();
  change.Put(std::move(table));
  PARTON_RETURN_IF_ERROR(change.Commit());
  return DeleteDoomed(engine, change, progress);
}

Result<NewIndex> StartIndex(Engine* engine, std::string_view table, IndexSchema index) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  if (index.kind == IndexKind::kLocal) {
    return Status::Validation("Local secondary indexes can only be created together with the table");
  }
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  const TableInfo* info = change.Find(table);
  if (info == nullptr) return TableNotFound(table);
  if (IsBeingFilled(*info->schema)) return InUse(table);
  if (info->schema->FindIndex(index.name) != nullptr) {
    return Status(StatusCode::kInUse, "Attempting to create an index which already exists: " + index.name);
  }
  StoredTable stored = info->Stored();
  TableSchema& schema = stored.schema;
  index.id = 0;
  index.state = IndexState::kCreating;
  index.complete = true;
  index.none_left_out = true;
  schema.indexes.push_back(std::move(index));
  PARTON_RETURN_IF_ERROR(ValidateTableSchema(schema));
  NewIndex made;
  made.index_id = schema.indexes.back().id = change.NewId();
  made.table_id = schema.id;
  change.Put(std::move(stored));
  PARTON_RETURN_IF_ERROR(change.Commit());
  return made;
}

Status CreateIndex(Engine* engine, std::string_view table, IndexSchema index, const ProgressFn& progress) {
  PARTON_ASSIGN_OR_RETURN(const NewIndex made, StartIndex(engine, table, std::move(index)));
  const auto [table_id, index_id] = made;
  Status filled = Guarded([&] { return FillIndex(engine, made, progress); });
#ifdef __GLIBC__
  // The allocator would keep what filling took.
  malloc_trim(0);
#endif
  if (filled.code() != StatusCode::kCancelled && filled.code() != StatusCode::kTimedOut &&
      filled.code() != StatusCode::kOutOfMemory) {
    return filled;
  }
  const BoundsScope unbound(nullptr);
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  if (const TableInfo* info = change.catalog().Find(table_id)) {
    PARTON_RETURN_IF_ERROR(RemoveIndex(engine, *info, index_id, &change, progress));
  }
  return filled;
}

Status DropIndex(Engine* engine, std::string_view table, std::string_view index, const ProgressFn& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  const TableInfo* info = change.Find(table);
  if (info == nullptr) return TableNotFound(table);
  const IndexSchema* found = info->schema->FindIndex(index);
  if (found == nullptr) {
    return Status::NotFound("Requested resource not found: Index: " + std::string(index) + " not found");
  }
  if (found->kind == IndexKind::kLocal) {
    return Status::Validation("Local secondary indexes can only be dropped together with the table");
  }
  // Who fills it notices.
  return RemoveIndex(engine, *info, found->id, &change, progress);
}

Status AlterTable(Engine* engine, std::string_view table, const std::function<Status(TableSchema*)>& edit) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  const TableInfo* info = change.Find(table);
  if (info == nullptr) return TableNotFound(table);
  if (IsBeingFilled(*info->schema)) return InUse(table);
  const TableSchema& old = *info->schema;
  TableSchema schema = old;
  PARTON_RETURN_IF_ERROR(edit(&schema));
  // What cannot be changed this way stays; an index's throughput may change.
  std::vector<IndexSchema> indexes = old.indexes;
  for (IndexSchema& index : indexes) {
    if (const IndexSchema* edited = schema.FindIndex(index.name)) {
      index.provisioned = edited->provisioned;
      index.maximum = edited->maximum;
      index.warm = edited->warm;
    }
  }
  schema.indexes = std::move(indexes);
  schema.id = old.id;
  schema.uuid = old.uuid;
  schema.name = old.name;
  schema.key = old.key;
  schema.created_ms = old.created_ms;
  schema.stream_created_ms = old.stream_created_ms;
  schema.stream_start = old.stream_start;
  PARTON_RETURN_IF_ERROR(ValidateTableSchema(schema));
  const int64_t now = engine->NowMs();
  NoteBilling(old, now, &schema);
  if (schema.point_in_time && !old.point_in_time) schema.point_in_time->since_ms = now;
  if (!schema.point_in_time && old.point_in_time) change.Doom(KeySpace::kHistory, old.id);
  if (old.stream == StreamView::kOff && schema.stream != StreamView::kOff) {
    // A label of its own, also for one that was switched off a moment ago.
    schema.stream_created_ms = std::max(now, old.stream_created_ms + 1);
    schema.stream_start = engine->feed().Visible() + 1;
  }
  if (old.stream != StreamView::kOff && schema.stream == StreamView::kOff) change.CloseStream(old);
  const bool new_ttl = schema.ttl_attribute != old.ttl_attribute;
  uint32_t ttl_id = info->ttl_id;
  if (new_ttl) {
    if (!old.ttl_attribute.empty()) change.Doom(KeySpace::kExpiry, ttl_id);
    ttl_id = 0;
    if (!schema.ttl_attribute.empty()) {
      ttl_id = change.NewId();
      change.batch()->Put(RangeRecordKey(KeySpace::kPending, KeySpace::kExpiry, ttl_id), "");
    }
  }
  const uint32_t table_id = schema.id;
  change.Put({std::move(schema), ttl_id});
  PARTON_RETURN_IF_ERROR(change.Commit());
  if (new_ttl && ttl_id != 0) PARTON_RETURN_IF_ERROR(FillQueue(engine, table_id, ttl_id, {}));
  return DeleteDoomed(engine, change, {});
}

Status RebuildIndex(Engine* engine, std::string_view table, std::string_view index, const ProgressFn& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  uint32_t table_id, index_id;
  {
    std::lock_guard ddl(engine->ddl_mutex());
    SchemaChange change(engine);
    const TableInfo* info = change.Find(table);
    if (info == nullptr) return TableNotFound(table);
    if (IsBeingFilled(*info->schema)) return InUse(table);
    StoredTable stored = info->Stored();
    TableSchema& schema = stored.schema;
    auto it = std::find_if(schema.indexes.begin(), schema.indexes.end(),
                           [&](const IndexSchema& i) { return i.name == index; });
    if (it == schema.indexes.end()) {
      return Status::NotFound("Requested resource not found: Index: " + std::string(index) + " not found");
    }
    change.Doom(KeySpace::kEntry, it->id);
    it->id = index_id = change.NewId();
    it->state = IndexState::kCreating;
    it->complete = true;
    it->none_left_out = true;
    table_id = schema.id;
    change.Put(std::move(stored));
    PARTON_RETURN_IF_ERROR(change.Commit());
    // Entries that cannot be read stay behind, in nobody's way.
    Status deleted = DeleteDoomed(engine, change, progress);
    if (!deleted.ok() && deleted.code() != StatusCode::kCorruption) return deleted;
  }
  return FillIndex(engine, {table_id, index_id}, progress);
}

Status RebuildQueue(Engine* engine, std::string_view table, const ProgressFn& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  const TableInfo* info = change.Find(table);
  if (info == nullptr) return TableNotFound(table);
  if (info->schema->ttl_attribute.empty()) return Status::Ok();
  StoredTable stored = info->Stored();
  change.Doom(KeySpace::kExpiry, stored.ttl_id);
  const uint32_t table_id = stored.schema.id;
  const uint32_t ttl_id = stored.ttl_id = change.NewId();
  change.batch()->Put(RangeRecordKey(KeySpace::kPending, KeySpace::kExpiry, ttl_id), "");
  change.Put(std::move(stored));
  PARTON_RETURN_IF_ERROR(change.Commit());
  PARTON_RETURN_IF_ERROR(FillQueue(engine, table_id, ttl_id, progress));
  Status deleted = DeleteDoomed(engine, change, progress);
  return deleted.code() == StatusCode::kCorruption ? Status::Ok() : deleted;
}

Status DeleteStrayRange(Engine* engine, KeySpace space, uint32_t id, const ProgressFn& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  change.Doom(space, id);
  PARTON_RETURN_IF_ERROR(change.Commit());
  return DeleteDoomed(engine, change, progress);
}

Status ForgetFeedHistory(Engine* engine, std::string_view table) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  const TableInfo* info = change.Find(table);
  if (info == nullptr) return TableNotFound(table);
  StoredTable stored = info->Stored();
  stored.schema.stream_start = engine->feed().Visible() + 1;
  change.Put(std::move(stored));
  return change.Commit();
}

Status RewriteCatalog(Engine* engine) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  const std::string prefix = SpacePrefix(KeySpace::kTable);
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(engine->ReadOptions(nullptr)));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) change.batch()->Delete(it->key());
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  for (const auto& [id, info] : change.catalog().by_id) change.Put(info->Stored());
  for (uint32_t id = 0; id < engine->names().size(); ++id) {
    std::string key = SpacePrefix(KeySpace::kName);
    AppendU32(id, &key);
    change.batch()->Put(key, ToSlice(engine->names().Name(id)));
  }
  return change.Commit();
}

namespace {

// Backups and restored tables that did not get to their end.
Status DoomUnfinishedCopies(Engine* engine) {
  leveldb::WriteBatch batch;
  bool any = false;
  const std::string prefix = SpacePrefix(KeySpace::kPending);
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(engine->ReadOptions(nullptr)));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix) && it->key().size() == 6; it->Next()) {
    const std::string_view key = ToView(it->key());
    const auto space = static_cast<KeySpace>(key[1]);
    if (space == KeySpace::kExpiry) continue;
    batch.Delete(it->key());
    batch.Put(RangeRecordKey(KeySpace::kDoomed, space, ReadU32(key.substr(2))), "");
    any = true;
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  return any ? engine->WriteBatch(&batch, true) : Status::Ok();
}

// Earlier versions took the word for point-in-time recovery, and kept nothing: it begins now.
Status BeginHistories(Engine* engine) {
  std::vector<std::string> names;
  for (const auto& [name, info] : engine->catalog()->by_name) {
    const std::optional<PointInTime>& p = info->schema->point_in_time;
    if (p && p->since_ms == 0) names.push_back(name);
  }
  for (const std::string& name : names) {
    SchemaChange change(engine);
    StoredTable stored = change.Find(name)->Stored();
    stored.schema.point_in_time->since_ms = engine->NowMs();
    change.Put(std::move(stored));
    PARTON_RETURN_IF_ERROR(change.Commit());
  }
  return Status::Ok();
}

}  // namespace

Status ResumeDdl(Engine* engine) {
  PARTON_RETURN_IF_ERROR(DoomUnfinishedCopies(engine));
  std::vector<std::pair<KeySpace, uint32_t>> doomed;
  std::vector<uint32_t> queues;
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(engine->ReadOptions(nullptr)));
  const std::string begin = SpacePrefix(KeySpace::kDoomed);
  for (it->Seek(begin); it->Valid() && it->key().size() == 6; it->Next()) {
    std::string_view key = ToView(it->key());
    const auto record = static_cast<KeySpace>(key[0]);
    if (record != KeySpace::kDoomed && record != KeySpace::kPending) break;
    const uint32_t id = ReadU32(key.substr(2));
    if (record == KeySpace::kDoomed) {
      doomed.emplace_back(static_cast<KeySpace>(key[1]), id);
    } else {
      queues.push_back(id);
    }
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  it.reset();
  // What is damaged waits for repair; the rest of the database can be used.
  auto damaged = [](const Status& s) { return s.code() == StatusCode::kCorruption; };
  const ProgressFn nobody;
  KeyProgress progress(engine->db(), nobody);
  for (const auto& [space, id] : doomed) {
    Status s = DeleteDoomed(engine, space, id, &progress);
    if (!s.ok() && !damaged(s)) return s;
  }
  CatalogPtr state = engine->catalog();
  for (uint32_t ttl_id : queues) {
    uint32_t table_id = 0;
    for (const auto& [id, info] : state->by_id) {
      if (info->ttl_id == ttl_id) table_id = id;
    }
    if (table_id != 0) {
      Status s = FillQueue(engine, table_id, ttl_id, {});
      if (!s.ok() && !damaged(s)) return s;
      continue;
    }
    leveldb::WriteBatch batch;
    batch.Delete(RangeRecordKey(KeySpace::kPending, KeySpace::kExpiry, ttl_id));
    PARTON_RETURN_IF_ERROR(engine->WriteBatch(&batch, true));
  }
  PARTON_RETURN_IF_ERROR(BeginHistories(engine));
  for (const auto& [id, info] : state->by_id) {
    for (const IndexSchema& index : info->schema->indexes) {
      if (index.state == IndexState::kCreating) {
        Status s = FillIndex(engine, {id, index.id}, nullptr);
        if (!s.ok() && !damaged(s)) return s;
      }
    }
  }
  return Status::Ok();
}

}  // namespace parton

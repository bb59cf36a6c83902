#include "storage/local/table_backups.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <utility>

#include "storage/local/bytes/field_reader.h"
#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/schema_codec.h"
#include "storage/local/change_feed.h"
#include "storage/local/ddl.h"
#include "storage/local/index_entries.h"
#include "storage/local/schema_change.h"
#include "types/item/item_rules.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr char kRecordVersion = 1;
constexpr size_t kBatchBytes = size_t{1} << 20;

using Range = std::pair<KeySpace, uint32_t>;

Status Damaged() { return Status::Corruption("the record of a backup is damaged"); }

void EncodeBackup(const StoredBackup& backup, std::string* out) {
  out->push_back(kRecordVersion);
  PutText(backup.label, out);
  PutText(backup.name, out);
  PutSigned(backup.created_ms, out);
  PutVarint(backup.size_bytes, out);
  PutVarint(backup.item_count, out);
  EncodeSchema({backup.schema, 0}, out);
}

// As in the ARNs of DynamoDB's backups.
std::string NewLabel(int64_t created_ms) {
  std::random_device random;
  char text[40];
  std::snprintf(text, sizeof text, "%014lld-%08x", static_cast<long long>(created_ms), random());
  return text;
}

// Snapshot of everything at a moment when no write and no schema change is half way.
class Frozen {
 public:
  explicit Frozen(Engine* engine) : engine_(engine) {
    const GateLock gate(engine->gate());
    catalog_ = engine->catalog();
    snapshot_ = engine->TakeSnapshot();
    now_ms_ = engine->NowMs();
  }
  ~Frozen() { engine_->db()->ReleaseSnapshot(snapshot_); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

  const CatalogState& catalog() const { return *catalog_; }
  const leveldb::Snapshot* snapshot() const { return snapshot_; }
  int64_t now_ms() const { return now_ms_; }
  std::unique_ptr<leveldb::Iterator> NewIterator() const {
    leveldb::ReadOptions options = engine_->ReadOptions(snapshot_);
    options.fill_cache = false;
    return std::unique_ptr<leveldb::Iterator>(engine_->db()->NewIterator(options));
  }

 private:
  Engine* engine_;
  CatalogPtr catalog_;
  const leveldb::Snapshot* snapshot_;
  int64_t now_ms_;
};

// Ranges with new numbers that are filled and then used, or given up.
class PendingRanges {
 public:
  explicit PendingRanges(Engine* engine) : engine_(engine) {}
  ~PendingRanges() {
    if (ranges_.empty()) return;
    const BoundsScope unbound(nullptr);
    // What fails here is done when the database is opened.
    (void)Guarded([this] { return GiveUp(); });
  }
  PendingRanges(const PendingRanges&) = delete;
  PendingRanges& operator=(const PendingRanges&) = delete;

  // Calls number(new_id) -> ranges.
  template <typename Number>
  Status Begin(Number number) {
    std::lock_guard ddl(engine_->ddl_mutex());
    SchemaChange change(engine_);
    std::vector<Range> ranges = number([&] { return change.NewId(); });
    for (const auto& [space, id] : ranges) change.batch()->Put(RangeRecordKey(KeySpace::kPending, space, id), "");
    PARTON_RETURN_IF_ERROR(change.Commit());
    ranges_ = std::move(ranges);
    return Status::Ok();
  }
  // They are used from the commit of `change` on.
  void UseIn(SchemaChange* change) const {
    for (const auto& [space, id] : ranges_) change->batch()->Delete(RangeRecordKey(KeySpace::kPending, space, id));
  }
  void Used() { ranges_.clear(); }

 private:
  Status GiveUp() {
    std::lock_guard ddl(engine_->ddl_mutex());
    SchemaChange change(engine_);
    UseIn(&change);
    for (const auto& [space, id] : ranges_) change.Doom(space, id);
    PARTON_RETURN_IF_ERROR(change.Commit());
    return DeleteDoomed(engine_, change, {});
  }

  Engine* engine_;
  std::vector<Range> ranges_;
};

// What items were at an earlier moment, by the components of their keys: the history record that has it. An item that
// was not there has an empty one.
class Undo {
 public:
  using Records = std::map<std::string, std::string>;

  Undo() = default;
  ~Undo() { CountFreed(bytes_); }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;

  // The first one of an item counts. Throws MemoryLimitReached.
  void Add(std::string components, std::string record) {
    const size_t bytes = components.size() + record.size() + kBytesPerItem;
    if (!records_.try_emplace(std::move(components), std::move(record)).second) return;
    CountBuilt(bytes);
    bytes_ += bytes;
  }
  const Records& records() const { return records_; }

 private:
  static constexpr size_t kBytesPerItem = 128;  // of the map
  Records records_;
  size_t bytes_ = 0;
};

// Copies items into another range, and makes their index entries.
class Copier {
 public:
  // `info`: of the table that the items go to, with its indexes; null: no entries are made.
  Copier(Engine* engine, const Frozen& from, std::string to_prefix, const TableInfo* info)
      : engine_(engine), from_(from), key_(std::move(to_prefix)), info_(info) {
    if (info == nullptr) return;
    complete_.assign(info->indexes.size(), true);
    none_left_out_ = complete_;
  }

  // All items of the range, as they were before what `undo` tells.
  Status Run(const std::string& prefix, const Undo::Records& undo, const ProgressFn& fn) {
    const std::string end = PrefixSuccessor(prefix);
    KeyProgress progress(engine_->db(), fn);
    progress.Plan(prefix, end);
    progress.Next();
    std::unique_ptr<leveldb::Iterator> it = from_.NewIterator();
    auto next = undo.begin();
    for (it->Seek(prefix); it->Valid() && ToView(it->key()) < end; it->Next()) {
      if (!progress.Step(ToView(it->key()))) return Cancelled();
      const std::string_view components = ToView(it->key()).substr(kPrefixBytes);
      for (; next != undo.end() && next->first < components; ++next) PARTON_RETURN_IF_ERROR(AddOld(*next));
      if (next != undo.end() && next->first == components) {
        PARTON_RETURN_IF_ERROR(AddOld(*next++));
      } else {
        PARTON_RETURN_IF_ERROR(Add(components, ToView(it->value())));
      }
    }
    PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
    for (; next != undo.end(); ++next) PARTON_RETURN_IF_ERROR(AddOld(*next));
    return engine_->WriteBatch(&batch_, true);
  }

  uint64_t count() const { return count_; }
  uint64_t size() const { return size_; }
  // Whether the index has all items with its key attributes; by position in TableInfo::indexes.
  const std::vector<bool>& complete() const { return complete_; }
  const std::vector<bool>& none_left_out() const { return none_left_out_; }

 private:
  Status AddOld(const Undo::Records::value_type& old) {
    if (old.second.empty()) return Status::Ok();
    std::string bytes;
    bool found = false;
    PARTON_RETURN_IF_ERROR(engine_->ReadItem(from_.snapshot(), old.second, &bytes, &found));
    if (!found) return Status::Corruption("a record of the table's history is lost");
    PARTON_ASSIGN_OR_RETURN(const ChangeRecord record, DecodeChange(bytes));
    return Add(old.first, record.old_image);
  }

  Status Add(std::string_view components, std::string_view item) {
    key_.resize(kPrefixBytes);
    key_ += components;
    batch_.Put(key_, ToSlice(item));
    ++count_;
    size_ += ItemSizeEncoded(item, engine_->names());
    if (info_ != nullptr) {
      const ItemView view(item, &engine_->names());
      for (size_t i = 0; i < info_->indexes.size(); ++i) {
        if (MakeEntry(info_->indexes[i], view, components, &entry_key_, &entry_value_)) {
          batch_.Put(entry_key_, entry_value_);
        } else {
          if (LeftOut(info_->indexes[i], view)) complete_[i] = false;
          if (HasPartitionKey(info_->indexes[i], view)) none_left_out_[i] = false;
        }
      }
    }
    if (batch_.ApproximateSize() < kBatchBytes) return Status::Ok();
    PARTON_RETURN_IF_ERROR(engine_->WriteBatch(&batch_, engine_->options().durable));
    batch_.Clear();
    return Status::Ok();
  }

  Engine* engine_;
  const Frozen& from_;
  std::string key_;
  const TableInfo* info_;
  leveldb::WriteBatch batch_;
  std::string entry_key_, entry_value_;
  uint64_t count_ = 0;
  uint64_t size_ = 0;
  std::vector<bool> complete_;
  std::vector<bool> none_left_out_;
};

// Fills a new table and makes it known.
Result<TablePtr> MakeTable(Engine* engine, const Frozen& from, const std::string& prefix, const Undo::Records& undo,
                           TableSchema schema, const ProgressFn& progress) {
  PARTON_RETURN_IF_ERROR(ValidateTableSchema(schema));
  if (from.catalog().by_name.contains(schema.name)) {
    return Status(StatusCode::kInUse, "Table already exists: " + schema.name);
  }
  PendingRanges pending(engine);
  PARTON_RETURN_IF_ERROR(pending.Begin([&](auto new_id) {
    schema.id = new_id();
    std::vector<Range> ranges = {{KeySpace::kItem, schema.id}};
    for (IndexSchema& index : schema.indexes) {
      index.id = new_id();
      index.state = IndexState::kActive;
      index.complete = true;
      ranges.emplace_back(KeySpace::kEntry, index.id);
    }
    return ranges;
  }));
  const TableInfo info({schema, 0}, &engine->names());
  Copier copier(engine, from, IdPrefix(KeySpace::kItem, schema.id), &info);
  PARTON_RETURN_IF_ERROR(copier.Run(prefix, undo, progress));
  for (size_t i = 0; i < info.indexes.size(); ++i) {
    for (IndexSchema& index : schema.indexes) {
      if (index.id != info.indexes[i].schema->id) continue;
      index.complete = copier.complete()[i];
      index.none_left_out = copier.none_left_out()[i];
    }
  }
  std::lock_guard ddl(engine->ddl_mutex());
  SchemaChange change(engine);
  if (change.Find(schema.name) != nullptr) {
    return Status(StatusCode::kInUse, "Table already exists: " + schema.name);
  }
  schema.uuid = NewUuid();
  schema.created_ms = engine->NowMs();
  pending.UseIn(&change);
  TablePtr table = change.Put({std::move(schema), 0});
  PARTON_RETURN_IF_ERROR(change.Commit());
  pending.Used();
  return table;
}

}  // namespace

Result<StoredBackup> DecodeBackup(std::string_view key, std::string_view bytes) {
  if (key.size() != kPrefixBytes || bytes.empty() || bytes[0] != kRecordVersion) return Damaged();
  StoredBackup backup;
  backup.id = ReadU32(key.substr(1));
  FieldReader in(bytes.substr(1));
  if (!in.Text(&backup.label) || !in.Text(&backup.name) || !in.Signed(&backup.created_ms) ||
      !in.Number(&backup.size_bytes) || !in.Number(&backup.item_count)) {
    return Damaged();
  }
  PARTON_ASSIGN_OR_RETURN(StoredTable table, DecodeSchema(in.Rest()));
  backup.schema = std::move(table.schema);
  return backup;
}

Result<StoredBackup> LocalBackups::Create(std::string_view table, const std::string& name,
                                          const StoreProgress& progress) {
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  const Frozen from(engine_);
  const auto found = from.catalog().by_name.find(table);
  if (found == from.catalog().by_name.end()) return TableNotFound(table);
  StoredBackup backup;
  backup.schema = *found->second->schema;
  backup.name = name;
  backup.created_ms = from.now_ms();
  backup.label = NewLabel(backup.created_ms);
  PendingRanges pending(engine_);
  PARTON_RETURN_IF_ERROR(pending.Begin([&](auto new_id) {
    backup.id = new_id();
    return std::vector<Range>{{KeySpace::kSaved, backup.id}};
  }));
  Copier copier(engine_, from, IdPrefix(KeySpace::kSaved, backup.id), nullptr);
  PARTON_RETURN_IF_ERROR(copier.Run(IdPrefix(KeySpace::kItem, backup.schema.id), {}, progress));
  backup.item_count = copier.count();
  backup.size_bytes = copier.size();
  std::string bytes;
  EncodeBackup(backup, &bytes);
  std::lock_guard ddl(engine_->ddl_mutex());
  SchemaChange change(engine_);
  pending.UseIn(&change);
  change.batch()->Put(IdPrefix(KeySpace::kBackup, backup.id), bytes);
  PARTON_RETURN_IF_ERROR(change.Commit());
  pending.Used();
  return backup;
}

Result<std::vector<StoredBackup>> LocalBackups::List() const {
  std::vector<StoredBackup> backups;
  const std::string prefix = SpacePrefix(KeySpace::kBackup);
  std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(engine_->ReadOptions(nullptr)));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    PARTON_ASSIGN_OR_RETURN(StoredBackup backup, DecodeBackup(ToView(it->key()), ToView(it->value())));
    backups.push_back(std::move(backup));
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  return backups;
}

Status LocalBackups::Drop(uint32_t id, const StoreProgress& progress) {
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  std::lock_guard ddl(engine_->ddl_mutex());
  SchemaChange change(engine_);
  const std::string key = IdPrefix(KeySpace::kBackup, id);
  std::string bytes;
  bool found = false;
  PARTON_RETURN_IF_ERROR(engine_->ReadItem(nullptr, key, &bytes, &found));
  if (!found) return Status::NotFound("Backup not found: it was dropped");
  change.batch()->Delete(key);
  change.Doom(KeySpace::kSaved, id);
  PARTON_RETURN_IF_ERROR(change.Commit());
  return DeleteDoomed(engine_, change, progress);
}

Result<TablePtr> LocalBackups::Restore(const StoredBackup& backup, TableSchema schema, const StoreProgress& progress) {
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  const Frozen from(engine_);
  std::string bytes;
  bool found = false;
  PARTON_RETURN_IF_ERROR(engine_->ReadItem(from.snapshot(), IdPrefix(KeySpace::kBackup, backup.id), &bytes, &found));
  if (!found) return Status::NotFound("Backup not found: " + backup.label);
  return MakeTable(engine_, from, IdPrefix(KeySpace::kSaved, backup.id), {}, std::move(schema), progress);
}

Result<TablePtr> LocalBackups::RestoreToTime(const TableSchema& table, int64_t time_ms, TableSchema schema,
                                             const StoreProgress& progress) {
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  const Frozen from(engine_);
  const TableInfo* info = from.catalog().Find(table.id);
  if (info == nullptr) return TableNotFound(table.name);
  // The first change after the moment has what each item was.
  Undo undo;
  const std::string prefix = IdPrefix(KeySpace::kHistory, table.id);
  std::unique_ptr<leveldb::Iterator> it = from.NewIterator();
  std::string item_key;
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    PARTON_ASSIGN_OR_RETURN(const ChangeRecord record, DecodeChange(ToView(it->value())));
    if (record.created_ms <= time_ms) continue;
    const Value keys = ItemValue(std::string(record.keys), &engine_->names());
    PARTON_ASSIGN_OR_RETURN(const Key key, ExtractKey(table.key, keys));
    if (!ItemKey(table, key, &item_key)) return Status::Corruption("a record of the table's history is damaged");
    if (progress && !progress(0, 0)) return Cancelled();
    undo.Add(item_key.substr(kPrefixBytes),
             record.event == ChangeEvent::kInsert ? std::string() : it->key().ToString());
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  return MakeTable(engine_, from, IdPrefix(KeySpace::kItem, table.id), undo.records(), std::move(schema), progress);
}

}  // namespace parton

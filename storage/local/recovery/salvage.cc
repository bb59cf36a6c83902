#include "storage/local/recovery/salvage.h"

#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/schema_codec.h"
#include "storage/local/bytes/stream_codec.h"
#include "storage/local/change_feed.h"
#include "storage/local/engine.h"
#include "storage/local/key_finder.h"
#include "storage/local/key_names.h"
#include "storage/local/recovery/damaged_database.h"
#include "storage/local/recovery/open_directory.h"
#include "storage/local/table_backups.h"
#include "types/item/item_codec.h"
#include "types/item/varint.h"

namespace parton {

namespace {

namespace fs = std::filesystem;

constexpr size_t kChunkBytes = 1 << 20;

Status Failed(std::string message) { return Status(StatusCode::kOpenFailed, std::move(message)); }

// One more than the greatest name id in an item's bytes.
uint32_t NamesIn(std::string_view item) {
  if (item.empty() || item[0] != kItemVersion) return 0;
  uint32_t names = 0;
  const char* p = item.data() + 1;
  const char* const end = item.data() + item.size();
  while (p != nullptr && p < end) {
    uint32_t mark;
    p = GetVarint(p, end, &mark);
    if (p == nullptr || mark == 0) break;  // behind all ids: names in full
    if (mark <= NameTable::kMaxNames) names = std::max(names, mark);
    p = SkipValue(p, end);
  }
  return names;
}

uint32_t NamesInRecord(std::string_view bytes) {
  const Result<ChangeRecord> record = DecodeChange(bytes);
  if (!record.ok()) return 0;
  return std::max({NamesIn(record->keys), NamesIn(record->new_image), NamesIn(record->old_image)});
}

bool IsOf(std::string_view key, KeySpace space) { return !key.empty() && key[0] == static_cast<char>(space); }

// Writes with a sync each: LevelDB may have started another log file when the last one is synced.
class SyncedWriter {
 public:
  explicit SyncedWriter(leveldb::DB* db) : db_(db) {}
  Status Put(std::string_view key, std::string_view value) {
    batch_.Put(ToSlice(key), ToSlice(value));
    return batch_.ApproximateSize() < kChunkBytes ? Status::Ok() : Flush();
  }
  Status Delete(std::string_view key) {
    batch_.Delete(ToSlice(key));
    return batch_.ApproximateSize() < kChunkBytes ? Status::Ok() : Flush();
  }
  Status Flush() {
    leveldb::WriteOptions synced;
    synced.sync = true;
    const leveldb::Status s = db_->Write(synced, &batch_);
    batch_.Clear();
    return FromLevelDb(s);
  }

 private:
  leveldb::DB* db_;
  leveldb::WriteBatch batch_;
};

// Makes a database of what was read: the records that everything else hangs on must be there and fit.
class Mender {
 public:
  Mender(leveldb::DB* db, std::vector<std::string>* report) : db_(db), writer_(db), report_(report) {}

  // `names`: how many ids of names are in use at least.
  Status Run(uint32_t names) {
    PARTON_RETURN_IF_ERROR(MendSystem());
    PARTON_RETURN_IF_ERROR(FillNames(names));
    PARTON_RETURN_IF_ERROR(MendTables());
    CollectRanges();
    PARTON_RETURN_IF_ERROR(CollectUnfinished());
    PARTON_RETURN_IF_ERROR(FindLostTables());
    PARTON_RETURN_IF_ERROR(DropStrays());
    return writer_.Flush();
  }
  const KeyNames& names() const { return key_names_; }

 private:
  // Calls fn(key, value) -> Status for the keys with the prefix.
  template <typename Fn>
  Status ForEach(const std::string& prefix, Fn fn) {
    leveldb::ReadOptions options;
    options.verify_checksums = true;
    options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      PARTON_RETURN_IF_ERROR(fn(ToView(it->key()), ToView(it->value())));
    }
    return FromLevelDb(it->status());
  }

  Status MendSystem() {
    bool found = false;
    uint64_t version = 0;
    PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(KeySpace::kSystem), [&](std::string_view key, std::string_view value) {
      const std::string_view name = key.substr(1);
      if (name == kFormatName) {
        const char* const end = value.data() + value.size();
        found = GetVarint(value.data(), end, &version) == end;
        return Status::Ok();
      }
      if (name == kUnfinishedBackupName)
        report_->push_back("it was a backup that did not get to its end: more is missing");
      if (name == kRestoringName) report_->push_back("a RESTORE into it did not get to its end: more is missing");
      return writer_.Delete(key);
    }));
    if (found && version > kFormatVersion) {
      return Failed("it has format " + std::to_string(version) + ", newer than this version of Parton knows (" +
                    std::to_string(kFormatVersion) + ")")
          .WithHint("save it with a newer version of Parton");
    }
    if (found) return Status::Ok();
    report_->push_back("the record of the format is lost: it is taken for format " + std::to_string(kFormatVersion));
    std::string bytes;
    PutVarint(kFormatVersion, &bytes);
    return writer_.Put(NamedKey(KeySpace::kSystem, kFormatName), bytes);
  }

  // Names that were in a lost record get new ones, so that later names keep their numbers.
  Status FillNames(uint32_t wanted) {
    std::set<std::string, std::less<>> known;
    std::set<uint32_t> ids;
    PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(KeySpace::kName), [&](std::string_view key, std::string_view name) {
      if (key.size() != kPrefixBytes || !known.emplace(name).second) return writer_.Delete(key);
      ids.insert(ReadU32(key.substr(1)));
      return Status::Ok();
    }));
    if (!ids.empty()) wanted = std::max(wanted, *ids.rbegin() + 1);
    for (uint32_t id = 0; id < wanted; ++id) {
      if (ids.contains(id)) continue;
      std::string name = "lost_name_" + std::to_string(id);
      while (known.contains(name)) name += '_';
      std::string key = SpacePrefix(KeySpace::kName);
      AppendU32(id, &key);
      PARTON_RETURN_IF_ERROR(writer_.Put(key, name));
      report_->push_back("the name of an attribute is not known any more: it is " + name + " now");
    }
    return Status::Ok();
  }

  Status MendTables() {
    std::map<std::string, StoredTable> by_name;
    PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(KeySpace::kTable), [&](std::string_view key, std::string_view bytes) {
      Result<StoredTable> table = DecodeSchema(bytes);
      if (!table.ok() && table.status().code() != StatusCode::kCorruption) return table.status();
      if (!table.ok() || key != IdPrefix(KeySpace::kTable, table->schema.id)) {
        report_->push_back("the definition of a table cannot be read");
        return writer_.Delete(key);
      }
      names_of_tables_.insert(table->schema.name);
      const auto [it, first] = by_name.try_emplace(table->schema.name, *table);
      if (first) return Status::Ok();
      // Ids grow: the older one was dropped or truncated.
      StoredTable older = std::move(*table);
      if (older.schema.id > it->second.schema.id) std::swap(older, it->second);
      older.schema.name = FreeName(names_of_tables_, older.schema.id);
      report_->push_back("table " + it->first +
                         " is there twice: the older one, which was dropped or truncated before, is " +
                         older.schema.name + " now");
      by_name.emplace(older.schema.name, std::move(older));
      return Status::Ok();
    }));
    for (auto& [name, table] : by_name) PARTON_RETURN_IF_ERROR(PutTable(std::move(table)));
    return writer_.Flush();
  }

  Status PutTable(StoredTable table) {
    // The definition may be older than the items.
    for (IndexSchema& index : table.schema.indexes) index.none_left_out = false;
    std::string bytes;
    EncodeSchema(table, &bytes);
    PARTON_RETURN_IF_ERROR(writer_.Put(IdPrefix(KeySpace::kTable, table.schema.id), bytes));
    auto schema = std::make_shared<const TableSchema>(std::move(table.schema));
    if (!schema->ttl_attribute.empty()) ranges_.insert({KeySpace::kExpiry, table.ttl_id});
    key_names_.Add(schema, table.ttl_id);
    tables_.push_back(std::move(schema));
    return Status::Ok();
  }

  // Items whose table is not known any more get one.
  Status FindLostTables() {
    NameTable names;
    PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(KeySpace::kName), [&](std::string_view, std::string_view name) {
      (void)names.FindOrAdd(name);
      return Status::Ok();
    }));
    std::map<uint32_t, std::pair<KeyFinder, uint64_t>> lost;  // with the number of items
    PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(KeySpace::kItem), [&](std::string_view key, std::string_view item) {
      if (key.size() < kPrefixBytes) return Status::Ok();
      const uint32_t id = ReadU32(key.substr(1));
      if (ranges_.contains({KeySpace::kItem, id}) || doomed_.contains({KeySpace::kItem, id})) return Status::Ok();
      auto& [finder, count] = lost.try_emplace(id, KeyFinder(&names), 0).first->second;
      finder.Add(key.substr(kPrefixBytes), item);
      ++count;
      return Status::Ok();
    }));
    for (const auto& [id, found] : lost) {
      const std::optional<KeySchema> key = found.first.Find();
      if (!key) continue;
      TableSchema schema;
      schema.id = id;
      schema.version = 1;
      schema.name = FreeName(names_of_tables_, id);
      schema.key = *key;
      report_->push_back("the definition of a table is lost: its " + std::to_string(found.second) + " items are in " +
                         schema.name +
                         " now, with the key that they fit, and without indexes, stream and TTL. (If it was "
                         "dropped before, drop it again.)");
      PARTON_RETURN_IF_ERROR(PutTable({std::move(schema), 0}));
    }
    CollectRanges();
    PARTON_RETURN_IF_ERROR(KeepStreamsAndBackups());
    return writer_.Flush();
  }

  static std::string FreeName(const std::set<std::string>& taken, uint32_t id) {
    std::string name = "lost_table_" + std::to_string(id);
    while (taken.contains(name)) name += '_';
    return name;
  }

  void CollectRanges() {
    for (const TablePtr& table : tables_) {
      for (KeySpace space : {KeySpace::kItem, KeySpace::kChange, KeySpace::kConsumer, KeySpace::kTrimmed,
                             KeySpace::kStatistics, KeySpace::kLoad, KeySpace::kHistory}) {
        ranges_.insert({space, table->id});
      }
      for (const IndexSchema& index : table->indexes) ranges_.insert({KeySpace::kEntry, index.id});
    }
  }

  // Streams that were switched off and backups, with what they hold.
  Status KeepStreamsAndBackups() {
    PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(KeySpace::kStream), [&](std::string_view key, std::string_view bytes) {
      const Result<ClosedStream> stream = DecodeStream(key, bytes);
      if (!stream.ok()) return writer_.Delete(key);
      ranges_.insert({KeySpace::kChange, stream->table_id});
      ranges_.insert({KeySpace::kTrimmed, stream->table_id});
      return Status::Ok();
    }));
    return ForEach(SpacePrefix(KeySpace::kBackup), [&](std::string_view key, std::string_view bytes) {
      Result<StoredBackup> backup = DecodeBackup(key, bytes);
      if (!backup.ok() && backup.status().code() != StatusCode::kCorruption) return backup.status();
      if (!backup.ok()) {
        report_->push_back("the definition of a backup cannot be read");
        return writer_.Delete(key);
      }
      ranges_.insert({KeySpace::kSaved, backup->id});
      return Status::Ok();
    });
  }

  // What was being deleted, or filled.
  Status CollectUnfinished() {
    for (KeySpace space : {KeySpace::kDoomed, KeySpace::kPending}) {
      PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(space), [&](std::string_view key, std::string_view) {
        if (key.size() != 1 + kPrefixBytes) return writer_.Delete(key);
        const std::pair<KeySpace, uint32_t> range{static_cast<KeySpace>(key[1]), ReadU32(key.substr(2))};
        const bool used = ranges_.contains(range);
        if (space == KeySpace::kPending) return used ? Status::Ok() : writer_.Delete(key);
        // A table may be back that was dropped: it is kept.
        if (used) return writer_.Delete(key);
        doomed_.insert(range);
        return Status::Ok();
      }));
    }
    return Status::Ok();
  }

  // What belongs to no table, or should have been gone.
  Status DropStrays() {
    struct Strays {
      KeySpace space;
      const char* what;
    };
    for (const Strays& s : {Strays{KeySpace::kItem, "item"}, Strays{KeySpace::kEntry, nullptr},
                            Strays{KeySpace::kChange, "change record"}, Strays{KeySpace::kTrimmed, nullptr},
                            Strays{KeySpace::kExpiry, nullptr}, Strays{KeySpace::kConsumer, "position of a consumer"},
                            Strays{KeySpace::kStatistics, nullptr}, Strays{KeySpace::kLoad, nullptr},
                            Strays{KeySpace::kHistory, nullptr}, Strays{KeySpace::kSaved, "item of a backup"}}) {
      PARTON_RETURN_IF_ERROR(DropStraysOf(s.space, s.what));
    }
    PARTON_RETURN_IF_ERROR(DropUnknown());
    return DropTrimmed();
  }

  Status DropStraysOf(KeySpace space, const char* what) {
    std::map<uint32_t, uint64_t> counts;
    PARTON_RETURN_IF_ERROR(ForEach(SpacePrefix(space), [&](std::string_view key, std::string_view) {
      const uint32_t id = key.size() < kPrefixBytes ? 0 : ReadU32(key.substr(1));
      if (ranges_.contains({space, id}) || doomed_.contains({space, id})) return Status::Ok();
      ++counts[id];
      return writer_.Delete(key);
    }));
    for (const auto& [id, count] : counts) {
      if (what == nullptr) continue;
      report_->push_back(std::to_string(count) + " " + what + (count == 1 ? "" : "s") + " of the table with number " +
                         std::to_string(id) + ", whose definition is lost (or which was dropped), cannot be kept");
    }
    return Status::Ok();
  }

  // Keys of no kind that this version knows.
  Status DropUnknown() {
    uint64_t count = 0;
    PARTON_RETURN_IF_ERROR(ForEach("", [&](std::string_view key, std::string_view) {
      for (KeySpace space : kAllKeySpaces) {
        if (IsOf(key, space)) return Status::Ok();
      }
      ++count;
      return writer_.Delete(key);
    }));
    if (count != 0) report_->push_back(std::to_string(count) + " records of no known kind were left out");
    return Status::Ok();
  }

  // Change records that were trimmed away already.
  Status DropTrimmed() {
    for (const TablePtr& table : tables_) {
      const std::string trimmed_key = IdPrefix(KeySpace::kTrimmed, table->id);
      std::string bytes;
      uint64_t trimmed = 0;
      if (!db_->Get({}, trimmed_key, &bytes).ok()) continue;
      const char* const end = bytes.data() + bytes.size();
      if (GetVarint(bytes.data(), end, &trimmed) != end) continue;
      PARTON_RETURN_IF_ERROR(
          ForEach(IdPrefix(KeySpace::kChange, table->id), [&](std::string_view key, std::string_view) {
            const bool gone = key.size() == kPrefixBytes + 8 && ReadU64(key.substr(kPrefixBytes)) <= trimmed;
            return gone ? writer_.Delete(key) : Status::Ok();
          }));
    }
    return Status::Ok();
  }

  leveldb::DB* db_;
  SyncedWriter writer_;
  std::vector<std::string>* report_;
  KeyNames key_names_;
  std::vector<TablePtr> tables_;
  std::set<std::string> names_of_tables_;
  std::set<std::pair<KeySpace, uint32_t>> ranges_, doomed_;
};

std::string LineOf(const LostRange& range, const KeyNames& names) {
  std::string line = range.what + ": " + names.Range(range.low, range.high);
  const uint64_t older = range.older_items + range.older_records;
  if (older == 0) return line;
  line += "; of these ";
  if (range.older_items != 0) line += std::to_string(range.older_items) + (range.older_items == 1 ? " item" : " items");
  if (range.older_items != 0 && range.older_records != 0) line += " and ";
  if (range.older_records != 0) {
    line += std::to_string(range.older_records) + " other record" + (range.older_records == 1 ? "" : "s");
  }
  return line + " in older files " + (older == 1 ? "is" : "are") +
         " kept, and may have been changed or deleted by what is lost";
}

Result<std::vector<std::string>> SalvageFiles(const std::string& from, const std::string& into) {
  std::unique_ptr<OpenDirectory> held;
  // Nobody can have opened what cannot be written to.
  if (::access(from.c_str(), W_OK) == 0) {
    PARTON_ASSIGN_OR_RETURN(held, OpenDirectory::ForWriting(from));
  }
  DamagedDatabase damaged(leveldb::Env::Default(), from);
  PARTON_RETURN_IF_ERROR(damaged.Inspect());

  const std::unique_ptr<const leveldb::FilterPolicy> filter(leveldb::NewBloomFilterPolicy(10));
  leveldb::Options options;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.paranoid_checks = true;
  options.filter_policy = filter.get();
  options.block_size = 16 << 10;
  options.write_buffer_size = 16 << 20;
  options.max_file_size = 8 << 20;
  leveldb::DB* opened = nullptr;
  PARTON_RETURN_IF_ERROR(FromLevelDb(leveldb::DB::Open(options, into, &opened)));
  const std::unique_ptr<leveldb::DB> db(opened);

  uint32_t names = 0;
  bool any = false;
  SyncedWriter writer(db.get());
  PARTON_RETURN_IF_ERROR(damaged.ForEachNewest([&](std::string_view key, std::string_view value) {
    any = any || IsOf(key, KeySpace::kItem) || IsOf(key, KeySpace::kTable) || IsOf(key, KeySpace::kSystem);
    if (IsOf(key, KeySpace::kItem) || IsOf(key, KeySpace::kSaved)) names = std::max(names, NamesIn(value));
    if (IsOf(key, KeySpace::kChange) || IsOf(key, KeySpace::kHistory)) names = std::max(names, NamesInRecord(value));
    return writer.Put(key, value);
  }));
  PARTON_RETURN_IF_ERROR(writer.Flush());
  if (!any && damaged.lost().empty() && damaged.notes().empty()) {
    return Failed("'" + from + "' holds no data of a database of Parton");
  }
  std::vector<std::string> mended;
  Mender mender(db.get(), &mended);
  PARTON_RETURN_IF_ERROR(mender.Run(names));

  std::vector<std::string> report = damaged.notes();
  for (const LostRange& range : damaged.lost()) report.push_back(LineOf(range, mender.names()));
  report.insert(report.end(), mended.begin(), mended.end());
  return report;
}

}  // namespace

Result<std::vector<std::string>> SalvageStore(const std::string& from, const std::string& into) {
  std::error_code error;
  if (!fs::is_directory(from, error)) return Failed("there is no directory '" + from + "'");
  if (fs::exists(into, error)) {
    return Failed("'" + into + "' exists already").WithHint("what is saved goes into a new directory");
  }
  if (!fs::create_directories(into, error)) return Failed("cannot make '" + into + "': " + error.message());
  Result<std::vector<std::string>> lost = SalvageFiles(from, into);
  if (!lost.ok()) fs::remove_all(into, error);
  return lost;
}

}  // namespace parton

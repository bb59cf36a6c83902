// Opening a database: what the path holds, LevelDB's options, and loading the catalog.
#include <leveldb/helpers/memenv.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "storage/local/block_cache.h"
#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/schema_codec.h"
#include "storage/local/ddl.h"
#include "storage/local/engine.h"
#include "storage/local/key_comparisons.h"
#include "storage/local/recovery/backup.h"
#include "storage/local/recovery/frozen_env.h"
#include "storage/local/recovery/log_file_env.h"
#include "storage/local/recovery/torn_tail.h"
#include "storage/local/recovery/upgrade.h"
#include "types/item/varint.h"

namespace parton {

namespace {

Status OpenFailed(std::string message, std::string hint = {}) {
  return Status(StatusCode::kOpenFailed, std::move(message)).WithHint(std::move(hint));
}

// A file that LevelDB makes before there is a CURRENT: what an interrupted creation leaves.
bool IsFileOfNewDatabase(std::string_view name) {
  return name == "LOCK" || name == "LOG" || name == "LOG.old" || name.starts_with("MANIFEST-") ||
         name.ends_with(".dbtmp") || name == "." || name == "..";
}

// A log or a table: what only a database has that was there once.
bool IsDataFile(std::string_view name) {
  const size_t dot = name.find_first_not_of("0123456789");
  if (dot == 0 || dot == name.npos) return false;
  const std::string_view suffix = name.substr(dot);
  return suffix == ".log" || suffix == ".ldb" || suffix == ".sst";
}

bool ReadVarint(std::string_view bytes, uint64_t* out) {
  const char* end = bytes.data() + bytes.size();
  return GetVarint(bytes.data(), end, out) == end;
}

}  // namespace

class EngineOpener {
 public:
  EngineOpener(Engine* engine, const StoreOptions& options) : e_(engine), o_(options) {}

  // Loads again what memory has of the database, after Restore replaced it.
  Status Reload() {
    e_->highest_keys_.ForgetAll();
    e_->item_cache_.Clear();
    PARTON_RETURN_IF_ERROR(LoadCounters());
    PARTON_RETURN_IF_ERROR(LoadNames());
    PARTON_RETURN_IF_ERROR(LoadTables());
    return StartFeed();
  }

  Status Run() {
    Status s = Steps();
    if (s.code() != StatusCode::kCorruption) return s;
    std::string hint = "restore a backup; or save what can still be read: parton " + path_ +
                       " --salvage NEW, or "
                       "Database::Salvage";
    if (!s.hint().empty()) hint += "; or, " + s.hint();
    return std::move(s).WithHint(std::move(hint));
  }

 private:
  Status Steps() {
    PARTON_RETURN_IF_ERROR(CheckPath());
    PARTON_RETURN_IF_ERROR(OpenLevelDb());
    PARTON_RETURN_IF_ERROR(CheckFormat());
    PARTON_RETURN_IF_ERROR(DropHalfRestored());
    PARTON_RETURN_IF_ERROR(LoadCounters());
    PARTON_RETURN_IF_ERROR(LoadNames());
    PARTON_RETURN_IF_ERROR(LoadTables());
    PARTON_RETURN_IF_ERROR(StartFeed());
    return o_.read_only ? Status::Ok() : ResumeDdl(e_);
  }

  Status CheckPath() {
    env_ = o_.env;
    path_ = dir_ = o_.path;
    if (path_ == ":memory:") {
      dir_ = "/parton";
      if (env_ == nullptr) {
        e_->own_env_.reset(leveldb::NewMemEnv(leveldb::Env::Default()));
        env_ = e_->own_env_.get();
      }
      return Status::Ok();
    }
    if (path_.empty()) return OpenFailed("the path of the database is empty");
    if (env_ == nullptr) env_ = leveldb::Env::Default();
    if (!OnDisk()) return CheckFiles();
    std::error_code error;
    const auto type = std::filesystem::status(path_, error).type();
    if (type != std::filesystem::file_type::not_found && error) {
      return OpenFailed("cannot look at '" + path_ + "': " + error.message());
    }
    if (type != std::filesystem::file_type::not_found && type != std::filesystem::file_type::directory) {
      return OpenFailed("'" + path_ + "' is a file; a database is a directory");
    }
    PARTON_RETURN_IF_ERROR(CheckFiles());
    PARTON_ASSIGN_OR_RETURN(e_->directory_,
                            o_.read_only ? OpenDirectory::ForReading(path_) : OpenDirectory::ForWriting(path_));
    dir_ = e_->directory_->path();
    return Status::Ok();
  }

  bool OnDisk() const { return env_ == leveldb::Env::Default(); }

  Status CheckFiles() const {
    if (env_->FileExists(path_ + "/" + kUnfinishedBackupFile)) {
      return OpenFailed("'" + path_ + "' is a backup that did not get to its end", "make it again");
    }
    if (env_->FileExists(path_ + "/CURRENT")) {
      if (o_.error_if_exists) return OpenFailed("there is a database at '" + path_ + "' already");
      return Status::Ok();
    }
    std::vector<std::string> files;
    (void)env_->GetChildren(path_, &files);
    for (const std::string& f : files) {
      if (IsDataFile(f))
        return Status::Corruption("the database at '" + path_ + "' is damaged: its file CURRENT is gone");
    }
    for (const std::string& f : files) {
      if (IsFileOfNewDatabase(f)) continue;
      return OpenFailed("'" + path_ + "' holds something else than a database (it has '" + f + "')",
                        "give a directory of its own to the database");
    }
    if (!o_.create_if_missing || o_.read_only) {
      return OpenFailed("there is no database at '" + path_ + "'");
    }
    return Status::Ok();
  }

  // What a crash left at the ends of files goes; of a database that is only read, in a copy of them.
  Status PrepareFiles() {
    if (!o_.read_only || path_ == ":memory:") {
      return env_->FileExists(dir_ + "/CURRENT") ? CutTornTails(env_, dir_, !o_.durable) : Status::Ok();
    }
    // Where another process writes, half a page of a log may be copied: looking again tells that from damage.
    constexpr int kAttempts = 5;
    for (int i = 1;; ++i) {
      PARTON_ASSIGN_OR_RETURN(std::unique_ptr<FrozenEnv> frozen, FrozenEnv::Make(env_, dir_));
      Status s = CutTornTails(frozen.get(), dir_, !o_.durable);
      if (s.code() == StatusCode::kCorruption && i < kAttempts) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        continue;
      }
      frozen_ = frozen.get();
      env_ = frozen_;
      e_->own_env_ = std::move(frozen);
      return s;
    }
  }

  Status OpenLevelDb() {
    PARTON_RETURN_IF_ERROR(PrepareFiles());
    auto log_env = std::make_unique<LogFileEnv>(env_, !o_.durable, o_.durable && OnDisk());
    e_->background_work_ = log_env->background_work();
    e_->log_env_ = std::move(log_env);
    leveldb::Options options;
    options.comparator = CountingComparator();
    options.env = e_->log_env_.get();
    options.create_if_missing = true;
    options.write_buffer_size = o_.write_buffer_bytes;
    options.block_size = o_.block_bytes;
    options.compression = o_.compression ? leveldb::kSnappyCompression : leveldb::kNoCompression;
    options.max_file_size = 8 << 20;
    e_->cache_ = NewBlockCache(o_.cache_bytes);
    e_->filter_.reset(leveldb::NewBloomFilterPolicy(10));
    options.block_cache = e_->cache_.get();
    options.filter_policy = e_->filter_.get();
    // Damage in files is an error, not skipped; compactions verify what they copy.
    options.paranoid_checks = true;
    leveldb::DB* db = nullptr;
    leveldb::Status s = leveldb::DB::Open(options, dir_, &db);
    e_->db_.reset(db);
    if (frozen_ != nullptr) frozen_->Freeze();
    if (s.ok()) return Status::Ok();
    const std::string text = s.ToString();
    if (s.IsCorruption()) {
      return Status::Corruption("the database at '" + path_ + "' is damaged: " + text);
    }
    const bool missing = text.find("No such file") != std::string::npos;
    return OpenFailed("cannot open '" + path_ + "': " + text, missing ? "the directory it is to be in must exist"
                                                                      : "the directory must be readable and writable");
  }

  Status Get(const std::string& key, std::string* value, bool* found) {
    return e_->ReadItem(nullptr, key, value, found);
  }

  Status CheckFormat() {
    const std::string key = NamedKey(KeySpace::kSystem, kFormatName);
    std::string value;
    bool found;
    PARTON_RETURN_IF_ERROR(Get(key, &value, &found));
    if (found) {
      uint64_t version = 0;
      if (!ReadVarint(value, &version)) return Status::Corruption("the format record is damaged");
      if (version > kFormatVersion) {
        return OpenFailed("'" + path_ + "' has format " + std::to_string(version) +
                              ", newer than this version of Parton knows (" + std::to_string(kFormatVersion) + ")",
                          "open it with a newer version of Parton");
      }
      if (version < kFormatVersion && o_.read_only) {
        return OpenFailed("'" + path_ + "' has format " + std::to_string(version) + ", which must be brought to " +
                              std::to_string(kFormatVersion) + " first",
                          "open it for writing once");
      }
      return UpgradeFormat(e_, version, UpgradeSteps());
    }
    std::unique_ptr<leveldb::Iterator> it(e_->db_->NewIterator(e_->ReadOptions(nullptr)));
    it->SeekToFirst();
    if (it->Valid() && it->key() == NamedKey(KeySpace::kSystem, kUnfinishedBackupName)) {
      return OpenFailed("'" + path_ + "' is a backup that did not get to its end", "make it again");
    }
    if (it->Valid()) return OpenFailed("'" + path_ + "' is a LevelDB database, but not of Parton");
    PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
    if (o_.read_only) return Status::Ok();
    PutVarint(kFormatVersion, &value);
    leveldb::WriteBatch batch;
    batch.Put(key, value);
    return e_->WriteBatch(&batch, true);
  }

  // A restore that did not get to its end leaves nothing.
  Status DropHalfRestored() {
    std::string value;
    bool found;
    const std::string mark = NamedKey(KeySpace::kSystem, kRestoringName);
    PARTON_RETURN_IF_ERROR(Get(mark, &value, &found));
    if (!found) return Status::Ok();
    if (o_.read_only) {
      return OpenFailed("a RESTORE into '" + path_ + "' did not get to its end", "open it for writing once");
    }
    return DropEverything(e_);
  }

  Status LoadCounter(std::string_view name, uint64_t* out) {
    std::string value;
    bool found;
    PARTON_RETURN_IF_ERROR(Get(NamedKey(KeySpace::kCounter, name), &value, &found));
    if (found && !ReadVarint(value, out)) return Status::Corruption("a counter is damaged");
    return Status::Ok();
  }

  Status LoadCounters() {
    uint64_t id = 1, version = 0;
    PARTON_RETURN_IF_ERROR(LoadCounter(kNextIdCounter, &id));
    PARTON_RETURN_IF_ERROR(LoadCounter(kVersionCounter, &version));
    e_->next_id_ = static_cast<uint32_t>(id);
    e_->schema_version_ = version;
    return Status::Ok();
  }

  // Calls fn(key, value) -> Status for the keys of a space.
  template <typename Fn>
  Status ForEach(KeySpace space, Fn fn) {
    const std::string prefix = SpacePrefix(space);
    std::unique_ptr<leveldb::Iterator> it(e_->db_->NewIterator(e_->ReadOptions(nullptr)));
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      PARTON_RETURN_IF_ERROR(fn(ToView(it->key()), ToView(it->value())));
    }
    return FromLevelDb(it->status());
  }

  Status LoadNames() {
    PARTON_RETURN_IF_ERROR(ForEach(KeySpace::kName, [&](std::string_view key, std::string_view name) {
      const uint32_t id = key.size() == kPrefixBytes ? ReadU32(key.substr(1)) : NameTable::kNone;
      // After RESTORE some are known already.
      const bool known = id < e_->names().size() && e_->names().Name(id) == name;
      if (!known && (id != e_->names().size() || e_->names().FindOrAdd(name) != id)) {
        return Status::Corruption("the dictionary of attribute names is damaged");
      }
      return Status::Ok();
    }));
    e_->durable_names_ = e_->names().size();
    return Status::Ok();
  }

  Status LoadTables() {
    auto state = std::make_shared<CatalogState>();
    state->version = e_->schema_version_;
    PARTON_RETURN_IF_ERROR(ForEach(KeySpace::kTable, [&](std::string_view key, std::string_view bytes) -> Status {
      PARTON_ASSIGN_OR_RETURN(StoredTable table, DecodeSchema(bytes));
      const TableSchema& schema = table.schema;
      if (key != IdPrefix(KeySpace::kTable, schema.id)) {
        return Status::Corruption("the catalog is damaged: a table under another one's key");
      }
      // A counter that is behind must not hand out what is in use.
      uint32_t highest = std::max(schema.id, table.ttl_id);
      for (const IndexSchema& i : schema.indexes) highest = std::max(highest, i.id);
      e_->next_id_ = std::max(e_->next_id_, highest + 1);
      state->version = std::max(state->version, schema.version);
      state->Put(std::make_shared<const TableInfo>(std::move(table), &e_->names()));
      return Status::Ok();
    }));
    e_->gate().AssertHeld();  // by Restore; an engine that is being opened is nobody else's
    e_->Publish(std::move(state));
    return Status::Ok();
  }

  Status StartFeed() {
    uint64_t next = 1, reserved = 0;
    PARTON_RETURN_IF_ERROR(LoadCounter(kFeedCounter, &reserved));
    next = std::max(next, reserved);
    std::unique_ptr<leveldb::Iterator> it(e_->db_->NewIterator(e_->ReadOptions(nullptr)));
    const CatalogPtr catalog = e_->catalog();
    for (const auto& [id, info] : catalog->by_id) {
      const std::string prefix = IdPrefix(KeySpace::kChange, id);
      it->Seek(PrefixSuccessor(prefix));
      if (it->Valid()) {
        it->Prev();
      } else {
        it->SeekToLast();
      }
      if (it->Valid() && it->key().starts_with(prefix) && it->key().size() == kPrefixBytes + 8) {
        next = std::max(next, ReadU64(ToView(it->key()).substr(kPrefixBytes)) + 1);
      }
    }
    PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
    e_->feed_.Start(next, reserved);
    return Status::Ok();
  }

  Engine* e_;
  const StoreOptions& o_;
  leveldb::Env* env_ = nullptr;
  FrozenEnv* frozen_ = nullptr;
  std::string path_;  // as it was given
  std::string dir_;   // what stays right when the working directory changes
};

Status Engine::Reload() { return EngineOpener(this, options_).Reload(); }

Status Engine::Open() { return EngineOpener(this, options_).Run(); }

}  // namespace parton

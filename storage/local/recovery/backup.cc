#include "storage/local/recovery/backup.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/engine.h"
#include "storage/local/key_progress.h"
#include "storage/local/recovery/directory_sync.h"
#include "storage/local/recovery/frozen_env.h"
#include "storage/local/recovery/log_file_env.h"
#include "storage/local/recovery/open_directory.h"
#include "storage/local/recovery/torn_tail.h"
#include "types/item/varint.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kChunkBytes = 1 << 20;

std::string FormatKey() { return NamedKey(KeySpace::kSystem, kFormatName); }
std::string UnfinishedKey() { return NamedKey(KeySpace::kSystem, kUnfinishedBackupName); }
std::string RestoringKey() { return NamedKey(KeySpace::kSystem, kRestoringName); }

// Tells copies apart from their originals: any difference in keys, values or their order shows.
class Sum {
 public:
  void Add(const leveldb::Slice& key, const leveldb::Slice& value) {
    const uint64_t k = XXH3_64bits(key.data(), key.size());
    const uint64_t v = XXH3_64bits(value.data(), value.size());
    sum_ = (sum_ ^ k) * 0x9E3779B97F4A7C15u + v;
    ++count_;
  }
  uint64_t count() const { return count_; }
  bool operator==(const Sum&) const = default;

 private:
  uint64_t sum_ = 0;
  uint64_t count_ = 0;
};

// Copies what `from` gives into `to`, without the system records.
Status CopyAll(leveldb::Iterator* from, leveldb::DB* to, KeyProgress* progress, Sum* sum) {
  leveldb::WriteBatch batch;
  progress->Next();
  leveldb::WriteOptions write;
  // Each: LevelDB may have started another log file when the last one is synced.
  write.sync = true;
  for (from->SeekToFirst(); from->Valid(); from->Next()) {
    if (from->key().starts_with(SpacePrefix(KeySpace::kSystem))) continue;
    batch.Put(from->key(), from->value());
    sum->Add(from->key(), from->value());
    if (!progress->Step(ToView(from->key()))) return Cancelled();
    if (batch.ApproximateSize() < kChunkBytes) continue;
    PARTON_RETURN_IF_ERROR(FromLevelDb(to->Write(write, &batch)));
    batch.Clear();
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(from->status()));
  return FromLevelDb(to->Write(write, &batch));
}

Status SumOf(leveldb::DB* db, KeyProgress* progress, Sum* sum) {
  progress->Next();
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  std::unique_ptr<leveldb::Iterator> it(db->NewIterator(options));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (!progress->Step(ToView(it->key()))) return Cancelled();
    if (!it->key().starts_with(SpacePrefix(KeySpace::kSystem))) sum->Add(it->key(), it->value());
  }
  return FromLevelDb(it->status());
}

// Behind all keys.
std::string TheEnd() { return std::string(8, '\xff'); }

// Where backups lie: with the database, unless that is memory.
leveldb::Env* EnvOf(const Engine& engine) {
  return engine.options().env != nullptr ? engine.options().env : leveldb::Env::Default();
}

bool OnDisk(const leveldb::Env* env) { return env == leveldb::Env::Default(); }

Status CannotMake(const std::string& directory, const std::string& why) {
  return Status::IoError("cannot make the backup at '" + directory + "': " + why);
}

Status WriteMark(leveldb::Env* env, const std::string& directory) {
  leveldb::WritableFile* opened = nullptr;
  leveldb::Status s = env->NewWritableFile(directory + "/" + kUnfinishedBackupFile, &opened);
  if (s.ok()) {
    const std::unique_ptr<leveldb::WritableFile> file(opened);
    s = file->Sync();
    if (s.ok()) s = file->Close();
  }
  if (s.ok()) s = SyncDirectory(env, directory);
  return s.ok() ? Status::Ok() : CannotMake(directory, s.ToString());
}

// A directory with the mark in it; it does not come to its name without.
Status MakeMarkedDirectory(leveldb::Env* env, const std::string& directory) {
  std::error_code error;
  if (!OnDisk(env) || std::filesystem::exists(directory, error)) return WriteMark(env, directory);
  const std::filesystem::path parent = std::filesystem::path(directory).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) return CannotMake(directory, error.message());
  std::string made = directory + ".part-XXXXXX";
  if (::mkdtemp(made.data()) == nullptr) return CannotMake(directory, std::strerror(errno));
  Status s = WriteMark(env, made);
  if (s.ok() && std::rename(made.c_str(), directory.c_str()) != 0) s = CannotMake(directory, std::strerror(errno));
  if (!s.ok()) std::filesystem::remove_all(made, error);
  (void)SyncDirectoryOf(env, directory);
  return s;
}

mode_t ModeOf(const std::string& path, mode_t otherwise) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : otherwise;
}

// The files as they were made, the directory as they allow; less what the original's do not allow.
Status SetModes(const Engine& engine, const std::string& directory) {
  mode_t directory_mode = 0700, file_mode = 0600;  // memory is private
  if (engine.directory() != nullptr) {
    const std::string& original = engine.directory()->path();
    directory_mode = ModeOf(original, 0700);
    file_mode = ModeOf(original + "/CURRENT", 0600);
    file_mode &= directory_mode;  // who cannot get at a file cannot read it
  }
  mode_t made = 0700;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(directory, error)) {
    const mode_t mode = ModeOf(file.path().string(), 0600);
    made |= mode | (mode & 0444) >> 2;
    if (::chmod(file.path().c_str(), (mode & file_mode) | 0600) != 0)
      return CannotMake(directory, std::strerror(errno));
  }
  if (error) return CannotMake(directory, error.message());
  if (::chmod(directory.c_str(), (directory_mode & made) | 0700) != 0)
    return CannotMake(directory, std::strerror(errno));
  return Status::Ok();
}

Status MakeCopy(Engine* engine, leveldb::Env* env, const leveldb::Snapshot* snapshot, const std::string& directory,
                const std::function<bool(uint64_t, uint64_t)>& progress) {
  leveldb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.paranoid_checks = true;
  options.block_size = engine->options().block_bytes;
  options.filter_policy = nullptr;
  std::unique_ptr<const leveldb::FilterPolicy> filter(leveldb::NewBloomFilterPolicy(10));
  options.filter_policy = filter.get();
  leveldb::DB* opened = nullptr;
  leveldb::Status s = leveldb::DB::Open(options, directory, &opened);
  if (!s.ok()) return CannotMake(directory, s.ToString());
  std::unique_ptr<leveldb::DB> copy(opened);
  leveldb::WriteOptions sync;
  sync.sync = true;
  PARTON_RETURN_IF_ERROR(FromLevelDb(copy->Put(sync, UnfinishedKey(), "")));
  KeyProgress steps(engine->db(), progress);
  steps.Plan("", TheEnd());
  steps.Plan("", TheEnd(), false);  // reading it back
  Sum written, read;
  {
    leveldb::ReadOptions read_options = engine->ReadOptions(snapshot);
    read_options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(read_options));
    PARTON_RETURN_IF_ERROR(CopyAll(it.get(), copy.get(), &steps, &written));
  }
  PARTON_RETURN_IF_ERROR(SumOf(copy.get(), &steps, &read));
  if (!(read == written)) {
    return Status::IoError("the backup at '" + directory + "' does not read back as it was written");
  }
  std::string version;
  PutVarint(kFormatVersion, &version);
  leveldb::WriteBatch last;
  last.Put(FormatKey(), version);
  last.Delete(UnfinishedKey());
  return FromLevelDb(copy->Write(sync, &last));
}

}  // namespace

Status BackupDatabase(Engine* engine, const std::string& given,
                      const std::function<bool(uint64_t, uint64_t)>& progress) {
  leveldb::Env* env = EnvOf(*engine);
  std::string directory = given;
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  if (OnDisk(env)) PARTON_RETURN_IF_ERROR(CheckFileUse(directory, FileUse::kWrite));
  std::vector<std::string> files;
  (void)env->GetChildren(directory, &files);
  for (const std::string& f : files) {
    if (f == "." || f == "..") continue;
    return Status(StatusCode::kOpenFailed, "'" + directory + "' is not empty (it has '" + f + "')")
        .WithHint(f == kUnfinishedBackupFile ? "a backup did not get to its end there: remove the directory"
                                             : "give a directory that does not exist yet");
  }
  PARTON_RETURN_IF_ERROR(MakeMarkedDirectory(env, directory));
  std::unique_ptr<OpenDirectory> held;
  if (OnDisk(env)) {
    PARTON_ASSIGN_OR_RETURN(held, OpenDirectory::ForWriting(directory));
  }
  const leveldb::Snapshot* snapshot;
  {
    // No schema change, and no write, is half way.
    const GateLock gate(engine->gate());
    snapshot = engine->TakeSnapshot();
  }
  LogFileEnv log_env(env, false, false);
  Status s = MakeCopy(engine, &log_env, snapshot, directory, progress);
  engine->db()->ReleaseSnapshot(snapshot);
  if (s.ok() && OnDisk(env)) s = SetModes(*engine, directory);
  if (!s.ok()) {
    leveldb::Options options;
    options.env = &log_env;
    (void)leveldb::DestroyDB(directory, options);
  }
  const leveldb::Status unmarked = env->RemoveFile(directory + "/" + kUnfinishedBackupFile);
  if (!s.ok()) {
    (void)env->RemoveDir(directory);
    return s;
  }
  if (!unmarked.ok()) return CannotMake(directory, unmarked.ToString());
  return FromLevelDb(SyncDirectory(env, directory));
}

Status DropEverything(Engine* engine) {
  engine->ForgetStoredNames();
  leveldb::ReadOptions options = engine->ReadOptions(nullptr);
  options.fill_cache = false;
  std::unique_ptr<leveldb::Iterator> it(engine->db()->NewIterator(options));
  leveldb::WriteBatch batch;
  const std::string format = FormatKey(), mark = RestoringKey();
  leveldb::WriteOptions write;
  // Each, as in CopyAll; and a log's record is on disk before the next one begins (torn_tail.h).
  write.sync = true;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (it->key() == format || it->key() == mark) continue;
    batch.Delete(it->key());
    if (batch.ApproximateSize() < kChunkBytes) continue;
    PARTON_RETURN_IF_ERROR(FromLevelDb(engine->db()->Write(write, &batch)));
    batch.Clear();
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  batch.Delete(mark);
  return FromLevelDb(engine->db()->Write(write, &batch));
}

namespace {

// A backup that is open for reading; nothing is written to its directory.
class BackupReader {
 public:
  Status Open(leveldb::Env* env, const std::string& directory) {
    if (env->FileExists(directory + "/" + kUnfinishedBackupFile)) return Incomplete(directory);
    if (!env->FileExists(directory + "/CURRENT")) {
      return Status(StatusCode::kOpenFailed, "there is no backup at '" + directory + "'");
    }
    if (OnDisk(env)) {
      PARTON_ASSIGN_OR_RETURN(held_, OpenDirectory::ForReading(directory));
    }
    PARTON_ASSIGN_OR_RETURN(env_, FrozenEnv::Make(env, directory));
    PARTON_RETURN_IF_ERROR(CutTornTails(env_.get(), directory, false));
    leveldb::Options options;
    options.env = env_.get();
    options.paranoid_checks = true;
    leveldb::DB* opened = nullptr;
    const leveldb::Status s = leveldb::DB::Open(options, directory, &opened);
    env_->Freeze();
    if (!s.ok()) {
      return Status(s.IsCorruption() ? StatusCode::kCorruption : StatusCode::kOpenFailed,
                    "cannot open the backup at '" + directory + "': " + s.ToString());
    }
    db_.reset(opened);
    std::string version_bytes;
    uint64_t version = 0;
    if (!db_->Get({}, FormatKey(), &version_bytes).ok()) return Incomplete(directory);
    const char* end = version_bytes.data() + version_bytes.size();
    if (GetVarint(version_bytes.data(), end, &version) != end || version > kFormatVersion) {
      return Status(StatusCode::kOpenFailed,
                    "the backup at '" + directory + "' is of a newer format than this version of Parton knows");
    }
    return Status::Ok();
  }

  leveldb::DB* db() const { return db_.get(); }

 private:
  static Status Incomplete(const std::string& directory) {
    return Status(StatusCode::kOpenFailed, "'" + directory + "' is no complete backup of a Parton database");
  }

  std::unique_ptr<OpenDirectory> held_;
  std::unique_ptr<FrozenEnv> env_;
  std::unique_ptr<leveldb::DB> db_;
};

Status CheckNoTables(const Engine& engine) {
  if (!engine.catalog()->by_id.empty()) {
    return Status(StatusCode::kInUse, "RESTORE needs a database without tables")
        .WithHint("open a new one and restore into that");
  }
  const std::string prefix = SpacePrefix(KeySpace::kBackup);
  std::unique_ptr<leveldb::Iterator> it(engine.db()->NewIterator(engine.ReadOptions(nullptr)));
  it->Seek(prefix);
  PARTON_RETURN_IF_ERROR(FromLevelDb(it->status()));
  if (!it->Valid() || !it->key().starts_with(prefix)) return Status::Ok();
  return Status(StatusCode::kInUse, "RESTORE needs a database without backups of tables")
      .WithHint("open a new one and restore into that");
}

}  // namespace

Status RestoreDatabase(Engine* engine, const std::string& directory,
                       const std::function<bool(uint64_t, uint64_t)>& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  if (engine->directory() != nullptr && IsSameDirectory(engine->directory()->path(), directory)) {
    return Status::Validation("'" + directory + "' is this database itself, no backup of it");
  }
  PARTON_RETURN_IF_ERROR(CheckNoTables(*engine));
  BackupReader backup;
  PARTON_RETURN_IF_ERROR(backup.Open(EnvOf(*engine), directory));
  leveldb::DB* const from = backup.db();

  MutexLock ddl(engine->ddl_mutex());
  const GateLock gate(engine->gate());
  PARTON_RETURN_IF_ERROR(CheckNoTables(*engine));
  // Attribute names that this process knows already must mean the same there.
  std::unique_ptr<leveldb::Iterator> it(from->NewIterator(engine->ReadOptions(nullptr)));
  const std::string names = SpacePrefix(KeySpace::kName);
  uint32_t known = 0;
  for (it->Seek(names); it->Valid() && it->key().starts_with(names); it->Next(), ++known) {
    if (known < engine->names().size() && engine->names().Name(known) != ToView(it->value())) break;
  }
  if (known < engine->names().size()) {
    return Status(StatusCode::kInUse, "RESTORE needs a database in which no table ever was")
        .WithHint("open a new one and restore into that");
  }
  const uint64_t schema_version = engine->schema_version();

  leveldb::WriteOptions sync;
  sync.sync = true;
  PARTON_RETURN_IF_ERROR(FromLevelDb(engine->db()->Put(sync, RestoringKey(), "")));
  // Tables that were dropped leave the records of their streams for a while: those of the backup come in their place.
  PARTON_RETURN_IF_ERROR(DropEverything(engine));
  PARTON_RETURN_IF_ERROR(FromLevelDb(engine->db()->Put(sync, RestoringKey(), "")));
  Sum written;
  KeyProgress steps(from, progress);
  steps.Plan("", TheEnd());
  Status s = CopyAll(it.get(), engine->db(), &steps, &written);
  if (!s.ok()) {
    // What was copied goes again, now or when the database is opened.
    (void)DropEverything(engine);
    return s;
  }
  PARTON_RETURN_IF_ERROR(FromLevelDb(engine->db()->Delete(sync, RestoringKey())));
  PARTON_RETURN_IF_ERROR(engine->Reload());
  // Plans made before must not look as if they fitted.
  if (engine->schema_version() <= schema_version) {
    auto state = std::make_shared<CatalogState>(*engine->catalog());
    state->version = schema_version + 1;
    engine->Publish(std::move(state));
  }
  return Status::Ok();
}

}  // namespace parton

#include "storage/backup.h"

#include <filesystem>
#include <memory>
#include <mutex>

#include "storage/engine.h"
#include "storage/key_codec.h"
#include "storage/key_progress.h"
#include "types/varint.h"

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
    const uint64_t k = std::hash<std::string_view>()(ToView(key));
    const uint64_t v = std::hash<std::string_view>()(ToView(value));
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

Status MakeCopy(Engine* engine, const leveldb::Snapshot* snapshot, const std::string& directory,
                const std::function<bool(uint64_t, uint64_t)>& progress) {
  leveldb::Options options;
  options.env = EnvOf(*engine);
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.paranoid_checks = true;
  options.block_size = engine->options().block_bytes;
  options.filter_policy = nullptr;
  std::unique_ptr<const leveldb::FilterPolicy> filter(leveldb::NewBloomFilterPolicy(10));
  options.filter_policy = filter.get();
  leveldb::DB* opened = nullptr;
  leveldb::Status s = leveldb::DB::Open(options, directory, &opened);
  if (!s.ok()) return Status(StatusCode::kIoError, "cannot make the backup at '" + directory + "': " + s.ToString());
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

Status BackupDatabase(Engine* engine, const std::string& directory,
                      const std::function<bool(uint64_t, uint64_t)>& progress) {
  leveldb::Env* env = EnvOf(*engine);
  std::vector<std::string> files;
  (void)env->GetChildren(directory, &files);
  for (const std::string& f : files) {
    if (f == "." || f == "..") continue;
    return Status(StatusCode::kOpenFailed, "'" + directory + "' is not empty (it has '" + f + "')")
        .WithHint("give a directory that does not exist yet");
  }
  if (env == leveldb::Env::Default()) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return Status::IoError("cannot make the directory '" + directory + "': " + error.message());
  }
  const leveldb::Snapshot* snapshot;
  {
    // No schema change, and no write, is half way.
    std::lock_guard<Gate> gate(engine->gate());
    snapshot = engine->TakeSnapshot();
  }
  Status s = MakeCopy(engine, snapshot, directory, progress);
  engine->db()->ReleaseSnapshot(snapshot);
  if (!s.ok()) {
    leveldb::Options options;
    options.env = env;
    (void)leveldb::DestroyDB(directory, options);
  }
  return s;
}

Status DropEverything(Engine* engine) {
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

Status RestoreDatabase(Engine* engine, const std::string& directory,
                       const std::function<bool(uint64_t, uint64_t)>& progress) {
  PARTON_RETURN_IF_ERROR(engine->Writable());
  leveldb::Env* env = EnvOf(*engine);
  if (!env->FileExists(directory + "/CURRENT")) {
    return Status(StatusCode::kOpenFailed, "there is no backup at '" + directory + "'");
  }
  leveldb::Options options;
  options.env = env;
  options.paranoid_checks = true;
  leveldb::DB* opened = nullptr;
  leveldb::Status open = leveldb::DB::Open(options, directory, &opened);
  if (!open.ok()) {
    return Status(open.IsCorruption() ? StatusCode::kCorruption : StatusCode::kOpenFailed,
                  "cannot open the backup at '" + directory + "': " + open.ToString());
  }
  std::unique_ptr<leveldb::DB> from(opened);
  std::string version_bytes;
  uint64_t version = 0;
  if (!from->Get({}, FormatKey(), &version_bytes).ok()) {
    return Status(StatusCode::kOpenFailed, "'" + directory + "' is no complete backup of a Parton database");
  }
  const char* end = version_bytes.data() + version_bytes.size();
  if (GetVarint(version_bytes.data(), end, &version) != end || version > kFormatVersion) {
    return Status(StatusCode::kOpenFailed,
                  "the backup at '" + directory + "' is of a newer format than this version of Parton knows");
  }

  std::lock_guard ddl(engine->ddl_mutex());
  std::lock_guard<Gate> gate(engine->gate());
  if (!engine->catalog()->by_id.empty()) {
    return Status(StatusCode::kInUse, "RESTORE needs a database without tables")
        .WithHint("open a new one and restore into that");
  }
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
  Sum written;
  KeyProgress steps(from.get(), progress);
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

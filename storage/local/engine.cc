#include "storage/local/engine.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>

#include "storage/local/bytes/key_codec.h"
#include "types/item/varint.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

// LevelDB takes no exceptions: one in the middle of a write would leave its locks held. So whether there is memory is
// asked before.
Status RoomForWrite(const leveldb::WriteBatch& batch) {
  constexpr size_t kBesides = size_t{64} << 10;
  void* probe = ::operator new(2 * batch.ApproximateSize() + kBesides, std::nothrow);
  if (probe == nullptr) return Status::OutOfMemory();
  ::operator delete(probe);
  return Status::Ok();
}

// Takes the items that a batch writes out of the cache. From the first of them on it is a foreign write.
class ItemEraser : public leveldb::WriteBatch::Handler {
 public:
  ItemEraser(ItemCache* cache, std::optional<ItemCache::ForeignWrite>* write) : cache_(cache), write_(write) {}
  void Put(const leveldb::Slice& key, const leveldb::Slice&) override { Erase(ToView(key)); }
  void Delete(const leveldb::Slice& key) override { Erase(ToView(key)); }

 private:
  void Erase(std::string_view key) {
    if (!IsIn(KeySpace::kItem, key)) return;
    if (!write_->has_value()) write_->emplace(cache_);
    (*write_)->Erase(key);
  }

  ItemCache* cache_;
  std::optional<ItemCache::ForeignWrite>* write_;
};

// LevelDB calls it an invalid argument when a table file ends before what its index names.
bool IsDamage(const leveldb::Status& s) {
  if (s.IsCorruption()) return true;
  const std::string text = s.ToString();
  return s.IsIOError() && text.ends_with(": Invalid argument") &&
         (text.find(".ldb:") != std::string::npos || text.find(".sst:") != std::string::npos);
}

}  // namespace

Status FromLevelDb(const leveldb::Status& s) {
  if (s.ok()) return Status::Ok();
  if (IsDamage(s)) return Status::Corruption("the database is damaged: " + s.ToString());
  if (s.IsIOError()) return Status::IoError(s.ToString());
  return Status::Internal(s.ToString());
}

Status DamageIn(const TableSchema& table, const IndexSchema* index, std::string_view last, const leveldb::Status& s) {
  if (!IsDamage(s)) return FromLevelDb(s);
  std::string where = "table " + table.name;
  if (index != nullptr) where += ", index " + index->name;
  std::string behind = "at its start";
  if (last.size() > kPrefixBytes) {
    const std::string key = KeyComponentsText(index != nullptr ? index->key : table.key, last.substr(kPrefixBytes));
    if (!key.empty()) behind = "behind the key " + key;
  }
  return Status::Corruption(where + " is damaged " + behind + ": " + s.ToString())
      .WithHint(index != nullptr ? "REPAIR DATABASE builds the index again from the table"
                                 : "other tables and keys stay readable; restore a backup, or COPY what is left "
                                   "to a new database");
}

Engine::~Engine() {
  feed_.Close();
  compactor_.Stop();
  // A small log is read in no time.
  constexpr size_t kSmall = size_t{1} << 20;
  if (db_ != nullptr && !in_memory() && Writable().ok() && unflushed_bytes() > kSmall) Flush();
}

size_t Engine::unflushed_bytes() const {
  std::string text;
  if (!db_->GetProperty("leveldb.approximate-memory-usage", &text)) return 0;
  const size_t all = std::stoull(text), cached = cache_->TotalCharge();
  return all > cached ? all - cached : 0;
}

void Engine::Flush() {
  // A range that has no keys: LevelDB does no more than to write its memory out first.
  const leveldb::Slice nowhere("\xff\xff\xff\xff");
  db_->CompactRange(&nowhere, &nowhere);
}

int64_t Engine::NowMs() const {
  if (options_.clock_ms) return options_.clock_ms();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void Engine::Publish(CatalogPtr state) {
  // Who has seen the new version gets the new catalog, and who has the new catalog sees the new version.
  MutexLock lock(catalog_mutex_);
  schema_version_.store(state->version, std::memory_order_release);
  catalog_ = std::move(state);
}

Status Engine::Writable() const {
  if (options_.read_only) {
    return Status(StatusCode::kReadOnly, "the database was opened read-only");
  }
  if (broken_.load(std::memory_order_acquire)) {
    MutexLock lock(broken_mutex_);
    // Without memory there was not even a status.
    return broken_status_.ok() ? Status::OutOfMemory() : broken_status_;
  }
  return Status::Ok();
}

Status Engine::Written(const leveldb::Status& s, uint32_t names_upto) {
  if (s.ok()) {
    uint32_t durable = durable_names_.load();
    while (durable < names_upto && !durable_names_.compare_exchange_weak(durable, names_upto)) {
    }
    return Status::Ok();
  }
  broken_.store(true, std::memory_order_release);
  Status status(s.IsCorruption() ? StatusCode::kCorruption : StatusCode::kIoError,
                "writing to the database failed, so it takes no more writes until it is opened again "
                "(reading goes on): " +
                    s.ToString());
  MutexLock lock(broken_mutex_);
  if (broken_status_.ok()) broken_status_ = status;
  return status;
}

void Engine::AppendNames(leveldb::WriteBatch* batch, uint32_t* upto) {
  *upto = names_->size();
  for (uint32_t id = durable_names_.load(); id < *upto; ++id) {
    std::string key = SpacePrefix(KeySpace::kName);
    AppendU32(id, &key);
    batch->Put(key, ToSlice(names_->Name(id)));
  }
}

const leveldb::Snapshot* Engine::TakeSnapshot() {
  const uint64_t finished = recent_.finished();
  if (recent_.validated() == finished) {
    const leveldb::Snapshot* snapshot = db_->GetSnapshot();
    if (recent_.validated() == finished) return snapshot;
    db_->ReleaseSnapshot(snapshot);
  }
  std::lock_guard lock(transactions_);
  return db_->GetSnapshot();
}

leveldb::ReadOptions Engine::ReadOptions(const leveldb::Snapshot* snapshot) const {
  leveldb::ReadOptions options;
  options.snapshot = snapshot;
  options.verify_checksums = true;
  return options;
}

Status Engine::ReadItem(const leveldb::Snapshot* snapshot, const std::string& key, std::string* bytes,
                        bool* found) const {
  leveldb::Status s = db_->Get(ReadOptions(snapshot), key, bytes);
  *found = s.ok();
  if (s.ok() || s.IsNotFound()) return Status::Ok();
  return FromLevelDb(s);
}

bool Engine::HighestItemKey(uint32_t table_id, std::string* key) {
  return highest_keys_.Get(table_id, key, [&](std::string* last) {
    const std::string prefix = IdPrefix(KeySpace::kItem, table_id);
    leveldb::ReadOptions options = ReadOptions(nullptr);
    options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(options));
    it->Seek(PrefixSuccessor(prefix));
    if (it->Valid()) {
      it->Prev();
    } else {
      it->SeekToLast();
    }
    // An empty table's last key is the start of all its keys.
    *last = it->Valid() && it->key().starts_with(prefix) ? it->key().ToString() : prefix;
    return it->status().ok();
  });
}

bool Engine::IsAboveItemKeys(uint32_t table_id, std::string_view key) {
  constexpr uint32_t kOften = 256;
  std::string bound;
  if (single_inserts_.fetch_add(1, std::memory_order_relaxed) % kOften == kOften - 1) HighestItemKey(table_id, &bound);
  return highest_keys_.IsAbove(table_id, key);
}

Status Engine::Write(leveldb::WriteBatch* batch, bool sync, bool* tried) {
  uint32_t names_upto;
  AppendNames(batch, &names_upto);
  leveldb::WriteOptions write;
  write.sync = sync;
  PARTON_RETURN_IF_ERROR(RoomForWrite(*batch));
  const leveldb::Status s = db_->Write(write, batch);
  // From here on nothing may fail: it is written.
  *tried = true;
  return Written(s, names_upto);
}

Status Engine::ReadCachedItem(const leveldb::Snapshot* snapshot, ItemCache::Epoch upto, const std::string& key,
                              uint64_t hash, Value* item) {
  ItemCache::Ticket ticket;
  const bool cached = item_cache_.on();
  if (cached) {
    const ItemCache::Found kept = item_cache_.Find({key, hash}, upto, item, &ticket);
    if (kept == ItemCache::Found::kNone) *item = Value::Missing();
    if (kept != ItemCache::Found::kUnknown) return Status::Ok();
  }
  std::string bytes;
  bool found = false;
  PARTON_RETURN_IF_ERROR(ReadItem(snapshot, key, &bytes, &found));
  *item = Value::Missing();
  if (!found) return Status::Ok();  // it is about to be there
  auto* heap = new internal::HeapItem;
  heap->storage = std::move(bytes);
  heap->bytes = heap->storage;
  heap->names = names_.get();
  heap->Keep();
  *item = FromEncodedItem(heap);
  // It is read to be written: most items are not written twice in a while, and to keep one costs as much as a write.
  if (cached && item_cache_.MissedBefore(ticket)) item_cache_.Keep(ticket, key, heap);
  return Status::Ok();
}

Status Engine::WriteBatch(leveldb::WriteBatch* batch, bool sync) {
  PARTON_RETURN_IF_ERROR(Writable());
  std::optional<ItemCache::ForeignWrite> uncached;
  if (item_cache_.on()) {
    ItemEraser eraser(&item_cache_, &uncached);
    (void)batch->Iterate(&eraser);
  }
  bool tried = false;
  Status written = Write(batch, sync, &tried);
  constexpr size_t kBytesOfAnEntry = 32;
  if (tried) NoteChanges(1 + batch->ApproximateSize() / kBytesOfAnEntry);
  return written;
}

uint64_t Engine::ApproximateSize(std::string_view begin, std::string_view end) const {
  const leveldb::Range range(ToSlice(begin), ToSlice(end));
  uint64_t size = 0;
  db_->GetApproximateSizes(&range, 1, &size);
  return size;
}

uint32_t Engine::NewId(leveldb::WriteBatch* batch) {
  uint32_t id = next_id_++;
  std::string value;
  PutVarint(next_id_, &value);
  batch->Put(NamedKey(KeySpace::kCounter, kNextIdCounter), value);
  return id;
}

uint64_t Engine::NewVersion(leveldb::WriteBatch* batch) {
  uint64_t version = schema_version_.load() + 1;
  std::string value;
  PutVarint(version, &value);
  batch->Put(NamedKey(KeySpace::kCounter, kVersionCounter), value);
  return version;
}

}  // namespace parton

#include "storage/local/engine.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/local_records.h"
#include "types/item/varint.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

// The keys a batch writes.
class KeyCollector : public leveldb::WriteBatch::Handler {
 public:
  void Put(const leveldb::Slice& key, const leveldb::Slice&) override { keys.emplace_back(key.data(), key.size()); }
  void Delete(const leveldb::Slice& key) override { keys.emplace_back(key.data(), key.size()); }

  RecentWrites::Keys keys;
};

// LevelDB takes no exceptions: one in the middle of a write would leave its locks held. So whether there is memory is
// asked before.
Status RoomForWrite(const leveldb::WriteBatch& batch) {
  constexpr size_t kBesides = size_t{64} << 10;
  void* probe = ::operator new(2 * batch.ApproximateSize() + kBesides, std::nothrow);
  if (probe == nullptr) return Status::OutOfMemory();
  ::operator delete(probe);
  return Status::Ok();
}

RecentWrites::Keys KeysOf(const leveldb::WriteBatch& batch) {
  KeyCollector collector;
  (void)batch.Iterate(&collector);
  return std::move(collector.keys);
}

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
    std::string_view rest = last.substr(kPrefixBytes);
    Key key;
    const KeySchema& schema = index != nullptr ? index->key : table.key;
    if (ReadKey(schema, &rest, &key)) {
      behind = "behind the key (" + key.hash.ToLiteral();
      if (schema.range) behind += ", " + key.range.ToLiteral();
      behind += ")";
    }
  }
  return Status::Corruption(where + " is damaged " + behind + ": " + s.ToString())
      .WithHint(index != nullptr ? "REPAIR DATABASE builds the index again from the table"
                                 : "other tables and keys stay readable; restore a backup, or COPY what is left "
                                   "to a new database");
}

Engine::~Engine() { feed_.Close(); }

int64_t Engine::NowMs() const {
  if (options_.clock_ms) return options_.clock_ms();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void Engine::Publish(CatalogPtr state) {
  schema_version_.store(state->version, std::memory_order_release);
  MutexLock lock(catalog_mutex_);
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
    for (uint32_t id = durable; id < names_upto; ++id) names_->MarkDurable(id);
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

void Engine::RaiseHighestKeys(const std::vector<ItemChange>& changes) {
  const ItemChange* highest = nullptr;
  for (const ItemChange& c : changes) {
    if (!c.has || c.had) continue;
    if (highest != nullptr && highest->table != c.table) {
      highest_keys_.Raise(highest->table->schema->id, highest->key);
      highest = nullptr;
    }
    if (highest == nullptr || c.key > highest->key) highest = &c;
  }
  if (highest != nullptr) highest_keys_.Raise(highest->table->schema->id, highest->key);
}

// A commit that others know of. At its end it is no more in flight, however it ended.
struct Engine::InFlight {
  explicit InFlight(Engine* e) : engine(e) {}
  ~InFlight() {
    if (plain) engine->recent_.LeavePlain();
    if (ticket != 0) engine->recent_.Leave(ticket, tried);
    if (first_record == 0) return;
    if (tried) {
      engine->feed_.End(first_record);
    } else {
      engine->feed_.Abandon(first_record);
    }
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  Engine* engine;
  bool plain = false;
  uint64_t ticket = 0;
  uint64_t first_record = 0;
  bool tried = false;  // given to LevelDB
};

namespace {

// The bytes of the change record of `c` for a stream of this view.
std::string RecordOf(const ItemChange& c, StreamView view, int64_t now_ms, uint32_t depth) {
  ChangeRecord record;
  record.event = !c.had ? ChangeEvent::kInsert : c.has ? ChangeEvent::kModify : ChangeEvent::kRemove;
  record.view = view;
  record.by_ttl = c.by_ttl;
  record.created_ms = now_ms;
  record.depth = depth;
  std::string keys, bytes;
  ProjectItem(c.has ? c.new_bytes : c.old_bytes, c.table->key_ids, c.table->key_names, &keys);
  record.keys = keys;
  const bool with_new = view == StreamView::kNewImage || view == StreamView::kBothImages;
  const bool with_old = view == StreamView::kOldImage || view == StreamView::kBothImages;
  if (with_new && c.has) record.new_image = c.new_bytes;
  if (with_old && c.had) record.old_image = c.old_bytes;
  EncodeChange(record, &bytes);
  return bytes;
}

}  // namespace

Status Engine::CommitChanges(const std::vector<ItemChange>& changes, const ReadSet* reads, uint64_t start,
                             const RecordWrites* records, uint32_t depth) {
  KeyWrites writes;
  writes.Reserve(changes.size() * 2);
  uint64_t change_records = 0;
  bool any = false;
  for (const ItemChange& c : changes) {
    if (!c.changed()) continue;
    any = true;
    AppendChange(c, *names_, &writes, nullptr);
    if (c.table->schema->stream != StreamView::kOff) ++change_records;
    if (c.table->schema->point_in_time) ++change_records;
  }
  const bool has_records = records != nullptr && !records->empty();
  if (!any && reads == nullptr && !has_records) return Status::Ok();
  writes.Sort();
  leveldb::WriteBatch batch;
  writes.AppendTo(&batch);

  if (has_records) {
    any = true;
    AppendRecords(*records, &batch);
  }

  // Before the batch is written it must be known to transactions.
  std::shared_lock<Gate> transaction;
  InFlight in_flight(this);
  if (reads != nullptr) {
    transaction = std::shared_lock(transactions_);
    static const ReadSet kNothing;
    in_flight.ticket = recent_.Validate(start, options_.validate_transactions ? *reads : kNothing, KeysOf(batch));
    if (in_flight.ticket == 0) {
      return Status(StatusCode::kTransactionConflict,
                    "Transaction is ongoing for the item: something this transaction read was changed "
                    "by another one; run it again");
    }
  } else if (in_flight.plain = recent_.EnterPlain(); !in_flight.plain) {
    in_flight.ticket = recent_.Enter(KeysOf(batch));
  }

  if (change_records != 0) {
    uint64_t reserve;
    in_flight.first_record = feed_.Begin(change_records, &reserve);
    uint64_t sequence = in_flight.first_record;
    const int64_t now = NowMs();
    for (const ItemChange& c : changes) {
      const TableSchema& schema = *c.table->schema;
      if (!c.changed()) continue;
      if (schema.stream != StreamView::kOff) {
        batch.Put(ChangeKey(schema.id, sequence++), RecordOf(c, schema.stream, now, depth));
      }
      if (schema.point_in_time) {
        batch.Put(HistoryKey(schema.id, sequence++), RecordOf(c, StreamView::kOldImage, now, 0));
      }
    }
    if (reserve != 0) {
      std::string counter;
      PutVarint(reserve, &counter);
      batch.Put(NamedKey(KeySpace::kCounter, kFeedCounter), counter);
    }
  }
  uint32_t names_upto;
  AppendNames(&batch, &names_upto);
  leveldb::WriteOptions write;
  write.sync = options_.durable;
  leveldb::Status s;
  // Ahead of the items: a bound may be too high.
  RaiseHighestKeys(changes);
  if (any) {
    PARTON_RETURN_IF_ERROR(RoomForWrite(batch));
    s = db_->Write(write, &batch);
  }
  // From here on nothing may fail: it is written.
  in_flight.tried = true;
  changes_.fetch_add(changes.size(), std::memory_order_relaxed);
  return Written(s, any ? names_upto : 0);
}

Status Engine::WriteBatch(leveldb::WriteBatch* batch, bool sync) {
  PARTON_RETURN_IF_ERROR(Writable());
  uint32_t names_upto;
  AppendNames(batch, &names_upto);
  leveldb::WriteOptions write;
  write.sync = sync;
  PARTON_RETURN_IF_ERROR(RoomForWrite(*batch));
  const leveldb::Status s = db_->Write(write, batch);
  constexpr size_t kBytesOfAnEntry = 32;
  changes_.fetch_add(1 + batch->ApproximateSize() / kBytesOfAnEntry, std::memory_order_relaxed);
  return Written(s, names_upto);
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

#include "storage/local/commit.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/local_records.h"
#include "types/item/varint.h"

namespace parton {

namespace {

// The keys a batch writes.
class KeyCollector : public leveldb::WriteBatch::Handler {
 public:
  void Put(const leveldb::Slice& key, const leveldb::Slice&) override { keys.emplace_back(key.data(), key.size()); }
  void Delete(const leveldb::Slice& key) override { keys.emplace_back(key.data(), key.size()); }

  RecentWrites::Keys keys;
};

RecentWrites::Keys KeysOf(const leveldb::WriteBatch& batch) {
  KeyCollector collector;
  (void)batch.Iterate(&collector);
  return std::move(collector.keys);
}

// Ahead of the items: a bound may be too high.
void RaiseHighestKeys(Engine* engine, const std::vector<ItemChange>& changes) {
  const ItemChange* highest = nullptr;
  for (const ItemChange& c : changes) {
    if (!c.has || c.had) continue;
    if (highest != nullptr && highest->table != c.table) {
      engine->highest_keys().Raise(highest->table->schema->id, highest->key);
      highest = nullptr;
    }
    if (highest == nullptr || c.key > highest->key) highest = &c;
  }
  if (highest != nullptr) engine->highest_keys().Raise(highest->table->schema->id, highest->key);
}

Status Conflict() {
  return Status(StatusCode::kTransactionConflict,
                "Transaction is ongoing for the item: something this transaction read was changed "
                "by another one; run it again");
}

// A batch that keeps its memory for the thread's next commit, unless that has become much.
class ReusedBatch {
 public:
  ReusedBatch() : batch_(std::move(spare)) {
    if (batch_ == nullptr) batch_ = std::make_unique<leveldb::WriteBatch>();
  }
  ~ReusedBatch() {
    constexpr size_t kMostKept = size_t{16} << 10;
    if (batch_->ApproximateSize() > kMostKept) return;
    batch_->Clear();
    spare = std::move(batch_);
  }
  ReusedBatch(const ReusedBatch&) = delete;
  ReusedBatch& operator=(const ReusedBatch&) = delete;

  leveldb::WriteBatch& operator*() { return *batch_; }
  leveldb::WriteBatch* operator->() { return batch_.get(); }
  leveldb::WriteBatch* get() { return batch_.get(); }

 private:
  // Null while a commit of the thread has it.
  static thread_local std::unique_ptr<leveldb::WriteBatch> spare;
  std::unique_ptr<leveldb::WriteBatch> batch_;
};

thread_local std::unique_ptr<leveldb::WriteBatch> ReusedBatch::spare;

// Nothing but the item follows from a change of it.
bool IsAlone(const ItemChange& c) { return c.table->indexes.empty() && c.table->schema->ttl_attribute.empty(); }

// One commit. From Announce() on others know of it; at its end it is no more in flight, however it ended.
class Committer {
 public:
  Committer(Engine* engine, std::vector<ItemChange>& changes, const CommitOptions& options)
      : engine_(engine), changes_(changes), options_(options) {}
  ~Committer() {
    if (caching_) EndCaching(false);
    if (plain_) engine_->recent().LeavePlain();
    if (ticket_ != 0) engine_->recent().Leave(ticket_, tried_);
    if (first_record_ == 0) return;
    if (tried_) {
      engine_->feed().End(first_record_);
    } else {
      engine_->feed().Abandon(first_record_);
    }
  }
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  Status Run() {
    AddItems();
    if (!any_ && options_.reads == nullptr) return Status::Ok();
    if (options_.leaves_out != nullptr && *options_.leaves_out) return Status::Ok();
    PARTON_RETURN_IF_ERROR(Announce());
    if (change_records_ != 0) AddChangeRecords();
    RaiseHighestKeys(engine_, changes_);
    Status written;
    if (any_) {
      BeginCaching();
      written = engine_->Write(batch_.get(), engine_->options().durable, &tried_);
      if (caching_) EndCaching(written.ok());
    }
    tried_ = tried_ || !any_;
    if (tried_) engine_->NoteChanges(changes_.size());
    return written;
  }

 private:
  void AddItems() {
    // LevelDB takes keys in order faster.
    const bool in_order =
        changes_.size() == 1 ||
        std::is_sorted(changes_.begin(), changes_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    if (in_order && std::all_of(changes_.begin(), changes_.end(), IsAlone)) {
      for (const ItemChange& c : changes_) AddAlone(c);
    } else {
      KeyWrites writes;
      writes.Reserve(changes_.size() * 2);
      for (const ItemChange& c : changes_) {
        if (!c.changed()) continue;
        CountRecords(c);
        AppendChange(c, engine_->names(), &writes, nullptr, options_.leaves_out);
      }
      writes.Sort();
      writes.AppendTo(batch_.get());
    }
    if (options_.records == nullptr || options_.records->empty()) return;
    any_ = true;
    AppendRecords(*options_.records, batch_.get());
  }

  void AddAlone(const ItemChange& c) {
    if (!c.changed()) return;
    CountRecords(c);
    if (c.has) {
      batch_->Put(c.key, c.new_bytes);
    } else {
      batch_->Delete(c.key);
    }
  }

  void CountRecords(const ItemChange& c) {
    any_ = true;
    if (c.table->schema->stream != StreamView::kOff) ++change_records_;
    if (c.table->schema->point_in_time) ++change_records_;
  }

  // Before the batch is written it must be known to transactions.
  Status Announce() {
    if (options_.reads != nullptr) {
      transaction_ = std::shared_lock(engine_->transactions());
      static const ReadSet kNothing;
      const bool validate = engine_->options().validate_transactions;
      ticket_ = engine_->recent().Validate(options_.start, validate ? *options_.reads : kNothing, KeysOf(*batch_));
      return ticket_ == 0 ? Conflict() : Status::Ok();
    }
    plain_ = engine_->recent().EnterPlain();
    if (!plain_) ticket_ = engine_->recent().Enter(KeysOf(*batch_));
    return Status::Ok();
  }

  // While the batch is written the item cache has nothing of its keys.
  void BeginCaching() {
    ItemCache& cache = engine_->item_cache();
    if (!cache.on()) return;
    foreign_ = cache.Foreign();
    caching_ = true;
    for (const ItemChange& c : changes_) {
      if (c.changed()) cache.BeginWrite({c.key, c.hash});
    }
  }

  void EndCaching(bool written) noexcept {
    caching_ = false;
    ItemCache& cache = engine_->item_cache();
    const ItemCache::Epoch epoch = cache.EndEpoch();
    for (ItemChange& c : changes_) {
      if (!c.changed()) continue;
      // The cache may have it alone now, and use its memory.
      c.old_bytes = {};
      c.old_item = Value();
      if (written) {
        cache.EndWrite({c.key, c.hash}, epoch, foreign_, c.has ? &c.new_bytes : nullptr, &engine_->names());
      } else {
        cache.AbandonWrite({c.key, c.hash}, epoch);
      }
    }
  }

  void AddChangeRecords() {
    uint64_t reserve;
    first_record_ = engine_->feed().Begin(change_records_, &reserve);
    uint64_t sequence = first_record_;
    const int64_t now = engine_->NowMs();
    for (const ItemChange& c : changes_) {
      const TableSchema& schema = *c.table->schema;
      if (!c.changed()) continue;
      if (schema.stream != StreamView::kOff) {
        batch_->Put(ChangeKey(schema.id, sequence++), RecordOf(c, schema.stream, now, options_.depth));
      }
      if (schema.point_in_time) {
        batch_->Put(HistoryKey(schema.id, sequence++), RecordOf(c, StreamView::kOldImage, now, 0));
      }
    }
    if (reserve == 0) return;
    std::string counter;
    PutVarint(reserve, &counter);
    batch_->Put(NamedKey(KeySpace::kCounter, kFeedCounter), counter);
  }

  // The bytes of the change record of `c` for a stream of this view.
  std::string RecordOf(const ItemChange& c, StreamView view, int64_t now_ms, uint32_t depth) const {
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

  Engine* engine_;
  std::vector<ItemChange>& changes_;
  const CommitOptions& options_;
  ReusedBatch batch_;
  uint64_t change_records_ = 0;
  bool any_ = false;  // the batch has something

  std::shared_lock<Gate> transaction_;
  bool plain_ = false;
  bool caching_ = false;  // between BeginCaching() and EndCaching()
  uint64_t foreign_ = 0;
  uint64_t ticket_ = 0;
  uint64_t first_record_ = 0;
  bool tried_ = false;  // given to LevelDB
};

}  // namespace

Status CommitChanges(Engine* engine, std::vector<ItemChange>* changes, const CommitOptions& options) {
  return Committer(engine, *changes, options).Run();
}

}  // namespace parton

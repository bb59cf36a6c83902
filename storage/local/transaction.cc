#include "storage/local/transaction.h"

#include <string>

#include "storage/local/commit.h"
#include "storage/local/local_records.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kBytesPerKey = 96;  // of maps, beside the key

Status Closed() { return Status::Validation("the transaction is over"); }

Status SchemaChanged() {
  return Status(StatusCode::kTransactionConflict,
                "Transaction is ongoing for the item: a table used by this transaction was altered or "
                "dropped; run it again");
}

Status Torn() {
  return Status(StatusCode::kOutOfMemory, "there was no memory for all that a statement of the transaction wrote", {},
                "ROLLBACK, or ROLLBACK TO a savepoint before it");
}

}  // namespace

// Reads the snapshot and the own writes, and notes it.
class TransactionReader final : public ItemReader {
 public:
  explicit TransactionReader(LocalTransaction* t) : t_(t) {}
  Status Read(const std::string& key, std::string* bytes, bool* found) override {
    t_->NoteKey(key, ReadU32(std::string_view(key).substr(1)));
    if (const auto* own = t_->Written(key)) {
      *found = own->has_value();
      if (*found) *bytes = **own;
      return Status::Ok();
    }
    return t_->engine_->ReadItem(t_->view_->snapshot(), key, bytes, found);
  }

 private:
  LocalTransaction* t_;
};

LocalTransaction::LocalTransaction(Engine* engine)
    : engine_(engine), start_(engine->recent().Open()), view_(std::make_unique<LocalView>(engine, true, this)) {}

LocalTransaction::~LocalTransaction() { Finish(); }

void LocalTransaction::Finish() {
  if (!open_) return;
  open_ = false;
  engine_->recent().Close(start_);
}

const std::optional<std::string>* LocalTransaction::Written(const std::string& key) const {
  auto it = state_.overlay->find(key);
  return it == state_.overlay->end() ? nullptr : &it->second;
}

void LocalTransaction::NoteKey(const std::string& key, uint32_t table_id) {
  MutexLock lock(reads_mutex_);
  tables_.insert(table_id);
  if (!keys_.insert(key).second) return;
  read_bytes_ += key.size() + kBytesPerKey;
  const StatementBounds* bounds = CurrentBounds();
  if (bounds != nullptr && read_bytes_ + state_.bytes > bounds->limit()) throw MemoryLimitReached(bounds->limit());
}

Status LocalTransaction::CheckRoom(const std::vector<ItemChange>& changes) {
  size_t bytes = state_.bytes;
  for (const ItemChange& c : changes) {
    if (!c.changed()) continue;
    bytes += c.old_bytes.size() + 2 * kBytesPerKey +
             (2 + c.table->indexes.size()) * (c.key.size() + c.new_bytes.size() + kBytesPerKey);
  }
  const StatementBounds* bounds = CurrentBounds();
  MutexLock lock(reads_mutex_);
  if (bounds != nullptr && bytes + read_bytes_ > bounds->limit()) {
    return Status(
        StatusCode::kOutOfMemory,
        "the transaction's writes need more than " + std::to_string(bounds->limit() >> 10) + " KB, the memory limit",
        {}, "COMMIT in between, or SET memory_limit");
  }
  state_.bytes = bytes;
  return Status::Ok();
}

std::shared_ptr<WalkedRange> LocalTransaction::NoteRange(const KeyInterval& bounds, bool backward, uint32_t table_id) {
  auto range = std::make_shared<WalkedRange>();
  range->bounds = bounds;
  range->backward = backward;
  MutexLock lock(reads_mutex_);
  ranges_.push_back(range);
  tables_.insert(table_id);
  return range;
}

Result<std::vector<WriteOutcome>> LocalTransaction::Write(const std::vector<WriteOp>& ops, EvalContext& ctx,
                                                          const WriteOptions& options) {
  if (!open_) return Closed();
  if (torn_) return Torn();
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  CatalogPtr catalog = engine_->catalog();
  TransactionReader reader(this);
  // The snapshot does not change: nothing is locked before Commit.
  auto lock = [&](const std::vector<PreparedOp>&) -> ItemReader& { return reader; };
  PARTON_ASSIGN_OR_RETURN(AppliedOps applied, RunOps(*catalog, ops, &engine_->names(), ctx, options, lock));
  PARTON_RETURN_IF_ERROR(CheckRoom(applied.changes));
  torn_ = true;
  Merge(*catalog, std::move(applied.changes));
  torn_ = false;
  return std::move(applied.outcomes);
}

void LocalTransaction::Merge(const CatalogState& catalog, std::vector<ItemChange> changes) {
  Overlay& overlay = OwnOverlay();
  const bool undoable = !savepoints_.empty();
  for (ItemChange& c : changes) {
    if (!c.changed()) continue;
    KeyWrites writes;
    AppendChange(c, engine_->names(), &writes, nullptr);
    for (const KeyWrites::Entry& e : writes.entries()) {
      std::string key(e.key);
      if (undoable) NoteUndo(overlay, key, &overlay_undo_);
      std::optional<std::string>& written = overlay[std::move(key)];
      if (e.put) {
        written.emplace(e.value);
      } else {
        written.reset();
      }
    }
    if (undoable) NoteUndo(state_.items, c.key, &items_undo_);
    auto [it, fresh] = state_.items.try_emplace(c.key);
    Pending& p = it->second;
    if (fresh) {
      p.had = c.had;
      p.old_bytes = std::move(c.old_bytes);
    }
    p.table = catalog.by_id.at(c.table->schema->id);
    p.has = c.has;
    p.new_bytes = std::move(c.new_bytes);
    p.by_ttl = c.by_ttl;
  }
}

Overlay& LocalTransaction::OwnOverlay() {
  if (state_.overlay.use_count() > 1) state_.overlay = std::make_shared<Overlay>(*state_.overlay);
  return *state_.overlay;
}

template <typename Map>
void LocalTransaction::NoteUndo(const Map& map, const std::string& key,
                                std::vector<Undo<typename Map::mapped_type>>* undo) {
  const auto it = map.find(key);
  undo->push_back({key, {}});
  if (it != map.end()) undo->back().before = it->second;
  state_.bytes += key.size() + kBytesPerKey;
}

template <typename Map>
void LocalTransaction::GoBack(Map* map, size_t mark, std::vector<Undo<typename Map::mapped_type>>* undo) {
  for (; undo->size() > mark; undo->pop_back()) {
    auto& last = undo->back();
    if (last.before) {
      (*map)[last.key] = std::move(*last.before);
    } else {
      map->erase(last.key);
    }
  }
}

int LocalTransaction::Savepoint() {
  savepoints_.push_back({overlay_undo_.size(), items_undo_.size(), state_.bytes, state_.records});
  return static_cast<int>(savepoints_.size()) - 1;
}

void LocalTransaction::RollbackTo(int savepoint) {
  if (savepoint < 0 || static_cast<size_t>(savepoint) >= savepoints_.size()) return;
  // What was read since stays noted: the program may have acted on it.
  const Mark& mark = savepoints_[static_cast<size_t>(savepoint)];
  RecordWrites records = mark.records;
  GoBack(&OwnOverlay(), mark.overlay, &overlay_undo_);
  GoBack(&state_.items, mark.items, &items_undo_);
  state_.bytes = mark.bytes;
  state_.records = std::move(records);
  torn_ = false;
  savepoints_.erase(savepoints_.begin() + savepoint + 1, savepoints_.end());
}

ReadSet LocalTransaction::Reads() {
  MutexLock lock(reads_mutex_);
  ReadSet reads;
  reads.keys = std::move(keys_);
  for (const auto& range : ranges_) {
    KeyInterval read = range->Read();
    if (!read.empty()) reads.ranges.push_back(std::move(read));
  }
  return reads;
}

Status LocalTransaction::Commit() {
  if (!open_) return Closed();
  if (torn_) return Torn();
  std::vector<ItemChange> changes;
  for (auto& [key, p] : state_.items) {
    ItemChange c;
    c.table = p.table.get();
    c.key = key;
    c.had = p.had;
    c.has = p.has;
    c.old_bytes = p.old_bytes;
    c.new_bytes = p.new_bytes;
    c.by_ttl = p.by_ttl;
    if (c.changed()) changes.push_back(std::move(c));
  }
  if (changes.empty() && state_.records.empty()) {
    // It saw one consistent state and leaves nothing: it happened at its snapshot.
    Finish();
    return Status::Ok();
  }
  Status status = engine_->Writable();
  if (status.ok()) {
    HeldItems held(engine_);
    const CatalogState& catalog = held.catalog();
    {
      MutexLock lock(reads_mutex_);
      for (uint32_t id : tables_) {
        if (catalog.Find(id) == nullptr) status = SchemaChanged();
      }
    }
    if (!TablesExist(state_.records, catalog)) status = SchemaChanged();
    for (const ItemChange& c : changes) {
      const TableInfo* now = catalog.Find(c.table->schema->id);
      if (now == nullptr || now->schema->version != c.table->schema->version) {
        status = SchemaChanged();
      }
    }
    if (status.ok()) {
      held.Latch(changes);
      const ReadSet reads = Reads();
      status = CommitChanges(engine_, changes, {&reads, start_, &state_.records, depth_});
    }
  }
  Finish();
  return status;
}

}  // namespace parton

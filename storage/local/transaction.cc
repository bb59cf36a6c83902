#include "storage/local/transaction.h"

#include <string>

#include "storage/local/commit.h"
#include "storage/local/left_out.h"
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
  Status Read(const PreparedOp& op, Value* item) override {
    t_->NoteKey(op.key, ReadU32(std::string_view(op.key).substr(1)));
    std::string bytes;
    bool found = false;
    if (t_->ReadOwn(op.key, &bytes, &found)) {
      *item = found ? StoredItemOf(std::move(bytes), &t_->engine_->names()) : Value::Missing();
      return Status::Ok();
    }
    const LocalView& view = *t_->view_;
    return t_->engine_->ReadCachedItem(view.snapshot(), view.cached_upto(), op.key, op.hash, item);
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

Overlay LocalTransaction::overlay() const {
  MutexLock lock(state_mutex_);
  return state_.overlay;
}

bool LocalTransaction::ReadOwn(const std::string& key, std::string* bytes, bool* found) const {
  MutexLock lock(state_mutex_);
  const std::optional<std::string>* own = state_.overlay.Find(key);
  if (own == nullptr) return false;
  *found = own->has_value();
  if (*found) *bytes = **own;
  return true;
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
  if (bounds != nullptr && bytes + read_bytes_ + BytesOfSavepoints() > bounds->limit()) {
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
  AppliedOps applied;
  PARTON_RETURN_IF_ERROR(RunOps(*catalog, ops, &engine_->names(), ctx, options, lock, &applied));
  PARTON_RETURN_IF_ERROR(CheckRoom(applied.changes));
  PARTON_RETURN_IF_ERROR(NoteIndexesThatLose(applied.changes));
  torn_ = true;
  Merge(*catalog, &applied.changes);
  torn_ = false;
  return std::move(applied.outcomes);
}

// The catalog is changed at once, whatever becomes of the transaction: its own next statements go by it.
Status LocalTransaction::NoteIndexesThatLose(const std::vector<ItemChange>& changes) {
  const std::vector<IndexOfTable> losing = IndexesThatLose(changes, engine_->names());
  if (losing.empty()) return Status::Ok();
  PARTON_ASSIGN_OR_RETURN(const std::vector<IndexOfTable> noted, NoteLeftOut(engine_, losing));
  for (const IndexOfTable& i : noted) {
    {
      MutexLock lock(reads_mutex_);
      if (keys_.erase(LeftOutMark(i)) == 0) continue;
    }
    // It relied on the index: that was right unless others leave items out as well.
    const std::string items = IdPrefix(KeySpace::kItem, i.table_id);
    NoteRange({items, PrefixSuccessor(items)}, false, i.table_id)->complete = true;
  }
  return Status::Ok();
}

void LocalTransaction::Merge(const CatalogState& catalog, std::vector<ItemChange>* changes) {
  MutexLock lock(state_mutex_);
  for (ItemChange& c : *changes) {
    if (!c.changed()) continue;
    KeyWrites writes;
    AppendChange(c, engine_->names(), &writes, nullptr);
    for (const KeyWrites::Entry& e : writes.entries()) {
      state_.overlay.Put(std::string(e.key), e.put ? std::optional<std::string>(e.value) : std::nullopt);
    }
    const Pending* before = state_.items.Find(c.key);
    Pending p;
    p.had = before != nullptr ? before->had : c.had;
    p.old_bytes = before != nullptr ? std::string_view(before->old_bytes) : c.old_bytes;
    p.table = catalog.by_id.at(c.table->schema->id);
    p.has = c.has;
    p.new_bytes = std::move(c.new_bytes);
    p.by_ttl = c.by_ttl;
    state_.items.Put(c.key, std::move(p));
  }
}

size_t LocalTransaction::BytesOfSavepoints() const {
  return savepoints_.empty() ? 0 : state_.copied_bytes() - savepoints_.front().copied_bytes();
}

void LocalTransaction::WriteRecords(const RecordWrites& writes) {
  for (const auto& [key, value] : writes) state_.records.Put(key, value);
}

RecordWrites LocalTransaction::Records() const {
  RecordWrites records;
  decltype(state_.records)::Iterator it(state_.records);
  for (it.SeekToFirst(); it.Valid(); it.Next()) records.emplace_hint(records.end(), it.key(), it.value());
  return records;
}

int LocalTransaction::Savepoint() {
  savepoints_.push_back(state_);
  return static_cast<int>(savepoints_.size()) - 1;
}

void LocalTransaction::RollbackTo(int savepoint) {
  if (savepoint < 0 || static_cast<size_t>(savepoint) >= savepoints_.size()) return;
  Release(savepoint + 1);
  // What was read since stays noted: the program may have acted on it.
  MutexLock lock(state_mutex_);
  state_ = savepoints_.back();
  torn_ = false;
}

void LocalTransaction::Release(int savepoint) {
  if (savepoint < 0 || static_cast<size_t>(savepoint) >= savepoints_.size()) return;
  savepoints_.erase(savepoints_.begin() + savepoint, savepoints_.end());
}

ReadSet LocalTransaction::Reads() {
  MutexLock lock(reads_mutex_);
  std::vector<KeyInterval> ranges;
  ranges.reserve(ranges_.size());
  for (const auto& range : ranges_) ranges.push_back(range->Read());
  return {std::move(keys_), std::move(ranges)};
}

Status LocalTransaction::Commit() {
  if (!open_) return Closed();
  if (torn_) return Torn();
  std::vector<ItemChange> changes;
  const RecordWrites records = Records();
  decltype(state_.items)::Iterator it(state_.items);
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    const Pending& p = it.value();
    ItemChange c;
    c.table = p.table.get();
    c.key = it.key();
    c.hash = HashOfKey(c.key);
    c.had = p.had;
    c.has = p.has;
    c.old_bytes = p.old_bytes;
    c.new_bytes = p.new_bytes;
    c.by_ttl = p.by_ttl;
    if (c.changed()) changes.push_back(std::move(c));
  }
  if (changes.empty() && records.empty()) {
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
    if (!TablesExist(records, catalog)) status = SchemaChanged();
    for (const ItemChange& c : changes) {
      const TableInfo* now = catalog.Find(c.table->schema->id);
      if (now == nullptr || now->schema->version != c.table->schema->version) {
        status = SchemaChanged();
      }
    }
    if (status.ok()) {
      held.Latch(changes);
      const ReadSet reads = Reads();
      status = CommitChanges(engine_, &changes, {&reads, start_, &records, depth_});
    }
  }
  Finish();
  return status;
}

}  // namespace parton

#include "storage/transaction.h"

#include "storage/local_records.h"

namespace parton {

namespace {

Status Closed() { return Status::Validation("the transaction is over"); }

Status SchemaChanged() {
  return Status(StatusCode::kTransactionConflict,
                "Transaction is ongoing for the item: a table used by this transaction was altered or "
                "dropped; run it again");
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
    : engine_(engine),
      start_(engine->recent().Open()),
      view_(std::make_unique<LocalView>(engine, true, this)) {}

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
  std::lock_guard lock(reads_mutex_);
  keys_.insert(key);
  tables_.insert(table_id);
}

std::shared_ptr<WalkedRange> LocalTransaction::NoteRange(const KeyInterval& bounds, bool backward,
                                                         uint32_t table_id) {
  auto range = std::make_shared<WalkedRange>();
  range->bounds = bounds;
  range->backward = backward;
  std::lock_guard lock(reads_mutex_);
  ranges_.push_back(range);
  tables_.insert(table_id);
  return range;
}

Result<std::vector<WriteOutcome>> LocalTransaction::Write(const std::vector<WriteOp>& ops,
                                                          EvalContext& ctx,
                                                          const WriteOptions& options) {
  if (!open_) return Closed();
  PARTON_RETURN_IF_ERROR(engine_->Writable());
  CatalogPtr catalog = engine_->catalog();
  std::vector<PreparedOp> prepared;
  PARTON_RETURN_IF_ERROR(PrepareOps(*catalog, ops, &engine_->names(), options, &prepared));
  TransactionReader reader(this);
  std::vector<ItemChange> changes;
  std::vector<WriteOutcome> outcomes;
  Status applied =
      ApplyOps(prepared, reader, &engine_->names(), ctx, options, &changes, &outcomes);
  PARTON_RETURN_IF_ERROR(
      MeterOps(options, std::move(applied), changes, engine_->names(), &outcomes));
  Merge(*catalog, std::move(changes));
  return outcomes;
}

void LocalTransaction::Merge(const CatalogState& catalog, std::vector<ItemChange> changes) {
  if (state_.overlay.use_count() > 1) state_.overlay = std::make_shared<Overlay>(*state_.overlay);
  Overlay& overlay = *state_.overlay;
  for (ItemChange& c : changes) {
    if (!c.changed()) continue;
    KeyWrites writes;
    AppendChange(c, engine_->names(), &writes, nullptr);
    for (const KeyWrites::Entry& e : writes.entries()) {
      std::optional<std::string>& written = overlay[std::string(e.key)];
      if (e.put) {
        written.emplace(e.value);
      } else {
        written.reset();
      }
    }
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

int LocalTransaction::Savepoint() {
  savepoints_.push_back(state_);
  return static_cast<int>(savepoints_.size()) - 1;
}

void LocalTransaction::RollbackTo(int savepoint) {
  if (savepoint < 0 || static_cast<size_t>(savepoint) >= savepoints_.size()) return;
  // What was read since stays noted: the program may have acted on it.
  state_ = savepoints_[savepoint];
  savepoints_.resize(savepoint + 1);
}

ReadSet LocalTransaction::Reads() {
  std::lock_guard lock(reads_mutex_);
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
    std::shared_lock<Gate> gate(engine_->gate());
    const CatalogState& catalog = engine_->catalog_held();
    for (uint32_t id : tables_) {
      if (catalog.Find(id) == nullptr) status = SchemaChanged();
    }
    if (!TablesExist(state_.records, catalog)) status = SchemaChanged();
    for (const ItemChange& c : changes) {
      const TableInfo* now = catalog.Find(c.table->schema->id);
      if (now == nullptr || now->schema->version != c.table->schema->version) {
        status = SchemaChanged();
      }
    }
    if (status.ok()) {
      Latches::Guard latches = engine_->latches().Acquire([&](auto add) {
        for (const ItemChange& c : changes) add(c.key);
      });
      const ReadSet reads = Reads();
      status = engine_->CommitChanges(changes, &reads, start_, &state_.records, depth_);
    }
  }
  Finish();
  return status;
}

}  // namespace parton

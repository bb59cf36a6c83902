// How reads see the database: a snapshot, the newest state, or a transaction's own.
#ifndef PARTON_STORAGE_LOCAL_VIEWS_H_
#define PARTON_STORAGE_LOCAL_VIEWS_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/local/engine.h"
#include "storage/local/persistent_map.h"

namespace parton {

// A transaction's own writes by LevelDB key; nullopt = deleted. Index entries are among them, so a merge of
// keys is all that cursors need. A cursor keeps a copy of it, as it was when the cursor was opened.
using Overlay = PersistentMap<std::string, std::optional<std::string>>;

// A stretch of keys a cursor of a transaction has walked.
struct WalkedRange {
  KeyInterval bounds;
  bool backward = false;
  bool complete = false;  // walked to its end
  std::string last;       // the last key seen; empty: none yet

  KeyInterval Read() const {
    if (complete) return bounds;
    if (last.empty()) return KeyInterval{bounds.begin, bounds.begin};
    if (backward) return KeyInterval{last, bounds.end};
    return KeyInterval{bounds.begin, last + '\0'};
  }
};

// What a transaction offers to its reads: its overlay, and notes for validation.
class TransactionReads {
 public:
  virtual ~TransactionReads() = default;
  virtual Overlay overlay() const = 0;
  // Whether the transaction wrote the key; if so, what: *found is false if it deleted it.
  virtual bool ReadOwn(const std::string& key, std::string* bytes, bool* found) const = 0;
  virtual void NoteKey(const std::string& key, uint32_t table_id) = 0;
  virtual std::shared_ptr<WalkedRange> NoteRange(const KeyInterval& bounds, bool backward, uint32_t table_id) = 0;
};

class LocalView final : public ReadView {
 public:
  // With a snapshot, which it releases; or without: the newest state at each read.
  LocalView(Engine* engine, bool with_snapshot, TransactionReads* transaction = nullptr)
      : engine_(engine), transaction_(transaction) {
    if (!with_snapshot) return;
    catalog_ = engine->catalog();
    cached_upto_ = engine->item_cache().Now();
    snapshot_ = engine->TakeSnapshot();
    catalog_settled_ = engine->schema_version() == catalog_->version;
  }
  ~LocalView() override {
    if (snapshot_ != nullptr) engine_->db()->ReleaseSnapshot(snapshot_);
  }
  const leveldb::Snapshot* snapshot() const { return snapshot_; }
  TransactionReads* transaction() const { return transaction_; }
  // What of the item cache it may see.
  ItemCache::Epoch cached_upto() const { return cached_upto_; }
  // Whether the catalog was the same just before the snapshot and just after it. False without one.
  bool catalog_settled() const { return catalog_settled_; }
  // As it was just before the snapshot; without one, as it is.
  CatalogPtr catalog() const { return snapshot_ == nullptr ? engine_->catalog() : catalog_; }

 private:
  Engine* engine_;
  CatalogPtr catalog_;  // with a snapshot only
  bool catalog_settled_ = false;
  ItemCache::Epoch cached_upto_ = ItemCache::kNewest;  // asked for before the snapshot is taken
  const leveldb::Snapshot* snapshot_ = nullptr;
  TransactionReads* transaction_;
};

// Iterates over `base` (owned) with the overlay on top.
std::unique_ptr<leveldb::Iterator> MakeMergeIterator(std::unique_ptr<leveldb::Iterator> base, const Overlay& overlay);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_VIEWS_H_

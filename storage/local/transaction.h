// Interactive transactions: a snapshot, the own writes on top of it, and validation at commit.
//
// The transaction keeps for each item it changed what the snapshot had and what it is to become, and the same
// as LevelDB keys (items and index entries) for its own reads. Everything it reads is noted: keys, and
// stretches of keys walked by cursors. Commit latches the items to write, checks that nothing noted was
// written since the snapshot (recent_writes.h), and commits the net changes in one batch. So the order of
// commits is a serial order of the transactions.
#ifndef PARTON_STORAGE_LOCAL_TRANSACTION_H_
#define PARTON_STORAGE_LOCAL_TRANSACTION_H_

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/local/views.h"
#include "storage/transactions.h"
#include "types/sync/mutex.h"

namespace parton {

class LocalTransaction final : public StoreTransaction, public TransactionReads {
 public:
  explicit LocalTransaction(Engine* engine);
  ~LocalTransaction() override;

  ReadView& view() override { return *view_; }
  Result<std::vector<WriteOutcome>> Write(const std::vector<WriteOp>& ops, EvalContext& ctx,
                                          const WriteOptions& options) override;
  int Savepoint() override;
  void RollbackTo(int savepoint) override;
  Status Commit() override;
  void WriteRecords(const RecordWrites& writes) override { AddRecords(writes, &state_.records); }
  void SetChangeDepth(uint32_t depth) override { depth_ = depth; }

  // The transaction's own version of a key: null if it has not written it.
  const std::optional<std::string>* Written(const std::string& key) const;

 private:
  friend class TransactionReader;

  struct Pending {
    TableInfoPtr table;
    bool had = false;  // in the snapshot
    bool has = false;
    std::string old_bytes;
    std::string new_bytes;
    bool by_ttl = false;
  };
  // The overlay is copied before a write if a cursor still looks at it.
  struct State {
    std::shared_ptr<Overlay> overlay = std::make_shared<Overlay>();
    std::map<std::string, Pending> items;
    RecordWrites records;
    size_t bytes = 0;  // of both, about
  };

  // A key's value before a write; nullopt: it had none.
  template <typename T>
  struct Undo {
    std::string key;
    std::optional<T> before;
  };
  struct Mark {
    size_t overlay;  // entries of the undo logs
    size_t items;
    size_t bytes;
    RecordWrites records;
  };

  Overlay& OwnOverlay();
  template <typename Map>
  void NoteUndo(const Map& map, const std::string& key, std::vector<Undo<typename Map::mapped_type>>* undo);
  template <typename Map>
  static void GoBack(Map* map, size_t mark, std::vector<Undo<typename Map::mapped_type>>* undo);

  OverlayPtr overlay() const override { return state_.overlay; }
  void NoteKey(const std::string& key, uint32_t table_id) override;
  std::shared_ptr<WalkedRange> NoteRange(const KeyInterval& bounds, bool backward, uint32_t table_id) override;
  // Error: what is written by now does not fit the memory limit of the statement.
  Status CheckRoom(const std::vector<ItemChange>& changes);
  void Merge(const CatalogState& catalog, std::vector<ItemChange> changes);
  ReadSet Reads();
  void Finish();

  Engine* engine_;
  uint64_t start_;
  std::unique_ptr<LocalView> view_;
  State state_;
  // What to put back for ROLLBACK TO, newest last; kept while there are savepoints. A savepoint costs nothing that way.
  std::vector<Undo<std::optional<std::string>>> overlay_undo_;
  std::vector<Undo<Pending>> items_undo_;
  std::vector<Mark> savepoints_;
  Mutex reads_mutex_;  // cursors of parallel workers note what they read
  std::unordered_set<std::string> keys_ GUARDED_BY(reads_mutex_);
  std::vector<std::shared_ptr<WalkedRange>> ranges_ GUARDED_BY(reads_mutex_);
  std::unordered_set<uint32_t> tables_ GUARDED_BY(reads_mutex_);
  size_t read_bytes_ GUARDED_BY(reads_mutex_) = 0;  // of keys_
  uint32_t depth_ = 0;                              // of the change records
  bool torn_ = false;                               // state_ has a part of a statement, for want of memory
  bool open_ = true;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_TRANSACTION_H_

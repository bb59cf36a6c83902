// Interactive transactions: a snapshot, the own writes on top of it, and validation at commit.
//
// The transaction keeps for each item it changed what the snapshot had and what it is to become, and the same
// as LevelDB keys (items and index entries) for its own reads. Everything it reads is noted: keys, and
// stretches of keys walked by cursors. Commit latches the items to write, checks that nothing noted was
// written since the snapshot (recent_writes.h), and commits the net changes in one batch. So the order of
// commits is a serial order of the transactions.
#ifndef PARTON_STORAGE_LOCAL_TRANSACTION_H_
#define PARTON_STORAGE_LOCAL_TRANSACTION_H_

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
  void Release(int savepoint) override;
  Status Commit() override;
  void WriteRecords(const RecordWrites& writes) override;
  void SetChangeDepth(uint32_t depth) override { depth_ = depth; }

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
  // A copy of it shares all it has, so a savepoint is a copy, and so is what a cursor looks at.
  struct State {
    Overlay overlay;
    PersistentMap<std::string, Pending> items;
    PersistentMap<RecordKey, std::optional<std::string>> records;
    size_t bytes = 0;  // about

    // The bytes of nodes that were made because a savepoint has others.
    size_t copied_bytes() const { return (overlay.copied() + items.copied()) * Overlay::kNodeBytes; }
  };

  Overlay overlay() const override;
  bool ReadOwn(const std::string& key, std::string* bytes, bool* found) const override;
  void NoteKey(const std::string& key, uint32_t table_id) override;
  std::shared_ptr<WalkedRange> NoteRange(const KeyInterval& bounds, bool backward, uint32_t table_id) override;
  // Error: what is written by now does not fit the memory limit of the statement.
  Status CheckRoom(const std::vector<ItemChange>& changes);
  size_t BytesOfSavepoints() const;
  Status NoteIndexesThatLose(const std::vector<ItemChange>& changes);
  // Takes the bytes out of `changes`.
  void Merge(const CatalogState& catalog, std::vector<ItemChange>* changes);
  RecordWrites Records() const;
  ReadSet Reads();
  void Finish();

  Engine* engine_;
  uint64_t start_;
  std::unique_ptr<LocalView> view_;
  mutable Mutex state_mutex_;  // held to change the state, and by cursors of parallel workers that are opened
  State state_;
  std::vector<State> savepoints_;
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

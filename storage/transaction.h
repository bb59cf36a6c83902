// Interactive transactions: a snapshot, the own writes on top of it, and validation at commit.
//
// The transaction keeps for each item it changed what the snapshot had and what it is to become, and the same
// as LevelDB keys (items and index entries) for its own reads. Everything it reads is noted: keys, and
// stretches of keys walked by cursors. Commit latches the items to write, checks that nothing noted was
// written since the snapshot (recent_writes.h), and commits the net changes in one batch. So the order of
// commits is a serial order of the transactions.
#ifndef PARTON_STORAGE_TRANSACTION_H_
#define PARTON_STORAGE_TRANSACTION_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/views.h"

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
  // Copied before a write if a savepoint or a cursor still looks at it.
  struct State {
    std::shared_ptr<Overlay> overlay = std::make_shared<Overlay>();
    std::map<std::string, Pending> items;
    RecordWrites records;
  };

  OverlayPtr overlay() const override { return state_.overlay; }
  void NoteKey(const std::string& key, uint32_t table_id) override;
  std::shared_ptr<WalkedRange> NoteRange(const KeyInterval& bounds, bool backward,
                                         uint32_t table_id) override;
  void Merge(const CatalogState& catalog, std::vector<ItemChange> changes);
  ReadSet Reads();
  void Finish();

  Engine* engine_;
  uint64_t start_;
  std::unique_ptr<LocalView> view_;
  State state_;
  std::vector<State> savepoints_;
  std::mutex reads_mutex_;  // cursors of parallel workers note what they read
  std::unordered_set<std::string> keys_;
  std::vector<std::shared_ptr<WalkedRange>> ranges_;
  std::unordered_set<uint32_t> tables_;
  uint32_t depth_ = 0;  // of the change records
  bool open_ = true;
};

}  // namespace parton

#endif  // PARTON_STORAGE_TRANSACTION_H_

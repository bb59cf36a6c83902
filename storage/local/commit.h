// Commits: changed items, with all that follows from them, in one batch.
//
// The steps of a write: HeldItems takes the gate, rmw.h prepares the operations, HeldItems latches their keys, rmw.h
// makes changes of them, CommitChanges writes.
#ifndef PARTON_STORAGE_LOCAL_COMMIT_H_
#define PARTON_STORAGE_LOCAL_COMMIT_H_

#include <cstdint>
#include <shared_mutex>
#include <vector>

#include "storage/local/engine.h"
#include "storage/local/rmw.h"
#include "storage/record_store.h"

namespace parton {

// The gate, held shared, so that the catalog stays what it is; then the latches of the items that are to change.
// Given up together.
class HeldItems {
 public:
  explicit HeldItems(Engine* engine) : engine_(engine), gate_(engine->gate()) {}

  const CatalogState& catalog() const {
    engine_->gate().AssertShared();
    return engine_->catalog_held();
  }
  // `keys`: ItemChanges or PreparedOps, of which the keys are latched, or keys. Once.
  template <typename Keys>
  void Latch(const Keys& keys) {
    Latches& latches = engine_->latches();
    if (keys.size() == 1) {
      latches_ = latches.Acquire(HashOf(*keys.begin()));
      return;
    }
    latches_ = latches.AcquireAll([&](auto add) {
      for (const auto& k : keys) add(HashOf(k));
    });
  }

 private:
  static uint64_t HashOf(const std::string& key) { return HashOfKey(key); }
  template <typename T>
  static uint64_t HashOf(const T& x) {
    return x.hash;
  }

  Engine* engine_;
  std::shared_lock<Gate> gate_;
  Latches::Guard latches_;
};

// What goes with the changes of a commit.
struct CommitOptions {
  const ReadSet* reads = nullptr;  // to be validated together with `start`; null: not a transaction
  uint64_t start = 0;
  const RecordWrites* records = nullptr;
  uint32_t depth = 0;  // of the change records
  // Set, and nothing is written, where an item would be left out of an index that has had all so far (left_out.h).
  // Null: the catalog says so already.
  bool* leaves_out = nullptr;
};

// Writes the items, their index entries, queue entries and change records. REQUIRES: HeldItems has the changes' keys.
// Once they are written the bytes are not in `changes` any more. Error: kTransactionConflict.
Status CommitChanges(Engine* engine, std::vector<ItemChange>* changes, const CommitOptions& options = {});

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_COMMIT_H_

// The inside of LocalStore: the open LevelDB, its dictionary and catalog, and the commit path.
//
// LevelDB orders the batches of concurrent writers and shares their syncs; nothing here serialises
// commits. After a failed write LevelDB's log may end in the middle of a record, and nothing after it could be
// recovered. So the engine then refuses writes until the database is opened again.
#ifndef PARTON_STORAGE_LOCAL_ENGINE_H_
#define PARTON_STORAGE_LOCAL_ENGINE_H_

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "storage/local/catalog.h"
#include "storage/local/change_feed.h"
#include "storage/local/compactor.h"
#include "storage/local/highest_keys.h"
#include "storage/local/item_cache.h"
#include "storage/local/latches.h"
#include "storage/local/recent_writes.h"
#include "storage/local/recovery/open_directory.h"
#include "storage/local/rmw.h"
#include "storage/local/store_options.h"
#include "storage/table_store.h"
#include "types/item/name_table.h"
#include "types/sync/mutex.h"

namespace parton {

// LevelDB's error as one of ours.
Status FromLevelDb(const leveldb::Status& s);
// The same for reading a table (or one of its indexes): damage is named, with the key after which it begins
// (`last`: a LevelDB key; empty: the start).
Status DamageIn(const TableSchema& table, const IndexSchema* index, std::string_view last, const leveldb::Status& s);

inline leveldb::Slice ToSlice(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToView(const leveldb::Slice& s) { return {s.data(), s.size()}; }

class Engine {
 public:
  explicit Engine(const StoreOptions& options) : options_(options), item_cache_(options.item_cache_bytes) {}
  ~Engine();

  // See OpenLocalStore; in open.cc.
  Status Open();
  // After everything stored was replaced.
  Status Reload() REQUIRES(gate_);

  leveldb::DB* db() const { return db_.get(); }
  NameTable& names() { return *names_; }
  const NameTable& names() const { return *names_; }
  // Names with smaller ids are stored.
  uint32_t durable_names() const { return durable_names_.load(); }
  // What is stored of names is gone: the next batch writes them again.
  void ForgetStoredNames() { durable_names_.store(0); }
  Gate& gate() RETURN_CAPABILITY(gate_) { return gate_; }
  // Held shared from a transaction's validation to the end of its write.
  Gate& transactions() { return transactions_; }
  // Before the newest state of a key is read: the transactions that are about to write it have done so. A snapshot
  // sees to that itself.
  void AwaitTransactions(std::string_view key) {
    if (!recent_.IsUnderWay(key)) [[likely]]
      return;
    const GateLock all_written(transactions_);
  }
  HighestKeys& highest_keys() { return highest_keys_; }
  ItemCache& item_cache() { return item_cache_; }
  Latches& latches() { return latches_; }
  RecentWrites& recent() { return recent_; }
  FeedSequencer& feed() { return feed_; }
  Compactor& compactor() { return compactor_; }
  // How many pieces of work LevelDB has under way in the background.
  int background_work() const { return *background_work_; }
  // The bytes of the newest writes, which are in memory and in the log only.
  size_t unflushed_bytes() const;
  const StoreOptions& options() const { return options_; }
  // Null: not a directory of the operating system's.
  const OpenDirectory* directory() const { return directory_.get(); }
  // Where the files are, as LevelDB sees them.
  leveldb::Env* env() const { return log_env_.get(); }
  std::string files_path() const {
    if (directory_ != nullptr) return directory_->path();
    return in_memory() ? "/parton" : options_.path;
  }
  bool in_memory() const { return options_.path == ":memory:"; }
  int64_t NowMs() const;

  CatalogPtr catalog() const {
    MutexLock lock(catalog_mutex_);
    return catalog_;
  }
  // The current catalog without counting; valid while the gate is held: nobody changes it then.
  const CatalogState& catalog_held() const
      PARTON_THREAD_ATTRIBUTE(requires_shared_capability(gate_)) NO_THREAD_SAFETY_ANALYSIS {
    return *catalog_;
  }
  void Publish(CatalogPtr state) REQUIRES(gate_);
  uint64_t schema_version() const { return schema_version_.load(std::memory_order_acquire); }

  // OK, or why writes are refused.
  Status Writable() const;

  // A snapshot that contains every validated transaction entirely or not at all; see recent_writes.h.
  const leveldb::Snapshot* TakeSnapshot();

  // The options of every read: checksums are verified.
  leveldb::ReadOptions ReadOptions(const leveldb::Snapshot* snapshot) const;

  // Writes a batch, with the names that are not durable yet. *tried: it was given to LevelDB. Items go through
  // commit.h.
  Status Write(leveldb::WriteBatch* batch, bool sync, bool* tried);
  // The same for other keys: catalog, ranges, positions; and for items of tables that nobody reads. Refused if writes
  // are.
  Status WriteBatch(leveldb::WriteBatch* batch, bool sync);

  // Any key; past the item cache.
  Status ReadItem(const leveldb::Snapshot* snapshot, const std::string& key, std::string* bytes, bool* found) const;
  // The item of a view that sees the cache up to `upto`: by the cache, which then keeps it, or as ReadItem.
  // *item is MISSING if there is none, else an encoded item that may be shared with the cache.
  Status ReadCachedItem(const leveldb::Snapshot* snapshot, ItemCache::Epoch upto, const std::string& key, uint64_t hash,
                        Value* item);

  // A new id for a table, index or queue, never reused. The counter goes into the batch that uses it.
  uint32_t NewId(leveldb::WriteBatch* batch);
  // The next schema version, recorded in the batch.
  uint64_t NewVersion(leveldb::WriteBatch* batch);

  Mutex& ddl_mutex() RETURN_CAPABILITY(ddl_mutex_) { return ddl_mutex_; }

  // About the number of item changes so far.
  uint64_t changes() const { return changes_.load(std::memory_order_acquire); }
  // Before the latches of the items are given up.
  void NoteChanges(uint64_t count) { changes_.fetch_add(count, std::memory_order_release); }
  // The bytes that the keys from `begin` to `end` take in files.
  uint64_t ApproximateSize(std::string_view begin, std::string_view end) const;

  // An upper bound of the table's item keys; valid while the caller holds the latch of the key it compares. False
  // if none is known.
  bool HighestItemKey(uint32_t table_id, std::string* key);
  // Whether the key is above a bound that is known; REQUIRES: the caller holds its latch. Asked often for one table, it
  // looks for a bound.
  bool IsAboveItemKeys(uint32_t table_id, std::string_view key);

 private:
  friend class EngineOpener;

  // Puts what is in memory into files, so that the next opening has no log to read.
  void Flush();
  void AppendNames(leveldb::WriteBatch* batch, uint32_t* upto);
  Status Written(const leveldb::Status& s, uint32_t names_upto);

  const StoreOptions options_;
  std::unique_ptr<OpenDirectory> directory_;
  std::unique_ptr<leveldb::Env> own_env_;  // memory
  std::unique_ptr<leveldb::Env> log_env_;  // a LogFileEnv
  std::shared_ptr<const std::atomic<int>> background_work_ = std::make_shared<std::atomic<int>>(0);
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::Logger> logger_;
  std::unique_ptr<leveldb::DB> db_;

  const std::unique_ptr<NameTable, NameTable::Retire> names_{new NameTable};
  std::atomic<uint32_t> durable_names_{0};  // all ids below are durable
  Gate gate_;
  Latches latches_;
  RecentWrites recent_;
  HighestKeys highest_keys_;
  ItemCache item_cache_;
  std::atomic<uint64_t> changes_{0};
  std::atomic<uint32_t> single_inserts_{0};
  FeedSequencer feed_;
  Gate transactions_;

  mutable Mutex catalog_mutex_;
  CatalogPtr catalog_ GUARDED_BY(catalog_mutex_) = std::make_shared<CatalogState>();
  std::atomic<uint64_t> schema_version_{0};
  Mutex ddl_mutex_;       // one schema change at a time
  uint32_t next_id_ = 1;  // by the schema change that is on

  std::atomic<bool> broken_{false};
  mutable Mutex broken_mutex_;
  Status broken_status_ GUARDED_BY(broken_mutex_);

  Compactor compactor_{this};  // last: it ends first
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_ENGINE_H_

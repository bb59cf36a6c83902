// The recent commits, for the validation of transactions; kept only while a transaction is open.
//
// Every commit either Enter()s with the keys it writes before its batch goes to LevelDB and Leave()s
// after, or, while no transaction is open, only counts itself (EnterPlain). Begin waits for those that
// only counted themselves, so a transaction's snapshot and this log together miss no write: a write that the snapshot
// lacks is in the log or in flight.
//
// The last part of validation and the registration of a transaction are one step under one mutex, so of two
// transactions that read what the other writes the second one sees the first. The commits before that are looked at
// without the mutex, so that a long validation holds up nobody.
#ifndef PARTON_STORAGE_LOCAL_RECENT_WRITES_H_
#define PARTON_STORAGE_LOCAL_RECENT_WRITES_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "storage/local/bytes/key_codec.h"
#include "types/sync/mutex.h"

namespace parton {

// Everything a transaction read: LevelDB keys (of items, present or not) and stretches of keys.
class ReadSet {
 public:
  ReadSet() = default;
  ReadSet(std::unordered_set<std::string> keys, std::vector<KeyInterval> ranges);

  bool Contains(const std::string& key) const;

 private:
  std::unordered_set<std::string> keys_;
  std::vector<KeyInterval> ranges_;  // ascending, apart from each other
};

class RecentWrites {
 public:
  using Keys = std::vector<std::string>;

  // True: no transaction is open, the commit need not name its keys; LeavePlain() must follow.
  bool EnterPlain();
  void LeavePlain() { plain_.fetch_sub(1); }
  // Registers a commit in flight. Leave(ticket) must follow.
  uint64_t Enter(Keys keys);
  void Leave(uint64_t ticket, bool written) noexcept;

  // Opens a transaction: returns its start. The snapshot must be taken after this.
  uint64_t Open();
  void Close(uint64_t start);
  // Enter(), if nothing in `reads` was written since `start`: the ticket, or 0 for a conflict (nothing
  // registered then).
  uint64_t Validate(uint64_t start, const ReadSet& reads, Keys keys);

  // Whether a validated transaction writes the key, and has not written it yet. What read the key after that
  // transaction's validation, and has been committed, would come before it, and readers of the key after it.
  bool IsUnderWay(std::string_view key);

  // Validated transactions whose batch is not written yet; for snapshots (engine.cc).
  uint64_t validated() const { return validated_.load(); }
  uint64_t finished() const { return finished_.load(); }

 private:
  // Past this many keys the oldest commits are forgotten; transactions older than them conflict.
  static constexpr size_t kMaxKeys = 1 << 20;

  struct Commit {
    uint64_t time;
    std::shared_ptr<const Keys> keys;
  };
  struct InFlight {
    std::shared_ptr<const Keys> keys;
    bool transaction;
  };

  // The commits in the log after `start`, oldest first.
  std::vector<Commit> Since(uint64_t start);
  uint64_t EnterLocked(Keys keys, bool transaction) REQUIRES(mutex_);
  static bool Touches(const Keys& keys, const ReadSet& reads);
  void TrimLocked() REQUIRES(mutex_);

  std::atomic<int64_t> plain_{0};
  std::atomic<int64_t> open_{0};
  std::atomic<uint64_t> validated_{0};
  std::atomic<uint64_t> finished_{0};

  Mutex mutex_;
  uint64_t time_ GUARDED_BY(mutex_) = 1;       // of the last commit
  uint64_t forgotten_ GUARDED_BY(mutex_) = 0;  // commits up to here may be missing from log_
  uint64_t next_ticket_ GUARDED_BY(mutex_) = 1;
  size_t kept_keys_ GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, InFlight> in_flight_ GUARDED_BY(mutex_);
  std::deque<Commit> log_ GUARDED_BY(mutex_);
  std::multiset<uint64_t> starts_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECENT_WRITES_H_

// The change feed: one record for each item changed in a table with a stream, in the commit's own batch.
//
//   key    := 40 u32(table id) u64(sequence)
//   record := version(1) event(1) view(1) flags(1) varint(creation ms) [varint(depth)]
//             field(keys) field(new) field(old)
//   field  := varint(length) item bytes          (length 0: absent)
//   flags  := 1: by TTL; 2: depth is present
//
// A table with point-in-time recovery has such a record for each change under a key of its own, with the old image, as
// if its stream had that view:
//
//   key    := 42 u32(table id) u64(sequence)
//
// Sequence numbers are unique and growing in a database. For one item their order is that of its
// commits (both happen under its latch). A reader must not see a number while a smaller one may still
// appear: commits that have a number and are not finished yet hold back Visible().
#ifndef PARTON_STORAGE_LOCAL_CHANGE_FEED_H_
#define PARTON_STORAGE_LOCAL_CHANGE_FEED_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "storage/feed.h"
#include "types/item/name_table.h"
#include "types/schema/schema.h"
#include "types/sync/mutex.h"

namespace parton {

struct ChangeRecord {
  ChangeEvent event = ChangeEvent::kInsert;
  StreamView view = StreamView::kOff;
  bool by_ttl = false;
  // The number of triggers between a program's change and this one.
  uint32_t depth = 0;
  int64_t created_ms = 0;
  // Item bytes (types/item/item_codec.h); empty if the record does not hold them.
  std::string_view keys;
  std::string_view new_image;
  std::string_view old_image;
};

std::string ChangeKey(uint32_t table_id, uint64_t sequence);
std::string HistoryKey(uint32_t table_id, uint64_t sequence);
void EncodeChange(const ChangeRecord& record, std::string* out);
// Views into `bytes`. kCorruption if they are damaged.
Result<ChangeRecord> DecodeChange(std::string_view bytes);

// Hands out sequence numbers. Threads: any.
class FeedSequencer {
 public:
  // Numbers are recorded as used in blocks of this many, so that none is used again after a crash.
  static constexpr uint64_t kBlock = 4096;

  // `next`: the first number to hand out; `reserved`: the counter's stored value.
  void Start(uint64_t next, uint64_t reserved);
  // `count` numbers in a row, the first returned; they are in flight until End(first). *reserve is set to
  // the value the counter must get in the same batch, or 0.
  uint64_t Begin(uint64_t count, uint64_t* reserve);
  // The commit is finished, either way.
  void End(uint64_t first);
  // The commit was not attempted, so the value of Begin's *reserve was not recorded.
  void Abandon(uint64_t first);
  // All records up to this number are committed, and no more will appear. Take it before the snapshot to read.
  uint64_t Visible() const;
  // Waits until Visible() > after, the deadline, or *stop with Wake(). Returns Visible().
  uint64_t WaitBeyond(uint64_t after, std::chrono::steady_clock::time_point deadline,
                      const std::atomic<bool>* stop = nullptr) const;
  // Lets waiters look at their stop flags.
  void Wake();
  // Wakes all waiters, for good: the database is being closed.
  void Close();

 private:
  uint64_t VisibleLocked() const REQUIRES(mutex_) { return in_flight_.empty() ? next_ - 1 : *in_flight_.begin() - 1; }

  mutable Mutex mutex_;
  mutable CondVar moved_;
  uint64_t next_ GUARDED_BY(mutex_) = 1;
  uint64_t reserved_ GUARDED_BY(mutex_) = 0;  // numbers below are recorded, or being recorded, as used
  bool closed_ GUARDED_BY(mutex_) = false;
  std::set<uint64_t> in_flight_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_CHANGE_FEED_H_

// The change feed of a store, and its queue of expiring items.
//
// To read the feed: take FeedEnd() first, then read up to it. All records up to FeedEnd() are committed; no other
// will appear among them. Sequence numbers grow over the whole database, so one table's
// have gaps.
//
// Threads: any, everywhere.
#ifndef PARTON_STORAGE_FEED_H_
#define PARTON_STORAGE_FEED_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "types/schema/schema.h"

namespace parton {

enum class ChangeEvent : uint8_t { kInsert = 1, kModify = 2, kRemove = 3 };

// One record of the feed; its images own their bytes, MISSING where the record does not hold them.
struct FeedEntry {
  uint64_t sequence = 0;
  ChangeEvent event = ChangeEvent::kInsert;
  StreamView view = StreamView::kOff;
  bool by_ttl = false;
  uint32_t depth = 0;
  int64_t created_ms = 0;
  Value keys;
  Value new_image;
  Value old_image;
};

// A stream that was switched off, or whose table was dropped. Its records are kept as long as others of their age.
struct ClosedStream {
  uint32_t table_id = 0;
  std::string table;
  KeySchema key;
  StreamView view = StreamView::kOff;
  int64_t created_ms = 0;
  int64_t closed_ms = 0;
  uint64_t first = 0;  // its records have numbers from `first` to `last`
  uint64_t last = 0;
};

class FeedStore {
 public:
  virtual ~FeedStore() = default;

  virtual uint64_t FeedEnd() const = 0;
  // Waits until FeedEnd() > after, the deadline, *stop (then WakeFeed() must be called), or the store's end.
  virtual uint64_t WaitForFeed(uint64_t after, std::chrono::steady_clock::time_point deadline,
                               const std::atomic<bool>* stop) const = 0;
  virtual void WakeFeed() = 0;

  // Appends records with after < sequence <= upto in order, at most `limit`, and (but for the first) not more
  // than about `max_bytes` of them. *reached: everything up to there was looked at.
  virtual Status ReadFeed(uint32_t table_id, uint64_t after, uint64_t upto, size_t limit, size_t max_bytes,
                          std::vector<FeedEntry>* out, uint64_t* reached) const = 0;
  // The number of records after `after`, counting at most `limit`.
  virtual Result<uint64_t> CountFeed(uint32_t table_id, uint64_t after, uint64_t limit) const = 0;
  // A record as it is stored, and back.
  virtual Result<std::string> ReadFeedBytes(uint32_t table_id, uint64_t sequence) const = 0;
  virtual Result<FeedEntry> DecodeFeed(uint64_t sequence, std::string_view bytes) const = 0;
  // The highest number trimmed away; 0: none.
  virtual Result<uint64_t> TrimmedUpTo(uint32_t table_id) const = 0;
  // Deletes records made before `before_ms` with numbers <= upto, in pieces, beside writers. Returns how many.
  virtual Result<uint64_t> TrimFeed(uint32_t table_id, int64_t before_ms, uint64_t upto) = 0;

  // Deletes what point-in-time recovery keeps of the table from before `before_ms`. Returns how many records.
  virtual Result<uint64_t> TrimHistory(uint32_t table_id, int64_t before_ms) = 0;

  // By table id and time of creation.
  virtual Result<std::vector<ClosedStream>> ClosedStreams() const = 0;
  // Forgets those that were closed before `before_ms`, and the records of tables that are gone.
  virtual Status ForgetClosedStreams(int64_t before_ms) = 0;

  // Keys of items whose TTL value lies in [low, high), by value, at most `limit`; *position continues (empty:
  // from the start; empty again at the end).
  virtual Result<std::vector<Key>> ExpiredKeys(const TableSchema& table, const Number& low, const Number& high,
                                               size_t limit, std::string* position) const = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_FEED_H_

// The change feed of a table with a stream: what happened to its items, in order, for a day (SET stream_retention).
//
//   parton::FeedOptions options;
//   options.start = parton::FeedOptions::Start::kTrimHorizon;
//   options.consumer = "search index";           // its position is kept in the database
//   auto feed = db->OpenFeed("songs", options).value();
//   for (;;) {
//     auto changes = feed->Wait(100, std::chrono::seconds(10));   // woken by commits, no polling
//     if (!changes.ok()) break;
//     for (const parton::Change& c : *changes) std::puts(c.record.ToLiteral().c_str());
//     if (!feed->Acknowledge().ok()) break;
//   }
//
// Lifetime: a ChangeFeed ends before its Database; one that is left gives errors (kValidation). The callback of Listen
// may end both. Threads: one at a time, but for Stop().
#ifndef PARTON_CHANGE_FEED_H_
#define PARTON_CHANGE_FEED_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

class Connection;

// One changed item. What the table's stream does not record is MISSING.
struct Change {
  enum class Event : uint8_t { kInsert = 1, kModify = 2, kRemove = 3 };
  uint64_t sequence = 0;  // grows; a table's numbers have gaps
  Event event = Event::kInsert;
  int64_t created_ms = 0;
  bool by_ttl = false;  // removed because it had expired
  Value keys;
  Value new_image;
  Value old_image;
  // As changes('t') and triggers show it: eventName, SequenceNumber, ApproximateCreationDateTime, Keys, NewImage,
  // OldImage, SizeBytes, StreamViewType, userIdentity.
  Value record;
};

struct FeedOptions {
  enum class Start : uint8_t { kTrimHorizon, kLatest, kAt, kAfter };
  Start start = Start::kLatest;
  uint64_t sequence = 0;  // for kAt, kAfter
  // Not empty: a durable consumer of that name. It goes on where it acknowledged last; `start` is for its first
  // time. A name can be open once at a time per table.
  std::string consumer;
};

class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;  // stops listening

  // The next changes, at most `limit`; empty if there are none now. Errors: kTrimmed (what comes next is not kept
  // any more: Seek), kNotFound (the table was dropped).
  virtual Result<std::vector<Change>> Read(size_t limit) = 0;
  // The same, but waits for a change. Empty after `timeout` and after Stop().
  virtual Result<std::vector<Change>> Wait(size_t limit, std::chrono::milliseconds timeout) = 0;

  // The last sequence number that Read or Wait passed.
  virtual uint64_t position() const = 0;
  virtual Status Seek(FeedOptions::Start start, uint64_t sequence = 0) = 0;

  // For named consumers: makes position() durable.
  virtual Status Acknowledge() = 0;
  // The same in the transaction `connection` has open, so that what it writes and the position commit together:
  // each change is handled exactly once.
  virtual Status AcknowledgeIn(Connection& connection) = 0;
  // Forgets the consumer's stored position.
  virtual Status Forget() = 0;

  // Calls `callback` on a thread of its own with each batch, until it fails or Stop(). A named consumer's position
  // is acknowledged after each batch that succeeded. Read, Wait and Seek must not be called meanwhile.
  using Callback = std::function<Status(const std::vector<Change>&)>;
  virtual Status Listen(size_t batch, Callback callback) = 0;
  // Ends Listen and returns when the callback is not running any more; wakes Wait. The result is what ended it, OK
  // if nothing had. From any thread; in the callback it only asks for the end, which comes when that returns.
  virtual Status Stop() = 0;
};

}  // namespace parton

#endif  // PARTON_CHANGE_FEED_H_

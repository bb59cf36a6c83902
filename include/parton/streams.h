// Streams of tables as DynamoDB shows them: each stream has shards, each shard is read from a position on. For programs
// that follow one table, parton/change_feed.h is simpler.
//
//   parton::StreamDescription stream = db->streams().Describe({"songs", label}).value();
//   parton::StreamPosition at = db->streams().Start(stream.id, stream.shards[0].id, {}).value();
//   while (true) {
//     parton::StreamPage page = db->streams().Read(at, 1000).value();
//     for (const parton::Change& c : page.changes) std::puts(c.record.ToLiteral().c_str());
//     if (!page.next) break;                      // the shard has ended and is read to its end
//     at = *page.next;
//   }
//
// A stream that was switched off, also one of a table that was dropped, can be read by its label until its records are
// older than the retention time (SET stream_retention, one day). Positions are plain data: they need no resources here,
// and survive restarts.
//
// Errors of all functions: kNotFound (stream or shard), kTrimmed (the position is not kept any more), kIoError.
//
// Threads: any. Lifetime: a Streams is the Database's and ends with it.
#ifndef PARTON_STREAMS_H_
#define PARTON_STREAMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/change_feed.h"
#include "parton/status.h"
#include "parton/table_definition.h"

namespace parton {

// The label is the time the stream was switched on, "2026-01-31T12:00:00.000". A table has one stream of a label.
struct StreamId {
  std::string table;
  std::string label;

  bool operator==(const StreamId&) const = default;
};

struct StreamShard {
  std::string id;                // "shardId-...": 37 characters
  std::string parent;            // the shard whose changes come before; empty: none
  uint64_t first = 0;            // sequence numbers of the shard are not below
  std::optional<uint64_t> last;  // nor above; nullopt: the shard is open
};

struct StreamDescription {
  StreamId id;
  bool enabled = false;  // off: it was switched off, or its table dropped
  StreamView view = StreamView::kOff;
  int64_t created_ms = 0;
  std::vector<AttributeDefinition> attributes;  // of the key
  std::vector<KeyElement> key;
  std::vector<StreamShard> shards;  // oldest first
};

// Where to read on in a shard.
struct StreamPosition {
  StreamId stream;
  std::string shard;
  uint64_t after = 0;  // the sequence number passed last
  // Start at the oldest record that is kept, whatever was trimmed before it.
  bool from_horizon = false;
};

struct StreamPage {
  std::vector<Change> changes;
  // Nothing is left in a shard that has ended: nullopt.
  std::optional<StreamPosition> next;
};

class Streams {
 public:
  virtual ~Streams() = default;

  struct Page {
    std::vector<StreamId> streams;
    std::optional<StreamId> last;  // there are more: `after` of the next call
  };
  // Streams of all tables, or of `table`, by table and label; only those after `after`, which need not exist any
  // more, at most `limit`.
  virtual Result<Page> List(std::string_view table = {}, const std::optional<StreamId>& after = {},
                            size_t limit = 100) = 0;
  virtual Result<StreamDescription> Describe(const StreamId& stream) = 0;
  // `start.start`: where; `start.sequence`: for kAt and kAfter. `start.consumer` is not used.
  virtual Result<StreamPosition> Start(const StreamId& stream, std::string_view shard, const FeedOptions& start) = 0;
  // The next changes: at most `limit`, and 1 MB of them (but one at least).
  virtual Result<StreamPage> Read(const StreamPosition& position, size_t limit) = 0;
};

}  // namespace parton

#endif  // PARTON_STREAMS_H_

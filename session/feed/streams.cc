#include "session/feed/streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "executor/operators/feed_rows.h"
#include "session/bounded_call.h"
#include "session/database_state.h"
#include "session/feed/feed_consumer.h"
#include "session/tables/table_description.h"
#include "storage/feed.h"

namespace parton {

namespace {

constexpr size_t kReadBytes = size_t{1} << 20;

// A stream as the store knows it; `last` is of closed ones.
struct StoredStream {
  ClosedStream stream;
  bool open = false;

  StreamId id() const { return {stream.table, StreamLabel(stream.created_ms)}; }
  // Streams of a table that was dropped and made again differ in the number.
  std::string shard() const { return fmt::format("shardId-{:020}-{:08x}", stream.created_ms, stream.table_id); }
};

StoredStream OpenStream(const TableSchema& table) {
  StoredStream s;
  s.open = true;
  s.stream.table_id = table.id;
  s.stream.table = table.name;
  s.stream.key = table.key;
  s.stream.view = table.stream;
  s.stream.created_ms = table.stream_created_ms;
  s.stream.first = std::max<uint64_t>(table.stream_start, 1);
  return s;
}

bool Before(const StreamId& a, const StreamId& b) { return std::tie(a.table, a.label) < std::tie(b.table, b.label); }

class StreamsImpl final : public Streams {
 public:
  explicit StreamsImpl(DatabaseState* db) : db_(db) {}

  Result<Page> List(std::string_view table, const std::optional<StreamId>& after, size_t limit) override {
    return Call([&]() -> Result<Page> {
      PARTON_ASSIGN_OR_RETURN(const std::vector<StoredStream> all, All());
      std::vector<StreamId> ids;
      for (const StoredStream& s : all) {
        if (table.empty() || s.stream.table == table) ids.push_back(s.id());
      }
      std::sort(ids.begin(), ids.end(), Before);
      Page page;
      for (StreamId& id : ids) {
        if (after && !Before(*after, id)) continue;
        if (page.streams.size() == limit) {
          if (limit != 0) page.last = page.streams.back();
          break;
        }
        page.streams.push_back(std::move(id));
      }
      return page;
    });
  }

  Result<StreamDescription> Describe(const StreamId& id) override {
    return Call([&]() -> Result<StreamDescription> {
      PARTON_ASSIGN_OR_RETURN(const StoredStream s, Find(id));
      StreamDescription d;
      d.id = id;
      d.enabled = s.open;
      d.view = s.stream.view;
      d.created_ms = s.stream.created_ms;
      TableSchema key_only;
      key_only.key = s.stream.key;
      const TableDefinition definition = DescribeSchema(key_only).definition;
      d.attributes = definition.attributes;
      d.key = definition.key;
      StreamShard shard;
      shard.id = s.shard();
      shard.first = s.stream.first;
      if (!s.open) shard.last = std::max(s.stream.last, s.stream.first);
      d.shards.push_back(std::move(shard));
      return d;
    });
  }

  Result<StreamPosition> Start(const StreamId& id, std::string_view shard, const FeedOptions& start) override {
    return Call([&]() -> Result<StreamPosition> {
      using From = FeedOptions::Start;
      PARTON_ASSIGN_OR_RETURN(const StoredStream s, Find(id));
      PARTON_RETURN_IF_ERROR(CheckShard(s, shard));
      StreamPosition at{id, std::string(shard), s.stream.first - 1, false};
      const uint64_t end = End(s);
      switch (start.start) {
        case From::kTrimHorizon: at.from_horizon = true; return at;
        case From::kLatest: at.after = std::max(end, at.after); return at;
        case From::kAt:
        case From::kAfter: break;
      }
      if (start.sequence < s.stream.first || start.sequence > end) {
        return Status::Validation(fmt::format("Invalid SequenceNumber: {} is not in the range of the shard, {} to {}",
                                              start.sequence, s.stream.first, end));
      }
      at.after = start.start == From::kAt ? start.sequence - 1 : start.sequence;
      PARTON_RETURN_IF_ERROR(CheckKept(s, at));
      return at;
    });
  }

  Result<StreamPage> Read(const StreamPosition& position, size_t limit) override {
    return Call([&]() -> Result<StreamPage> {
      PARTON_ASSIGN_OR_RETURN(const StoredStream s, Find(position.stream));
      PARTON_RETURN_IF_ERROR(CheckShard(s, position.shard));
      StreamPosition at = position;
      at.after = std::max(at.after, s.stream.first - 1);
      const uint64_t end = End(s);
      std::vector<FeedEntry> entries;
      uint64_t reached = at.after;
      PARTON_RETURN_IF_ERROR(feed().ReadFeed(s.stream.table_id, at.after, end, limit, kReadBytes, &entries, &reached));
      // After reading: what was trimmed before or meanwhile shows.
      PARTON_RETURN_IF_ERROR(CheckKept(s, at));
      StreamPage page;
      page.changes.reserve(entries.size());
      for (const FeedEntry& e : entries) page.changes.push_back(ToChange(e));
      if (reached > at.after) {
        at.after = reached;
        at.from_horizon = false;
      }
      if (s.open || at.after < end) page.next = std::move(at);
      return page;
    });
  }

 private:
  template <typename F>
  auto Call(F&& f) -> decltype(f()) {
    if (db_->store == nullptr) return DatabaseClosed();
    return BoundedCall(db_->options.memory_limit_bytes, std::forward<F>(f));
  }
  FeedStore& feed() { return db_->store->feed(); }

  Result<std::vector<StoredStream>> All() {
    std::vector<StoredStream> all;
    for (const TablePtr& table : db_->store->Tables()) {
      if (table->stream != StreamView::kOff) all.push_back(OpenStream(*table));
    }
    PARTON_ASSIGN_OR_RETURN(const std::vector<ClosedStream> closed, feed().ClosedStreams());
    for (const ClosedStream& stream : closed) all.push_back({stream, false});
    return all;
  }

  Result<StoredStream> Find(const StreamId& id) {
    const Result<TablePtr> table = db_->store->GetTable(id.table);
    if (table.ok() && (*table)->stream != StreamView::kOff && StreamLabel((*table)->stream_created_ms) == id.label) {
      return OpenStream(**table);
    }
    PARTON_ASSIGN_OR_RETURN(const std::vector<ClosedStream> closed, feed().ClosedStreams());
    for (const ClosedStream& stream : closed) {
      if (stream.table == id.table && StreamLabel(stream.created_ms) == id.label) return StoredStream{stream, false};
    }
    return Status::NotFound(
        fmt::format("Requested resource not found: Stream: {}/stream/{} not found", id.table, id.label));
  }

  static Status CheckShard(const StoredStream& s, std::string_view shard) {
    if (shard == s.shard()) return Status::Ok();
    return Status::NotFound(fmt::format("Requested resource not found: Shard does not exist: {}", shard));
  }

  // The last sequence number there is to read now.
  uint64_t End(const StoredStream& s) { return s.open ? feed().FeedEnd() : std::min(s.stream.last, feed().FeedEnd()); }

  Status CheckKept(const StoredStream& s, const StreamPosition& at) {
    if (at.from_horizon) return Status::Ok();
    PARTON_ASSIGN_OR_RETURN(const uint64_t trimmed, feed().TrimmedUpTo(s.stream.table_id));
    return at.after < trimmed ? TrimmedFeed(s.stream.table, trimmed) : Status::Ok();
  }

  DatabaseState* db_;
};

}  // namespace

std::unique_ptr<Streams> MakeStreams(DatabaseState* db) { return std::make_unique<StreamsImpl>(db); }

}  // namespace parton

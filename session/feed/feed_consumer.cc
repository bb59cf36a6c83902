#include "session/feed/feed_consumer.h"

#include <fmt/format.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "executor/operators/feed_rows.h"
#include "parton/database.h"
#include "session/feed/store_transaction_source.h"
#include "session/thrown.h"
#include "types/item/varint.h"

namespace parton {

namespace {

constexpr size_t kReadBytes = 1 << 20;

class FeedConsumer final : public ChangeFeed {
 public:
  FeedConsumer(TableStore* store, OpenFeeds* open, TablePtr table, std::string consumer)
      : store_(store), open_(open), table_(std::move(table)), consumer_(std::move(consumer)) {
    open_->Add(this, [this] { Detach(); });
  }
  ~FeedConsumer() override {
    if (store_ != nullptr) {
      open_->Remove(this);
      Detach();
    } else {
      EndListening();
    }
    // In its own callback: the thread ends as soon as that returns, without a look at what is gone.
    if (listening_ != nullptr) listening_->alive = false;
    if (thread_.joinable()) thread_.detach();
  }
  // The feed or its database goes.
  void Detach() {
    EndListening();
    if (!consumer_.empty()) open_->GiveName(OpenName());
    store_ = nullptr;
    open_ = nullptr;
  }

  Status Open(const FeedOptions& options) {
    if (consumer_.empty()) return Seek(options.start, options.sequence);
    if (consumer_.find('\0') != std::string::npos || consumer_.size() > 255) {
      std::string().swap(consumer_);
      return Status::Validation("the name of a consumer has at most 255 bytes, and none of them is 0");
    }
    if (!open_->TakeName(OpenName())) {
      const std::string name = std::exchange(consumer_, "");
      return Status(StatusCode::kInUse, fmt::format("the consumer {} of {} is open already", name, table_->name));
    }
    PARTON_ASSIGN_OR_RETURN(auto stored, records().Get(Record()));
    if (!stored) return Seek(options.start, options.sequence);
    const char* end = stored->data() + stored->size();
    uint64_t position = 0;
    if (GetVarint(stored->data(), end, &position) != end) {
      return Status::Corruption(fmt::format("the position of the consumer {} is damaged", consumer_));
    }
    position_ = position;
    return Status::Ok();
  }

  Result<std::vector<Change>> Read(size_t limit) override {
    PARTON_RETURN_IF_ERROR(Check());
    const uint64_t end = feed().FeedEnd();
    std::vector<FeedEntry> entries;
    uint64_t reached = position_;
    PARTON_RETURN_IF_ERROR(feed().ReadFeed(table_->id, position_, end, limit, kReadBytes, &entries, &reached));
    // After reading: what was trimmed before or meanwhile shows.
    PARTON_ASSIGN_OR_RETURN(uint64_t trimmed, feed().TrimmedUpTo(table_->id));
    if (position_ < trimmed && !from_horizon_) return TrimmedFeed(table_->name, trimmed);
    std::vector<Change> changes;
    changes.reserve(entries.size());
    for (const FeedEntry& e : entries) changes.push_back(ToChange(e));
    if (reached > position_) {
      position_ = reached;
      from_horizon_ = false;
    }
    return changes;
  }

  Result<std::vector<Change>> Wait(size_t limit, std::chrono::milliseconds timeout) override {
    const auto now = std::chrono::steady_clock::now();
    const auto most = std::chrono::hours(24 * 365);
    const auto deadline =
        now + (timeout > most ? std::chrono::duration_cast<std::chrono::milliseconds>(most) : timeout);
    for (;;) {
      PARTON_ASSIGN_OR_RETURN(std::vector<Change> changes, Read(limit));
      if (!changes.empty() || stop_.load() || std::chrono::steady_clock::now() >= deadline) return changes;
      feed().WaitForFeed(position_, deadline, &stop_);
    }
  }

  uint64_t position() const override { return position_; }

  Status Seek(FeedOptions::Start start, uint64_t sequence) override {
    using Start = FeedOptions::Start;
    if (store_ == nullptr) return Closed();
    from_horizon_ = false;
    switch (start) {
      case Start::kTrimHorizon:
        position_ = 0;
        from_horizon_ = true;
        return Status::Ok();
      case Start::kLatest: position_ = feed().FeedEnd(); return Status::Ok();
      case Start::kAt:
      case Start::kAfter: {
        const uint64_t after = start == Start::kAt && sequence > 0 ? sequence - 1 : sequence;
        PARTON_ASSIGN_OR_RETURN(uint64_t trimmed, feed().TrimmedUpTo(table_->id));
        if (after < trimmed) return TrimmedFeed(table_->name, trimmed);
        position_ = after;
        return Status::Ok();
      }
    }
    return Status::Ok();
  }

  Status Acknowledge() override {
    PARTON_RETURN_IF_ERROR(Named());
    return records().Write({{Record(), Position()}});
  }
  Status AcknowledgeIn(Connection& connection) override {
    PARTON_RETURN_IF_ERROR(Named());
    auto* own = dynamic_cast<StoreTransactionSource*>(&connection);
    if (own == nullptr || own->transaction_store() != store_) {
      return Status::Validation("the connection is not one of the database that the feed is of", {},
                                "Database::Connect makes one");
    }
    StoreTransaction* t = own->transaction();
    if (t == nullptr) return Status::Validation("no transaction is running", {}, "BEGIN starts one");
    t->WriteRecords({{Record(), Position()}});
    return Status::Ok();
  }
  Status Forget() override {
    PARTON_RETURN_IF_ERROR(Named());
    return records().Write({{Record(), std::nullopt}});
  }

  Status Listen(size_t batch, Callback callback) override {
    if (store_ == nullptr) return Closed();
    if (thread_.joinable()) return Status::Validation("the feed is being listened to already");
    if (batch == 0) return Status::Validation("a batch has at least one record");
    stop_.store(false);
    result_ = Status();
    auto listening = std::make_shared<Listening>();
    listening_ = listening;
    thread_ = std::thread([this, listening, batch, callback = std::move(callback)] {
      listening->started.wait(false);
      while (listening->alive && !stop_.load()) {
        Status s = Guarded([&] { return PassOn(batch, callback, listening->alive); });
        if (listening->alive && !s.ok()) {
          result_ = std::move(s);
          return;
        }
      }
    });
    // The callback may end the feed: from here on nothing of it is touched.
    listening->started.store(true);
    listening->started.notify_one();
    return Status::Ok();
  }
  Status Stop() override {
    EndListening();
    return InCallback() ? Status() : std::exchange(result_, Status());
  }

 private:
  // What the thread of Listen has of the feed, which may end in its callback.
  struct Listening {
    std::atomic<bool> started{false};  // thread_ is set
    bool alive = true;                 // set on that thread, or once it has ended
  };

  bool InCallback() const { return thread_.get_id() == std::this_thread::get_id(); }
  // Waits for the thread of Listen, unless this is it: then it ends after the callback.
  void EndListening() {
    stop_.store(true);
    if (store_ != nullptr) feed().WakeFeed();
    if (thread_.joinable() && !InCallback()) thread_.join();
  }
  // A batch, for the thread of Listen. The callback may end the feed (then it is not alive) or its database.
  Status PassOn(size_t batch, const Callback& callback, const bool& alive) {
    try {
      PARTON_ASSIGN_OR_RETURN(const std::vector<Change> changes, Wait(batch, std::chrono::hours(1)));
      if (changes.empty() || stop_.load()) return Status::Ok();
      PARTON_RETURN_IF_ERROR(callback(changes));
      return !alive || consumer_.empty() ? Status::Ok() : Acknowledge();
    } catch (...) {
      return ThrownBy("the callback of Listen");
    }
  }
  FeedStore& feed() { return store_->feed(); }
  std::string OpenName() const { return fmt::format("{}:{}", table_->id, consumer_); }
  RecordStore& records() { return store_->records(); }
  RecordKey Record() const { return RecordKey::Consumer(table_->id, consumer_); }
  std::string Position() const {
    std::string value;
    PutVarint(position_, &value);
    return value;
  }
  static Status Closed() { return Status::Validation("the database of this change feed is closed"); }
  Status Named() const {
    if (store_ == nullptr) return Closed();
    return consumer_.empty() ? Status::Validation("the feed was opened without a consumer's name") : Status::Ok();
  }
  Status Check() {
    if (store_ == nullptr) return Closed();
    Result<TablePtr> now = store_->GetTable(table_->name);
    if (now.ok() && (*now)->id == table_->id) return Status::Ok();
    return Status::NotFound(
        fmt::format("Requested resource not found: Table: {} not found (it was dropped)", table_->name));
  }

  TableStore* store_;  // null once the database is gone
  OpenFeeds* open_;
  TablePtr table_;
  std::string consumer_;
  uint64_t position_ = 0;
  bool from_horizon_ = false;  // whatever was trimmed before the first record read is not missed
  std::atomic<bool> stop_{false};
  std::thread thread_;
  std::shared_ptr<Listening> listening_;
  Status result_;
};

}  // namespace

Change ToChange(const FeedEntry& e) {
  Change c;
  c.sequence = e.sequence;
  c.event = static_cast<Change::Event>(e.event);
  c.created_ms = e.created_ms;
  c.by_ttl = e.by_ttl;
  c.keys = e.keys;
  c.new_image = e.new_image;
  c.old_image = e.old_image;
  c.record = FeedRecord(e);
  return c;
}

Result<std::unique_ptr<ChangeFeed>> OpenFeedConsumer(TableStore* store, OpenFeeds* open, std::string_view name,
                                                     const FeedOptions& options) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, store->GetTable(name));
  // A store without a feed says so.
  if (store->capabilities().feed == nullptr) return store->feed().TrimmedUpTo(table->id).status();
  auto feed = std::make_unique<FeedConsumer>(store, open, std::move(table), options.consumer);
  PARTON_RETURN_IF_ERROR(feed->Open(options));
  return std::unique_ptr<ChangeFeed>(std::move(feed));
}

}  // namespace parton

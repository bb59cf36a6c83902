#include "session/feed/guarded_feed.h"

#include <utility>

#include "types/status/bounds.h"

namespace parton {

namespace {

class GuardedFeed final : public ChangeFeed {
 public:
  explicit GuardedFeed(std::unique_ptr<ChangeFeed> feed) : feed_(std::move(feed)) {}

  Result<std::vector<Change>> Read(size_t limit) override {
    return Guarded([&] { return feed_->Read(limit); });
  }
  Result<std::vector<Change>> Wait(size_t limit, std::chrono::milliseconds timeout) override {
    return Guarded([&] { return feed_->Wait(limit, timeout); });
  }
  uint64_t position() const override { return feed_->position(); }
  Status Seek(FeedOptions::Start start, uint64_t sequence) override {
    return Guarded([&] { return feed_->Seek(start, sequence); });
  }
  Status Acknowledge() override {
    return Guarded([&] { return feed_->Acknowledge(); });
  }
  Status AcknowledgeIn(Connection& connection) override {
    return Guarded([&] { return feed_->AcknowledgeIn(connection); });
  }
  Status Forget() override {
    return Guarded([&] { return feed_->Forget(); });
  }
  Status Listen(size_t batch, Callback callback) override {
    return Guarded([&] { return feed_->Listen(batch, std::move(callback)); });
  }
  Status Stop() override {
    return Guarded([&] { return feed_->Stop(); });
  }

 private:
  const std::unique_ptr<ChangeFeed> feed_;
};

}  // namespace

std::unique_ptr<ChangeFeed> GuardFeed(std::unique_ptr<ChangeFeed> feed) {
  return std::make_unique<GuardedFeed>(std::move(feed));
}

}  // namespace parton

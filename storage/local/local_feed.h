// FeedStore on LevelDB.
#ifndef PARTON_STORAGE_LOCAL_LOCAL_FEED_H_
#define PARTON_STORAGE_LOCAL_LOCAL_FEED_H_

#include <string>
#include <utility>
#include <vector>

#include "storage/feed.h"
#include "storage/local/engine.h"

namespace parton {

class LocalFeed final : public FeedStore {
 public:
  explicit LocalFeed(Engine* engine) : engine_(engine) {}

  uint64_t FeedEnd() const override { return engine_->feed().Visible(); }
  uint64_t WaitForFeed(uint64_t after, std::chrono::steady_clock::time_point deadline,
                       const std::atomic<bool>* stop) const override {
    return engine_->feed().WaitBeyond(after, deadline, stop);
  }
  void WakeFeed() override { engine_->feed().Wake(); }
  Status ReadFeed(uint32_t table_id, uint64_t after, uint64_t upto, size_t limit, size_t max_bytes,
                  std::vector<FeedEntry>* out, uint64_t* reached) const override;
  Result<uint64_t> CountFeed(uint32_t table_id, uint64_t after, uint64_t limit) const override;
  Result<std::string> ReadFeedBytes(uint32_t table_id, uint64_t sequence) const override;
  Result<FeedEntry> DecodeFeed(uint64_t sequence, std::string_view bytes) const override;
  Result<uint64_t> TrimmedUpTo(uint32_t table_id) const override;
  Result<uint64_t> TrimFeed(uint32_t table_id, int64_t before_ms, uint64_t upto) override;
  Result<uint64_t> TrimHistory(uint32_t table_id, int64_t before_ms) override;
  Result<std::vector<ClosedStream>> ClosedStreams() const override;
  Status ForgetClosedStreams(int64_t before_ms) override;
  Result<std::vector<Key>> ExpiredKeys(const TableSchema& table, const Number& low, const Number& high, size_t limit,
                                       std::string* position) const override;

 private:
  Engine* engine_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_LOCAL_FEED_H_

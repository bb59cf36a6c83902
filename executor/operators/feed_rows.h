// Records of the change feed as values, and as rows of changes('t').
#ifndef PARTON_EXECUTOR_OPERATORS_FEED_ROWS_H_
#define PARTON_EXECUTOR_OPERATORS_FEED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "storage/feed.h"
#include "storage/table_store.h"

namespace parton {

// kTrimmed: records of `table` up to sequence `upto` are gone.
Status TrimmedFeed(const std::string& table, uint64_t upto);

// {eventName, SequenceNumber, ApproximateCreationDateTime, Keys, ...}
Value FeedRecord(const FeedEntry& entry);

// Reads a table's feed from behind `after` to its end as it is at the first Next: for changes('t').
class FeedRows {
 public:
  // Error: kTrimmed if `after` is given and records behind it are gone.
  static Result<std::unique_ptr<FeedRows>> Open(TableStore* store, std::string_view table, bool from_start,
                                                uint64_t after);
  Result<bool> Next(Value* row);

 private:
  FeedRows(FeedStore* feed, uint32_t table_id, uint64_t after, uint64_t end)
      : feed_(feed), table_id_(table_id), after_(after), end_(end) {}

  FeedStore* feed_;
  uint32_t table_id_;
  uint64_t after_;
  uint64_t end_;
  std::vector<FeedEntry> entries_;
  size_t next_ = 0;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_FEED_ROWS_H_

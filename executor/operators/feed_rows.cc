#include "executor/operators/feed_rows.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "storage/attached_stores.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

constexpr size_t kReadBytes = 1 << 20;
constexpr size_t kReadRecords = 1000;

std::string_view EventName(ChangeEvent event) {
  switch (event) {
    case ChangeEvent::kInsert: return "INSERT";
    case ChangeEvent::kModify: return "MODIFY";
    case ChangeEvent::kRemove: return "REMOVE";
  }
  return "";
}

// DynamoDB's: that of the keys and the images, each by itself.
uint64_t SizeOf(const FeedEntry& e) {
  uint64_t size = 0;
  for (const Value* item : {&e.keys, &e.new_image, &e.old_image}) {
    if (!item->is_missing()) size += ItemSize(*item);
  }
  return size;
}

}  // namespace

Status TrimmedFeed(const std::string& table, uint64_t upto) {
  return Status(StatusCode::kTrimmed,
                fmt::format("The operation attempted to read past the oldest stream record in a shard: records of "
                            "{} up to {} are not kept any more",
                            table, upto))
      .WithHint("start at TRIM_HORIZON, or keep records longer: SET stream_retention = '48 hours'");
}

Value FeedRecord(const FeedEntry& e) {
  std::vector<Field> f;
  f.push_back({"eventName", Value::String(EventName(e.event))});
  f.push_back({"SequenceNumber", Value::Int(static_cast<int64_t>(e.sequence))});
  f.push_back({"ApproximateCreationDateTime", Value::Int(e.created_ms / 1000)});
  f.push_back({"Keys", e.keys});
  if (!e.new_image.is_missing()) f.push_back({"NewImage", e.new_image});
  if (!e.old_image.is_missing()) f.push_back({"OldImage", e.old_image});
  f.push_back({"SizeBytes", Value::Int(static_cast<int64_t>(SizeOf(e)))});
  f.push_back({"StreamViewType", Value::String(StreamViewType(e.view))});
  if (e.by_ttl) {
    f.push_back({"userIdentity", Value::Struct({{"Type", Value::String("Service")},
                                                {"PrincipalId", Value::String("dynamodb.amazonaws.com")}})});
  }
  return Value::Struct(std::move(f));
}

Result<std::unique_ptr<FeedRows>> FeedRows::Open(TableStore* store, std::string_view name, bool from_start,
                                                 uint64_t after) {
  PARTON_ASSIGN_OR_RETURN(TablePtr table, store->GetTable(name));
  if (AttachedStores::IsAttached(*table)) {
    return Status::Unsupported(fmt::format("the changes of {} are read by a connection to its own engine", table->name))
        .WithHint(fmt::format("connect to {}", *EngineOf(*table)));
  }
  const uint64_t end = store->feed().FeedEnd();
  // A store without a feed says so.
  if (!from_start || store->capabilities().feed == nullptr) {
    PARTON_ASSIGN_OR_RETURN(uint64_t trimmed, store->feed().TrimmedUpTo(table->id));
    if (after < trimmed) return TrimmedFeed(table->name, trimmed);
  }
  return std::unique_ptr<FeedRows>(new FeedRows(&store->feed(), table->id, after, end));
}

Result<bool> FeedRows::Next(Value* row) {
  if (next_ == entries_.size()) {
    entries_.clear();
    next_ = 0;
    PARTON_RETURN_IF_ERROR(feed_->ReadFeed(table_id_, after_, end_, kReadRecords, kReadBytes, &entries_, &after_));
    if (entries_.empty()) return false;
  }
  *row = FeedRecord(entries_[next_++]);
  return true;
}

}  // namespace parton

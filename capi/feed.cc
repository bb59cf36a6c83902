// Change feeds.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "capi/handles.h"

namespace parton::capi {

namespace {

constexpr int64_t kLongestWaitMs = int64_t{1000} * 3600 * 24;

Result<FeedOptions> OptionsOf(const parton_feed_options* given) {
  parton_feed_options o;
  PARTON_RETURN_IF_ERROR(Given(given, &o));
  FeedOptions options;
  switch (o.start) {
    case PARTON_FEED_LATEST: options.start = FeedOptions::Start::kLatest; break;
    case PARTON_FEED_TRIM_HORIZON: options.start = FeedOptions::Start::kTrimHorizon; break;
    case PARTON_FEED_AT: options.start = FeedOptions::Start::kAt; break;
    case PARTON_FEED_AFTER: options.start = FeedOptions::Start::kAfter; break;
    default: return Status::Validation("there is no such start of a feed");
  }
  options.sequence = o.sequence;
  options.consumer = std::string(Text(o.consumer));
  return options;
}

}  // namespace

}  // namespace parton::capi

using parton::Status;
using namespace parton::capi;

extern "C" {

parton_status parton_feed_open(parton_database* database, const char* table, const parton_feed_options* options,
                               parton_feed** feed, parton_error** error) {
  if (feed != nullptr) *feed = nullptr;
  return Entry(error, [&]() -> Status {
    if (database == nullptr) return NullHandle("database");
    if (feed == nullptr) return NullHandle("place for the feed");
    PARTON_ASSIGN_OR_RETURN(const parton::FeedOptions o, OptionsOf(options));
    auto handle = std::make_unique<parton_feed>();
    PARTON_ASSIGN_OR_RETURN(handle->feed, database->database->OpenFeed(Text(table), o));
    *feed = handle.release();
    return Status::Ok();
  });
}

void parton_feed_close(parton_feed* feed) { delete feed; }

parton_status parton_feed_read(parton_feed* feed, size_t limit, int64_t timeout_ms, parton_error** error) {
  const parton_status status = Entry(error, [&]() -> Status {
    if (feed == nullptr) return NullHandle("feed");
    feed->changes.clear();
    feed->values.Clear();
    const std::chrono::milliseconds wait(std::min(timeout_ms, kLongestWaitMs));
    PARTON_ASSIGN_OR_RETURN(std::vector<parton::Change> changes,
                            timeout_ms > 0 ? feed->feed->Wait(limit, wait) : feed->feed->Read(limit));
    feed->changes.reserve(changes.size());
    for (parton::Change& c : changes) feed->changes.push_back(feed->values.Add(std::move(c.record)));
    return Status::Ok();
  });
  if (status != PARTON_OK) return status;
  return feed->changes.empty() ? PARTON_DONE : PARTON_ROW;
}

size_t parton_feed_count(const parton_feed* feed) { return feed == nullptr ? 0 : feed->changes.size(); }

const parton_value* parton_feed_change(const parton_feed* feed, size_t index) {
  return index < parton_feed_count(feed) ? feed->changes[index] : MissingValue();
}

parton_status parton_feed_acknowledge(parton_feed* feed, parton_connection* connection, parton_error** error) {
  return Entry(error, [&]() -> Status {
    if (feed == nullptr) return NullHandle("feed");
    if (connection == nullptr) return feed->feed->Acknowledge();
    return feed->feed->AcknowledgeIn(*connection->connection);
  });
}

void parton_feed_stop(parton_feed* feed) {
  if (feed != nullptr) (void)OrElse(Status::Ok(), [&] { return feed->feed->Stop(); });
}

}  // extern "C"

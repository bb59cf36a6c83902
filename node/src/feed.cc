#include "feed.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "handles.h"
#include "parton/change_feed.h"

namespace parton::node {
namespace {

struct FeedHandle {
  static constexpr napi_type_tag kTag = {0x7061'7274'6f6e'6462, 0x8f2e'3c1a'5b77'0004};
  std::shared_ptr<SharedDatabase> database;
  std::unique_ptr<ChangeFeed> feed;  // ends before the database
  std::mutex mutex;                  // for `feed`, but for Stop
  std::mutex stop_mutex;             // for the end of `feed`
  std::atomic<bool> stopped = false;

  void Stop() {
    stopped = true;
    const std::lock_guard<std::mutex> lock(stop_mutex);
    if (feed != nullptr) (void)feed->Stop();
  }
  void Close() {
    Stop();
    const std::lock_guard<std::mutex> lock(mutex);
    const std::lock_guard<std::mutex> stop_lock(stop_mutex);
    feed.reset();
    database.reset();
  }
};

Status FeedClosed() { return Status::Validation("the feed is closed"); }

// "latest", "beginning", or the number of a change to start after.
void StartFrom(napi_env env, napi_value start, FeedOptions::Start* kind, uint64_t* sequence) {
  const Value value = FromJs(env, start);
  if (value.is_numeric()) {
    const Result<int64_t> number = value.AsInt64();
    if (number.ok() && *number >= 0) {
      *kind = FeedOptions::Start::kAfter;
      *sequence = static_cast<uint64_t>(*number);
      return;
    }
  } else if (value.is_text() && value.bytes() == "latest") {
    *kind = FeedOptions::Start::kLatest;
    return;
  } else if (value.is_text() && value.bytes() == "beginning") {
    *kind = FeedOptions::Start::kTrimHorizon;
    return;
  }
  ThrowType(env, "start is 'latest', 'beginning', or the number of a change to start after");
}

// openFeed(database, table, start, consumer) -> feed
napi_value OpenFeed(napi_env env, const Arguments& arguments) {
  auto handle = std::make_shared<FeedHandle>();
  handle->database = Held<DatabaseHandle>(env, arguments[0])->Get();
  if (handle->database == nullptr) Throw(env, Closed());
  const std::string table = arguments.Text(1, "a table's name");
  FeedOptions options;
  StartFrom(env, arguments[2], &options.start, &options.sequence);
  options.consumer = arguments.Text(3, "the name of a consumer");
  Result<std::unique_ptr<ChangeFeed>> feed = (*handle->database)->OpenFeed(table, options);
  if (!feed.ok()) Throw(env, feed.status());
  handle->feed = std::move(feed).value();
  return Hold(env, handle);
}

napi_value ChangesOf(napi_env env, const std::vector<Change>& changes) {
  napi_value array;
  Check(env, napi_create_array_with_length(env, changes.size(), &array));
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& c = changes[i];
    napi_value object;
    napi_value created;
    napi_value by_ttl;
    napi_value sequence;
    Check(env, napi_create_object(env, &object));
    Check(env, napi_create_date(env, static_cast<double>(c.created_ms), &created));
    Check(env, napi_get_boolean(env, c.by_ttl, &by_ttl));
    Check(env, napi_create_int64(env, static_cast<int64_t>(c.sequence), &sequence));
    const char* event = c.event == Change::Event::kInsert   ? "INSERT"
                        : c.event == Change::Event::kModify ? "MODIFY"
                                                            : "REMOVE";
    SetProperty(env, object, "event", String(env, event));
    SetProperty(env, object, "keys", ToJs(env, c.keys));
    SetProperty(env, object, "new", ToJs(env, c.new_image));
    SetProperty(env, object, "old", ToJs(env, c.old_image));
    SetProperty(env, object, "sequence", sequence);
    SetProperty(env, object, "created", created);
    SetProperty(env, object, "byTtl", by_ttl);
    Check(env, napi_set_element(env, array, static_cast<uint32_t>(i), object));
  }
  return array;
}

// How long one wait of the engine lasts at most, before it is seen whether the feed was stopped.
constexpr std::chrono::milliseconds kSlice{200};

Status WaitFor(FeedHandle* handle, size_t limit, std::chrono::milliseconds timeout, std::vector<Change>* out) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const std::lock_guard<std::mutex> lock(handle->mutex);
    if (handle->feed == nullptr) return handle->stopped ? Status() : FeedClosed();
    if (handle->stopped) return Status();
    std::chrono::milliseconds wait = kSlice;
    if (timeout.count() >= 0) {
      const auto left = until - std::chrono::steady_clock::now();
      wait = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0}, kSlice);
    }
    PARTON_ASSIGN_OR_RETURN(*out, handle->feed->Wait(limit, wait));
    const bool late = timeout.count() >= 0 && std::chrono::steady_clock::now() >= until;
    if (!out->empty() || late) return Status();
  }
}

// readFeed(feed, limit, milliseconds, now) -> changes; negative milliseconds: it waits without end.
napi_value ReadFeed(napi_env env, const Arguments& arguments) {
  const auto handle = Held<FeedHandle>(env, arguments[0]);
  const size_t limit = arguments.Count(1);
  int64_t wait = 0;
  Check(env, napi_get_value_int64(env, arguments[2], &wait));
  auto changes = std::make_shared<std::vector<Change>>();
  const auto done = [changes](napi_env e) { return ChangesOf(e, *changes); };
  if (wait == 0) {
    return Run(
        env, arguments.Flag(3),
        [handle, changes, limit]() -> Status {
          const std::lock_guard<std::mutex> lock(handle->mutex);
          if (handle->feed == nullptr) return FeedClosed();
          PARTON_ASSIGN_OR_RETURN(*changes, handle->feed->Read(limit));
          return Status();
        },
        done);
  }
  return RunApart(
      env,
      [handle, changes, limit, wait] {
        return WaitFor(handle.get(), limit, std::chrono::milliseconds(wait), changes.get());
      },
      done);
}

template <typename Body>
napi_value OnFeed(napi_env env, const Arguments& arguments, bool now, Body body) {
  const auto handle = Held<FeedHandle>(env, arguments[0]);
  return Run(
      env, now,
      [handle, body]() -> Status {
        const std::lock_guard<std::mutex> lock(handle->mutex);
        if (handle->feed == nullptr) return FeedClosed();
        return body(*handle->feed);
      },
      Undefined);
}

// acknowledgeFeed(feed, connection or undefined, now)
napi_value AcknowledgeFeed(napi_env env, const Arguments& arguments) {
  if (IsUndefined(env, arguments[1])) {
    return OnFeed(env, arguments, arguments.Flag(2), [](ChangeFeed& feed) { return feed.Acknowledge(); });
  }
  const auto connection = Held<ConnectionHandle>(env, arguments[1]);
  return OnFeed(env, arguments, arguments.Flag(2), [connection](ChangeFeed& feed) -> Status {
    const Use use(connection.get());
    PARTON_RETURN_IF_ERROR(use.status());
    return feed.AcknowledgeIn(*connection->connection);
  });
}

// seekFeed(feed, start)
napi_value SeekFeed(napi_env env, const Arguments& arguments) {
  FeedOptions::Start start = FeedOptions::Start::kLatest;
  uint64_t sequence = 0;
  StartFrom(env, arguments[1], &start, &sequence);
  return OnFeed(env, arguments, true, [start, sequence](ChangeFeed& feed) { return feed.Seek(start, sequence); });
}

// forgetFeed(feed)
napi_value ForgetFeed(napi_env env, const Arguments& arguments) {
  return OnFeed(env, arguments, true, [](ChangeFeed& feed) { return feed.Forget(); });
}

// feedPosition(feed) -> number
napi_value FeedPosition(napi_env env, const Arguments& arguments) {
  const auto handle = Held<FeedHandle>(env, arguments[0]);
  const std::lock_guard<std::mutex> lock(handle->mutex);
  if (handle->feed == nullptr) Throw(env, FeedClosed());
  napi_value result;
  Check(env, napi_create_int64(env, static_cast<int64_t>(handle->feed->position()), &result));
  return result;
}

// closeFeed(feed): what waits ends with no changes.
napi_value CloseFeed(napi_env env, const Arguments& arguments) {
  Held<FeedHandle>(env, arguments[0])->Close();
  return Undefined(env);
}

}  // namespace

void ExportFeed(napi_env env, napi_value exports) {
  Export<OpenFeed>(env, exports, "openFeed");
  Export<ReadFeed>(env, exports, "readFeed");
  Export<AcknowledgeFeed>(env, exports, "acknowledgeFeed");
  Export<SeekFeed>(env, exports, "seekFeed");
  Export<ForgetFeed>(env, exports, "forgetFeed");
  Export<FeedPosition>(env, exports, "feedPosition");
  Export<CloseFeed>(env, exports, "closeFeed");
}

}  // namespace parton::node

// include/parton/change_feed.h on top of the store: reads a table's feed from a position, which may have a name.
#ifndef PARTON_SESSION_FEED_FEED_CONSUMER_H_
#define PARTON_SESSION_FEED_FEED_CONSUMER_H_

#include <memory>
#include <string_view>

#include "parton/change_feed.h"
#include "parton/status.h"
#include "session/feed/open_feeds.h"
#include "storage/table_store.h"

namespace parton {

struct FeedEntry;
Change ToChange(const FeedEntry& entry);

// The feed may outlive both: OpenFeeds::DetachAll, before they go, makes its calls errors.
Result<std::unique_ptr<ChangeFeed>> OpenFeedConsumer(TableStore* store, OpenFeeds* open, std::string_view table,
                                                     const FeedOptions& options);

}  // namespace parton

#endif  // PARTON_SESSION_FEED_FEED_CONSUMER_H_

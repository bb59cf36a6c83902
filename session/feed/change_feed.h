// include/parton/change_feed.h on top of the store.
#ifndef PARTON_SESSION_FEED_CHANGE_FEED_H_
#define PARTON_SESSION_FEED_CHANGE_FEED_H_

#include <memory>
#include <string_view>

#include "parton/change_feed.h"
#include "parton/status.h"

namespace parton {

struct DatabaseState;

struct FeedEntry;

Change ToChange(const FeedEntry& entry);

Result<std::unique_ptr<ChangeFeed>> OpenChangeFeed(DatabaseState* db, std::string_view table,
                                                   const FeedOptions& options);

}  // namespace parton

#endif  // PARTON_SESSION_FEED_CHANGE_FEED_H_

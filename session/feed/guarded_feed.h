// A change feed for the embedding program: what is thrown below comes out as an error.
#ifndef PARTON_SESSION_FEED_GUARDED_FEED_H_
#define PARTON_SESSION_FEED_GUARDED_FEED_H_

#include <memory>

#include "parton/change_feed.h"

namespace parton {

std::unique_ptr<ChangeFeed> GuardFeed(std::unique_ptr<ChangeFeed> feed);

}  // namespace parton

#endif  // PARTON_SESSION_FEED_GUARDED_FEED_H_

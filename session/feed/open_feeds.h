// The change feeds of one database that are open. Threads: any.
#ifndef PARTON_SESSION_FEED_OPEN_FEEDS_H_
#define PARTON_SESSION_FEED_OPEN_FEEDS_H_

#include <functional>
#include <map>
#include <set>
#include <string>

#include "parton/change_feed.h"
#include "types/sync/mutex.h"

namespace parton {

class OpenFeeds {
 public:
  // `detach` is called when the database goes, unless the feed went before.
  void Add(const ChangeFeed* feed, std::function<void()> detach);
  void Remove(const ChangeFeed* feed);
  // The database goes.
  void DetachAll();

  // A named consumer of one table is open once at a time. False: it is open already.
  bool TakeName(const std::string& name);
  void GiveName(const std::string& name);

 private:
  Mutex mutex_;
  std::map<const ChangeFeed*, std::function<void()>> feeds_ GUARDED_BY(mutex_);
  std::set<std::string> names_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_SESSION_FEED_OPEN_FEEDS_H_

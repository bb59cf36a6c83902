#include "session/feed/open_feeds.h"

#include <utility>

namespace parton {

void OpenFeeds::Add(const ChangeFeed* feed, std::function<void()> detach) {
  MutexLock lock(mutex_);
  feeds_[feed] = std::move(detach);
}

void OpenFeeds::Remove(const ChangeFeed* feed) {
  MutexLock lock(mutex_);
  feeds_.erase(feed);
}

void OpenFeeds::DetachAll() {
  std::map<const ChangeFeed*, std::function<void()>> feeds;
  {
    MutexLock lock(mutex_);
    feeds.swap(feeds_);
  }
  // Without the lock: a callback that still runs may open and close feeds.
  for (const auto& [feed, detach] : feeds) detach();
}

bool OpenFeeds::TakeName(const std::string& name) {
  MutexLock lock(mutex_);
  return names_.insert(name).second;
}

void OpenFeeds::GiveName(const std::string& name) {
  MutexLock lock(mutex_);
  names_.erase(name);
}

}  // namespace parton

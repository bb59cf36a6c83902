// Indexes that are filled in the background, each on a thread of its own.
#ifndef PARTON_STORAGE_LOCAL_INDEX_FILLERS_H_
#define PARTON_STORAGE_LOCAL_INDEX_FILLERS_H_

#include <atomic>
#include <list>
#include <thread>

#include "storage/local/ddl.h"
#include "storage/local/engine.h"
#include "types/status/bounds.h"
#include "types/sync/mutex.h"

namespace parton {

// Threads: any. At its end those that are not done stop; their indexes stay in state kCreating, and ResumeDdl goes on.
class IndexFillers {
 public:
  explicit IndexFillers(Engine* engine) : engine_(engine) {}
  ~IndexFillers() {
    stop_.store(true);
    for (Filler& f : fillers_) f.thread.join();
  }
  IndexFillers(const IndexFillers&) = delete;
  IndexFillers& operator=(const IndexFillers&) = delete;

  void Start(const NewIndex& made) {
    MutexLock lock(mutex_);
    fillers_.remove_if([](Filler& f) {
      if (!f.done.load()) return false;
      f.thread.join();
      return true;
    });
    Filler& f = fillers_.emplace_back();
    f.thread = std::thread([this, made, &f] {
      // What fails is tried again when the database is opened; CHECK DATABASE tells of damage.
      (void)Guarded([&] { return FillIndex(engine_, made, [this](uint64_t, uint64_t) { return !stop_.load(); }); });
      f.done.store(true);
    });
  }

 private:
  struct Filler {
    std::thread thread;
    std::atomic<bool> done{false};
  };

  Engine* engine_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  std::list<Filler> fillers_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_INDEX_FILLERS_H_

// Compacts stretches of keys that reads found slow, in the background.
//
// A deleted or overwritten version of a key stays in LevelDB until a compaction meets it, and every read over its place
// steps over it: the head of a queue, the neighbours of an item that is updated all the time. Reads report what such
// steps cost them. When that adds up to what a compaction of the stretch costs, it is compacted: so both together cost
// at most twice what either must. A compaction that does not help, as a snapshot still sees the versions, makes the
// next one of the stretch wait twice as long.
//
// Writers are not held up: it begins only while LevelDB has nothing else to do in the background.
#ifndef PARTON_STORAGE_LOCAL_COMPACTOR_H_
#define PARTON_STORAGE_LOCAL_COMPACTOR_H_

#include <leveldb/iterator.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "types/sync/mutex.h"

namespace parton {

class Engine;

// Threads: any.
class Compactor {
 public:
  explicit Compactor(Engine* engine) : engine_(engine) {}
  ~Compactor() { Stop(); }
  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;

  // A read compared `comparisons` keys on its way from `begin` to `end`: keys of LevelDB, or bounds of such.
  void NoteSlow(std::string_view begin, std::string_view end, uint64_t comparisons) noexcept;

  // Seeks, and reports it if it was slow: for reads of queues.
  void Seek(leveldb::Iterator* it, const std::string& target) noexcept;

  // None begins after it; waits for the one that is on.
  void Stop();

  // How many were done.
  uint64_t done() const;

 private:
  struct Stretch {
    std::string begin;
    std::string end;
    uint64_t comparisons = 0;  // since the last compaction
    uint64_t patience = 1;     // the price of the next one is so many times the usual
  };

  Stretch* Due() REQUIRES(mutex_);
  uint64_t Price(const Stretch& s) const;
  void Run();
  // False: it is to stop.
  bool WaitForQuiet();
  void Compact(const Stretch& s);
  // Whether reads of the stretch are slow still.
  bool IsSlow(const Stretch& s) const;

  Engine* const engine_;
  mutable Mutex mutex_;
  CondVar wake_;
  std::vector<Stretch> stretches_ GUARDED_BY(mutex_);
  bool stop_ GUARDED_BY(mutex_) = false;
  uint64_t done_ GUARDED_BY(mutex_) = 0;
  std::thread thread_ GUARDED_BY(mutex_);  // from the first that is due on
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_COMPACTOR_H_

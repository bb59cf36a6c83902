// Estimates of the number and bytes of items in a table or index. An estimate costs some reading, and planning asks
// for it several times per statement: it is kept until enough items have changed.
#ifndef PARTON_STORAGE_LOCAL_SIZE_ESTIMATES_H_
#define PARTON_STORAGE_LOCAL_SIZE_ESTIMATES_H_

#include <cstdint>
#include <unordered_map>

#include "storage/local/engine.h"
#include "types/sync/mutex.h"

namespace parton {

// Thread-safe.
class SizeEstimates {
 public:
  explicit SizeEstimates(Engine* engine) : engine_(engine) {}

  // Of the keys in `range`, which are those of the table or index with this id.
  TableStats Get(uint32_t id, const KeyInterval& range);
  // After everything stored was replaced.
  void Forget();

 private:
  struct Kept {
    TableStats stats;
    uint64_t changes = 0;  // of the engine, when it was made
  };

  Engine* const engine_;
  Mutex mutex_;
  std::unordered_map<uint32_t, Kept> kept_ GUARDED_BY(mutex_);
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_SIZE_ESTIMATES_H_

// About how many items a table or index has, and of how many bytes. An estimate costs some reading, and planning asks
// several times for each statement: it is kept until enough has changed.
#ifndef PARTON_STORAGE_LOCAL_SIZE_ESTIMATES_H_
#define PARTON_STORAGE_LOCAL_SIZE_ESTIMATES_H_

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "storage/local/engine.h"

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
  std::mutex mutex_;
  std::unordered_map<uint32_t, Kept> kept_;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_SIZE_ESTIMATES_H_

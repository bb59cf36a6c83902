// Rows with distinct keys, more of them than memory has room for.
#ifndef PARTON_EXECUTOR_SPILL_DISTINCT_ROWS_H_
#define PARTON_EXECUTOR_SPILL_DISTINCT_ROWS_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "executor/operators/hash_table.h"
#include "executor/rows.h"
#include "executor/spill/spill_file.h"

namespace parton {

// Keys are kept while there is room. After that, a row with an unknown key is deferred (spilled to a file);
// NextLater() returns it if it is the first of its key. Methods that give false or null may have failed, with the
// error in the context.
class DistinctRows {
 public:
  // Rows of `width` values; the first `key_width` are the key.
  DistinctRows(size_t key_width, size_t width, ExecutionContext& ctx)
      : key_width_(key_width), width_(width), ctx_(ctx), seen_(key_width), memory_(ctx) {}

  enum class Answer : uint8_t { kNew, kSeen, kPutOff };
  // kPutOff: the key is not known, and there is no room for it. PutOff() should follow.
  Answer Insert(const Value* key) {
    if (full_) return seen_.Find(key) == KeyTable::kNone ? Answer::kPutOff : Answer::kSeen;
    bool is_new;
    seen_.Insert(key, &is_new);
    if (!is_new) return Answer::kSeen;
    size_t bytes = 32;
    for (size_t i = 0; i < key_width_; ++i) bytes += ApproximateBytes(key[i]);
    full_ = !memory_.TakeShare(bytes);
    return Answer::kNew;
  }
  bool PutOff(const Value* row);
  bool any_put_off() const { return later_.has_value() || !pending_.empty(); }
  // After the last Insert() and PutOff(): the deferred rows whose keys are new. Valid until the next call.
  const Value* NextLater();
  void Clear();

 private:
  struct Pending {
    SpillFilePtr file;
    int level;
  };
  bool OpenNextFile();

  const size_t key_width_;
  const size_t width_;
  ExecutionContext& ctx_;
  KeyTable seen_;
  MemoryHold memory_;
  bool full_ = false;
  int level_ = 0;  // of the rows being read
  SpillFilePtr reading_;
  std::optional<SpillPartitions> later_;
  std::vector<Pending> pending_;
  std::vector<Value> row_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_SPILL_DISTINCT_ROWS_H_

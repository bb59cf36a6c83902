// Rows in temporary files: blocking operators spill rows there that exceed the statement's memory limit.
//
// A file is unlinked as soon as it is made, so it vanishes with the operator and with the process.
#ifndef PARTON_EXECUTOR_SPILL_SPILL_FILE_H_
#define PARTON_EXECUTOR_SPILL_SPILL_FILE_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "executor/execution.h"
#include "parton/value.h"

namespace parton {

// A sequence of rows of `width` values: written to its end, then read from its start as often as wanted.
class SpillFile {
 public:
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  // Null on failure, with the error in `ctx`, which outlives the file.
  static std::unique_ptr<SpillFile> Make(size_t width, ExecutionContext& ctx);

  // These give false on failure, with the error in the context.
  bool Write(const Value* row);
  // To the first row. Nothing may be written any more.
  bool Rewind();
  // The next row, owned. False also at the end.
  bool Read(std::vector<Value>* row);

  uint64_t rows() const { return rows_; }

 private:
  SpillFile(size_t width, std::FILE* file, ExecutionContext& ctx) : width_(width), file_(file), ctx_(ctx) {}
  bool Fail(const char* what);

  const size_t width_;
  std::FILE* file_;
  ExecutionContext& ctx_;
  std::string buffer_;
  uint64_t rows_ = 0;
};
using SpillFilePtr = std::unique_ptr<SpillFile>;

// Rows of a file split by the hash of a key, so that equal keys meet in one file. Files of rows that did not fit either
// are split again, one level deeper.
class SpillPartitions {
 public:
  static constexpr size_t kFanOut = 32;
  // At this level the keys of a file, or their hashes, are assumed to be equal.
  static constexpr int kMaxLevel = 8;

  SpillPartitions(size_t width, int level, ExecutionContext& ctx)
      : width_(width), level_(level), files_(kFanOut), ctx_(ctx) {}

  static size_t Of(size_t hash, int level) { return hash >> (59 - 5 * level) & (kFanOut - 1); }
  // False: failed, with the error in the context.
  bool Add(size_t hash, const Value* row);
  int level() const { return level_; }
  // A file per partition, null where it is empty. No more rows may follow.
  std::vector<SpillFilePtr>& files() { return files_; }

 private:
  const size_t width_;
  const int level_;
  std::vector<SpillFilePtr> files_;
  ExecutionContext& ctx_;
};

// Removes files from `dir` whose process died before it unlinked them.
void RemoveSpillLeftovers(const std::string& dir);

}  // namespace parton

#endif  // PARTON_EXECUTOR_SPILL_SPILL_FILE_H_

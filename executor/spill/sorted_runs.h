// Sorted files of rows, merged into one sequence.
#ifndef PARTON_EXECUTOR_SPILL_SORTED_RUNS_H_
#define PARTON_EXECUTOR_SPILL_SORTED_RUNS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "executor/spill/spill_file.h"
#include "planner/plan/plan.h"

namespace parton {

// Rows of `width` values that begin with a value per key, by which they are sorted. Equal rows come in the order of
// the files they are in. All methods that give false or null may have failed, with the error in the context.
class SortedRuns {
 public:
  // `keys` outlive this.
  SortedRuns(const std::vector<SortKey>& keys, size_t width, ExecutionContext& ctx)
      : keys_(keys), width_(width), ctx_(ctx) {}

  // A file whose rows are sorted; null is ignored.
  bool Add(SpillFilePtr run);
  bool empty() const { return runs_.empty(); }
  // Before the first Next().
  bool Start();
  // The next row, valid until the next call. Null at the end.
  const Value* Next();
  void Clear();

 private:
  struct After;
  bool Fill(size_t run);
  bool MergeAll();

  const std::vector<SortKey>& keys_;
  const size_t width_;
  ExecutionContext& ctx_;
  std::vector<SpillFilePtr> runs_;
  std::vector<std::vector<Value>> rows_;  // the current one of each run
  std::vector<size_t> heap_;              // of runs, the one with the least row on top
  size_t current_ = SIZE_MAX;             // the run of the row given last
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_SPILL_SORTED_RUNS_H_

// Equality joins whose right side does not fit in memory.
#ifndef PARTON_EXECUTOR_SPILL_SPILLED_JOIN_H_
#define PARTON_EXECUTOR_SPILL_SPILLED_JOIN_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "executor/operator.h"
#include "executor/operators/hash_table.h"
#include "executor/rows.h"
#include "executor/spill/sorted_runs.h"
#include "executor/spill/spill_file.h"

namespace parton {

// Both sides go to files, split by the hash of their keys; then each pair of files is joined, and the results are
// put back into the order of the left rows, with right rows that match nothing last. Right rows of one key that fill
// the memory are joined in several rounds over their left rows.
//
// Rows are what the slots of either side hold in the context's frame. Methods that give false may have failed, with
// the error in the context.
class SpilledJoin {
 public:
  using KeyExprs = std::vector<std::pair<ExprPtr, ExprPtr>>;  // (left, right)

  struct Kind {
    bool pairs = true;         // a row for each match; else no right rows are given
    bool matched_left = true;  // if not pairs: left rows that match are given, once
    bool unmatched_left = false;
    bool unmatched_right = false;
  };

  SpilledJoin(Kind kind, const KeyExprs& keys, ExprPtr on, std::vector<int> left_slots, std::vector<int> right_slots,
              ExecutionContext& ctx);

  // The row in the frame. `key`: its values of the keys; null if one of them is absent.
  bool AddRight(const Value* key);
  // After the last right row.
  bool AddLeft(const Value* key);
  // After the last left row.
  bool Finish();
  // Puts the next result into the frame; slots of a side that has no part in it are NULL.
  bool Next();

 private:
  struct Pair {
    SpillFilePtr left;   // rows of (sequence number, key, left slots)
    SpillFilePtr right;  // rows of (key, right slots)
    int level;
  };

  bool Join(Pair pair);
  bool Divide(Pair pair);
  void AddPairs(SpillPartitions* left, SpillPartitions* right);
  bool Load(SpillFile* right, bool* more);
  bool Probe(SpillFile* left, std::vector<bool>* matched);
  bool ProbeRow(int64_t sequence, bool* found, SpillFilePtr* out);
  bool GiveUnmatchedLeft(SpillFile* left, const std::vector<bool>& matched);
  bool GiveUnmatchedRight();
  bool ReadLeft(SpillFile* file, int64_t* sequence);
  bool ReadRight(SpillFile* file);
  void PutIntoFrame(const std::vector<int>& slots, const Value* row);
  bool WriteTo(SpillFilePtr* out, int64_t sequence, bool with_left, bool with_right);
  void ClearRight();

  const Kind kind_;
  const KeyExprs& keys_;
  const ExprPtr on_;
  const std::vector<int> left_slots_;
  const std::vector<int> right_slots_;
  ExecutionContext& ctx_;
  MemoryHold memory_;

  int64_t next_sequence_ = 0;
  SpillPartitions left_;
  SpillPartitions right_;
  SpillFilePtr unmatched_;  // left rows without a key
  SpillFilePtr rest_;       // right rows that match nothing
  std::vector<Pair> pairs_;

  // The right rows in memory, chained by key.
  SavedRows rows_;
  KeyTable table_;
  std::vector<uint32_t> first_;
  std::vector<uint32_t> last_;
  std::vector<uint32_t> next_;
  std::vector<bool> right_matched_;

  std::vector<SortKey> by_sequence_;
  SortedRuns results_;      // rows of (sequence number, left slots, right slots)
  std::vector<Value> row_;  // of a file
  std::vector<Value> result_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_SPILL_SPILLED_JOIN_H_

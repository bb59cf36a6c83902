// Groups and their running aggregates.
#ifndef PARTON_EXECUTOR_OPERATORS_AGGREGATE_TABLE_H_
#define PARTON_EXECUTOR_OPERATORS_AGGREGATE_TABLE_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executor/execution.h"
#include "executor/operators/hash_table.h"
#include "executor/operators/known_groups.h"
#include "executor/operators/row_attributes.h"
#include "executor/spill/distinct_rows.h"
#include "planner/plan/plan.h"
#include "types/expr/byte_terms.h"
#include "types/functions/functions.h"

namespace parton {

// One table belongs to one thread at a time; its methods take the context of the thread that calls.
class AggregateTable {
 public:
  explicit AggregateTable(const Plan::Aggregate& node);

  // Adds the row in the frame. Returns the bytes it newly holds; check ctx.failed().
  size_t AddRow(ExecutionContext& ctx);
  // From now on values that are new to a DISTINCT aggregate are spilled to files until Finish().
  void StopGrowing(ExecutionContext& ctx);
  // Adds the row if its group is there; *bytes as from AddRow. Else false, and key_hash() is that of its key.
  bool AddToKnownGroup(ExecutionContext& ctx, size_t* bytes);
  // Of the row seen last. REQUIRES: the node has keys.
  size_t key_hash() const { return keys_.Hash(key_.data()); }
  // Adds the groups of `other`, whose rows come after this one's. `other` is used up.
  size_t Merge(AggregateTable& other, ExecutionContext& ctx);
  // After the last row. Without keys there is one group, also over no rows. Returns the bytes it newly holds; check
  // ctx.failed().
  size_t Finish(ExecutionContext& ctx);
  size_t size() const { return keyed_ ? keys_.size() : groups_.size() / std::max<size_t>(1, width()); }
  // Puts group `i` into the slots of `out`, which has the same keys and calls as the table's node.
  void Emit(size_t i, const Plan::Aggregate& out, ExecutionContext& ctx);

 private:
  struct State {
    int64_t count = 0;  // COUNT
    std::unique_ptr<Accumulator> accumulator;
    std::unique_ptr<KeyTable> distinct;
    std::unique_ptr<KnownGroups> known;  // bytes of values that are in `distinct`
    // Integers of 64 bits that the accumulator has not been given yet: how many, and their sum, least or greatest.
    int64_t integers = 0;
    int64_t tally = 0;
  };
  enum class CallKind : uint8_t { kCountRows, kCount, kOther };
  // What is made of integers before the accumulator gets them.
  enum class Tally : uint8_t { kNone, kSum, kLeast, kGreatest };

  // The first thing to try for a call's row.
  enum class Way : uint8_t { kAny, kCountRows, kIntegers };

  // Compiling costs as much as evaluating a few rows.
  static constexpr int kEvaluatedBefore = 8;

  // States per group: one at least, so that groups can be counted.
  size_t width() const { return std::max<size_t>(1, node_.calls.size()); }
  State* Group(uint32_t number) { return groups_.data() + number * width(); }
  uint32_t NewGroup();
  void EvaluateKey(ExecutionContext& ctx);
  // The group of the row, known by the bytes of its key; KeyTable::kNone: it is not. *key: those bytes, empty if there
  // are none.
  uint32_t GroupByBytes(ExecutionContext& ctx, std::string_view* key, uint64_t* hash);
  size_t AddToGroup(uint32_t group, ExecutionContext& ctx);
  size_t AddTo(size_t call, State* state, ExecutionContext& ctx);
  size_t AddValue(const Plan::AggregateCall& call, CallKind kind, const Value& v, State* state, ExecutionContext& ctx);
  size_t AddCounted(const Plan::AggregateCall& call, CallKind kind, const Value& v, State* state,
                    ExecutionContext& ctx);
  // Compiles arguments and filters of calls that are more than attributes.
  void CompileCalls(ExecutionContext& ctx);
  // The same for one call: of what is computed from one slot.
  struct OnBytes {
    int slot = -1;  // -1: nothing was compiled
    std::unique_ptr<eval::ByteTerms> terms;
    eval::ByteTerm filter;
    eval::ByteNumber argument;
  };
  // Adds the row by the call's OnBytes. False: it is to be evaluated.
  bool AddCompiled(size_t call, State* state, ExecutionContext& ctx);
  // Adds an integer to the count or the tally of the call. REQUIRES: takes_integers_[call].
  void AddInteger(size_t call, int64_t n, State* state, ExecutionContext& ctx);
  // The value at `p`, null for none, if it is absent or an integer. False: it is to be evaluated.
  // REQUIRES: takes_integers_[call].
  bool AddBytes(size_t call, const char* p, State* state, ExecutionContext& ctx);
  // Adds the value at `p` to a DISTINCT call, or knows it already.
  size_t AddDistinct(size_t call, const char* p, State* state, ExecutionContext& ctx);
  // Gives the accumulator what waits for it.
  void Settle(size_t call, State* state, ExecutionContext& ctx);
  // True if `v` is new to the DISTINCT aggregate and is not spilled.
  bool IsNew(const Value& v, State* state, size_t* bytes);
  // Made at the first row, which gives the constant arguments.
  void EnsureAccumulator(const Plan::AggregateCall& call, State* state, ExecutionContext& ctx);

  const Plan::Aggregate& node_;
  const bool keyed_;
  std::vector<CallKind> kinds_;
  std::vector<Tally> tallies_;
  std::vector<Way> ways_;
  std::vector<bool> takes_integers_;  // of each call: it only counts them, or has a tally
  std::vector<OnBytes> compiled_;     // of each call; empty: not yet
  int rows_ = 0;                      // up to kEvaluatedBefore
  RowAttributes attributes_;
  std::vector<size_t> key_attributes_;   // of each key
  std::vector<size_t> call_attributes_;  // of the first argument of each call
  bool keys_on_bytes_ = false;           // all of them are attributes
  KnownGroups known_;
  std::string key_bytes_;
  std::vector<Value> key_;
  KeyTable keys_;
  std::vector<State> groups_;
  std::vector<std::vector<Value>> members_;  // GROUP AS
  // Spilled rows of (group and call, value) of DISTINCT aggregates; absent while memory suffices.
  std::optional<DistinctRows> later_;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_AGGREGATE_TABLE_H_

// Keys of joins: what rows of two sides are compared by.
#ifndef PARTON_EXECUTOR_OPERATORS_JOIN_KEYS_H_
#define PARTON_EXECUTOR_OPERATORS_JOIN_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "types/expr/evaluate.h"

namespace parton {

enum class JoinSide : uint8_t { kLeft, kRight };

// The values of the first `count` keys of a side, for the row in the frame, into out[0..count). False if one is absent,
// which equals no row's, or cannot be evaluated. They may borrow from the row.
inline bool EvaluateJoinKey(const std::vector<std::pair<ExprPtr, ExprPtr>>& keys, JoinSide side, size_t count,
                            EvalContext& eval, Value* out) {
  for (size_t i = 0; i < count; ++i) {
    out[i] = EvaluateValue(side == JoinSide::kLeft ? *keys[i].first : *keys[i].second, eval);
    if (out[i].is_absent()) return false;
  }
  return true;
}

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_JOIN_KEYS_H_

#include "planner/plan/plan_depth.h"

#include <algorithm>

#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kBytesPerLevel = 1500;

size_t Depth(const Plan& plan) {
  CheckStack();
  size_t deepest = 0;
  for (const PlanPtr& input : plan.inputs) deepest = std::max(deepest, Depth(*input));
  return deepest + 1;
}

}  // namespace

void CheckStackFor(const Plan& plan) {
  if (StackLeft() < Depth(plan) * kBytesPerLevel) internal::StackEnds();
}

}  // namespace parton

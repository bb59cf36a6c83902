// Stretches of an ordered space of values, and their intersection: of literals in a condition.
#ifndef PARTON_TYPES_VALUE_VALUE_INTERVAL_H_
#define PARTON_TYPES_VALUE_VALUE_INTERVAL_H_

#include <optional>
#include <utility>

namespace parton {

// `Bound` has a `value` and the flag `inclusive`. `Order()(a, b)` of two values is negative, zero or positive, or
// nullopt where they cannot be compared: then neither bound excludes anything of the other.
template <typename Bound, typename Order>
struct ValueInterval {
  std::optional<Bound> low;  // none: open
  std::optional<Bound> high;

  // Intersects with what is above (below) `b`. False: `b` cannot be compared with the bound that is there, which stays.
  bool RaiseLow(Bound b) { return Tighten(std::move(b), 1, &low); }
  bool LowerHigh(Bound b) { return Tighten(std::move(b), -1, &high); }

  bool IsEmpty() const {
    if (!low || !high) return false;
    const std::optional<int> order = Order()(low->value, high->value);
    return order && (*order > 0 || (*order == 0 && !(low->inclusive && high->inclusive)));
  }

 private:
  static bool Tighten(Bound b, int direction, std::optional<Bound>* bound) {
    if (!*bound) {
      *bound = std::move(b);
      return true;
    }
    const std::optional<int> order = Order()(b.value, (*bound)->value);
    if (!order) return false;
    if (*order * direction > 0 || (*order == 0 && !b.inclusive)) *bound = std::move(b);
    return true;
  }
};

}  // namespace parton

#endif  // PARTON_TYPES_VALUE_VALUE_INTERVAL_H_

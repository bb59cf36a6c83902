// COALESCE, NULLIF, GREATEST, LEAST.
#include "types/functions/registry.h"
#include "types/value/value_compare.h"

namespace parton::functions {
namespace {

const char* const kGroup = "conditional";

Value NullIf(const Value* args, int, EvalContext&) {
  const Value &a = args[0], &b = args[1];
  if (a.is_absent() || b.is_absent()) return a;
  return EqualValues(a, b) ? Value::Null() : a;
}

template <bool greatest>
Value Extreme(const Value* args, int count, EvalContext& ctx) {
  const Value* best = nullptr;
  bool null = false;
  for (int i = 0; i < count; ++i) {
    if (args[i].is_absent()) {
      null = null || args[i].is_null();
      continue;
    }
    if (best == nullptr) {
      best = &args[i];
      continue;
    }
    const std::optional<int> order = CompareScalars(args[i], *best);
    if (!order.has_value()) return ctx.Mismatch("GREATEST and LEAST take values that have an order");
    if (greatest ? *order > 0 : *order < 0) best = &args[i];
  }
  if (best != nullptr) return *best;
  return null ? Value::Null() : Value::Missing();
}

}  // namespace

void AddConditionalFunctions(Registry& r) {
  r.Add("COALESCE(x ANY, ...) -> ANY", kGroup, "The first value that is neither NULL nor MISSING.",
        "COALESCE(NULL, MISSING, 3) = 3", 1, -1, {kAny}, [](const Value* args, int count, EvalContext&) {
          for (int i = 0; i < count; ++i) {
            if (!args[i].is_absent()) return args[i];
          }
          return Value::Null();
        });
  r.scalars.back().first_present = true;
  r.scalars.back().absent = AbsentRule::kCustom;
  r.Add("NULLIF(x ANY, y ANY) -> ANY", kGroup, "x, but NULL if it equals y.", "NULLIF(1, 2) = 1", 2, 2, {kAny}, NullIf)
      .absent = AbsentRule::kCustom;
  r.Add("GREATEST(x ANY, ...) -> ANY", kGroup, "The greatest of the values that are present.", "GREATEST(1, 3, 2) = 3",
        1, -1, {kAny}, Extreme<true>)
      .absent = AbsentRule::kCustom;
  r.Add("LEAST(x ANY, ...) -> ANY", kGroup, "The least of the values that are present.", "LEAST('b', 'a') = 'a'", 1, -1,
        {kAny}, Extreme<false>)
      .absent = AbsentRule::kCustom;
}

}  // namespace parton::functions

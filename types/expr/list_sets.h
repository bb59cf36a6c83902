// Long lists at the right of IN, hashed while a statement runs.
#ifndef PARTON_TYPES_EXPR_LIST_SETS_H_
#define PARTON_TYPES_EXPR_LIST_SETS_H_

#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "types/expr/expr.h"
#include "types/value/value_compare.h"

namespace parton {

struct EvalContext;

namespace eval {

// A list whose elements are the same for all rows of an execution: written literals and parameters, or one such value.
// It is hashed once it has been walked a few times, so that a list that is looked into once costs what it did.
//
// Threads: one.
class ListSets {
 public:
  // Elements in a list that is worth it.
  static constexpr size_t kWorthwhile = 16;

  struct Set {
    std::unordered_set<Value, ValueHash, ValueEqual> values;  // that are present
    bool has_null = false;
    bool has_missing = false;
  };

  // The set of the elements of `haystack`; null: it is no such list, or has not been looked into often enough.
  const Set* Find(const Expr& haystack, EvalContext& ctx);

 private:
  struct Entry {
    // What it was made of, kept so that nothing else can be in its place.
    Value collection;
    std::vector<ExprPtr> written;
    int uses = 0;
    bool made = false;
    Set set;
  };

  void Make(EvalContext& ctx, Entry* entry);

  std::unordered_map<const Expr*, Entry> entries_;
};

// True where `haystack` is of that kind, and long enough.
bool IsWorthHashing(const Expr& haystack, const EvalContext& ctx);

}  // namespace eval
}  // namespace parton

#endif  // PARTON_TYPES_EXPR_LIST_SETS_H_

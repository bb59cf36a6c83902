// Gets of items by key for an operator: admitted, counted and metered.
#ifndef PARTON_EXECUTOR_OPERATORS_KEYED_ITEMS_H_
#define PARTON_EXECUTOR_OPERATORS_KEYED_ITEMS_H_

#include <string>
#include <vector>

#include "executor/execution.h"
#include "planner/plan/plan.h"

namespace parton {

// Threads: one.
class KeyedItems {
 public:
  // All outlive it. `reads`: the operator's own account.
  KeyedItems(const Plan::Access& access, ExecutionContext& ctx, ReadStats* reads)
      : access_(access), ctx_(ctx), reads_(reads) {}

  // Items of an index access: the entry has been counted as examined.
  void BehindEntries() { behind_entries_ = true; }

  bool consistent() const { return access_.consistent || (ctx_.page != nullptr && ctx_.page->consistent); }
  // How many keys to get at once where the rows of the later ones may not be wanted. While capacity is counted it is
  // one: each item is admitted when the one before it has been paid. So it is for a page of rows, which may end
  // anywhere.
  size_t Ahead() const;
  // MISSING: there is no such item, or none can have the key. False: failed.
  bool Get(const Key& key, Value* item);
  // The same for all keys, as many of them at a time as a request may have.
  bool GetAll(const std::vector<Key>& keys, std::vector<Value>* items);

 private:
  // Where reads may be answered by what was kept; null: nowhere.
  AnswerCache* Answers() const;
  bool FindKept(const std::string& kept_under, Value* item);
  bool GetStored(const Key& key, Value* item);
  ReadView& View() const;
  const AttributeList* Attributes() const;
  void Count(ReadStats got);

  const Plan::Access& access_;
  ExecutionContext& ctx_;
  ReadStats* const reads_;
  bool behind_entries_ = false;
};

}  // namespace parton

#endif  // PARTON_EXECUTOR_OPERATORS_KEYED_ITEMS_H_

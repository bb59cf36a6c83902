#include "executor/spill/sorted_runs.h"

#include <algorithm>
#include <utility>

#include "executor/operators/sort_order.h"

namespace parton {

namespace {

// More open files than this are merged into one.
constexpr size_t kMaxRuns = 100;

}  // namespace

struct SortedRuns::After {
  const SortedRuns* m;
  bool operator()(size_t a, size_t b) const {
    const int c = CompareSortKeys(m->keys_, m->rows_[a].data(), m->rows_[b].data());
    return c != 0 ? c > 0 : a > b;
  }
};

bool SortedRuns::Add(SpillFilePtr run) {
  if (run == nullptr) return !ctx_.failed();
  runs_.push_back(std::move(run));
  return runs_.size() < kMaxRuns || MergeAll();
}

bool SortedRuns::MergeAll() {
  SpillFilePtr merged = SpillFile::Make(width_, ctx_);
  if (merged == nullptr || !Start()) return false;
  while (const Value* row = Next()) {
    if (!merged->Write(row)) return false;
  }
  if (ctx_.failed()) return false;
  Clear();
  runs_.push_back(std::move(merged));
  return true;
}

bool SortedRuns::Start() {
  rows_.assign(runs_.size(), {});
  heap_.clear();
  current_ = SIZE_MAX;
  for (size_t i = 0; i < runs_.size(); ++i) {
    if (!runs_[i]->Rewind() || !Fill(i)) return false;
  }
  return true;
}

bool SortedRuns::Fill(size_t run) {
  if (!runs_[run]->Read(&rows_[run])) return !ctx_.failed();
  heap_.push_back(run);
  std::push_heap(heap_.begin(), heap_.end(), After{this});
  return true;
}

const Value* SortedRuns::Next() {
  if (current_ != SIZE_MAX && !Fill(current_)) return nullptr;
  current_ = SIZE_MAX;
  if (heap_.empty()) return nullptr;
  std::pop_heap(heap_.begin(), heap_.end(), After{this});
  current_ = heap_.back();
  heap_.pop_back();
  return rows_[current_].data();
}

void SortedRuns::Clear() {
  runs_.clear();
  rows_.clear();
  heap_.clear();
  current_ = SIZE_MAX;
}

}  // namespace parton

// ORDER BY: in memory, as a heap of the first N rows, or by merging sorted runs in temporary files.
#include <algorithm>
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "executor/operators/sort_order.h"
#include "executor/rows.h"
#include "executor/spill/sorted_runs.h"

namespace parton {

namespace {

// With more wanted than this a heap is no better than a sort.
constexpr uint64_t kMaxHeapRows = 100000;
class Sort final : public Operator {
 public:
  Sort(const Plan::Sort& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        input_(std::move(input)),
        kept_(std::move(kept)),
        width_(node.keys.size() + kept_.size()),
        memory_(ctx),
        runs_(node.keys, width_, ctx) {}

  bool Open() override {
    Forget();
    top_ = UINT64_MAX;
    if (node_.limit != nullptr) {
      Value v = EvaluateValue(*node_.limit, ctx_.eval);
      if (ctx_.failed()) return false;
      // LIMIT reports a value that is no count; here all rows are kept then.
      if (v.is_small_int() && v.int_value() >= 0) top_ = static_cast<uint64_t>(v.int_value());
    }
    heap_mode_ = top_ <= kMaxHeapRows;
    if (!input_->Open()) return false;
    while (input_->Next()) {
      if (!ctx_.Tick()) return false;
      if (!(heap_mode_ ? AddToHeap() : Add())) return false;
    }
    if (ctx_.failed()) return false;
    input_->Close();
    return heap_mode_ ? FinishHeap() : Finish();
  }

  bool Next() override {
    if (!runs_.empty()) {
      const Value* row = runs_.Next();
      if (row != nullptr) Restore(row);
      return row != nullptr;
    }
    if (next_ >= order_.size() || !ctx_.Tick()) return false;
    Restore(values_.data() + size_t{order_[next_++]} * width_);
    return true;
  }

  void Close() override {
    Forget();
    input_->Close();
  }

 private:
  bool EvaluateKeys(Value* out) {
    for (size_t i = 0; i < node_.keys.size(); ++i) {
      out[i] = EvaluateValue(*node_.keys[i].expr, ctx_.eval);
    }
    return !ctx_.failed();
  }
  size_t KeepRest(Value* row) {
    size_t bytes = 4;
    for (size_t i = 0; i < width_; ++i) {
      row[i] = i < node_.keys.size() ? std::move(row[i]).Own() : ctx_.slot(kept_[i - node_.keys.size()]).Own();
      bytes += ApproximateBytes(row[i]);
    }
    return bytes;
  }
  void Restore(const Value* row) {
    for (size_t i = 0; i < kept_.size(); ++i) ctx_.slot(kept_[i]) = row[node_.keys.size() + i];
  }

  bool Add() {
    const size_t at = values_.size();
    values_.resize(at + width_);
    if (!EvaluateKeys(&values_[at])) return false;
    const bool room = memory_.TakeShare(KeepRest(&values_[at]));
    order_.push_back(static_cast<uint32_t>(order_.size()));
    return room && order_.size() < UINT32_MAX ? true : Spill();
  }

  void SortRows() {
    CheckPoints points;
    std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
      points.Tick();
      return CompareSortKeys(node_.keys, values_.data() + size_t{a} * width_, values_.data() + size_t{b} * width_) < 0;
    });
  }

  bool Spill() {
    SortRows();
    SpillFilePtr run = SpillFile::Make(width_, ctx_);
    if (run == nullptr) return false;
    for (uint32_t row : order_) {
      if (!run->Write(values_.data() + size_t{row} * width_)) return false;
    }
    std::vector<Value>().swap(values_);
    std::vector<uint32_t>().swap(order_);
    memory_.Release();
    return runs_.Add(std::move(run));
  }

  bool Finish() {
    if (runs_.empty()) {
      SortRows();
      return true;
    }
    if (!order_.empty() && !Spill()) return false;
    return runs_.Start();
  }

  // The heap's top is the last of the rows to keep; rows that tie stay in the order they came.
  bool AddToHeap() {
    if (top_ == 0) return true;
    std::vector<Value> row(width_);
    if (!EvaluateKeys(row.data())) return false;
    auto before = [&](const HeapRow& a, const HeapRow& b) {
      int c = CompareSortKeys(node_.keys, a.values.data(), b.values.data());
      return c != 0 ? c < 0 : a.number < b.number;
    };
    if (heap_.size() >= top_ && CompareSortKeys(node_.keys, row.data(), heap_.front().values.data()) >= 0) {
      return true;
    }
    size_t bytes = KeepRest(row.data()) + sizeof(HeapRow);
    const bool room = heap_.size() >= top_ || memory_.TakeShare(bytes);
    if (heap_.size() >= top_) {
      std::pop_heap(heap_.begin(), heap_.end(), before);
      heap_.pop_back();
    }
    heap_.push_back({std::move(row), number_++});
    std::push_heap(heap_.begin(), heap_.end(), before);
    return room || LeaveHeap();
  }

  // The first rows do not fit in memory: they and all that follow are sorted in files.
  bool LeaveHeap() {
    heap_mode_ = false;
    std::sort(heap_.begin(), heap_.end(), [](const HeapRow& a, const HeapRow& b) { return a.number < b.number; });
    TakeHeapRows();
    return Spill();
  }

  void TakeHeapRows() {
    for (HeapRow& row : heap_) {
      order_.push_back(static_cast<uint32_t>(order_.size()));
      std::move(row.values.begin(), row.values.end(), std::back_inserter(values_));
    }
    heap_.clear();
  }

  bool FinishHeap() {
    CheckPoints points;
    std::sort(heap_.begin(), heap_.end(), [&](const HeapRow& a, const HeapRow& b) {
      points.Tick();
      int c = CompareSortKeys(node_.keys, a.values.data(), b.values.data());
      return c != 0 ? c < 0 : a.number < b.number;
    });
    TakeHeapRows();
    return true;
  }

  void Forget() {
    values_.clear();
    order_.clear();
    heap_.clear();
    runs_.Clear();
    memory_.Release();
    next_ = 0;
    number_ = 0;
  }

  struct HeapRow {
    std::vector<Value> values;
    uint64_t number;
  };

  const Plan::Sort& node_;
  OperatorPtr input_;
  const std::vector<int> kept_;
  const size_t width_;  // of a kept row: its keys, then the kept slots
  MemoryHold memory_;
  std::vector<Value> values_;
  std::vector<uint32_t> order_;
  std::vector<HeapRow> heap_;
  SortedRuns runs_;
  uint64_t top_ = 0;
  uint64_t number_ = 0;
  bool heap_mode_ = false;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeSort(const Plan::Sort& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx) {
  return std::make_unique<Sort>(node, std::move(input), std::move(kept), ctx);
}

}  // namespace parton

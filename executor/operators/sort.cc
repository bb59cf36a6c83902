// ORDER BY: in memory, as a heap of the first N rows, or by merging sorted runs in temporary files.
#include <algorithm>
#include <utility>
#include <vector>

#include "executor/operators/operators.h"
#include "executor/operators/row_attributes.h"
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
        runs_(node.keys, width_, ctx),
        candidate_(node.keys.size()) {
    for (const SortKey& key : node.keys) {
      key_attributes_.push_back(node.on_bytes ? attributes_.Add(*key.expr) : RowAttributes::kNone);
    }
    all_attributes_ =
        std::find(key_attributes_.begin(), key_attributes_.end(), RowAttributes::kNone) == key_attributes_.end();
  }

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
  void EvaluateKey(size_t i, Value* out) {
    const Value& v = attributes_.Get(key_attributes_[i], *node_.keys[i].expr, ctx_, out);
    if (&v != out) *out = v;
  }
  bool EvaluateKeys(Value* out) {
    attributes_.NextRow();
    for (size_t i = 0; i < node_.keys.size(); ++i) EvaluateKey(i, &out[i]);
    return !ctx_.failed();
  }
  // Whether the row comes before the last one of a full heap; its keys are in candidate_ then.
  bool BeatsLast() {
    const Value* const last = heap_.front().values.data();
    // Attributes cannot fail, so those behind the one that decides need not be read.
    if (!all_attributes_ || ctx_.eval.typing == Typing::kStrict) {
      return EvaluateKeys(candidate_.data()) && CompareSortKeys(node_.keys, candidate_.data(), last) < 0;
    }
    attributes_.NextRow();
    int order = 0;
    for (size_t i = 0; i < candidate_.size(); ++i) {
      EvaluateKey(i, &candidate_[i]);
      if (order == 0) order = CompareSortKey(node_.keys[i], candidate_[i], last[i]);
      if (order > 0) return false;
    }
    return order < 0;
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
    const bool full = heap_.size() >= top_;
    if (full ? !BeatsLast() : !EvaluateKeys(candidate_.data())) return !ctx_.failed();
    std::vector<Value> row(width_);
    std::move(candidate_.begin(), candidate_.end(), row.begin());
    auto before = [&](const HeapRow& a, const HeapRow& b) {
      int c = CompareSortKeys(node_.keys, a.values.data(), b.values.data());
      return c != 0 ? c < 0 : a.number < b.number;
    };
    size_t bytes = KeepRest(row.data()) + sizeof(HeapRow);
    const bool room = full || memory_.TakeShare(bytes);
    if (full) {
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
  RowAttributes attributes_;
  std::vector<size_t> key_attributes_;  // of each key
  bool all_attributes_ = false;
  std::vector<Value> candidate_;  // the keys of a row that may come into the heap
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

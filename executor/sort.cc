// ORDER BY: in memory, as a heap of the first N rows, or by merging sorted runs in temporary files.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <queue>
#include <utility>
#include <vector>

#include <unistd.h>

#include "executor/operators.h"
#include "executor/rows.h"
#include "executor/sort_order.h"

namespace parton {

namespace {

// With more wanted than this a heap is no better than a sort.
constexpr uint64_t kMaxHeapRows = 100000;
constexpr size_t kMaxRuns = 100;

// A sorted sequence of rows in a file that nobody else sees: it has no name.
class Run {
 public:
  ~Run() {
    if (file_ != nullptr) std::fclose(file_);
  }
  static Result<std::unique_ptr<Run>> Make(const std::string& dir) {
    std::string path = dir + "/parton-sort-XXXXXX";
    int fd = mkstemp(path.data());
    if (fd < 0) {
      return Status::IoError("cannot make a temporary file in " + dir + ": " + std::strerror(errno));
    }
    unlink(path.c_str());
    auto run = std::unique_ptr<Run>(new Run);
    run->file_ = fdopen(fd, "w+b");
    if (run->file_ == nullptr) {
      close(fd);
      return Status::IoError("cannot use a temporary file");
    }
    std::setvbuf(run->file_, nullptr, _IOFBF, 256 << 10);
    return run;
  }
  Status Write(const Value* values, size_t width) {
    buffer_.clear();
    for (size_t i = 0; i < width; ++i) EncodeSpilled(values[i], &buffer_);
    uint64_t size = buffer_.size();
    if (std::fwrite(&size, sizeof size, 1, file_) != 1 ||
        (size > 0 && std::fwrite(buffer_.data(), size, 1, file_) != 1)) {
      return Status::IoError(std::string("writing a temporary file: ") + std::strerror(errno));
    }
    return Status::Ok();
  }
  Status Rewind() {
    if (std::fflush(file_) != 0 || std::fseek(file_, 0, SEEK_SET) != 0) {
      return Status::IoError(std::string("writing a temporary file: ") + std::strerror(errno));
    }
    return Status::Ok();
  }
  // False at the end.
  Result<bool> Read(const NameTable* names, size_t width, std::vector<Value>* row) {
    uint64_t size;
    if (std::fread(&size, sizeof size, 1, file_) != 1) {
      if (std::ferror(file_)) return Status::IoError("reading a temporary file");
      return false;
    }
    buffer_.resize(size);
    if (size > 0 && std::fread(buffer_.data(), size, 1, file_) != 1) {
      return Status::IoError("reading a temporary file");
    }
    std::string_view in = buffer_;
    row->resize(width);
    for (Value& v : *row) {
      if (!DecodeSpilled(&in, names, &v)) return Status::IoError("a temporary file is damaged");
    }
    return true;
  }

 private:
  Run() = default;
  std::FILE* file_ = nullptr;
  std::string buffer_;
};

// Merges runs; equal rows come in the order of the runs.
class Merger {
 public:
  Merger(const std::vector<SortKey>& keys, size_t width, const NameTable* names)
      : keys_(keys), width_(width), names_(names) {}

  Status Start(std::vector<std::unique_ptr<Run>> runs) {
    runs_ = std::move(runs);
    rows_.assign(runs_.size(), {});
    heap_.clear();
    for (size_t i = 0; i < runs_.size(); ++i) {
      PARTON_RETURN_IF_ERROR(runs_[i]->Rewind());
      PARTON_RETURN_IF_ERROR(Fill(i));
    }
    return Status::Ok();
  }
  // The next row, null at the end.
  Result<const Value*> Next() {
    if (taken_) PARTON_RETURN_IF_ERROR(Fill(current_));
    taken_ = false;
    if (heap_.empty()) return static_cast<const Value*>(nullptr);
    std::pop_heap(heap_.begin(), heap_.end(), After{this});
    current_ = heap_.back();
    heap_.pop_back();
    taken_ = true;
    return static_cast<const Value*>(rows_[current_].data());
  }

 private:
  struct After {
    Merger* m;
    bool operator()(size_t a, size_t b) const {
      int c = CompareSortKeys(m->keys_, m->rows_[a].data(), m->rows_[b].data());
      return c != 0 ? c > 0 : a > b;
    }
  };
  Status Fill(size_t i) {
    PARTON_ASSIGN_OR_RETURN(bool more, runs_[i]->Read(names_, width_, &rows_[i]));
    if (!more) return Status::Ok();
    heap_.push_back(i);
    std::push_heap(heap_.begin(), heap_.end(), After{this});
    return Status::Ok();
  }

  const std::vector<SortKey>& keys_;
  size_t width_;
  const NameTable* names_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<std::vector<Value>> rows_;
  std::vector<size_t> heap_;
  size_t current_ = 0;
  bool taken_ = false;
};

class Sort final : public Operator {
 public:
  Sort(const Plan::Sort& node, OperatorPtr input, std::vector<int> kept, ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        input_(std::move(input)),
        kept_(std::move(kept)),
        width_(node.keys.size() + kept_.size()),
        memory_(ctx) {}

  bool Open() override {
    Forget();
    top_ = UINT64_MAX;
    if (node_.limit != nullptr) {
      Value v = EvaluateValue(*node_.limit, ctx_.eval);
      if (ctx_.failed()) return false;
      // What is no count is LIMIT's to judge; here it only means that all rows are kept.
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
    if (merger_ != nullptr) {
      Result<const Value*> row = merger_->Next();
      if (!row.ok()) return ctx_.FailIfError(std::move(row).status());
      if (*row == nullptr || !ctx_.Tick()) return false;
      Restore(*row);
      return true;
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
  // Null without a store: then no value is an encoded item.
  const NameTable* Names() const {
    return ctx_.shared->store == nullptr ? nullptr : &ctx_.shared->store->names();
  }
  bool EvaluateKeys(Value* out) {
    for (size_t i = 0; i < node_.keys.size(); ++i) {
      out[i] = EvaluateValue(*node_.keys[i].expr, ctx_.eval);
    }
    return !ctx_.failed();
  }
  size_t KeepRest(Value* row) {
    size_t bytes = 4;
    for (size_t i = 0; i < width_; ++i) {
      row[i] = i < node_.keys.size() ? std::move(row[i]).Own()
                                     : ctx_.slot(kept_[i - node_.keys.size()]).Own();
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
    const bool fits = memory_.Take(KeepRest(&values_[at]));
    order_.push_back(static_cast<uint32_t>(order_.size()));
    const bool full = order_.size() == UINT32_MAX;
    // Half of the memory is left to what runs above and below.
    const size_t limit = ctx_.shared->memory.limit();
    if (memory_.held() > limit / 2 || (!fits && memory_.held() >= limit / 16) || full) return Spill();
    return true;
  }

  void SortRows() {
    std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
      return CompareSortKeys(node_.keys, values_.data() + size_t{a} * width_,
                             values_.data() + size_t{b} * width_) < 0;
    });
  }

  bool Spill() {
    SortRows();
    Result<std::unique_ptr<Run>> run = Run::Make(ctx_.shared->temp_dir);
    if (!run.ok()) return ctx_.FailIfError(std::move(run).status());
    for (uint32_t row : order_) {
      if (!ctx_.FailIfError((*run)->Write(values_.data() + size_t{row} * width_, width_))) return false;
      if (!ctx_.Tick()) return false;
    }
    runs_.push_back(std::move(*run));
    std::vector<Value>().swap(values_);
    std::vector<uint32_t>().swap(order_);
    memory_.Release();
    return runs_.size() < kMaxRuns || MergeRuns();
  }

  // All runs so far become one, to bound the number of open files.
  bool MergeRuns() {
    Result<std::unique_ptr<Run>> into = Run::Make(ctx_.shared->temp_dir);
    if (!into.ok()) return ctx_.FailIfError(std::move(into).status());
    Merger merger(node_.keys, width_, Names());
    if (!ctx_.FailIfError(merger.Start(std::move(runs_)))) return false;
    for (;;) {
      Result<const Value*> row = merger.Next();
      if (!row.ok()) return ctx_.FailIfError(std::move(row).status());
      if (*row == nullptr) break;
      if (!ctx_.FailIfError((*into)->Write(*row, width_)) || !ctx_.Tick()) return false;
    }
    runs_.clear();
    runs_.push_back(std::move(*into));
    return true;
  }

  bool Finish() {
    if (runs_.empty()) {
      SortRows();
      return true;
    }
    if (!order_.empty() && !Spill()) return false;
    merger_ = std::make_unique<Merger>(node_.keys, width_, Names());
    return ctx_.FailIfError(merger_->Start(std::move(runs_)));
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
    if (heap_.size() >= top_ &&
        CompareSortKeys(node_.keys, row.data(), heap_.front().values.data()) >= 0) {
      return true;
    }
    size_t bytes = KeepRest(row.data()) + sizeof(HeapRow);
    if (heap_.size() < top_) {
      if (!memory_.TakeOrFail(bytes, "ORDER BY")) return false;
    } else {
      std::pop_heap(heap_.begin(), heap_.end(), before);
      heap_.pop_back();
    }
    heap_.push_back({std::move(row), number_++});
    std::push_heap(heap_.begin(), heap_.end(), before);
    return true;
  }

  bool FinishHeap() {
    std::sort(heap_.begin(), heap_.end(), [&](const HeapRow& a, const HeapRow& b) {
      int c = CompareSortKeys(node_.keys, a.values.data(), b.values.data());
      return c != 0 ? c < 0 : a.number < b.number;
    });
    for (HeapRow& row : heap_) {
      order_.push_back(static_cast<uint32_t>(order_.size()));
      std::move(row.values.begin(), row.values.end(), std::back_inserter(values_));
    }
    heap_.clear();
    return true;
  }

  void Forget() {
    values_.clear();
    order_.clear();
    heap_.clear();
    runs_.clear();
    merger_.reset();
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
  std::vector<std::unique_ptr<Run>> runs_;
  std::unique_ptr<Merger> merger_;
  uint64_t top_ = 0;
  uint64_t number_ = 0;
  bool heap_mode_ = false;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeSort(const Plan::Sort& node, OperatorPtr input, std::vector<int> kept,
                     ExecutionContext& ctx) {
  return std::make_unique<Sort>(node, std::move(input), std::move(kept), ctx);
}

}  // namespace parton
